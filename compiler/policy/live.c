/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of policy_data the rules of a program can read.
 *
 * Each term may denote some places of the data.  A reference goes down; what
 * is compared, passed to a built-in, put into a collection or answered is
 * read whole; what is assigned, iterated or passed to a rule of the program
 * is followed.  Names of a rule are not told apart by scope, and a name that
 * is a rule as well counts as both: too much is read then, never too little.
 * A rule is looked at again when what it reads has got more places.
 */
#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

/* Deeper than any data: a cycle of names, and everything below is read. */
#define LIVE_DEPTH_MAX 24

struct values {
	VEC(struct live *) at;
};

struct liveness {
	struct program *program;
	struct arena *arena;
	struct live *root;
	struct rego_scope *scope; /* of the rule that is looked at */
	struct rego_scope *own;   /* the same, but in calls */
	bool again;               /* some scope is dirty */
};

static struct values eval(struct liveness *v, const struct rego_term *t);
static void eval_body(struct liveness *v, const struct rego_body *b);

static const struct values nothing;

static struct live *
live_new(struct liveness *v, const struct live *parent)
{
	struct live *l = ARENA_NEW(v->arena, struct live);

	l->depth = (uint8_t)(parent == NULL ? 0 : parent->depth + 1);
	return l;
}

/* True if it was not there. */
static bool
add(struct liveness *v, struct values *to, struct live *l)
{
	size_t i;

	for (i = 0; i < to->at.n; i++) {
		if (to->at.p[i] == l)
			return false;
	}
	VEC_PUSH(v->arena, &to->at, l);
	return true;
}

static bool
join(struct liveness *v, struct values *to, struct values from)
{
	bool more = false;
	size_t i;

	for (i = 0; i < from.at.n; i++)
		more |= add(v, to, from.at.p[i]);
	return more;
}

static void
look_again(struct liveness *v, struct rego_scope *scope)
{
	scope->dirty = true;
	v->again = true;
}

/* What the rules of a group may denote; the rule that asks is remembered. */
static struct values
values_of(struct liveness *v, struct group *g)
{
	size_t i;

	if (g->values == NULL)
		return nothing;
	for (i = 0; i < g->readers.n; i++) {
		if (g->readers.p[i] == v->scope)
			return *g->values;
	}
	VEC_PUSH(v->arena, &g->readers, v->scope);
	return *g->values;
}

static void
read_whole(struct values s)
{
	size_t i;

	for (i = 0; i < s.at.n; i++)
		s.at.p[i]->whole = true;
}

/* The member under `key`; key.p NULL: any. */
static struct live *
child(struct liveness *v, struct live *l, struct str key)
{
	struct live *c;

	if (l->depth >= LIVE_DEPTH_MAX) {
		l->whole = true;
		return l;
	}
	if (key.p == NULL) {
		if (l->any == NULL)
			l->any = live_new(v, l);
		return l->any;
	}
	c = map_get(&l->keys, key);
	if (c == NULL) {
		c = live_new(v, l);
		(void)map_set(v->arena, &l->keys, key, c);
	}
	return c;
}

static struct values
children(struct liveness *v, struct values s, struct str key)
{
	struct values r = nothing;
	size_t i;

	for (i = 0; i < s.at.n; i++)
		(void)add(v, &r, child(v, s.at.p[i], key));
	return r;
}

static const struct str any_key = {NULL, 0};

static struct variable *
variable(struct liveness *v, const struct rego_symbol *symbol)
{
	struct variable *var = scope_find(v->scope, symbol);
	struct variable one = {.symbol = symbol, .read = true};

	if (var == NULL) {
		VEC_PUSH(v->arena, &v->scope->vars, one);
		var = &v->scope->vars.p[v->scope->vars.n - 1];
	}
	if (var->values == NULL)
		var->values = ARENA_NEW(v->arena, struct values);
	return var;
}

/* `pattern` gets the values: a variable follows them, others read them. */
static void
bind(struct liveness *v, const struct rego_term *pattern, struct values s)
{
	struct variable *var;

	if (s.at.n == 0)
		return;
	if (pattern->kind != REGO_VAR) {
		read_whole(s);
		return;
	}
	var = variable(v, pattern->symbol);
	if (join(v, var->values, s) && (var->read || v->scope != v->own))
		look_again(v, v->scope);
}

/* Rules of a program are its own: the scope hangs on them. */
static struct rego_scope *
scope_of(struct liveness *v, struct rego_rule *r)
{
	if (r->scope == NULL)
		r->scope = ARENA_NEW(v->arena, struct rego_scope);
	return r->scope;
}

static struct values
eval_name(struct liveness *v, const struct rego_symbol *symbol)
{
	struct values r = nothing;
	struct group *g = symbol_group(v->program, symbol);
	struct variable *local = scope_find(v->scope, symbol);

	if (symbol == v->program->symbols->policy_data)
		(void)add(v, &r, v->root);
	if (local != NULL)
		local->read = true;
	if (local != NULL && local->values != NULL)
		(void)join(v, &r, *local->values);
	if (g != NULL)
		(void)join(v, &r, values_of(v, g));
	return r;
}

static struct values
eval_ref(struct liveness *v, const struct rego_term *t)
{
	struct values s;
	uint32_t i = 1;

	if (symbol_of(t) == v->program->symbols->data && t->nargs > 2 &&
	    t->args[2]->kind == REGO_STRING &&
	    str_eq(t->args[1]->text, STR("agent_policy"))) {
		s = eval_name(v, symbol_get(v->arena, v->program->symbols,
				     t->args[2]->text));
		i = 3;
	} else {
		s = eval(v, t->args[0]);
	}
	for (; i < t->nargs; i++) {
		if (t->args[i]->kind == REGO_STRING) {
			s = children(v, s, t->args[i]->text);
			continue;
		}
		read_whole(eval(v, t->args[i]));
		s = children(v, s, any_key);
	}
	return s;
}

static void
eval_args_whole(struct liveness *v, const struct rego_term *t)
{
	size_t i, n;
	struct rego_term **args = rego_call_args(t, &n);

	for (i = 0; i < n; i++)
		read_whole(eval(v, args[i]));
}

/* object.get with a constant key or path is a reference with a default. */
static struct values
eval_object_get(struct liveness *v, struct rego_term *const *args)
{
	const struct rego_term *key = args[1];
	struct values s = eval(v, args[0]), d = eval(v, args[2]);
	uint32_t i;

	if (key->kind == REGO_STRING) {
		s = children(v, s, key->text);
	} else if (key->kind == REGO_ARRAY) {
		for (i = 0; i < key->nargs; i++) {
			if (key->args[i]->kind == REGO_STRING) {
				s = children(v, s, key->args[i]->text);
				continue;
			}
			read_whole(eval(v, key->args[i]));
			s = children(v, s, any_key);
		}
	} else {
		read_whole(eval(v, key));
		s = children(v, s, any_key);
	}
	(void)join(v, &s, d);
	return s;
}

/* "object.get", without making a string of it. */
static bool
is_object_get(const struct rego_term *name)
{
	return name->kind == REGO_REF && name->nargs == 2 &&
	       str_eq(name->args[1]->text, STR("get")) &&
	       str_eq(rego_head_name(name), STR("object"));
}

/* These look at the value itself, not at what is in it. */
static bool
is_shallow(const struct rego_term *t)
{
	struct str name = t->text;

	return t->kind != REGO_VAR ? false
				   : str_eq(name, STR("count")) ||
					 str_eq(name, STR("type_name")) ||
					 str_starts(name, STR("is_"));
}

static struct values
eval_function(
    struct liveness *v, struct group *g, struct rego_term **args, size_t n)
{
	struct rego_scope *caller = v->scope;
	struct values s;
	struct rego_rule *r;
	size_t i, k;

	for (i = 0; i < n; i++) {
		s = eval(v, args[i]);
		for (k = 0; k < g->rules.n && s.at.n > 0; k++) {
			r = g->rules.p[k];
			v->scope = scope_of(v, r);
			if (i < r->nargs)
				bind(v, r->args[i], s);
			else
				read_whole(s);
			v->scope = caller;
		}
	}
	return values_of(v, g);
}

static struct values
eval_call(struct liveness *v, const struct rego_term *t)
{
	struct group *g;
	struct rego_term **args;
	size_t n;

	args = rego_call_args(t, &n);
	if (t->op == REGO_OP_ASSIGN && args[0]->kind == REGO_VAR) {
		bind(v, args[0], eval(v, args[1]));
		return nothing;
	}
	if (t->op != REGO_OP_NONE) {
		eval_args_whole(v, t);
		return nothing;
	}
	if ((g = program_target(v->program, t->args[0])) != NULL)
		return eval_function(v, g, args, n);
	if (n == 3 && is_object_get(t->args[0]))
		return eval_object_get(v, args);
	if (n == 1 && is_shallow(t->args[0])) {
		(void)children(v, eval(v, args[0]), any_key);
		return nothing;
	}
	eval_args_whole(v, t);
	return nothing;
}

static struct values
eval(struct liveness *v, const struct rego_term *t)
{
	uint32_t i;

	switch ((enum rego_kind)t->kind) {
	case REGO_VAR:
		return eval_name(v, t->symbol);
	case REGO_REF:
		return eval_ref(v, t);
	case REGO_CALL:
		return eval_call(v, t);
	case REGO_NULL:
	case REGO_BOOL:
	case REGO_NUMBER:
	case REGO_STRING:
	case REGO_ARRAY:
	case REGO_SET:
	case REGO_OBJECT:
	case REGO_ARRAY_COMPR:
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
	case REGO_TEMPLATE:
		break;
	}
	if (t->body != NULL)
		eval_body(v, t->body);
	for (i = 0; i < t->nargs; i++)
		read_whole(eval(v, t->args[i]));
	return nothing;
}

/* "some k, v in xs", "every k, v in xs": the last variable gets elements. */
static void
eval_iteration(struct liveness *v, const struct rego_literal *l)
{
	struct values s = eval(v, l->terms[l->nterms - 1]);

	bind(v, l->terms[l->nterms - 2], children(v, s, any_key));
}

static void
eval_literal(struct liveness *v, const struct rego_literal *l)
{
	uint32_t i;

	switch ((enum rego_literal_kind)l->kind) {
	case REGO_EXPR:
	case REGO_NOT:
		(void)eval(v, l->terms[0]);
		break;
	case REGO_SOME:
		break;
	case REGO_SOME_IN:
	case REGO_EVERY:
		eval_iteration(v, l);
		break;
	}
	if (l->body != NULL)
		eval_body(v, l->body);
	/* Mocked documents: nothing is known any more. */
	for (i = 0; i < l->nwith; i++) {
		v->root->whole = true;
		(void)eval(v, l->with[i].value);
	}
}

static void
eval_body(struct liveness *v, const struct rego_body *b)
{
	uint32_t i;

	for (i = 0; i < b->n; i++)
		eval_literal(v, b->p[i]);
}

static void
eval_rule(struct liveness *v, struct group *g, struct rego_rule *first)
{
	const struct rego_rule *r;
	struct values s;
	bool more = false;
	size_t i;

	v->scope = v->own = scope_of(v, first);
	v->scope->dirty = false;
	for (r = first; r != NULL; r = r->alt) {
		if (r->body != NULL)
			eval_body(v, r->body);
		if (r->key != NULL)
			read_whole(eval(v, r->key));
		if (r->value == NULL)
			continue;
		s = eval(v, r->value);
		if (g->entry || first->kind == REGO_PARTIAL_OBJECT ||
		    first->path->kind != REGO_VAR)
			read_whole(s);
		else
			more |= join(v, g->values, s);
	}
	for (i = 0; more && i < g->readers.n; i++)
		look_again(v, g->readers.p[i]);
}

static void
pass(struct liveness *v, bool all)
{
	struct group **g;
	struct rego_rule *r;
	size_t i;

	VEC_FOREACH(g, &v->program->groups) {
		for (i = 0; (*g)->reached && i < (*g)->rules.n; i++) {
			r = (*g)->rules.p[i];
			if (all || scope_of(v, r)->dirty)
				eval_rule(v, *g, r);
		}
	}
}

struct live *
shake_live(struct program *p)
{
	struct liveness v = {.program = p, .arena = p->arena, .again = true};
	struct group **g;
	bool all = true;

	v.root = live_new(&v, NULL);
	v.root->whole = p->whole;
	VEC_FOREACH(g, &p->groups)
		(*g)->values = ARENA_NEW(p->arena, struct values);
	while (v.again) {
		v.again = false;
		pass(&v, all);
		all = false;
	}
	return v.root;
}
