/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCI layouts: the names in index.json, and the directory form of one.
 *
 * Tools write different names: the whole reference, only the tag, or the tag
 * and beside it containerd's io.containerd.image.name.  A bare tag says
 * nothing of the repository: all bare tags of a layout count as tags of the
 * one that was asked for first.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

#define INDEX_MAX ((size_t)16 << 20) /* of a layout, not of an image */
#define NESTING_MAX 4
#define NAMES_MAX 100000
#define SAME_MAX 64

struct name {
	struct img_desc desc;
	struct name *next; /* the same name once more */
	unsigned same;     /* in the first: how many follow */
};

struct img_layout {
	struct arena *arena;
	struct img_blobs *blobs;
	struct map by_text, by_name, by_tag, by_digest;
	size_t names;
	bool have_tag_owner;
	struct img_ref tag_owner;
};

static void
add_name(struct img_layout *l, struct map *m, struct str key,
    const struct img_desc *d)
{
	struct name *n = ARENA_NEW(l->arena, struct name), *first, *last;

	l->names++;
	n->desc = *d;
	first = map_get(m, key);
	if (first == NULL) {
		(void)map_set(l->arena, m, key, n);
		return;
	}
	for (last = first; last != NULL; last = last->next)
		if (str_eq(last->desc.digest, d->digest))
			return;
	if (first->same >= SAME_MAX)
		return; /* cannot be told apart anyway */
	first->same++;
	n->next = first->next;
	first->next = n;
}

static void
add_reference(struct img_layout *l, struct str text, const struct img_desc *d)
{
	struct img_ref ref;

	add_name(l, &l->by_text, text, d);
	if (img_ref_parse(&ref, l->arena, text, NULL) == 0)
		add_name(l, &l->by_name, img_ref_full(l->arena, &ref), d);
}

static void
add_names(struct img_layout *l, const struct img_desc *d)
{
	const struct jv *notes = jv_getz(d->json, "annotations");
	struct str name =
	    jv_get_str(notes, STR("org.opencontainers.image.ref.name"));
	struct str full = jv_get_str(notes, STR("io.containerd.image.name"));

	add_name(l, &l->by_digest, d->digest, d);
	if (full.n > 0)
		add_reference(l, full, d);
	if (name.n == 0)
		return;
	if (str_chr(name, '/', 0) != SIZE_MAX ||
	    str_chr(name, ':', 0) != SIZE_MAX) {
		add_reference(l, name, d);
		return;
	}
	add_name(l, &l->by_text, name, d);
	if (full.n == 0)
		add_name(l, &l->by_tag, name, d);
}

static int read_index(struct img_layout *l, struct arena *a, struct str text,
    unsigned depth, struct rt_err *err);

/* An index without a name in index.json may hold named images. */
static int
read_nested(struct img_layout *l, struct arena *a, const struct img_desc *d,
    unsigned depth, struct rt_err *err)
{
	const struct jv *notes = jv_getz(d->json, "annotations");
	struct str text;
	int rc;

	if (depth >= NESTING_MAX || notes != NULL ||
	    (!str_eqz(d->type, "application/vnd.oci.image.index.v1+json") &&
		!str_eqz(d->type,
		    "application/vnd.docker.distribution.manifest.list.v2"
		    "+json")))
		return 0;
	rc = img_blob_read(&text, a, l->blobs, d, INDEX_MAX, err);
	if (rc == RT_ENOTFOUND)
		return 0; /* a layout may be sparse */
	return rc == 0 ? read_index(l, a, text, depth + 1, err) : rc;
}

static int
read_index(struct img_layout *l, struct arena *a, struct str text,
    unsigned depth, struct rt_err *err)
{
	const struct jv *list;
	struct img_desc d;
	struct jv *json;
	size_t i;
	int rc = jv_parse(&json, a, text, err);

	if (rc != 0)
		return rc;
	list = jv_getz(json, "manifests");
	if (!jv_is(list, JV_ARRAY))
		return rt_err_set(
		    err, RT_EFORMAT, "there is no list of manifests");
	for (i = 0; rc == 0 && i < list->items.n; i++) {
		rc = img_desc_read(&d, list->items.p[i], err);
		if (rc != 0)
			break;
		add_names(l, &d);
		rc = read_nested(l, a, &d, depth, err);
		if (l->names > NAMES_MAX)
			rc = rt_err_set(
			    err, RT_ELIMIT, "more than %d names", NAMES_MAX);
	}
	return rc;
}

int
img_layout_new(struct img_layout **out, struct arena *a, struct img_blobs *b,
    struct str index, struct rt_err *err)
{
	struct img_layout *l = ARENA_NEW(a, struct img_layout);
	int rc;

	l->arena = a;
	l->blobs = b;
	rc = read_index(l, a, index, 0, err);
	if (rc != 0)
		return rt_err_wrap(err, "index.json");
	*out = l;
	return 0;
}

/* Of several under one name the one of the platform. */
static int
choose(struct img_desc *out, const struct name *n, struct str platform,
    struct rt_err *err)
{
	const struct name *m, *found = NULL;

	*out = n->desc;
	if (n->next == NULL)
		return 0;
	for (m = n; m != NULL; m = m->next) {
		if (!img_platform_is(
			platform, jv_getz(m->desc.json, "platform")))
			continue;
		if (found != NULL)
			break;
		found = m;
	}
	if (found == NULL || m != NULL)
		return rt_err_set(err, RT_EFORMAT,
		    "index.json has this name for several images, among them "
		    "%.*s and %.*s",
		    STR_ARG(n->desc.digest), STR_ARG(n->next->desc.digest));
	*out = found->desc;
	return 0;
}

static int
find_tag(struct img_desc *out, struct img_layout *l, const struct img_ref *ref,
    struct str platform, struct rt_err *err)
{
	const struct name *n =
	    ref->tag.n > 0 ? map_get(&l->by_tag, ref->tag) : NULL;

	if (n == NULL)
		return RT_ENOTFOUND;
	if (l->have_tag_owner && !img_ref_same_name(&l->tag_owner, ref))
		return rt_err_set(err, RT_ENOTFOUND,
		    "it names images by their tag alone, and those were taken "
		    "for %.*s/%.*s",
		    STR_ARG(l->tag_owner.host), STR_ARG(l->tag_owner.path));
	l->have_tag_owner = true;
	l->tag_owner = *ref;
	return choose(out, n, platform, err);
}

static int
find_named(struct img_desc *out, struct img_layout *l,
    const struct img_ref *ref, struct str platform, struct rt_err *err)
{
	const struct name *n = map_get(&l->by_text, ref->text);

	if (n == NULL)
		n = map_get(&l->by_name, img_ref_full(l->arena, ref));
	return n != NULL ? choose(out, n, platform, err)
			 : find_tag(out, l, ref, platform, err);
}

/* The digest decides, whatever the layout calls the image. */
static int
find_pinned(struct img_desc *out, struct img_layout *l,
    const struct img_ref *ref, struct rt_err *err)
{
	const struct name *n = map_get(&l->by_digest, ref->digest);
	struct img_ref bare = *ref;
	struct img_span probe;

	if (n != NULL) {
		*out = n->desc;
		return 0;
	}
	/* It may be a manifest of an index. */
	*out = (struct img_desc){.digest = ref->digest};
	if (l->blobs->open(&probe, l->blobs, ref->digest, NULL) == 0) {
		img_span_close(&probe);
		return 0;
	}
	bare.digest = STR("");
	n = map_get(&l->by_name, img_ref_full(l->arena, &bare));
	if (n == NULL)
		return RT_ENOTFOUND;
	return rt_err_set(err, RT_ENOTFOUND, "its tag stands for %.*s there",
	    STR_ARG(n->desc.digest));
}

int
img_layout_find(struct img_facts *out, struct img_layout *l, struct arena *a,
    const struct img_ref *ref, struct str platform, unsigned need,
    struct rt_err *err)
{
	struct img_desc d;
	int rc;

	if (ref->digest.n == 0)
		rc = find_named(&d, l, ref, platform, err);
	else if (img_is_sha256(ref->digest))
		rc = find_pinned(&d, l, ref, err);
	else
		rc = rt_err_set(
		    err, RT_ENOTFOUND, "it knows digests of sha256 only");
	return rc != 0
		   ? rc
		   : img_oci_read(out, a, l->blobs, &d, platform, need, err);
}

/* A directory. */
struct dir {
	struct img_blobs blobs; /* first: the callbacks get its address */
	struct img_layout *layout;
	struct str from;
	int blobs_fd; /* of blobs/sha256 */
};

/* Symbolic links could lead out of the layout: none is followed. */
static int
open_file(struct img_span *out, int dir, const char *name, struct rt_err *err)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return rt_err_set(err, RT_EIO,
		    "%s is a symbolic link, which is not followed", name);
	if (fd < 0)
		return rt_err_sys(
		    err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO, "%s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return rt_err_set(err, RT_EIO, "%s is no file", name);
	}
	*out = (struct img_span){
	    .fd = fd, .own = true, .size = (uint64_t)st.st_size};
	return 0;
}

static int
open_blob(struct img_span *out, struct img_blobs *b, struct str place,
    struct rt_err *err)
{
	struct dir *d = (struct dir *)b;
	char name[65];

	if (!img_is_sha256(place))
		return rt_err_set(err, RT_EFORMAT, "bad digest");
	memcpy(name, place.p + 7, 64);
	name[64] = '\0';
	return open_file(out, d->blobs_fd, name, err);
}

static int
open_dir(int *out, int at, const char *name, struct rt_err *err)
{
	int fd = openat(at, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC |
		(at == AT_FDCWD ? 0 : O_NOFOLLOW));

	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "%s", name);
	*out = fd;
	return 0;
}

static int
read_file(struct str *out, struct arena *a, int dir, const char *name,
    struct rt_err *err)
{
	struct img_span in = {0};
	char *p;
	int rc = open_file(&in, dir, name, err);

	if (rc != 0)
		return rc;
	if (in.size > INDEX_MAX)
		rc = rt_err_set(err, RT_ELIMIT, "%s: more than %zu MiB", name,
		    INDEX_MAX >> 20);
	if (rc == 0) {
		p = arena_alloc(a, (size_t)in.size + 1);
		rc = img_span_read(&in, 0, p, (size_t)in.size, err);
		*out = (struct str){p, (size_t)in.size};
	}
	img_span_close(&in);
	return rc;
}

static int
read_dir(struct dir *d, struct arena *a, int top, struct rt_err *err)
{
	struct str text;
	struct jv *json;
	int blobs = -1, rc;

	rc = read_file(&text, a, top, "oci-layout", err);
	if (rc == 0)
		rc = jv_parse(&json, a, text, err);
	if (rc != 0)
		return rt_err_wrap(err, "is no OCI layout");
	if (!str_starts(jv_get_str(json, STR("imageLayoutVersion")), STR("1.")))
		return rt_err_set(
		    err, RT_EFORMAT, "the version in oci-layout is not known");
	rc = open_dir(&blobs, top, "blobs", err);
	if (rc != 0)
		return rc;
	rc = open_dir(&d->blobs_fd, blobs, "sha256", err);
	(void)close(blobs);
	if (rc == 0)
		rc = read_file(&text, a, top, "index.json", err);
	if (rc == 0)
		rc = img_layout_new(&d->layout, a, &d->blobs, text, err);
	return rc;
}

static int
add_dir(struct img_store *s, const struct img_kind *kind, struct str path,
    struct rt_err *err)
{
	struct dir *d = ARENA_NEW(s->arena, struct dir);
	int top = -1, rc;

	d->blobs.open = open_blob;
	d->blobs.scans = s->scans;
	d->blobs_fd = -1;
	d->from = arena_printf(s->arena, "OCI layout %.*s", STR_ARG(path));
	rc = open_dir(&top, AT_FDCWD, arena_cstr(s->arena, path), err);
	if (rc != 0)
		return rc;
	rc = read_dir(d, s->arena, top, err);
	(void)close(top);
	if (rc != 0 && d->blobs_fd >= 0)
		(void)close(d->blobs_fd);
	if (rc != 0)
		return rt_err_wrap(err, "%.*s", STR_ARG(path));
	(void)img_source_add(s, kind, path, d);
	return 0;
}

void
img_layout_open(struct img_store *s, const struct img_kind *kind)
{
	const struct str *path;
	struct rt_err err;

	VEC_FOREACH(path, &s->options->layouts)
		if (add_dir(s, kind, *path, &err) != 0)
			img_source_bad(s, &err);
}

int
img_layout_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err)
{
	struct dir *d = src->state;
	struct img_store *s = src->store;
	int rc = img_layout_find(
	    out, d->layout, s->arena, ref, s->platform, need, err);

	if (rc == 0)
		out->from = d->from;
	return rc;
}

bool
img_layout_peek(
    struct str *digest, struct img_source *src, const struct img_ref *ref)
{
	struct dir *d = src->state;
	struct img_desc desc;

	if (find_named(&desc, d->layout, ref, src->store->platform, NULL) != 0)
		return false;
	*digest = desc.digest;
	return true;
}

void
img_layout_close(struct img_source *src)
{
	struct dir *d = src->state;

	(void)close(d->blobs_fd);
}
