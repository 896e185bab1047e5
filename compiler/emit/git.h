/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_GIT_H
#define CONTRASTC_EMIT_GIT_H

#include "runtime/base/buf.h"
#include "runtime/base/err.h"
#include "runtime/base/file.h"

/*
 * The files of a run as a commit (cli 2.9), and as a patch.  Only these files
 * go into the commit: what else is staged stays staged.  Hooks are not run.
 */
struct emit_git;

struct emit_git_options {
	const char *home;    /* a file: the repository is the one around it */
	const char *message; /* NULL or empty: "contrastc generate" */
	struct str trailer;  /* last paragraph of the message, or empty */
	/* Files with private keys, which git must not know. */
	const char *const *keys;
	size_t nkeys;
};

/*
 * Opens the repository and looks for everything that speaks against the
 * commit, before a file is written: RT_ESTATE and what to do about it.
 * RT_ENOTFOUND: no repository, or no libgit2.  RT_EINVAL: SOURCE_DATE_EPOCH.
 */
int emit_git_open(struct emit_git **out, struct arena *a,
    const struct file_set *files, const struct emit_git_options *o,
    struct rt_err *err) RT_MUST_CHECK;
struct emit_git_result {
	struct str id;             /* empty: the tree would be the same */
	VEC(const char *) ignored; /* left out because git ignores them */
	bool no_signature;         /* against commit.gpgsign */
};
/*
 * Commits the files, once they are written.  RT_EIO: nothing was committed, or
 * the commit that `id` then names may not be durable.
 */
int emit_git_commit(struct emit_git_result *out, struct emit_git *g,
    struct rt_err *err) RT_MUST_CHECK;
/* Accepts NULL. */
void emit_git_close(struct emit_git *g);

#endif
