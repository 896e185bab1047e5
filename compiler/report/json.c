/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as one JSON object for programs. */
#include "compiler/report/report.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

/* File, 1-based line and column in code points, byte range. */
static void
put_place(struct arena *a, struct jv *o, const struct finding *f)
{
	if (f->file.n == 0)
		return;
	jv_put_str(a, o, "file", f->file);
	jv_put_int(a, o, "line", f->at.line);
	jv_put_int(a, o, "column", f->at.col);
	jv_put_int(a, o, "endLine", f->end.line);
	jv_put_int(a, o, "endColumn", f->end.col);
	jv_put_int(a, o, "offset", f->loc.off);
	jv_put_int(a, o, "length", f->loc.len);
	if (f->inserted != NULL)
		jv_put_str(a, o, "inserted", str_from(f->inserted));
}

static struct jv *
one(struct arena *a, const struct finding *f)
{
	struct jv *o = jv_object(a), *notes = jv_array(a);
	size_t i;

	jv_put_str(a, o, "name", str_from(f->name));
	jv_put_str(a, o, "severity", str_from(f->level));
	jv_put_str(a, o, "message", f->text);
	put_place(a, o, f);
	for (i = 0; i < f->diag->nnotes; i++) {
		struct jv *n = jv_push(a, notes, jv_object(a));
		struct finding note = report_note(a, f, i);

		jv_put_str(a, n, "message", note.text);
		put_place(a, n, &note);
	}
	if (notes->items.n > 0)
		jv_set(a, o, STR("notes"), notes);
	if (f->help.n > 0)
		jv_put_str(a, o, "help", f->help);
	return o;
}

void
report_json(struct buf *out, const struct report *r)
{
	struct arena *a = r->arena;
	struct jv *o = jv_object(a), *list = jv_array(a), *sum = jv_object(a);
	const struct finding *f;

	jv_put_int(a, o, "version", 1);
	VEC_FOREACH(f, &r->list)
		jv_push(a, list, one(a, f));
	jv_set(a, o, STR("diagnostics"), list);
	jv_put_int(a, sum, "errors", r->errors);
	jv_put_int(a, sum, "warnings", r->warnings);
	jv_put_int(a, sum, "suppressed", r->suppressed);
	jv_set(a, o, STR("summary"), sum);
	jv_print(out, o, JV_PRETTY);
	buf_putc(out, '\n');
}
