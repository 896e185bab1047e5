/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays, sets of sets, walking and graphs (rego 9.3, 9.6). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static void
push_slice(
    struct rego_call *c, struct rv_builder *b, rv v, size_t from, size_t to)
{
	for (; from < to; from++)
		rv_push(c->heap, b, rv_items(v)[from]);
}

rv
rego_fn_array_concat(struct rego_call *c)
{
	struct rv_builder b = {0};
	unsigned i;

	if (!rego_want_array(c, 0) || !rego_want_array(c, 1))
		return RV_UNDEFINED;
	for (i = 0; i < 2; i++)
		push_slice(c, &b, c->args[i], 0, rv_count(c->args[i]));
	return rv_array_close(c->heap, &b);
}

rv
rego_fn_array_reverse(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i;

	if (!rego_want_array(c, 0))
		return RV_UNDEFINED;
	for (i = rv_count(c->args[0]); i > 0; i--)
		rv_push(c->heap, &b, rv_items(c->args[0])[i - 1]);
	return rv_array_close(c->heap, &b);
}

rv
rego_fn_array_slice(struct rego_call *c)
{
	struct rv_builder b = {0};
	int64_t from, to, n;

	if (!rego_want_array(c, 0) || !rego_want_whole(c, 1, &from) ||
	    !rego_want_whole(c, 2, &to))
		return RV_UNDEFINED;
	n = (int64_t)rv_count(c->args[0]);
	from = from < 0 ? 0 : from;
	to = to > n ? n : to;
	if (from < to)
		push_slice(c, &b, c->args[0], (size_t)from, (size_t)to);
	return rv_array_close(c->heap, &b);
}

rv
rego_fn_array_flatten(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i;

	if (!rego_want_array(c, 0))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(c->args[0]); i++) {
		rv v = rv_items(c->args[0])[i];

		if (rv_type(v) == RV_TARRAY)
			push_slice(c, &b, v, 0, rv_count(v));
		else
			rv_push(c->heap, &b, v);
	}
	return rv_array_close(c->heap, &b);
}

static bool
want_set_of_sets(struct rego_call *c)
{
	rv v = c->args[0];
	size_t i;

	if (!rego_want(c, 0, REGO_IS(RV_TSET), "set"))
		return false;
	for (i = 0; i < rv_count(v); i++)
		if (rv_type(rv_items(v)[i]) != RV_TSET) {
			(void)rego_bad_operand(c, 0,
			    "must be set of sets but got set containing %s",
			    rv_type_name(rv_items(v)[i]));
			return false;
		}
	return true;
}

rv
rego_fn_union(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i;

	if (!want_set_of_sets(c))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(c->args[0]); i++) {
		rv set = rv_items(c->args[0])[i];

		push_slice(c, &b, set, 0, rv_count(set));
	}
	return rv_set_close(c->heap, &b);
}

static bool
in_all(struct rego_call *c, rv v)
{
	size_t i;

	for (i = 1; i < rv_count(c->args[0]); i++)
		if (!rv_set_has(c->heap, rv_items(c->args[0])[i], v))
			return false;
	return true;
}

rv
rego_fn_intersection(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i;
	rv first;

	if (!want_set_of_sets(c))
		return RV_UNDEFINED;
	if (rv_count(c->args[0]) == 0)
		return rv_empty_set;
	first = rv_items(c->args[0])[0];
	for (i = 0; i < rv_count(first); i++)
		if (in_all(c, rv_items(first)[i]))
			rv_push(c->heap, &b, rv_items(first)[i]);
	return rv_set_close(c->heap, &b);
}

/* The path so far is a stack that is copied for each node. */
struct walker {
	struct rego_call *c;
	struct rv_builder path, out;
};

static void
walk_node(struct walker *w, rv v)
{
	struct rv_builder pair = {0};
	struct rv_heap *h = w->c->heap;
	bool object = rv_type(v) == RV_TOBJECT, array = rv_type(v) == RV_TARRAY;
	size_t i;

	rv_push(h, &pair, rv_array_of(h, w->path.v, w->path.n));
	rv_push(h, &pair, v);
	rv_push(h, &w->out, rv_array_close(h, &pair));
	if (rv_type(v) < RV_TARRAY)
		return;
	for (i = 0; i < rv_count(v) && !h->full; i++) {
		rv_push(h, &w->path,
		    array ? rv_int(h, (int64_t)i) : rv_items(v)[i]);
		walk_node(w, object ? rv_values(v)[i] : rv_items(v)[i]);
		if (w->path.n > 0)
			w->path.n--;
	}
}

rv
rego_fn_walk(struct rego_call *c)
{
	struct walker w = {.c = c};

	walk_node(&w, c->args[0]);
	return rv_array_close(c->heap, &w.out);
}
