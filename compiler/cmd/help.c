/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/cmd/cmd.h"
#include "runtime/base/banned.h"

int
cmd_help(struct run *r)
{
	const struct cmd *c = NULL;
	const char *guess = NULL;
	int i;

	if (r->args.n > 0)
		c = cmd_find(r->args.p[0], r->args.n > 1 ? r->args.p[1] : NULL);
	if (r->args.n > 1 && c == NULL)
		c = cmd_find(r->args.p[0], NULL);
	for (i = 0; r->args.n > 0 && i < CMD_COUNT; i++) {
		if (str_distance(str_from(r->args.p[0]),
			str_from(cmd_table[i].name)) <= 2)
			guess = cmd_table[i].name;
	}
	if (r->args.n > 0 && c == NULL)
		return cmd_fail(r, EXIT_USAGE, "unknown help topic: %s%s%s%s",
		    r->args.p[0], guess == NULL ? "" : " (did you mean ",
		    guess == NULL ? "" : guess, guess == NULL ? "" : "?)");
	cmd_usage(r, c, 1);
	return EXIT_OK;
}
