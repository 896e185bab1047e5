/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index that makes a tar a file system (policy-model 13.2, 13.3).  Nodes
 * say what the reader of the nodes' snapshotter makes of an archive, oddities
 * included: one byte less and the guest refuses the layer.
 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "compiler/image/image_verity.h"
#include "runtime/base/banned.h"

#define INDEX_MAX ((size_t)128 << 20)
#define RECORD 32
#define BLOCK 4096
#define SUPER 512

/* Fields of a header: offset and length. */
#define H_MODE 100, 8
#define H_UID 108, 8
#define H_GID 116, 8
#define H_MTIME 136, 12
#define H_SUM 148, 8
#define H_TYPE 156
#define H_LINK 157
#define H_LINK_MAX 100
#define H_MAJOR 329, 8
#define H_MINOR 337, 8

struct name {
	struct name *next; /* of the same directory */
	struct node *node;
	struct str text;
};

struct node {
	struct name *names; /* of a directory; sorted once it is numbered */
	struct map by_name;
	uint64_t mtime, size, offset;
	uint32_t owner, group;
	uint32_t number; /* from 1; 0: not reached yet */
	uint32_t nnames;
	uint16_t mode;
	bool opaque;
	struct special *special; /* the target that is stored apart */
};

struct special {
	struct node *node;
	struct str target;
};

struct img_tarfs {
	struct arena *arena;
	struct node *root;
	size_t nnodes, used;
	VEC(struct special *) specials; /* as in the archive */
	VEC(struct str) parts;          /* of the path at hand */
	struct node **order;            /* by number */
	size_t reached;
};

static struct node *
node_new(struct img_tarfs *t)
{
	t->nnodes++;
	t->used += sizeof(struct node);
	return ARENA_NEW(t->arena, struct node);
}

struct img_tarfs *
img_tarfs_new(void)
{
	struct arena *a = arena_new();
	struct img_tarfs *t = ARENA_NEW(a, struct img_tarfs);

	t->arena = a;
	t->root = node_new(t);
	t->root->mode = S_IFDIR | 0555;
	return t;
}

void
img_tarfs_free(struct img_tarfs *t)
{
	if (t != NULL)
		arena_free(t->arena);
}

/* paths */

/* false: a ".." has nothing to remove. */
static bool
split(struct img_tarfs *t, struct str path)
{
	size_t from = 0, end;
	struct str part;

	for (t->parts.n = 0; from < path.n; from = end + 1) {
		end = str_chr(path, '/', from);
		end = end == SIZE_MAX ? path.n : end;
		part = str_sub(path, from, end);
		if (str_eqz(part, "..")) {
			if (t->parts.n == 0)
				return false;
			t->parts.n--;
		} else if (part.n > 0 && !str_eqz(part, ".")) {
			VEC_PUSH(t->arena, &t->parts, part);
		}
	}
	return true;
}

static struct node *
find(const struct img_tarfs *t)
{
	struct node *n = t->root;
	const struct str *part;
	const struct name *e;

	VEC_FOREACH(part, &t->parts) {
		e = map_get(&n->by_name, *part);
		if (e == NULL)
			return NULL;
		n = e->node;
	}
	return n;
}

/* The entry of a directory, which may be new and without a node. */
static struct name *
enter(struct img_tarfs *t, struct node *dir, struct str text)
{
	struct name *e = map_get(&dir->by_name, text);

	if (e != NULL)
		return e;
	e = ARENA_NEW(t->arena, struct name);
	e->text = arena_str(t->arena, text);
	e->next = dir->names;
	dir->names = e;
	dir->nnames++;
	(void)map_set(t->arena, &dir->by_name, e->text, e);
	/* (Of the map's slots as well; those that it outgrew stay.) */
	t->used += sizeof(*e) + text.n + 128;
	return e;
}

static struct node *
make(struct img_tarfs *t, struct node *dir, struct str text)
{
	struct name *e = enter(t, dir, text);

	if (e->node == NULL)
		e->node = node_new(t);
	return e->node;
}

/* The directory of the path at hand; what is missing is made. */
static struct node *
make_parents(struct img_tarfs *t)
{
	struct node *n = t->root;
	size_t i;

	for (i = 0; i + 1 < t->parts.n; i++)
		n = make(t, n, t->parts.p[i]);
	return n;
}

static void
drop_names(struct node *n)
{
	n->names = NULL;
	n->nnames = 0;
	n->by_name = (struct map){0};
}

/* headers */

/* Octal, or binary where the first bit says so. */
static uint64_t
number(const unsigned char *header, size_t at, size_t n)
{
	const unsigned char *p = header + at, *end = p + n;
	uint64_t v = 0;

	if ((*p & 0x80) != 0) {
		v = n == 8 ? *p & 0x7f : 0;
		for (p = end - (n == 8 ? 7 : 8); p < end; p++)
			v = v << 8 | *p;
		return v;
	}
	while (p < end && *p == ' ')
		p++;
	for (; p < end && *p >= '0' && *p <= '7'; p++)
		v = v << 3 | (uint64_t)(*p - '0');
	return v;
}

/* Behind the header of a sparse file there may be more blocks of its own. */
static bool
is_header(const unsigned char *h)
{
	uint64_t sum = 8 * ' ';
	size_t i;

	for (i = 0; i < 512; i++)
		sum += i < 148 || i >= 156 ? h[i] : 0;
	return sum == number(h, H_SUM);
}

static uint16_t
type_of(const unsigned char *h)
{
	switch (h[H_TYPE]) {
	case '\0':
	case '0':
		return S_IFREG;
	case '2':
		return S_IFLNK;
	case '3':
		return S_IFCHR;
	case '4':
		return S_IFBLK;
	case '5':
		return S_IFDIR;
	case '6':
		return S_IFIFO;
	default:
		return 0;
	}
}

/* entries */

static void
set_link(struct img_tarfs *t, struct node *n, const struct img_member *m)
{
	const char *field = (const char *)m->header + H_LINK;
	struct str there = {field, strnlen(field, H_LINK_MAX)};

	n->size = m->target.n;
	if (str_eq(there, m->target)) {
		n->offset = m->at - 512 + H_LINK;
		return;
	}
	n->special = ARENA_NEW(t->arena, struct special);
	n->special->node = n;
	n->special->target = arena_str(t->arena, m->target);
	VEC_PUSH(t->arena, &t->specials, n->special);
	t->used += m->target.n + 64;
}

static void
set_node(struct img_tarfs *t, struct node *n, const struct img_member *m)
{
	const unsigned char *h = m->header;
	uint16_t type = type_of(h);

	n->mode = (uint16_t)((number(h, H_MODE) & 0777) | type);
	n->owner = (uint32_t)number(h, H_UID);
	n->group = (uint32_t)number(h, H_GID);
	n->mtime = number(h, H_MTIME);
	n->size = n->offset = 0;
	n->special = NULL;
	if (type == S_IFREG) {
		n->size = m->size;
		n->offset = m->at;
	} else if (type == S_IFCHR || type == S_IFBLK) {
		n->offset = number(h, H_MINOR) | number(h, H_MAJOR) << 32;
	} else if (type == S_IFLNK) {
		set_link(t, n, m);
	}
}

static void
set_whiteout(struct node *n)
{
	drop_names(n);
	n->mode = (uint16_t)((n->mode & 0777) | S_IFCHR);
	n->size = n->offset = 0;
	n->special = NULL;
}

static void
add_entry(struct img_tarfs *t, const struct img_member *m)
{
	struct str last;
	struct node *dir, *n;

	if (t->parts.n == 0) {
		set_node(t, t->root, m);
		return;
	}
	last = t->parts.p[t->parts.n - 1];
	dir = make_parents(t);
	if (str_eqz(last, ".wh..wh..opq")) {
		dir->opaque = true;
	} else if (str_starts(last, STR(".wh."))) {
		set_whiteout(make(t, dir, str_sub(last, 4, last.n)));
	} else {
		n = make(t, dir, last);
		drop_names(n);
		n->opaque = false;
		set_node(t, n, m);
	}
}

/* A further name of a file. */
static void
add_link(struct img_tarfs *t, const struct img_member *m)
{
	struct node *target;

	if (!split(t, m->target))
		return;
	target = find(t);
	if (target == NULL || !S_ISREG(target->mode) || !split(t, m->path) ||
	    t->parts.n == 0)
		return;
	enter(t, make_parents(t), t->parts.p[t->parts.n - 1])->node = target;
}

int
img_tarfs_member(
    struct img_tarfs *t, const struct img_member *m, struct rt_err *err)
{
	if (m->sparse)
		return 0;
	if (m->header == NULL)
		return rt_err_set(err, RT_ESTATE,
		    "the header of '%.*s' is out of reach",
		    STR_ARG(str_sub(m->path, 0, 160)));
	if (!is_header(m->header))
		return 0;
	if (m->header[H_TYPE] == '1')
		add_link(t, m);
	else if (type_of(m->header) != 0 && split(t, m->path))
		add_entry(t, m);
	if (t->used > INDEX_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "its names need more than %zu MiB", INDEX_MAX >> 20);
	return 0;
}

/* the file system */

static int
by_text(const void *a, const void *b)
{
	const struct name *const *x = a, *const *y = b;

	return str_cmp((*x)->text, (*y)->text);
}

static void
sort_names(struct img_tarfs *t, struct node *dir)
{
	struct name **list, *e;
	size_t n = 0;

	if (dir->nnames < 2)
		return;
	list = ARENA_ARRAY(t->arena, struct name *, dir->nnames);
	for (e = dir->names; e != NULL; e = e->next)
		list[n++] = e;
	qsort(list, n, sizeof(*list), by_text);
	for (dir->names = NULL; n > 0; n--) {
		list[n - 1]->next = dir->names;
		dir->names = list[n - 1];
	}
}

static void
reach(struct img_tarfs *t, struct node *n)
{
	if (n->number != 0)
		return;
	t->order[t->reached++] = n;
	n->number = (uint32_t)t->reached;
}

/* Breadth first. */
static void
number_nodes(struct img_tarfs *t)
{
	const struct name *e;
	size_t i;

	t->order = ARENA_ARRAY(t->arena, struct node *, t->nnodes);
	t->reached = 0;
	reach(t, t->root);
	for (i = 0; i < t->reached; i++) {
		sort_names(t, t->order[i]);
		for (e = t->order[i]->names; e != NULL; e = e->next)
			reach(t, e->node);
	}
}

/* Gives directories and special links their place; *at moves on. */
static void
place_dirs(struct img_tarfs *t, uint64_t *at)
{
	size_t i;

	for (i = 0; i < t->reached; i++) {
		struct node *n = t->order[i];

		if (!S_ISDIR(n->mode))
			continue;
		n->offset = *at;
		n->size = (uint64_t)RECORD * n->nnames;
		*at += n->size;
	}
}

static void
place_specials(struct img_tarfs *t, uint64_t *at)
{
	size_t i;

	for (i = 0; i < t->reached; i++) {
		struct node *n = t->order[i];

		if (n->special == NULL)
			continue;
		n->offset = *at;
		*at += n->size;
	}
}

static unsigned char *
put_le(unsigned char *p, uint64_t v, size_t n)
{
	for (; n > 0; n--, v >>= 8)
		*p++ = (unsigned char)v;
	return p;
}

static void
write_node(const struct node *n, struct img_tree *out)
{
	unsigned char r[RECORD], *p = r;

	p = put_le(p, n->mode, 2);
	p = put_le(p, n->opaque, 1);
	p = put_le(p, n->mtime >> 32 & 15, 1);
	p = put_le(p, n->owner, 4);
	p = put_le(p, n->group, 4);
	p = put_le(p, n->mtime, 4);
	p = put_le(p, n->size, 8);
	(void)put_le(p, n->offset, 8);
	img_tree_put(out, r, sizeof(r));
}

/* The type of a directory's entry is that of the mode, without its zeros. */
static void
write_name(const struct name *e, uint64_t at, struct img_tree *out)
{
	unsigned char r[RECORD] = {0}, *p = r;

	p = put_le(p, e->node->number, 8);
	p = put_le(p, at, 8);
	p = put_le(p, e->text.n, 8);
	(void)put_le(p, (e->node->mode & S_IFMT) >> 12, 1);
	img_tree_put(out, r, sizeof(r));
}

static uint64_t
write_dirs(const struct img_tarfs *t, uint64_t at, struct img_tree *out)
{
	const struct name *e;
	size_t i;

	for (i = 0; i < t->reached; i++) {
		if (!S_ISDIR(t->order[i]->mode))
			continue;
		for (e = t->order[i]->names; e != NULL; e = e->next) {
			write_name(e, at, out);
			at += e->text.n;
		}
	}
	return at;
}

/* Placed breadth first, written as in the archive: so do the nodes. */
static void
write_specials(const struct img_tarfs *t, struct img_tree *out)
{
	struct special *const *s;

	VEC_FOREACH(s, &t->specials) {
		if ((*s)->node->special == *s && (*s)->node->number != 0)
			img_tree_put(out, (*s)->target.p, (*s)->target.n);
	}
}

static void
write_texts(const struct img_tarfs *t, struct img_tree *out)
{
	const struct name *e;
	size_t i;

	for (i = 0; i < t->reached; i++) {
		if (!S_ISDIR(t->order[i]->mode))
			continue;
		for (e = t->order[i]->names; e != NULL; e = e->next)
			img_tree_put(out, e->text.p, e->text.n);
	}
}

void
img_tarfs_write(struct img_tarfs *t, struct img_tree *out)
{
	uint64_t table = img_tree_size(out), links, names, end, at;
	unsigned char super[16];
	size_t i;

	number_nodes(t);
	at = table + (uint64_t)RECORD * t->reached;
	place_dirs(t, &at);
	links = at;
	place_specials(t, &at);
	names = at;
	for (i = 0; i < t->reached; i++)
		write_node(t->order[i], out);
	end = write_dirs(t, names, out);
	write_specials(t, out);
	write_texts(t, out);
	/* The lengths of links and names count twice. */
	end += end - links;
	end = (end + BLOCK - 1) / BLOCK * BLOCK;
	img_tree_fill(out, end + BLOCK - SUPER);
	(void)put_le(put_le(super, table, 8), t->reached, 8);
	img_tree_put(out, super, sizeof(super));
	img_tree_fill(out, end + BLOCK);
}
