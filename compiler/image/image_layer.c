/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a layer says about the paths that are wanted, and its verity hash.  It
 * is read whole, for the last entry of a name counts, and its digests are
 * checked at its end.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/image/image_users_int.h"
#include "compiler/image/image_verity.h"
#include "runtime/base/banned.h"

#define KEPT_MAX ((size_t)64 << 20)
#define AGAIN_MAX ((uint64_t)1 << 30)

size_t
users_wanted(const struct users *u, struct str path)
{
	const struct wanted *w = map_get(&u->by_path, path);

	return w == NULL ? SIZE_MAX : w->index;
}

struct str
users_parent(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return str_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
}

static void
want_one(struct users *u, struct str path)
{
	struct wanted *w;

	if (users_wanted(u, path) != SIZE_MAX)
		return;
	w = ARENA_NEW(u->arena, struct wanted);
	w->path = arena_str(u->arena, path);
	w->index = u->wanted.n;
	w->parent = path.n == 0 ? 0 : users_wanted(u, users_parent(path));
	VEC_PUSH(u->arena, &u->wanted, w);
	(void)map_set(u->arena, &u->by_path, w->path, w);
}

void
users_want(struct users *u, struct str path)
{
	size_t at = 0;

	want_one(u, STR(""));
	while (path.n > 0 && (at = str_chr(path, '/', at)) != SIZE_MAX)
		want_one(u, str_sub(path, 0, at++));
	want_one(u, path);
}

static bool
is_below(struct str path, struct str dir)
{
	return dir.n == 0 ? path.n > 0
			  : path.n > dir.n && path.p[dir.n] == '/' &&
				str_starts(path, dir);
}

/* The name goes, as when it is removed before something else is made. */
static struct rec *
remove_name(struct users *u, size_t index)
{
	struct str path = u->wanted.p[index]->path;
	struct rec *r = &u->now->recs[index];
	size_t i;

	for (i = 0; i < u->wanted.n; i++)
		if (is_below(u->wanted.p[i]->path, path))
			u->now->recs[i] = (struct rec){.kind = REC_NONE};
	*r = (struct rec){.kind = REC_NONE, .hides = true};
	return r;
}

/* .wh.NAME and .wh..wh..opq; false: an ordinary name. */
static bool
is_whiteout(struct users *u, struct str name)
{
	struct str base = str_basename(name), dir = users_parent(name);
	size_t i;

	if (!str_starts(base, STR(".wh.")))
		return false;
	if (str_eqz(base, ".wh..wh..opq")) {
		i = users_wanted(u, dir);
		if (i != SIZE_MAX)
			u->now->recs[i].opaque = true;
		return true;
	}
	if (str_starts(base, STR(".wh..wh.")))
		return true; /* notes of a storage driver */
	base = str_sub(base, 4, base.n);
	u->scratch.n = 0;
	buf_put(&u->scratch, dir);
	if (dir.n > 0)
		buf_putc(&u->scratch, '/');
	buf_put(&u->scratch, base);
	i = users_wanted(u, buf_str(&u->scratch));
	/* What its own layer has, before or after, is not hidden. */
	if (i != SIZE_MAX)
		u->now->recs[i].hides = true;
	return true;
}

/* Memory for something of a layer, within the budget. */
static int
charge(struct users *u, size_t n, struct rt_err *err)
{
	u->kept += n + 64;
	if (u->kept <= KEPT_MAX)
		return 0;
	return rt_err_set(err, RT_ELIMIT,
	    "passwd, group and links to them have more than %zu MiB",
	    KEPT_MAX >> 20);
}

static int
keep_file(struct rec *r, struct users *u, const struct img_member *m,
    struct rt_err *err)
{
	r->kind = REC_FILE;
	r->large = m->size > USERS_FILE_MAX;
	if (r->large)
		return 0;
	if (charge(u, (size_t)m->size, err) != 0)
		return RT_ELIMIT;
	return img_member_read(&r->data, u->arena, m, USERS_FILE_MAX, err);
}

/* A second name of what the layer has under the first by now. */
static void
keep_hardlink(struct rec *r, struct users *u, const struct rec *first,
    const struct img_member *m)
{
	*r = (struct rec){.kind = REC_HARDLINK, .hides = true};
	if (first != NULL && first->kind != REC_NONE) {
		*r = *first;
		r->hides = true;
		r->opaque = false;
	} else {
		r->data = arena_str(u->arena, m->link);
	}
}

static int
keep(void *ctx, const struct img_member *m, struct rt_err *err)
{
	struct users *u = ctx;
	struct rec *r, first = {.kind = REC_NONE};
	size_t i, at;

	if (m->outside || is_whiteout(u, m->name))
		return 0;
	i = users_wanted(u, m->name);
	if (i == SIZE_MAX)
		return 0;
	if (m->type == IMG_DIR) {
		r = &u->now->recs[i];
		if (r->kind != REC_NONE && r->kind != REC_DIR)
			r = remove_name(u, i);
		r->kind = REC_DIR;
		return 0;
	}
	if (m->type == IMG_HARDLINK) {
		at = users_wanted(u, m->link);
		if (at != SIZE_MAX)
			first = u->now->recs[at];
	}
	r = remove_name(u, i);
	if (m->type == IMG_FILE)
		return keep_file(r, u, m, err);
	if (charge(u, m->link.n, err) != 0)
		return RT_ELIMIT;
	r->kind = REC_OTHER;
	if (m->type == IMG_HARDLINK)
		keep_hardlink(r, u, &first, m);
	if (m->type == IMG_SYMLINK) {
		r->kind = REC_SYMLINK;
		r->data = arena_str(u->arena, m->link);
	}
	return 0;
}

static int
check_sums(struct img_stream *s, struct arena *a, const struct img_layer *l,
    struct rt_err *err)
{
	unsigned char stored[SHA256_LEN], plain[SHA256_LEN];
	int rc = img_stream_sums(s, stored, plain, err);

	if (rc != 0)
		return rc;
	if (l->digest.n > 0 && !str_eq(l->digest, img_sha256_text(a, stored)))
		return rt_err_set(
		    err, RT_EVERIFY, "its content does not have this digest");
	if (!str_eq(l->diff_id, img_sha256_text(a, plain)))
		return rt_err_set(err, RT_EVERIFY,
		    "decompressed it is not %.*s, which the image's "
		    "configuration names",
		    STR_ARG(l->diff_id));
	return 0;
}

/* Both in one pass. */
struct pass {
	struct users *users;
	struct img_verity verity;
};

static int
keep_and_index(void *ctx, const struct img_member *m, struct rt_err *err)
{
	struct pass *p = ctx;
	int rc = img_verity_member(&p->verity, m, err);

	return rc != 0 ? rc : keep(p->users, m, err);
}

static int
read_indexed(struct users *u, struct img_stream *s, const struct img_layer *l,
    struct rt_err *err)
{
	struct pass p = {.users = u};
	int rc;

	img_verity_start(&p.verity, s);
	rc = img_tar_walk(s, keep_and_index, &p, err);
	if (rc == 0)
		rc = check_sums(s, u->arena, l, err);
	if (rc == 0)
		rc = img_verity_end(
		    &u->now->verity_hash, &p.verity, u->arena, err);
	img_verity_free(&p.verity);
	return rc;
}

static int
read_stream(struct users *u, const struct img_span *in,
    const struct img_layer *l, struct rt_err *err)
{
	struct img_stream *s;
	int rc;

	if (l->size > 0 && l->size != in->size)
		return rt_err_set(err, RT_EVERIFY,
		    "has %llu bytes, its descriptor says %llu",
		    (unsigned long long)in->size, (unsigned long long)l->size);
	rc = img_stream_open(&s, in, IMG_LAYER_MAX, err);
	if (rc != 0)
		return rc;
	if (u->verity) {
		rc = read_indexed(u, s, l, err);
	} else {
		rc = img_tar_walk(s, keep, u, err);
		if (rc == 0)
			rc = check_sums(s, u->arena, l, err);
	}
	img_stream_free(s);
	return rc;
}

int
users_read_layer(struct users *u, size_t i, struct rt_err *err)
{
	const struct img_part *part = &u->parts[i];
	struct img_span in;
	int rc;

	if (part->encrypted)
		return rt_err_set(err, RT_ESTATE,
		    "layer %.*s is encrypted, so %s cannot be read",
		    STR_ARG(part->place),
		    u->verity ? "it" : "passwd and group");
	u->now = &u->layers[i];
	u->again += u->now->known > 0 ? part->layer->size : 0;
	if (u->again > AGAIN_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "its links lead through too much data");
	u->now->known = u->wanted.n;
	u->now->recs = ARENA_ARRAY(u->arena, struct rec, u->wanted.n);
	rc = u->blobs->open(&in, u->blobs, part->place, err);
	if (rc == 0) {
		rc = read_stream(u, &in, part->layer, err);
		img_span_close(&in);
	}
	if (rc != 0)
		return rt_err_wrap(
		    err, "layer %.*s", STR_ARG(str_sub(part->place, 0, 160)));
	return 0;
}

/*
 * Images share their lower layers.  What one says about the paths that are
 * wanted in every image is kept; those are the first and always the same.
 * Threads that want the same layer wait for the first of them.
 */
struct scan {
	enum { SCAN_NONE, SCAN_BUSY, SCAN_KNOWN } state;
	struct layer layer;
};

struct img_scans {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct arena *arena;
	struct map by_key;
};

struct img_scans *
img_scans_new(void)
{
	struct img_scans *s = calloc(1, sizeof(*s));

	if (s == NULL)
		rt_no_memory();
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->changed, NULL);
	s->arena = arena_new();
	return s;
}

void
img_scans_free(struct img_scans *s)
{
	if (s == NULL)
		return;
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_mutex_destroy(&s->lock);
	arena_free(s->arena);
	free(s);
}

/* True: it is in *out; false: the caller's to read and to settle. */
static bool
claim(struct scan **scan, struct layer *out, struct img_scans *s,
    struct str key, bool verity)
{
	struct scan *c;
	bool known;

	(void)pthread_mutex_lock(&s->lock);
	*scan = c = map_get(&s->by_key, key);
	if (c == NULL) {
		*scan = c = ARENA_NEW(s->arena, struct scan);
		(void)map_set(
		    s->arena, &s->by_key, arena_str(s->arena, key), c);
	}
	while (c->state == SCAN_BUSY)
		(void)pthread_cond_wait(&s->changed, &s->lock);
	known =
	    c->state == SCAN_KNOWN && (!verity || c->layer.verity_hash.n > 0);
	if (known)
		*out = c->layer;
	else
		c->state = SCAN_BUSY;
	(void)pthread_mutex_unlock(&s->lock);
	return known;
}

static void
settle(struct img_scans *s, struct scan *scan, const struct layer *layer)
{
	(void)pthread_mutex_lock(&s->lock);
	scan->state = layer != NULL ? SCAN_KNOWN : SCAN_NONE;
	if (layer != NULL)
		scan->layer = *layer;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
}

int
users_scan_layer(struct users *u, size_t i, struct rt_err *err)
{
	const struct img_part *part = &u->parts[i];
	struct img_scans *scans = u->blobs->scans;
	struct scan *scan;
	struct str key;
	int rc;

	if (scans == NULL || u->wanted.n != u->always)
		return users_read_layer(u, i, err);
	key = arena_printf(u->arena, "%.*s %.*s", STR_ARG(part->place),
	    STR_ARG(part->layer->diff_id));
	if (claim(&scan, &u->layers[i], scans, key, u->verity))
		return 0;
	rc = users_read_layer(u, i, err);
	settle(scans, scan, rc == 0 ? &u->layers[i] : NULL);
	return rc;
}
