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
one(struct writer *w, const struct finding *f)
{
	const struct diag *g = f->diag;
	const char *what = f->inserted;
	size_t i;

	place(w, f->loc);
	colored(w, colors[g->severity], f->level);
	buf_puts(w->out, ": ");
	printable(w->out, g->text);
	buf_printf(w->out, " [%s]\n", f->name);
	if (f->loc.source != NULL && !f->hidden)
		excerpt(w, what == NULL ? f->loc : g->loc, what != NULL);
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
summary(struct writer *w, const struct report *r, size_t hidden)
{
	if (hidden > 0)
		buf_printf(w->out, "%zu more not shown\n", hidden);
	if (r->errors + r->warnings + r->suppressed == 0)
		return;
	buf_printf(w->out, "%zu error%s, %zu warning%s", r->errors,
	    r->errors == 1 ? "" : "s", r->warnings,
	    r->warnings == 1 ? "" : "s");
	if (r->suppressed > 0)
		buf_printf(w->out, ", %zu suppressed", r->suppressed);
	buf_putc(w->out, '\n');
}

void
report_text(struct buf *out, const struct report *r)
{
	const struct report_options *o = r->options;
	struct writer w = {out, r->arena, o};
	size_t limit = o->limit == 0 ? LIMIT : o->limit, hidden = 0;
	size_t errors = r->errors < limit ? r->errors : limit;
	size_t others = limit - errors; /* errors come first to be shown */
	const struct finding *f;

	VEC_FOREACH(f, &r->list) {
		bool error = f->diag->severity == DIAG_ERROR;

		if (f->diag->severity == DIAG_NOTE && !o->notes)
			continue;
		if ((error ? errors : others) == 0) {
			hidden++;
			continue;
		}
		(*(error ? &errors : &others))--;
		one(&w, f);
	}
	summary(&w, r, hidden);
}
