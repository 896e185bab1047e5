/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a host's certificate table: what it gives lies within them. */
#include <stdlib.h>

#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
within(struct str s, struct str all)
{
	if (s.p != NULL && (s.p < all.p || s.p + s.n > all.p + all.n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = {(const char *)data, size};
	struct snp_table t;

	if (!snp_table_read(&t, in) && t.vcek.p != NULL)
		abort();
	within(t.vcek, in);
	within(t.vlek, in);
	within(t.ca, in);
	within(t.ark, in);
	within(t.crl, in);
	return 0;
}
