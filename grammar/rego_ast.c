/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of the tree: made, asked about, compared. */
#include <string.h>

#include "grammar/rego_ast.h"
#include "runtime/base/banned.h"

const struct rego_op_info rego_op_table[REGO_NOPS] = {
#define X(id, text, function, precedence) [id] = {text, function, precedence},
    REGO_OPS(X)
#undef X
};

struct rego_term *
rego_new(struct arena *a, enum rego_kind kind, struct loc loc, struct str text)
{
	struct rego_term *t = ARENA_NEW(a, struct rego_term);

	t->kind = (uint8_t)kind;
	t->loc = loc;
	t->text = text;
	t->depth = 1;
	return t;
}

static void
deepen(uint16_t *depth, uint16_t child)
{
	if (child >= *depth && child < UINT16_MAX)
		*depth = (uint16_t)(child + 1);
}

/* References grow (append): room for four, then powers of two. */
static size_t
room_for(size_t n)
{
	size_t room = 4;

	while (room < n)
		room *= 2;
	return room;
}

struct rego_term *
rego_new_args(struct arena *a, enum rego_kind kind, struct loc loc,
    struct rego_term *const *args, size_t n)
{
	struct rego_term *t = rego_new(a, kind, loc, (struct str){NULL, 0});
	size_t i;

	if (n == 0)
		return t;
	t->args = ARENA_ARRAY(
	    a, struct rego_term *, kind == REGO_REF ? room_for(n) : n);
	t->nargs = (uint32_t)n;
	for (i = 0; i < n; i++) {
		t->args[i] = args[i];
		deepen(&t->depth, args[i]->depth);
	}
	return t;
}

struct rego_term *
rego_new_op(struct arena *a, enum rego_op op, struct loc loc,
    struct rego_term *left, struct rego_term *right)
{
	struct rego_term *args[2] = {left, right};
	struct rego_term *t = rego_new_args(a, REGO_CALL, loc, args, 2);

	t->op = (uint8_t)(op & 31);
	return t;
}

static void
append(struct arena *a, struct rego_term *ref, struct rego_term *operand)
{
	uint32_t n = ref->nargs;

	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0))
		ref->args = arena_grow(
		    a, ref->args, n, n == 0 ? 4 : 2 * n, sizeof(*ref->args));
	ref->args[ref->nargs++] = operand;
	deepen(&ref->depth, operand->depth);
}

struct rego_term *
rego_new_ref(struct arena *a, struct loc loc, struct rego_term *base,
    struct rego_term *operand)
{
	struct rego_term *ref = base;
	struct rego_term *first;

	if (base->kind != REGO_REF) {
		ref = rego_new(a, REGO_REF, loc, (struct str){NULL, 0});
		first = base;
		append(a, ref, first);
	}
	append(a, ref, operand);
	ref->loc = loc;
	return ref;
}

struct rego_literal *
rego_new_literal(struct arena *a, enum rego_literal_kind kind, struct loc loc,
    struct rego_term *const *terms, size_t n)
{
	struct rego_literal *l = ARENA_NEW(a, struct rego_literal);
	size_t i;

	l->kind = (uint8_t)kind;
	l->loc = loc;
	l->depth = 1;
	l->terms = ARENA_ARRAY(a, struct rego_term *, n);
	l->nterms = (uint32_t)n;
	for (i = 0; i < n; i++) {
		l->terms[i] = terms[i];
		deepen(&l->depth, terms[i]->depth);
	}
	return l;
}

struct rego_body *
rego_new_body(struct arena *a, struct loc loc,
    struct rego_literal *const *literals, size_t n)
{
	struct rego_body *b = ARENA_NEW(a, struct rego_body);
	size_t i;

	b->loc = loc;
	b->p = ARENA_ARRAY(a, struct rego_literal *, n);
	b->n = (uint32_t)n;
	b->depth = 1;
	for (i = 0; i < n; i++) {
		b->p[i] = literals[i];
		deepen(&b->depth, literals[i]->depth);
	}
	return b;
}

struct rego_term **
rego_call_args(const struct rego_term *call, size_t *n)
{
	size_t skip = call->op == REGO_OP_NONE ? 1 : 0;

	*n = call->nargs - skip;
	return call->args + skip;
}

struct str
rego_path_text(struct arena *a, const struct rego_term *path)
{
	struct str s;
	uint32_t i;

	if (path->kind == REGO_VAR)
		return path->text;
	if (path->kind != REGO_REF || path->args[0]->kind != REGO_VAR)
		return (struct str){NULL, 0};
	s = path->args[0]->text;
	for (i = 1; i < path->nargs; i++) {
		if (path->args[i]->kind != REGO_STRING)
			break;
		s = arena_printf(
		    a, "%.*s.%.*s", STR_ARG(s), STR_ARG(path->args[i]->text));
	}
	return s;
}

struct str
rego_call_name(struct arena *a, const struct rego_term *call)
{
	if (call->op != REGO_OP_NONE)
		return str_from(rego_op_table[call->op].function);
	return rego_path_text(a, call->args[0]);
}

struct str
rego_head_name(const struct rego_term *t)
{
	if (t->kind == REGO_REF)
		t = t->args[0];
	return t->kind == REGO_VAR ? t->text : (struct str){NULL, 0};
}

bool
rego_is_name(struct str s)
{
	size_t i;
	char c;

	for (i = 0; i < s.n; i++) {
		c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '_' || (i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0;
}

bool
rego_is_keyword(struct str s)
{
	static const char *const words[] = {"as", "contains", "default", "else",
	    "every", "false", "if", "import", "in", "not", "null", "package",
	    "some", "true", "with"};
	size_t i;

	if (s.n < 2 || s.n > 8)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i][0] == s.p[0] && str_eqz(s, words[i]))
			return true;
	}
	return false;
}

/* Equality.  NULL equals NULL only. */

static bool
terms_equal(struct rego_term *const *a, size_t na, struct rego_term *const *b,
    size_t nb)
{
	size_t i;

	if (na != nb)
		return false;
	for (i = 0; i < na; i++) {
		if (!rego_term_equal(a[i], b[i]))
			return false;
	}
	return true;
}

bool
rego_term_equal(const struct rego_term *a, const struct rego_term *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->kind == b->kind && a->op == b->op &&
	       str_eq(a->text, b->text) &&
	       terms_equal(a->args, a->nargs, b->args, b->nargs) &&
	       rego_body_equal(a->body, b->body);
}

static bool
literal_equal(const struct rego_literal *a, const struct rego_literal *b)
{
	uint32_t i;

	if (a->kind != b->kind || a->nwith != b->nwith ||
	    !terms_equal(a->terms, a->nterms, b->terms, b->nterms) ||
	    !rego_body_equal(a->body, b->body))
		return false;
	for (i = 0; i < a->nwith; i++) {
		if (!rego_term_equal(a->with[i].target, b->with[i].target) ||
		    !rego_term_equal(a->with[i].value, b->with[i].value))
			return false;
	}
	return true;
}

bool
rego_body_equal(const struct rego_body *a, const struct rego_body *b)
{
	uint32_t i;

	if (a == NULL || b == NULL)
		return a == b;
	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++) {
		if (!literal_equal(a->p[i], b->p[i]))
			return false;
	}
	return true;
}

/* NULL if it says nothing but `true`. */
static const struct rego_body *
body_of(const struct rego_rule *r)
{
	const struct rego_body *b = r->body;
	const struct rego_term *t;

	if (b == NULL || b->n != 1 || b->p[0]->kind != REGO_EXPR ||
	    b->p[0]->nwith > 0)
		return b;
	t = b->p[0]->terms[0];
	return t->kind == REGO_BOOL && t->op != 0 ? NULL : b;
}

static bool
value_equal(const struct rego_term *a, const struct rego_term *b)
{
	const struct rego_term *one = a == NULL ? b : a;

	if (a != NULL && b != NULL)
		return rego_term_equal(a, b);
	return one == NULL || (one->kind == REGO_BOOL && one->op != 0);
}

static bool
head_equal(const struct rego_rule *a, const struct rego_rule *b)
{
	return a->kind == b->kind && a->is_default == b->is_default &&
	       rego_term_equal(a->path, b->path) &&
	       terms_equal(a->args, a->nargs, b->args, b->nargs) &&
	       rego_term_equal(a->key, b->key) &&
	       value_equal(a->value, b->value);
}

/* Up to a further body, which is a rule of its own. */
static bool
chain_equal(const struct rego_rule *a, const struct rego_rule *b)
{
	if (!rego_body_equal(body_of(a), body_of(b)))
		return false;
	for (a = a->alt, b = b->alt;
	     a != NULL && b != NULL && a->is_else && b->is_else;
	     a = a->alt, b = b->alt) {
		if (!value_equal(a->value, b->value) ||
		    !rego_body_equal(body_of(a), body_of(b)))
			return false;
	}
	return (a == NULL || !a->is_else) && (b == NULL || !b->is_else);
}

bool
rego_rule_equal(const struct rego_rule *a, const struct rego_rule *b)
{
	const struct rego_rule *x, *y;

	if (!head_equal(a, b))
		return false;
	for (x = a, y = b; x != NULL && y != NULL; x = x->alt, y = y->alt) {
		if (!chain_equal(x, y))
			return false;
		while (x->alt != NULL && x->alt->is_else)
			x = x->alt;
		while (y->alt != NULL && y->alt->is_else)
			y = y->alt;
	}
	return x == y;
}

bool
rego_import_is_idle(const struct rego_module *m, const struct rego_import *i)
{
	const struct rego_import *v1;

	if (!str_eqz(rego_head_name(i->path), "future"))
		return false;
	VEC_FOREACH(v1, &m->imports) {
		if (str_eqz(rego_head_name(v1->path), "rego"))
			return true;
	}
	return false;
}

static bool
has_import(const struct rego_module *m, const struct rego_import *i)
{
	const struct rego_import *k;

	VEC_FOREACH(k, &m->imports) {
		if (rego_term_equal(k->path, i->path) &&
		    str_eq(k->alias, i->alias))
			return true;
	}
	return rego_import_is_idle(m, i);
}

static bool
imports_in(const struct rego_module *a, const struct rego_module *b)
{
	const struct rego_import *i;

	VEC_FOREACH(i, &a->imports) {
		if (!rego_import_is_idle(a, i) && !has_import(b, i))
			return false;
	}
	return true;
}

/* The bodies of a module's rules one by one. */
struct cursor {
	const struct rego_module *m;
	size_t rule;
	const struct rego_rule *head, *body;
};

static bool
next_chain(struct cursor *c)
{
	if (c->body != NULL)
		for (c->body = c->body->alt;
		     c->body != NULL && c->body->is_else;)
			c->body = c->body->alt;
	if (c->body == NULL) {
		if (c->rule == c->m->rules.n)
			return false;
		c->head = c->body = c->m->rules.p[c->rule++];
	}
	return true;
}

bool
rego_module_equal(const struct rego_module *a, const struct rego_module *b)
{
	struct cursor x = {.m = a}, y = {.m = b};

	if (!rego_term_equal(a->package, b->package) || !imports_in(a, b) ||
	    !imports_in(b, a))
		return false;
	while (next_chain(&x)) {
		if (!next_chain(&y) || !head_equal(x.head, y.head) ||
		    !chain_equal(x.body, y.body))
			return false;
	}
	return !next_chain(&y);
}
