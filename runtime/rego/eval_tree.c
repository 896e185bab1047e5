/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: base data under rules, rules with keys, what `with` replaces. */
#include <stdlib.h>

#include "runtime/rego/eval_int.h"
#include "runtime/base/banned.h"

rv
eval_walk(const struct rego_eval *e, rv base, const rv *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n && base != RV_UNDEFINED; i++)
		base = rv_get(&e->heap, base, keys[i]);
	return base;
}

const rv *
eval_keys(struct rego_eval *e, uint32_t pool, uint32_t *n)
{
	rv *keys;
	uint32_t i;

	*n = e->pool[pool];
	keys = ARENA_ARRAY(e->heap.arena, rv, *n);
	for (i = 0; i < *n; i++)
		keys[i] = ev(e, e->pool[pool + 1 + i]);
	return keys;
}

/* Members of the object; those that the builder gets later win. */
static void
copy_members(struct rego_eval *e, struct rv_builder *b, rv object)
{
	size_t i;

	for (i = 0; i < rv_count(object); i++)
		rv_put(&e->heap, b, rv_keys(object)[i], rv_values(object)[i]);
}

rv
eval_put(struct rego_eval *e, rv base, const rv *keys, size_t n, rv v)
{
	struct rv_builder b = {0};
	rv old = RV_UNDEFINED;

	if (n == 0)
		return v;
	if (base != RV_UNDEFINED && rv_type(base) == RV_TOBJECT) {
		copy_members(e, &b, base);
		old = rv_get(&e->heap, base, keys[0]);
	}
	rv_put(&e->heap, &b, keys[0], eval_put(e, old, keys + 1, n - 1, v));
	return rv_object_close(&e->heap, &b, NULL);
}

static bool
is_object(rv v)
{
	return rv_type(v) == RV_TOBJECT;
}

static rv
set_union(struct rego_eval *e, rv a, rv b)
{
	struct rv_builder out = {0};
	size_t i;

	for (i = 0; i < rv_count(a); i++)
		rv_push(&e->heap, &out, rv_items(a)[i]);
	for (i = 0; i < rv_count(b); i++)
		rv_push(&e->heap, &out, rv_items(b)[i]);
	return rv_set_close(&e->heap, &out);
}

rv
eval_merge(struct rego_eval *e, rv a, rv b, uint32_t depth)
{
	struct rv_builder out = {0};
	rv other, v;
	size_t i;

	if (a == RV_UNDEFINED || b == RV_UNDEFINED)
		return a == RV_UNDEFINED ? b : a;
	if (rv_type(a) == RV_TSET && rv_type(b) == RV_TSET)
		return set_union(e, a, b);
	if (depth == 0 || !is_object(a) || !is_object(b))
		return rv_equal(a, b) ? a : RV_UNDEFINED;
	copy_members(e, &out, a);
	for (i = 0; i < rv_count(b); i++) {
		other = rv_object_get(&e->heap, a, rv_keys(b)[i]);
		v = eval_merge(e, other, rv_values(b)[i], depth - 1);
		if (v == RV_UNDEFINED)
			return v;
		rv_put(&e->heap, &out, rv_keys(b)[i], v);
	}
	return rv_object_close(&e->heap, &out, NULL);
}

/* What a rule below has in common with base data is merged already. */
rv
eval_document(struct rego_eval *e, rv base, struct rv_builder *b)
{
	struct rv_builder all = {0};
	size_t i;
	rv old;

	if (base == RV_UNDEFINED || !is_object(base))
		return b->n == 0 && base != RV_UNDEFINED
			   ? base
			   : rv_object_close(&e->heap, b, NULL);
	copy_members(e, &all, base);
	for (i = 0; i < b->n; i += 2) {
		old = rv_object_get(&e->heap, base, b->v[i]);
		if (old == RV_UNDEFINED ||
		    (is_object(old) && is_object(b->v[i + 1])))
			rv_put(&e->heap, &all, b->v[i], b->v[i + 1]);
	}
	return rv_object_close(&e->heap, &all, NULL);
}

/* Rules with keys: each contribution is a path, a value, and its kind. */

struct part {
	rv path, value, is_member;
};

static int
by_path(const void *a, const void *b, void *heap)
{
	return rv_compare(heap, ((const struct part *)a)->path,
	    ((const struct part *)b)->path);
}

static rv
key_at(const struct part *p, size_t level)
{
	return rv_items(p->path)[level];
}

/* Parts with one path: members of a set, or one value. */
static rv
leaf(struct rego_eval *e, const struct part *p, size_t n)
{
	struct rv_builder b = {0};
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i].is_member != p[0].is_member ||
		    rv_count(p[i].path) != rv_count(p[0].path))
			return RV_UNDEFINED;
		if (p[i].is_member == RV_TRUE)
			rv_push(&e->heap, &b, p[i].value);
		else if (!rv_equal(p[i].value, p[0].value))
			return RV_UNDEFINED;
	}
	return p[0].is_member == RV_TRUE ? rv_set_close(&e->heap, &b)
					 : p[0].value;
}

static rv
level(struct rego_eval *e, const struct part *p, size_t n, size_t at)
{
	struct rv_builder b = {0};
	size_t i, end;
	rv v;

	for (i = 0; i < n; i = end) {
		end = i + 1;
		while (
		    end < n && rv_equal(key_at(&p[i], at), key_at(&p[end], at)))
			end++;
		v = rv_count(p[i].path) == at + 1
			? leaf(e, p + i, end - i)
			: level(e, p + i, end - i, at + 1);
		if (v == RV_UNDEFINED)
			return v;
		rv_put(&e->heap, &b, key_at(&p[i], at), v);
	}
	return rv_object_close(&e->heap, &b, NULL);
}

rv
eval_tree(struct rego_eval *e, struct rv_builder *b)
{
	size_t n = b->n / 3;
	struct part *p = ARENA_ARRAY(e->heap.arena, struct part, n);

	if (n > 0)
		memcpy(p, b->v, n * sizeof(*p));
	qsort_r(p, n, sizeof(*p), by_path, &e->heap);
	return level(e, p, n, 0);
}

/* with */

static void
replace_data(
    struct rego_eval *e, struct world *w, const struct insn *i, rv value)
{
	struct over *o = ARENA_NEW(e->heap.arena, struct over);

	o->keys = eval_keys(e, i->b, &o->n);
	o->up = w->overs;
	w->overs = o;
	w->base = eval_put(e, w->base, o->keys, o->n, value);
}

static void
replace_function(struct rego_eval *e, struct world *w, const struct insn *i)
{
	struct mock *m = ARENA_NEW(e->heap.arena, struct mock);

	m->builtin = i->what != 0;
	m->kind = (uint8_t)i->d;
	m->target = i->b;
	if (m->kind == WITH_VALUE)
		m->value = ev(e, i->c);
	else
		m->by = i->c;
	m->up = w->mocks;
	w->mocks = m;
}

/* The old world is kept in a register, for RESTORE. */
const struct insn *
eval_with(struct rego_eval *e, const struct insn *i)
{
	struct world *w = ARENA_NEW(e->heap.arena, struct world);
	const rv *keys;
	uint32_t n;

	*w = *e->world;
	if (i->d == WITH_INPUT) {
		keys = eval_keys(e, i->b, &n);
		w->input = eval_put(e, w->input, keys, n, ev(e, i->c));
	} else if (i->d == WITH_DATA) {
		replace_data(e, w, i, ev(e, i->c));
	} else {
		replace_function(e, w, i);
	}
	w->gen_input = ++e->gens;
	if (w->overs != NULL || w->mocks != NULL)
		w->gen = w->gen_input;
	e->r[i->a] = (rv)(uintptr_t)e->world;
	e->world = w;
	return i + 1;
}
