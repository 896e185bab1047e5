/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a run (policy-model 8). */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/settings_int.h"
#include "runtime/base/file.h"
#include "runtime/base/jv_pack.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

#define SETTINGS_MAX ((size_t)4 << 20)
#define DROP_INS_MAX 1000

/* origins */

/* First the place alone; trace() completes it. */
static void
set_place(void *arena, struct jv *v, struct loc at)
{
	struct origin *o = ARENA_NEW(arena, struct origin);

	o->loc = at;
	v->origin = o;
}

static struct origin *
settings_origin(struct arena *a, const struct jv *v, struct str what)
{
	struct origin *o = ARENA_NEW(a, struct origin);

	o->kind = ORIGIN_SETTINGS;
	o->what = what;
	if (v->origin != NULL)
		o->loc = v->origin->loc;
	return o;
}

/*
 * Gives each leaf its origin: "FILE: /pointer".  The items of a list of
 * scalars share the text of the list, and all of it where there are no
 * places.
 */
static void
trace(struct arena *a, struct jv *v, struct buf *path)
{
	size_t n = path->n, i;
	struct origin *o = NULL;

	for (i = 0; i < v->members.n; i++) {
		jv_pointer_add(path, v->members.p[i].key);
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
			o = settings_origin(a, v, arena_str(a, buf_str(path)));
		item->origin = item->origin == NULL
				   ? o
				   : settings_origin(a, item, o->what);
	}
	v->origin =
	    o != NULL ? o : settings_origin(a, v, arena_str(a, buf_str(path)));
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

struct loc
settings_place(const struct load *l, const struct jv *v)
{
	if (v == NULL || v->origin == NULL || v->origin->loc.source == NULL)
		return l->loc;
	return v->origin->loc;
}

/* The key before a value, where one is there in plain spelling. */
struct loc
settings_key_place(const struct load *l, const struct jv_member *m)
{
	struct loc at = settings_place(l, m->value);
	struct str before;

	if (at.source == NULL || at.len == 0)
		return at;
	before = str_trim(str_sub(at.source->text, 0, at.off));
	if (!str_ends(before, STR(":")))
		return at;
	before = str_trim(str_sub(before, 0, before.n - 1));
	if (before.n < m->key.n + 2 || !str_ends(before, STR("\"")) ||
	    !str_eq(
		str_sub(before, before.n - 1 - m->key.n, before.n - 1), m->key))
		return at;
	at.len = (uint32_t)m->key.n + 2;
	at.off = (uint32_t)(before.p + before.n - at.source->text.p) - at.len;
	return at;
}

/* files */

static void
cannot_read(struct load *l, struct loc loc, const char *why)
{
	l->failed = true;
	diag_report(l->diags, SETTINGS_READ, loc, why);
}

static struct jv *
read_json(struct load *l, const char *path, struct loc *loc)
{
	struct rt_err err = {0};
	struct str text;
	size_t at = 0;
	struct jv *v;

	*loc = loc_none;
	if (file_read(&text, l->arena, path, SETTINGS_MAX, &err) != 0) {
		cannot_read(l, *loc, err.text);
		return NULL;
	}
	loc->source = source_new(l->arena, str_from(path), text);
	if (jv_parse_at(&v, l->arena, text, &at, &err) != 0) {
		cannot_read(l,
		    (struct loc){loc->source, (uint32_t)at, at < text.n},
		    err.text);
		return NULL;
	}
	jv_places(v, loc->source, set_place, l->arena);
	return v;
}

/* "FILE: operation 2 (add): /pointer" */
static void
trace_patch(struct load *l, struct jv *patch, struct str file)
{
	size_t i;

	for (i = 0; i < patch->items.n; i++) {
		const struct jv *op = patch->items.p[i];
		struct jv *value = jv_getz(op, "value");

		if (value != NULL)
			trace_all(l->arena, value,
			    arena_printf(l->arena, "%.*s: operation %zu (%.*s)",
				STR_ARG(file), i,
				STR_ARG(jv_get_str(op, STR("op")))),
			    jv_get_str(op, STR("path")));
	}
}

static void
patch_with(struct load *l, struct jv **doc, const char *path)
{
	const struct jv *failed = NULL;
	struct rt_err err = {0};
	struct loc loc;
	struct jv *patch = read_json(l, path, &loc);

	if (patch == NULL)
		return;
	trace_patch(l, patch, str_from(path));
	if (jv_patch(doc, l->arena, patch, &failed, &err) == 0)
		return;
	l->failed = true;
	diag_report(
	    l->diags, SETTINGS_PATCH, settings_place(l, failed), err.text);
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
	while ((e = readdir(d)) != NULL && names.n <= DROP_INS_MAX) {
		if (e->d_name[0] != '.' &&
		    str_ends(str_from(e->d_name), STR(".json")))
			VEC_PUSH(l->arena, &names,
			    arena_cstr(l->arena, str_from(e->d_name)));
	}
	(void)closedir(d);
	if (names.n > DROP_INS_MAX)
		cannot_read(l, loc_none,
		    arena_printf(l->arena, "%s: more than %d drop-ins", dir,
			DROP_INS_MAX)
			.p);
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
	struct str name = str_from(l->target->name);
	struct jv *v = jv_unpack(l->arena, *l->target->packed);

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
	if (from->path == NULL && from->patches.n == 0)
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
