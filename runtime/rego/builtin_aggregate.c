/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates (rego 9.1). */
#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

rv
rego_fn_count(struct rego_call *c)
{
	rv v = c->args[0];

	if (!rego_want(c, 0, REGO_COLLECTIONS | REGO_IS(RV_TSTRING),
		"{array, object, set, string}"))
		return RV_UNDEFINED;
	if (rv_type(v) == RV_TSTRING)
		return rego_int(c, (int64_t)rv_string_count(c->heap, v));
	return rego_int(c, (int64_t)rv_count(v));
}

static bool
want_list(struct rego_call *c)
{
	return rego_want(
	    c, 0, REGO_IS(RV_TSET) | REGO_IS(RV_TARRAY), "{set, array}");
}

static rv
fold(struct rego_call *c, enum rv_arith op, int64_t first)
{
	rv all = c->args[0], sum = rego_int(c, first);
	const char *why;
	size_t i;

	if (!want_list(c))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(all); i++) {
		rv v = rv_items(all)[i];

		if (rv_type(v) != RV_TNUMBER)
			return rego_bad_operand(c, 0,
			    "must be %s of numbers but got %s containing %s",
			    rv_type_name(all), rv_type_name(all),
			    rv_type_name(v));
		sum = rv_arith(c->heap, op, sum, v, &why);
		if (sum == RV_UNDEFINED)
			return rego_fail(c, REGO_EBUILTIN, "%s", why);
	}
	return sum;
}

rv
rego_fn_sum(struct rego_call *c)
{
	return fold(c, RV_ADD, 0);
}

rv
rego_fn_product(struct rego_call *c)
{
	return fold(c, RV_MUL, 1);
}

/* The first of the greatest, or the least with sign -1. */
static rv
extreme(struct rego_call *c, int sign)
{
	rv all = c->args[0], best = RV_UNDEFINED;
	size_t i;

	if (!want_list(c))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(all); i++)
		if (best == RV_UNDEFINED ||
		    sign * rv_compare(c->heap, rv_items(all)[i], best) > 0)
			best = rv_items(all)[i];
	return best;
}

rv
rego_fn_max(struct rego_call *c)
{
	return extreme(c, 1);
}

rv
rego_fn_min(struct rego_call *c)
{
	return extreme(c, -1);
}

rv
rego_fn_sort(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i;

	if (!want_list(c))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(c->args[0]); i++)
		rv_push(c->heap, &b, rv_items(c->args[0])[i]);
	return rv_sorted_close(c->heap, &b);
}

/* Of Rego v0: all true; any true. */
rv
rego_fn_all(struct rego_call *c)
{
	size_t i;

	if (!want_list(c))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(c->args[0]); i++)
		if (rv_items(c->args[0])[i] != RV_TRUE)
			return RV_FALSE;
	return RV_TRUE;
}

rv
rego_fn_any(struct rego_call *c)
{
	size_t i;

	if (!want_list(c))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(c->args[0]); i++)
		if (rv_items(c->args[0])[i] == RV_TRUE)
			return RV_TRUE;
	return RV_FALSE;
}
