/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etc/passwd and etc/group of the merged image.
 *
 * Layers are read from the top, each whole (the last entry of a name counts)
 * and only until both files are known.  Of a layer we keep what it says about
 * a few wanted paths: the two files, the directories above them and, once a
 * link was met, the same of its target.  A layer that was read before a path
 * became wanted is read again; links are rare, layers are large, and memory
 * stays small whatever is in them.
 */
#include <string.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"
#include "runtime/base/encode.h"

#define LINKS_MAX 40  /* as Linux */
#define NAMES_MAX 256 /* on the way to a file, its links included */
#define USERS_FILE_MAX ((size_t)4 << 20)
#define KEPT_MAX ((size_t)64 << 20)
#define LAYER_MAX ((uint64_t)128 << 30)
#define AGAIN_MAX ((uint64_t)1 << 30)
#define NO_LAYER SIZE_MAX

enum rec_kind {
	REC_NONE, /* the layer has no such name */
	REC_FILE,
	REC_DIR,
	REC_SYMLINK,
	REC_HARDLINK, /* to a name that the layer itself does not have */
	REC_OTHER
};

/* What a layer says about a path. */
struct rec {
	enum rec_kind kind;
	bool hides;      /* whatever lower layers have there is gone */
	bool opaque;     /* whatever lower layers have below it is gone */
	bool large;      /* beyond USERS_FILE_MAX: `data` is empty */
	struct str data; /* content or target */
};

struct layer {
	size_t known; /* how many of the wanted paths `recs` speaks of */
	struct rec *recs;
};

struct wanted {
	struct str path;
	size_t parent; /* its index; the root is its own */
};

struct users {
	struct arena *arena;
	struct img_blobs *blobs;
	const struct img_part *parts;
	struct layer *layers;
	size_t nlayers;
	VEC(struct wanted) wanted; /* the first is the root, "" */
	struct map index;          /* path: 1-based index of `wanted` */
	size_t always;             /* how many are so in every image */
	size_t links;
	struct layer *now; /* being read */
	struct buf scratch;
	size_t kept;    /* bytes of contents and targets */
	uint64_t again; /* bytes of layers that were read once more */
};

static size_t
wanted_index(const struct users *u, struct str path)
{
	uintptr_t i = (uintptr_t)map_get(&u->index, path);

	return i == 0 ? SIZE_MAX : i - 1;
}

static struct str
parent(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return str_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
}

static void
want_one(struct users *u, struct str path)
{
	struct wanted w;

	if (wanted_index(u, path) != SIZE_MAX)
		return;
	w.path = arena_str(u->arena, path);
	w.parent = path.n == 0 ? 0 : wanted_index(u, parent(path));
	VEC_PUSH(u->arena, &u->wanted, w);
	(void)map_set(u->arena, &u->index, w.path, (void *)u->wanted.n);
}

/* The path and the directories above it. */
static void
want(struct users *u, struct str path)
{
	size_t at = 0;

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
	struct str path = u->wanted.p[index].path;
	struct rec *r = &u->now->recs[index];
	size_t i;

	for (i = 0; i < u->wanted.n; i++)
		if (is_below(u->wanted.p[i].path, path))
			u->now->recs[i] = (struct rec){.kind = REC_NONE};
	*r = (struct rec){.kind = REC_NONE, .hides = true};
	return r;
}

/* .wh.NAME and .wh..wh..opq; false: an ordinary name. */
static bool
is_whiteout(struct users *u, struct str name)
{
	struct str base = str_basename(name), dir = parent(name);
	size_t i;

	if (!str_starts(base, STR(".wh.")))
		return false;
	if (str_eqz(base, ".wh..wh..opq")) {
		i = wanted_index(u, dir);
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
	i = wanted_index(u, buf_str(&u->scratch));
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

	if (is_whiteout(u, m->name))
		return 0;
	i = wanted_index(u, m->name);
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
		at = wanted_index(u, m->link);
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
	rc = img_stream_open(&s, in, LAYER_MAX, err);
	if (rc != 0)
		return rc;
	rc = img_tar_walk(s, keep, u, err);
	if (rc == 0)
		rc = check_sums(s, u->arena, l, err);
	img_stream_free(s);
	return rc;
}

static int
read_layer(struct users *u, size_t i, struct rt_err *err)
{
	const struct img_part *part = &u->parts[i];
	struct img_span in;
	int rc;

	if (part->encrypted)
		return rt_err_set(err, RT_ESTATE,
		    "layer %.*s is encrypted, so passwd and group cannot be "
		    "read",
		    STR_ARG(part->place));
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
 */
static int
scan_layer(struct users *u, size_t i, struct rt_err *err)
{
	const struct img_part *part = &u->parts[i];
	struct layer *known;
	struct str key;
	int rc;

	if (u->wanted.n != u->always)
		return read_layer(u, i, err);
	key = arena_printf(u->arena, "%.*s %.*s", STR_ARG(part->place),
	    STR_ARG(part->layer->diff_id));
	known = map_get(&u->blobs->scanned, key);
	if (known != NULL) {
		u->layers[i] = *known;
		return 0;
	}
	rc = read_layer(u, i, err);
	if (rc == 0) {
		known = ARENA_NEW(u->arena, struct layer);
		*known = u->layers[i];
		(void)map_set(u->arena, &u->blobs->scanned, key, known);
	}
	return rc;
}

/* Does the layer cut off what lower ones have there? */
static bool
is_cut(const struct users *u, const struct layer *l, size_t index)
{
	const struct rec *r;

	while (index > 0) {
		index = u->wanted.p[index].parent;
		r = &l->recs[index];
		if (r->hides || r->opaque)
			return true;
	}
	return false;
}

/* Is a directory above the path a link in this layer? */
static bool
is_below_link(const struct users *u, const struct layer *l, size_t index)
{
	while (index > 0) {
		index = u->wanted.p[index].parent;
		if (l->recs[index].kind == REC_SYMLINK)
			return true;
	}
	return false;
}

/*
 * What the layers from `top` - 1 down to `low` say about a wanted path.
 * *at is the layer that decided; NO_LAYER: none has it.  A layer where the
 * path leads through a link has something else under this name, except for
 * `link`, the layer whose link is being looked behind.
 */
static int
look(struct rec *out, size_t *at, struct users *u, struct str path, size_t top,
    size_t low, size_t link, struct rt_err *err)
{
	size_t index = wanted_index(u, path), i;
	const struct rec *r;
	int rc;

	*out = (struct rec){.kind = REC_NONE};
	*at = NO_LAYER;
	for (i = top; i-- > low;) {
		if (u->layers[i].known <= index) {
			rc = scan_layer(u, i, err);
			if (rc != 0)
				return rc;
		}
		if (i != link && is_below_link(u, &u->layers[i], index))
			return 0;
		r = &u->layers[i].recs[index];
		if (r->kind != REC_NONE || r->hides) {
			*out = *r;
			*at = i;
			return 0;
		}
		if (is_cut(u, &u->layers[i], index))
			return 0;
	}
	return 0;
}

/* Where a path lookup stands. */
struct way {
	struct str done; /* names no link */
	struct str rest;
	size_t link; /* layer whose link is taken for a directory in `done` */
};

/* Takes the next name off the rest; false: there is none. */
static bool
next_name(struct way *w, struct str *name)
{
	size_t end;

	do {
		if (w->rest.n == 0)
			return false;
		end = str_chr(w->rest, '/', 0);
		*name = str_sub(w->rest, 0, end);
		w->rest = str_sub(
		    w->rest, end == SIZE_MAX ? w->rest.n : end + 1, w->rest.n);
	} while (name->n == 0 || str_eqz(*name, "."));
	return true;
}

static struct str
join(struct arena *a, struct str dir, struct str name)
{
	return dir.n == 0
		   ? name
		   : arena_printf(a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(name));
}

/* The target and all directories on its way, if no ".." leads elsewhere. */
static void
want_target(struct users *u, struct str dir, struct str target)
{
	struct way w = {.done = dir, .rest = target, .link = NO_LAYER};
	struct str name;

	if (str_starts(target, STR("/")))
		w.done = STR("");
	while (next_name(&w, &name))
		w.done = str_eqz(name, "..") ? parent(w.done)
					     : join(u->arena, w.done, name);
	want(u, w.done);
}

static int
follow(struct way *w, struct users *u, struct str target, struct rt_err *err)
{
	if (++u->links > LINKS_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "more than %d links lead to it", LINKS_MAX);
	if (target.n > 4095)
		return rt_err_set(
		    err, RT_ELIMIT, "a symbolic link has %zu bytes", target.n);
	want_target(u, w->done, target);
	if (str_starts(target, STR("/")))
		w->done = STR("");
	w->rest = w->rest.n == 0 ? target
				 : arena_printf(u->arena, "%.*s/%.*s",
				       STR_ARG(target), STR_ARG(w->rest));
	return 0;
}

/*
 * An upper layer that has a name below the link wrote it through the link:
 * there the link may be taken for the directory.
 */
static int
is_written_through(bool *out, struct users *u, const struct way *w,
    struct str link, size_t at, struct rt_err *err)
{
	struct way ahead = *w;
	struct str name, path;
	struct rec r;
	size_t found;
	int rc;

	*out = false;
	if (!next_name(&ahead, &name) || str_eqz(name, ".."))
		return 0;
	path = join(u->arena, link, name);
	want(u, path);
	rc = look(&r, &found, u, path, u->nlayers, at, at, err);
	*out = found != NO_LAYER;
	return rc;
}

/* From the record of a hard link, in layer `at`, to what it is a name of. */
static int
chase(struct rec *r, struct users *u, struct str path, size_t at,
    struct rt_err *err)
{
	int rc = 0;

	while (rc == 0 && r->kind == REC_HARDLINK) {
		struct str target = r->data;

		if (++u->links > LINKS_MAX)
			return rt_err_set(err, RT_ELIMIT,
			    "more than %d links lead to it", LINKS_MAX);
		if (wanted_index(u, target) == SIZE_MAX) {
			/* From now on it is: the layer itself may have it. */
			want(u, target);
			rc = read_layer(u, at, err);
			if (rc == 0)
				*r = u->layers[at].recs[wanted_index(u, path)];
		} else {
			rc = look(r, &at, u, target, at, 0, NO_LAYER, err);
			path = target;
		}
	}
	return rc;
}

/* Goes to one more name; *r is what is there. */
static int
step(struct rec *r, struct way *w, struct users *u, struct str name,
    struct rt_err *err)
{
	struct str path = join(u->arena, w->done, name);
	bool through = false;
	size_t at;
	int rc;

	want(u, path);
	rc = look(r, &at, u, path, u->nlayers, 0, w->link, err);
	if (rc == 0)
		rc = chase(r, u, path, at, err);
	if (rc == 0 && r->kind == REC_SYMLINK)
		rc = is_written_through(&through, u, w, path, at, err);
	if (rc == 0 && r->kind == REC_SYMLINK && !through) {
		w->link = NO_LAYER;
		return follow(w, u, r->data, err);
	}
	if (through)
		w->link = at;
	w->done = path;
	return rc;
}

/* The content of a path; empty if the image has no such file. */
static int
read_path(struct str *out, struct users *u, struct str path, struct rt_err *err)
{
	struct way w = {.done = STR_INIT(""), .rest = path, .link = NO_LAYER};
	struct rec r = {.kind = REC_NONE};
	struct str name;
	size_t names = 0;
	int rc;

	*out = STR("");
	u->links = 0;
	while (next_name(&w, &name)) {
		if (++names > NAMES_MAX)
			return rt_err_set(err, RT_ELIMIT,
			    "more than %d names on the way to it", NAMES_MAX);
		if (r.kind == REC_FILE || r.kind == REC_OTHER)
			return 0; /* not a directory */
		if (str_eqz(name, "..")) {
			w.done = parent(w.done);
			r.kind = REC_DIR;
			continue;
		}
		rc = step(&r, &w, u, name, err);
		if (rc != 0)
			return rc;
	}
	if (r.kind != REC_FILE)
		return 0;
	if (r.large)
		return rt_err_set(
		    err, RT_ELIMIT, "more than %zu MiB", USERS_FILE_MAX >> 20);
	*out = r.data;
	return 0;
}

/* Text that JSON can hold: what is no UTF-8 becomes U+FFFD. */
static struct str
as_text(struct arena *a, struct str s)
{
	struct buf b = {0};
	struct str line;
	size_t from, end, i;

	if (str_is_utf8(s) && str_chr(s, '\0', 0) == SIZE_MAX)
		return s;
	for (from = 0; from < s.n; from = end + 1) {
		end = str_chr(s, '\n', from);
		if (end == SIZE_MAX)
			end = s.n;
		line = str_sub(s, from, end);
		if (str_is_utf8(line) && str_chr(line, '\0', 0) == SIZE_MAX)
			buf_put(&b, line);
		else
			for (i = 0; i < line.n; i++)
				if (line.p[i] != '\0' &&
				    (line.p[i] & 0x80) == 0)
					buf_putc(&b, line.p[i]);
				else
					buf_puts(&b, "\xef\xbf\xbd");
		if (end < s.n)
			buf_putc(&b, '\n');
	}
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

int
img_users_read(struct img_facts *f, struct arena *a, struct img_blobs *b,
    const struct img_part *parts, size_t nparts, struct rt_err *err)
{
	struct users u = {
	    .arena = a, .blobs = b, .parts = parts, .nlayers = nparts};
	struct str passwd, group;
	int rc;

	u.layers = ARENA_ARRAY(a, struct layer, nparts);
	want_one(&u, STR(""));
	want(&u, STR("etc/passwd"));
	want(&u, STR("etc/group"));
	u.always = u.wanted.n;
	rc = read_path(&passwd, &u, STR("etc/passwd"), err);
	if (rc != 0)
		(void)rt_err_wrap(err, "etc/passwd");
	else if ((rc = read_path(&group, &u, STR("etc/group"), err)) != 0)
		(void)rt_err_wrap(err, "etc/group");
	buf_free(&u.scratch);
	if (rc != 0)
		return rc;
	f->passwd = as_text(a, passwd);
	f->group = as_text(a, group);
	f->have_users = true;
	return 0;
}
