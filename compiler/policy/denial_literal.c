/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers in the place of comparisons. */
#include "compiler/policy/denial_int.h"
#include "runtime/base/banned.h"

struct rego_body *
mark_copy_body(struct marking *m, const struct rego_body *b)
{
	struct rego_body *copy = rego_new_body(m->arena, b->loc, b->p, b->n);
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		copy->p[i] = ARENA_NEW(m->arena, struct rego_literal);
		*copy->p[i] = *b->p[i];
		copy->p[i]->terms = ARENA_ARRAY(
		    m->arena, struct rego_term *, b->p[i]->nterms + 1);
		for (uint32_t k = 0; k < b->p[i]->nterms; k++)
			copy->p[i]->terms[k] = b->p[i]->terms[k];
	}
	return copy;
}

static struct rego_term *
mark_pair(struct marking *m, const char *helper, struct rego_term *at,
    struct rego_term *found, struct rego_term *wanted)
{
	struct rego_term *args[3] = {at, found, wanted};

	return mark_call(m, helper, args, 3);
}

/* "input.a.b == x" on either side. */
static void
mark_equality(struct marking *m, struct rego_literal *l)
{
	struct rego_term *t = l->terms[0];
	int side;

	for (side = 0; side < 2; side++) {
		struct place_in at = {0};

		if (!mark_place_of(m, t->args[side], &at) || !at.whole ||
		    at.steps.n == 0)
			continue;
		l->terms[0] =
		    mark_pair(m, "mark_eq", mark_place_term(m, &at, NULL),
			t->args[side], t->args[!side]);
		return;
	}
}

/* "input.a in x": the only attempt, as long as nothing iterates before it. */
static void
mark_member(struct marking *m, struct rego_literal *l)
{
	struct rego_term *t = l->terms[0];
	struct place_in at = {0};

	if (mark_place_of(m, t->args[0], &at) && at.whole && at.steps.n > 0)
		l->terms[0] = mark_pair(m, "mark_in",
		    mark_place_term(m, &at, NULL), t->args[0], t->args[1]);
}

static bool
is_infix(const struct rego_literal *l, enum rego_op op)
{
	return l->kind == REGO_EXPR && l->nwith == 0 &&
	       l->terms[0]->kind == REGO_CALL && l->terms[0]->op == op;
}

/* A comparison for an element: of itself, or, in our rules, of anything. */
static bool
mark_element(struct marking *m, struct rego_literal *l, struct rego_term *value,
    struct rego_term *at)
{
	struct rego_term *t = l->terms[0];

	if (rego_term_equal(t->args[0], value))
		l->terms[0] =
		    mark_pair(m, t->op == REGO_OP_EQ ? "mark_eq" : "mark_in",
			at, t->args[0], t->args[1]);
	else if (m->join)
		l->terms[0] = mark_pair(m, "mark_if", at, value, t);
	else
		return false;
	return true;
}

/* "every v in input.a { v == x; v in y }": the element that fails. */
static void
mark_every(struct marking *m, struct rego_literal *l)
{
	struct rego_term *value = l->terms[l->nterms - 2], *key;
	struct place_in at = {0};
	bool used = false;
	uint32_t i;

	if (!mark_place_of(m, l->terms[l->nterms - 1], &at) || !at.whole)
		return;
	/* The pointer is made by a format. */
	for (i = 0; i < at.steps.n; i++) {
		if (str_chr(at.steps.p[i]->text, '%', 0) != SIZE_MAX)
			return;
	}
	key = l->nterms == 3 && !str_eq(l->terms[0]->text, STR("_"))
		  ? l->terms[0]
		  : mark_variable(m, KEY);
	if (str_eq(value->text, STR("_")))
		value = mark_variable(m, VALUE);
	l->body = mark_copy_body(m, l->body);
	for (i = 0; i < l->body->n; i++) {
		if (l->body->p[i]->kind == REGO_SOME_IN)
			break;
		if (is_infix(l->body->p[i], REGO_OP_EQ) ||
		    is_infix(l->body->p[i], REGO_OP_IN))
			used |= mark_element(m, l->body->p[i], value,
			    mark_place_term(m, &at, key));
	}
	if (!used)
		return;
	l->terms[l->nterms - 2] = value;
	if (l->nterms == 2) {
		l->terms[2] = l->terms[1];
		l->terms[1] = l->terms[0];
		l->nterms = 3;
	}
	l->terms[0] = key;
}

/*
 * Comparisons of several members of one object, in a row, become one:
 *
 *	mark_all("/o/", input.o, {"a": 1, "b": x})
 *
 * That is shorter.  Only what cannot abort is moved together.
 */
#define RUN_MIN 2

struct member {
	struct rego_term *object; /* what it is a member of */
	struct rego_term *key, *wanted;
	struct place_in at; /* of the object */
};

static bool
is_simple(const struct rego_term *t)
{
	return t->kind == REGO_REF || t->kind <= REGO_VAR ||
	       ((t->kind == REGO_ARRAY || t->kind == REGO_OBJECT) &&
		   t->nargs == 0);
}

/* The reference without its last member. */
static struct rego_term *
object_of(struct marking *m, const struct rego_term *ref)
{
	if (ref->nargs == 2)
		return ref->args[0];
	return rego_new_args(
	    m->arena, REGO_REF, loc_none, ref->args, ref->nargs - 1);
}

static bool
member_of(struct marking *m, const struct rego_literal *l, struct member *out)
{
	const struct rego_term *t = l->terms[0], *found;
	int side;

	if (!is_infix(l, REGO_OP_EQ))
		return false;
	for (side = 0; side < 2; side++) {
		struct place_in at = {0};

		found = t->args[side];
		if (found->kind != REGO_REF || !is_simple(t->args[!side]) ||
		    found->args[found->nargs - 1]->kind != REGO_STRING ||
		    !mark_place_of(m, found, &at) || !at.whole ||
		    at.steps.n == 0)
			continue;
		at.steps.n--;
		out->object = object_of(m, found);
		out->key = found->args[found->nargs - 1];
		out->wanted = t->args[!side];
		out->at = at;
		return true;
	}
	return false;
}

static struct rego_literal *
together(struct marking *m, struct member *first,
    struct rego_term *const *pairs, size_t n)
{
	struct rego_term *check, *list;

	/* The key follows: the pointer ends with a slash. */
	VEC_PUSH(m->arena, &first->at.steps, mark_string(m, STR("")));
	list = rego_new_args(m->arena, REGO_OBJECT, loc_none, pairs, n);
	check = mark_pair(m, "mark_all", mark_place_term(m, &first->at, NULL),
	    first->object, list);
	return rego_new_literal(m->arena, REGO_EXPR, loc_none, &check, 1);
}

/* Members of the same object as b->p[i], among the run up to `end`. */
static bool
join_members(struct marking *m, struct rego_body *b, uint32_t i, uint32_t end)
{
	struct member first, other;
	VEC(struct rego_term *) pairs = {0};
	VEC(uint32_t) taken = {0};
	uint32_t k;

	if (!member_of(m, b->p[i], &first))
		return false;
	for (k = i; k < end; k++) {
		if (b->p[k] == NULL || !member_of(m, b->p[k], &other) ||
		    !rego_term_equal(first.object, other.object))
			continue;
		VEC_PUSH(m->arena, &pairs, other.key);
		VEC_PUSH(m->arena, &pairs, other.wanted);
		VEC_PUSH(m->arena, &taken, k);
	}
	if (taken.n < RUN_MIN)
		return false;
	for (k = 1; k < taken.n; k++)
		b->p[taken.p[k]] = NULL;
	b->p[i] = together(m, &first, pairs.p, pairs.n);
	return true;
}

static void
join_runs(struct marking *m, struct rego_body *b)
{
	struct member any;
	uint32_t i, end, n = 0;

	for (i = 0; i < b->n; i = end + 1) {
		for (end = i; end < b->n && member_of(m, b->p[end], &any);)
			end++;
		for (; i < end; i++) {
			if (b->p[i] != NULL)
				(void)join_members(m, b, i, end);
		}
	}
	for (i = 0; i < b->n; i++) {
		if (b->p[i] != NULL)
			b->p[n++] = b->p[i];
	}
	b->n = n;
}

void
mark_literals(struct marking *m, struct rego_rule *r)
{
	struct rego_literal *l;
	bool iterates = false;
	uint32_t i;

	r->scope = NULL;
	r->body = mark_copy_body(m, r->body);
	if (m->join)
		join_runs(m, r->body);
	for (i = 0; i < r->body->n; i++) {
		l = r->body->p[i];
		iterates |= l->kind == REGO_SOME_IN;
		if (is_infix(l, REGO_OP_EQ))
			mark_equality(m, l);
		else if (is_infix(l, REGO_OP_IN) && !iterates)
			mark_member(m, l);
		else if (l->kind == REGO_EVERY && l->nwith == 0)
			mark_every(m, l);
	}
}
