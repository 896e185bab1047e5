/* SPDX-License-Identifier: Apache-2.0 */
/* Test Anything Protocol: what is no error is skipped. */
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

/* A description is one line; a number sign would begin a directive. */
static void
put(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '#' || c == '\\')
			buf_putc(out, '\\');
		if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
}

static void
one(struct buf *out, const struct finding *f, size_t number)
{
	bool failed = f->diag->severity == DIAG_ERROR;

	buf_printf(out, "%sok %zu - ", failed ? "not " : "", number);
	if (f->file.n > 0) {
		put(out, f->file);
		buf_printf(out, ":%u:%u: ", f->at.line, f->at.col);
	}
	put(out, f->text);
	buf_printf(out, " [%s]", f->name);
	if (!failed)
		buf_printf(out, " # SKIP %s", f->level);
	buf_putc(out, '\n');
}

void
report_tap(struct buf *out, const struct report *r)
{
	const struct finding *f;
	size_t number = 0;

	buf_printf(
	    out, "TAP version 13\n1..%zu\n", r->list.n > 0 ? r->list.n : 1);
	if (r->list.n == 0)
		buf_puts(out, "ok 1 - no findings\n");
	VEC_FOREACH(f, &r->list)
		one(out, f, ++number);
}
