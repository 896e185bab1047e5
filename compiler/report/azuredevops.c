/* SPDX-License-Identifier: Apache-2.0 */
/* Azure Pipelines: logging commands, which know errors and warnings only. */
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

static void
put(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '%':
			buf_puts(out, "%AZP25");
			break;
		case ';':
			buf_puts(out, "%3B");
			break;
		case ']':
			buf_puts(out, "%5D");
			break;
		case '\r':
			buf_puts(out, "%0D");
			break;
		case '\n':
			buf_puts(out, "%0A");
			break;
		default:
			buf_putc(out, s.p[i]);
		}
	}
}

void
report_azuredevops(struct buf *out, const struct report *r)
{
	const struct finding *f;

	VEC_FOREACH(f, &r->list) {
		if (f->diag->severity == DIAG_NOTE)
			continue;
		buf_printf(out, "##vso[task.logissue type=%s;", f->level);
		if (f->file.n > 0) {
			buf_puts(out, "sourcepath=");
			put(out, f->file);
			buf_printf(out, ";linenumber=%u;columnnumber=%u;",
			    f->at.line, f->at.col);
		}
		buf_printf(out, "code=%s;]", f->name);
		put(out, f->text);
		buf_putc(out, '\n');
	}
}
