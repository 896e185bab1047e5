/* SPDX-License-Identifier: Apache-2.0 */
/* The operators, also by name (rego 6.2, 6.3, 9.1, 9.3). */
#include "grammar/rego_ast.h"
#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

/* In the agent operands of a wrong type end the request (8.3). */
static rv
wrong_type(struct rego_call *c)
{
	if (c->heap->profile->operators_abort)
		c->fault->aborts = true;
	return RV_UNDEFINED;
}

static rv
arith(struct rego_call *c, enum rv_arith op)
{
	const char *why;
	rv v;

	if (!rego_want_number(c, 0) || !rego_want_number(c, 1))
		return wrong_type(c);
	v = rv_arith(c->heap, op, c->args[0], c->args[1], &why);
	if (v == RV_UNDEFINED) {
		(void)rego_fail(c, REGO_EBUILTIN, "%s", why);
		if (strstr(why, "zero") == NULL)
			return wrong_type(c);
	}
	return v;
}

static bool
want_sets(struct rego_call *c)
{
	return rego_want(c, 0, REGO_IS(RV_TSET), "set") &&
	       rego_want(c, 1, REGO_IS(RV_TSET), "set");
}

/* The elements of operand 0 that are, or are not, in operand 1. */
static rv
pick(struct rego_call *c, bool wanted)
{
	struct rv_builder b = {0};
	rv a = c->args[0];
	size_t i;

	for (i = 0; i < rv_count(a); i++)
		if (rv_set_has(c->heap, c->args[1], rv_items(a)[i]) == wanted)
			rv_push(c->heap, &b, rv_items(a)[i]);
	return rv_set_close(c->heap, &b);
}

rv
rego_fn_plus(struct rego_call *c)
{
	return arith(c, RV_ADD);
}

rv
rego_fn_mul(struct rego_call *c)
{
	return arith(c, RV_MUL);
}

rv
rego_fn_div(struct rego_call *c)
{
	return arith(c, RV_DIV);
}

rv
rego_fn_rem(struct rego_call *c)
{
	return arith(c, RV_REM);
}

rv
rego_fn_set_diff(struct rego_call *c)
{
	return want_sets(c) ? pick(c, false) : RV_UNDEFINED;
}

rv
rego_fn_minus(struct rego_call *c)
{
	static const unsigned types = REGO_IS(RV_TNUMBER) | REGO_IS(RV_TSET);
	enum rv_type a = rv_type(c->args[0]), b = rv_type(c->args[1]);

	if (!rego_want(c, 0, types, "{number, set}") ||
	    !rego_want(c, 1, types, "{number, set}"))
		return wrong_type(c);
	if (a == RV_TNUMBER && b == RV_TNUMBER)
		return arith(c, RV_SUB);
	if (a == RV_TSET && b == RV_TSET)
		return pick(c, false);
	(void)rego_bad_operand(c, 1, "must be %s but got %s",
	    rv_type_name(c->args[0]), rv_type_name(c->args[1]));
	return wrong_type(c);
}

rv
rego_fn_and(struct rego_call *c)
{
	return want_sets(c) ? pick(c, true) : wrong_type(c);
}

rv
rego_fn_or(struct rego_call *c)
{
	struct rv_builder b = {0};
	size_t i, k;

	if (!want_sets(c))
		return wrong_type(c);
	for (i = 0; i < 2; i++)
		for (k = 0; k < rv_count(c->args[i]); k++)
			rv_push(c->heap, &b, rv_items(c->args[i])[k]);
	return rv_set_close(c->heap, &b);
}

static int
compare(const struct rego_call *c)
{
	return rv_compare(c->heap, c->args[0], c->args[1]);
}

rv
rego_fn_equal(struct rego_call *c)
{
	return rv_bool(rv_equal(c->args[0], c->args[1]));
}

rv
rego_fn_neq(struct rego_call *c)
{
	return rv_bool(!rv_equal(c->args[0], c->args[1]));
}

rv
rego_fn_lt(struct rego_call *c)
{
	return rv_bool(compare(c) < 0);
}

rv
rego_fn_lte(struct rego_call *c)
{
	return rv_bool(compare(c) <= 0);
}

rv
rego_fn_gt(struct rego_call *c)
{
	return rv_bool(compare(c) > 0);
}

rv
rego_fn_gte(struct rego_call *c)
{
	return rv_bool(compare(c) >= 0);
}

/* x in collection: a value of it. */
rv
rego_fn_internal_member_2(struct rego_call *c)
{
	rv in = c->args[1];
	const rv *items;
	size_t i, n;

	if (rv_type(in) == RV_TSET)
		return rv_bool(rv_set_has(c->heap, in, c->args[0]));
	if (rv_type(in) < RV_TARRAY)
		return RV_FALSE;
	n = rego_items(in, &items);
	for (i = 0; i < n; i++)
		if (rv_equal(items[i], c->args[0]))
			return RV_TRUE;
	return RV_FALSE;
}

/* key, value in collection. */
rv
rego_fn_internal_member_3(struct rego_call *c)
{
	rv found = rv_get(c->heap, c->args[2], c->args[0]);

	return rv_bool(found != RV_UNDEFINED && rv_equal(found, c->args[1]));
}

static const rego_builtin_fn operators[REGO_NOPS] = {
    [REGO_OP_UNIFY] = rego_fn_equal,
    [REGO_OP_IN] = rego_fn_internal_member_2,
    [REGO_OP_IN3] = rego_fn_internal_member_3,
    [REGO_OP_EQ] = rego_fn_equal,
    [REGO_OP_NE] = rego_fn_neq,
    [REGO_OP_LT] = rego_fn_lt,
    [REGO_OP_LE] = rego_fn_lte,
    [REGO_OP_GT] = rego_fn_gt,
    [REGO_OP_GE] = rego_fn_gte,
    [REGO_OP_OR] = rego_fn_or,
    [REGO_OP_AND] = rego_fn_and,
    [REGO_OP_ADD] = rego_fn_plus,
    [REGO_OP_SUB] = rego_fn_minus,
    [REGO_OP_MUL] = rego_fn_mul,
    [REGO_OP_DIV] = rego_fn_div,
    [REGO_OP_REM] = rego_fn_rem,
};

rv
rego_operate(struct rego_call *c, unsigned op)
{
	if (op >= REGO_NOPS || operators[op] == NULL)
		return rego_fail(c, REGO_EINTERNAL, "no such operator");
	return operators[op](c);
}
