/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as TCB info. */
#include <stdlib.h>

#include "runtime/attest/tdx.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct attest_result r = {.arena = a};
	struct tcb_info t;
	size_t i;

	if (tcb_info_parse(&t, &r, (struct str){(const char *)data, size}) ==
	    0) {
		if (t.levels.n == 0 || t.fmspc.n != 6)
			abort();
		for (i = 1; i < t.levels.n; i++) {
			if (memcmp(t.levels.p[i - 1].sgx, t.levels.p[i].sgx,
				TDX_COMPONENTS) < 0)
				abort();
		}
	} else if (r.code != ATTEST_TDX_TCBINFO_FORMAT) {
		abort();
	}
	arena_free(a);
	return 0;
}
