/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of the data and needs no evaluator: a reference to a scalar
 * of policy_data becomes that scalar, where that makes the text shorter.  A
 * text is shared only by workloads whose data has the same scalars there.
 */
#include <string.h>

#include "compiler/policy/specialise.h"
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

/* "name := x.y" and nothing else of that name: x.y. */
static const struct rego_term *
value_of(struct program *p, const struct rego_symbol *symbol)
{
	const struct group *g = symbol_group(p, symbol);
	const struct rego_rule *r;

	if (g == NULL || g->rules.n != 1 || g->local || g->entry)
		return NULL;
	r = g->rules.p[0];
	if (r->kind != REGO_COMPLETE || r->path->kind != REGO_VAR ||
	    r->body != NULL || r->alt != NULL || r->value == NULL ||
	    r->value->kind != REGO_REF)
		return NULL;
	return r->value;
}

static const struct rego_term *
alias_of(struct program *p, const struct rego_symbol *symbol)
{
	const struct rego_term *t = value_of(p, symbol);

	return t != NULL && symbol_of(t) == p->symbols->policy_data ? t : NULL;
}

/* An index that a rule gives, or the data. */
static bool
is_index(const struct program *p, const struct rego_term *t)
{
	return t->kind == REGO_REF ||
	       (t->kind == REGO_VAR && symbol_group(p, t->symbol) != NULL);
}

/* Appends the members that a reference names; false if it is dynamic. */
static bool
add_steps(
    struct program *p, struct fold *f, const struct rego_term *ref, bool common)
{
	static const struct str any = {NULL, 0};
	const struct rego_term *t;
	uint32_t i;

	for (i = 1; i < ref->nargs; i++) {
		t = ref->args[i];
		if (t->kind != REGO_STRING && !(common && is_index(p, t)))
			return false;
		VEC_PUSH(p->arena, &f->steps,
		    t->kind == REGO_STRING ? t->text : any);
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
		if (alias == NULL || !add_steps(p, f, alias, false))
			return false;
	}
	return add_steps(p, f, t, false);
}

/* Names of rules that are such references too, few behind each other. */
#define ALIASES_MAX 8

bool
fold_path_common(struct program *p, const struct rego_term *t, struct fold *f)
{
	const struct rego_term *chain[ALIASES_MAX];
	size_t n = 0;

	f->steps.n = 0;
	while (t != NULL && t->kind == REGO_REF && t->nargs >= 2 &&
	       n < ALIASES_MAX) {
		chain[n++] = t;
		if (symbol_of(t) == p->symbols->policy_data)
			break;
		t = symbol_of(t) == NULL ? NULL : value_of(p, symbol_of(t));
	}
	if (n == 0 || symbol_of(chain[n - 1]) != p->symbols->policy_data)
		return false;
	while (n > 0)
		if (!add_steps(p, f, chain[--n], true))
			return false;
	return true;
}

static const struct jv *
common_value(
    const struct jv *v, const struct str *steps, size_t n, size_t *copies)
{
	const struct jv *first, *other;
	size_t i;

	if (n == 0 || v == NULL) {
		(*copies)++;
		return v;
	}
	if (steps->p != NULL)
		return common_value(
		    jv_get(v, *steps), steps + 1, n - 1, copies);
	if (!jv_is(v, JV_ARRAY) || v->items.n == 0)
		return NULL;
	first = common_value(v->items.p[0], steps + 1, n - 1, copies);
	for (i = 1; i < v->items.n && first != NULL; i++) {
		other = common_value(v->items.p[i], steps + 1, n - 1, copies);
		if (other == NULL ||
		    (other != first && !jv_equal(first, other)))
			return NULL;
	}
	return first;
}

const struct jv *
fold_common(const struct jv *data, const struct fold *f, size_t *copies)
{
	*copies = 0;
	return common_value(data, f->steps.p, f->steps.n, copies);
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

struct rego_term *
fold_constant(struct arena *a, const struct jv *v)
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
	rego_print_term(out, spec_term(a, v));
}

static struct rego_term *
fold_term(void *ctx, struct rego_term *t)
{
	struct folding *f = ctx;
	const struct known *k;
	struct fold at = {0};

	if (!fold_path(f->program, t, &at))
		return t;
	k = map_get(&f->by_path, path_key(f->program->arena, &at));
	return k != NULL && k->value != NULL && is_worth(k)
		   ? fold_constant(f->program->arena, k->value)
		   : t;
}

/* Counts what a rule reads; true if something of it is known. */
static bool
see_rule(struct folding *f, const struct rego_rule *r)
{
	f->found = false;
	walk_rule(r, see_ref, f);
	return f->found;
}

void
fold_data(struct program *p, const struct jv *data, struct folds *folds)
{
	struct folding f = {.program = p, .data = data, .folds = folds};
	struct rewriting w = {p->arena, fold_term, &f, false};
	VEC(struct rego_rule *) known = {0};
	struct group **g;
	size_t i;

	if (program_group(p, STR("policy_data")) != NULL)
		return;
	VEC_FOREACH(g, &p->groups) {
		for (i = 0; i < (*g)->rules.n; i++) {
			if (see_rule(&f, (*g)->rules.p[i]))
				VEC_PUSH(p->arena, &known, (*g)->rules.p[i]);
		}
	}
	for (i = 0; i < known.n && !program_has_with(p); i++)
		rewrite_rule(&w, known.p[i]);
}

bool
fold_same(const struct folds *folds, const struct jv *data)
{
	const struct fold *f;
	const struct jv *v;
	size_t copies;

	VEC_FOREACH(f, &folds->list) {
		v = folds->common ? fold_common(data, f, &copies)
				  : fold_value(data, f);
		if ((v == NULL) != (f->value == NULL))
			return false;
		if (v != NULL && v != f->value && !jv_equal(v, f->value))
			return false;
	}
	return true;
}
