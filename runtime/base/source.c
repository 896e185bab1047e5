/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/base/source.h"
#include "runtime/base/banned.h"

struct source *
source_new(struct arena *a, struct str name, struct str text)
{
	struct source *s = ARENA_NEW(a, struct source);

	s->name = name;
	s->text = text;
	return s;
}

struct source *
source_part(struct arena *a, const struct source *s, size_t from, size_t to)
{
	struct source *part =
	    source_new(a, s->name, str_sub(s->text, from, to));
	struct source_edit *e = ARENA_NEW(a, struct source_edit);

	/* What stands before it is taken away: places move by its length. */
	e->old_len = (uint32_t)from;
	part->from = s;
	part->edits = e;
	part->nedits = 1;
	return part;
}

static void
index_lines(struct arena *a, struct source *s)
{
	VEC(uint32_t) v = {0};
	size_t at = 0;

	VEC_PUSH(a, &v, 0);
	while ((at = str_chr(s->text, '\n', at)) != SIZE_MAX) {
		at++;
		VEC_PUSH(a, &v, (uint32_t)at);
	}
	s->lines = v.p;
	s->nlines = v.n;
}

/* The line table is a cache: it changes no observable state. */
static const uint32_t *
lines_of(struct arena *a, const struct source *s)
{
	union {
		const struct source *c;
		struct source *m;
	} u = {.c = s};

	if (s->lines == NULL)
		index_lines(a, u.m);
	return s->lines;
}

struct place
source_place(struct arena *a, const struct source *s, size_t off)
{
	const uint32_t *lines = lines_of(a, s);
	size_t lo = 0, hi = s->nlines;
	struct place at = {0, 1};
	size_t i;

	if (off > s->text.n)
		off = s->text.n;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (lines[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	at.line = (uint32_t)lo + 1;
	i = lines[lo];
	if (i == 0 && str_starts(s->text, STR("\xef\xbb\xbf")))
		i = off < 3 ? off : 3;
	for (; i < off; i++) {
		if (((unsigned char)s->text.p[i] & 0xc0) != 0x80)
			at.col++;
	}
	return at;
}

struct str
source_line(struct arena *a, const struct source *s, uint32_t line)
{
	const uint32_t *lines = lines_of(a, s);
	size_t end;
	struct str l;

	if (line == 0 || line > s->nlines)
		return STR("");
	end = line == s->nlines ? s->text.n : (size_t)lines[line] - 1;
	l = str_sub(s->text, lines[line - 1], end);
	if (l.n > 0 && l.p[l.n - 1] == '\r')
		l.n--;
	if (line == 1 && str_starts(l, STR("\xef\xbb\xbf")))
		l = str_sub(l, 3, l.n);
	return l;
}

struct str
loc_text(struct loc l)
{
	if (l.source == NULL)
		return STR("");
	return str_sub(l.source->text, l.off, (size_t)l.off + l.len);
}

/* One step from an edited text to the one it was made of. */
static struct loc
step(struct loc l, const char **what)
{
	const struct source *s = l.source;
	const struct source_edit *e;
	size_t lo = 0, hi = s->nedits, mid;

	/* The first edit that does not end before the place. */
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		e = &s->edits[mid];
		if (e->at + e->len > l.off)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo < s->nedits && l.off >= s->edits[lo].at) {
		e = &s->edits[lo];
		*what = e->what;
		return (struct loc){s->from, e->old_at, e->old_len};
	}
	if (lo > 0) {
		e = &s->edits[lo - 1];
		l.off = e->old_at + e->old_len + (l.off - e->at - e->len);
	}
	l.source = s->from;
	return l;
}

struct loc
loc_user(struct loc l, const char **what)
{
	const char *unused;

	if (what == NULL)
		what = &unused;
	*what = NULL;
	while (l.source != NULL && l.source->from != NULL)
		l = step(l, what);
	return l;
}

struct loc
loc_within(struct loc l, const struct source *s)
{
	const char *what;

	while (l.source != NULL && l.source != s) {
		if (l.source->from == NULL)
			return (struct loc){NULL, 0, 0};
		l = step(l, &what);
	}
	return l;
}
