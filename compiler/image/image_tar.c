/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a tar archive, read by libarchive from a stream.  Only its
 * tar reader is registered, so that the static library brings in little.
 */
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

#define MEMBERS_MAX 4000000 /* ten times the largest images in use */

#define BLOCK ((size_t)512)
/* libarchive may have looked at one block behind the header. */
#define TAIL (2 * BLOCK)

struct walk {
	struct img_stream *in;
	const unsigned char *chunk; /* the last one, at `start` */
	size_t n;
	uint64_t start;
	bool given;               /* libarchive has the chunk */
	unsigned char tail[TAIL]; /* what was before the chunk */
	unsigned char header[BLOCK];
	struct buf bufs[2];
	struct rt_err *err;
	int rc;
};

bool
img_clean_path(struct buf *out, struct str path)
{
	size_t from = 0, end;
	struct str part;

	out->n = 0;
	while (from < path.n) {
		end = str_chr(path, '/', from);
		part = str_sub(path, from, end);
		from = end == SIZE_MAX ? path.n : end + 1;
		if (part.n == 0 || str_eqz(part, "."))
			continue;
		if (str_eqz(part, ".."))
			return false;
		if (out->n > 0)
			buf_putc(out, '/');
		buf_put(out, part);
	}
	return true;
}

static void
keep_tail(struct walk *w)
{
	size_t n = w->n < TAIL ? w->n : TAIL;

	memmove(w->tail, w->tail + n, TAIL - n);
	if (n > 0)
		memcpy(w->tail + TAIL - n, w->chunk + w->n - n, n);
}

static int
next_chunk(struct walk *w)
{
	const void *p;
	int rc;

	keep_tail(w);
	w->start += w->n;
	rc = img_stream_next(w->in, &p, &w->n, w->err);
	w->chunk = p;
	return rc;
}

static la_ssize_t
feed(struct archive *a, void *ctx, const void **p)
{
	struct walk *w = ctx;

	(void)a;
	if (w->given)
		w->rc = next_chunk(w);
	w->given = true;
	*p = w->chunk;
	return w->rc == 0 ? (la_ssize_t)w->n : -1;
}

/* The block at this offset, which was read a moment ago; NULL: it is gone. */
static const unsigned char *
block_at(struct walk *w, uint64_t at)
{
	size_t before;

	if (at + BLOCK > w->start + w->n || at + TAIL < w->start)
		return NULL;
	if (at >= w->start)
		return w->chunk + (at - w->start);
	before = (size_t)(w->start - at);
	memcpy(w->header, w->tail + TAIL - before,
	    before < BLOCK ? before : BLOCK);
	if (before < BLOCK)
		memcpy(w->header + before, w->chunk, BLOCK - before);
	return w->header;
}

/* libarchive has no name where the locale cannot express it. */
static struct str
entry_text(const char *local, const char *utf8)
{
	return str_from(local != NULL ? local : utf8);
}

static enum img_member_type
entry_type(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) != NULL ||
	    archive_entry_hardlink_utf8(e) != NULL)
		return IMG_HARDLINK;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return IMG_FILE;
	case AE_IFDIR:
		return IMG_DIR;
	case AE_IFLNK:
		return IMG_SYMLINK;
	default:
		return IMG_OTHER;
	}
}

static bool
clean_names(struct img_member *m, struct buf bufs[2])
{
	if (!img_clean_path(&bufs[0], m->path))
		return false;
	m->name = buf_str(&bufs[0]);
	if (m->type == IMG_HARDLINK) {
		if (!img_clean_path(&bufs[1], m->target))
			return false;
		m->link = buf_str(&bufs[1]);
	}
	return true;
}

static int
one(struct archive *a, struct archive_entry *e, struct walk *w,
    img_member_fn *fn, void *ctx)
{
	struct img_member m = {.type = entry_type(e), .archive = a};

	m.path = entry_text(
	    archive_entry_pathname(e), archive_entry_pathname_utf8(e));
	m.target = STR("");
	if (m.type == IMG_SYMLINK)
		m.target = entry_text(
		    archive_entry_symlink(e), archive_entry_symlink_utf8(e));
	if (m.type == IMG_HARDLINK)
		m.target = entry_text(
		    archive_entry_hardlink(e), archive_entry_hardlink_utf8(e));
	m.link = m.target;
	m.outside = !clean_names(&m, w->bufs);
	m.size =
	    archive_entry_size(e) > 0 ? (uint64_t)archive_entry_size(e) : 0;
	m.at = (uint64_t)archive_filter_bytes(a, -1);
	m.sparse = archive_entry_sparse_count(e) > 0;
	m.header = m.at < BLOCK ? NULL : block_at(w, m.at - BLOCK);
	return fn(ctx, &m, w->err);
}

static int
tar_error(struct archive *a, const struct walk *w)
{
	const char *text = archive_error_string(a);

	if (w->rc != 0)
		return w->rc; /* *err says why already */
	return rt_err_set(w->err, RT_EFORMAT, "bad tar archive: %s",
	    text != NULL ? text : "no reason known");
}

static int
walk(struct archive *a, struct walk *w, img_member_fn *fn, void *ctx)
{
	struct archive_entry *e;
	size_t n = 0;
	int r = 0, rc = 0;

	while (rc == 0 && (r = archive_read_next_header(a, &e)) >= ARCHIVE_WARN)
		if (r == ARCHIVE_EOF)
			break;
		else if (++n > MEMBERS_MAX)
			rc = rt_err_set(w->err, RT_ELIMIT,
			    "more than %d members", MEMBERS_MAX);
		else
			rc = one(a, e, w, fn, ctx);
	if (rc == 0 && r < ARCHIVE_WARN)
		rc = tar_error(a, w);
	buf_free(&w->bufs[0]);
	buf_free(&w->bufs[1]);
	return rc;
}

int
img_tar_walk(
    struct img_stream *in, img_member_fn *fn, void *ctx, struct rt_err *err)
{
	struct walk w = {.in = in, .err = err};
	struct archive *a;
	int rc = next_chunk(&w);

	if (rc != 0 || w.n == 0)
		return rc; /* a layer without any byte is empty */
	a = archive_read_new();
	if (a == NULL)
		rt_no_memory();
	if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
	    archive_read_open(a, &w, NULL, feed, NULL) != ARCHIVE_OK)
		rc = tar_error(a, &w);
	else
		rc = walk(a, &w, fn, ctx);
	(void)archive_read_free(a);
	return rc;
}

int
img_member_read(struct str *out, struct arena *a, const struct img_member *m,
    size_t max, struct rt_err *err)
{
	size_t n = (size_t)m->size, got = 0;
	la_ssize_t r;
	char *p;

	if (m->size > max)
		return rt_err_set(err, RT_ELIMIT,
		    "'%.*s' has %llu bytes, %zu are allowed",
		    STR_ARG(str_sub(m->name, 0, 160)),
		    (unsigned long long)m->size, max);
	p = arena_alloc(a, n + 1);
	while (got < n) {
		r = archive_read_data(m->archive, p + got, n - got);
		if (r <= 0)
			return rt_err_set(err, RT_EFORMAT,
			    "'%.*s' ends too early in the archive",
			    STR_ARG(str_sub(m->name, 0, 160)));
		got += (size_t)r;
	}
	*out = (struct str){p, n};
	return 0;
}
