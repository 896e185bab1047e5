/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as Intel's collateral: one object, or a response. */
#include <stdlib.h>

#include "runtime/attest/tdx.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size};
	struct tdx_collateral c;
	struct tdx_signed s;

	(void)!tdx_collateral_parse(&c, a, text, NULL);
	/* What is signed is a part of the text, from brace to brace. */
	if (tdx_response_split(&s, a, text, "tcbInfo") &&
	    (s.text.p < text.p || s.text.p + s.text.n > text.p + text.n ||
		s.text.n < 2 || s.text.p[0] != '{' ||
		s.text.p[s.text.n - 1] != '}'))
		abort();
	arena_free(a);
	return 0;
}
