/* SPDX-License-Identifier: Apache-2.0 */
/* OCI.Mounts but for the pod's volumes (policy-model 7.10). */
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

/* Up to here a search from the front beats a map. */
#define MAP_FROM 32

struct jv *
lw_mount(struct arena *a, struct jv *dest, struct jv *source, struct jv *type,
    struct jv *options)
{
	struct jv *o = jv_object(a);

	lw_put(a, o, "destination", dest);
	lw_put(a, o, "source", source);
	lw_put(a, o, "type_", type);
	lw_put(a, o, "options", options);
	return o;
}

static struct str
dest_of(const struct jv *mount)
{
	return mount->members.p[0].value->text;
}

/* The mount of this destination, from 1; 0: none. */
static size_t
find(const struct mounts *m, struct str dest)
{
	size_t i, n = m->list->items.n;

	if (m->by_dest.n > 0)
		return (size_t)(uintptr_t)map_get(&m->by_dest, dest);
	for (i = 0; i < n; i++) {
		if (str_eq(dest_of(m->list->items.p[i]), dest))
			return i + 1;
	}
	return 0;
}

bool
lw_mount_has(const struct mounts *m, struct str dest)
{
	return find(m, dest) != 0;
}

static void
index_mount(struct work *w, struct mounts *m, size_t i)
{
	struct str dest = dest_of(m->list->items.p[i]);
	void *number = (void *)(uintptr_t)(i + 1);

	/* The first of a destination is the one that is found. */
	if (map_get(&m->by_dest, dest) == NULL)
		map_set(w->a, &m->by_dest, dest, number);
}

void
lw_mount_append(struct work *w, struct mounts *m, struct jv *mount)
{
	size_t i, n = m->list->items.n;

	jv_push(w->a, m->list, mount);
	if (n == MAP_FROM) {
		for (i = 0; i < n; i++)
			index_mount(w, m, i);
	}
	if (n >= MAP_FROM)
		index_mount(w, m, n);
}

void
lw_mount_place(struct work *w, struct mounts *m, struct jv *mount)
{
	size_t i = find(m, dest_of(mount));

	if (i > 0)
		m->list->items.p[i - 1] = mount;
	else
		lw_mount_append(w, m, mount);
}

/* mounts of the container settings */

static bool
mounted(const struct work *w, struct str path)
{
	const struct ir_mount *it;

	if (w->k == NULL)
		return false;
	VEC_FOREACH(it, &w->k->mounts) {
		if (str_eq(it->path.s, path))
			return true;
	}
	return false;
}

/* The log's mount at the place that the container chose. */
static struct jv *
termination(struct work *w, const struct base_mount *b)
{
	const struct ir_str *path = &w->k->termination_path;
	const struct origin *o = lw_yaml(w, path->node);
	struct jv *source = b->source;

	lw_no_token(w, path->s, "a path", lw_loc(path->node));
	if (source == NULL)
		source = lw_str(w->a,
		    lw_cat(
			w->a, STR("$(sfprefix)"), lw_last(path->s), STR("$")),
		    o);
	return lw_mount(
	    w->a, lw_str(w->a, path->s, o), source, b->type, b->options);
}

static void
settings_mount(struct work *w, struct mounts *m, const struct base_mount *b)
{
	bool read_only = w->k != NULL && w->k->security.read_only_root.v;
	struct jv *mount = b->mount[read_only];
	size_t at;

	if (b->termination && w->k != NULL && w->k->termination_path.s.n > 0)
		mount = termination(w, b);
	at = find(m, b->dest);
	if (at == 0) {
		lw_mount_append(w, m, mount);
		return;
	}
	/* Everything but the place, and without the added option. */
	m->list->items.p[at - 1] =
	    lw_mount(w->a, m->list->items.p[at - 1]->members.p[0].value,
		mount->members.p[1].value, b->type, b->options);
}

/* VOLUMEs of the image */

static int
by_text(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* "//" becomes "/". */
static struct str
collapse(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t i, n = 0;

	if (str_find(s, STR("//"), 0) == SIZE_MAX)
		return s;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '/' && n > 0 && p[n - 1] == '/')
			continue;
		p[n++] = s.p[i];
	}
	return (struct str){p, n};
}

static struct str
trim_slashes(struct str s)
{
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* Is a directory of the image below a volume of the pod? */
static bool
covered(const struct work *w, struct str dir)
{
	const struct ir_mount *it;
	struct str d = trim_slashes(dir);

	if (w->k == NULL)
		return true;
	VEC_FOREACH(it, &w->k->mounts) {
		if (str_eq(trim_slashes(it->path.s), d))
			return true;
	}
	return false;
}

static void
image_volume(struct work *w, struct mounts *m, struct str dir)
{
	const struct jv *v =
	    jv_path(w->l->settings, "volumes", "image_volume", NULL);
	struct str last = lw_last(dir);
	const struct origin *o;

	if (last.n == 0) {
		lw_found(w, diag_report(w->l->diags, IMAGE_VOLUME_ROOT,
				w->image_loc, STR_ARG(w->image)));
		return;
	}
	if (w->l->sw.volumes_covered) {
		if (!covered(w, dir))
			lw_found(w,
			    diag_report(w->l->diags, IMAGE_VOLUME, w->image_loc,
				STR_ARG(w->image), STR_ARG(dir)));
		return;
	}
	lw_no_token(w, dir, "VOLUME", w->image_loc);
	if (lw_mount_has(m, dir))
		return;
	o = lw_image(w, "Volumes");
	lw_mount_append(w, m,
	    lw_mount(w->a, lw_str(w->a, dir, o),
		lw_str(w->a,
		    lw_cat(w->a, jv_get_str(v, STR("mount_source")), last,
			STR("$")),
		    o),
		jv_getz(v, "fstype"), jv_getz(v, "options")));
}

static void
image_volumes(struct work *w, struct mounts *m)
{
	const struct jv *v = jv_getz(w->config, "Volumes");
	struct str *dirs;
	size_t i, n;

	if (!jv_is(v, JV_OBJECT) || v->members.n == 0)
		return;
	n = v->members.n;
	dirs = ARENA_ARRAY(w->a, struct str, n);
	for (i = 0; i < n; i++)
		dirs[i] = v->members.p[i].key;
	qsort(dirs, n, sizeof(*dirs), by_text);
	for (i = 0; i < n; i++)
		image_volume(w, m, collapse(w->a, dirs[i]));
}

static bool
any_privileged(const struct ir_workload *w)
{
	const struct ir_container *it;

	VEC_FOREACH(it, &w->init) {
		if (it->security.privileged.v)
			return true;
	}
	VEC_FOREACH(it, &w->main) {
		if (it->security.privileged.v)
			return true;
	}
	return false;
}

struct jv *
lw_mounts(struct work *w, struct jv *storages)
{
	struct mounts m = {.list = jv_array(w->a)};
	bool rw = w->k == NULL ? any_privileged(w->w) : w->privileged;
	const struct base_mount *b;
	size_t i;

	for (i = 0; i < w->base->nsystem; i++)
		lw_mount_append(w, &m, w->base->system[rw][i]);
	VEC_FOREACH(b, &w->base->mounts) {
		if (b->always || mounted(w, b->dest))
			settings_mount(w, &m, b);
	}
	if (w->k != NULL)
		lw_volumes(w, &m, storages);
	image_volumes(w, &m);
	return m.list;
}
