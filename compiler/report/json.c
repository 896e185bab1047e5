/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as one JSON object for programs. */
#include "compiler/report/report.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

static const char *const severities[] = {
    [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"};

static void
put_str(struct arena *a, struct jv *o, const char *key, struct str s)
{
	jv_set(a, o, str_from(key), jv_string(a, s));
}

static void
put_int(struct arena *a, struct jv *o, const char *key, size_t n)
{
	jv_set(a, o, str_from(key), jv_int(a, (int64_t)n));
}

/* File, 1-based line and column in code points, byte range. */
static void
put_place(struct arena *a, struct jv *o, struct loc l)
{
	const char *what;
	struct place at, end;

	l = loc_user(l, &what);
	if (l.source == NULL)
		return;
	at = source_place(a, l.source, l.off);
	end = source_place(a, l.source, (size_t)l.off + l.len);
	put_str(a, o, "file", l.source->name);
	put_int(a, o, "line", at.line);
	put_int(a, o, "column", at.col);
	put_int(a, o, "endLine", end.line);
	put_int(a, o, "endColumn", end.col);
	put_int(a, o, "offset", l.off);
	put_int(a, o, "length", l.len);
	if (what != NULL)
		put_str(a, o, "inserted", str_from(what));
}

static struct jv *
one(struct arena *a, const struct diag *g)
{
	struct jv *o = jv_object(a), *notes = jv_array(a);
	size_t i;

	put_str(a, o, "name", str_from(diag_table[g->id].name));
	put_str(a, o, "severity", str_from(severities[g->severity]));
	put_str(a, o, "message", g->text);
	put_place(a, o, g->loc);
	for (i = 0; i < g->nnotes; i++) {
		struct jv *n = jv_push(a, notes, jv_object(a));

		put_str(a, n, "message", g->notes[i].text);
		put_place(a, n, g->notes[i].loc);
	}
	if (g->nnotes > 0)
		jv_set(a, o, STR("notes"), notes);
	if (g->help.n > 0)
		put_str(a, o, "help", g->help);
	return o;
}

void
report_json(struct buf *out, struct arena *a, const struct diags *d)
{
	struct jv *o = jv_object(a), *list = jv_array(a), *sum = jv_object(a);
	struct diag **it;

	put_int(a, o, "version", 1);
	VEC_FOREACH(it, &d->list) {
		if (!(*it)->suppressed)
			jv_push(a, list, one(a, *it));
	}
	jv_set(a, o, STR("diagnostics"), list);
	put_int(a, sum, "errors", d->errors);
	put_int(a, sum, "warnings", d->warnings);
	put_int(a, sum, "suppressed", d->suppressed);
	jv_set(a, o, STR("summary"), sum);
	jv_print(out, o, JV_PRETTY);
	buf_putc(out, '\n');
}
