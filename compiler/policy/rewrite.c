/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules are shared between programs: what changes is a copy, and what does
 * not is the same pointer.
 */
#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

struct rego_term *
rewrite_term(struct rewriting *w, struct rego_term *t)
{
	struct rego_term *copy, *arg;
	struct rego_body *body;
	uint32_t i;

	if (t == NULL)
		return NULL;
	copy = w->replace(w->ctx, t);
	if (copy != t)
		return copy;
	body = t->body == NULL ? NULL : rewrite_body(w, t->body);
	for (i = 0; i < t->nargs || body != copy->body; i++) {
		arg = i < t->nargs ? rewrite_term(w, t->args[i]) : NULL;
		if (copy == t &&
		    (body != t->body || (arg != NULL && arg != t->args[i]))) {
			copy = rego_new_args(
			    w->arena, t->kind, t->loc, t->args, t->nargs);
			copy->op = t->op & 31;
			copy->text = t->text;
			copy->body = body;
		}
		if (i < t->nargs && arg != t->args[i])
			copy->args[i] = arg;
	}
	return copy;
}

static struct rego_literal *
copy_literal(struct arena *a, const struct rego_literal *l)
{
	struct rego_literal *copy = ARENA_NEW(a, struct rego_literal);
	uint32_t i;

	*copy = *l;
	copy->terms = ARENA_ARRAY(a, struct rego_term *, l->nterms);
	for (i = 0; i < l->nterms; i++)
		copy->terms[i] = l->terms[i];
	return copy;
}

static bool
is_loop(const struct rego_literal *l)
{
	return l->kind == REGO_SOME_IN || l->kind == REGO_EVERY;
}

static bool
is_scalar(const struct rego_term *t)
{
	return t->kind == REGO_NULL || t->kind == REGO_BOOL ||
	       t->kind == REGO_NUMBER || t->kind == REGO_STRING;
}

static struct rego_literal *
rewrite_literal(struct rewriting *w, struct rego_literal *l)
{
	struct rego_literal *copy = l;
	struct rego_term *t;
	struct rego_body *body =
	    l->body == NULL ? NULL : rewrite_body(w, l->body);
	uint32_t i;

	if (body != l->body) {
		copy = copy_literal(w->arena, l);
		copy->body = body;
	}
	for (i = 0; i < l->nterms; i++) {
		t = rewrite_term(w, l->terms[i]);
		if (t == l->terms[i])
			continue;
		if (copy == l)
			copy = copy_literal(w->arena, l);
		copy->terms[i] = t;
		w->stuck |= i + 1 == l->nterms && is_loop(l) && is_scalar(t);
	}
	return copy;
}

struct rego_body *
rewrite_body(struct rewriting *w, struct rego_body *b)
{
	struct rego_body *copy = b;
	struct rego_literal *l;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		l = rewrite_literal(w, b->p[i]);
		if (l == b->p[i])
			continue;
		if (copy == b)
			copy = rego_new_body(w->arena, b->loc, b->p, b->n);
		copy->p[i] = l;
	}
	return copy;
}

void
rewrite_rule(struct rewriting *w, struct rego_rule *r)
{
	for (; r != NULL; r = r->alt) {
		if (r->body != NULL)
			r->body = rewrite_body(w, r->body);
		r->value = rewrite_term(w, r->value);
		r->key = rewrite_term(w, r->key);
	}
}

/* Copies of everything, which may be changed in place. */

static struct rego_term *
copy_term(struct arena *a, const struct rego_term *t)
{
	struct rego_term *copy;
	uint32_t i;

	if (t == NULL)
		return NULL;
	copy = ARENA_NEW(a, struct rego_term);
	*copy = *t;
	copy->args = ARENA_ARRAY(a, struct rego_term *, t->nargs);
	for (i = 0; i < t->nargs; i++)
		copy->args[i] = copy_term(a, t->args[i]);
	copy->body = t->body == NULL ? NULL : rewrite_copy_body(a, t->body);
	return copy;
}

struct rego_body *
rewrite_copy_body(struct arena *a, const struct rego_body *b)
{
	struct rego_body *copy = rego_new_body(a, b->loc, b->p, b->n);
	struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = copy->p[i] = copy_literal(a, b->p[i]);
		for (k = 0; k < l->nterms; k++)
			l->terms[k] = copy_term(a, l->terms[k]);
		if (l->body != NULL)
			l->body = rewrite_copy_body(a, l->body);
	}
	return copy;
}

struct rego_rule *
rewrite_copy(struct arena *a, const struct rego_rule *r)
{
	struct rego_rule *copy;
	uint32_t i;

	if (r == NULL)
		return NULL;
	copy = ARENA_NEW(a, struct rego_rule);
	*copy = *r;
	copy->args = ARENA_ARRAY(a, struct rego_term *, r->nargs);
	for (i = 0; i < r->nargs; i++)
		copy->args[i] = copy_term(a, r->args[i]);
	copy->key = copy_term(a, r->key);
	copy->value = copy_term(a, r->value);
	copy->body = r->body == NULL ? NULL : rewrite_copy_body(a, r->body);
	copy->alt = rewrite_copy(a, r->alt);
	return copy;
}
