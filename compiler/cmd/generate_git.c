/* SPDX-License-Identifier: Apache-2.0 */
/* --git-commit: the files of a run as a commit (cli 2.9). */
#include <string.h>

#include "compiler/cmd/generate.h"
#include "compiler/emit/git.h"
#include "runtime/base/banned.h"

int
generate_git_open(struct emit_git **out, struct generate *g,
    const struct file_set *files, struct emit_git_options *o)
{
	struct rt_err err;
	int rc;

	*out = NULL;
	if (!opt_is_set(g->run, OPT_GIT_COMMIT))
		return EXIT_OK;
	o->message = opt_str(g->run, OPT_GIT_COMMIT);
	rc = emit_git_open(out, g->arena, files, o, &err);
	if (rc == 0)
		return EXIT_OK;
	return cmd_fail(g->run, rc == RT_EINVAL ? EXIT_USAGE : EXIT_ENVIRONMENT,
	    "--git-commit: %s", err.text);
}

int
generate_git_commit(struct generate *g, struct emit_git *git)
{
	struct emit_git_result result;
	const char **path;
	struct rt_err err;

	if (git == NULL)
		return EXIT_OK;
	if (emit_git_commit(&result, git, &err) != 0)
		return cmd_fail(g->run, EXIT_ENVIRONMENT,
		    "--git-commit: the files are written, %s: %s",
		    result.id.n > 0 ? "and the commit is made, but"
				    : "but not committed",
		    err.text);
	VEC_FOREACH(path, &result.ignored)
		cmd_say(g->run, "  Ignored by git: %s", *path);
	if (result.id.n == 0) {
		cmd_say(g->run, "  Nothing to commit");
		return EXIT_OK;
	}
	if (result.no_signature)
		cmd_say(g->run, "  commit.gpgsign is set, but there is no "
				"signature");
	cmd_say(g->run, "✔️ Committed %.10s", result.id.p);
	return EXIT_OK;
}
