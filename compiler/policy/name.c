/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short names for a specialised text: rules that the agent does not ask get
 * A, B, … and what is left of a, b, …, local variables a, b, … in each rule.  Only variables that are
 * declared (parameters, :=, some, every) are renamed; a name that stays is
 * given to nobody else.
 */
#include <stdlib.h>

#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

#define LETTERS 26

struct naming {
	struct program *program;
	VEC(struct str) free; /* names for variables, as far as needed */
	size_t tried;         /* candidates for them */
	struct rego_scope *scope;
};

static const struct str unnamed = STR_INIT("");

static void
declare_variable(struct naming *n, const struct rego_symbol *symbol)
{
	struct group *g = symbol_group(n->program, symbol);
	struct variable v = {.symbol = symbol, .declared = true, .times = 1};
	struct variable *have = scope_find(n->scope, symbol);

	if (have != NULL) {
		have->times++;
		return;
	}
	VEC_PUSH(n->program->arena, &n->scope->vars, v);
	if (g != NULL)
		g->local = true;
}

static void
declare(struct naming *n, const struct rego_term *pattern)
{
	uint32_t i;

	switch ((enum rego_kind)pattern->kind) {
	case REGO_VAR:
		if (!str_eq(pattern->text, STR("_")))
			declare_variable(n, pattern->symbol);
		return;
	case REGO_ARRAY:
		for (i = 0; i < pattern->nargs; i++)
			declare(n, pattern->args[i]);
		return;
	case REGO_OBJECT:
		for (i = 1; i < pattern->nargs; i += 2)
			declare(n, pattern->args[i]);
		return;
	case REGO_NULL:
	case REGO_BOOL:
	case REGO_NUMBER:
	case REGO_STRING:
	case REGO_REF:
	case REGO_CALL:
	case REGO_SET:
	case REGO_ARRAY_COMPR:
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
	case REGO_TEMPLATE:
		return;
	}
}

static void declare_body(struct naming *n, const struct rego_body *b);

static void
declare_term(struct naming *n, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_CALL && t->op == REGO_OP_ASSIGN)
		declare(n, t->args[0]);
	for (i = 0; i < t->nargs; i++)
		declare_term(n, t->args[i]);
	if (t->body != NULL)
		declare_body(n, t->body);
}

static void
declare_body(struct naming *n, const struct rego_body *b)
{
	const struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		for (k = 0; k < l->nterms; k++) {
			if (l->kind == REGO_SOME ||
			    ((l->kind == REGO_SOME_IN ||
				 l->kind == REGO_EVERY) &&
				k + 1 < l->nterms))
				declare(n, l->terms[k]);
			declare_term(n, l->terms[k]);
		}
		if (l->body != NULL)
			declare_body(n, l->body);
	}
}

static void
declare_rule(struct naming *n, const struct rego_rule *r)
{
	uint32_t i;

	for (i = 0; i < r->nargs; i++)
		declare(n, r->args[i]);
	for (; r != NULL; r = r->alt) {
		if (r->key != NULL)
			declare_term(n, r->key);
		if (r->value != NULL)
			declare_term(n, r->value);
		if (r->body != NULL)
			declare_body(n, r->body);
	}
}

void
name_locals(struct program *p)
{
	struct naming n = {.program = p};
	struct group **g;
	struct rego_rule *r;
	size_t i;

	VEC_FOREACH(g, &p->groups) {
		for (i = 0; i < (*g)->rules.n; i++) {
			r = (*g)->rules.p[i];
			if (r->scope != NULL)
				continue;
			n.scope = r->scope =
			    ARENA_NEW(p->arena, struct rego_scope);
			declare_rule(&n, r);
		}
	}
}

/* "a" to "z", "aa" …; upper case for rules. */
static struct str
candidate(struct arena *a, size_t i, char first)
{
	char s[8];
	size_t n = sizeof(s);

	for (;;) {
		s[--n] = (char)(first + i % 26);
		if (i < 26 || n == 0)
			break;
		i = i / 26 - 1;
	}
	return arena_str(a, (struct str){s + n, sizeof(s) - n});
}

static bool
is_taken(const struct naming *n, struct str s)
{
	const struct rego_symbol *symbol =
	    map_get(&n->program->symbols->by_name, s);

	return rego_is_keyword(s) ||
	       (symbol != NULL && symbol->kept == n->program);
}

/* The name of the i-th variable of a rule. */
static struct str
local_name(struct naming *n, size_t i)
{
	struct str s;

	while (n->free.n <= i) {
		s = candidate(n->program->arena, n->tried++, 'a');
		if (!is_taken(n, s))
			VEC_PUSH(n->program->arena, &n->free, s);
	}
	return n->free.p[i];
}

/* A to Z, what no local variable is called, AA and so on. */
static struct str
rule_name(struct naming *n, size_t *i)
{
	size_t spare = n->tried < LETTERS ? LETTERS - n->tried : 0, k;
	struct str s;

	do {
		k = (*i)++;
		if (k >= LETTERS + spare)
			s = candidate(n->program->arena, k - spare, 'A');
		else if (k >= LETTERS)
			s = candidate(
			    n->program->arena, n->tried + k - LETTERS, 'a');
		else
			s = candidate(n->program->arena, k, 'A');
	} while (is_taken(n, s));
	return s;
}

static bool
is_renamed_rule(const struct group *g)
{
	return g != NULL && g->reached && !g->entry && !g->local;
}

/* What is called must be known by its name: built-ins. */
static void
see_call(struct naming *n, const struct rego_term *t)
{
	struct rego_symbol *symbol = symbol_of(t->args[0]);

	if (symbol == NULL || is_renamed_rule(symbol_group(n->program, symbol)))
		return;
	symbol->called = symbol->kept = n->program;
}

static void
see_name(void *ctx, const struct rego_term *t)
{
	struct naming *n = ctx;
	struct rego_symbol *symbol;
	struct variable *var;
	struct group *g;

	if (t->kind == REGO_CALL && t->op == REGO_OP_NONE)
		see_call(n, t);
	if (t->kind != REGO_VAR && t->kind != REGO_REF)
		return;
	if ((symbol = symbol_of(t)) == NULL)
		return;
	if ((g = symbol_group(n->program, symbol)) != NULL)
		g->uses++;
	if (is_renamed_rule(g) || symbol->kept == n->program)
		return;
	var = scope_find(n->scope, symbol);
	if (var == NULL || !var->declared)
		symbol->kept = n->program;
}

static void
walk_all(struct naming *n)
{
	struct group **g;
	size_t i;

	VEC_FOREACH(g, &n->program->groups) {
		for (i = 0; (*g)->reached && i < (*g)->rules.n; i++) {
			n->scope = (*g)->rules.p[i]->scope;
			walk_rule((*g)->rules.p[i], see_name, n);
		}
	}
}

static void
rename_locals(struct naming *n, struct rego_rule *r)
{
	struct variable *v;
	size_t next = 0;

	VEC_FOREACH(v, &r->scope->vars) {
		if (v->declared && v->symbol->called != n->program)
			v->to = local_name(n, next++);
	}
}

static int
by_uses(const void *a, const void *b)
{
	const struct group *const *x = a, *const *y = b;

	if ((*x)->uses != (*y)->uses)
		return (*x)->uses > (*y)->uses ? -1 : 1;
	return str_cmp((*x)->name, (*y)->name);
}

/* What is used most gets the shortest names. */
static void
rename_rules(struct naming *n)
{
	struct group **list = ARENA_ARRAY(
	    n->program->arena, struct group *, n->program->groups.n);
	struct group **g;
	size_t i, count = 0, next = 0;

	VEC_FOREACH(g, &n->program->groups) {
		if (is_renamed_rule(*g))
			list[count++] = *g;
	}
	qsort(list, count, sizeof(*list), by_uses);
	for (i = 0; i < count; i++)
		list[i]->short_name = rule_name(n, &next);
}

void
name_shorten(struct program *p)
{
	struct naming n = {.program = p};
	struct group **g;
	size_t i;

	walk_all(&n);
	VEC_FOREACH(g, &p->groups) {
		for (i = 0; (*g)->reached && i < (*g)->rules.n; i++)
			rename_locals(&n, (*g)->rules.p[i]);
	}
	rename_rules(&n);
}

struct str
name_find(const struct program *p, const struct rego_rule *r,
    const struct rego_symbol *symbol)
{
	const struct variable *v =
	    r->scope == NULL ? NULL : scope_find(r->scope, symbol);
	const struct group *g;

	if (v != NULL && v->declared)
		return v->to;
	g = symbol_group(p, symbol);
	return g == NULL ? unnamed : g->short_name;
}
