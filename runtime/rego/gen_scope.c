/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of a body: which there are, and what may be evaluated yet. */
#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

bool
gen_is_wildcard(const struct rego_term *t)
{
	return t->kind == REGO_VAR && str_eqz(t->text, "_");
}

static struct gen_var *
find_in(struct gen_scope *s, struct str name)
{
	struct gen_var *v;

	VEC_FOREACH(v, &s->vars) {
		if (str_eq(v->name, name))
			return v;
	}
	return NULL;
}

struct gen_var *
gen_find(struct gen *g, struct str name)
{
	struct gen_scope *s;
	struct gen_var *v;

	for (s = g->scope; s != NULL; s = s->up) {
		v = find_in(s, name);
		if (v != NULL && !v->hidden)
			return v;
	}
	return NULL;
}

struct gen_var *
gen_declare(struct gen *g, struct str name)
{
	struct gen_var *known = find_in(g->scope, name);
	struct gen_var v = {.name = name, .declared = true};

	if (known != NULL) {
		known->declared = true;
		return known;
	}
	v.reg = gen_reg(g);
	VEC_PUSH(g->arena, &g->scope->vars, v);
	return &g->scope->vars.p[g->scope->vars.n - 1];
}

void
gen_declare_pattern(struct gen *g, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR && !gen_is_wildcard(t))
		(void)gen_declare(g, t->text);
	if (t->kind != REGO_ARRAY && t->kind != REGO_OBJECT)
		return;
	for (i = 0; i < t->nargs; i++)
		gen_declare_pattern(g, t->args[i]);
}

static void
declare_literal(struct gen *g, const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];
	uint32_t i;

	if (l->kind == REGO_SOME || l->kind == REGO_SOME_IN) {
		for (i = 0; i + (l->kind == REGO_SOME_IN) < l->nterms; i++)
			gen_declare_pattern(g, l->terms[i]);
	} else if (l->kind == REGO_EXPR && t->kind == REGO_CALL &&
		   t->op == REGO_OP_ASSIGN) {
		gen_declare_pattern(g, t->args[0]);
	}
}

/* What occurs and is nobody else's belongs to this body. */
static void
occurs(struct gen *g, const struct rego_term *t)
{
	uint32_t i = t->kind == REGO_CALL && t->op == REGO_OP_NONE;

	if (t->body != NULL || rego_is_ground(t))
		return;
	if (t->kind == REGO_VAR && !gen_is_wildcard(t) &&
	    gen_find(g, t->text) == NULL && !gen_is_global(g, t->text))
		gen_declare(g, t->text)->declared = false;
	for (; i < t->nargs; i++)
		occurs(g, t->args[i]);
}

static void
literal_occurs(struct gen *g, const struct rego_literal *l)
{
	uint32_t i = l->kind == REGO_EVERY ? l->nterms - 1 : 0;

	for (; i < l->nterms && l->kind != REGO_SOME; i++)
		occurs(g, l->terms[i]);
	for (i = 0; i < l->nwith; i++) {
		if (!gen_names_function(g, l->with[i].value))
			occurs(g, l->with[i].value);
	}
}

void
gen_open(struct gen *g, struct gen_scope *s, const struct rego_body *b,
    struct rego_term *const *terms, size_t n)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	s->up = g->scope;
	g->scope = s;
	for (i = 0; b != NULL && i < b->n; i++)
		declare_literal(g, b->p[i]);
	for (i = 0; b != NULL && i < b->n; i++)
		literal_occurs(g, b->p[i]);
	for (i = 0; i < n; i++) {
		if (terms[i] != NULL)
			occurs(g, terms[i]);
	}
}

void
gen_close(struct gen *g)
{
	g->scope = g->scope->up;
}

/* Variables among the operands of a reference may be bound by it. */
static bool
ready_operand(struct gen *g, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR)
		return true;
	if (t->kind != REGO_ARRAY && t->kind != REGO_OBJECT)
		return gen_ready(g, t);
	for (i = 0; i < t->nargs; i++) {
		if (!ready_operand(g, t->args[i]))
			return false;
	}
	return true;
}

static bool
ready_var(struct gen *g, const struct rego_term *t)
{
	const struct gen_var *v = gen_find(g, t->text);

	return v != NULL ? v->bound : gen_is_global(g, t->text);
}

static bool ready_body(struct gen *g, const struct rego_body *b);

/* Of a variable outside that a closure uses. */
static bool
ready_inside(struct gen *g, const struct rego_term *t)
{
	const struct gen_var *v;
	uint32_t i = t->kind == REGO_CALL && t->op == REGO_OP_NONE;

	if (t->kind == REGO_VAR) {
		v = gen_find(g, t->text);
		return v == NULL || v->bound;
	}
	for (; i < t->nargs; i++) {
		if (!ready_inside(g, t->args[i]))
			return false;
	}
	return t->body == NULL || ready_body(g, t->body);
}

static bool
ready_body(struct gen *g, const struct rego_body *b)
{
	struct gen_scope own = {.up = g->scope};
	uint32_t i, k;
	bool ok = true;

	g->scope = &own;
	for (i = 0; i < b->n; i++)
		declare_literal(g, b->p[i]);
	/* Its own names are no reason to wait. */
	for (i = 0; i < own.vars.n; i++)
		own.vars.p[i].bound = true;
	for (i = 0; ok && i < b->n; i++) {
		for (k = 0; ok && k < b->p[i]->nterms; k++)
			ok = ready_inside(g, b->p[i]->terms[k]);
	}
	g->scope = own.up;
	return ok;
}

bool
gen_ready(struct gen *g, const struct rego_term *t)
{
	uint32_t i = t->kind == REGO_CALL && t->op == REGO_OP_NONE;

	if (rego_is_ground(t))
		return true;
	if (t->kind == REGO_VAR)
		return ready_var(g, t);
	if (t->body != NULL)
		return ready_body(g, t->body);
	if (t->kind == REGO_REF) {
		if (!gen_ready(g, t->args[0]))
			return false;
		for (i = 1; i < t->nargs; i++) {
			if (!ready_operand(g, t->args[i]))
				return false;
		}
		return true;
	}
	for (; i < t->nargs; i++) {
		if (!gen_ready(g, t->args[i]))
			return false;
	}
	return true;
}

static bool mentions_body(struct gen *g, const struct rego_body *b);

/* A variable of the innermost scope. */
static bool
mentions(struct gen *g, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR && find_in(g->scope, t->text) != NULL)
		return true;
	for (i = 0; i < t->nargs; i++) {
		if (mentions(g, t->args[i]))
			return true;
	}
	return t->body != NULL && mentions_body(g, t->body);
}

static bool
mentions_body(struct gen *g, const struct rego_body *b)
{
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		for (k = 0; k < b->p[i]->nterms; k++) {
			if (mentions(g, b->p[i]->terms[k]))
				return true;
		}
		if (b->p[i]->body != NULL && mentions_body(g, b->p[i]->body))
			return true;
	}
	return false;
}

bool
gen_nests(struct gen *g, const struct rego_term *t, bool uses)
{
	const struct rego_term *part;
	uint32_t i;

	for (i = 0; i < t->nargs; i++) {
		part = t->args[i];
		if (part->body != NULL && (!uses || mentions(g, part)))
			return true;
		if (part->body == NULL && gen_nests(g, part, uses))
			return true;
	}
	return false;
}
