/* SPDX-License-Identifier: Apache-2.0 */
/* Types, casts of Rego v0, and what only prints (rego 9.3, 9.6). */
#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

static rv
is(const struct rego_call *c, enum rv_type t)
{
	return rv_bool(rv_type(c->args[0]) == t);
}

rv
rego_fn_is_null(struct rego_call *c)
{
	return is(c, RV_TNULL);
}

rv
rego_fn_is_boolean(struct rego_call *c)
{
	return is(c, RV_TBOOL);
}

rv
rego_fn_is_number(struct rego_call *c)
{
	return is(c, RV_TNUMBER);
}

rv
rego_fn_is_string(struct rego_call *c)
{
	return is(c, RV_TSTRING);
}

rv
rego_fn_is_array(struct rego_call *c)
{
	return is(c, RV_TARRAY);
}

rv
rego_fn_is_object(struct rego_call *c)
{
	return is(c, RV_TOBJECT);
}

rv
rego_fn_is_set(struct rego_call *c)
{
	return is(c, RV_TSET);
}

rv
rego_fn_type_name(struct rego_call *c)
{
	return rego_string(c, str_from(rv_type_name(c->args[0])));
}

static rv
cast(struct rego_call *c, enum rv_type t, const char *name)
{
	return rego_want(c, 0, REGO_IS(t), name) ? c->args[0] : RV_UNDEFINED;
}

rv
rego_fn_cast_null(struct rego_call *c)
{
	return cast(c, RV_TNULL, "null");
}

rv
rego_fn_cast_boolean(struct rego_call *c)
{
	return cast(c, RV_TBOOL, "boolean");
}

rv
rego_fn_cast_string(struct rego_call *c)
{
	return cast(c, RV_TSTRING, "string");
}

rv
rego_fn_cast_object(struct rego_call *c)
{
	return cast(c, RV_TOBJECT, "object");
}

static bool
want_list(struct rego_call *c)
{
	return rego_want(
	    c, 0, REGO_IS(RV_TARRAY) | REGO_IS(RV_TSET), "{array, set}");
}

static void
push_all(struct rego_call *c, struct rv_builder *b)
{
	size_t i;

	for (i = 0; i < rv_count(c->args[0]); i++)
		rv_push(c->heap, b, rv_items(c->args[0])[i]);
}

rv
rego_fn_cast_array(struct rego_call *c)
{
	struct rv_builder b = {0};

	if (!want_list(c))
		return RV_UNDEFINED;
	push_all(c, &b);
	return rv_array_close(c->heap, &b);
}

rv
rego_fn_cast_set(struct rego_call *c)
{
	struct rv_builder b = {0};

	if (!want_list(c))
		return RV_UNDEFINED;
	push_all(c, &b);
	return rv_set_close(c->heap, &b);
}

/* print() is the evaluator's; without a listener it is true. */
rv
rego_fn_print(struct rego_call *c)
{
	(void)c;
	return RV_TRUE;
}

rv
rego_fn_trace(struct rego_call *c)
{
	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	return rego_is_go(c) ? RV_TRUE : c->args[0];
}
