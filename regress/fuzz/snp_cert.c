/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as VCEK, VLEK, genuine and simulated, as root file and as a
 * revocation list of a chain.
 */
#include <stdlib.h>

#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
leaf(struct arena *a, struct str der, enum snp_key key, bool simulated)
{
	struct attest_result r = {.arena = a};
	struct snp_leaf l;
	int rc = snp_leaf_parse(&l, &r, der, key, simulated);

	if ((rc == 0) != (r.code == ATTEST_OK))
		abort();
	if (rc == 0 &&
	    (l.product == SNP_PRODUCT_NONE ||
		(key == SNP_VCEK ? l.hwid.n != snp_hwid_len(l.product)
				 : l.csp_id.n == 0)))
		abort();
	snp_leaf_fini(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = {(const char *)data, size};
	struct arena *a = arena_new();
	struct snp_roots roots = {0};

	if (size <= ATTEST_CERT_MAX) {
		leaf(a, in, SNP_VCEK, false);
		leaf(a, in, SNP_VLEK, false);
		leaf(a, in, SNP_VCEK, true);
	}
	if (snp_roots_add(&roots, in, NULL) == 0 && roots.n != 1)
		abort();
	snp_roots_fini(&roots);
	arena_free(a);
	return 0;
}
