/* SPDX-License-Identifier: Apache-2.0 */
/* From a place of a request to the place of the policy data. */
#include "compiler/analyse/simulate_int.h"
#include "compiler/analyse/why_int.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct walk {
	const struct jv *at;
	const struct origin *near;
	struct str found; /* an element that the request has */
};

struct str
why_last(struct str pointer)
{
	size_t slash = str_rchr(pointer, '/');

	return slash == SIZE_MAX ? pointer
				 : str_sub(pointer, slash + 1, pointer.n);
}

struct str
why_name(const struct sim *s, size_t k)
{
	return k >= jv_getz(s->data, "containers")->items.n
		   ? STR("")
		   : sim_annotation(s, k, "io.kubernetes.cri.container-name");
}

/* The part of a text up to its "=": variables are known by their names. */
static struct str
name_part(struct str s)
{
	size_t end = str_chr(s, '=', 0);

	return end == SIZE_MAX ? s : str_sub(s, 0, end + 1);
}

/* "NAME=value" as the request has it: with its quotation mark, maybe cut. */
static const struct jv *
variable(const struct jv *list, struct str found)
{
	struct str name = name_part(str_sub(found, 1, found.n));
	struct jv **it;

	VEC_FOREACH(it, &list->items) {
		if (str_eq(name_part(jv_str(*it)), name))
			return *it;
	}
	return NULL;
}

/* The mount of the same destination, which stands early in what was found. */
static const struct jv *
mount(const struct jv *list, struct str found)
{
	struct jv **it;
	struct str d;

	VEC_FOREACH(it, &list->items) {
		d = jv_get_str(*it, STR("destination"));
		if (d.n > 0 && str_find(found, d, 0) != SIZE_MAX)
			return *it;
	}
	return NULL;
}

static const struct jv *
element(const struct walk *w, struct str list, struct str part)
{
	uint64_t n;

	if (str_eqz(list, "Env"))
		return variable(w->at, w->found);
	if (str_eqz(list, "Mounts"))
		return mount(w->at, w->found);
	if (!str_u64(part, 100000, &n) || n >= w->at->items.n)
		return NULL;
	return w->at->items.p[n];
}

/* Keys with '/' and '~' are escaped in a pointer. */
static const struct jv *
member(const struct jv *o, struct str part)
{
	const struct jv_member *m;
	struct buf b = {0};
	const struct jv *found = NULL;

	VEC_FOREACH(m, &o->members) {
		b.n = 0;
		jv_pointer_add(&b, m->key);
		if (str_eq(str_sub(buf_str(&b), 1, b.n), part))
			found = m->value;
	}
	buf_free(&b);
	return found;
}

static void
note(struct walk *w)
{
	const struct jv_member *m;
	const struct jv *v = w->at;

	if (v != NULL && v->origin != NULL)
		w->near = v->origin;
	/* A list or an object: the origin of what is first in it. */
	if (v == NULL || w->near != NULL)
		return;
	if (v->type == JV_ARRAY && v->items.n > 0)
		w->near = v->items.p[0]->origin;
	VEC_FOREACH(m, &v->members) {
		if (w->near == NULL)
			w->near = m->value->origin;
	}
}

static void
follow(struct walk *w, struct str pointer)
{
	struct str list = {0}, part;
	size_t at = 0, end;

	while (w->at != NULL && at < pointer.n) {
		end = str_chr(pointer, '/', at + 1);
		if (end == SIZE_MAX)
			end = pointer.n;
		part = str_sub(pointer, at + 1, end);
		w->at = w->at->type == JV_ARRAY ? element(w, list, part)
						: member(w->at, part);
		list = part;
		note(w);
		at = end;
	}
}

/* Where a request's pointer leads to in the data of a container. */
static struct str
in_data(struct arena *a, struct str kind, struct str pointer)
{
	if (str_eqz(kind, "ExecProcessRequest") &&
	    str_starts(pointer, STR("/process/Args")))
		return STR("/exec_commands");
	if (str_starts(pointer, STR("/process")))
		return arena_printf(
		    a, "/OCI/P%.*s", STR_ARG(str_sub(pointer, 2, pointer.n)));
	return pointer;
}

static const struct origin *
annotation_origin(const struct sim *s, size_t k, const char *key)
{
	const struct jv *list = jv_getz(s->data, "containers"), *v;

	if (k >= list->items.n)
		return NULL;
	v = jv_get(jv_path(list->items.p[k], "OCI", "Annotations", NULL),
	    str_from(key));
	return v == NULL ? NULL : v->origin;
}

/* Where the container is named: the place to add what is missing. */
static const struct origin *
name_origin(const struct sim *s, size_t k)
{
	return annotation_origin(s, k, "io.kubernetes.cri.container-name");
}

static bool
is_yaml(const struct origin *o)
{
	return o != NULL && o->kind == ORIGIN_YAML && o->loc.source != NULL;
}

/* The image, the container, or the pod, whichever is next to it. */
static const struct origin *
line_of(const struct sim *s, size_t k, const struct origin *o)
{
	if (o != NULL && o->kind == ORIGIN_IMAGE)
		o = annotation_origin(s, k, "io.kubernetes.cri.image-name");
	if (!is_yaml(o))
		o = name_origin(s, k);
	if (!is_yaml(o))
		o = annotation_origin(s, 0, "io.kubernetes.cri.sandbox-name");
	if (!is_yaml(o))
		o = annotation_origin(
		    s, 0, "io.kubernetes.cri.sandbox-namespace");
	if (!is_yaml(o))
		o = name_origin(s, jv_getz(s->data, "containers")->items.n - 1);
	return is_yaml(o) ? o : NULL;
}

/* The pattern of the settings for a variable of this name: "^NAME=…". */
static const struct jv *
env_pattern(const struct sim *s, struct str found)
{
	const struct jv *list = jv_path(s->data, "request_defaults",
	    "CreateContainerRequest", "allow_env_regex", NULL);
	struct str name = name_part(str_sub(found, 1, found.n));
	struct jv *const *it;

	for (it = list == NULL ? NULL : list->items.p;
	     it != NULL && it < list->items.p + list->items.n; it++) {
		struct str pattern = jv_str(*it);

		if (str_starts(pattern, STR("^")))
			pattern = str_sub(pattern, 1, pattern.n);
		if (name.n > 0 && str_starts(pattern, name))
			return *it;
	}
	return NULL;
}

/* What a runtime sends there. */
static const struct jv *
simulated(const struct sim *s, size_t k, struct str kind, struct str pointer,
    struct str found)
{
	const struct sim_request *r;

	VEC_FOREACH(r, &s->list) {
		struct walk w = {.at = r->input, .found = found};

		if (!str_eq(r->kind, kind) || r->container != k)
			continue;
		follow(&w, pointer);
		return w.at;
	}
	return NULL;
}

/* What the policy data have there; w->near is the last that has an origin. */
static const struct jv *
in_policy(struct walk *w, const struct sim *s, size_t k, struct str kind,
    struct str pointer)
{
	const struct jv *list = jv_getz(s->data, "containers");

	if (k < list->items.n)
		w->at = list->items.p[k];
	else if (str_eqz(kind, "CreateSandboxRequest"))
		w->at = jv_getz(s->data, "sandbox");
	if (w->at != NULL)
		follow(w, in_data(s->arena, kind, pointer));
	return w->at;
}

void
why_expected(
    struct why_cause *c, const struct sim *s, size_t k, struct str kind)
{
	struct walk w = {.found = c->found};

	if (c->pointer.n > 0)
		c->expected = in_policy(&w, s, k, kind, c->pointer);
	c->origin = c->expected != NULL ? w.near : name_origin(s, k);
	if (c->expected == NULL &&
	    str_find(c->pointer, STR("/Env/"), 0) != SIZE_MAX) {
		c->expected = env_pattern(s, c->found);
		if (c->expected != NULL)
			c->origin = c->expected->origin;
	}
	if (c->expected == NULL && c->pointer.n > 0)
		c->expected = simulated(s, k, kind, c->pointer, c->found);
	c->line = line_of(s, k, c->origin);
}
