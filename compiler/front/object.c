/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as Kubernetes objects: kinds, Lists, where the pod is. */
#include <string.h>

#include "compiler/front/edit.h"
#include "compiler/front/k8s.h"

static const struct k8s_kind kinds[] = {
#define KIND(api, name, role, pod) {api, name, K8S_##role, pod},
#include "compiler/front/k8s_kind.def"

#include "runtime/base/banned.h"
#undef KIND
};

const struct k8s_kind *
k8s_kind_find(struct str api, struct str name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eqz(name, kinds[i].name) && str_eqz(api, kinds[i].api))
			return &kinds[i];
	}
	return NULL;
}

const struct k8s_kind *
k8s_kind_near(struct str api, struct str name)
{
	const struct k8s_kind *best = NULL;
	unsigned least = 4, d;
	size_t i;

	if (api.n > 60 || name.n > 60)
		return NULL;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		d = str_distance(name, str_from(kinds[i].name)) +
		    str_distance(api, str_from(kinds[i].api));
		if (d < least) {
			least = d;
			best = &kinds[i];
		}
	}
	return best;
}

struct walk {
	struct k8s_objects *out;
	struct arena *arena;
	struct diags *diags;
	struct unit *unit;
	bool ok;
};

static struct yaml_node *
follow(struct yaml_node *n, const char *path)
{
	const char *end;

	while (n != NULL && *path != '\0') {
		end = strchrnul(path, '.');
		n = yaml_get(n, (struct str){path, (size_t)(end - path)});
		path = *end == '.' ? end + 1 : end;
	}
	return n;
}

static struct yaml_node *
map_or_null(struct yaml_node *n)
{
	return yaml_is(n, YAML_MAP) ? n : NULL;
}

static void
find_pod(struct k8s_object *o)
{
	if (o->kind == NULL || o->kind->pod == NULL)
		return;
	o->pod = map_or_null(follow(o->node, o->kind->pod));
	o->pod_meta = map_or_null(yaml_getz(o->pod, "metadata"));
	o->pod_spec = map_or_null(yaml_getz(o->pod, "spec"));
}

/* A string that every object has; where it is not, the place is reported. */
static bool
required(
    struct walk *w, const struct yaml_node *n, const char *key, struct str *out)
{
	const struct yaml_node *v = yaml_get(n, str_from(key));

	if (v == NULL || v->kind == YAML_NULL) {
		diag_report(w->diags, K8S_MISSING,
		    ((struct loc){n->loc.source, n->loc.off, 0}),
		    w->unit->index, key);
		return false;
	}
	if (v->kind != YAML_STRING || v->text.n == 0) {
		diag_report(w->diags, K8S_NO_STRING, v->loc, key);
		return false;
	}
	*out = v->text;
	return true;
}

/* A name that may be absent; what is there must be a string. */
static struct str
optional(struct walk *w, const struct yaml_node *meta, const char *key)
{
	const struct yaml_node *v = yaml_get(meta, str_from(key));

	if (v == NULL || v->kind == YAML_NULL)
		return STR("");
	if (v->kind == YAML_STRING)
		return v->text;
	diag_report(w->diags, K8S_NO_STRING, v->loc, key);
	w->ok = false;
	return STR("");
}

static bool
is_list(struct str kind, const struct yaml_node *items)
{
	return str_ends(kind, STR("List")) && yaml_is(items, YAML_SEQ);
}

static void
add_object(
    struct walk *w, struct yaml_node *at, struct str api, struct str kind)
{
	struct yaml_node *n = yaml_deref(at);
	struct k8s_object *o = ARENA_NEW(w->arena, struct k8s_object);
	const struct yaml_node *meta = yaml_getz(n, "metadata");

	o->unit = w->unit;
	o->node = n;
	o->at = at;
	o->api = api;
	o->kind_name = kind;
	o->kind = k8s_kind_find(api, kind);
	o->name = optional(w, meta, "name");
	o->generate_name = optional(w, meta, "generateName");
	o->ns = optional(w, meta, "namespace");
	find_pod(o);
	VEC_PUSH(w->arena, &w->out->list, o);
}

/* An object, or a List of them; the depth is that of the document. */
static void
walk(struct walk *w, struct yaml_node *at)
{
	struct yaml_node *n = yaml_deref(at), *items;
	struct str api, kind;
	size_t i;

	if (n->kind != YAML_MAP) {
		diag_report(w->diags, K8S_NO_OBJECT, n->loc, w->unit->index);
		w->ok = false;
		return;
	}
	if (!required(w, n, "kind", &kind) |
	    !required(w, n, "apiVersion", &api)) {
		w->ok = false;
		return;
	}
	items = yaml_getz(n, "items");
	if (!is_list(kind, items)) {
		add_object(w, at, api, kind);
		return;
	}
	for (i = 0; i < items->items.n; i++)
		walk(w, items->items.p[i]);
}

bool
k8s_objects_read(struct k8s_objects *out, struct arena *a, struct diags *d,
    const struct units *units)
{
	struct walk w = {out, a, d, NULL, true};
	struct unit **u;

	VEC_FOREACH(u, &units->list) {
		w.unit = *u;
		walk(&w, (*u)->root);
	}
	return w.ok;
}

void
k8s_object_own(struct k8s_object *o, struct edits *e)
{
	struct yaml_node *n = edit_own(e, o->at);
	const char *path, *end;
	struct str key;

	o->node = n;
	if (o->pod == NULL)
		return;
	for (path = o->kind->pod; *path != '\0' && n != NULL;) {
		end = strchrnul(path, '.');
		key = (struct str){path, (size_t)(end - path)};
		n = edit_map(e, n, key);
		path = *end == '.' ? end + 1 : end;
	}
	o->pod = n;
	if (o->pod_meta != NULL)
		o->pod_meta = edit_map(e, n, STR("metadata"));
	if (o->pod_spec != NULL)
		o->pod_spec = edit_map(e, n, STR("spec"));
}

void
k8s_object_find(struct k8s_object *o)
{
	o->node = yaml_deref(o->at);
	find_pod(o);
}

struct str
k8s_describe(struct arena *a, const struct k8s_object *o)
{
	bool named = o->name.n > 0;
	struct str name = named ? o->name : o->generate_name;

	if (name.n == 0)
		return arena_printf(
		    a, "%.*s without a name", STR_ARG(o->kind_name));
	if (o->ns.n == 0)
		return arena_printf(a, "%.*s '%.*s%s'", STR_ARG(o->kind_name),
		    STR_ARG(name), named ? "" : "*");
	return arena_printf(a, "%.*s '%.*s%s' (namespace '%.*s')",
	    STR_ARG(o->kind_name), STR_ARG(name), named ? "" : "*",
	    STR_ARG(o->ns));
}

struct loc
k8s_loc(const struct k8s_object *o)
{
	const struct yaml_node *n =
	    yaml_path(o->node, "metadata", "name", NULL);

	if (n == NULL)
		n = yaml_getz(o->node, "kind");
	return n == NULL ? o->node->loc : n->loc;
}

/* So much of a name is shown. */
#define NAME_SHOWN 100

void
k8s_say_whose(struct diags *d, struct diag *g, const struct k8s_object *o,
    const struct yaml_node *container)
{
	struct str object = k8s_describe(d->arena, o);
	const struct yaml_node *name = yaml_getz(container, "name");
	struct str from = o->unit == NULL ? STR("") : o->unit->rendered_from;

	if (g->nnotes > 0)
		return; /* equal to an earlier finding */
	if (yaml_is(name, YAML_STRING))
		diag_note(d, g, name->loc, "in container '%.*s' of %.*s",
		    STR_ARG(str_clip(yaml_text(name), NAME_SHOWN)),
		    STR_ARG(object));
	else
		diag_note(d, g, k8s_loc(o), "in %.*s", STR_ARG(object));
	if (from.n > 0)
		diag_note(d, g, loc_none, "rendered from %.*s",
		    STR_ARG(str_clip(from, NAME_SHOWN)));
}

static const struct yaml_node *
class_somewhere(const struct yaml_node *o)
{
	const struct yaml_node *n =
	    yaml_path(o, "spec", "template", "spec", "runtimeClassName", NULL);

	if (n == NULL)
		n = yaml_path(o, "spec", "runtimeClassName", NULL);
	if (n == NULL)
		n = yaml_path(o, "spec", "jobTemplate", "spec", "template",
		    "spec", "runtimeClassName", NULL);
	return n;
}

void
k8s_check_kind(struct diags *d, const struct k8s_object *o)
{
	const struct yaml_node *n;
	const struct k8s_kind *near;
	struct diag *g;

	if (o->kind != NULL)
		return;
	n = class_somewhere(o->node);
	if (!yaml_is(n, YAML_STRING) ||
	    !str_starts(yaml_text(n), STR("contrast-")))
		return;
	g = diag_report(d, KIND_UNKNOWN, n->loc,
	    STR_ARG(str_clip(o->api, NAME_SHOWN)),
	    STR_ARG(str_clip(o->kind_name, NAME_SHOWN)));
	k8s_say_whose(d, g, o, NULL);
	near = k8s_kind_near(o->api, o->kind_name);
	if (near != NULL)
		diag_help(d, g, "did you mean '%s' with apiVersion '%s'?",
		    near->name, near->api);
}

static struct str
ns_or_default(struct str ns)
{
	return ns.n == 0 ? STR("default") : ns;
}

const struct k8s_object *
k8s_find(const struct k8s_objects *all, const char *kind, struct str name,
    struct str ns, bool *other_ns)
{
	const struct k8s_object *other = NULL;
	struct k8s_object *const *it;

	*other_ns = false;
	VEC_FOREACH(it, &all->list) {
		const struct k8s_object *o = *it;

		if (!str_eq(o->name, name) || !str_eqz(o->kind_name, kind) ||
		    !str_eqz(o->api, "v1"))
			continue;
		if (str_eq(ns_or_default(o->ns), ns_or_default(ns)))
			return o;
		if (other == NULL)
			other = o;
	}
	*other_ns = other != NULL;
	return other;
}
