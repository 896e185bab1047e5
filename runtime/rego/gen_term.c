/* SPDX-License-Identifier: Apache-2.0 */
/* Terms: constants, values, patterns, comprehensions. */
#include "runtime/rego/gen_int.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static rv
constant_items(struct gen *g, const struct rego_term *t)
{
	rv *v;
	uint32_t i;

	if (!rego_is_ground(t))
		return RV_UNDEFINED;
	v = ARENA_ARRAY(g->arena, rv, t->nargs);
	for (i = 0; i < t->nargs; i++) {
		if ((v[i] = gen_constant(g, t->args[i])) == RV_UNDEFINED)
			return RV_UNDEFINED;
	}
	if (t->kind == REGO_ARRAY)
		return rv_array_of(g->heap, v, t->nargs);
	return t->kind == REGO_SET
		   ? rv_set_of(g->heap, v, t->nargs)
		   : rv_object_of(g->heap, v, t->nargs / 2, NULL);
}

static rv
constant_number(struct gen *g, const struct rego_term *t)
{
	rv v = rv_number(g->heap, t->text);

	if (v == RV_UNDEFINED)
		gen_error(g, t->loc, "the number %.*s is out of range",
		    STR_ARG(str_clip(t->text, 64)));
	return v;
}

rv
gen_constant(struct gen *g, const struct rego_term *t)
{
	switch ((enum rego_kind)t->kind) {
	case REGO_NULL:
		return RV_NULL;
	case REGO_BOOL:
		return rv_bool(t->op != 0);
	case REGO_NUMBER:
		return constant_number(g, t);
	case REGO_STRING:
		return rv_intern(g->heap->interns, t->text);
	case REGO_ARRAY:
	case REGO_SET:
	case REGO_OBJECT:
		return constant_items(g, t);
	case REGO_VAR:
	case REGO_REF:
	case REGO_CALL:
	case REGO_ARRAY_COMPR:
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
	case REGO_TEMPLATE:
		break;
	}
	return RV_UNDEFINED;
}

/* What one binds may be what another needs: those wait for their turn. */
void
gen_values(
    struct gen *g, struct rego_term *const *terms, size_t n, uint32_t *out)
{
	size_t i, left = n, before;
	bool *done = ARENA_ARRAY(g->arena, bool, n);

	while (left > 0 && g->failed == 0) {
		before = left;
		for (i = 0; i < n; i++) {
			if (done[i] || !gen_ready(g, terms[i]))
				continue;
			out[i] = gen_value(g, terms[i]);
			done[i] = true;
			left--;
		}
		for (i = 0; left == before && i < n; i++) {
			/* It says which variable is not safe. */
			if (!done[i]) {
				(void)gen_value(g, terms[i]);
				gen_error(g, terms[i]->loc, "not safe");
			}
		}
	}
}

static uint32_t
var_value(struct gen *g, const struct rego_term *t)
{
	const struct gen_var *v = gen_find(g, t->text);
	struct gen_path p;

	if (v != NULL && v->bound)
		return v->reg;
	if (v == NULL && gen_resolve(g, &p, t))
		return gen_path_value(g, &p);
	gen_error(
	    g, t->loc, "var %.*s is unsafe", STR_ARG(str_clip(t->text, 64)));
	return 0;
}

static uint32_t
ref_value(struct gen *g, const struct rego_term *t)
{
	struct gen_key *keys;
	struct gen_path p;
	uint32_t i, base;

	if (gen_resolve(g, &p, t))
		return gen_path_value(g, &p);
	base = gen_value(g, t->args[0]);
	keys = ARENA_ARRAY(g->arena, struct gen_key, t->nargs);
	for (i = 1; i < t->nargs; i++)
		keys[i - 1] =
		    (struct gen_key){gen_constant(g, t->args[i]), t->args[i]};
	return gen_keys(g, base, keys, t->nargs - 1);
}

static uint32_t
items_value(struct gen *g, const struct rego_term *t)
{
	static const uint8_t ops[] = {[REGO_ARRAY] = INSN_MK_ARRAY,
	    [REGO_SET] = INSN_MK_SET,
	    [REGO_OBJECT] = INSN_MK_OBJECT};
	uint32_t *v, r, pool;
	rv k = gen_constant(g, t);

	if (k != RV_UNDEFINED)
		return gen_k(g, k);
	v = ARENA_ARRAY(g->arena, uint32_t, t->nargs);
	gen_values(g, t->args, t->nargs, v);
	r = gen_reg(g);
	pool = gen_pool(g, v, t->nargs);
	(void)gen_emit(g, (enum rego_insn)ops[t->kind], r, pool, t->nargs);
	return r;
}

static uint32_t
template_value(struct gen *g, const struct rego_term *t)
{
	uint32_t *v = ARENA_ARRAY(g->arena, uint32_t, t->nargs), i, r, pool;

	for (i = 0; i < t->nargs; i++)
		v[i] = gen_soft(g, t->args[i]);
	r = gen_reg(g);
	pool = gen_pool(g, v, t->nargs);
	(void)gen_emit(g, INSN_TEXT, r, pool, t->nargs);
	return r;
}

uint32_t
gen_value(struct gen *g, const struct rego_term *t)
{
	switch ((enum rego_kind)t->kind) {
	case REGO_VAR:
		return var_value(g, t);
	case REGO_REF:
		return ref_value(g, t);
	case REGO_CALL:
		return gen_call(g, t);
	case REGO_ARRAY_COMPR:
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
		return gen_compr(g, t);
	case REGO_ARRAY:
	case REGO_SET:
	case REGO_OBJECT:
		return items_value(g, t);
	case REGO_TEMPLATE:
		return template_value(g, t);
	case REGO_NULL:
	case REGO_BOOL:
	case REGO_NUMBER:
	case REGO_STRING:
		break;
	}
	return gen_k(g, gen_constant(g, t));
}

uint32_t
gen_soft(struct gen *g, const struct rego_term *t)
{
	uint32_t r = gen_reg(g), v;
	struct gen_mark m;

	(void)gen_emit(g, INSN_UNDEF, r, 0, 0);
	m = gen_mark(g);
	v = gen_value(g, t);
	(void)gen_emit(g, INSN_MOVE, r, v, 0);
	gen_cut(g, m);
	gen_land(g, m);
	return r;
}

/* Patterns */

static void
match_var(struct gen *g, const struct rego_term *t, uint32_t value)
{
	struct gen_var *v = gen_find(g, t->text);

	if (gen_is_wildcard(t))
		return;
	if (v == NULL || v->bound) {
		(void)gen_emit(g, INSN_EQ, 0, gen_value(g, t), value);
		return;
	}
	v->reg = value;
	v->bound = true;
}

static void
match_items(struct gen *g, const struct rego_term *t, uint32_t value)
{
	uint32_t i, key, r, step = t->kind == REGO_OBJECT ? 2 : 1;

	if (step == 1 || !g->p->profile->open_patterns)
		(void)gen_emit(g, step == 2 ? INSN_OBJECT_N : INSN_ARRAY_N, 0,
		    value, t->nargs / step);
	for (i = 0; i < t->nargs && g->failed == 0; i += step) {
		key = step == 2 ? gen_value(g, t->args[i])
				: gen_k(g, rv_int(g->heap, i));
		r = gen_reg(g);
		(void)gen_emit(g, INSN_GET, r, value, key);
		gen_match(g, t->args[i + step - 1], r);
	}
}

void
gen_match(struct gen *g, const struct rego_term *t, uint32_t value)
{
	rv k;

	if (t->kind == REGO_VAR) {
		match_var(g, t, value);
		return;
	}
	k = gen_constant(g, t);
	if (k == RV_UNDEFINED &&
	    (t->kind == REGO_ARRAY || t->kind == REGO_OBJECT)) {
		match_items(g, t, value);
		return;
	}
	(void)gen_emit(g, INSN_EQ, 0, value,
	    k != RV_UNDEFINED ? gen_k(g, k) : gen_value(g, t));
}

static bool
same_shape(const struct rego_term *a, const struct rego_term *b)
{
	return a->kind == b->kind && a->nargs == b->nargs &&
	       (a->kind == REGO_ARRAY || a->kind == REGO_OBJECT);
}

/* The value of the same key, written the same way, or NULL. */
static const struct rego_term *
partner(const struct rego_term *a, const struct rego_term *b, uint32_t i)
{
	uint32_t k;

	if (a->kind == REGO_ARRAY)
		return b->args[i];
	for (k = 0; k < b->nargs; k += 2) {
		if (rego_term_equal(a->args[i], b->args[k]))
			return b->args[k + 1];
	}
	return NULL;
}

/* Item by item: what one pair binds may be what another needs. */
static bool
unify_items(struct gen *g, const struct rego_term *a, const struct rego_term *b)
{
	uint32_t i, left, before, step = a->kind == REGO_OBJECT ? 2 : 1;
	bool *done = ARENA_ARRAY(g->arena, bool, a->nargs);
	const struct rego_term *x, *y;

	for (i = 0; i < a->nargs; i += step) {
		if (partner(a, b, i) == NULL)
			return false;
	}
	left = a->nargs / step;
	do {
		before = left;
		for (i = 0; i < a->nargs; i += step) {
			x = a->args[i + step - 1];
			y = partner(a, b, i);
			if (done[i] || (!gen_ready(g, x) && !gen_ready(g, y) &&
					   !same_shape(x, y)))
				continue;
			gen_unify(g, x, y);
			done[i] = true;
			left--;
		}
	} while (left > 0 && left < before && g->failed == 0);
	if (left > 0)
		gen_error(g, a->loc, "not safe");
	return true;
}

void
gen_unify(struct gen *g, const struct rego_term *a, const struct rego_term *b)
{
	bool ready;

	if (g->failed != 0 || gen_is_wildcard(a) || gen_is_wildcard(b)) {
		if (!gen_is_wildcard(a) || !gen_is_wildcard(b))
			(void)gen_value(g, gen_is_wildcard(a) ? b : a);
		return;
	}
	ready = gen_ready(g, b);
	if (!(ready && gen_ready(g, a)) && same_shape(a, b) &&
	    unify_items(g, a, b))
		return;
	if (ready)
		gen_match(g, a, gen_value(g, b));
	else
		gen_match(g, b, gen_value(g, a));
}

/* Comprehensions */

uint32_t
gen_compr(struct gen *g, const struct rego_term *t)
{
	static const uint8_t kinds[] = {[REGO_ARRAY_COMPR] = CLOSE_ARRAY,
	    [REGO_SET_COMPR] = CLOSE_SET,
	    [REGO_OBJECT_COMPR] = CLOSE_OBJECT};
	uint32_t b = gen_reg(g), r = gen_reg(g), v[2] = {0, 0};
	struct gen_scope s;
	struct gen_mark m;

	(void)gen_emit(g, INSN_BUILD, b, 0, 0);
	m = gen_mark(g);
	gen_open(g, &s, t->body, t->args, t->nargs);
	if (g->p->profile->heads_fail && gen_nests(g, t, true))
		gen_error(g, t->loc, "statements not scheduled in query");
	gen_body(g, t->body);
	gen_values(g, t->args, t->nargs, v);
	(void)gen_emit(g, t->nargs == 2 ? INSN_PUT : INSN_ADD, b, v[0], v[1]);
	(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
	gen_close(g);
	gen_land(g, m);
	g->off = t->loc.off;
	(void)gen_emit(g, INSN_CLOSE, r, b, kinds[t->kind]);
	return r;
}
