/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `docker save` and its relatives write: a tar archive with
 * manifest.json, an OCI layout, or both.  A compressed one is decompressed
 * once into a file without a name, so that each member can be read where it
 * lies.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define ARCHIVE_MAX ((uint64_t)256 << 30)
#define MEMBERS_MAX 200000
#define JSON_MAX ((size_t)16 << 20)
#define CONFIG_MAX ((size_t)8 << 20)
#define LAYERS_MAX 512
#define LINKS_MAX 4

struct member {
	enum img_member_type type;
	struct str link; /* of a link: clean name */
	uint64_t at, size;
};

struct archive_file {
	struct img_blobs blobs; /* first: the callbacks get its address */
	struct arena *arena;
	struct str path, from;
	int fd; /* plain tar */
	bool opened;
	struct rt_err err; /* why it could not be opened */
	struct map members;
	size_t nmembers;
	struct img_layout *layout; /* or NULL */
	struct jv *manifest;       /* list, or NULL */
};

/* "a/b/../c" beside the link itself, within the archive. */
static struct str
link_target(struct arena *a, struct str name, struct str target)
{
	size_t slash = str_rchr(name, '/');
	struct str dir = str_sub(name, 0, slash == SIZE_MAX ? 0 : slash);

	while (str_starts(target, STR("../"))) {
		slash = str_rchr(dir, '/');
		dir = str_sub(dir, 0, slash == SIZE_MAX ? 0 : slash);
		target = str_sub(target, 3, target.n);
	}
	return dir.n == 0 ? target
			  : arena_printf(
				a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(target));
}

static int
note_member(void *ctx, const struct img_member *m, struct rt_err *err)
{
	struct archive_file *f = ctx;
	struct member *e;

	if (m->outside || m->type == IMG_DIR || m->type == IMG_OTHER)
		return 0;
	if (++f->nmembers > MEMBERS_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "more than %d members", MEMBERS_MAX);
	e = ARENA_NEW(f->arena, struct member);
	e->type = m->type;
	e->at = m->at;
	e->size = m->size;
	if (m->type == IMG_SYMLINK)
		e->link = link_target(
		    f->arena, m->name, arena_str(f->arena, m->link));
	if (m->type == IMG_HARDLINK)
		e->link = arena_str(f->arena, m->link);
	(void)map_set(f->arena, &f->members, arena_str(f->arena, m->name), e);
	return 0;
}

static int
open_member(struct img_span *out, struct archive_file *f, struct str name,
    struct rt_err *err)
{
	const struct member *m = map_get(&f->members, name);
	unsigned links;

	for (links = 0; m != NULL && m->type != IMG_FILE; links++)
		m = links < LINKS_MAX ? map_get(&f->members, m->link) : NULL;
	if (m == NULL)
		return rt_err_set(err, RT_ENOTFOUND,
		    "'%.*s' is not in the archive",
		    STR_ARG(str_sub(name, 0, 160)));
	*out = (struct img_span){.fd = f->fd, .off = m->at, .size = m->size};
	return 0;
}

static int
open_place(struct img_span *out, struct img_blobs *b, struct str place,
    struct rt_err *err)
{
	struct archive_file *f = (struct archive_file *)b;
	char name[80] = "blobs/sha256/";

	if (!img_is_sha256(place))
		return open_member(out, f, place, err);
	memcpy(name + 13, place.p + 7, 64);
	return open_member(out, f, (struct str){name, 77}, err);
}

static int
read_member(struct str *out, struct archive_file *f, struct str name,
    size_t max, struct rt_err *err)
{
	struct img_span in = {0};
	char *p;
	int rc = open_member(&in, f, name, err);

	if (rc != 0)
		return rc;
	if (in.size > max)
		return rt_err_set(err, RT_ELIMIT,
		    "'%.*s' has more than %zu MiB",
		    STR_ARG(str_sub(name, 0, 160)), max >> 20);
	p = arena_alloc(f->arena, (size_t)in.size + 1);
	rc = img_span_read(&in, 0, p, (size_t)in.size, err);
	*out = (struct str){p, (size_t)in.size};
	return rc;
}

static int
temp_file(int *out, struct rt_err *err)
{
	const char *dir = getenv("TMPDIR");
	char name[4096];
	int fd;

	if (dir == NULL || dir[0] != '/' || strlen(dir) > sizeof(name) - 32)
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		/* Not every file system has files without a name. */
		(void)snprintf(name, sizeof(name), "%s/contrastc.XXXXXX", dir);
		fd = mkostemp(name, O_CLOEXEC);
		if (fd >= 0)
			(void)unlink(name);
	}
	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "temporary file in %s", dir);
	*out = fd;
	return 0;
}

static int
write_all(int fd, const void *p, size_t n, struct rt_err *err)
{
	const char *from = p;

	while (n > 0) {
		ssize_t r = write(fd, from, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return rt_err_sys(err, RT_EIO, "temporary file");
		from += r;
		n -= (size_t)r;
	}
	return 0;
}

static int
unpack(int fd, struct img_stream *in, struct rt_err *err)
{
	const void *p;
	size_t n;
	int rc;

	do {
		rc = img_stream_next(in, &p, &n, err);
		if (rc == 0)
			rc = write_all(fd, p, n, err);
	} while (rc == 0 && n > 0);
	return rc;
}

/* Puts the plain bytes of a compressed archive in the place of f->fd. */
static int
decompress(struct archive_file *f, struct rt_err *err)
{
	struct img_span in = {.fd = f->fd};
	struct img_stream *s;
	struct stat st;
	int fd = -1, rc;

	if (fstat(f->fd, &st) != 0)
		return rt_err_sys(err, RT_EIO, "stat");
	if (!S_ISREG(st.st_mode))
		return rt_err_set(err, RT_EIO, "is no file");
	in.size = (uint64_t)st.st_size;
	rc = img_stream_open(&s, &in, ARCHIVE_MAX, err);
	if (rc != 0)
		return rc;
	if (!img_stream_is_plain(s)) {
		rc = temp_file(&fd, err);
		if (rc == 0)
			rc = unpack(fd, s, err);
		if (rc == 0) {
			(void)close(f->fd);
			f->fd = fd;
		} else if (fd >= 0) {
			(void)close(fd);
		}
	}
	img_stream_free(s);
	return rc;
}

static int
list_members(struct archive_file *f, struct rt_err *err)
{
	struct img_span in = {.fd = f->fd};
	struct img_stream *s;
	struct stat st;
	int rc;

	if (fstat(f->fd, &st) != 0)
		return rt_err_sys(err, RT_EIO, "stat");
	in.size = (uint64_t)st.st_size;
	rc = img_stream_open(&s, &in, ARCHIVE_MAX, err);
	if (rc == 0)
		rc = img_tar_walk(s, note_member, f, err);
	img_stream_free(s);
	return rc;
}

static int
read_lists(struct archive_file *f, struct rt_err *err)
{
	bool oci = map_get(&f->members, STR("index.json")) != NULL &&
		   map_get(&f->members, STR("oci-layout")) != NULL;
	bool docker = map_get(&f->members, STR("manifest.json")) != NULL;
	struct str text = STR_INIT("");
	int rc = 0;

	if (!oci && !docker)
		return rt_err_set(err, RT_EFORMAT,
		    "has neither manifest.json nor index.json: it is no "
		    "archive of images");
	if (oci) {
		rc = read_member(&text, f, STR("index.json"), JSON_MAX, err);
		if (rc == 0)
			rc = img_layout_new(
			    &f->layout, f->arena, &f->blobs, text, err);
	}
	if (rc != 0 || !docker)
		return rc;
	rc = read_member(&text, f, STR("manifest.json"), JSON_MAX, err);
	if (rc == 0)
		rc = jv_parse(&f->manifest, f->arena, text, err);
	if (rc == 0 && !jv_is(f->manifest, JV_ARRAY))
		rc = rt_err_set(err, RT_EFORMAT, "is no list");
	return rc == 0 ? 0 : rt_err_wrap(err, "manifest.json");
}

/* Only when something asks for it: a large archive takes its time. */
static int
open_archive(struct archive_file *f, struct rt_err *err)
{
	int rc = f->err.code;

	if (!f->opened) {
		f->opened = true;
		rc = decompress(f, &f->err);
		if (rc == 0)
			rc = list_members(f, &f->err);
		if (rc == 0)
			rc = read_lists(f, &f->err);
		/* "Not found" would lead to the next source. */
		if (rc == RT_ENOTFOUND)
			rc = f->err.code = RT_EFORMAT;
	}
	if (rc != 0)
		*err = f->err;
	return rc;
}

static bool
has_tag(
    struct archive_file *f, const struct jv *image, const struct img_ref *ref)
{
	const struct jv *tags = jv_getz(image, "RepoTags");
	struct img_ref r;
	size_t i;

	for (i = 0; jv_is(tags, JV_ARRAY) && i < tags->items.n; i++)
		if (img_ref_parse(
			&r, f->arena, jv_str(tags->items.p[i]), NULL) == 0 &&
		    img_ref_eq(&r, ref))
			return true;
	return false;
}

/* HEX.json and blobs/sha256/HEX: the name says what it must hash to. */
static int
check_config_name(struct str name, struct str digest, struct rt_err *err)
{
	struct str base = str_basename(name);
	char text[72] = "sha256:";

	if (str_ends(base, STR(".json")))
		base = str_sub(base, 0, base.n - 5);
	if (base.n != 64)
		return 0;
	memcpy(text + 7, base.p, 64);
	if (!img_is_sha256((struct str){text, 71}) ||
	    str_eq(digest, (struct str){text, 71}))
		return 0;
	return rt_err_set(err, RT_EVERIFY,
	    "the content of '%.*s' does not have this digest", STR_ARG(name));
}

static int
read_parts(struct img_part **out, struct img_facts *facts, struct arena *a,
    const struct jv *image, struct rt_err *err)
{
	const struct jv *list = jv_getz(image, "Layers");
	size_t i, n = jv_is(list, JV_ARRAY) ? list->items.n : 0;
	struct img_part *parts = ARENA_ARRAY(a, struct img_part, n);

	if (n != facts->nlayers)
		return rt_err_set(err, RT_EFORMAT,
		    "manifest.json has %zu layers, the configuration %zu", n,
		    facts->nlayers);
	for (i = 0; i < n; i++) {
		parts[i].layer = &facts->layers[i];
		parts[i].place = jv_str(list->items.p[i]);
	}
	*out = parts;
	return 0;
}

static int
read_image(struct img_facts *out, struct archive_file *f,
    const struct jv *image, struct str platform, unsigned need,
    struct rt_err *err)
{
	struct str name = jv_get_str(image, STR("Config"));
	struct str text = STR_INIT("");
	unsigned char sum[SHA256_LEN];
	struct img_facts facts = {0};
	struct img_part *parts = NULL;
	int rc = read_member(&text, f, name, CONFIG_MAX, err);

	if (rc != 0)
		return rc;
	rt_sha256(sum, text);
	facts.config_digest = img_sha256_text(f->arena, sum);
	rc = check_config_name(name, facts.config_digest, err);
	if (rc == 0)
		rc = img_oci_config(&facts, f->arena, text, platform, err);
	if (rc == 0)
		rc = read_parts(&parts, &facts, f->arena, image, err);
	if (rc == 0)
		rc = img_layers_read(
		    &facts, f->arena, &f->blobs, parts, need, err);
	if (rc == 0)
		*out = facts;
	return rc;
}

static int
find_image(struct img_facts *out, struct archive_file *f,
    const struct img_ref *ref, struct str platform, unsigned need,
    struct rt_err *err)
{
	size_t i;

	if (f->manifest == NULL)
		return RT_ENOTFOUND;
	if (ref->digest.n > 0)
		return rt_err_set(
		    err, RT_ENOTFOUND, "it has no digests of manifests");
	for (i = 0; i < f->manifest->items.n; i++)
		if (has_tag(f, f->manifest->items.p[i], ref))
			return read_image(out, f, f->manifest->items.p[i],
			    platform, need, err);
	return RT_ENOTFOUND;
}

int
img_archive_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err)
{
	struct archive_file *f = src->state;
	struct str platform = src->store->platform;
	int rc = open_archive(f, err);

	if (rc != 0)
		return rc;
	rc = RT_ENOTFOUND;
	if (f->layout != NULL)
		rc = img_layout_find(
		    out, f->layout, f->arena, ref, platform, need, err);
	if (rc == RT_ENOTFOUND && (f->layout == NULL || ref->digest.n == 0))
		rc = find_image(out, f, ref, platform, need, err);
	if (rc == 0)
		out->from = f->from;
	return rc;
}

void
img_archive_open(struct img_store *s, const struct img_kind *kind)
{
	const struct str *path;

	VEC_FOREACH(path, &s->options->archives) {
		struct archive_file *f =
		    ARENA_NEW(s->arena, struct archive_file);
		struct rt_err err;

		f->blobs.open = open_place;
		f->blobs.scans = s->scans;
		f->arena = s->arena;
		f->path = *path;
		f->from = arena_printf(
		    s->arena, "docker archive %.*s", STR_ARG(*path));
		f->fd = open(arena_cstr(s->arena, *path),
		    O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (f->fd >= 0) {
			(void)img_source_add(s, kind, *path, f);
			continue;
		}
		(void)rt_err_sys(&err, RT_EIO, "%.*s", STR_ARG(*path));
		img_source_bad(s, &err);
	}
}

void
img_archive_close(struct img_source *src)
{
	struct archive_file *f = src->state;

	(void)close(f->fd);
}
