/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as the SGX extension of a PCK certificate. */
#include <stdlib.h>

#include "runtime/attest/tdx.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct attest_result r = {.arena = a};
	struct pck_ext e;

	if (pck_ext_parse(&e, &r, (struct str){(const char *)data, size}) ==
	    0) {
		if (e.fmspc.n != 6 || e.pce_id.n != 2 || e.ppid.n != 16 ||
		    e.sgx_type > 2)
			abort();
	} else if (r.code != ATTEST_TDX_PCK_EXT) {
		abort();
	}
	arena_free(a);
	return 0;
}
