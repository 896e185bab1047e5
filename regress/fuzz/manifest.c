/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads any bytes as a manifest; what can be read must be stable:
 * canonical(parse(canonical(m))) == canonical(m), and judging it is safe.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/refvalues.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
stable(struct arena *a, const struct manifest *m)
{
	struct buf one = {0}, two = {0};
	struct manifest again;

	manifest_write(&one, m);
	if (manifest_read(&again, a, buf_str(&one), false, NULL) != 0)
		abort();
	manifest_write(&two, &again);
	if (!str_eq(buf_str(&one), buf_str(&two)))
		abort();
	buf_free(&one);
	buf_free(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size};
	struct manifest_notes notes = {0};
	struct refvalues *r = NULL;
	struct manifest m;

	if (manifest_read(&m, a, text, true, NULL) == 0) {
		(void)manifest_validate(&notes, a, &m);
		if (m.format >= MANIFEST_1_2)
			stable(a, &m);
		if (manifest_convert(&m, a, MANIFEST_2, NULL, NULL) == 0)
			stable(a, &m);
	}
	if (refvalues_parse(&r, a, text, NULL) == 0 && r == NULL)
		abort();
	arena_free(a);
	return 0;
}
