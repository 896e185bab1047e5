/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changed trees become text: edit_diff.c says what differs, here the ranges
 * are replaced, and the new text is proven by reading it again.
 */
#include <string.h>

#include "compiler/front/edit_int.h"

#include "runtime/base/banned.h"

/* Where documents of the old text are in the new one, taken in order. */
struct cursor {
	const struct source *s;
	size_t next;   /* edit that is not behind us */
	int64_t shift; /* new minus old place here */
};

/* The same place in the new text: behind everything inserted before it. */
static size_t
moved(struct cursor *c, size_t off, bool end)
{
	for (; c->next < c->s->nedits; c->next++) {
		const struct source_edit *e = &c->s->edits[c->next];

		if (e->old_at > off || (!end && e->old_at == off))
			break;
		c->shift += (int64_t)e->len - e->old_len;
	}
	return (size_t)((int64_t)off + c->shift);
}

static bool
ends_line(struct str s, size_t to)
{
	return to == 0 || (to <= s.n && s.p[to - 1] == '\n');
}

static struct unit *
unproven(struct diags *d, const struct unit *u)
{
	diag_report(d, EDIT_RANGE,
	    ((struct loc){u->source, u->root->loc.off, 0}),
	    "the new text does not read as what was meant");
	return NULL;
}

struct unit *
edit_prove(struct arena *a, struct diags *d, const struct unit *u,
    const struct source *text)
{
	struct units units = {0};
	struct diags quiet;

	diags_init(&quiet, a);
	if (!yaml_read(&units, a, &quiet, text) || units.list.n != 1 ||
	    !yaml_equal(units.list.p[0]->root, u->root))
		return unproven(d, u);
	units.list.p[0]->index = u->index;
	return units.list.p[0];
}

/*
 * The new text of a document must read as the tree that was asked for; what
 * was read is the document of the next round.
 */
static struct unit *
prove(struct edits *e, const struct unit *u, struct cursor *c)
{
	size_t from = moved(c, u->loc.off, false);
	size_t to = moved(c, (size_t)u->loc.off + u->loc.len, true);
	/* A line that separates documents must still begin a line. */
	bool apart =
	    to == c->s->text.n || ends_line(c->s->text, to) ||
	    !ends_line(u->source->text, (size_t)u->loc.off + u->loc.len);

	if (!apart)
		return unproven(e->diags, u);
	return edit_prove(
	    e->arena, e->diags, u, source_part(e->arena, c->s, from, to));
}

static bool
overlap(struct edits *e, const struct splice *list, size_t n)
{
	size_t i;

	/* The result of source_splice() has them in order. */
	for (i = 1; i < n; i++) {
		if ((size_t)list[i - 1].loc.off + list[i - 1].loc.len >
		    list[i].loc.off) {
			diag_report(e->diags, EDIT_RANGE, list[i].loc,
			    "two changes meet here");
			return true;
		}
	}
	return false;
}

/* Checks what source_splice() will need: sorted copies do not overlap. */
static bool
check_overlap(struct edits *e, const struct source *s)
{
	struct splice *list = ARENA_ARRAY(e->arena, struct splice, s->nedits);
	size_t i;

	for (i = 0; i < s->nedits; i++)
		list[i].loc = (struct loc){
		    s->from, s->edits[i].old_at, s->edits[i].old_len};
	return overlap(e, list, s->nedits);
}

static void
diff_unit(struct edits *e, struct edit_unit *u, struct edit_splices *all)
{
	struct edit_text t = {.e = e, .unit = u};
	size_t k;

	t.text = e->source->text;
	t.from = u->unit->loc.off;
	t.to = t.from + u->unit->loc.len;
	edit_diff(&t);
	for (k = 0; k < t.out.n; k++)
		VEC_PUSH(e->arena, &all->list, t.out.p[k].s);
}

/* Reads what changed again; the documents of the new text, in order. */
static bool
prove_all(struct edits *e, const struct source *s, struct units *documents)
{
	struct cursor c = {.s = s};
	struct unit *u;
	size_t i;

	for (i = 0; i < e->n; i++) {
		u = e->units[i].unit;
		if (e->units[i].dirty && (u = prove(e, u, &c)) == NULL)
			return false;
		if (documents != NULL)
			VEC_PUSH(e->arena, &documents->list, u);
	}
	return true;
}

bool
edit_apply(struct edits *e, const struct source **out, struct units *documents)
{
	struct edit_splices all = {0};
	const struct source *s = e->source;
	size_t i;

	*out = s;
	for (i = 0; i < e->n && !e->failed; i++) {
		if (e->units[i].dirty)
			diff_unit(e, &e->units[i], &all);
	}
	edit_range_end(e);
	if (e->failed)
		return false;
	if (all.list.n > 0) {
		s = source_splice(e->arena, s, all.list.p, all.list.n);
		if (check_overlap(e, s))
			return false;
	}
	if (!prove_all(e, s, documents))
		return false;
	*out = s;
	return true;
}

/* A line that separates documents must still begin a line. */
static bool
stays_apart(const struct unit *u, struct str text)
{
	size_t end = (size_t)u->loc.off + u->loc.len;

	return end == u->source->text.n || ends_line(text, text.n) ||
	       !ends_line(u->source->text, end);
}

bool
edit_text(struct edits *e, struct arena *a, const struct source **out)
{
	struct edit_unit *u = e->units;
	struct edit_splices all = {0};
	const struct unit *unit = u->unit;
	size_t from = unit->loc.off;

	*out = NULL;
	if (e->failed)
		return false;
	if (!u->dirty)
		return true;
	if (e->scratch == NULL)
		e->scratch = arena_new();
	e->arena = e->scratch;
	diff_unit(e, u, &all);
	if (!e->failed) {
		*out = source_splice_part(a, e->source, from,
		    from + unit->loc.len, all.list.p, all.list.n);
		e->failed = check_overlap(e, *out) ||
			    (!stays_apart(unit, (*out)->text) &&
				unproven(e->diags, unit) == NULL);
	}
	arena_reset(e->scratch);
	e->arena = unit->arena;
	return !e->failed;
}

void
edits_close(struct edits *e)
{
	if (e == NULL)
		return;
	edit_range_end(e);
	arena_free(e->scratch);
	e->scratch = NULL;
}
