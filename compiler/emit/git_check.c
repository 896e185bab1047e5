/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What speaks against a commit (cli 2.9), found before anything is written.
 * What is committed are the bytes that the run writes: where git would store
 * others, because of an attribute, it is left to the user.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compiler/emit/git_int.h"

#include "runtime/base/banned.h"

/* where */

static const char *
directory(struct arena *a, const char *real)
{
	struct str p = str_from(real);

	return arena_cstr(a, str_sub(p, 0, p.n - str_basename(p).n));
}

static int
find(struct emit_git *g, const struct emit_git_options *o, struct rt_err *err)
{
	const struct git_api *git = g->git;
	const char *home = file_real_path(g->arena, o->home), *dir;
	int rc;

	if (home == NULL)
		return rt_err_sys(err, RT_EIO, "%s", o->home);
	dir = directory(g->arena, home);
	rc = git->repository_open_ext(&g->repo, dir, 0, NULL);
	if (rc == GIT_ENOTFOUND)
		return rt_err_set(err, RT_ENOTFOUND,
		    "'%s' lies in no git repository: see git init", o->home);
	if (rc != 0)
		return git_api_fail(
		    git, err, RT_ESTATE, "the repository of '%s'", o->home);
	if (git->repository_is_bare(g->repo))
		return rt_err_set(err, RT_ESTATE,
		    "the repository of '%s' is bare: it has no files", o->home);
	g->root = file_real_path(g->arena, git->repository_workdir(g->repo));
	if (g->root == NULL)
		return rt_err_sys(err, RT_EIO, "%s", o->home);
	if (strcmp(g->root, "/") != 0)
		g->root = arena_printf(g->arena, "%s/", g->root).p;
	if (git->repository_index(&g->index, g->repo) != 0)
		return git_api_fail(git, err, RT_ESTATE, "the index");
	return 0;
}

/* state */

static const char *const states[] = {
    [GIT_REPOSITORY_STATE_MERGE] = "a merge",
    [GIT_REPOSITORY_STATE_REVERT] = "a revert",
    [GIT_REPOSITORY_STATE_REVERT_SEQUENCE] = "a revert",
    [GIT_REPOSITORY_STATE_CHERRYPICK] = "a cherry-pick",
    [GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE] = "a cherry-pick",
    [GIT_REPOSITORY_STATE_BISECT] = "a bisection",
    [GIT_REPOSITORY_STATE_REBASE] = "a rebase",
    [GIT_REPOSITORY_STATE_REBASE_INTERACTIVE] = "a rebase",
    [GIT_REPOSITORY_STATE_REBASE_MERGE] = "a rebase",
    [GIT_REPOSITORY_STATE_APPLY_MAILBOX] = "git am",
    [GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE] = "git am or a rebase",
};

static int
idle(struct emit_git *g, const struct emit_git_options *o, struct rt_err *err)
{
	const struct git_api *git = g->git;
	int state = git->repository_state(g->repo);
	const char *lock = arena_printf(
	    g->arena, "%sindex.lock", git->repository_path(g->repo))
			       .p;

	(void)o;
	if (state != GIT_REPOSITORY_STATE_NONE)
		return rt_err_set(err, RT_ESTATE,
		    "%s is in progress: finish or abort it first",
		    state > 0 &&
			    (size_t)state < sizeof(states) / sizeof(*states)
			? states[state]
			: "another operation");
	if (git->repository_head_detached(g->repo) != 0)
		return rt_err_set(err, RT_ESTATE,
		    "HEAD is detached: switch to a branch first");
	if (access(lock, F_OK) == 0)
		return rt_err_set(err, RT_ESTATE,
		    "another git process is at work, or one died: %s", lock);
	return 0;
}

static int
head(struct emit_git *g, const struct emit_git_options *o, struct rt_err *err)
{
	const struct git_api *git = g->git;
	git_oid id;

	(void)o;
	if (git->repository_head_unborn(g->repo) == 1)
		return 0;
	if (git->reference_name_to_id(&id, g->repo, "HEAD") != 0 ||
	    git->commit_lookup(&g->head, g->repo, &id) != 0 ||
	    git->commit_tree(&g->tree, g->head) != 0)
		return git_api_fail(git, err, RT_ESTATE, "HEAD");
	return 0;
}

/* who and when */

static int
sign(
    struct emit_git *g, const char *name, const char *email, struct rt_err *err)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t when;
	int rc;

	if (epoch == NULL) {
		rc = g->git->signature_now(&g->who, name, email);
	} else if (str_u64(str_from(epoch), INT64_MAX, &when)) {
		rc = g->git->signature_new(
		    &g->who, name, email, (git_time_t)when, 0);
	} else {
		return rt_err_set(err, RT_EINVAL,
		    "SOURCE_DATE_EPOCH: not a number of seconds: '%s'", epoch);
	}
	return rc == 0 ? 0
		       : git_api_fail(g->git, err, RT_ESTATE,
			     "user.name and user.email");
}

static int
configure(
    struct emit_git *g, const struct emit_git_options *o, struct rt_err *err)
{
	const struct git_api *git = g->git;
	const char *name = NULL, *email = NULL;
	git_config *config;
	int sign_wanted = 0, filemode = 1, rc;

	(void)o;
	if (git->repository_config_snapshot(&config, g->repo) != 0)
		return git_api_fail(git, err, RT_ESTATE, "configuration");
	if (git->config_get_string(&name, config, "user.name") != 0 ||
	    git->config_get_string(&email, config, "user.email") != 0)
		rc = rt_err_set(err, RT_ESTATE,
		    "git does not know who you are: set user.name and "
		    "user.email with git config");
	else
		rc = sign(g, name, email, err);
	g->result.no_signature =
	    git->config_get_bool(&sign_wanted, config, "commit.gpgsign") == 0 &&
	    sign_wanted != 0;
	(void)git->config_get_bool(&filemode, config, "core.filemode");
	g->filemode = filemode != 0;
	git->config_free(config);
	return rc;
}

/* files */

/* The path in the work tree; NULL: outside. */
static const char *
within(const struct emit_git *g, const char *real)
{
	size_t n = strlen(g->root);

	return strncmp(real, g->root, n) == 0 && real[n] != '\0' ? real + n
								 : NULL;
}

/* Of another repository in the work tree, or below .git? */
static bool
is_foreign(struct emit_git *g, const char *real)
{
	const struct git_api *git = g->git;
	git_buf found = {0};
	bool foreign;

	foreign = git->repository_discover(
		      &found, directory(g->arena, real), 0, NULL) != 0 ||
		  strcmp(found.ptr, git->repository_path(g->repo)) != 0;
	git->buf_dispose(&found);
	return foreign || str_starts(str_from(real),
			      str_from(git->repository_path(g->repo)));
}

/* Names that hold secrets, or what others have to verify (cli 3.1). */
static bool
is_never_committed(struct emit_git *g, const char *home, const char *real)
{
	struct str base = str_basename(str_from(real)), verify;

	verify = arena_printf(g->arena, "%sverify/", directory(g->arena, home));
	return str_ends(base, STR(".pem")) ||
	       str_eq(base, STR("seed-shares.json")) ||
	       str_starts(str_from(real), verify);
}

/* Attributes with which git stores other bytes than the file has. */
static bool
is_filtered(struct emit_git *g, const struct emit_git_file *f)
{
	static const char *const names[] = {"filter", "working-tree-encoding"};
	const struct git_api *git = g->git;
	git_filter_list *list = NULL;
	git_buf out = {0};
	const char *v;
	bool other = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (git->attr_get(&v, g->repo, 0, f->path, names[i]) != 0 ||
		    git->attr_value(v) == GIT_ATTR_VALUE_STRING)
			return true;
	}
	if (git->filter_list_load(&list, g->repo, NULL, f->path,
		GIT_FILTER_TO_ODB, GIT_FILTER_DEFAULT) != 0)
		return true;
	if (list != NULL)
		other = git->filter_list_apply_to_buffer(
			    &out, list, f->bytes.p, f->bytes.n) != 0 ||
			!str_eq((struct str){out.ptr, out.size}, f->bytes);
	git->buf_dispose(&out);
	git->filter_list_free(list);
	return other;
}

struct version {
	git_oid id;
	uint32_t mode; /* 0: not there */
};

static int
in_head(struct version *v, struct emit_git *g, const char *path)
{
	git_tree_entry *e = NULL;
	int rc = GIT_ENOTFOUND;

	*v = (struct version){0};
	if (g->tree != NULL)
		rc = g->git->tree_entry_bypath(&e, g->tree, path);
	if (rc == 0) {
		v->id = *g->git->tree_entry_id(e);
		v->mode = (uint32_t)g->git->tree_entry_filemode(e);
		g->git->tree_entry_free(e);
	}
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static bool
is_same(const struct emit_git *g, const struct version *a, const git_oid *id,
    uint32_t mode)
{
	return a->mode == mode && (mode == 0 || g->git->oid_equal(&a->id, id));
}

/*
 * Staged content that is neither HEAD's nor what is going to be written.  (An
 * interrupted run leaves the latter, and `git add -N` no content at all.)
 */
static bool
is_staged(struct emit_git *g, const struct emit_git_file *f,
    const struct version *was)
{
	const struct git_api *git = g->git;
	const git_index_entry *e;
	struct version mine = {f->id, f->mode};
	int stage;

	for (stage = 1; stage <= 3; stage++) {
		if (git->index_get_bypath(g->index, f->path, stage) != NULL)
			return true;
	}
	e = git->index_get_bypath(g->index, f->path, 0);
	if (e == NULL)
		return was->mode != 0;
	return (e->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) == 0 &&
	       !is_same(g, was, &e->id, e->mode) &&
	       !is_same(g, &mine, &e->id, e->mode);
}

/* What the file will be to git; without core.filemode, what it was. */
static uint32_t
mode_of(const struct emit_git *g, const char *real, const struct version *was)
{
	struct stat st;
	bool executable = g->filemode
			      ? stat(real, &st) == 0 && (st.st_mode & S_IXUSR)
			      : was->mode == GIT_FILEMODE_BLOB_EXECUTABLE;

	return executable ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
}

/* Ignored files are left out, unless git knows them already. */
static bool
is_ignored(struct emit_git *g, const char *path)
{
	int ignored = 0;

	return g->git->index_get_bypath(g->index, path, 0) == NULL &&
	       g->git->ignore_path_is_ignored(&ignored, g->repo, path) == 0 &&
	       ignored == 1;
}

static int
add(struct emit_git *g, const struct file_out *out, const char *home,
    struct rt_err *err)
{
	struct emit_git_file f = {
	    .bytes = out->bytes, .real = file_real_path(g->arena, out->path)};
	struct version was;

	if (f.real == NULL)
		return rt_err_sys(err, RT_EIO, "%s", out->path);
	f.path = within(g, f.real);
	if (f.path == NULL || is_foreign(g, f.real))
		return rt_err_set(err, RT_ESTATE,
		    "'%s' lies outside of the repository %s", out->path,
		    g->root);
	if (is_never_committed(g, home, f.real))
		return rt_err_set(err, RT_ESTATE,
		    "'%s' is a file that is never committed", out->path);
	if (is_ignored(g, f.path)) {
		VEC_PUSH(g->arena, &g->result.ignored, out->path);
		return 0;
	}
	if (is_filtered(g, &f))
		return rt_err_set(err, RT_ESTATE,
		    "git would store other bytes than those of '%s', because "
		    "of attributes or core.autocrlf: commit it with git",
		    out->path);
	if (in_head(&was, g, f.path) != 0 ||
	    g->git->odb_hash(&f.id, f.bytes.p, f.bytes.n, GIT_OBJECT_BLOB) != 0)
		return git_api_fail(g->git, err, RT_ESTATE, "HEAD:%s", f.path);
	f.mode = mode_of(g, f.real, &was);
	if (is_staged(g, &f, &was))
		return rt_err_set(err, RT_ESTATE,
		    "'%s' has staged changes: commit them, or take them back "
		    "with git restore --staged",
		    out->path);
	VEC_PUSH(g->arena, &g->files, f);
	return 0;
}

static int
check_key(struct emit_git *g, const char *key, struct rt_err *err)
{
	const char *real = file_real_path(g->arena, key);
	const char *path = real == NULL ? NULL : within(g, real);

	if (path == NULL || g->git->index_get_bypath(g->index, path, 0) == NULL)
		return 0;
	return rt_err_set(err, RT_ESTATE,
	    "the private key '%s' is known to git: take it out with git rm "
	    "--cached, and make a new one if it was ever pushed",
	    key);
}

int
emit_git_check(struct emit_git *g, const struct file_set *files,
    const struct emit_git_options *o, struct rt_err *err)
{
	static int (*const steps[])(struct emit_git *,
	    const struct emit_git_options *,
	    struct rt_err *) = {find, idle, head, configure};
	const char *home = file_real_path(g->arena, o->home);
	const struct file_out *f;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(steps) / sizeof(*steps); i++)
		rc = steps[i](g, o, err);
	for (i = 0; rc == 0 && i < o->nkeys; i++)
		rc = check_key(g, o->keys[i], err);
	if (rc != 0)
		return rc;
	VEC_FOREACH(f, &files->files) {
		if ((rc = add(g, f, home, err)) != 0)
			return rc;
	}
	return 0;
}
