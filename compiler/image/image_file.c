/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts in a JSON file: what --images names and contrast.lock.  They have one
 * form; the lock file adds a version, a platform and pins.
 */
#include <string.h>

#include "compiler/image/image_int.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define FILE_SIZE_MAX ((size_t)64 << 20)

/* A member that is a string, else an error; absent or null is empty. */
static int
read_string(struct str *out, const struct jv *o, struct str key, bool *have,
    struct rt_err *err)
{
	const struct jv *v = jv_get(o, key);

	*out = STR("");
	if (have != NULL)
		*have = jv_is(v, JV_STRING);
	if (v == NULL || v->type == JV_NULL)
		return 0;
	if (v->type != JV_STRING)
		return rt_err_set(
		    err, RT_EFORMAT, "%.*s is no string", STR_ARG(key));
	*out = v->text;
	return 0;
}

static int
read_digest(
    struct str *out, const struct jv *o, struct str key, struct rt_err *err)
{
	int rc = read_string(out, o, key, NULL, err);

	if (rc != 0 || out->n == 0)
		return rc;
	rc = img_digest_check(*out, err);
	if (rc != 0)
		(void)rt_err_wrap(err, "%.*s", STR_ARG(key));
	return rc;
}

/* The hash as 64 hex digits, without an algorithm. */
static int
read_verity(struct str *out, const struct jv *o, struct rt_err *err)
{
	char whole[72] = "sha256:";
	int rc = read_string(out, o, STR("verity_hash"), NULL, err);

	if (rc != 0 || out->n == 0)
		return rc;
	if (out->n == 64)
		memcpy(whole + 7, out->p, 64);
	if (out->n != 64 || !img_is_sha256((struct str){whole, 71}))
		return rt_err_set(
		    err, RT_EFORMAT, "verity_hash has not 64 hex digits");
	return 0;
}

static int
read_layer(struct img_layer *out, const struct jv *o, struct rt_err *err)
{
	const struct jv *size = jv_getz(o, "size");
	int64_t n = 0;
	int rc;

	if (!jv_is(o, JV_OBJECT))
		return rt_err_set(err, RT_EFORMAT, "is no object");
	if (size != NULL && (!jv_to_int(size, &n) || n < 0))
		return rt_err_set(
		    err, RT_EFORMAT, "size is no number of bytes");
	out->size = (uint64_t)n;
	rc = read_digest(&out->digest, o, STR("digest"), err);
	if (rc == 0)
		rc = read_digest(&out->diff_id, o, STR("diff_id"), err);
	if (rc == 0)
		rc = read_verity(&out->verity_hash, o, err);
	return rc;
}

static int
read_layers(struct img_facts *f, struct arena *a, const struct jv *o,
    struct rt_err *err)
{
	const struct jv *list = jv_getz(o, "layers");
	size_t i;
	int rc = 0;

	if (list == NULL || list->type == JV_NULL)
		return 0;
	if (list->type != JV_ARRAY)
		return rt_err_set(err, RT_EFORMAT, "layers is no list");
	f->nlayers = list->items.n;
	f->layers = ARENA_ARRAY(a, struct img_layer, f->nlayers);
	for (i = 0; rc == 0 && i < f->nlayers; i++) {
		rc = read_layer(&f->layers[i], list->items.p[i], err);
		if (rc != 0)
			(void)rt_err_wrap(err, "layers[%zu]", i);
	}
	return rc;
}

static int
read_facts(
    struct img_facts *f, struct arena *a, struct jv *o, struct rt_err *err)
{
	bool passwd, group;
	int rc;

	if (o->type != JV_OBJECT)
		return rt_err_set(err, RT_EFORMAT, "is no object");
	rc = read_digest(&f->index_digest, o, STR("index"), err);
	if (rc == 0)
		rc = read_digest(&f->manifest_digest, o, STR("manifest"), err);
	if (rc == 0)
		rc = read_digest(
		    &f->config_digest, o, STR("config_digest"), err);
	if (rc == 0)
		rc = img_config_read(&f->config, a, jv_getz(o, "config"), err);
	if (rc == 0)
		rc = read_string(&f->passwd, o, STR("passwd"), &passwd, err);
	if (rc == 0)
		rc = read_string(&f->group, o, STR("group"), &group, err);
	if (rc == 0)
		rc = read_layers(f, a, o, err);
	if (rc == 0)
		f->have_users = passwd || group;
	return rc;
}

/* A pinned reference and the pins beside it say the same? */
static int
check_pins(const struct img_entry *e, struct rt_err *err)
{
	const struct img_facts *f = &e->facts;

	if (e->ref.digest.n == 0 || f->manifest_digest.n == 0 ||
	    str_eq(e->ref.digest, f->manifest_digest) ||
	    str_eq(e->ref.digest, f->index_digest))
		return 0;
	return rt_err_set(err, RT_EVERIFY,
	    "the digest of the reference is neither its index nor its manifest");
}

/* What two entries that name one image say of one thing. */
static bool
differ(struct str a, struct str b)
{
	return a.n > 0 && b.n > 0 && !str_eq(a, b);
}

static bool
contradict(const struct img_facts *a, const struct img_facts *b)
{
	return differ(a->manifest_digest, b->manifest_digest) ||
	       differ(a->config_digest, b->config_digest) ||
	       (a->config != NULL && b->config != NULL &&
		   !jv_equal(a->config, b->config)) ||
	       (a->have_users && b->have_users &&
		   (!str_eq(a->passwd, b->passwd) ||
		       !str_eq(a->group, b->group)));
}

/*
 * The first that claims a key keeps it; in a file of ours all have to agree.
 * One that was written by hand may hold the least that each pod needs.
 */
static int
index_by(struct img_file *f, struct arena *a, struct map *m, struct str key,
    struct img_entry *e, struct rt_err *err)
{
	const struct img_entry *first = map_get(m, key);

	if (key.n == 0)
		return 0;
	if (first == NULL)
		(void)map_set(a, m, key, e);
	else if (f->is_lock && contradict(&first->facts, &e->facts))
		return rt_err_set(err, RT_EFORMAT,
		    "it is the image of entry '%.*s', which says something "
		    "else of it",
		    STR_ARG(first->facts.ref));
	return 0;
}

static int
index_all(struct img_file *f, struct arena *a, struct img_entry *e,
    struct rt_err *err)
{
	int rc;

	rc = index_by(f, a, &f->by_name, img_ref_full(a, &e->ref), e, err);
	if (rc == 0)
		rc = index_by(f, a, &f->by_digest, e->ref.digest, e, err);
	if (rc == 0)
		rc = index_by(
		    f, a, &f->by_digest, e->facts.index_digest, e, err);
	if (rc == 0)
		rc = index_by(
		    f, a, &f->by_digest, e->facts.manifest_digest, e, err);
	return rc;
}

static int
read_entry(struct img_file *f, struct arena *a, const struct jv_member *m,
    struct rt_err *err)
{
	struct img_entry *e = ARENA_NEW(a, struct img_entry);
	int rc;

	e->json = m->value;
	rc = img_ref_parse(&e->ref, a, m->key, err);
	if (rc != 0)
		return rc;
	rc = read_facts(&e->facts, a, m->value, err);
	e->facts.ref = m->key;
	e->facts.from = f->path;
	if (rc == 0)
		rc = check_pins(e, err);
	if (rc == 0)
		rc = index_all(f, a, e, err);
	if (rc != 0)
		return rt_err_wrap(err, "image '%.*s'", STR_ARG(m->key));
	VEC_PUSH(a, &f->entries, e);
	(void)map_set(a, &f->by_text, m->key, e);
	return 0;
}

static int
read_version(struct img_file *f, struct rt_err *err)
{
	const struct jv *v = jv_getz(f->json, "version");
	int64_t n;

	if (v == NULL)
		return 0;
	if (!jv_to_int(v, &n) || n < 1)
		return rt_err_set(err, RT_EFORMAT, "version is no number");
	if (n > IMG_LOCK_VERSION)
		return rt_err_set(err, RT_EFORMAT,
		    "version %lld is newer than this program, which knows %d",
		    (long long)n, IMG_LOCK_VERSION);
	return 0;
}

static int
read_platform(struct img_file *f, struct rt_err *err)
{
	const struct jv *v = jv_getz(f->json, "platform");

	if (v == NULL)
		return 0;
	if (v->type != JV_STRING)
		return rt_err_set(err, RT_EFORMAT,
		    "platform is no string; a file is for one platform");
	return img_platform_check(v->text, err);
}

static int
read_file(struct img_file *f, struct arena *a, struct rt_err *err)
{
	const struct jv *images = jv_getz(f->json, "images");
	size_t i;
	int rc;

	if (f->json->type != JV_OBJECT || !jv_is(images, JV_OBJECT))
		return rt_err_set(
		    err, RT_EFORMAT, "there is no object 'images'");
	rc = read_version(f, err);
	if (rc == 0)
		rc = read_platform(f, err);
	for (i = 0; rc == 0 && i < images->members.n; i++)
		rc = read_entry(f, a, &images->members.p[i], err);
	return rc;
}

int
img_file_parse(struct img_file **out, struct arena *a, struct str path,
    struct str text, struct str platform, bool is_lock, struct rt_err *err)
{
	struct img_file *f = ARENA_NEW(a, struct img_file);
	struct str made_for;
	int rc;

	f->path = path;
	f->is_lock = is_lock;
	rc = jv_parse(&f->json, a, text, err);
	if (rc == 0)
		rc = read_file(f, a, err);
	if (rc != 0)
		return rt_err_wrap(err, "%.*s", STR_ARG(path));
	made_for = jv_get_str(f->json, STR("platform"));
	f->other_platform = made_for.n > 0 && !str_eq(made_for, platform);
	*out = f;
	return 0;
}

int
img_file_read(struct img_file **out, struct arena *a, const char *path,
    struct str platform, bool is_lock, struct rt_err *err)
{
	struct str text;
	int rc = file_read(&text, a, path, FILE_SIZE_MAX, err);

	if (rc != 0)
		return rc;
	return img_file_parse(
	    out, a, arena_str(a, str_from(path)), text, platform, is_lock, err);
}

const struct img_entry *
img_file_find(
    const struct img_file *f, struct arena *a, const struct img_ref *ref)
{
	const struct img_entry *e = map_get(&f->by_text, ref->text);

	if (e == NULL)
		e = map_get(&f->by_name, img_ref_full(a, ref));
	if (e == NULL && ref->digest.n > 0)
		e = map_get(&f->by_digest, ref->digest);
	return e;
}

int
img_file_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err)
{
	const struct img_entry *e =
	    img_file_find(src->state, src->store->arena, ref);

	if (e == NULL)
		return RT_ENOTFOUND;
	(void)need;
	(void)err;
	*out = e->facts;
	return 0;
}

struct str
img_file_pinned(const struct img_source *src, const struct img_ref *ref)
{
	const struct img_file *f = src->state;
	struct str digest = STR("");
	struct img_entry *const *e;

	VEC_FOREACH(e, &f->entries) {
		if (!img_ref_same_name(&(*e)->ref, ref) ||
		    !str_eq((*e)->ref.tag, ref->tag) || (*e)->ref.digest.n == 0)
			continue;
		if (digest.n > 0 && !str_eq(digest, (*e)->ref.digest))
			return STR("");
		digest = (*e)->ref.digest;
	}
	return digest;
}

void
img_images_open(struct img_store *s, const struct img_kind *kind)
{
	const struct str *path;
	struct img_file *f = NULL;
	struct rt_err err;

	VEC_FOREACH(path, &s->options->images_files) {
		if (img_file_read(&f, s->arena, arena_cstr(s->arena, *path),
			s->platform, false, &err) != 0)
			img_source_bad(s, &err);
		else if (f->other_platform)
			diag_report(s->diags, IMAGE_LOCK_PLATFORM, loc_none,
			    arena_cstr(s->arena, *path),
			    STR_ARG(jv_get_str(f->json, STR("platform"))),
			    STR_ARG(s->platform));
		else
			img_source_add(s, kind, f->path, f)->local = true;
	}
}
