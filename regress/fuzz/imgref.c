/* SPDX-License-Identifier: Apache-2.0 */
/* References: what was accepted is accepted again, as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size};
	struct img_ref r, again;
	struct rt_err err;

	if (img_ref_parse(&r, a, text, &err) == 0) {
		text = arena_printf(a, "%.*s/%.*s%s%.*s%s%.*s", STR_ARG(r.host),
		    STR_ARG(r.path), r.tag.n > 0 ? ":" : "", STR_ARG(r.tag),
		    r.digest.n > 0 ? "@" : "", STR_ARG(r.digest));
		if (img_ref_parse(&again, a, text, &err) != 0 ||
		    !img_ref_eq(&r, &again))
			abort();
	}
	arena_free(a);
	return 0;
}
