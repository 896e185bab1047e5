/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last stage of generate: keys, manifest, and all files together.  YAML
 * first, manifest last (DESIGN decision 3).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/cmd/generate.h"
#include "compiler/emit/git.h"
#include "compiler/emit/keys.h"
#include "compiler/emit/manifest_fill.h"
#include "compiler/emit/stale.h"
#include "runtime/base/banned.h"

struct write {
	struct generate *g;
	struct file_set files;
	struct fill_options fill;
	VEC(const struct platform *) platforms;
	struct owner_keys owners, seedshare;
	VEC(const char *) no_keys; /* key files that a plan does not make */
	struct manifest manifest;
	struct str manifest_text;
	struct fill_result result;
	struct emit_git *git; /* NULL: no commit */
};

static void
use_platform(struct write *w, const struct platform *p)
{
	const struct platform **it;

	if (p == NULL)
		return;
	VEC_FOREACH(it, &w->platforms) {
		if (*it == p)
			return;
	}
	VEC_PUSH(w->g->arena, &w->platforms, p);
}

/* In the order of the table, as a new manifest lists them. */
static void
platforms_in_use(struct write *w)
{
	const struct work *it;
	size_t i;

	for (i = 0; i < nplatforms; i++) {
		if (w->g->pass.platform == &platforms[i])
			use_platform(w, &platforms[i]);
		VEC_FOREACH(it, &w->g->works) {
			if (it->sel.in && it->sel.platform == &platforms[i])
				use_platform(w, &platforms[i]);
		}
	}
	w->fill.platforms = w->platforms.p;
	w->fill.nplatforms = w->platforms.n;
}

static bool
read_patches(struct write *w)
{
	const struct opt_value *v = &w->g->run->opt[OPT_REFERENCE_PATCHES];
	VEC(const struct source *) patches = {0};
	const char **path;
	struct rt_err err;
	struct str text;

	VEC_FOREACH(path, &v->values) {
		if (file_read(&text, w->g->arena, *path, REFVALUES_SIZE_MAX,
			&err) != 0) {
			diag_report(
			    w->g->diags, FILE_UNREADABLE, loc_none, err.text);
			return false;
		}
		VEC_PUSH(w->g->arena, &patches,
		    source_new(w->g->arena, str_from(*path), text));
	}
	w->fill.patches = patches.p;
	w->fill.npatches = patches.n;
	return true;
}

static bool
fill_options(struct write *w)
{
	struct run *r = w->g->run;
	const char *format = opt_str(r, OPT_MANIFEST_FORMAT);

	w->fill.path = opt_path(r, OPT_MANIFEST);
	w->fill.profile = w->g->pass.profile;
	w->fill.format = -1;
	if (format != NULL) {
		w->fill.format = manifest_format_find(str_from(format));
		if (w->fill.format < MANIFEST_1_2) {
			diag_report(
			    w->g->diags, MANIFEST_FORMAT, loc_none, format);
			return false;
		}
	}
	w->fill.refvalues = w->g->refvalues;
	w->fill.purge = opt_on(r, OPT_PURGE);
	w->fill.disable_updates = opt_on(r, OPT_DISABLE_UPDATES);
	w->fill.keep_policy_edits = opt_on(r, OPT_KEEP_EDITS);
	w->fill.require_coordinator = opt_on(r, OPT_REQUIRE_COORDINATOR);
	platforms_in_use(w);
	return read_patches(w);
}

/*
 * A plan makes no key: nobody would have it, but a patch would make it an
 * owner.  An RSA key takes a second or two: nobody shall wonder.
 */
static bool
load_kind(struct write *w, struct owner_keys *out, enum pki_owner kind,
    enum opt_id id)
{
	struct run *r = w->g->run;
	const struct opt_value *v = &r->opt[id];
	const char *one = opt_path(r, id);
	bool many = v->values.n > 1;

	if (!many && access(one, F_OK) != 0 && errno == ENOENT) {
		if (generate_is_plan(w->g)) {
			out->kind = kind;
			VEC_PUSH(w->g->arena, &w->no_keys, one);
			return true;
		}
		if (kind == PKI_OWNER_SEEDSHARE)
			cmd_say(r, "  Making a new RSA key: %s", one);
	}
	return keys_load(out, w->g->arena, w->g->diags, kind,
	    many ? v->values.p : &one, many ? v->values.n : 1);
}

static bool
load_keys(struct write *w)
{
	enum opt_id id = opt_is_set(w->g->run, OPT_OWNER_KEY_OLD)
			     ? OPT_OWNER_KEY_OLD
			     : OPT_OWNER_KEY;

	return (w->fill.disable_updates ||
		   load_kind(w, &w->owners, PKI_OWNER_WORKLOAD, id)) &&
	       load_kind(
		   w, &w->seedshare, PKI_OWNER_SEEDSHARE, OPT_SEEDSHARE_KEY);
}

/* The manifest as it is; NULL: there is none.  False: unreadable. */
static bool
read_old(struct write *w, const struct source **old)
{
	struct rt_err err;
	struct str text;
	int r = file_read(
	    &text, w->g->arena, w->fill.path, MANIFEST_SIZE_MAX, &err);

	*old = NULL;
	if (r == RT_ENOTFOUND)
		return true;
	if (r != 0) {
		diag_report(w->g->diags, FILE_UNREADABLE, loc_none, err.text);
		return false;
	}
	*old = source_new(w->g->arena, str_from(w->fill.path), text);
	return true;
}

/*
 * Without a platform there is nothing that a manifest could compare pods with:
 * for the runtime classes of Confidential Containers only policies are made.
 */
static bool
has_manifest(const struct write *w)
{
	return !w->g->pass.coco || w->g->pass.platform != NULL;
}

static bool
make_manifest(struct write *w)
{
	struct arena *a = w->g->arena;
	struct diags *d = w->g->diags;
	const struct source *old;
	struct buf b = {0};

	if (!fill_options(w))
		return false;
	diags_join(d, &w->g->entries);
	if (w->g->unnamed || !read_old(w, &old) || !load_keys(w))
		return false;
	if (!fill_start(&w->manifest, a, d, &w->fill, old, &w->owners) ||
	    !fill_policies(&w->manifest, a, d, &w->fill, &w->g->policies))
		return false;
	fill_owners(&w->manifest, a, &w->fill, &w->owners);
	fill_owners(&w->manifest, a, &w->fill, &w->seedshare);
	if (!fill_check(
		&w->result, a, d, &w->fill, &w->manifest, &w->g->policies))
		return false;
	manifest_write(&b, &w->manifest);
	w->manifest_text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return fill_secrets(a, d, w->fill.path, w->manifest_text);
}

static bool
is_stdin(const struct gen_file *f)
{
	return strcmp(f->in.path, "-") == 0;
}

/* Standard input goes to standard output, whole, unless --output is given. */
static int
to_stdout(struct write *w)
{
	struct gen_file *f;
	int status;

	VEC_FOREACH(f, &w->g->files) {
		if (!is_stdin(f))
			continue;
		status = cmd_print(w->g->run, f->text);
		if (status != EXIT_OK)
			return status;
	}
	return EXIT_OK;
}

static const char *
hash_path(const struct write *w)
{
	return workspace_path(w->g->run, "coordinator-policy.sha256");
}

/* A lock file that stays as it is goes into a commit all the same. */
static struct str
lock_text(struct write *w)
{
	struct str text = img_store_lock(w->g->images);
	const char *path = opt_path(w->g->run, OPT_LOCK_FILE);

	if (text.n == 0 && opt_is_set(w->g->run, OPT_GIT_COMMIT) &&
	    file_read(&text, w->g->arena, path, SOURCE_MAX, NULL) != 0)
		text = STR("");
	return text;
}

static void
add_files(struct write *w)
{
	struct run *r = w->g->run;
	const char *output = opt_str(r, OPT_OUTPUT);
	struct gen_file *f;
	struct str lock = lock_text(w);

	file_set_init(&w->files, w->g->arena);
	if (output != NULL && strcmp(output, "-") != 0)
		file_set_add(&w->files, output, buf_str(&w->g->joined), 0644);
	VEC_FOREACH(f, &w->g->files) {
		if (output == NULL && !is_stdin(f) && f->changed)
			file_set_add(&w->files, f->in.path, f->text, 0666);
	}
	if (lock.n > 0)
		file_set_add(&w->files, opt_path(r, OPT_LOCK_FILE), lock, 0666);
	if (w->result.coordinator_hash.n > 0)
		file_set_add(
		    &w->files, hash_path(w), w->result.coordinator_hash, 0644);
	if (!has_manifest(w))
		return;
	file_set_add(&w->files, w->fill.path, w->manifest_text, 0644);
}

static void
private_keys(struct write *w, struct emit_git_options *o)
{
	struct owner_keys *kinds[2] = {&w->owners, &w->seedshare};
	VEC(const char *) paths = {0};
	struct owner_key *k;
	size_t i;

	for (i = 0; i < 2; i++) {
		VEC_FOREACH(k, &kinds[i]->list) {
			if (k->key.private)
				VEC_PUSH(w->g->arena, &paths, k->path);
		}
	}
	o->keys = paths.p;
	o->nkeys = paths.n;
}

/* Before a key is made, which takes seconds: is there a repository at all? */
static int
git_try(struct write *w)
{
	struct emit_git_options o = {.home = opt_path(w->g->run, OPT_MANIFEST)};
	struct file_set none = {0};
	int status = EXIT_OK;

	if (!generate_is_plan(w->g) && has_manifest(w))
		status = generate_git_open(&w->git, w->g, &none, &o);
	emit_git_close(w->git);
	w->git = NULL;
	return status;
}

/* The repository of the manifest, or else of the first file. */
static int
git_open(struct write *w)
{
	struct emit_git_options o = {0};
	const struct file_out *last = w->files.files.p + w->files.files.n - 1;

	if (w->files.files.n == 0)
		return EXIT_OK;
	o.home = has_manifest(w) ? w->fill.path : w->files.files.p[0].path;
	if (has_manifest(w))
		o.trailer = arena_printf(w->g->arena, "Manifest-SHA256: %.*s",
		    STR_ARG(rt_sha256_hex(w->g->arena, last->bytes)));
	private_keys(w, &o);
	return generate_git_open(&w->git, w->g, &w->files, &o);
}

/* Keys are made between: they are never there without a run that succeeds. */
static int
write_files(struct write *w)
{
	struct rt_err err;
	size_t changed;
	int status = EXIT_OK;

	if (file_set_stage(&w->files, &err) != 0)
		return cmd_fail(
		    w->g->run, EXIT_ENVIRONMENT, "write %s", err.text);
	if (!keys_write(&w->owners, w->g->diags) ||
	    !keys_write(&w->seedshare, w->g->diags)) {
		file_set_abort(&w->files);
		status = EXIT_ENVIRONMENT;
	} else if (file_set_commit(&w->files, &changed, &err) != 0) {
		status =
		    cmd_fail(w->g->run, EXIT_ENVIRONMENT, "write %s", err.text);
	}
	if (status != EXIT_OK) {
		keys_unwrite(&w->owners);
		keys_unwrite(&w->seedshare);
	}
	return status;
}

static int
print(struct write *w)
{
	const char *output = opt_str(w->g->run, OPT_OUTPUT);

	if (output != NULL && strcmp(output, "-") == 0)
		return cmd_print(w->g->run, buf_str(&w->g->joined));
	return output == NULL ? to_stdout(w) : EXIT_OK;
}

/* Does a value that is missing belong to hardware of this kind? */
static bool
lacks_values(const struct write *w, const struct platform *p)
{
	struct str part = p->tee == TEE_TDX ? STR("ReferenceValues.tdx")
					    : STR("ReferenceValues.snp");
	const struct manifest_note *n;

	VEC_FOREACH(n, &w->result.missing.v) {
		if (str_starts(n->path, part))
			return true;
	}
	return false;
}

/* The lines that scripts look for (cli 2.1). */
static void
tell(struct write *w)
{
	const struct run *r = w->g->run;
	const struct platform **p;
	const struct manifest_note *n;

	cmd_say(r, "✔️ Patched targets");
	cmd_say(r, "✔️ Generated workload policy annotations");
	generate_summary(w->g);
	if (w->g->lower.debug || w->g->pass.debug_shell)
		cmd_say(r, "⚠️ Insecure debug access enabled!");
	if (w->result.verdict == MANIFEST_EXPECTED_MISSING) {
		VEC_FOREACH(p, &w->platforms)
			if (lacks_values(w, *p))
				cmd_say(r,
				    "  Please fill in the reference values for "
				    "%s",
				    (*p)->name);
		VEC_FOREACH(n, &w->result.missing.v)
			cmd_say(r, "    %.*s", STR_ARG(n->path));
	}
	if (!has_manifest(w))
		return;
	if (w->result.coordinator_hash.n == 0)
		cmd_say(r,
		    "  No Coordinator resource found, did you forget to add it "
		    "to your resources?");
	cmd_say(r, "✔️ Updated manifest %s", w->fill.path);
}

static int
plan(struct write *w)
{
	struct run *r = w->g->run;
	struct emit_stale s = {.files = &w->files,
	    .manifest = has_manifest(w) ? w->fill.path : NULL,
	    .lock = opt_path(r, OPT_LOCK_FILE),
	    .hash = hash_path(w),
	    .policies = &w->g->policies,
	    .in_files = true};
	const struct gen_file *f;
	const char **path;

	VEC_FOREACH(f, &w->g->files)
		s.in_files &= !is_stdin(f) || opt_is_set(r, OPT_OUTPUT);
	VEC_FOREACH(path, &w->no_keys) {
		if (opt_on(r, OPT_CHECK))
			diag_report(w->g->diags, STALE_KEY, loc_none, *path);
		else
			cmd_say(r, "  Would make a new key: %s", *path);
	}
	return generate_plan(w->g, &s);
}

static int
commit(struct write *w)
{
	/* From reading the lock file again to writing it. */
	int held = img_lock_hold(opt_path(w->g->run, OPT_LOCK_FILE));
	int status = EXIT_OK;

	add_files(w);
	w->files.held = held;
	if (!generate_is_plan(w->g) && (status = git_open(w)) == EXIT_OK)
		status = write_files(w);
	img_lock_release(held);
	if (status != EXIT_OK)
		return status;
	if (generate_is_plan(w->g))
		return plan(w);
	tell(w);
	status = generate_git_commit(w->g, w->git);
	return status == EXIT_OK ? print(w) : status;
}

int
generate_write(struct generate *g)
{
	struct write w = {.g = g};
	int status = git_try(&w);

	if (status == EXIT_OK)
		status = !has_manifest(&w) || make_manifest(&w)
			     ? commit(&w)
			     : cmd_status(g->run);
	emit_git_close(w.git);
	keys_wipe(&w.owners);
	keys_wipe(&w.seedshare);
	return status;
}
