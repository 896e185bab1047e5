/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of the data and needs no evaluator: a reference to a scalar
 * of policy_data becomes that scalar, where that makes the text shorter.  A
 * text is shared only by workloads whose data has the same scalars there.
 */
#include <string.h>

#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

/* A member with a static path, and how often it is read. */
struct known {
	const struct rego_term *ref; /* the first */
	const struct jv *value;      /* NULL: stays a reference */
	unsigned uses;
};

struct folding {
	struct program *program;
	const struct jv *data;
	struct folds *folds;
	struct map by_path; /* struct known */
	bool found;         /* something in the rule that is walked */
};

/* "name := policy_data.x" and nothing else of that name. */
static const struct rego_term *
alias_of(struct program *p, const struct rego_symbol *symbol)
{
	const struct group *g = symbol_group(p, symbol);
	const struct rego_rule *r;

	if (g == NULL || g->rules.n != 1 || g->local || g->entry)
		return NULL;
	r = g->rules.p[0];
	if (r->kind != REGO_COMPLETE || r->path->kind != REGO_VAR ||
	    r->body != NULL || r->alt != NULL || r->value == NULL ||
	    r->value->kind != REGO_REF ||
	    symbol_of(r->value) != p->symbols->policy_data)
		return NULL;
	return r->value;
}

/* Appends the members that a reference names; false if it is dynamic. */
static bool
add_steps(struct arena *a, struct fold *f, const struct rego_term *ref)
{
	uint32_t i;

	for (i = 1; i < ref->nargs; i++) {
		if (ref->args[i]->kind != REGO_STRING)
			return false;
		VEC_PUSH(a, &f->steps, ref->args[i]->text);
	}
	return true;
}

bool
fold_path(struct program *p, const struct rego_term *t, struct fold *f)
{
	const struct rego_term *alias;
	const struct rego_symbol *head;

	f->steps.n = 0;
	if (t->kind != REGO_REF || t->nargs < 2)
		return false;
	head = symbol_of(t);
	if (head != p->symbols->policy_data) {
		alias = head == NULL ? NULL : alias_of(p, head);
		if (alias == NULL || !add_steps(p->arena, f, alias))
			return false;
	}
	return add_steps(p->arena, f, t);
}

const struct jv *
fold_value(const struct jv *data, const struct fold *f)
{
	size_t i;

	for (i = 0; i < f->steps.n && data != NULL; i++)
		data = jv_get(data, f->steps.p[i]);
	if (data == NULL || data->type == JV_ARRAY || data->type == JV_OBJECT)
		return NULL;
	return data;
}

/* The path; members are kept apart by a byte that no name has. */
static struct str
path_key(struct arena *a, const struct fold *f)
{
	char *key, *at;
	size_t i, n = 0;

	for (i = 0; i < f->steps.n; i++)
		n += f->steps.p[i].n + 1;
	key = at = arena_alloc(a, n);
	for (i = 0; i < f->steps.n; i++) {
		memcpy(at, f->steps.p[i].p, f->steps.p[i].n);
		at += f->steps.p[i].n;
		*at++ = '\xff';
	}
	return (struct str){key, n};
}

static void
see_ref(void *ctx, const struct rego_term *t)
{
	struct folding *f = ctx;
	struct fold at = {0};
	struct known *k;
	struct str key;

	if (!fold_path(f->program, t, &at))
		return;
	key = path_key(f->program->arena, &at);
	k = map_get(&f->by_path, key);
	if (k == NULL) {
		k = ARENA_NEW(f->program->arena, struct known);
		k->ref = t;
		k->value = at.value = fold_value(f->data, &at);
		(void)map_set(f->program->arena, &f->by_path, key, k);
		VEC_PUSH(f->program->arena, &f->folds->list, at);
	}
	k->uses++;
	f->found |= k->value != NULL;
}

/* A value that is long and used often is written once, in the data. */
static bool
is_worth(const struct known *k)
{
	size_t ref = 2, value = k->value->text.n + 2; /* a short name */
	uint32_t i;

	for (i = 1; i < k->ref->nargs; i++)
		ref += k->ref->args[i]->text.n + 1;
	return k->uses * value <= k->uses * ref + value +
				      k->ref->args[k->ref->nargs - 1]->text.n +
				      4;
}

static struct rego_term *
constant(struct arena *a, const struct jv *v)
{
	struct rego_term *t;

	switch (v->type) {
	case JV_STRING:
		return rego_new(a, REGO_STRING, loc_none, v->text);
	case JV_NUMBER:
		return rego_new(a, REGO_NUMBER, loc_none, v->text);
	case JV_NULL:
		return rego_new(a, REGO_NULL, loc_none, v->text);
	case JV_TRUE:
	case JV_FALSE:
	case JV_ARRAY:
	case JV_OBJECT:
		break;
	}
	t = rego_new(a, REGO_BOOL, loc_none, STR(""));
	t->op = v->type == JV_TRUE;
	return t;
}

void
fold_print(struct buf *out, struct arena *a, const struct jv *v)
{
	rego_print_term(out, constant(a, v));
}

/* Copies of what changes; the same pointer where nothing does. */

static struct rego_body *fold_body(struct folding *f, struct rego_body *b);

static struct rego_term *
fold_term(struct folding *f, struct rego_term *t)
{
	struct rego_term *copy = t, *arg;
	struct rego_body *body;
	const struct known *k;
	struct fold at = {0};
	uint32_t i;

	if (t == NULL)
		return NULL;
	if (fold_path(f->program, t, &at)) {
		k = map_get(&f->by_path, path_key(f->program->arena, &at));
		return k != NULL && k->value != NULL && is_worth(k)
			   ? constant(f->program->arena, k->value)
			   : t;
	}
	body = t->body == NULL ? NULL : fold_body(f, t->body);
	for (i = 0; i < t->nargs || body != copy->body; i++) {
		arg = i < t->nargs ? fold_term(f, t->args[i]) : NULL;
		if (copy == t &&
		    (body != t->body || (arg != NULL && arg != t->args[i]))) {
			copy = rego_new_args(f->program->arena, t->kind, t->loc,
			    t->args, t->nargs);
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

static struct rego_literal *
fold_literal(struct folding *f, struct rego_literal *l)
{
	struct rego_literal *copy = l;
	struct rego_term *t;
	struct rego_body *body = l->body == NULL ? NULL : fold_body(f, l->body);
	uint32_t i;

	if (body != l->body) {
		copy = copy_literal(f->program->arena, l);
		copy->body = body;
	}
	for (i = 0; i < l->nterms; i++) {
		t = fold_term(f, l->terms[i]);
		if (t == l->terms[i])
			continue;
		if (copy == l)
			copy = copy_literal(f->program->arena, l);
		copy->terms[i] = t;
	}
	return copy;
}

static struct rego_body *
fold_body(struct folding *f, struct rego_body *b)
{
	struct rego_body *copy = b;
	struct rego_literal *l;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		l = fold_literal(f, b->p[i]);
		if (l == b->p[i])
			continue;
		if (copy == b)
			copy = rego_new_body(
			    f->program->arena, b->loc, b->p, b->n);
		copy->p[i] = l;
	}
	return copy;
}

/* A rule that replaces documents may see other data. */
static void
see_with(const struct rego_body *b, bool *found)
{
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		*found |= b->p[i]->nwith > 0;
		if (b->p[i]->body != NULL)
			see_with(b->p[i]->body, found);
	}
}

static void
fold_rule(struct folding *f, struct rego_rule *r)
{
	for (; r != NULL; r = r->alt) {
		if (r->body != NULL)
			r->body = fold_body(f, r->body);
		r->value = fold_term(f, r->value);
		r->key = fold_term(f, r->key);
	}
}

/* Counts what a rule reads; true if something of it is known. */
static bool
see_rule(struct folding *f, const struct rego_rule *r, bool *with)
{
	f->found = false;
	walk_rule(r, see_ref, f);
	for (; r != NULL; r = r->alt) {
		if (r->body != NULL)
			see_with(r->body, with);
	}
	return f->found;
}

void
fold_data(struct program *p, const struct jv *data, struct folds *folds)
{
	struct folding f = {.program = p, .data = data, .folds = folds};
	VEC(struct rego_rule *) known = {0};
	struct group **g;
	bool with = false;
	size_t i;

	if (program_group(p, STR("policy_data")) != NULL)
		return;
	VEC_FOREACH(g, &p->groups) {
		for (i = 0; i < (*g)->rules.n; i++) {
			if (see_rule(&f, (*g)->rules.p[i], &with))
				VEC_PUSH(p->arena, &known, (*g)->rules.p[i]);
		}
	}
	for (i = 0; i < known.n && !with; i++)
		fold_rule(&f, known.p[i]);
}

bool
fold_same(const struct folds *folds, const struct jv *data)
{
	const struct fold *f;
	const struct jv *v;

	VEC_FOREACH(f, &folds->list) {
		v = fold_value(data, f);
		if ((v == NULL) != (f->value == NULL))
			return false;
		if (v != NULL && v != f->value && !jv_equal(v, f->value))
			return false;
	}
	return true;
}
