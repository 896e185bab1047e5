/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as an answer of the quoting service, and as its settings. */
#include <stdlib.h>

#include "runtime/attest/tdx_guest.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size}, quote;
	struct attest_result r = {.arena = a};

	if (qgs_response(&quote, &r, text) == 0 &&
	    (quote.p < text.p || quote.p + quote.n != text.p + text.n))
		abort();
	if (qgs_port(text) == 0)
		abort();
	arena_free(a);
	return 0;
}
