/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the service-mesh annotations.  The first byte chooses the
 * carriers and the dialect, lines of the rest are the values.
 */
#include <stdlib.h>

#include "grammar/annot.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct str
next_line(struct str *rest)
{
	size_t end = str_chr(*rest, '\n', 0);
	struct str line = str_sub(*rest, 0, end);

	*rest = str_sub(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
	return line;
}

static void
check(const struct annot_mesh *m, const struct annot_value *v)
{
	const struct annot_finding *f;

	VEC_FOREACH(f, &m->findings) {
		if ((size_t)f->off + f->len > v[f->kind].text.n ||
		    f->text.n == 0 || annot_code(f->id) == NULL)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct annot_value v[ANNOT_KINDS] = {{{NULL, 0}, false}};
	struct str rest = {(const char *)data + 1, n - 1};
	struct arena *a;
	struct annot_mesh m;
	int i;

	if (n == 0 || n > 65536)
		return 0;
	a = arena_new();
	for (i = 0; i < ANNOT_KINDS; i++) {
		v[i].present = data[0] & 1u << i;
		v[i].text = next_line(&rest);
		if (!v[i].present)
			v[i].text.n = 0;
	}
	annot_parse(&m, a, v, data[0] & 8 ? ANNOT_F_V12 : 0);
	check(&m, v);
	arena_free(a);
	return 0;
}
