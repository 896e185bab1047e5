/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a program can matter: rules that an entry reaches, literals that
 * can fail.  (What of the data can be read: live.c.)
 */
#include <string.h>

#include "compiler/policy/policy_int.h"
#include "runtime/agent/agent.h"
#include "runtime/base/banned.h"

struct rego_symbol *
symbol_get(struct arena *a, struct symbols *symbols, struct str name)
{
	struct rego_symbol *s = map_get(&symbols->by_name, name);

	if (s == NULL) {
		s = ARENA_NEW(a, struct rego_symbol);
		s->name = name;
		(void)map_set(a, &symbols->by_name, name, s);
	}
	return s;
}

struct symbols *
symbols_new(struct arena *a)
{
	struct symbols *s = ARENA_NEW(a, struct symbols);

	s->data = symbol_get(a, s, STR("data"));
	s->input = symbol_get(a, s, STR("input"));
	s->policy_data = symbol_get(a, s, STR("policy_data"));
	return s;
}

struct rego_symbol *
symbol_of(const struct rego_term *t)
{
	if (t->kind == REGO_REF)
		t = t->args[0];
	return t->kind == REGO_VAR ? t->symbol : NULL;
}

struct group *
symbol_group(const struct program *p, const struct rego_symbol *symbol)
{
	return symbol != NULL && symbol->owner == p ? symbol->group : NULL;
}

struct group *
program_group(const struct program *p, struct str name)
{
	return symbol_group(p, map_get(&p->symbols->by_name, name));
}

struct variable *
scope_find(const struct rego_scope *scope, const struct rego_symbol *symbol)
{
	struct variable *v;

	VEC_FOREACH(v, &scope->vars) {
		if (v->symbol == symbol)
			return v;
	}
	return NULL;
}

/* Variables learn their symbols, once for all programs. */

static void resolve_body(struct program *p, struct rego_body *b);

static void
resolve_term(struct program *p, struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR && t->symbol == NULL)
		t->symbol = symbol_get(p->arena, p->symbols, t->text);
	for (i = 0; i < t->nargs; i++)
		resolve_term(p, t->args[i]);
	if (t->body != NULL)
		resolve_body(p, t->body);
}

static void
resolve_body(struct program *p, struct rego_body *b)
{
	struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		for (k = 0; k < l->nterms; k++)
			resolve_term(p, l->terms[k]);
		if (l->body != NULL)
			resolve_body(p, l->body);
		for (k = 0; k < l->nwith; k++) {
			resolve_term(p, l->with[k].target);
			resolve_term(p, l->with[k].value);
		}
	}
}

static void
resolve_rule(struct program *p, struct rego_rule *r)
{
	uint32_t i;

	for (; r != NULL && !r->resolved; r = r->alt) {
		r->resolved = true;
		if (r->path != NULL)
			resolve_term(p, r->path);
		for (i = 0; i < r->nargs; i++)
			resolve_term(p, r->args[i]);
		if (r->key != NULL)
			resolve_term(p, r->key);
		if (r->value != NULL)
			resolve_term(p, r->value);
		if (r->body != NULL)
			resolve_body(p, r->body);
	}
}

static struct rego_rule *
copy_rule(struct arena *a, const struct rego_rule *r)
{
	struct rego_rule *copy = ARENA_NEW(a, struct rego_rule);

	*copy = *r;
	copy->alt = NULL;
	copy->bracket_key = false;
	return copy;
}

/*
 * Rules are shared between programs: what is changed is a copy.  Further
 * bodies become rules of their own, since older engines lose their value.
 */
static void
add_chain(struct program *p, struct group *g, const struct rego_rule *r)
{
	const struct rego_rule *head = r;
	struct rego_rule *last = NULL, *copy;

	for (; r != NULL; r = r->alt) {
		copy = copy_rule(p->arena, r->is_else ? r : head);
		copy->body = r->body;
		if (r->is_else && last != NULL)
			last->alt = copy;
		else
			VEC_PUSH(p->arena, &g->rules, copy);
		last = copy;
	}
}

/* Asked once, not for each program. */
static bool
is_entry(struct rego_symbol *s)
{
	if (!s->asked)
		s->entry = agent_request_known(s->name);
	s->asked = true;
	return s->entry;
}

struct group *
program_add(struct program *p, struct rego_rule *r)
{
	struct rego_symbol *symbol;
	struct group *g;

	resolve_rule(p, r);
	symbol = symbol_of(r->path);
	g = symbol_group(p, symbol);
	if (g == NULL) {
		g = ARENA_NEW(p->arena, struct group);
		g->name = symbol->name;
		g->entry = is_entry(symbol);
		symbol->owner = p;
		symbol->group = g;
		VEC_PUSH(p->arena, &p->groups, g);
	}
	add_chain(p, g, r);
	return g;
}

static void see_with(const struct rego_body *b, bool *found);

static void
see_with_term(const struct rego_term *t, bool *found)
{
	uint32_t i;

	for (i = 0; i < t->nargs; i++)
		see_with_term(t->args[i], found);
	if (t->body != NULL)
		see_with(t->body, found);
}

static void
see_with(const struct rego_body *b, bool *found)
{
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		*found |= b->p[i]->nwith > 0;
		for (k = 0; k < b->p[i]->nterms; k++)
			see_with_term(b->p[i]->terms[k], found);
		if (b->p[i]->body != NULL)
			see_with(b->p[i]->body, found);
	}
}

static bool
rule_has_with(const struct rego_rule *r)
{
	bool found = false;

	for (; r != NULL; r = r->alt) {
		if (r->key != NULL)
			see_with_term(r->key, &found);
		if (r->value != NULL)
			see_with_term(r->value, &found);
		if (r->body != NULL)
			see_with(r->body, &found);
	}
	return found;
}

bool
program_has_with(const struct program *p)
{
	struct group *const *g;
	struct rego_rule *const *r;

	VEC_FOREACH(g, &p->groups) {
		VEC_FOREACH(r, &(*g)->rules) {
			if (rule_has_with(*r))
				return true;
		}
	}
	return false;
}

void
walk_term(const struct rego_term *t, term_visitor *visit, void *ctx)
{
	/* The variable that a reference starts with is part of it. */
	uint32_t i = t->kind == REGO_REF && t->args[0]->kind == REGO_VAR;

	visit(ctx, t);
	for (; i < t->nargs; i++)
		walk_term(t->args[i], visit, ctx);
	if (t->body != NULL)
		walk_body(t->body, visit, ctx);
}

void
walk_body(const struct rego_body *b, term_visitor *visit, void *ctx)
{
	const struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		for (k = 0; k < l->nterms; k++)
			walk_term(l->terms[k], visit, ctx);
		if (l->body != NULL)
			walk_body(l->body, visit, ctx);
		for (k = 0; k < l->nwith; k++) {
			walk_term(l->with[k].target, visit, ctx);
			walk_term(l->with[k].value, visit, ctx);
		}
	}
}

void
walk_rule(const struct rego_rule *r, term_visitor *visit, void *ctx)
{
	uint32_t i;

	if (r->path->kind == REGO_REF) {
		for (i = 1; i < r->path->nargs; i++)
			walk_term(r->path->args[i], visit, ctx);
	}
	for (i = 0; i < r->nargs; i++)
		walk_term(r->args[i], visit, ctx);
	for (; r != NULL; r = r->alt) {
		if (r->key != NULL)
			walk_term(r->key, visit, ctx);
		if (r->value != NULL)
			walk_term(r->value, visit, ctx);
		if (r->body != NULL)
			walk_body(r->body, visit, ctx);
	}
}

/* "data.agent_policy.x" is x, if it starts with data. */
static struct str
package_member(const struct rego_term *t)
{
	if (t->kind != REGO_REF || t->nargs < 3 ||
	    t->args[1]->kind != REGO_STRING ||
	    !str_eq(t->args[1]->text, STR("agent_policy")) ||
	    t->args[2]->kind != REGO_STRING)
		return (struct str){NULL, 0};
	return t->args[2]->text;
}

struct group *
program_target(const struct program *p, const struct rego_term *t)
{
	struct rego_symbol *symbol = symbol_of(t);
	struct str name;

	if (symbol == p->symbols->data && symbol != NULL) {
		name = package_member(t);
		if (name.n > 0)
			return program_group(p, name);
	}
	return symbol_group(p, symbol);
}

struct reach {
	struct program *program;
	VEC(struct group *) todo;
};

static void
reach_group(struct reach *r, struct group *g)
{
	if (g == NULL || g->reached)
		return;
	g->reached = true;
	VEC_PUSH(r->program->arena, &r->todo, g);
}

/* Everything: a reference to data that could be any rule. */
static void
reach_all(struct reach *r)
{
	struct group **g;

	VEC_FOREACH(g, &r->program->groups)
		reach_group(r, *g);
}

static bool
is_whole_package(const struct program *p, const struct rego_term *t)
{
	if (symbol_of(t) != p->symbols->data)
		return false;
	if (t->kind == REGO_VAR || t->args[1]->kind != REGO_STRING)
		return true;
	return str_eq(t->args[1]->text, STR("agent_policy")) &&
	       package_member(t).n == 0;
}

static void
reach_term(void *ctx, const struct rego_term *t)
{
	struct reach *r = ctx;

	if (t->kind != REGO_VAR && t->kind != REGO_REF)
		return;
	if (is_whole_package(r->program, t)) {
		r->program->whole = true;
		reach_all(r);
	} else {
		reach_group(r, program_target(r->program, t));
	}
}

void
shake_reach(struct program *p)
{
	struct reach r = {.program = p};
	struct group **it, *g;
	size_t i;

	VEC_FOREACH(it, &p->groups) {
		(*it)->reached = false;
		if ((*it)->entry)
			reach_group(&r, *it);
	}
	while (r.todo.n > 0) {
		g = r.todo.p[--r.todo.n];
		for (i = 0; i < g->rules.n; i++)
			walk_rule(g->rules.p[i], reach_term, &r);
	}
}

/* "name := true", and nothing else of that name. */
static bool
is_always_true(const struct group *g)
{
	const struct rego_rule *r;

	if (g == NULL || g->rules.n != 1 || g->entry || g->local)
		return false;
	r = g->rules.p[0];
	return r->kind == REGO_COMPLETE && r->path->kind == REGO_VAR &&
	       r->body == NULL && r->alt == NULL && r->value != NULL &&
	       r->value->kind == REGO_BOOL && r->value->op == 1;
}

/* A comparison of two constants that are no numbers. */
static bool
is_constant_test(const struct rego_term *t)
{
	int i;

	if (t->kind != REGO_CALL || t->op != REGO_OP_EQ)
		return false;
	for (i = 0; i < 2; i++) {
		if (t->args[i]->kind != REGO_STRING &&
		    t->args[i]->kind != REGO_BOOL &&
		    t->args[i]->kind != REGO_NULL)
			return false;
	}
	return true;
}

/*
 * Does the body fail at once?  A later literal that fails is not enough: one
 * before it could abort the request.
 */
static bool
is_dead(const struct rego_rule *r)
{
	const struct rego_literal *l;
	const struct rego_term *t;

	if (r->body == NULL || r->alt != NULL)
		return false;
	l = r->body->p[0];
	t = l->terms[0];
	if (l->kind != REGO_EXPR || l->nwith > 0)
		return false;
	if (t->kind == REGO_BOOL)
		return t->op == 0;
	return is_constant_test(t) && !rego_term_equal(t->args[0], t->args[1]);
}

/* One rule stays, so that the name is known. */
void
shake_drop_dead(struct group *g)
{
	size_t i = 0;

	while (i < g->rules.n && g->rules.n > 1) {
		if (is_dead(g->rules.p[i]))
			VEC_REMOVE(&g->rules, i);
		else
			i++;
	}
}

static bool
is_idle(struct program *p, const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];

	if (l->kind != REGO_EXPR || l->nwith > 0)
		return false;
	if (t->kind == REGO_BOOL)
		return t->op == 1;
	if (is_constant_test(t))
		return rego_term_equal(t->args[0], t->args[1]);
	return t->kind == REGO_VAR &&
	       is_always_true(symbol_group(p, t->symbol));
}

/* A copy without the idle literals; one stays. */
static struct rego_body *
without_idle(struct program *p, struct rego_body *b)
{
	struct rego_body *copy;
	uint32_t i, idle = 0;

	for (i = 0; i < b->n; i++)
		idle += is_idle(p, b->p[i]);
	if (idle == 0 || b->n == 1)
		return b;
	copy = rego_new_body(p->arena, b->loc, b->p, b->n);
	copy->n = 0;
	for (i = 0; i < b->n; i++) {
		if (!is_idle(p, b->p[i]))
			copy->p[copy->n++] = b->p[i];
	}
	if (copy->n == 0)
		copy->p[copy->n++] = b->p[0];
	return copy;
}

void
shake_simplify(struct program *p)
{
	struct group **g;
	struct rego_rule *r;
	size_t i;

	VEC_FOREACH(g, &p->groups) {
		shake_drop_dead(*g);
		for (i = 0; i < (*g)->rules.n; i++) {
			for (r = (*g)->rules.p[i]; r != NULL; r = r->alt) {
				if (r->body != NULL)
					r->body = without_idle(p, r->body);
			}
		}
	}
}
