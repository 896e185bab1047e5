/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subset of Rego that every engine of the agents reads alike (rego 17.6):
 * what is not in it is named with its place.
 */
#include <string.h>

#include "grammar/rego_ast.h"
#include "runtime/base/banned.h"

struct finding {
	struct loc where;
	const char *why; /* NULL: nothing yet */
};

static void see_body(struct finding *f, const struct rego_body *b);

static void
found(struct finding *f, struct loc where, const char *why)
{
	if (f->why != NULL)
		return;
	f->where = where;
	f->why = why;
}

static bool
is_compr(const struct rego_term *t)
{
	return t->body != NULL;
}

/* Integers up to 2^53 are the same number everywhere. */
static bool
is_large(struct str s)
{
	uint64_t n;

	if (s.n > 0 && s.p[0] == '-')
		s = str_sub(s, 1, s.n);
	return !str_u64(s, (uint64_t)1 << 53, &n);
}

static void
see_term(struct finding *f, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_TEMPLATE)
		found(f, t->loc, "a template string");
	if (t->kind == REGO_NUMBER && is_large(t->text))
		found(f, t->loc, "a number that is no integer up to 2^53");
	if (t->kind == REGO_STRING && (t->flags & REGO_F_RAW) &&
	    str_chr(t->text, '\r', 0) != SIZE_MAX)
		found(f, t->loc, "a raw string with a carriage return");
	for (i = 0; i < t->nargs; i++) {
		if (is_compr(t) && is_compr(t->args[i]))
			found(f, t->args[i]->loc,
			    "a comprehension as the head of another");
		see_term(f, t->args[i]);
	}
	if (t->body != NULL)
		see_body(f, t->body);
}

static void
see_body(struct finding *f, const struct rego_body *b)
{
	const struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		if (l->nwith > 0)
			found(f, l->loc, "'with'");
		for (k = 0; k < l->nterms; k++)
			see_term(f, l->terms[k]);
		if (l->body != NULL)
			see_body(f, l->body);
	}
}

static void
see_rule(struct finding *f, const struct rego_rule *r)
{
	uint32_t i;

	if (r->kind == REGO_PARTIAL_OBJECT)
		found(f, r->head_loc, "a rule with a variable in its name");
	for (i = 0; i < r->nargs; i++)
		see_term(f, r->args[i]);
	for (; r != NULL; r = r->alt) {
		if (r->value != NULL && is_compr(r->value) && r->body != NULL)
			found(f, r->value->loc,
			    "a comprehension as the value of a rule with a "
			    "body");
		if (r->key != NULL)
			see_term(f, r->key);
		if (r->value != NULL)
			see_term(f, r->value);
		if (r->body != NULL)
			see_body(f, r->body);
	}
}

bool
rego_portable(const struct rego_module *m, struct loc *where, const char **why)
{
	struct finding f = {{NULL, 0, 0}, NULL};
	size_t i;

	for (i = 0; i < m->rules.n; i++)
		see_rule(&f, m->rules.p[i]);
	*where = f.where;
	*why = f.why;
	return f.why == NULL;
}
