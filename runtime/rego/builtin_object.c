/* SPDX-License-Identifier: Apache-2.0 */
/* Objects (rego 9.3). */
#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

rv
rego_fn_object_get(struct rego_call *c)
{
	rv v = c->args[0], path = c->args[1];
	size_t i;

	if (!rego_want_object(c, 0))
		return RV_UNDEFINED;
	if (rv_type(path) != RV_TARRAY) {
		v = rv_object_get(c->heap, v, path);
		return v != RV_UNDEFINED ? v : c->args[2];
	}
	for (i = 0; i < rv_count(path); i++) {
		v = rv_get(c->heap, v, rv_items(path)[i]);
		if (v == RV_UNDEFINED)
			return c->args[2];
	}
	return v;
}

rv
rego_fn_object_keys(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i;

	if (!rego_want_object(c, 0))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(c->args[0]); i++)
		rv_push(c->heap, &b, rv_keys(c->args[0])[i]);
	return rv_set_close(c->heap, &b);
}

static bool
has(struct rego_call *c, rv keys, rv key)
{
	size_t i;

	if (rv_type(keys) == RV_TOBJECT)
		return rv_object_get(c->heap, keys, key) != RV_UNDEFINED;
	if (rv_type(keys) == RV_TSET)
		return rv_set_has(c->heap, keys, key);
	for (i = 0; i < rv_count(keys); i++)
		if (rv_equal(rv_items(keys)[i], key))
			return true;
	return false;
}

/* The members that are, or are not, among the keys of operand 1. */
static rv
pick(struct rego_call *c, bool wanted)
{
	struct rv_builder b = {0}, set = {0};
	rv o = c->args[0], keys = c->args[1];
	size_t i;

	if (!rego_want_object(c, 0) ||
	    !rego_want(c, 1, REGO_COLLECTIONS, "{object, set, array}"))
		return RV_UNDEFINED;
	if (rv_type(keys) == RV_TARRAY && rv_count(keys) > 8) {
		for (i = 0; i < rv_count(keys); i++)
			rv_push(c->heap, &set, rv_items(keys)[i]);
		keys = rv_set_close(c->heap, &set);
	}
	for (i = 0; i < rv_count(o); i++)
		if (has(c, keys, rv_keys(o)[i]) == wanted)
			rv_put(c->heap, &b, rv_keys(o)[i], rv_values(o)[i]);
	return rv_object_close(c->heap, &b, NULL);
}

rv
rego_fn_object_remove(struct rego_call *c)
{
	return pick(c, false);
}

rv
rego_fn_object_filter(struct rego_call *c)
{
	return pick(c, true);
}

/* `b` wins, unless both are objects. */
static rv
merge(struct rv_heap *h, rv a, rv b)
{
	struct rv_builder out = {0};
	size_t i;
	rv old;

	if (rv_type(a) != RV_TOBJECT || rv_type(b) != RV_TOBJECT)
		return b;
	for (i = 0; i < rv_count(a); i++)
		rv_put(h, &out, rv_keys(a)[i], rv_values(a)[i]);
	for (i = 0; i < rv_count(b); i++) {
		old = rv_object_get(h, a, rv_keys(b)[i]);
		rv_put(h, &out, rv_keys(b)[i],
		    old == RV_UNDEFINED ? rv_values(b)[i]
					: merge(h, old, rv_values(b)[i]));
	}
	return rv_object_close(h, &out, NULL);
}

rv
rego_fn_object_union(struct rego_call *c)
{
	if (!rego_want_object(c, 0) || !rego_want_object(c, 1))
		return RV_UNDEFINED;
	return merge(c->heap, c->args[0], c->args[1]);
}

rv
rego_fn_object_union_n(struct rego_call *c)
{
	rv out = rv_empty_object, list = c->args[0];
	size_t i;

	if (!rego_want_array(c, 0))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(list); i++)
		if (rv_type(rv_items(list)[i]) != RV_TOBJECT)
			return rego_bad_operand(c, 0,
			    "must be array of objects but got array "
			    "containing %s",
			    rv_type_name(rv_items(list)[i]));
	for (i = 0; i < rv_count(list); i++)
		out = merge(c->heap, out, rv_items(list)[i]);
	return out;
}

static bool is_part(struct rv_heap *h, rv super, rv sub);

static bool
members_are_part(struct rv_heap *h, rv super, rv sub)
{
	size_t i;
	rv v;

	for (i = 0; i < rv_count(sub); i++) {
		v = rv_object_get(h, super, rv_keys(sub)[i]);
		if (v == RV_UNDEFINED || !is_part(h, v, rv_values(sub)[i]))
			return false;
	}
	return true;
}

/* One after the other somewhere in the array. */
static bool
is_slice(rv super, rv sub)
{
	size_t at, i, n = rv_count(sub);

	for (at = 0; at + n <= rv_count(super); at++) {
		for (i = 0; i < n; i++)
			if (!rv_equal(
				rv_items(super)[at + i], rv_items(sub)[i]))
				break;
		if (i == n)
			return true;
	}
	return false;
}

static bool
occurs(rv array, rv v)
{
	size_t i;

	for (i = 0; i < rv_count(array); i++)
		if (rv_equal(rv_items(array)[i], v))
			return true;
	return false;
}

static bool
elements_are_part(struct rv_heap *h, rv super, rv sub)
{
	bool set = rv_type(super) == RV_TSET;
	size_t i;

	for (i = 0; i < rv_count(sub); i++)
		if (!(set ? rv_set_has(h, super, rv_items(sub)[i])
			  : occurs(super, rv_items(sub)[i])))
			return false;
	return true;
}

static bool
is_part(struct rv_heap *h, rv super, rv sub)
{
	enum rv_type a = rv_type(super), b = rv_type(sub);

	if (a == RV_TOBJECT && b == RV_TOBJECT)
		return members_are_part(h, super, sub);
	if (a == RV_TARRAY && b == RV_TARRAY)
		return is_slice(super, sub);
	if ((a == RV_TSET || a == RV_TARRAY) && b == RV_TSET)
		return elements_are_part(h, super, sub);
	return rv_equal(super, sub);
}

rv
rego_fn_object_subset(struct rego_call *c)
{
	enum rv_type a = rv_type(c->args[0]), b = rv_type(c->args[1]);

	if (a < RV_TARRAY || !(a == b || (a == RV_TARRAY && b == RV_TSET)))
		return rego_fail(c, REGO_ETYPE,
		    "both arguments object.subset must be of the same type or "
		    "array and set");
	return rv_bool(is_part(c->heap, c->args[0], c->args[1]));
}
