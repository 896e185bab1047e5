/* SPDX-License-Identifier: Apache-2.0 */
/* Types and names of the members of settings. */
#include <string.h>

#include "compiler/lower/settings_int.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

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
	diag_report(l->diags, SETTINGS_TYPE, settings_place(l, user),
	    STR_ARG(buf_str(path)), type_names[want->type]);
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
unknown(struct load *l, const struct jv_member *m, const struct jv *among,
    const struct buf *path)
{
	struct diag *g = diag_report(l->diags, SETTINGS_UNKNOWN,
	    settings_key_place(l, m), STR_ARG(buf_str(path)));
	const struct jv_member *it, *best = NULL;
	unsigned least = 4, d;

	VEC_FOREACH(it, &among->members) {
		d = str_distance(it->key, m->key);
		if (d < least && d < it->key.n / 2) {
			least = d;
			best = it;
		}
	}
	if (best != NULL)
		diag_help(
		    l->diags, g, "did you mean '%.*s'?", STR_ARG(best->key));
}

static void
check_member(struct load *l, const struct jv_member *m, const struct jv *among,
    struct buf *path, const char *object)
{
	const struct jv *want = jv_get(among, m->key);
	bool container = str_eqz(m->key, "pause_container") ||
			 str_eqz(m->key, "other_container");

	if (want == NULL) {
		if (!settings_is_old(object, m->key))
			unknown(l, m, among, path);
	} else if (same_type(l, m->value, want, path) && !container &&
		   !settings_is_whole(m->key)) {
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
		jv_pointer_add(path, m->key);
		check_member(l, m, want, path, object);
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
bad_part(struct load *l, const struct jv *v, const char *container, size_t i,
    enum jv_type type)
{
	const char *second = container_parts[i].path[1];
	struct str path = arena_printf(l->arena, "/%s/%s%s%s", container,
	    container_parts[i].path[0], second != NULL ? "/" : "",
	    second != NULL ? second : "");

	l->failed = true;
	diag_report(l->diags, SETTINGS_TYPE, settings_place(l, v),
	    STR_ARG(path), type_names[type]);
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
			bad_part(l, v, name, i, container_parts[i].type);
		else if (!items_are(v, container_parts[i].item))
			bad_part(l, v, name, i, container_parts[i].item);
		else if (str_eqz(str_from(path[0]), "Mounts") &&
			 !mounts_are_whole(v))
			bad_part(l, v, name, i, JV_OBJECT);
	}
}

/* Requests that open a way into containers or out of them. */
static const char *const open_requests[] = {"ReadStreamRequest",
    "WriteStreamRequest", "UpdateEphemeralMountsRequest", "CloseStdinRequest",
    "GetDiagnosticDataRequest"};

/* Was it set by the user, and not by the target? */
static bool
is_users(const struct jv *v)
{
	return v != NULL && v->origin != NULL && v->origin->loc.source != NULL;
}

static void
note_open(struct load *l, const struct jv *doc)
{
	const struct jv *requests = jv_getz(doc, "request_defaults"), *v;
	const struct jv *exec =
	    jv_path(requests, "ExecProcessRequest", "regex", NULL);
	struct jv **it;
	size_t i;

	for (i = 0; i < sizeof(open_requests) / sizeof(*open_requests); i++) {
		v = jv_get(requests, str_from(open_requests[i]));
		if (jv_is(v, JV_TRUE) && is_users(v))
			diag_report(l->diags, SETTINGS_OPEN,
			    settings_place(l, v), open_requests[i]);
	}
	VEC_FOREACH(it, &exec->items) {
		struct str s = jv_str(*it);

		if (!str_starts(s, STR("^")) || !str_ends(s, STR("$")) ||
		    str_ends(s, STR("\\$")))
			diag_report(l->diags, SETTINGS_UNANCHORED,
			    settings_place(l, *it), STR_ARG(s));
	}
}

void
settings_check(struct load *l, const struct jv *doc)
{
	struct buf path = {0};
	const struct jv *commands = jv_path(
	    doc, "request_defaults", "ExecProcessRequest", "commands", NULL);

	check(l, doc, l->defaults, &path, "");
	buf_free(&path);
	check_container(l, doc, "pause_container");
	check_container(l, doc, "other_container");
	if (!l->failed)
		note_open(l, doc);
	if (commands != NULL && commands->items.n > 0 &&
	    strcmp(l->target->name, "aks-v1.2") != 0) {
		l->failed = true;
		diag_report(
		    l->diags, SETTINGS_COMMANDS, settings_place(l, commands));
	}
}
