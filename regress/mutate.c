/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/mutate.h"
#include "runtime/base/banned.h"

struct mutate {
	struct arena *arena;
	void (*ask)(void *ctx, const char *path);
	void *ctx;
	bool retype;
};

/*
 * A value of another type: nothing may abort on it.  (Lists are lists in what
 * an agent writes, whatever it was sent.)
 */
static struct jv
retyped(struct arena *a, const struct jv *v)
{
	switch (v->type) {
	case JV_STRING:
		return *jv_int(a, 7);
	case JV_OBJECT:
		return *jv_string(a, STR("x"));
	case JV_NULL:
	case JV_TRUE:
	case JV_FALSE:
	case JV_NUMBER:
		return *jv_new(a, JV_NULL);
	case JV_ARRAY:
		break;
	}
	return *v;
}

/* Another value of the same type, or of another for null. */
static struct jv
changed(struct arena *a, const struct jv *v)
{
	switch (v->type) {
	case JV_NULL:
		return *jv_object(a);
	case JV_TRUE:
		return *jv_bool(a, false);
	case JV_FALSE:
		return *jv_bool(a, true);
	case JV_NUMBER:
		return *jv_int(a, 77777);
	case JV_STRING:
		return *jv_string(
		    a, arena_printf(a, "%.*s!x", STR_ARG(v->text)));
	case JV_ARRAY:
	case JV_OBJECT:
		break;
	}
	return *v;
}

/* An element that the list does not have; an object is there twice then. */
static struct jv *
one_more(struct arena *a, const struct jv *list)
{
	struct jv *v;

	if (list->items.n == 0)
		return jv_string(a, STR("x"));
	v = ARENA_NEW(a, struct jv);
	*v = changed(a, list->items.p[0]);
	return v;
}

static void mutate(struct mutate *m, struct jv *v, const char *path);

static void
array(struct mutate *m, struct jv *v, const char *path)
{
	struct jv before = *v;
	size_t i;

	for (i = 0; i < v->items.n; i++)
		mutate(m, v->items.p[i],
		    arena_printf(m->arena, "%s/%zu", path, i).p);
	v->items.p = NULL;
	v->items.n = v->items.cap = 0;
	for (i = 0; i < before.items.n; i++)
		jv_push(m->arena, v, before.items.p[i]);
	jv_push(m->arena, v, one_more(m->arena, &before));
	m->ask(m->ctx, path);
	*v = before;
}

static void
object(struct mutate *m, struct jv *v, const char *path)
{
	struct jv_member *it;

	VEC_FOREACH(it, &v->members)
		mutate(m, it->value,
		    arena_printf(m->arena, "%s/%.*s", path, STR_ARG(it->key))
			.p);
}

static void
mutate(struct mutate *m, struct jv *v, const char *path)
{
	struct jv before = *v;

	*v = retyped(m->arena, v);
	if (m->retype && v->type != before.type)
		m->ask(m->ctx, path);
	*v = before;
	if (v->type == JV_ARRAY) {
		array(m, v, path);
	} else if (v->type == JV_OBJECT) {
		object(m, v, path);
	} else {
		*v = changed(m->arena, v);
		m->ask(m->ctx, path);
		*v = before;
	}
}

void
mutate_request(struct arena *a, struct jv *request, bool retype,
    void (*ask)(void *ctx, const char *path), void *ctx)
{
	struct mutate m = {
	    .arena = a, .ask = ask, .ctx = ctx, .retype = retype};

	if (jv_is(request, JV_OBJECT))
		object(&m, request, "");
}
