/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as findings that every format can take as they are. */
#include <ctype.h>
#include <string.h>

#include "compiler/report/report.h"
#include "runtime/base/banned.h"

static const char *const levels[] = {
    [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"};

/* File names and text of the system need not be UTF-8. */
static struct str
clean(struct arena *a, struct str s)
{
	struct buf b = {0};
	struct str out;
	size_t i;

	if (str_is_utf8(s))
		return s;
	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x80)
			buf_putc(&b, s.p[i]);
		else
			buf_printf(&b, "\\x%02x", (unsigned char)s.p[i]);
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
place(struct arena *a, struct finding *f, struct loc l)
{
	f->loc = loc_user(l, &f->inserted);
	f->file = STR("");
	if (f->loc.source == NULL)
		return;
	f->file = clean(a, f->loc.source->name);
	f->at = source_place(a, f->loc.source, f->loc.off);
	f->end =
	    source_place(a, f->loc.source, (size_t)f->loc.off + f->loc.len);
}

struct finding
report_note(struct arena *a, const struct finding *f, size_t i)
{
	const struct diag_note *n = &f->diag->notes[i];
	struct finding out = {.text = clean(a, n->text)};

	place(a, &out, n->loc);
	return out;
}

struct str
report_uri(struct arena *a, struct str path)
{
	static const char plain[] = "-._~/!$&'()*+,=@";
	struct buf b = {0};
	struct str s;
	size_t i;

	if (str_starts(path, STR("/")))
		buf_puts(&b, "file://");
	for (i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (isalnum(c) || (c != '\0' && strchr(plain, c) != NULL))
			buf_putc(&b, (char)c);
		else
			buf_printf(&b, "%%%02X", c);
	}
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
add(struct report *r, const struct diag *g)
{
	struct finding f = {.diag = g,
	    .name = diag_table[g->id].name,
	    .level = levels[g->severity],
	    .hidden = g->hidden};

	f.text = clean(r->arena, g->text);
	f.help = clean(r->arena, g->help);
	place(r->arena, &f, g->loc);
	r->errors += g->severity == DIAG_ERROR;
	r->warnings += g->severity == DIAG_WARNING;
	r->notes += g->severity == DIAG_NOTE;
	VEC_PUSH(r->arena, &r->list, f);
}

/* What else is found on the line of a secret does not show it either. */
static void
spread_hidden(struct report *r)
{
	const struct finding *last;
	struct finding *f;

	for (f = r->list.p + 1; r->list.n > 1 && f < r->list.p + r->list.n;
	     f++) {
		last = f - 1;
		if (last->loc.source == f->loc.source &&
		    last->at.line == f->at.line)
			f->hidden |= last->hidden;
	}
	for (f = r->list.p + r->list.n; r->list.n > 1 && --f > r->list.p;) {
		if (f[-1].loc.source == f->loc.source &&
		    f[-1].at.line == f->at.line)
			f[-1].hidden |= f->hidden;
	}
}

void
report_make(struct report *out, struct arena *a, const struct diags *d,
    const struct report_options *o)
{
	struct diag **it;

	*out = (struct report){.arena = a, .options = o};
	VEC_FOREACH(it, &d->list) {
		if ((*it)->suppressed)
			out->suppressed++;
		else
			add(out, *it);
	}
	spread_hidden(out);
}

#define FORMATS(X, and)                                                        \
	X(text) and X(json) and X(sarif) and X(junit) and X(github) and        \
	    X(gitlab) and X(azuredevops) and X(tap)

#define NAME(f) #f
const char report_names[] = FORMATS(NAME, ", ");

report_format *
report_find(struct str name)
{
	static const struct {
		const char *name;
		report_format *run;
	} formats[] = {
#define ENTRY(f) {#f, report_##f},
	    FORMATS(ENTRY, )};
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (str_eqz(name, formats[i].name))
			return formats[i].run;
	}
	return NULL;
}
