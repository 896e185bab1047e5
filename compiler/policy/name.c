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
	struct map kept;   /* names that stay */
	struct map called; /* built-ins */
	size_t locals;     /* the most that one rule has */
	struct rego_scope *scope;
};

static const struct str unnamed = STR_INIT("");

static void
declare(struct naming *n, const struct rego_term *pattern)
{
	uint32_t i;

	switch ((enum rego_kind)pattern->kind) {
	case REGO_VAR:
		if (str_eq(pattern->text, STR("_")) ||
		    map_get(&n->scope->declared, pattern->text) != NULL)
			return;
		(void)map_set(n->program->arena, &n->scope->declared,
		    pattern->text, ARENA_NEW(n->program->arena, struct str));
		VEC_PUSH(n->program->arena, &n->scope->order, pattern->text);
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

static void
find_locals(struct naming *n)
{
	struct group **g, *other;
	struct rego_rule *r;
	size_t i, k;

	VEC_FOREACH(g, &n->program->groups) {
		for (i = 0; i < (*g)->rules.n; i++) {
			r = (*g)->rules.p[i];
			r->scope =
			    ARENA_NEW(n->program->arena, struct rego_scope);
			n->scope = r->scope;
			declare_rule(n, r);
			for (k = 0; k < r->scope->order.n; k++) {
				other = program_group(
				    n->program, r->scope->order.p[k]);
				if (other != NULL)
					other->local = true;
			}
		}
	}
}

void
name_locals(struct program *p)
{
	struct naming n = {.program = p};

	find_locals(&n);
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

static struct str
next_free(struct naming *n, size_t *i)
{
	struct str s;

	do
		s = candidate(n->program->arena, (*i)++, 'a');
	while (rego_is_keyword(s) || map_get(&n->kept, s) != NULL);
	return s;
}

/* A to Z, what no local variable is called, AA and so on. */
static struct str
rule_name(struct naming *n, size_t *i)
{
	size_t spare = n->locals < LETTERS ? LETTERS - n->locals : 0, k;
	struct str s;

	do {
		k = (*i)++;
		if (k >= LETTERS + spare)
			s = candidate(n->program->arena, k - spare, 'A');
		else if (k >= LETTERS)
			s = candidate(
			    n->program->arena, n->locals + k - LETTERS, 'a');
		else
			s = candidate(n->program->arena, k, 'A');
	} while (rego_is_keyword(s) || map_get(&n->kept, s) != NULL);
	return s;
}

static bool
is_renamed_rule(const struct group *g)
{
	return g != NULL && g->reached && !g->entry && !g->local;
}

static void
see_call(void *ctx, const struct rego_term *t)
{
	struct naming *n = ctx;
	struct str name;

	if (t->kind != REGO_CALL || t->op != REGO_OP_NONE)
		return;
	name = rego_head_name(t->args[0]);
	if (!is_renamed_rule(program_group(n->program, name)))
		(void)map_set(n->program->arena, &n->called, name, n);
}

static void
see_kept(void *ctx, const struct rego_term *t)
{
	struct naming *n = ctx;
	struct str name = rego_head_name(t);

	if (name.n == 0 ||
	    (map_get(&n->scope->declared, name) != NULL &&
		map_get(&n->called, name) == NULL) ||
	    is_renamed_rule(program_group(n->program, name)))
		return;
	(void)map_set(n->program->arena, &n->kept, name, n);
}

static void
walk_all(struct naming *n, term_visitor *visit)
{
	struct group **g;
	size_t i;

	VEC_FOREACH(g, &n->program->groups) {
		for (i = 0; (*g)->reached && i < (*g)->rules.n; i++) {
			n->scope = (*g)->rules.p[i]->scope;
			walk_rule((*g)->rules.p[i], visit, n);
		}
	}
}

static void
rename_locals(struct naming *n, struct rego_rule *r)
{
	struct str name, *to;
	size_t i, next = 0;

	for (i = 0; i < r->scope->order.n; i++) {
		name = r->scope->order.p[i];
		to = map_get(&r->scope->declared, name);
		*to = unnamed;
		if (map_get(&n->called, name) == NULL)
			*to = next_free(n, &next);
	}
	if (next > n->locals)
		n->locals = next;
}

static void
see_use(void *ctx, const struct rego_term *t)
{
	struct naming *n = ctx;
	struct group *g;

	if (t->kind != REGO_VAR && t->kind != REGO_REF)
		return;
	g = program_group(n->program, rego_head_name(t));
	if (g != NULL)
		g->uses++;
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

	walk_all(n, see_use);
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

	find_locals(&n);
	walk_all(&n, see_call);
	walk_all(&n, see_kept);
	VEC_FOREACH(g, &p->groups) {
		for (i = 0; (*g)->reached && i < (*g)->rules.n; i++)
			rename_locals(&n, (*g)->rules.p[i]);
	}
	rename_rules(&n);
}

struct str
name_find(const struct program *p, const struct rego_rule *r, struct str name)
{
	const struct str *to = NULL;
	const struct group *g;

	if (r->scope != NULL)
		to = map_get(&r->scope->declared, name);
	if (to != NULL)
		return *to;
	g = map_get(&p->by_name, name);
	return g == NULL ? unnamed : g->short_name;
}
