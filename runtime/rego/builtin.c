/* SPDX-License-Identifier: Apache-2.0 */
/* The table of built-in functions, and what all of them use. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

#define rego_fn_absent NULL

static const struct rego_builtin table[] = {
#define KATA 'k'
#define KATA28 'm'
#define KATA30 'n'
#define OPA 'o'
#define OLD 'd'
#define BUILTIN(name, nargs, where, function)                                  \
	{name, nargs, where, false, rego_fn_##function},
#include "grammar/builtin.def"
#undef BUILTIN
#undef KATA
#undef KATA28
#undef KATA30
#undef OPA
#undef OLD
};

static const struct rego_builtin walk = {"walk", 1, 'o', true, rego_fn_walk};

static int
by_name(const void *key, const void *element)
{
	const struct rego_builtin *b = element;

	return str_cmp(*(const struct str *)key, str_from(b->name));
}

const struct rego_builtin *
rego_builtin_find(const struct rego_profile *p, struct str name)
{
	const struct rego_builtin *b = bsearch(&name, table,
	    sizeof(table) / sizeof(table[0]), sizeof(table[0]), by_name);

	if (b == NULL || strchr(p->builtins, b->where) == NULL)
		return NULL;
	return b->fn == rego_fn_walk ? &walk : b;
}

rv
rego_fail(struct rego_call *c, enum rego_fault_code code, const char *fmt, ...)
{
	struct rego_fault *f = c->fault;
	va_list ap;
	int n;

	f->code = code;
	n = snprintf(f->text, sizeof(f->text), "%s: ", c->builtin->name);
	if (n < 0 || (size_t)n >= sizeof(f->text))
		n = 0;
	va_start(ap, fmt);
	(void)vsnprintf(f->text + n, sizeof(f->text) - (size_t)n, fmt, ap);
	va_end(ap);
	return RV_UNDEFINED;
}

rv
rego_bad_operand(struct rego_call *c, unsigned i, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return rego_fail(c, REGO_ETYPE, "operand %u %s", i + 1, text);
}

bool
rego_want(struct rego_call *c, unsigned i, unsigned types, const char *text)
{
	enum rv_type t = rv_type(c->args[i]);

	if (types & REGO_IS(t))
		return true;
	(void)rego_bad_operand(c, i, "must be %s%s but got %s",
	    *text == '{' ? "one of " : "", text, rv_type_name(c->args[i]));
	return false;
}

bool
rego_want_string(struct rego_call *c, unsigned i)
{
	return rego_want(c, i, REGO_IS(RV_TSTRING), "string");
}

bool
rego_want_number(struct rego_call *c, unsigned i)
{
	return rego_want(c, i, REGO_IS(RV_TNUMBER), "number");
}

bool
rego_want_array(struct rego_call *c, unsigned i)
{
	return rego_want(c, i, REGO_IS(RV_TARRAY), "array");
}

bool
rego_want_object(struct rego_call *c, unsigned i)
{
	return rego_want(c, i, REGO_IS(RV_TOBJECT), "object");
}

bool
rego_want_strings(struct rego_call *c, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (!rego_want_string(c, i))
			return false;
	return true;
}

bool
rego_want_integer(struct rego_call *c, unsigned i, int64_t *out)
{
	rv v = c->args[i];

	if (!rego_want_number(c, i))
		return false;
	if (!rv_is_integer(v)) {
		(void)rego_bad_operand(c, i,
		    "must be integer number but got floating-point number");
		return false;
	}
	if (!rv_to_int64(v, out))
		*out = rv_number_compare(v, rv_int(c->heap, 0)) < 0 ? INT64_MIN
								    : INT64_MAX;
	return true;
}

bool
rego_want_whole(struct rego_call *c, unsigned i, int64_t *out)
{
	rv v = c->args[i];

	if (!rego_is_go(c) && rv_type(v) == RV_TNUMBER && !rv_is_integer(v))
		return false;
	return rego_want_integer(c, i, out);
}

struct buf *
rego_text(struct rego_call *c)
{
	c->env->text.n = 0;
	return &c->env->text;
}

bool
rego_text_fits(struct rego_call *c, const struct buf *b)
{
	return rv_room(c->heap, b->n);
}

rv
rego_text_done(struct rego_call *c, const struct buf *b)
{
	return rego_string(c, buf_str(b));
}
