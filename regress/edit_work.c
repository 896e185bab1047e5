/* SPDX-License-Identifier: Apache-2.0 */
/* Edits for tests, on trees and on JSON. */
#include <stdlib.h>
#include <string.h>

#include "regress/edit_work.h"

#include "runtime/base/banned.h"

#define ANNOTATION "contrastc.example/policy"

static struct yaml_node *
named(struct arena *a, const char *name)
{
	struct yaml_node *n = yaml_new_map(a);

	(void)yaml_put(a, n, STR("name"), yaml_new_str(a, str_from(name)));
	return n;
}

static struct yaml_node *
init_container(struct arena *a)
{
	struct yaml_node *n = named(a, "work-init"), *env, *res;

	(void)yaml_put(a, n, STR("image"),
	    yaml_new_str(a, STR("registry.example/init:1@sha256:00")));
	env = yaml_put(a, n, STR("env"), yaml_new_seq(a));
	env = yaml_push(a, env, named(a, "HOST"));
	(void)yaml_put(a, env, STR("value"), yaml_new_str(a, STR("0o17")));
	res = yaml_put(a, n, STR("resources"), yaml_new_map(a));
	res = yaml_put(a, res, STR("requests"), yaml_new_map(a));
	(void)yaml_put(a, res, STR("memory"), yaml_new_str(a, STR("50Mi")));
	(void)yaml_put(a, n, STR("args"), yaml_new_seq(a));
	return n;
}

static size_t
find(const struct yaml_node *seq, const char *name)
{
	size_t i;

	for (i = 0; i < seq->items.n; i++) {
		if (str_eqz(yaml_get_str(seq->items.p[i], STR("name")), name))
			return i;
	}
	return SIZE_MAX;
}

static void
put_first(struct edits *e, struct arena *a, struct yaml_node *spec)
{
	struct yaml_node *seq = edit_seq(e, spec, STR("initContainers"));
	size_t at;

	if (seq == NULL)
		return;
	/* Taken out and put in again, as a pass rebuilds a container. */
	at = find(seq, "work-init");
	if (at != SIZE_MAX)
		edit_remove(e, seq, at);
	edit_insert(e, seq, 0, init_container(a));
}

static void
put_last(struct edits *e, struct yaml_node *map, const char *key,
    struct yaml_node *item)
{
	struct yaml_node *seq = edit_seq(e, map, str_from(key));

	if (seq != NULL && find(seq, "work-volume") == SIZE_MAX)
		edit_insert(e, seq, seq->items.n, item);
}

static void
put_mounts(struct edits *e, struct arena *a, struct yaml_node *spec)
{
	struct yaml_node *seq = yaml_getz(spec, "containers"), *c, *mount;
	size_t i;

	if (!yaml_is(seq, YAML_SEQ))
		return;
	seq = edit_seq(e, spec, STR("containers"));
	for (i = 0; i < seq->items.n; i++) {
		c = edit_item(e, seq, i);
		if (c->kind != YAML_MAP)
			continue;
		mount = named(a, "work-volume");
		(void)yaml_put(
		    a, mount, STR("mountPath"), yaml_new_str(a, STR("/work")));
		put_last(e, c, "volumeMounts", mount);
	}
}

void
work_mark(struct edits *e, struct arena *a, struct k8s_object *o)
{
	if (o->pod_spec == NULL)
		return;
	k8s_object_own(o, e);
	edit_put(e, o->pod_spec, STR("runtimeClassName"),
	    yaml_new_str(a, STR("contrast-cc")));
}

void
work_edit(struct edits *e, struct arena *a, struct k8s_object *o)
{
	struct yaml_node *meta, *volume;

	if (o->pod_spec == NULL)
		return;
	work_mark(e, a, o);
	edit_what(e, "the work of a test");
	meta = edit_map(e, o->pod, STR("metadata"));
	if (meta != NULL)
		meta = edit_map(e, meta, STR("annotations"));
	if (meta != NULL)
		edit_put(e, meta, STR(ANNOTATION), yaml_new_str(a, STR("")));
	put_first(e, a, o->pod_spec);
	volume = named(a, "work-volume");
	(void)yaml_put(a, volume, STR("emptyDir"), yaml_new_map(a));
	put_last(e, o->pod_spec, "volumes", volume);
	put_mounts(e, a, o->pod_spec);
	edit_what(e, NULL);
}

static struct jv *
child(struct arena *a, struct jv *o, const char *key, enum jv_type type)
{
	struct jv *v = jv_get(o, str_from(key));

	if (jv_is(v, type))
		return v;
	return jv_set(a, o, arena_str(a, str_from(key)), jv_new(a, type));
}

static void
json_append(struct arena *a, struct jv *o, const char *key,
    const struct yaml_node *item, bool first)
{
	struct jv *list = child(a, o, key, JV_ARRAY);
	struct jv *v = yaml_to_jv(a, item);
	size_t i;

	for (i = 0; i < list->items.n; i++) {
		if (str_eq(jv_get_str(list->items.p[i], STR("name")),
			jv_get_str(v, STR("name"))))
			return;
	}
	VEC_INSERT(a, &list->items, first ? 0 : list->items.n, v);
}

static void
json_mounts(struct arena *a, struct jv *spec)
{
	const struct jv *list = jv_getz(spec, "containers");
	struct yaml_node *mount;
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		if (!jv_is(list->items.p[i], JV_OBJECT))
			continue;
		mount = named(a, "work-volume");
		(void)yaml_put(
		    a, mount, STR("mountPath"), yaml_new_str(a, STR("/work")));
		json_append(a, list->items.p[i], "volumeMounts", mount, false);
	}
}

static struct jv *
json_pod(struct jv *doc)
{
	const struct k8s_kind *kind = k8s_kind_find(
	    jv_get_str(doc, STR("apiVersion")), jv_get_str(doc, STR("kind")));
	const char *path, *end;

	if (kind == NULL || kind->pod == NULL)
		return NULL;
	for (path = kind->pod; *path != '\0' && doc != NULL;) {
		end = strchrnul(path, '.');
		doc = jv_get(doc, (struct str){path, (size_t)(end - path)});
		path = *end == '.' ? end + 1 : end;
	}
	return doc;
}

void
work_json(struct arena *a, struct jv *doc)
{
	struct jv *items = jv_getz(doc, "items"), *pod, *spec, *meta;
	struct yaml_node *volume;
	size_t i;

	if (str_ends(jv_get_str(doc, STR("kind")), STR("List")) &&
	    jv_is(items, JV_ARRAY)) {
		for (i = 0; i < items->items.n; i++)
			work_json(a, items->items.p[i]);
		return;
	}
	pod = json_pod(doc);
	spec = jv_getz(pod, "spec");
	if (!jv_is(spec, JV_OBJECT))
		return;
	(void)jv_set(
	    a, spec, STR("runtimeClassName"), jv_string(a, STR("contrast-cc")));
	meta = child(a, pod, "metadata", JV_OBJECT);
	meta = child(a, meta, "annotations", JV_OBJECT);
	(void)jv_set(a, meta, STR(ANNOTATION), jv_string(a, STR("")));
	json_append(a, spec, "initContainers", init_container(a), true);
	volume = named(a, "work-volume");
	(void)yaml_put(a, volume, STR("emptyDir"), yaml_new_map(a));
	json_append(a, spec, "volumes", volume, false);
	json_mounts(a, spec);
}

static double
number(const struct jv *v)
{
	char text[512];
	size_t n = v->text.n < sizeof(text) ? v->text.n : sizeof(text) - 1;

	memcpy(text, v->text.p, n);
	text[n] = '\0';
	return strtod(text, NULL);
}

bool
work_same(const struct jv *x, const struct jv *y)
{
	const struct jv *other;
	size_t i;

	if (x->type != y->type || x->items.n != y->items.n ||
	    x->members.n != y->members.n)
		return false;
	if (x->type == JV_NUMBER)
		return str_eq(x->text, y->text) || number(x) == number(y);
	if (x->type == JV_STRING && !str_eq(x->text, y->text))
		return false;
	for (i = 0; i < x->items.n; i++) {
		if (!work_same(x->items.p[i], y->items.p[i]))
			return false;
	}
	for (i = 0; i < x->members.n; i++) {
		other = i < y->members.n &&
				str_eq(x->members.p[i].key, y->members.p[i].key)
			    ? y->members.p[i].value
			    : jv_get(y, x->members.p[i].key);
		if (other == NULL || !work_same(x->members.p[i].value, other))
			return false;
	}
	return true;
}

bool
work_read(struct work *w, struct arena *a, struct str name, struct str text)
{
	memset(w, 0, sizeof(*w));
	diags_init(&w->diags, a);
	w->source = source_new(a, name, text);
	return yaml_read(&w->units, a, &w->diags, w->source);
}

bool
work_run(struct work *w, struct arena *a, struct str name, struct str text,
    const struct source **out)
{
	struct k8s_object **o;
	struct edits *e;

	if (!work_read(w, a, name, text))
		return false;
	/* What is no object has no pod; that is not the matter here. */
	(void)k8s_objects_read(&w->objects, a, &w->diags, &w->units);
	e = edits_new(a, &w->diags, w->source, &w->units);
	VEC_FOREACH(o, &w->objects.list) {
		work_edit(e, a, *o);
	}
	return edit_apply(e, out, NULL);
}

bool
work_bytes(const struct source *s)
{
	const struct source *old = s->from;
	size_t at = 0, old_at = 0, i, n;

	if (old == NULL)
		return true;
	for (i = 0; i < s->nedits; i++) {
		n = s->edits[i].at - at;
		if (!str_eq(str_sub(s->text, at, at + n),
			str_sub(old->text, old_at, old_at + n)) ||
		    old_at + n != s->edits[i].old_at)
			return false;
		at += n + s->edits[i].len;
		old_at += n + s->edits[i].old_len;
	}
	return str_eq(str_sub(s->text, at, s->text.n),
	    str_sub(old->text, old_at, old->text.n));
}
