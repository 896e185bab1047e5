/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions for constant arguments (rego 17.2, pass 6): a parameter that all
 * calls give the same constant goes; a function of which some calls get a
 * version of their own, if that is shorter, has one for each constant.
 */
#include "compiler/policy/specialise.h"
#include "runtime/base/banned.h"

#define VARIANTS_MAX 32 /* of one function (rego 17.5) */

struct calls {
	struct spec *spec;
	struct group *group;
	uint32_t param;
	VEC(const struct jv *) values; /* different ones */
	size_t n, mentions, dynamic;
	/* rewriting: calls with `value` are calls of `to`, without it */
	const struct jv *value;
	const struct rego_symbol *to;
};

static bool
is_call_of(
    const struct rego_term *t, const struct group *g, const struct program *p)
{
	return t->kind == REGO_CALL && t->op == REGO_OP_NONE &&
	       t->args[0]->kind == REGO_VAR &&
	       symbol_group(p, t->args[0]->symbol) == g;
}

static void
see_call(void *ctx, const struct rego_term *t)
{
	struct calls *c = ctx;
	const struct jv *v;
	size_t i;

	if ((t->kind == REGO_VAR || t->kind == REGO_REF) &&
	    program_target(c->spec->program, t) == c->group)
		c->mentions++;
	if (!is_call_of(t, c->group, c->spec->program))
		return;
	c->n++;
	v = c->param + 1 < t->nargs ? spec_value(c->spec, t->args[c->param + 1])
				    : NULL;
	if (v == NULL) {
		c->dynamic++;
		return;
	}
	for (i = 0; i < c->values.n && !jv_equal(c->values.p[i], v);)
		i++;
	if (i == c->values.n)
		VEC_PUSH(c->spec->arena, &c->values, v);
}

static void
see_calls(struct calls *c)
{
	struct group *const *g;
	struct rego_rule *const *r;

	c->values.n = 0;
	c->n = c->mentions = c->dynamic = 0;
	VEC_FOREACH(g, &c->spec->program->groups) {
		if (!(*g)->reached)
			continue;
		VEC_FOREACH(r, &(*g)->rules)
			walk_rule(*r, see_call, c);
	}
}

static struct rego_term *
without(struct arena *a, const struct rego_term *call, uint32_t at,
    const struct rego_symbol *name)
{
	struct rego_term *copy =
	    rego_new_args(a, REGO_CALL, call->loc, call->args, call->nargs);
	uint32_t i;

	for (i = at; i + 1 < copy->nargs; i++)
		copy->args[i] = copy->args[i + 1];
	copy->nargs--;
	copy->args[0] = rego_new(a, REGO_VAR, call->args[0]->loc, name->name);
	copy->args[0]->symbol = (struct rego_symbol *)(uintptr_t)name;
	return copy;
}

/* Arguments may be calls of the same function. */
static struct rego_term *
replace_call(void *ctx, struct rego_term *t)
{
	struct calls *c = ctx;
	struct rewriting w = {c->spec->arena, replace_call, c, false};
	const struct jv *v;
	struct rego_term *copy;
	uint32_t i;

	if (!is_call_of(t, c->group, c->spec->program))
		return t;
	v = spec_value(c->spec, t->args[c->param + 1]);
	copy = v != NULL && jv_equal(v, c->value)
		   ? without(c->spec->arena, t, c->param + 1, c->to)
		   : rego_new_args(
			 c->spec->arena, REGO_CALL, t->loc, t->args, t->nargs);
	for (i = 1; i < copy->nargs; i++)
		copy->args[i] = rewrite_term(&w, copy->args[i]);
	return copy;
}

static void
replace_calls(struct calls *c)
{
	struct rewriting w = {c->spec->arena, replace_call, c, false};
	struct group **g;
	struct rego_rule **r;

	VEC_FOREACH(g, &c->spec->program->groups) {
		VEC_FOREACH(r, &(*g)->rules)
			rewrite_rule(&w, *r);
	}
}

/* The rule for one constant, or NULL. */
static struct rego_rule *
version(struct calls *c, const struct rego_rule *r, const struct jv *v)
{
	struct spec_constants known = {.spec = c->spec};
	struct rewriting w = {c->spec->arena, spec_replace, &known, false};
	struct spec_constant one = {r->args[c->param]->symbol, v};
	struct rego_rule *copy = rewrite_copy(c->spec->arena, r);
	uint32_t i;

	if (!str_eq(r->args[c->param]->text, STR("_")))
		VEC_PUSH(c->spec->arena, &known.list, one);
	rewrite_rule(&w, copy);
	for (i = c->param; i + 1 < copy->nargs; i++)
		copy->args[i] = copy->args[i + 1];
	copy->nargs--;
	copy->scope = NULL;
	return known.failed || w.stuck ? NULL : copy;
}

static bool
is_param(struct calls *c, const struct rego_rule *r)
{
	const struct rego_term *t;

	if (r->kind != REGO_FUNCTION || r->path->kind != REGO_VAR ||
	    r->is_default || c->param >= r->nargs || r->nargs < 2)
		return false;
	t = r->args[c->param];
	return t->kind == REGO_VAR &&
	       (str_eq(t->text, STR("_")) || spec_is_variable(c->spec, r, t));
}

/* All rules of the function for one constant; false: there are none. */
static bool
versions(struct calls *c, const struct jv *v, struct group *out)
{
	struct rego_rule *one;
	size_t i;

	out->rules.n = 0;
	for (i = 0; i < c->group->rules.n; i++) {
		one = version(c, c->group->rules.p[i], v);
		if (one == NULL)
			return false;
		VEC_PUSH(c->spec->arena, &out->rules, one);
	}
	return true;
}

/* All calls agree. */
static bool
drop_param(struct calls *c)
{
	struct group made = {0};
	struct rego_symbol *name = c->group->rules.p[0]->path->symbol;
	size_t i;

	if (c->dynamic > 0 || c->values.n != 1 ||
	    !versions(c, c->values.p[0], &made))
		return false;
	c->value = c->values.p[0];
	c->to = name;
	for (i = 0; i < made.rules.n; i++)
		c->group->rules.p[i] = made.rules.p[i];
	replace_calls(c);
	return true;
}

static size_t
size_of(const struct group *g)
{
	size_t i, n = 0;

	for (i = 0; i < g->rules.n; i++)
		n += spec_size(g->rules.p[i]);
	return n;
}

/* A version for each constant, in the place of a function of many. */
static bool
split_function(struct calls *c)
{
	struct arena *a = c->spec->arena;
	struct group *made = ARENA_ARRAY(a, struct group, c->values.n), *g;
	struct rego_term *path;
	size_t i, k, size = 0;

	if (c->values.n < 2 || c->values.n > VARIANTS_MAX || c->dynamic > 0)
		return false;
	for (i = 0; i < c->values.n; i++) {
		if (!versions(c, c->values.p[i], &made[i]))
			return false;
		shake_drop_dead(&made[i]);
		size += size_of(&made[i]);
	}
	if (size > size_of(c->group))
		return false;
	for (i = 0; i < c->values.n; i++) {
		path = rego_new(
		    a, REGO_VAR, loc_none, spec_name(c->spec, c->group->name));
		for (k = 0; k < made[i].rules.n; k++)
			made[i].rules.p[k]->path = path;
		for (k = 0; k < made[i].rules.n; k++) {
			made[i].rules.p[k]->resolved = false;
			g = program_add(c->spec->program, made[i].rules.p[k]);
			g->reached = true;
		}
		c->value = c->values.p[i];
		c->to = path->symbol;
		replace_calls(c);
	}
	c->group->reached = false;
	return true;
}

static bool
try_param(struct spec *s, struct group *g, uint32_t param)
{
	struct calls c = {.spec = s, .group = g, .param = param};
	size_t i;

	for (i = 0; i < g->rules.n; i++) {
		if (!is_param(&c, g->rules.p[i]))
			return false;
	}
	see_calls(&c);
	if (c.n == 0 || c.n != c.mentions)
		return false;
	return drop_param(&c) || split_function(&c);
}

void
funcspec(struct spec *s)
{
	struct group *g;
	uint32_t param;
	size_t i;

	/* versions are looked at as well, which have fewer parameters */
	for (i = 0; i < s->program->groups.n; i++) {
		g = s->program->groups.p[i];
		if (!g->reached || g->local || g->entry || g->rules.n == 0)
			continue;
		for (param = 0; param < g->rules.p[0]->nargs; param++) {
			if (!try_param(s, g, param))
				continue;
			name_locals(s->program);
			if (!g->reached)
				break;
			param = (uint32_t)-1;
		}
	}
}
