/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: all definitions of one path become one unit. */
#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

static rv
value_constant(struct gen *g, const struct rego_rule *r)
{
	return r->value == NULL ? RV_TRUE : gen_constant(g, r->value);
}

/* Do all definitions give the same: is the first solution enough? */
static bool
is_early(struct gen *g, const struct group *group)
{
	const struct rego_rule *r;
	rv first = RV_UNDEFINED, v;
	size_t i;

	if (g->p->profile->operators_abort)
		return false;
	for (i = 0; i < group->rules.n; i++) {
		for (r = group->rules.p[i].rule; r != NULL; r = r->alt) {
			v = value_constant(g, r);
			if (v == RV_UNDEFINED || r->is_else ||
			    (first != RV_UNDEFINED && !rv_equal(v, first)))
				return false;
			first = v;
		}
	}
	return true;
}

/* Arguments that are no pattern may need what the body binds. */
static bool
is_pattern(const struct rego_term *t)
{
	return t->kind != REGO_REF && t->kind != REGO_CALL &&
	       t->kind != REGO_TEMPLATE && t->body == NULL;
}

static void
match_args(struct gen *g, const struct rego_rule *head, bool patterns)
{
	uint32_t i;

	for (i = 0; patterns && i < head->nargs; i++)
		gen_declare_pattern(g, head->args[i]);
	for (i = 0; i < head->nargs; i++) {
		if (is_pattern(head->args[i]) == patterns)
			gen_match(g, head->args[i], i);
	}
}

/* Body and value; the result goes to `res`.  Ends behind the mark. */
static void
branch(struct gen *g, const struct rego_rule *head, const struct rego_rule *r,
    struct rego_term *value, uint32_t res, struct gen_mark m)
{
	struct gen_scope s;
	uint32_t v;

	gen_open(g, &s, r->body, &value, 1);
	if (r->body != NULL)
		gen_body(g, r->body);
	if (r->body != NULL && value != NULL && g->p->profile->heads_fail &&
	    (value->body != NULL || gen_nests(g, value, false)))
		gen_error(g, value->loc, "statements not scheduled in query");
	match_args(g, head, false);
	g->off = r->head_loc.off;
	v = value == NULL ? gen_k(g, RV_TRUE) : gen_value(g, value);
	g->off = r->head_loc.off;
	gen_emit(g, INSN_YIELD, res, v, 0)->what =
	    g->unit->kind == UNIT_FUNCTION;
	if ((int32_t)v < 0)
		gen_cut(g, m);
	else
		(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
	gen_close(g);
}

/* The first branch that has a value gives it. */
static void
chain(struct gen *g, const struct rego_rule *head, const struct rego_rule *r,
    uint32_t res)
{
	VEC_SIZED(uint32_t, uint32_t) jumps = {0};
	uint32_t own = gen_reg(g), i;
	struct gen_mark m;

	(void)gen_emit(g, INSN_UNDEF, own, 0, 0);
	do {
		m = gen_mark(g);
		branch(g, head, r, r->value, own, m);
		gen_land(g, m);
		VEC_PUSH(g->arena, &jumps, gen_jump(g, INSN_JUMP_DEF, own));
		r = r->alt;
	} while (r != NULL && r->is_else);
	for (i = 0; i < jumps.n; i++)
		gen_here(g, jumps.p[i]);
	(void)gen_emit(g, INSN_NEED, 0, own, 0);
	gen_emit(g, INSN_YIELD, res, own, 0)->what =
	    g->unit->kind == UNIT_FUNCTION;
	(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
}

static const struct rego_rule *
next_chain(const struct rego_rule *r)
{
	do
		r = r->alt;
	while (r != NULL && r->is_else);
	return r;
}

static void
definition(struct gen *g, const struct unit_rule *ur, uint32_t res)
{
	const struct rego_rule *head = ur->rule, *r;
	struct rego_term *value = head->value;
	struct gen_scope args;
	struct gen_mark m;

	g->module = ur->module;
	for (r = head; r != NULL; r = next_chain(r)) {
		g->off = r->loc.off;
		m = gen_mark(g);
		g->code.p[m.at].d = g->unit->kind == UNIT_FUNCTION;
		gen_open(g, &args, NULL, head->args, head->nargs);
		match_args(g, head, true);
		if (r->alt != NULL && r->alt->is_else)
			chain(g, head, r, res);
		else
			branch(g, head, r, value, res, m);
		gen_close(g);
		gen_land(g, m);
		if (g->p->profile->bodies_lose_value)
			value = NULL;
	}
}

static void
fallback(struct gen *g, const struct unit_rule *ur, uint32_t res)
{
	const struct rego_rule *r = ur->rule;
	struct gen_scope s;
	uint32_t done;

	g->module = ur->module;
	done = gen_jump(g, INSN_JUMP_DEF, res);
	g->code.p[done].what = 1;
	gen_open(g, &s, NULL, NULL, 0);
	(void)gen_emit(g, INSN_MOVE, res, gen_soft(g, r->value), 0);
	gen_close(g);
	gen_here(g, done);
}

static void
complete(struct gen *g, struct group *group)
{
	VEC_SIZED(uint32_t, uint32_t) jumps = {0};
	uint32_t res = gen_reg(g), i;
	bool early = is_early(g, group);

	(void)gen_emit(g, INSN_UNDEF, res, 0, 0);
	for (i = 0; i < group->rules.n; i++) {
		definition(g, &group->rules.p[i], res);
		if (early && i + 1 < group->rules.n)
			VEC_PUSH(
			    g->arena, &jumps, gen_jump(g, INSN_JUMP_DEF, res));
	}
	for (i = 0; i < jumps.n; i++)
		gen_here(g, jumps.p[i]);
	if (group->fallback.rule != NULL)
		fallback(g, &group->fallback, res);
	(void)gen_emit(g, INSN_RETURN, 0, res, 0);
}

/* Partial rules */

static bool
is_object(const struct group *group)
{
	size_t i;

	for (i = 0; i < group->rules.n; i++) {
		if (group->rules.p[i].nkeys != 1 ||
		    group->rules.p[i].rule->key != NULL)
			return false;
	}
	return group->kind == GROUP_TREE;
}

/* Keys of the path, then the value or the member. */
static void
contribute(struct gen *g, const struct unit_rule *ur,
    struct rego_term *const *head, uint32_t builder, enum rego_insn op)
{
	uint32_t n = ur->nkeys, *v, pool = 0, i;
	uint32_t *ops = ARENA_ARRAY(g->arena, uint32_t, n + 2);

	v = ops + 1;
	gen_values(g, head, head[n] != NULL ? n + 1 : n, v);
	if (head[n] == NULL)
		v[n] = gen_k(g, RV_TRUE);
	g->off = ur->rule->head_loc.off;
	if (op == INSN_ADD) {
		(void)gen_emit(g, op, builder, v[0], 0);
	} else if (op == INSN_PUT) {
		(void)gen_emit(g, op, builder, v[0], v[1]);
	} else {
		ops[0] = n;
		i = v[n];
		pool = gen_pool(g, ops, n + 1);
		gen_emit(g, op, builder, pool, i)->d = ur->rule->key != NULL;
	}
}

static void
partial_definition(struct gen *g, const struct unit_rule *ur, uint32_t builder,
    enum rego_insn op)
{
	const struct rego_rule *head = ur->rule, *r;
	struct rego_term **terms =
	    ARENA_ARRAY(g->arena, struct rego_term *, ur->nkeys + 1);
	struct gen_scope s;
	struct gen_mark m;
	uint32_t i;

	g->module = ur->module;
	for (i = 0; i < ur->nkeys; i++)
		terms[i] = head->path->args[ur->first + i];
	terms[ur->nkeys] = head->key != NULL ? head->key : head->value;
	for (r = head; r != NULL; r = r->alt) {
		m = gen_mark(g);
		gen_open(g, &s, r->body, terms, ur->nkeys + 1);
		if (r->body != NULL)
			gen_body(g, r->body);
		contribute(g, ur, terms, builder, op);
		(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
		gen_close(g);
		gen_land(g, m);
	}
}

static void
partial(struct gen *g, struct group *group)
{
	uint32_t b = gen_reg(g), r = gen_reg(g), kind = CLOSE_TREE, i;
	enum rego_insn op = INSN_PUT_PATH;

	if (group->kind == GROUP_SET) {
		op = INSN_ADD;
		kind = CLOSE_SET;
	} else if (is_object(group)) {
		op = INSN_PUT;
		kind = CLOSE_OBJECT;
	}
	(void)gen_emit(g, INSN_BUILD, b, 0, 0);
	for (i = 0; i < group->rules.n; i++)
		partial_definition(g, &group->rules.p[i], b, op);
	(void)gen_emit(g, INSN_CLOSE, r, b, kind);
	(void)gen_emit(g, INSN_RETURN, 0, r, 0);
}

static uint32_t
node_pool(struct gen *g, const struct node *n)
{
	rv *keys = ARENA_ARRAY(g->arena, rv, n->depth);

	node_path(n, keys);
	return gen_key_pool(g, keys, n->depth);
}

void
gen_group(struct gen *g, struct group *group)
{
	if (!gen_begin(g, g->p->units.p[group->unit]))
		return;
	if (g->p->profile->data_wins && group->kind != GROUP_FUNCTION)
		(void)gen_emit(g, INSN_BASE, 0, node_pool(g, group->node), 0);
	if (group->kind == GROUP_SET || group->kind == GROUP_TREE)
		partial(g, group);
	else
		complete(g, group);
	gen_end(g);
}

void
gen_document_unit(struct gen *g, struct node *n)
{
	uint32_t b, v, r, i;
	struct node *c;

	if (!gen_begin(g, g->p->units.p[n->document]))
		return;
	g->module = NULL;
	b = gen_reg(g);
	r = gen_reg(g);
	(void)gen_emit(g, INSN_BUILD, b, 0, 0);
	for (i = 0; i < n->list.n; i++) {
		c = n->list.p[i];
		if (c->group != NULL && c->group->kind == GROUP_FUNCTION)
			continue;
		v = gen_call_unit(
		    g, INSN_SOFT_CALL, gen_document(g, c), NULL, 0);
		(void)gen_emit(g, INSN_PUT, b, gen_k(g, c->key), v);
	}
	(void)gen_emit(g, INSN_DOCUMENT, r, node_pool(g, n), b);
	if (n->group != NULL) {
		v = gen_call_unit(g, INSN_SOFT_CALL, n->group->unit, NULL, 0);
		gen_emit(g, INSN_MERGE, r, v, r)->d = n->group->levels;
	}
	(void)gen_emit(g, INSN_RETURN, 0, r, 0);
	gen_end(g);
}
