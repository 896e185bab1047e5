/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as the identity of a quoting enclave. */
#include <stdlib.h>

#include "runtime/attest/tdx.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct attest_result r = {.arena = a};
	struct qe_identity id;

	if (qe_identity_parse(
		&id, &r, (struct str){(const char *)data, size}) == 0) {
		if (id.mr_signer.n != 32 || id.attributes_mask.n != 16)
			abort();
	} else if (r.code != ATTEST_TDX_QEID_FORMAT) {
		abort();
	}
	arena_free(a);
	return 0;
}
