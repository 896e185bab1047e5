/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_GIT_INT_H
#define CONTRASTC_EMIT_GIT_INT_H

#include "compiler/emit/git.h"
#include "compiler/emit/git_api.h"

/* A file of the run that goes into the commit. */
struct emit_git_file {
	const char *path; /* in the repository */
	const char *real; /* absolute, links resolved */
	struct str bytes;
	git_oid id;    /* of the bytes as they are, no filter applied */
	uint32_t mode; /* of git: regular or executable */
};

struct emit_git {
	const struct git_api *git;
	struct arena *arena;
	git_repository *repo;
	git_index *index;
	git_tree *tree; /* of HEAD; NULL: no commit yet */
	git_commit *head;
	git_signature *who;
	const char *root; /* work tree, links resolved, with a slash */
	const char *message;
	bool filemode;
	VEC(struct emit_git_file) files;
	struct emit_git_result result;
};

/* git_check.c: all that has to be so before a file is written. */
int emit_git_check(struct emit_git *g, const struct file_set *files,
    const struct emit_git_options *o, struct rt_err *err) RT_MUST_CHECK;

#endif
