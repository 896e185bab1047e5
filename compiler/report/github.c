/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub Actions: annotations by workflow commands. */
#include <string.h>

#include "compiler/report/report.h"
#include "runtime/base/banned.h"

/* GitHub drops what is beyond, by level and step. */
#define ANNOTATIONS 10

static const char *const commands[] = {
    [DIAG_NOTE] = "notice", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"};

/* Percent signs and line ends; in a property also what separates those. */
static void
put(struct buf *out, struct str s, const char *special)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c != '\0' && strchr(special, c) != NULL)
			buf_printf(out, "%%%02X", (unsigned char)c);
		else
			buf_putc(out, c);
	}
}

static void
one(struct buf *out, const struct finding *f)
{
	buf_printf(out, "::%s ", commands[f->diag->severity]);
	if (f->file.n > 0) {
		buf_puts(out, "file=");
		put(out, f->file, "%\r\n:,");
		buf_printf(out, ",line=%u,col=%u,endLine=%u,endColumn=%u,",
		    f->at.line, f->at.col, f->end.line, f->end.col);
	}
	buf_printf(out, "title=%s::", f->name);
	put(out, f->text, "%\r\n");
	if (f->help.n > 0) {
		buf_puts(out, "%0Ahelp: ");
		put(out, f->help, "%\r\n");
	}
	buf_putc(out, '\n');
}

static void
level(struct buf *out, const struct report *r, enum diag_severity severity,
    size_t count)
{
	size_t left = count > ANNOTATIONS ? ANNOTATIONS - 1 : count;
	size_t folded = count - left;
	const struct finding *f;

	VEC_FOREACH(f, &r->list) {
		if (f->diag->severity != severity || left == 0)
			continue;
		one(out, f);
		left--;
	}
	if (folded > 0)
		buf_printf(out,
		    "::%s title=contrastc::and %zu more, see the "
		    "log\n",
		    commands[severity], folded);
}

void
report_github(struct buf *out, const struct report *r)
{
	level(out, r, DIAG_ERROR, r->errors);
	level(out, r, DIAG_WARNING, r->warnings);
	if (r->options->notes)
		level(out, r, DIAG_NOTE, r->notes);
}
