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

static struct order *
in_order(const struct splice *list, size_t n)
{
	struct order *o = reallocarray(NULL, n + 1, sizeof(*o));
	size_t i;

	if (o == NULL)
		rt_no_memory();
	for (i = 0; i < n; i++)
		o[i] = (struct order){&list[i], i};
	if (n > 0)
		qsort(o, n, sizeof(*o), compare);
	return o;
}

const struct source *
source_splice_part(struct arena *a, const struct source *s, size_t from,
    size_t to, const struct splice *list, size_t n)
{
	struct order *o = in_order(list, n);
	/* What stands before it is taken away: a range of its own. */
	struct source_edit *edits =
	    ARENA_ARRAY(a, struct source_edit, n + (from > 0));
	size_t i, k = 0, at = from, size = to - from + 1;
	struct source *out;
	char *text, *end;

	for (i = 0; i < n; i++)
		size += list[i].text.n;
	if (from > 0)
		edits[k++].old_len = (uint32_t)from;
	text = end = arena_alloc(a, size);
	for (i = 0; i < n; i++) {
		const struct splice *p = o[i].s;

		end = put(end, str_sub(s->text, at, p->loc.off));
		edits[k++] = (struct source_edit){(uint32_t)(end - text),
		    (uint32_t)p->text.n, p->loc.off, p->loc.len, p->what};
		end = put(end, p->text);
		at = (size_t)p->loc.off + p->loc.len;
	}
	end = put(end, str_sub(s->text, at, to));
	free(o);
	out = source_new(a, s->name, (struct str){text, (size_t)(end - text)});
	out->from = s;
	out->edits = edits;
	out->nedits = k;
	return out;
}

const struct source *
source_splice(struct arena *a, const struct source *s,
    const struct splice *list, size_t n)
{
	return source_splice_part(a, s, 0, s->text.n, list, n);
}
