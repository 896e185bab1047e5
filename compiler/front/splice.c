/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing ranges of a source; the result leads back to it (source.h). */
#include <stdlib.h>
#include <string.h>

#include "compiler/front/edit.h"

#include "runtime/base/banned.h"

struct order {
	const struct splice *s;
	size_t index;
};

/* By place; what only inserts comes first, then in the order given. */
static int
compare(const void *x, const void *y)
{
	const struct order *a = x, *b = y;

	if (a->s->loc.off != b->s->loc.off)
		return a->s->loc.off < b->s->loc.off ? -1 : 1;
	if ((a->s->loc.len == 0) != (b->s->loc.len == 0))
		return a->s->loc.len == 0 ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static char *
put(char *at, struct str s)
{
	return s.n == 0 ? at : mempcpy(at, s.p, s.n);
}

const struct source *
source_splice(struct arena *a, const struct source *s,
    const struct splice *list, size_t n)
{
	struct order *o = ARENA_ARRAY(a, struct order, n);
	struct source_edit *edits = ARENA_ARRAY(a, struct source_edit, n);
	size_t i, at = 0, size = s->text.n + 1;
	struct source *out;
	char *text, *to;

	for (i = 0; i < n; i++) {
		o[i] = (struct order){&list[i], i};
		size += list[i].text.n;
	}
	if (n > 0)
		qsort(o, n, sizeof(*o), compare);
	text = to = arena_alloc(a, size);
	for (i = 0; i < n; i++) {
		const struct splice *p = o[i].s;

		to = put(to, str_sub(s->text, at, p->loc.off));
		edits[i] = (struct source_edit){(uint32_t)(to - text),
		    (uint32_t)p->text.n, p->loc.off, p->loc.len, p->what};
		to = put(to, p->text);
		at = (size_t)p->loc.off + p->loc.len;
	}
	to = put(to, str_sub(s->text, at, s->text.n));
	out = source_new(a, s->name, (struct str){text, (size_t)(to - text)});
	out->from = s;
	out->edits = edits;
	out->nedits = n;
	return out;
}
