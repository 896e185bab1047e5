/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Imports and variables of a module that nothing reads.  A name counts as
 * read where it stands below its declaration, whatever hides it there, so a
 * name that is used is never reported.
 */
#include <string.h>

#include "compiler/cmd/rego.h"
#include "runtime/base/banned.h"

struct look {
	struct run *run;
	struct str name;
	bool found;
};

static void in_body(struct look *k, const struct rego_body *b);

static void
in_term(struct look *k, const struct rego_term *t)
{
	uint32_t i;

	if (t == NULL || k->found)
		return;
	if (t->kind == REGO_VAR && str_eq(t->text, k->name))
		k->found = true;
	for (i = 0; i < t->nargs; i++)
		in_term(k, t->args[i]);
	in_body(k, t->body);
}

static bool
is_assign(const struct rego_literal *l)
{
	return l->kind == REGO_EXPR && l->terms[0]->kind == REGO_CALL &&
	       l->terms[0]->op == REGO_OP_ASSIGN;
}

/* The first term that is read; those before it are declared. */
static uint32_t
first_read(const struct rego_literal *l)
{
	if (l->kind == REGO_SOME)
		return l->nterms;
	if (l->kind == REGO_SOME_IN || l->kind == REGO_EVERY)
		return l->nterms - 1;
	return 0;
}

static void
in_literal(struct look *k, const struct rego_literal *l)
{
	uint32_t i;

	if (is_assign(l))
		in_term(k, l->terms[0]->args[1]);
	else
		for (i = first_read(l); i < l->nterms; i++)
			in_term(k, l->terms[i]);
	in_body(k, l->body);
	for (i = 0; i < l->nwith; i++) {
		in_term(k, l->with[i].target);
		in_term(k, l->with[i].value);
	}
}

static void
in_body(struct look *k, const struct rego_body *b)
{
	uint32_t i;

	for (i = 0; b != NULL && i < b->n && !k->found; i++)
		in_literal(k, b->p[i]);
}

static void
in_rule(struct look *k, const struct rego_rule *r)
{
	uint32_t i;

	for (; r != NULL && !k->found; r = r->alt) {
		in_term(k, r->path);
		for (i = 0; i < r->nargs; i++)
			in_term(k, r->args[i]);
		in_term(k, r->key);
		in_term(k, r->value);
		in_body(k, r->body);
	}
}

static void
report(struct look *k, struct loc loc, const char *what, bool strict)
{
	struct diags *d = &k->run->diags;
	struct diag *g =
	    diag_report(d, REGO_UNUSED, loc, what, STR_ARG(k->name));

	if (strict)
		diag_harden(d, g);
}

/* Declarations: what is around the body may read them too. */

struct around {
	struct run *run;
	bool opa;
	const struct rego_rule *rule;  /* its head, or */
	const struct rego_term *compr; /* a comprehension, or neither */
};

static void unused_in(const struct around *a, const struct rego_body *b);

static void
declared(const struct around *a, const struct rego_body *b,
    const struct rego_term *t, bool some)
{
	struct look k = {a->run, t->text, false};
	uint32_t i;

	if (t->kind != REGO_VAR || str_eqz(t->text, "_"))
		return;
	in_body(&k, b);
	if (a->rule != NULL) {
		for (i = 0; i < a->rule->nargs; i++)
			in_term(&k, a->rule->args[i]);
		in_term(&k, a->rule->path);
		in_term(&k, a->rule->key);
		in_term(&k, a->rule->value);
	}
	for (i = 0; a->compr != NULL && i < a->compr->nargs; i++)
		in_term(&k, a->compr->args[i]);
	if (!k.found)
		report(&k, t->loc, "variable",
		    opt_on(a->run, OPT_REGO_STRICT) || (some && a->opa));
}

/* Bodies inside of a term. */
static void
unused_below(const struct around *a, const struct rego_term *t)
{
	struct around inner = {.run = a->run, .opa = a->opa, .compr = t};
	uint32_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->nargs; i++)
		unused_below(a, t->args[i]);
	if (t->body != NULL)
		unused_in(&inner, t->body);
}

static void
unused_every(const struct around *a, const struct rego_literal *l)
{
	struct around inner = {.run = a->run, .opa = a->opa};
	uint32_t i;

	for (i = 0; i + 1 < l->nterms; i++)
		declared(&inner, l->body, l->terms[i], true);
	unused_in(&inner, l->body);
}

static void
unused_in(const struct around *a, const struct rego_body *b)
{
	uint32_t i, j;

	for (i = 0; i < b->n; i++) {
		const struct rego_literal *l = b->p[i];

		for (j = 0; l->kind == REGO_SOME && j < l->nterms; j++)
			declared(a, b, l->terms[j], true);
		if (is_assign(l))
			declared(a, b, l->terms[0]->args[0], false);
		for (j = 0; j < l->nterms; j++)
			unused_below(a, l->terms[j]);
		if (l->kind == REGO_EVERY)
			unused_every(a, l);
	}
}

static void
unused_rule(struct around *a, const struct rego_rule *r)
{
	for (; r != NULL; r = r->alt) {
		a->rule = r;
		unused_below(a, r->key);
		unused_below(a, r->value);
		if (r->body != NULL)
			unused_in(a, r->body);
	}
}

static void
unused_import(
    struct run *r, const struct rego_module *m, const struct rego_import *i)
{
	const struct rego_term *p = i->path;
	struct str head = rego_head_name(p);
	struct look k = {r, i->alias, false};
	struct rego_rule *const *rule;

	if (str_eqz(head, "future") || str_eqz(head, "rego"))
		return;
	if (k.name.n == 0)
		k.name = p->nargs == 0 ? p->text : p->args[p->nargs - 1]->text;
	VEC_FOREACH(rule, &m->rules)
		in_rule(&k, *rule);
	if (!k.found)
		report(&k, i->loc, "import", opt_on(r, OPT_REGO_STRICT));
}

void
rego_unused(struct run *r, const struct rego_module *m, bool opa)
{
	struct around a = {.run = r, .opa = opa};
	const struct rego_import *i;
	struct rego_rule *const *rule;

	VEC_FOREACH(i, &m->imports)
		unused_import(r, m, i);
	VEC_FOREACH(rule, &m->rules)
		unused_rule(&a, *rule);
}
