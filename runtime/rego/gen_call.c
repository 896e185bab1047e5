/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: operators, functions of the policy, built-ins. */
#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

/* An operand that is not there yet. */
#define LATER (UINT32_MAX - 1)

/* How a call by name is an operator: "plus(1, 2)". */
static enum rego_op
op_of(struct gen *g, const struct rego_term *t)
{
	struct str name;
	unsigned op;

	if (t->op != REGO_OP_NONE)
		return (enum rego_op)t->op;
	if (t->args[0]->kind != REGO_VAR && t->args[0]->kind != REGO_REF)
		return REGO_OP_NONE;
	name = rego_call_name(g->arena, t);
	for (op = 1; op < REGO_NOPS; op++) {
		if (str_eqz(name, rego_op_table[op].function) &&
		    gen_function(g, t->args[0]) == NULL)
			return (enum rego_op)op;
	}
	return REGO_OP_NONE;
}

static bool
compares(enum rego_op op)
{
	return op >= REGO_OP_EQ && op <= REGO_OP_GE;
}

bool
gen_is_test(const struct rego_term *t)
{
	return t->kind == REGO_CALL && compares((enum rego_op)t->op);
}

/* Operands that the caller has are not made again. */
static void
operands(struct gen *g, struct rego_term *const *args, size_t n, uint32_t *ops,
    size_t had)
{
	size_t i, k = 0;
	struct rego_term **todo = ARENA_ARRAY(g->arena, struct rego_term *, n);
	uint32_t *made = ARENA_ARRAY(g->arena, uint32_t, n);

	for (i = 0; i < n; i++) {
		if (i >= had || ops[i] == LATER)
			todo[k++] = args[i];
	}
	gen_values(g, todo, k, made);
	for (i = 0, k = 0; i < n; i++) {
		if (i >= had || ops[i] == LATER)
			ops[i] = made[k++];
	}
}

static uint32_t
infix(struct gen *g, enum rego_op op, const uint32_t *v)
{
	enum rego_insn code = compares(op)        ? INSN_COMPARE
			      : op == REGO_OP_IN  ? INSN_MEMBER
			      : op == REGO_OP_IN3 ? INSN_MEMBER3
						  : INSN_OPERATE;
	uint32_t r = gen_reg(g);
	struct insn *i;

	if (op == REGO_OP_IN3) {
		i = gen_emit(g, code, r, v[0], v[2]);
		i->d = v[1];
	} else {
		i = gen_emit(g, code, r, v[0], v[1]);
	}
	i->what = (uint8_t)op;
	return r;
}

static uint32_t
print(struct gen *g, struct rego_term *const *args, size_t n)
{
	uint32_t *v = ARENA_ARRAY(g->arena, uint32_t, n), pool;
	size_t i;

	if (g->p->prints) {
		for (i = 0; i < n; i++)
			v[i] = gen_soft(g, args[i]);
		pool = gen_pool(g, v, n);
		(void)gen_emit(g, INSN_PRINT, 0, pool, (uint32_t)n);
		g->unit->prints = true;
	}
	return gen_k(g, RV_TRUE);
}

static uint32_t
builtin(struct gen *g, uint32_t id, const uint32_t *v, size_t n)
{
	uint32_t r = gen_reg(g), pool = gen_pool(g, v, n), member;

	gen_emit(g, INSN_BUILTIN, r, pool, (uint32_t)n)->d = id;
	if (!g->p->builtins.p[id]->is_relation)
		return r;
	member = gen_reg(g);
	(void)gen_emit(g, INSN_EACH, NO_REGISTER, r, member);
	g->choices++;
	return member;
}

/* An argument more than the function takes is unified with the result. */
static uint32_t
with_result(struct gen *g, struct rego_term *const *args, size_t n,
    size_t arity, uint32_t result)
{
	if (n != arity + 1)
		return result;
	gen_match(g, args[arity], result);
	return gen_k(g, RV_TRUE);
}

static uint32_t
named(struct gen *g, const struct rego_term *t, struct rego_term *const *args,
    size_t n, uint32_t *ops, size_t had)
{
	struct group *f = gen_function(g, t->args[0]);
	struct str name = rego_call_name(g->arena, t);
	uint32_t id = 0, r;
	size_t arity;

	if (f == NULL && str_eqz(name, "print"))
		return print(g, args, n);
	if (f == NULL && (id = gen_builtin(g, name)) == NO_UNIT) {
		gen_error(g, t->args[0]->loc, "undefined function %.*s",
		    STR_ARG(str_clip(name, 64)));
		return 0;
	}
	arity = f != NULL ? g->p->units.p[f->unit]->nargs
			  : (size_t)g->p->builtins.p[id]->arity;
	if (n < arity || n > arity + 1) {
		gen_error(g, t->loc, "%.*s has arity %zu, got %zu arguments",
		    STR_ARG(str_clip(name, 64)), arity, n);
		return 0;
	}
	operands(g, args, arity, ops, had);
	g->off = t->loc.off;
	r = f != NULL ? gen_call_unit(g, INSN_CALL, f->unit, ops, arity)
		      : builtin(g, id, ops, arity);
	return with_result(g, args, n, arity, r);
}

uint32_t
gen_call_of(struct gen *g, const struct rego_term *t, uint32_t *ops, size_t had)
{
	enum rego_op op = op_of(g, t);
	size_t n, arity = op == REGO_OP_IN3 ? 3 : 2;
	struct rego_term **args = rego_call_args(t, &n);

	if (op == REGO_OP_NONE)
		return named(g, t, args, n, ops, had);
	if (n < arity || n > arity + 1) {
		gen_error(g, t->loc, "an operator takes %zu operands", arity);
		return 0;
	}
	if (op == REGO_OP_ASSIGN || op == REGO_OP_UNIFY) {
		gen_unify(g, args[0], args[1]);
		return gen_k(g, RV_TRUE);
	}
	operands(g, args, arity, ops, had);
	g->off = t->loc.off;
	return with_result(g, args, n, arity, infix(g, op, ops));
}

uint32_t
gen_call(struct gen *g, const struct rego_term *t)
{
	uint32_t *ops = ARENA_ARRAY(g->arena, uint32_t, t->nargs);

	return gen_call_of(g, t, ops, 0);
}

void
gen_test_of(struct gen *g, const struct rego_term *t, uint32_t *ops, size_t had)
{
	struct insn *i;

	if (!gen_is_test(t)) {
		(void)gen_emit(g, INSN_TRUE, 0, gen_call_of(g, t, ops, had), 0);
		return;
	}
	operands(g, t->args, 2, ops, had);
	g->off = t->loc.off;
	i = gen_emit(
	    g, t->op == REGO_OP_EQ ? INSN_EQ : INSN_TEST, 0, ops[0], ops[1]);
	i->what = t->op;
}
