/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies: literals in the order in which they are safe. */
#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

/* x := e: on the right side x is another one. */
static void
assign(struct gen *g, const struct rego_term *t)
{
	struct rego_term *left = t->args[0];
	struct gen_var *v = NULL;
	uint32_t value;
	bool hides = left->kind == REGO_VAR && !gen_is_wildcard(left);

	if (hides && (v = gen_find(g, left->text)) != NULL)
		v->hidden = true;
	value = gen_value(g, t->args[1]);
	/* The right side may have moved the list, not its order. */
	if (v != NULL)
		v->hidden = false;
	gen_match(g, left, value);
}

static void
test(struct gen *g, const struct rego_term *t)
{
	uint32_t *ops;

	if (t->kind != REGO_CALL) {
		(void)gen_emit(g, INSN_TRUE, 0, gen_value(g, t), 0);
	} else if (t->op == REGO_OP_ASSIGN) {
		assign(g, t);
	} else if (t->op == REGO_OP_UNIFY) {
		gen_unify(g, t->args[0], t->args[1]);
	} else {
		ops = ARENA_ARRAY(g->arena, uint32_t, t->nargs);
		gen_test_of(g, t, ops, 0);
	}
}

/*
 * Not over the body: what a call is given is evaluated outside of `not`, so
 * that nothing there makes the literal fail.  References that are compared
 * stay inside.
 */
static bool
stays(const struct rego_term *call, const struct rego_term *t)
{
	bool plain = call->op == REGO_OP_EQ || call->op == REGO_OP_UNIFY;

	return plain && (t->kind == REGO_REF || t->kind == REGO_VAR);
}

static uint32_t *
outside(struct gen *g, const struct rego_term *t, size_t *n)
{
	struct rego_term **args = rego_call_args(t, n);
	uint32_t *ops = ARENA_ARRAY(g->arena, uint32_t, *n + 1);
	size_t i;

	for (i = 0; i < *n; i++)
		ops[i] = stays(t, args[i]) || !gen_ready(g, args[i])
			     ? UINT32_MAX - 1
			     : gen_value(g, args[i]);
	return ops;
}

static void
negate(struct gen *g, const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];
	struct gen_mark m;
	uint32_t *ops = NULL;
	size_t n = 0;

	if (t->kind == REGO_CALL && !g->p->profile->negates_body)
		ops = outside(g, t, &n);
	m = gen_mark(g);
	if (t->kind == REGO_CALL && t->op != REGO_OP_UNIFY && ops != NULL)
		gen_test_of(g, t, ops, n);
	else
		test(g, t);
	gen_cut(g, m);
	(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
	gen_land(g, m);
}

/* some k, v in xs */
static void
some_in(struct gen *g, const struct rego_literal *l)
{
	uint32_t key = NO_REGISTER, value = gen_reg(g), from;

	from = gen_value(g, l->terms[l->nterms - 1]);
	if (l->nterms == 3 && !gen_is_wildcard(l->terms[0]))
		key = gen_reg(g);
	gen_emit(g, INSN_EACH, key, from, value)->what = EACH_SOME;
	g->choices++;
	if (key != NO_REGISTER)
		gen_match(g, l->terms[0], key);
	gen_match(g, l->terms[l->nterms - 2], value);
}

static void
bind_every(struct gen *g, const struct rego_term *t, uint32_t reg)
{
	struct gen_var *v;

	if (gen_is_wildcard(t))
		return;
	v = gen_declare(g, t->text);
	v->reg = reg;
	v->bound = true;
}

/*
 * Each member of the collection: the body has a solution, or the literal
 * fails.  Where no member is left, it holds.
 */
static void
every(struct gen *g, const struct rego_literal *l)
{
	uint32_t key = gen_reg(g), value = gen_reg(g), from;
	struct gen_scope own, body;
	struct gen_mark all, one;
	struct insn *i;

	from = gen_value(g, l->terms[l->nterms - 1]);
	all = gen_mark(g);
	i = gen_emit(g, INSN_EACH, key, from, value);
	/* Fails the literal where this is no collection. */
	i->what = EACH_EVERY;
	i->d = all.choices;
	g->choices++;
	gen_open(g, &own, NULL, NULL, 0);
	if (l->nterms == 3)
		bind_every(g, l->terms[0], key);
	bind_every(g, l->terms[l->nterms - 2], value);
	one = gen_mark(g);
	gen_open(g, &body, l->body, NULL, 0);
	gen_body(g, l->body);
	gen_close(g);
	gen_cut(g, one);
	(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
	gen_close(g);
	gen_land(g, one);
	gen_cut(g, all);
	(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
	gen_land(g, all);
}

static void
plain(struct gen *g, const struct rego_literal *l)
{
	g->off = l->loc.off;
	switch ((enum rego_literal_kind)l->kind) {
	case REGO_EXPR:
		test(g, l->terms[0]);
		break;
	case REGO_NOT:
		negate(g, l);
		break;
	case REGO_SOME:
		break;
	case REGO_SOME_IN:
		some_in(g, l);
		break;
	case REGO_EVERY:
		every(g, l);
		break;
	}
}

/* with: what a target is, and how it is replaced. */
struct replacement {
	enum with_kind kind;
	uint32_t path;  /* pool of keys, or a unit */
	uint32_t value; /* operand, unit or built-in */
	bool builtin;   /* the target is a built-in */
};

static bool
is_name(const struct rego_term *t)
{
	return t->kind == REGO_VAR || t->kind == REGO_REF;
}

/* What a function is replaced by: another one, or a value. */
static void
replaced_by(struct gen *g, struct replacement *r, const struct rego_term *t)
{
	struct group *f = gen_function(g, t);
	struct gen_path p;

	r->kind = WITH_VALUE;
	if (f != NULL) {
		r->kind = WITH_UNIT;
		r->value = f->unit;
		return;
	}
	if (g->p->profile->builtin_replaces && is_name(t) &&
	    gen_find(g, rego_head_name(t)) == NULL && !gen_resolve(g, &p, t)) {
		r->kind = WITH_BUILTIN;
		r->value = gen_builtin(g, rego_path_text(g->arena, t));
		if (r->value != NO_UNIT)
			return;
		r->kind = WITH_VALUE;
	}
	r->value = gen_value(g, t);
}

static void
with_document(struct gen *g, struct replacement *r, const struct gen_path *p,
    const struct rego_term *value)
{
	rv *keys = ARENA_ARRAY(g->arena, rv, p->n);
	size_t i;

	for (i = 0; i < p->n; i++)
		keys[i] = p->keys[i].key;
	r->kind = p->input ? WITH_INPUT : WITH_DATA;
	r->path = gen_key_pool(g, keys, p->n);
	r->value = gen_value(g, value);
}

static void
replacement(struct gen *g, struct replacement *r, const struct rego_with *w)
{
	struct group *f = gen_function(g, w->target);
	struct gen_path p;
	uint32_t id;

	if (f != NULL) {
		r->path = f->unit;
		replaced_by(g, r, w->value);
	} else if (gen_resolve(g, &p, w->target)) {
		with_document(g, r, &p, w->value);
	} else {
		id = gen_builtin(g, rego_path_text(g->arena, w->target));
		if (id == NO_UNIT)
			gen_error(
			    g, w->target->loc, "'with' cannot replace this");
		r->path = id;
		r->builtin = true;
		replaced_by(g, r, w->value);
	}
}

/* The replacements of a literal; the state to go back to. */
static uint32_t
replace(struct gen *g, const struct rego_literal *l)
{
	struct replacement *r;
	uint32_t state = 0, i;
	struct insn *insn;

	r = ARENA_ARRAY(g->arena, struct replacement, l->nwith);
	for (i = 0; i < l->nwith; i++)
		replacement(g, &r[i], &l->with[i]);
	for (i = 0; i < l->nwith; i++) {
		insn =
		    gen_emit(g, INSN_WITH, gen_reg(g), r[i].path, r[i].value);
		insn->d = r[i].kind;
		insn->what = r[i].builtin;
		if (i == 0)
			state = insn->a;
	}
	return state;
}

static void
literal(struct gen *g, const struct rego_literal *l)
{
	uint32_t state = replace(g, l);

	plain(g, l);
	if (l->nwith > 0)
		(void)gen_emit(g, INSN_RESTORE, 0, state, 0);
}

void
gen_body(struct gen *g, const struct rego_body *b)
{
	uint32_t i;

	for (i = 0; i < b->n && g->failed == 0; i++)
		literal(g, b->p[b->order != NULL ? b->order[i] : i]);
}

static bool
has_value(const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];

	return l->kind == REGO_EXPR &&
	       (t->kind != REGO_CALL ||
		   (t->op != REGO_OP_ASSIGN && t->op != REGO_OP_UNIFY));
}

uint32_t
gen_query_literal(struct gen *g, const struct rego_literal *l, bool lone)
{
	uint32_t state, v;

	if (!has_value(l)) {
		literal(g, l);
		return gen_k(g, RV_TRUE);
	}
	state = replace(g, l);
	g->off = l->loc.off;
	v = gen_value(g, l->terms[0]);
	if (!lone)
		(void)gen_emit(g, INSN_TRUE, 0, v, 0);
	if (l->nwith > 0)
		(void)gen_emit(g, INSN_RESTORE, 0, state, 0);
	return v;
}
