/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock file: facts with pins that the user commits.  Its entries are
 * asked before anything that could have changed; what a run learned is added.
 */
#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

void
img_lock_open(struct img_store *s, const struct img_kind *kind)
{
	const char *path = s->options->lock_path;
	struct img_file *f;
	struct rt_err err;
	int rc;

	if (path == NULL)
		return;
	rc = img_file_read(&f, s->arena, path, s->platform, &err);
	if (rc == RT_ENOTFOUND && !s->options->locked) {
		f = ARENA_NEW(s->arena, struct img_file);
		f->path = str_from(path);
		f->json = jv_object(s->arena);
	} else if (rc != 0) {
		diag_report(s->diags, IMAGE_SOURCE, loc_none, err.text);
		return;
	}
	if (f->other_platform) {
		/* All of it is stale. */
		if (s->options->locked)
			diag_report(s->diags, IMAGE_LOCK_PLATFORM, loc_none,
			    path, STR_ARG(jv_get_str(f->json, STR("platform"))),
			    STR_ARG(s->platform));
		f = ARENA_NEW(s->arena, struct img_file);
		f->path = str_from(path);
		f->json = jv_object(s->arena);
	}
	s->lock = img_source_add(s, kind, f->path, f);
	s->lock->local = true;
}

static void
set_text(struct arena *a, struct jv *o, struct str key, struct str value)
{
	if (value.n > 0)
		jv_set(a, o, key, jv_string(a, value));
}

static struct jv *
layers_json(struct arena *a, const struct img_facts *f)
{
	struct jv *list = jv_array(a), *o;
	size_t i;

	for (i = 0; i < f->nlayers; i++) {
		const struct img_layer *l = &f->layers[i];

		o = jv_push(a, list, jv_object(a));
		set_text(a, o, STR("diff_id"), l->diff_id);
		set_text(a, o, STR("digest"), l->digest);
		if (l->size > 0)
			jv_set(a, o, STR("size"), jv_int(a, (int64_t)l->size));
		set_text(a, o, STR("verity_hash"), l->verity_hash);
	}
	return list;
}

/* Without members that say nothing. */
static struct jv *
config_json(struct arena *a, const struct jv *config)
{
	struct jv *o = jv_object(a);
	const struct jv_member *m;

	VEC_FOREACH(m, &config->members)
		if (m->value->type != JV_NULL)
			jv_set(a, o, m->key, m->value);
	return o;
}

static struct jv *
entry_json(struct arena *a, const struct img_facts *f)
{
	struct jv *o = jv_object(a);

	jv_set(a, o, STR("config"), config_json(a, f->config));
	set_text(a, o, STR("config_digest"), f->config_digest);
	if (f->have_users) {
		jv_set(a, o, STR("group"), jv_string(a, f->group));
		jv_set(a, o, STR("passwd"), jv_string(a, f->passwd));
	}
	set_text(a, o, STR("index"), f->index_digest);
	jv_set(a, o, STR("layers"), layers_json(a, f));
	set_text(a, o, STR("manifest"), f->manifest_digest);
	return o;
}

static void
sort_all(struct jv *v)
{
	size_t i;

	jv_sort(v);
	for (i = 0; i < v->members.n; i++)
		sort_all(v->members.p[i].value);
	for (i = 0; i < v->items.n; i++)
		sort_all(v->items.p[i]);
}

static void
add_member(struct arena *a, struct jv *o, struct str key, struct jv *value)
{
	struct jv_member m = {key, value};

	VEC_PUSH(a, &o->members, m);
}

/* Entries of the file that this run did not replace. */
static void
keep_others(struct arena *a, struct jv *images, const struct jv *old,
    const struct map *replaced)
{
	const struct jv_member *m;

	if (old == NULL)
		return;
	VEC_FOREACH(m, &old->members)
		if (map_get(replaced, m->key) == NULL)
			add_member(a, images, m->key, jv_copy(a, m->value));
}

static struct str
print_lock(struct img_store *s, struct jv *images)
{
	struct arena *a = s->arena;
	struct jv *top = jv_object(a);
	struct buf b = {0};
	struct str text;

	jv_set(a, top, STR("images"), images);
	jv_set(a, top, STR("platform"), jv_string(a, s->platform));
	jv_set(a, top, STR("version"), jv_int(a, IMG_LOCK_VERSION));
	sort_all(top);
	jv_print(&b, top, JV_PRETTY);
	buf_putc(&b, '\n');
	text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return text;
}

struct str
img_store_lock(struct img_store *s)
{
	const struct img_file *f = s->lock != NULL ? s->lock->state : NULL;
	struct jv *images = jv_object(s->arena);
	struct map replaced = {0};
	struct img_answer **ans;

	if (f == NULL || s->options->locked)
		return STR("");
	VEC_FOREACH(ans, &s->answers) {
		struct img_facts *facts = (*ans)->facts;

		if (facts == NULL || (*ans)->source == s->lock ||
		    facts->manifest_digest.n == 0)
			continue;
		add_member(
		    s->arena, images, facts->ref, entry_json(s->arena, facts));
		(void)map_set(s->arena, &replaced, facts->ref, facts);
	}
	if (images->members.n == 0)
		return STR("");
	keep_others(s->arena, images, jv_getz(f->json, "images"), &replaced);
	return print_lock(s, images);
}
