/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML: each finding is a test that failed or, if no error, was skipped. */
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

/* Text and values of XML 1.0, which has no control characters. */
static void
put(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else if (c == '"')
			buf_puts(out, "&quot;");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
}

static void
one(struct buf *out, const struct finding *f)
{
	bool failed = f->diag->severity == DIAG_ERROR;

	buf_puts(out, "    <testcase classname=\"");
	put(out, f->file.n > 0 ? f->file : STR("contrastc"));
	buf_printf(out, "\" name=\"%s", f->name);
	if (f->file.n > 0)
		buf_printf(out, " at %u:%u", f->at.line, f->at.col);
	buf_printf(out, "\">\n      <%s ", failed ? "failure" : "skipped");
	if (failed)
		buf_printf(out, "type=\"%s\" ", f->name);
	buf_printf(out, "message=\"%s: ", f->level);
	put(out, f->text);
	buf_puts(out, "\">");
	put(out, f->help);
	buf_printf(
	    out, "</%s>\n    </testcase>\n", failed ? "failure" : "skipped");
}

void
report_junit(struct buf *out, const struct report *r)
{
	size_t skipped = r->warnings + r->notes;
	size_t tests = r->list.n > 0 ? r->list.n : 1;
	const struct finding *f;

	buf_printf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites>\n"
	    "  <testsuite name=\"contrastc\" tests=\"%zu\" failures=\"%zu\" "
	    "errors=\"0\" skipped=\"%zu\">\n",
	    tests, r->errors, skipped);
	/* A suite without tests is a fault to some readers. */
	if (r->list.n == 0)
		buf_puts(out, "    <testcase classname=\"contrastc\" "
			      "name=\"no findings\"/>\n");
	VEC_FOREACH(f, &r->list)
		one(out, f);
	buf_puts(out, "  </testsuite>\n</testsuites>\n");
}
