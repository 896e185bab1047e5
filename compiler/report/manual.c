/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page of all diagnostics, from the same texts as `explain`. */
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

static const char head[] =
    ".\\\" SPDX-License-Identifier: Apache-2.0\n"
    ".Dd November 24, 2026\n"
    ".Dt CONTRASTC-DIAGNOSTICS 7\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm contrastc-diagnostics\n"
    ".Nd what contrastc reports, and what it means\n"
    ".Sh DESCRIPTION\n"
    "Every error, warning and note of\n"
    ".Xr contrastc 1\n"
    "has a name, which\n"
    ".Fl W\n"
    "and\n"
    ".Cm contrastc explain\n"
    "take.\n"
    "A warning can be made an error or silenced by its name, an error cannot\n"
    "be silenced.\n"
    "The names are stable.\n"
    ".Bl -tag -width Ds\n";

static const char tail[] = ".El\n"
			   ".Sh SEE ALSO\n"
			   ".Xr contrastc 1 ,\n"
			   ".Xr contrastc-generate 1\n";

/* Text lines: a sentence or a word that looks like a request is none. */
static void
put(struct buf *out, struct str s)
{
	size_t i;
	bool first = true;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (first && (c == '.' || c == '\''))
			buf_puts(out, "\\&");
		if (c == '\\')
			buf_puts(out, "\\e");
		else if (c == '\n')
			buf_puts(out, "\n.Pp\n");
		else if (c == ' ' && i > 0 && s.p[i - 1] == '.')
			buf_putc(out, '\n');
		else
			buf_putc(out, c);
		first = c == '\n' || (c == ' ' && i > 0 && s.p[i - 1] == '.');
	}
	buf_putc(out, '\n');
}

void
report_manual(struct buf *out)
{
	static const char *const severities[] = {[DIAG_NOTE] = "note",
	    [DIAG_WARNING] = "warning",
	    [DIAG_ERROR] = "error"};
	const struct diag_info *i;

	buf_puts(out, head);
	for (i = diag_table; i < diag_table + DIAG_COUNT; i++) {
		buf_printf(
		    out, ".It Li %s Pq %s\n", i->name, severities[i->severity]);
		put(out, str_from(i->explain));
		if (i->help == NULL)
			continue;
		buf_puts(out, ".Pp\nRemedy: ");
		put(out, str_from(i->help));
	}
	buf_puts(out, tail);
}
