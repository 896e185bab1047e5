/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "compiler/front/k8s.h"
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

static void
list_names(struct buf *out)
{
	int i;

	for (i = 0; i < DIAG_COUNT; i++)
		buf_printf(out, "%s\n", diag_table[i].name);
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
