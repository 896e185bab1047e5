/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a run (policy-model 8). */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/settings_int.h"
#include "runtime/base/file.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

#define SETTINGS_MAX ((size_t)4 << 20)
#define DROP_INS_MAX 1000

/* origins */

static struct origin *
settings_origin(struct arena *a, const struct buf *path)
{
	struct origin *o = ARENA_NEW(a, struct origin);

	o->kind = ORIGIN_SETTINGS;
	o->what = arena_str(a, buf_str(path));
	return o;
}

/*
 * Gives each leaf its origin: "FILE: /pointer".  The items of a list of
 * scalars share that of the list.
 */
static void
trace(struct arena *a, struct jv *v, struct buf *path)
{
	size_t n = path->n, i;
	struct origin *o = NULL;

	for (i = 0; i < v->members.n; i++) {
		buf_putc(path, '/');
		buf_put(path, v->members.p[i].key);
		trace(a, v->members.p[i].value, path);
		path->n = n;
	}
	if (v->members.n > 0)
		return;
	for (i = 0; i < v->items.n; i++) {
		struct jv *item = v->items.p[i];

		if (item->items.n + item->members.n > 0) {
			buf_printf(path, "/%zu", i);
			trace(a, item, path);
			path->n = n;
			continue;
		}
		if (o == NULL)
			o = settings_origin(a, path);
		item->origin = o;
	}
	v->origin = o != NULL ? o : settings_origin(a, path);
}

static void
trace_all(struct arena *a, struct jv *v, struct str file, struct str pointer)
{
	struct buf path = {0};

	buf_put(&path, file);
	buf_puts(&path, ": ");
	buf_put(&path, pointer);
	trace(a, v, &path);
	buf_free(&path);
}

/* files */

static void
cannot_read(struct load *l, struct loc loc, const char *why)
{
	l->failed = true;
	diag_report(l->diags, SETTINGS_READ, loc, why);
}

/* The place that a message of jv_parse() cannot give: the whole file. */
static struct jv *
read_json(struct load *l, const char *path, struct loc *loc)
{
	struct rt_err err = {0};
	struct str text;
	struct jv *v;

	*loc = loc_none;
	if (file_read(&text, l->arena, path, SETTINGS_MAX, &err) != 0) {
		cannot_read(l, *loc, err.text);
		return NULL;
	}
	loc->source = source_new(l->arena, str_from(path), text);
	if (jv_parse(&v, l->arena, text, &err) != 0) {
		cannot_read(l, *loc, err.text);
		return NULL;
	}
	return v;
}

static void
trace_patch(struct load *l, struct jv *patch, struct str file)
{
	struct jv **it;

	VEC_FOREACH(it, &patch->items) {
		struct jv *value = jv_getz(*it, "value");

		if (value != NULL)
			trace_all(l->arena, value, file,
			    jv_get_str(*it, STR("path")));
	}
}

static void
patch_with(struct load *l, struct jv **doc, const char *path)
{
	struct rt_err err = {0};
	struct loc loc;
	struct jv *patch = read_json(l, path, &loc);

	if (patch == NULL)
		return;
	trace_patch(l, patch, str_from(path));
	if (jv_patch(doc, l->arena, patch, &err) == 0)
		return;
	l->failed = true;
	diag_report(l->diags, SETTINGS_PATCH, loc, err.text);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
drop_ins(struct load *l, struct jv **doc, const char *dir)
{
	VEC(const char *) names = {0};
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t i;

	if (d == NULL) {
		if (errno != ENOENT)
			cannot_read(l, loc_none,
			    arena_printf(
				l->arena, "%s: %s", dir, strerror(errno))
				.p);
		return;
	}
	while ((e = readdir(d)) != NULL && names.n < DROP_INS_MAX) {
		if (e->d_name[0] != '.' &&
		    str_ends(str_from(e->d_name), STR(".json")))
			VEC_PUSH(l->arena, &names,
			    arena_cstr(l->arena, str_from(e->d_name)));
	}
	(void)closedir(d);
	if (names.n > 1)
		qsort(names.p, names.n, sizeof(*names.p), compare);
	for (i = 0; i < names.n; i++)
		patch_with(
		    l, doc, arena_printf(l->arena, "%s/%s", dir, names.p[i]).p);
}

static const char *const file_names[] = {"genpolicy-settings", "settings"};

/* Where the file is; *dir is the directory of its drop-ins, or NULL. */
static const char *
find_file(struct load *l, const char *path, const char **dir)
{
	const char *file = NULL;
	struct stat st;
	size_t i;

	*dir = NULL;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return path;
	for (i = 0; i < 2; i++) {
		file =
		    arena_printf(l->arena, "%s/%s.json", path, file_names[i]).p;
		*dir = arena_printf(l->arena, "%s/%s.d", path, file_names[i]).p;
		if (stat(file, &st) == 0)
			break;
	}
	return file;
}

static struct jv *
read_user(struct load *l, const char *path, const char **dir)
{
	const char *file = find_file(l, path, dir);
	struct jv *v = read_json(l, file, &l->loc);

	if (v == NULL)
		return NULL;
	if (v->type != JV_OBJECT) {
		cannot_read(l, l->loc, "it is no object");
		return NULL;
	}
	trace_all(l->arena, v, str_from(file), STR(""));
	return v;
}

static struct jv *
read_defaults(struct load *l)
{
	struct rt_err err = {0};
	struct str name = str_from(l->target->name);
	struct jv *v;

	if (jv_parse(&v, l->arena, l->target->defaults, &err) != 0) {
		diag_report(l->diags, INTERNAL, loc_none, err.text);
		return NULL;
	}
	trace_all(l->arena, v, name, STR(""));
	return v;
}

struct jv *
settings_load(struct arena *a, struct diags *d, const struct target *t,
    const struct settings_source *from)
{
	struct load l = {.arena = a, .diags = d, .target = t};
	const char *dir = NULL;
	struct jv *doc;
	size_t i;

	doc = l.defaults = read_defaults(&l);
	if (doc == NULL || (from->path == NULL && from->patches.n == 0))
		return doc;
	if (from->path != NULL) {
		doc = read_user(&l, from->path, &dir);
		if (doc == NULL)
			return NULL;
		settings_fill(&l, doc);
	}
	if (dir != NULL)
		drop_ins(&l, &doc, dir);
	for (i = 0; i < from->patches.n; i++)
		patch_with(&l, &doc, arena_cstr(a, from->patches.p[i]));
	if (l.failed)
		return NULL;
	if (doc->type != JV_OBJECT) {
		cannot_read(&l, l.loc, "the patches leave no object");
		return NULL;
	}
	settings_map_old(&l, doc);
	/* What a patch removed and nothing can do without. */
	settings_fill(&l, doc);
	settings_check(&l, doc);
	return l.failed ? NULL : doc;
}
