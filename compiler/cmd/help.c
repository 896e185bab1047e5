/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "runtime/base/banned.h"

int
cmd_help(struct run *r)
{
	const struct cmd *c = NULL;
	int i;

	for (i = 0; r->args.n > 0 && i < CMD_COUNT; i++) {
		if (strcmp(r->args.p[0], cmd_table[i].name) == 0)
			c = &cmd_table[i];
	}
	if (r->args.n > 0 && c == NULL)
		return cmd_fail(
		    r, EXIT_USAGE, "unknown help topic: %s", r->args.p[0]);
	cmd_usage(r, c, 1);
	return EXIT_OK;
}
