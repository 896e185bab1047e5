/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/diag.h"
#include "runtime/base/banned.h"

const struct diag_info diag_table[DIAG_COUNT] = {
#define NOTE DIAG_NOTE
#define WARNING DIAG_WARNING
#define ERROR DIAG_ERROR
#define DIAG(id, name, severity, text, help, explain)                          \
	[DIAG_##id] = {name, severity, text, help, explain},
#include "runtime/base/diag.def"
#undef DIAG
#undef NOTE
#undef WARNING
#undef ERROR
};

const struct loc loc_none = {NULL, 0, 0};

int
diag_by_name(struct str name)
{
	int i;

	for (i = 0; i < DIAG_COUNT; i++) {
		if (str_eqz(name, diag_table[i].name))
			return i;
	}
	return -1;
}

void
diags_init(struct diags *d, struct arena *a)
{
	memset(d, 0, sizeof(*d));
	d->arena = a;
}

void
diags_branch(struct diags *out, const struct diags *like)
{
	diags_init(out, like->arena);
	out->warnings_are_errors = like->warnings_are_errors;
	memcpy(out->level, like->level, sizeof(out->level));
}

static enum diag_severity
severity_of(const struct diags *d, enum diag_id id)
{
	enum diag_severity s = diag_table[id].severity;

	switch ((enum diag_level)d->level[id]) {
	case DIAG_AS_ERROR:
		return DIAG_ERROR;
	case DIAG_AS_WARNING:
		return DIAG_WARNING;
	case DIAG_OFF:
	case DIAG_DEFAULT:
		break;
	}
	if (s == DIAG_WARNING && d->warnings_are_errors)
		return DIAG_ERROR;
	return s;
}

static struct str
key_of(struct arena *a, const struct diag *g)
{
	return arena_printf(a, "%d %p %u %.*s", (int)g->id,
	    (const void *)g->loc.source, g->loc.off, STR_ARG(g->text));
}

/* False: there is an equal one, which is *same. */
static bool
enter(struct diags *d, struct diag *g, struct diag **same)
{
	struct str key = key_of(d->arena, g);

	*same = map_get(&d->seen, key);
	if (*same != NULL)
		return false;
	(void)map_set(d->arena, &d->seen, key, g);
	VEC_PUSH(d->arena, &d->list, g);
	d->suppressed += g->suppressed;
	if (!g->suppressed) {
		d->errors += g->severity == DIAG_ERROR;
		d->warnings += g->severity == DIAG_WARNING;
	}
	return true;
}

void
diags_join(struct diags *d, const struct diags *from)
{
	struct diag **g, *same;

	VEC_FOREACH(g, &from->list)
		(void)enter(d, *g, &same);
}

struct diag *
diag_add(struct diags *d, enum diag_id id, struct loc loc, const char *fmt, ...)
{
	struct diag *g = ARENA_NEW(d->arena, struct diag), *same;
	va_list ap;

	va_start(ap, fmt);
	g->text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	g->id = id;
	g->loc = loc;
	g->severity = severity_of(d, id);
	g->help = str_from(diag_table[id].help);
	/* An error of the table can be made weaker by name, not dropped. */
	g->suppressed =
	    d->level[id] == DIAG_OFF && diag_table[id].severity != DIAG_ERROR;
	return enter(d, g, &same) ? g : same;
}

void
diag_note(struct diags *d, struct diag *g, struct loc loc, const char *fmt, ...)
{
	struct diag_note *n;
	va_list ap;

	if (g->nnotes == DIAG_NOTES_MAX)
		return;
	n = &g->notes[g->nnotes++];
	n->loc = loc;
	va_start(ap, fmt);
	n->text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void
diag_help(struct diags *d, struct diag *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	g->help = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void
diag_soften(struct diags *d, struct diag *g)
{
	enum diag_level level = (enum diag_level)d->level[g->id];

	if (g->severity != DIAG_ERROR || level == DIAG_AS_ERROR ||
	    diag_table[g->id].severity != DIAG_ERROR)
		return;
	if (level == DIAG_OFF) {
		g->suppressed = true;
		d->suppressed++;
		d->errors--;
	} else if (!d->warnings_are_errors) {
		d->errors--;
		d->warnings++;
	} else {
		return;
	}
	g->severity = DIAG_WARNING;
}

void
diag_harden(struct diags *d, struct diag *g)
{
	if (g->severity != DIAG_WARNING || g->suppressed ||
	    d->level[g->id] != DIAG_DEFAULT)
		return;
	d->warnings--;
	d->errors++;
	g->severity = DIAG_ERROR;
}

struct sorted {
	struct diag *g;
	struct loc at; /* in the user's file */
	size_t index;
};

static int
by_place(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int order;

	if (a->at.source != b->at.source) {
		if (a->at.source == NULL || b->at.source == NULL)
			return a->at.source == NULL ? 1 : -1;
		order = str_cmp(a->at.source->name, b->at.source->name);
		if (order != 0)
			return order;
	}
	if (a->at.off != b->at.off)
		return a->at.off < b->at.off ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

void
diags_sort(struct diags *d)
{
	struct sorted *s = ARENA_ARRAY(d->arena, struct sorted, d->list.n);
	size_t i;

	for (i = 0; i < d->list.n; i++)
		s[i] = (struct sorted){
		    d->list.p[i], loc_user(d->list.p[i]->loc, NULL), i};
	if (d->list.n > 1)
		qsort(s, d->list.n, sizeof(*s), by_place);
	for (i = 0; i < d->list.n; i++)
		d->list.p[i] = s[i].g;
}
