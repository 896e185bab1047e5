/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as text: each place in the user's own file, with its line. */
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

#define WIDTH 160
#define LIMIT 50

struct writer {
	struct buf *out;
	struct arena *arena;
	const struct report_options *o;
};

static const char *const severities[] = {
    [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"};
static const char *const colors[] = {[DIAG_NOTE] = "\033[36m",
    [DIAG_WARNING] = "\033[35m",
    [DIAG_ERROR] = "\033[1;31m"};

static void
colored(struct writer *w, const char *on, const char *text)
{
	if (w->o->color)
		buf_puts(w->out, on);
	buf_puts(w->out, text);
	if (w->o->color)
		buf_puts(w->out, "\033[0m");
}

/* Bytes of the input as they may go to a terminal. */
static void
printable(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
}

static void
place(struct writer *w, struct loc l)
{
	struct place at;

	if (l.source == NULL)
		return;
	at = source_place(w->arena, l.source, l.off);
	printable(w->out, l.source->name);
	buf_printf(w->out, ":%u:%u: ", at.line, at.col);
}

/* A start of a character at or before `i`. */
static size_t
character(struct str s, size_t i)
{
	while (i > 0 && i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80)
		i--;
	return i;
}

/* The part of a long line that shows the range. */
static struct str
window(struct str line, size_t width, size_t *from)
{
	size_t start = 0;

	if (line.n > width && *from > width / 2)
		start = character(line, *from - width / 2);
	*from -= start;
	return str_sub(line, start, character(line, start + width));
}

static void
marker(struct writer *w, struct str line, size_t from, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < from && i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c == '\t')
			buf_putc(w->out, '\t');
		else if (c < 0x20 || c == 0x7f)
			buf_puts(w->out, "    ");
		else if ((c & 0xc0) != 0x80)
			buf_putc(w->out, ' ');
	}
	for (i = from; i < from + len && i < line.n; i++)
		n += ((unsigned char)line.p[i] & 0xc0) != 0x80;
	if (w->o->color)
		buf_puts(w->out, "\033[32m");
	buf_putc(w->out, '^');
	if (n > 1)
		buf_fill(w->out, '~', n - 1);
	if (w->o->color)
		buf_puts(w->out, "\033[0m");
	buf_putc(w->out, '\n');
}

static void
excerpt(struct writer *w, struct loc l, bool injected)
{
	struct place at = source_place(w->arena, l.source, l.off);
	struct str line = source_line(w->arena, l.source, at.line);
	size_t from = (size_t)(l.source->text.p + l.off - line.p);
	size_t width = w->o->width == 0 ? WIDTH : w->o->width;
	size_t len = l.len;

	if (from > line.n)
		from = line.n;
	if (len > line.n - from)
		len = line.n - from;
	line = window(line, width, &from);
	if (injected) /* the number would be that of no file */
		buf_puts(w->out, "    + | ");
	else
		buf_printf(w->out, "%5u | ", at.line);
	printable(w->out, line);
	buf_puts(w->out, "\n      | ");
	marker(w, line, from, len);
}

static void
note(struct writer *w, struct loc l, struct str text)
{
	struct loc user = loc_user(l, NULL);

	place(w, user);
	colored(w, colors[DIAG_NOTE], "note");
	buf_puts(w->out, ": ");
	printable(w->out, text);
	buf_putc(w->out, '\n');
}

static void
one(struct writer *w, const struct diag *g)
{
	const char *what;
	struct loc l = loc_user(g->loc, &what);
	size_t i;

	place(w, l);
	colored(w, colors[g->severity], severities[g->severity]);
	buf_puts(w->out, ": ");
	printable(w->out, g->text);
	buf_printf(w->out, " [%s]\n", diag_table[g->id].name);
	if (l.source != NULL && !g->hidden)
		excerpt(w, what == NULL ? l : g->loc, what != NULL);
	if (what != NULL)
		note(w, g->loc, arena_printf(w->arena, "in %s", what));
	for (i = 0; i < g->nnotes; i++)
		note(w, g->notes[i].loc, g->notes[i].text);
	if (g->help.n > 0) {
		colored(w, "\033[1m", "help");
		buf_puts(w->out, ": ");
		printable(w->out, g->help);
		buf_putc(w->out, '\n');
	}
}

static void
summary(struct writer *w, const struct diags *d, size_t hidden)
{
	if (hidden > 0)
		buf_printf(w->out, "%zu more not shown\n", hidden);
	if (d->errors + d->warnings + d->suppressed == 0)
		return;
	buf_printf(w->out, "%zu error%s, %zu warning%s", d->errors,
	    d->errors == 1 ? "" : "s", d->warnings,
	    d->warnings == 1 ? "" : "s");
	if (d->suppressed > 0)
		buf_printf(w->out, ", %zu suppressed", d->suppressed);
	buf_putc(w->out, '\n');
}

void
report_text(struct buf *out, struct arena *a, const struct diags *d,
    const struct report_options *o)
{
	struct writer w = {out, a, o};
	size_t limit = o->limit == 0 ? LIMIT : o->limit, hidden = 0;
	size_t errors = d->errors < limit ? d->errors : limit;
	size_t others = limit - errors; /* errors come first to be shown */
	struct diag **it;

	VEC_FOREACH(it, &d->list) {
		bool error = (*it)->severity == DIAG_ERROR;

		if ((*it)->suppressed ||
		    ((*it)->severity == DIAG_NOTE && !o->notes))
			continue;
		if ((error ? errors : others) == 0) {
			hidden++;
			continue;
		}
		(*(error ? &errors : &others))--;
		one(&w, *it);
	}
	summary(&w, d, hidden);
}
