/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "compiler/analyse/mutate.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct mutate {
	struct arena *arena;
	unsigned mask;
	mutate_fn ask;
	void *ctx;
	struct buf path;
};

const char *
mutation_name(enum mutation m)
{
#define X(id, name) name,
	static const char *const names[] = {MUTATIONS(X)};
#undef X

	return names[m];
}

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

/* What an agent writes for a value that was not sent. */
static struct jv
absent(struct arena *a, const struct jv *v)
{
	switch (v->type) {
	case JV_NUMBER:
		return *jv_int(a, 0);
	case JV_STRING:
		return *jv_string(a, STR(""));
	case JV_TRUE:
		return *jv_bool(a, false);
	case JV_OBJECT:
		return *jv_new(a, JV_NULL);
	case JV_NULL:
	case JV_FALSE:
	case JV_ARRAY:
		break;
	}
	return *v;
}

static void
ask(struct mutate *m, enum mutation which)
{
	m->ask(m->ctx, which, arena_str(m->arena, buf_str(&m->path)));
}

/* In the place of `v`, for one question. */
static void
replace(struct mutate *m, struct jv *v, enum mutation which, struct jv with)
{
	struct jv before = *v;

	if ((m->mask & (1u << which)) == 0 || jv_equal(&with, v))
		return;
	*v = with;
	ask(m, which);
	*v = before;
}

static size_t
enter(struct mutate *m, struct str key)
{
	size_t n = m->path.n;

	jv_pointer_add(&m->path, key);
	return n;
}

static struct jv
without(struct mutate *m, const struct jv *list, size_t i)
{
	struct jv out = *jv_array(m->arena);
	size_t k;

	for (k = 0; k < list->items.n; k++) {
		if (k != i)
			jv_push(m->arena, &out, list->items.p[k]);
	}
	return out;
}

static struct jv
with(struct mutate *m, const struct jv *list, struct jv *more)
{
	struct jv out = without(m, list, SIZE_MAX);

	jv_push(m->arena, &out, more);
	return out;
}

/* An object that differs from another in its first text. */
static struct jv *
other_object(struct arena *a, const struct jv *v)
{
	struct jv *out = jv_copy(a, v);
	struct jv_member *it;

	VEC_FOREACH(it, &out->members) {
		if (it->value->type != JV_STRING)
			continue;
		*it->value = changed(a, it->value);
		break;
	}
	return out;
}

/* An element that the list does not have. */
static struct jv *
one_more(struct arena *a, const struct jv *list)
{
	const struct jv *first;
	struct jv *v;

	if (list->items.n == 0)
		return jv_string(a, STR("x"));
	first = list->items.p[0];
	if (first->type == JV_OBJECT)
		return other_object(a, first);
	v = ARENA_NEW(a, struct jv);
	*v = changed(a, first);
	return v;
}

static void mutate(struct mutate *m, struct jv *v, bool is_map);

/* One element: gone, twice, and whatever is in it. */
static void
element(struct mutate *m, struct jv *list, size_t i)
{
	char name[24];
	size_t n;

	(void)snprintf(name, sizeof(name), "%zu", i);
	n = enter(m, str_from(name));
	replace(m, list, MUTATE_DROPPED, without(m, list, i));
	replace(m, list, MUTATE_DUPLICATED, with(m, list, list->items.p[i]));
	mutate(m, list->items.p[i], false);
	m->path.n = n;
}

static void
array(struct mutate *m, struct jv *v)
{
	size_t i;

	for (i = 0; i < v->items.n; i++)
		element(m, v, i);
	if (v->items.n > 1)
		replace(m, v, MUTATE_DROPPED, *jv_array(m->arena));
	replace(m, v, MUTATE_ADDED, with(m, v, one_more(m->arena, v)));
}

static struct jv
without_member(struct mutate *m, const struct jv *map, const struct jv *value)
{
	struct jv out = *jv_object(m->arena);
	const struct jv_member *it;

	VEC_FOREACH(it, &map->members) {
		if (it->value != value)
			jv_set(m->arena, &out, it->key, it->value);
	}
	return out;
}

/* A member of a map may be missing; a field of a message is always there. */
static void
object(struct mutate *m, struct jv *v, bool is_map)
{
	size_t i, n;

	for (i = 0; i < v->members.n; i++) {
		struct jv_member it = v->members.p[i];

		n = enter(m, it.key);
		if (is_map)
			replace(m, v, MUTATE_DROPPED,
			    without_member(m, v, it.value));
		mutate(m, it.value,
		    str_eqz(it.key, "Annotations") ||
			str_eqz(it.key, "Sysctl"));
		m->path.n = n;
	}
}

/* `is_map`: the members are no fields (policy-model 3.2). */
static void
mutate(struct mutate *m, struct jv *v, bool is_map)
{
	replace(m, v, MUTATE_RETYPED, retyped(m->arena, v));
	if (v->type == JV_ARRAY) {
		array(m, v);
		return;
	}
	replace(m, v, MUTATE_DROPPED, absent(m->arena, v));
	if (v->type == JV_OBJECT)
		object(m, v, is_map);
	else
		replace(m, v, MUTATE_CHANGED, changed(m->arena, v));
}

void
mutate_request(struct arena *a, struct jv *request, unsigned mutations,
    mutate_fn fn, void *ctx)
{
	struct mutate m = {
	    .arena = a, .mask = mutations, .ask = fn, .ctx = ctx};

	if (jv_is(request, JV_OBJECT))
		object(&m, request, false);
	buf_free(&m.path);
}
