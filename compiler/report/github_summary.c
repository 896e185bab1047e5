/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of a job of GitHub Actions, in Markdown. */
#include <string.h>

#include "compiler/report/report.h"
#include "runtime/base/banned.h"

/* A cell of a table in Markdown. */
static void
cell(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\n' || c == '\r')
			c = ' ';
		if (c != '\0' && strchr("\\`*_[]<>|#&", c) != NULL)
			buf_putc(out, '\\');
		buf_putc(out, c);
	}
}

void
report_github_summary(struct buf *out, const struct report *r)
{
	const struct finding *f;

	buf_printf(out, "### contrastc: %zu errors, %zu warnings\n\n",
	    r->errors, r->warnings);
	if (r->errors + r->warnings > 0)
		buf_puts(
		    out, "| level | place | finding |\n| --- | --- | --- |\n");
	VEC_FOREACH(f, &r->list) {
		if (f->diag->severity == DIAG_NOTE)
			continue;
		buf_printf(out, "| %s | ", f->level);
		cell(out, f->file);
		if (f->file.n > 0)
			buf_printf(out, ":%u:%u", f->at.line, f->at.col);
		buf_puts(out, " | ");
		cell(out, f->text);
		buf_printf(out, " (%s) |\n", f->name);
	}
	buf_putc(out, '\n');
}
