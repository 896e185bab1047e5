/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etc/passwd and etc/group of the merged image, and the layers' verity hashes
 * if they are wanted: for these all layers are read, once.
 *
 * Layers are read from the top and only until both files are known.  Of a
 * layer we keep what it says about a few wanted paths: the two files, the
 * directories above them and, once a link was met, the same of its target.  A
 * layer that was read before a path became wanted is read again; links are
 * rare, layers are large, and memory stays small whatever is in them.
 */
#include "compiler/image/image_users_int.h"
#include "runtime/base/banned.h"

#define LINKS_MAX 40  /* as Linux */
#define NAMES_MAX 256 /* on the way to a file, its links included */
#define NO_LAYER SIZE_MAX

/* Does the layer cut off what lower ones have there? */
static bool
is_cut(const struct users *u, const struct layer *l, size_t index)
{
	const struct rec *r;

	while (index > 0) {
		index = u->wanted.p[index]->parent;
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
		index = u->wanted.p[index]->parent;
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
	size_t index = users_wanted(u, path), i;
	const struct rec *r;
	int rc;

	*out = (struct rec){.kind = REC_NONE};
	*at = NO_LAYER;
	for (i = top; i-- > low;) {
		if (u->layers[i].known <= index) {
			rc = users_scan_layer(u, i, err);
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
		w.done = str_eqz(name, "..") ? users_parent(w.done)
					     : join(u->arena, w.done, name);
	users_want(u, w.done);
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
	users_want(u, path);
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
		if (users_wanted(u, target) == SIZE_MAX) {
			/* From now on it is: the layer itself may have it. */
			users_want(u, target);
			rc = users_read_layer(u, at, err);
			if (rc == 0)
				*r = u->layers[at].recs[users_wanted(u, path)];
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

	users_want(u, path);
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
			w.done = users_parent(w.done);
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

static int
read_users(struct img_facts *f, struct users *u, struct rt_err *err)
{
	struct str passwd, group;
	int rc = read_path(&passwd, u, STR("etc/passwd"), err);

	if (rc != 0)
		return rt_err_wrap(err, "etc/passwd");
	rc = read_path(&group, u, STR("etc/group"), err);
	if (rc != 0)
		return rt_err_wrap(err, "etc/group");
	f->passwd = as_text(u->arena, passwd);
	f->group = as_text(u->arena, group);
	f->have_users = true;
	return 0;
}

/* All layers; what they say about the files is kept for read_users(). */
static int
read_verity(struct users *u, struct rt_err *err)
{
	size_t i;
	int rc = 0;

	u->verity = true;
	for (i = 0; rc == 0 && i < u->nlayers; i++) {
		rc = users_scan_layer(u, i, err);
		u->parts[i].layer->verity_hash = u->layers[i].verity_hash;
	}
	u->verity = false;
	return rc;
}

int
img_layers_read(struct img_facts *f, struct arena *a, struct img_blobs *b,
    const struct img_part *parts, unsigned need, struct rt_err *err)
{
	struct users u = {
	    .arena = a, .blobs = b, .parts = parts, .nlayers = f->nlayers};
	int rc = 0;

	u.layers = ARENA_ARRAY(a, struct layer, u.nlayers);
	users_want(&u, STR("etc/passwd"));
	users_want(&u, STR("etc/group"));
	u.always = u.wanted.n;
	if ((need & IMG_VERITY) != 0)
		rc = read_verity(&u, err);
	if (rc == 0 && img_needs_users(need, f->config))
		rc = read_users(f, &u, err);
	buf_free(&u.scratch);
	return rc;
}
