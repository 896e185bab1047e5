/* SPDX-License-Identifier: Apache-2.0 */
/* --check and --dry-run: runs that write nothing. */
#include <string.h>

#include "compiler/cmd/generate.h"
#include "compiler/emit/patch.h"
#include "compiler/emit/stale.h"
#include "runtime/base/banned.h"

bool
generate_is_plan(const struct generate *g)
{
	return opt_on(g->run, OPT_CHECK) || opt_on(g->run, OPT_DRY_RUN);
}

static int
print_patch(struct generate *g, const struct file_set *files)
{
	struct buf patch = {0};
	struct rt_err err;
	const char *base;
	int status = EXIT_OK;

	if (emit_patch(&patch, &base, g->arena, files, &err) != 0)
		status = cmd_fail(
		    g->run, EXIT_ENVIRONMENT, "--dry-run: %s", err.text);
	else
		status = cmd_print(g->run, buf_str(&patch));
	if (status == EXIT_OK && strcmp(base, ".") != 0)
		cmd_say(
		    g->run, "  The paths of the patch are those in %s", base);
	buf_free(&patch);
	return status;
}

int
generate_plan(struct generate *g, const struct emit_stale *s)
{
	bool check = opt_on(g->run, OPT_CHECK);
	size_t stale = g->diags->errors;
	int status = EXIT_OK;

	if (opt_on(g->run, OPT_DRY_RUN))
		status = print_patch(g, s->files);
	if (check)
		stale += emit_stale(s, g->arena, g->diags);
	if (status != EXIT_OK || !check)
		return status;
	if (stale == 0 && opt_on(g->run, OPT_VERBOSE))
		cmd_say(g->run, "✔️ All %zu files are up to date",
		    s->files->files.n);
	if (stale == 0)
		return EXIT_OK;
	cmd_say(g->run, "  Not up to date: run generate with the same options");
	return cmd_status(g->run);
}
