/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "compiler/front/k8s.h"
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

/* The text of a finding with "…" for what is filled in. */
static void
put_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text != '%') {
			buf_putc(out, *text);
			continue;
		}
		text += 1 + strcspn(text + 1, "sduxc%");
		buf_puts(out, *text == '%' ? "%" : "…");
	}
}

/* A line each; the name comes first, for loops of a shell. */
static void
list_names(struct buf *out)
{
	static const char *const severity[] = {"note", "warning", "error"};
	int i;

	for (i = 0; i < DIAG_COUNT; i++) {
		buf_printf(out, "%-28s %-8s ", diag_table[i].name,
		    severity[diag_table[i].severity]);
		put_text(out, diag_table[i].text);
		buf_putc(out, '\n');
	}
}

int
cmd_explain(struct run *r)
{
	struct buf out = {0};
	const char *guess;
	int status;

	if (r->args.n > 1)
		return cmd_fail(
		    r, EXIT_USAGE, "accepts one name, received %zu", r->args.n);
	if (r->args.n == 0) {
		list_names(&out);
	} else if (strcmp(r->args.p[0], "fields") == 0) {
		k8s_fields_print(&out);
	} else if (strcmp(r->args.p[0], "diagnostics") == 0) {
		report_manual(&out);
	} else if (!report_explain(&out, str_from(r->args.p[0]))) {
		guess = report_nearest(str_from(r->args.p[0]));
		return cmd_fail(r, EXIT_USAGE, "unknown diagnostic: %s%s%s%s",
		    r->args.p[0], guess == NULL ? "" : " (did you mean ",
		    guess == NULL ? "" : guess, guess == NULL ? "" : "?)");
	}
	status = cmd_print(r, buf_str(&out));
	buf_free(&out);
	return status;
}
