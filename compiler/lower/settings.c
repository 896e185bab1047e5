/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a run (policy-model 8). */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/target.h"
#include "runtime/base/banned.h"
#include "runtime/base/file.h"
#include "runtime/base/jv_patch.h"

#define SETTINGS_MAX ((size_t)4 << 20)
#define DROP_INS_MAX 1000

struct load {
	struct arena *arena;
	struct diags *diags;
	const struct target *target;
	struct jv *defaults; /* of the target */
	struct loc loc;      /* of the user's file, for what has no place */
	bool failed;
};

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

/* old members */

/* What an older file may have beside the members of the defaults. */
static const struct {
	const char *object, *old;
	const char *now; /* "object.member" that it means; NULL: nothing */
} old_members[] = {
    {"common", "svc_name", "svc_name_downward_env"},
    {"common", "image_layer_verification", NULL},
    {"common", "mount_source_cpath", NULL},
    {"common", "dynamic_annotations", NULL},
    {"common", "s_source1", NULL},
    {"common", "s_source2", NULL},
    {"common", "virtio_blk_storage_classes", NULL},
    {"common", "smb_storage_classes", NULL},
    {"common", "root_path", NULL},
    {"common", "spath", NULL},
    {"cluster_config", "encrypted_emptydir", "emptydir_type"},
    {"cluster_config", "pause_container_id_policy", NULL},
    {"cluster_config", "cgroup_mount_extras_allowed", NULL},
    {"kata_config", "confidential_guest", NULL},
    {"volumes", "confidential_emptyDir", NULL},
    {"volumes", "confidential_configMap", NULL},
    {"sandbox", "allowed_guest_hooks", NULL},
    {"request_defaults", "UpdateRoutesRequest", NULL},
    {"request_defaults", "UpdateInterfaceRequest", NULL},
    {"request_defaults", "AddARPNeighborsRequest", NULL},
    {"request_defaults", "GetDiagnosticDataRequest", NULL},
};

#define NOLD (sizeof(old_members) / sizeof(old_members[0]))

static bool
is_old(const char *object, struct str member)
{
	size_t i;

	for (i = 0; i < NOLD; i++) {
		if (strcmp(old_members[i].object, object) == 0 &&
		    str_eqz(member, old_members[i].old))
			return true;
	}
	return false;
}

/* Is there an old member of `user` that means this one? */
static bool
superseded(const struct jv *user, const char *object, struct str member)
{
	size_t i;

	for (i = 0; i < NOLD; i++) {
		if (old_members[i].now != NULL &&
		    strcmp(old_members[i].object, object) == 0 &&
		    str_eqz(member, old_members[i].now) &&
		    jv_get(user, str_from(old_members[i].old)) != NULL)
			return true;
	}
	return false;
}

static void
map_emptydir(struct load *l, struct jv *cluster)
{
	struct jv *old = jv_getz(cluster, "encrypted_emptydir"), *v;

	if (old == NULL || jv_getz(cluster, "emptydir_type") != NULL)
		return;
	v = jv_string(l->arena,
	    old->type == JV_TRUE ? STR("block-encrypted") : STR("shared-fs"));
	v->origin = old->origin;
	jv_set(l->arena, cluster, STR("emptydir_type"), v);
}

static void
map_service_name(struct load *l, struct jv *common)
{
	struct jv *old = jv_getz(common, "svc_name");

	if (old != NULL && jv_getz(common, "svc_name_downward_env") == NULL)
		jv_set(l->arena, common, STR("svc_name_downward_env"), old);
}

/* For a confidential guest the entries of that name count. */
static void
map_confidential(struct load *l, struct jv *doc)
{
	struct jv *volumes = jv_getz(doc, "volumes"), *v;

	if (!jv_is(jv_path(doc, "kata_config", "confidential_guest", NULL),
		JV_TRUE) ||
	    volumes == NULL)
		return;
	if ((v = jv_getz(volumes, "confidential_emptyDir")) != NULL)
		jv_set(l->arena, volumes, STR("emptyDir"), v);
	if ((v = jv_getz(volumes, "confidential_configMap")) != NULL)
		jv_set(l->arena, volumes, STR("configMap"), v);
}

static void
map_old(struct load *l, struct jv *doc)
{
	struct jv *common = jv_getz(doc, "common"),
		  *cluster = jv_getz(doc, "cluster_config");

	if (jv_is(common, JV_OBJECT))
		map_service_name(l, common);
	if (jv_is(cluster, JV_OBJECT))
		map_emptydir(l, cluster);
	map_confidential(l, doc);
}

/* filling in defaults */

/*
 * The settings of containers are whole: what they leave out is empty, but
 * for the two members that have no empty form.
 */
static void
fill_container(struct load *l, struct jv *user, const struct jv *from)
{
	struct jv *root = jv_getz(user, "Root");

	if (jv_getz(user, "Mounts") == NULL)
		jv_set(l->arena, user, STR("Mounts"), jv_getz(from, "Mounts"));
	if (root == NULL)
		jv_set(l->arena, user, STR("Root"), jv_getz(from, "Root"));
	else if (jv_is(root, JV_OBJECT) && jv_getz(root, "Path") == NULL)
		jv_set(l->arena, root, STR("Path"),
		    jv_path(from, "Root", "Path", NULL));
}

/* Members that a user gives whole. */
static bool
is_whole(struct str key)
{
	return str_eqz(key, "dynamic_annotations");
}

static void
fill(struct load *l, struct jv *user, const struct jv *from, const char *object)
{
	struct jv_member *m;

	VEC_FOREACH(m, &from->members) {
		struct jv *have = jv_get(user, m->key);
		bool container = str_eqz(m->key, "pause_container") ||
				 str_eqz(m->key, "other_container");

		if (have == NULL) {
			if (!superseded(user, object, m->key))
				jv_set(l->arena, user, m->key, m->value);
		} else if (!jv_is(have, JV_OBJECT) ||
			   !jv_is(m->value, JV_OBJECT) || is_whole(m->key)) {
			continue;
		} else if (container && object[0] == '\0') {
			fill_container(l, have, m->value);
		} else {
			fill(l, have, m->value, arena_cstr(l->arena, m->key));
		}
	}
}

/* checks */

static const char *const type_names[] = {
    [JV_NULL] = "null",
    [JV_FALSE] = "true or false",
    [JV_TRUE] = "true or false",
    [JV_NUMBER] = "a number",
    [JV_STRING] = "a string",
    [JV_ARRAY] = "a list",
    [JV_OBJECT] = "an object",
};

static enum jv_type
class_of(const struct jv *v)
{
	return v->type == JV_TRUE ? JV_FALSE : v->type;
}

static bool
same_type(struct load *l, const struct jv *user, const struct jv *want,
    const struct buf *path)
{
	if (want->type == JV_NULL || class_of(user) == class_of(want))
		return true;
	l->failed = true;
	diag_report(l->diags, SETTINGS_TYPE, l->loc, STR_ARG(buf_str(path)),
	    type_names[want->type]);
	return false;
}

static void check(struct load *l, const struct jv *user, const struct jv *want,
    struct buf *path, const char *object);

/* The items of a list are of the type of the default's first one. */
static void
check_items(struct load *l, const struct jv *user, const struct jv *want,
    struct buf *path)
{
	size_t i, n = path->n;

	for (i = 0; want->items.n > 0 && i < user->items.n; i++) {
		buf_printf(path, "/%zu", i);
		(void)same_type(l, user->items.p[i], want->items.p[0], path);
		path->n = n;
	}
}

static void
check_member(struct load *l, const struct jv_member *m, const struct jv *want,
    struct buf *path, const char *object)
{
	bool container = str_eqz(m->key, "pause_container") ||
			 str_eqz(m->key, "other_container");

	if (want == NULL) {
		if (!is_old(object, m->key))
			diag_report(l->diags, SETTINGS_UNKNOWN, l->loc,
			    STR_ARG(buf_str(path)));
	} else if (same_type(l, m->value, want, path) && !container &&
		   !is_whole(m->key)) {
		check(l, m->value, want, path, arena_cstr(l->arena, m->key));
	}
}

static void
check(struct load *l, const struct jv *user, const struct jv *want,
    struct buf *path, const char *object)
{
	const struct jv_member *m;
	size_t n = path->n;

	check_items(l, user, want, path);
	VEC_FOREACH(m, &user->members) {
		buf_putc(path, '/');
		buf_put(path, m->key);
		check_member(l, m, jv_get(want, m->key), path, object);
		path->n = n;
	}
}

/* The parts of the containers' settings that lowering reads. */

static const struct {
	const char *path[2];
	enum jv_type type, item;
} container_parts[] = {
    {{"Root", NULL}, JV_OBJECT, JV_NULL},
    {{"Root", "Path"}, JV_STRING, JV_NULL},
    {{"Mounts", NULL}, JV_ARRAY, JV_OBJECT},
    {{"Annotations", NULL}, JV_OBJECT, JV_STRING},
    {{"Process", NULL}, JV_OBJECT, JV_NULL},
    {{"Process", "Args"}, JV_ARRAY, JV_STRING},
    {{"Process", "Env"}, JV_ARRAY, JV_STRING},
    {{"Linux", NULL}, JV_OBJECT, JV_NULL},
    {{"Linux", "MaskedPaths"}, JV_ARRAY, JV_STRING},
    {{"Linux", "ReadonlyPaths"}, JV_ARRAY, JV_STRING},
    {{"Linux", "Devices"}, JV_ARRAY, JV_OBJECT},
    {{"Linux", "Sysctl"}, JV_OBJECT, JV_STRING},
};

#define NPARTS (sizeof(container_parts) / sizeof(container_parts[0]))

static void
bad_part(struct load *l, const char *container, size_t i, enum jv_type type)
{
	const char *second = container_parts[i].path[1];
	struct str path = arena_printf(l->arena, "/%s/%s%s%s", container,
	    container_parts[i].path[0], second != NULL ? "/" : "",
	    second != NULL ? second : "");

	l->failed = true;
	diag_report(
	    l->diags, SETTINGS_TYPE, l->loc, STR_ARG(path), type_names[type]);
}

static bool
items_are(const struct jv *v, enum jv_type type)
{
	struct jv_member *m;
	struct jv **it;

	VEC_FOREACH(it, &v->items) {
		if ((*it)->type != type)
			return false;
	}
	VEC_FOREACH(m, &v->members) {
		if (type != JV_NULL && m->value->type != type)
			return false;
	}
	return true;
}

static bool
mounts_are_whole(const struct jv *list)
{
	struct jv **it;

	VEC_FOREACH(it, &list->items) {
		const struct jv *source = jv_getz(*it, "source");
		const struct jv *options = jv_getz(*it, "options");

		if (!jv_is(jv_getz(*it, "destination"), JV_STRING) ||
		    !jv_is(jv_getz(*it, "type_"), JV_STRING) ||
		    !jv_is(options, JV_ARRAY) ||
		    !items_are(options, JV_STRING) ||
		    (source != NULL && source->type != JV_STRING))
			return false;
	}
	return true;
}

static void
check_container(struct load *l, const struct jv *doc, const char *name)
{
	const struct jv *c = jv_get(doc, str_from(name)), *v;
	size_t i;

	for (i = 0; i < NPARTS; i++) {
		const char *const *path = container_parts[i].path;

		v = jv_path(c, path[0], path[1], NULL);
		if (v == NULL)
			continue;
		if (v->type != container_parts[i].type)
			bad_part(l, name, i, container_parts[i].type);
		else if (!items_are(v, container_parts[i].item))
			bad_part(l, name, i, container_parts[i].item);
		else if (str_eqz(str_from(path[0]), "Mounts") &&
			 !mounts_are_whole(v))
			bad_part(l, name, i, JV_OBJECT);
	}
}

static void
check_all(struct load *l, const struct jv *doc)
{
	struct buf path = {0};
	const struct jv *commands = jv_path(
	    doc, "request_defaults", "ExecProcessRequest", "commands", NULL);

	check(l, doc, l->defaults, &path, "");
	buf_free(&path);
	check_container(l, doc, "pause_container");
	check_container(l, doc, "other_container");
	if (commands != NULL && commands->items.n > 0 &&
	    strcmp(l->target->name, "aks-v1.2") != 0) {
		l->failed = true;
		diag_report(l->diags, SETTINGS_COMMANDS, l->loc);
	}
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
		fill(&l, doc, l.defaults, "");
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
	map_old(&l, doc);
	/* What a patch removed and nothing can do without. */
	fill(&l, doc, l.defaults, "");
	check_all(&l, doc);
	return l.failed ? NULL : doc;
}
