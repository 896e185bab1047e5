/* SPDX-License-Identifier: Apache-2.0 */
/* Which terms are places in the request, and terms for them. */
#include "compiler/policy/denial_int.h"
#include "runtime/base/banned.h"

struct rego_term *
mark_named(struct marking *m, struct str name)
{
	struct rego_term *t = rego_new(m->arena, REGO_VAR, loc_none, name);

	t->symbol = symbol_get(m->arena, m->program->symbols, name);
	return t;
}

struct rego_term *
mark_variable(struct marking *m, const char *name)
{
	return mark_named(m, str_from(name));
}

struct rego_term *
mark_string(struct marking *m, struct str s)
{
	return rego_new(m->arena, REGO_STRING, loc_none, s);
}

struct rego_term *
mark_call(struct marking *m, const char *name, struct rego_term *const *args,
    size_t n)
{
	struct rego_term *list[5];
	size_t i;

	list[0] = mark_variable(m, name);
	for (i = 0; i < n; i++)
		list[i + 1] = args[i];
	return rego_new_args(m->arena, REGO_CALL, loc_none, list, n + 1);
}

/* Places */

static const struct rego_rule *
alias_rule(const struct group *g)
{
	const struct rego_rule *r;

	if (g == NULL || g->rules.n != 1 || g->local || g->entry)
		return NULL;
	r = g->rules.p[0];
	return r->kind == REGO_COMPLETE && r->path->kind == REGO_VAR &&
		       r->body == NULL && r->alt == NULL && r->value != NULL
		   ? r
		   : NULL;
}

static const struct place_in *
known_place(const struct marking *m, const struct rego_symbol *symbol)
{
	size_t i;

	for (i = m->aliases.n; i > 0; i--) {
		if (m->aliases.p[i - 1].symbol == symbol)
			return &m->aliases.p[i - 1].at;
	}
	return NULL;
}

static bool
place_of_name(
    struct marking *m, const struct rego_symbol *symbol, struct place_in *out)
{
	const struct place_in *known = known_place(m, symbol);
	const struct rego_rule *r;
	bool found = false;

	if (symbol == m->program->symbols->input) {
		out->whole = true;
		return true;
	}
	if (known != NULL) {
		out->base = known->base;
		out->whole = known->whole;
		for (size_t i = 0; i < known->steps.n; i++)
			VEC_PUSH(m->arena, &out->steps, known->steps.p[i]);
		return true;
	}
	r = alias_rule(symbol_group(m->program, symbol));
	if (r != NULL && m->depth < 8) {
		m->depth++;
		found = mark_place_of(m, r->value, out);
		m->depth--;
	}
	return found;
}

bool
mark_place_of(
    struct marking *m, const struct rego_term *t, struct place_in *out)
{
	uint32_t i;

	/* {x | some x in input.a}: what is there, in any order */
	if (t->kind == REGO_SET_COMPR && t->body->n == 1 &&
	    t->body->p[0]->kind == REGO_SOME_IN && t->body->p[0]->nterms == 2 &&
	    rego_term_equal(t->body->p[0]->terms[0], t->args[0]))
		return mark_place_of(m, t->body->p[0]->terms[1], out);
	if (t->kind == REGO_VAR)
		return place_of_name(m, t->symbol, out);
	if (t->kind != REGO_REF || t->args[0]->kind != REGO_VAR ||
	    !place_of_name(m, t->args[0]->symbol, out))
		return false;
	for (i = 1; i < t->nargs && out->whole; i++) {
		if (t->args[i]->kind == REGO_STRING ||
		    t->args[i]->kind == REGO_NUMBER)
			VEC_PUSH(m->arena, &out->steps, t->args[i]);
		else
			out->whole = false;
	}
	return true;
}

/* "/a/b", escaped as a JSON pointer is. */
static void
put_pointer(struct buf *b, const struct place_in *at)
{
	struct str s;
	size_t i, k;

	for (i = 0; i < at->steps.n; i++) {
		s = at->steps.p[i]->text;
		buf_putc(b, '/');
		for (k = 0; k < s.n; k++) {
			if (s.p[k] == '/' || s.p[k] == '~')
				buf_puts(b, s.p[k] == '/' ? "~1" : "~0");
			else
				buf_putc(b, s.p[k]);
		}
	}
}

static struct rego_term *
call_with_list(struct marking *m, const char *name, struct str first,
    struct rego_term *const *list, size_t n)
{
	struct rego_term *args[2];

	args[0] = mark_string(m, first);
	args[1] = rego_new_args(m->arena, REGO_ARRAY, loc_none, list, n);
	return mark_call(m, name, args, 2);
}

struct rego_term *
mark_place_term(
    struct marking *m, const struct place_in *at, struct rego_term *more)
{
	struct buf b = {0};
	struct rego_term *list[2], *t;
	size_t n = 0;

	if (at->base != NULL && more != NULL)
		buf_puts(&b, "%v");
	if (at->base != NULL)
		list[n++] = at->base;
	put_pointer(&b, at);
	if (more != NULL) {
		buf_puts(&b, "/%v");
		list[n++] = more;
		t = call_with_list(
		    m, "sprintf", arena_str(m->arena, buf_str(&b)), list, n);
	} else {
		t = mark_string(m, arena_str(m->arena, buf_str(&b)));
		list[1] = t;
		if (at->base != NULL)
			t = call_with_list(m, "concat", STR(""), list, 2);
	}
	buf_free(&b);
	return t;
}

static void
set_alias(struct marking *m, const struct rego_term *var,
    const struct rego_term *value, bool whole)
{
	struct alias alias = {.symbol = var->symbol};

	if (var->kind != REGO_VAR || !mark_place_of(m, value, &alias.at))
		return;
	alias.at.whole &= whole;
	VEC_PUSH(m->arena, &m->aliases, alias);
}

void
mark_find_aliases(struct marking *m, const struct rego_body *b)
{
	const struct rego_literal *l;
	const struct rego_term *t;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		t = l->terms[0];
		if (l->kind == REGO_EXPR && t->kind == REGO_CALL &&
		    t->op == REGO_OP_ASSIGN)
			set_alias(m, t->args[0], t->args[1], true);
		if (l->kind == REGO_SOME_IN || l->kind == REGO_EVERY)
			set_alias(m, l->terms[l->nterms - 2],
			    l->terms[l->nterms - 1], false);
	}
}

void
mark_see_place(void *ctx, const struct rego_term *t)
{
	struct common *c = ctx;
	struct place_in at = {0};
	size_t i = 0;

	if (!mark_place_of(c->m, t, &at))
		return;
	if (!c->some) {
		c->at = at;
		c->some = true;
		return;
	}
	if (c->at.base != at.base)
		c->at.steps.n = 0;
	while (i < c->at.steps.n && i < at.steps.n &&
	       rego_term_equal(c->at.steps.p[i], at.steps.p[i]))
		i++;
	c->at.steps.n = i;
}

void
mark_cut_common(struct common *c)
{
	struct str s;
	size_t i;

	for (i = 0; i < c->at.steps.n; i++) {
		s = c->at.steps.p[i]->text;
		if (c->at.steps.p[i]->kind != REGO_STRING ||
		    str_chr(s, '/', 0) != SIZE_MAX ||
		    str_chr(s, '~', 0) != SIZE_MAX)
			break;
	}
	c->at.steps.n = i;
}
