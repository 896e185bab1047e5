/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commit of a run.  The tree is HEAD's with the new files, whatever the
 * index holds; the index then gets the same files, so that git status is
 * clean for them and everything else stays as it was staged.
 */
#include <string.h>
#include <sys/stat.h>

#include "compiler/emit/git_int.h"

#include "runtime/base/banned.h"

static int
make_message(
    struct emit_git *g, const struct emit_git_options *o, struct rt_err *err)
{
	const char *m = o->message;
	git_buf out = {0};
	struct str text;

	if (m == NULL || m[0] == '\0')
		m = "contrastc generate";
	text = arena_printf(g->arena, "%s\n\n%.*s\n", m, STR_ARG(o->trailer));
	if (g->git->message_prettify(&out, text.p, 0, '#') != 0)
		return git_api_fail(g->git, err, RT_EINVAL, "message");
	g->message = arena_cstr(g->arena, (struct str){out.ptr, out.size});
	g->git->buf_dispose(&out);
	return 0;
}

int
emit_git_open(struct emit_git **out, struct arena *a,
    const struct file_set *files, const struct emit_git_options *o,
    struct rt_err *err)
{
	struct emit_git *g = ARENA_NEW(a, struct emit_git);
	int rc;

	*out = NULL;
	g->arena = a;
	g->git = git_api(err);
	if (g->git == NULL)
		return RT_ENOTFOUND;
	rc = make_message(g, o, err);
	if (rc == 0)
		rc = emit_git_check(g, files, o, err);
	if (rc != 0) {
		emit_git_close(g);
		return rc;
	}
	*out = g;
	return 0;
}

/* The tree of HEAD with our files; objects only, nothing refers to them. */
static int
make_tree(git_oid *id, struct emit_git *g)
{
	git_tree_update *u =
	    ARENA_ARRAY(g->arena, git_tree_update, g->files.n + 1);
	const struct emit_git_file *f;
	size_t n = 0;

	VEC_FOREACH(f, &g->files) {
		u[n].action = GIT_TREE_UPDATE_UPSERT;
		u[n].filemode = (git_filemode_t)f->mode;
		u[n].path = f->path;
		if (g->git->blob_create_from_buffer(
			&u[n++].id, g->repo, f->bytes.p, f->bytes.n) != 0)
			return -1;
	}
	return g->git->tree_create_updated(id, g->repo, g->tree, n, u);
}

static git_index_time
index_time(struct timespec t)
{
	return (git_index_time){(int32_t)t.tv_sec, (uint32_t)t.tv_nsec};
}

/* (By position: ctime is the name of a banned function.) */
static git_index_entry
entry_of(const struct emit_git_file *f, const struct stat *st)
{
	git_index_entry e = {index_time(st->st_ctim), index_time(st->st_mtim),
	    (uint32_t)st->st_dev, (uint32_t)st->st_ino, f->mode, st->st_uid,
	    st->st_gid, (uint32_t)st->st_size, f->id, 0, 0, f->path};

	return e;
}

static int
update_index(struct emit_git *g)
{
	const struct emit_git_file *f;
	git_index_entry e;

	if (g->git->index_read(g->index, 1) != 0)
		return -1;
	VEC_FOREACH(f, &g->files) {
		struct stat st = {0};

		(void)lstat(f->real, &st);
		e = entry_of(f, &st);
		if (g->git->index_add(g->index, &e) != 0)
			return -1;
	}
	return g->git->index_write(g->index);
}

/*
 * The commit of a tree.  libgit2 may fail behind the point where HEAD has it,
 * when it cannot make it durable: *made tells.
 */
static int
make_commit(bool *made, git_oid *id, struct emit_git *g, const git_oid *tree_id)
{
	const struct git_api *git = g->git;
	const git_commit *parents[1] = {g->head};
	git_tree *tree = NULL;
	git_oid now;
	int rc = git->tree_lookup(&tree, g->repo, tree_id);

	memset(id, 0, sizeof(*id));
	if (rc == 0)
		rc = git->commit_create(id, g->repo, "HEAD", g->who, g->who,
		    NULL, g->message, tree, g->head != NULL ? 1 : 0, parents);
	git->tree_free(tree);
	*made = rc == 0;
	if (rc != 0 && git->reference_name_to_id(&now, g->repo, "HEAD") == 0)
		*made = git->oid_equal(&now, id) == 1;
	return rc;
}

/*
 * The index first: a run that is killed in between leaves the files staged
 * as they are, which the next run takes for its own.
 */
int
emit_git_commit(
    struct emit_git_result *out, struct emit_git *g, struct rt_err *err)
{
	const struct git_api *git = g->git;
	char hex[GIT_OID_HEXSZ + 1];
	git_oid tree, commit;
	bool made;
	int rc;

	*out = g->result;
	if (make_tree(&tree, g) != 0 || update_index(g) != 0)
		return git_api_fail(git, err, RT_EIO, "git");
	if (g->files.n == 0 ||
	    (g->tree != NULL && git->oid_equal(&tree, git->tree_id(g->tree))))
		return 0;
	rc = make_commit(&made, &commit, g, &tree);
	if (rc != 0)
		rc = git_api_fail(git, err, RT_EIO, "git commit");
	if (made)
		out->id = arena_str(g->arena,
		    str_from(git->oid_tostr(hex, sizeof(hex), &commit)));
	return rc;
}

void
emit_git_close(struct emit_git *g)
{
	const struct git_api *git = g == NULL ? NULL : g->git;

	if (git == NULL)
		return;
	git->signature_free(g->who);
	git->commit_free(g->head);
	git->tree_free(g->tree);
	git->index_free(g->index);
	git->repository_free(g->repo);
	git->error_clear();
}
