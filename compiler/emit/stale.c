/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/emit/stale_int.h"

#include "runtime/base/banned.h"

/* JSON: manifest and lock file */

static const struct yaml_node *
root_of(struct arena *a, const struct source *s)
{
	struct units units = {0};
	struct diags quiet;

	diags_init(&quiet, a);
	return yaml_read(&units, a, &quiet, s) && units.list.n == 1
		   ? units.list.p[0]->root
		   : NULL;
}

/* The workload of an entry of Policies. */
static struct str
first_name(const struct yaml_node *entry)
{
	const struct yaml_node *sans = yaml_getz(entry, "SANs");

	return sans == NULL || sans->kind != YAML_SEQ || sans->items.n == 0
		   ? STR("")
		   : yaml_text(sans->items.p[0]);
}

/* Policies that come and go: those of one workload belong together. */
static struct str
say_policy(struct arena *a, const struct stale_change *c,
    const struct map *superfluous)
{
	struct str name =
	    first_name(c->kind == STALE_MISSING ? c->new : c->old);
	const struct stale_change *was = map_get(superfluous, name);

	if (c->kind == STALE_MISSING && was != NULL)
		return arena_printf(a,
		    "the policy of '%.*s' has the hash %.10s, would have %.10s",
		    STR_ARG(name), was->key.p, c->key.p);
	if (c->kind == STALE_MISSING)
		return arena_printf(
		    a, "it has no policy for '%.*s'", STR_ARG(name));
	return arena_printf(a,
	    "no workload has the policy %.10s of '%.*s' any more", c->key.p,
	    STR_ARG(name));
}

/* "Policies" and a hash of 64 digits. */
static bool
is_policy(const struct stale_change *c)
{
	return str_eq(c->parent, STR("Policies")) && c->kind != STALE_OTHER &&
	       c->key.n == 64;
}

static void
manifest_changes(struct stale_file *f, const struct stale_changes *changes)
{
	struct map gone = {0}, came = {0};
	struct stale_change *c;

	VEC_FOREACH(c, &changes->list) {
		if (is_policy(c) && c->kind == STALE_SUPERFLUOUS)
			(void)map_set(f->scratch, &gone, first_name(c->old), c);
		else if (is_policy(c))
			(void)map_set(f->scratch, &came, first_name(c->new), c);
	}
	VEC_FOREACH(c, &changes->list) {
		struct str say = stale_say(f->scratch, c, false);

		if (is_policy(c) && c->kind == STALE_SUPERFLUOUS &&
		    map_get(&came, first_name(c->old)) != NULL)
			continue;
		if (is_policy(c))
			say = say_policy(f->scratch, c, &gone);
		diag_report(f->diags, STALE_MANIFEST, c->loc, STR_ARG(say));
	}
}

static void
lock_changes(struct stale_file *f, const struct stale_changes *changes)
{
	struct stale_change *c;

	VEC_FOREACH(c, &changes->list) {
		struct str say = stale_say(f->scratch, c, false);

		diag_report(f->diags, STALE_LOCK, c->loc, STR_ARG(say));
	}
}

static void
stale_json(struct stale_file *f,
    void (*report)(struct stale_file *, const struct stale_changes *))
{
	const struct yaml_node *old = root_of(f->scratch, f->old), *new;
	struct stale_changes changes = {0};
	struct loc at = {f->old, 0, 0};

	new = root_of(
	    f->scratch, source_new(f->scratch, f->old->name, f->out->bytes));
	if (old == NULL || new == NULL) {
		diag_report(f->diags, STALE_FILE, at, f->out->path,
		    "is not what a run writes");
		return;
	}
	stale_diff(&changes, f->scratch, old, new);
	report(f, &changes);
	if (changes.list.n == 0)
		diag_report(f->diags, STALE_FILE, at, f->out->path,
		    "has the same content in another form");
}

/* files */

static void
stale_hash(struct stale_file *f)
{
	struct loc at = {f->old, 0, 0};
	struct str old = str_clip(str_trim(f->old->text), 64);

	diag_report(
	    f->diags, STALE_HASH, at, STR_ARG(old), STR_ARG(f->out->bytes));
}

static bool
is(const struct file_out *out, const char *path)
{
	return path != NULL && strcmp(out->path, path) == 0;
}

static void
explain(const struct emit_stale *s, struct stale_file *f)
{
	if (is(f->out, s->manifest))
		stale_json(f, manifest_changes);
	else if (is(f->out, s->lock))
		stale_json(f, lock_changes);
	else if (is(f->out, s->hash))
		stale_hash(f);
	else
		stale_yaml(f);
}

/* What the file holds; false and a diagnostic: nothing to compare with. */
static bool
read_old(struct str *text, struct arena *a, const struct file_out *out,
    struct diags *d)
{
	struct rt_err err = {0};
	int rc = file_read(text, a, out->path, SOURCE_MAX, &err);

	if (rc == RT_ENOTFOUND)
		diag_report(
		    d, STALE_FILE, loc_none, out->path, "does not exist");
	else if (rc != 0)
		diag_report(d, FILE_UNREADABLE, loc_none, err.text);
	return rc == 0;
}

/* A run that was killed, or a commit of some files only, leaves a mix. */
static void
find_mix(const struct emit_stale *s, struct diags *d,
    const struct map *outdated, struct str manifest)
{
	struct arena *scratch = arena_new();
	const struct yaml_node *root = root_of(
	    scratch, source_new(scratch, str_from(s->manifest), manifest));
	const struct yaml_node *policies = yaml_getz(root, "Policies");
	const struct workload_policy *w;

	VEC_FOREACH(w, &s->policies->list) {
		bool in_yaml = map_get(outdated, w->hash) == NULL;
		bool in_manifest = yaml_get(policies, w->hash) != NULL;

		if (in_yaml == in_manifest)
			continue;
		diag_report(d, STALE_MIX, loc_none,
		    in_yaml ? "resources have" : "manifest has",
		    STR_ARG(w->name),
		    in_yaml ? "manifest has" : "resources have");
		break;
	}
	arena_free(scratch);
}

/*
 * Compares one file; true: it would change.  Only what diagnostics point to
 * outlives it.
 */
static bool
compare(const struct emit_stale *s, struct stale_file *f, struct str *manifest)
{
	struct str text;
	bool stale = true;

	f->scratch = arena_new();
	if (read_old(&text, f->scratch, f->out, f->diags)) {
		stale = !str_eq(text, f->out->bytes);
		if (stale || is(f->out, s->manifest))
			text = arena_str(f->arena, text);
		if (is(f->out, s->manifest))
			*manifest = text;
		if (stale) {
			f->old =
			    source_new(f->arena, str_from(f->out->path), text);
			explain(s, f);
		}
	} else if (!is(f->out, s->manifest) && !is(f->out, s->lock) &&
		   !is(f->out, s->hash)) {
		f->yaml_is_missing = true;
	}
	arena_free(f->scratch);
	return stale;
}

size_t
emit_stale(const struct emit_stale *s, struct arena *a, struct diags *d)
{
	struct map outdated = {0};
	struct stale_file f = {.arena = a, .diags = d, .outdated = &outdated};
	struct str manifest = STR("");
	size_t n = 0;

	VEC_FOREACH(f.out, &s->files->files)
		n += compare(s, &f, &manifest);
	if (s->in_files && !f.yaml_is_missing && s->manifest != NULL)
		find_mix(s, d, &outdated, manifest);
	return n;
}
