/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the operations of live.h from the rules. */
#include "compiler/policy/live.h"
#include "runtime/base/banned.h"

struct maker {
	const struct program *program;
	struct arena *arena;
	struct live_keys *keys;
	live_path *path; /* or NULL */
	void *ctx;
	bool guarded; /* in a reference that may be folded */
	VEC(struct live_op) ops;
	VEC(const struct rego_symbol *) vars; /* NULL: no variable's */
};

/* They return a register, or 0 where nothing can come. */
static uint32_t eval(struct maker *m, const struct rego_term *t);
static void eval_body(struct maker *m, const struct rego_body *b);

static uint32_t
new_register(struct maker *m, const struct rego_symbol *symbol)
{
	VEC_PUSH(m->arena, &m->vars, symbol);
	return (uint32_t)m->vars.n;
}

static void
put(struct maker *m, enum live_code code, uint32_t to, uint32_t from,
    uint32_t what)
{
	struct live_op op = {
	    .code = (uint8_t)code, .to = to, .from = from, .what = what};

	VEC_PUSH(m->arena, &m->ops, op);
}

static uint32_t
put_new(struct maker *m, enum live_code code, uint32_t from, uint32_t what)
{
	uint32_t to = new_register(m, NULL);

	put(m, code, to, from, what);
	return to;
}

static uint32_t
variable(struct maker *m, const struct rego_symbol *symbol)
{
	uint32_t i;

	for (i = 0; i < m->vars.n; i++) {
		if (m->vars.p[i] == symbol)
			return i + 1;
	}
	return new_register(m, symbol);
}

uint32_t
live_key(struct arena *a, struct live_keys *keys, struct str name)
{
	size_t at = (size_t)(uintptr_t)map_get(&keys->by_name, name);

	if (at == 0) {
		VEC_PUSH(a, &keys->names, name);
		at = keys->names.n;
		(void)map_set(a, &keys->by_name, name, (void *)(uintptr_t)at);
	}
	return (uint32_t)(at - 1);
}

static void
read_whole(struct maker *m, uint32_t s)
{
	if (s != 0)
		put(m, LIVE_READ, 0, s, 0);
}

static uint32_t
member(struct maker *m, uint32_t s, struct str key)
{
	return s == 0 ? 0
		      : put_new(
			    m, LIVE_CHILD, s, live_key(m->arena, m->keys, key));
}

static uint32_t
any_member(struct maker *m, uint32_t s)
{
	return s == 0 ? 0 : put_new(m, LIVE_ANY, s, 0);
}

/* `pattern` gets the values: a variable follows them, others read them. */
static void
bind(struct maker *m, const struct rego_term *pattern, uint32_t s)
{
	if (s == 0)
		return;
	if (pattern->kind == REGO_VAR)
		put(m, LIVE_JOIN, variable(m, pattern->symbol), s, 0);
	else
		read_whole(m, s);
}

static uint32_t
eval_name(struct maker *m, const struct rego_symbol *symbol)
{
	const struct symbols *all = m->program->symbols;
	const struct group *g = symbol_group(m->program, symbol);
	uint32_t s, local;

	if (symbol == all->input || symbol == all->data)
		return 0;
	local = variable(m, symbol);
	if (g == NULL && symbol != all->policy_data)
		return local;
	s = g != NULL ? put_new(m, LIVE_GROUP, 0, g->number)
		      : new_register(m, NULL);
	if (symbol == all->policy_data)
		put(m, LIVE_ROOT, s, 0, 0);
	put(m, LIVE_JOIN, s, local, 0);
	return s;
}

/* Follows what stands in brackets behind a term. */
static uint32_t
eval_step(struct maker *m, uint32_t s, const struct rego_term *key)
{
	if (key->kind == REGO_STRING)
		return member(m, s, key->text);
	read_whole(m, eval(m, key));
	return any_member(m, s);
}

static uint32_t
eval_path(struct maker *m, const struct rego_term *t)
{
	uint32_t s, i = 1;

	if (symbol_of(t) == m->program->symbols->data && t->nargs > 2 &&
	    t->args[2]->kind == REGO_STRING &&
	    str_eq(t->args[1]->text, STR("agent_policy"))) {
		s = eval_name(m, symbol_get(m->arena, m->program->symbols,
				     t->args[2]->text));
		i = 3;
	} else {
		s = eval(m, t->args[0]);
	}
	for (; i < t->nargs; i++)
		s = eval_step(m, s, t->args[i]);
	return s;
}

static uint32_t
eval_ref(struct maker *m, const struct rego_term *t)
{
	int path = m->path == NULL || m->guarded ? -1 : m->path(m->ctx, t);
	size_t at = m->ops.n;
	uint32_t s;

	if (path < 0)
		return eval_path(m, t);
	put(m, LIVE_GUARD, 0, 0, (uint32_t)path);
	m->guarded = true;
	s = eval_path(m, t);
	m->guarded = false;
	m->ops.p[at].n = (uint32_t)(m->ops.n - at - 1) & 0xffffff;
	return s;
}

static void
eval_args_whole(struct maker *m, const struct rego_term *t)
{
	size_t i, n;
	struct rego_term **args = rego_call_args(t, &n);

	for (i = 0; i < n; i++)
		read_whole(m, eval(m, args[i]));
}

/* object.get with a constant key or path is a reference with a default. */
static uint32_t
eval_object_get(struct maker *m, struct rego_term *const *args)
{
	const struct rego_term *key = args[1];
	uint32_t s = eval(m, args[0]), d = eval(m, args[2]), i;

	if (key->kind == REGO_ARRAY) {
		for (i = 0; i < key->nargs; i++)
			s = eval_step(m, s, key->args[i]);
	} else {
		s = eval_step(m, s, key);
	}
	if (s == 0 || d == 0)
		return s + d;
	s = put_new(m, LIVE_JOIN, s, 0);
	put(m, LIVE_JOIN, s, d, 0);
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

	return t->kind == REGO_VAR &&
	       (str_eq(name, STR("count")) || str_eq(name, STR("type_name")) ||
		   str_starts(name, STR("is_")));
}

static uint32_t
eval_function(
    struct maker *m, const struct group *g, struct rego_term **args, size_t n)
{
	uint32_t s;
	size_t i;

	for (i = 0; i < n; i++) {
		s = eval(m, args[i]);
		if (s == 0)
			continue;
		put(m, LIVE_ARG, 0, s, g->number);
		m->ops.p[m->ops.n - 1].n = (uint32_t)i & 0xffffff;
	}
	return put_new(m, LIVE_GROUP, 0, g->number);
}

static uint32_t
eval_call(struct maker *m, const struct rego_term *t)
{
	bool plain = t->op == REGO_OP_NONE;
	struct group *g = plain ? program_target(m->program, t->args[0]) : NULL;
	struct rego_term **args;
	size_t n;

	args = rego_call_args(t, &n);
	if (g != NULL)
		return eval_function(m, g, args, n);
	if (plain && n == 3 && is_object_get(t->args[0]))
		return eval_object_get(m, args);
	if (plain && n == 1 && is_shallow(t->args[0]))
		(void)any_member(m, eval(m, args[0]));
	else if (t->op == REGO_OP_ASSIGN && args[0]->kind == REGO_VAR)
		bind(m, args[0], eval(m, args[1]));
	else
		eval_args_whole(m, t);
	return 0;
}

static uint32_t
eval(struct maker *m, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR)
		return eval_name(m, t->symbol);
	if (t->kind == REGO_REF)
		return eval_ref(m, t);
	if (t->kind == REGO_CALL)
		return eval_call(m, t);
	if (t->body != NULL)
		eval_body(m, t->body);
	for (i = 0; i < t->nargs; i++)
		read_whole(m, eval(m, t->args[i]));
	return 0;
}

static void
eval_literal(struct maker *m, const struct rego_literal *l)
{
	uint32_t i, s;

	switch ((enum rego_literal_kind)l->kind) {
	case REGO_EXPR:
	case REGO_NOT:
		(void)eval(m, l->terms[0]);
		break;
	case REGO_SOME:
		break;
	case REGO_SOME_IN:
	case REGO_EVERY:
		/* The last variable gets the elements. */
		s = any_member(m, eval(m, l->terms[l->nterms - 1]));
		bind(m, l->terms[l->nterms - 2], s);
		break;
	}
	if (l->body != NULL)
		eval_body(m, l->body);
	/* Mocked documents: nothing is known any more. */
	for (i = 0; i < l->nwith; i++) {
		put(m, LIVE_WHOLE, 0, 0, 0);
		(void)eval(m, l->with[i].value);
	}
}

static unsigned
count_name(const struct rego_term *t, const struct rego_symbol *symbol)
{
	unsigned n = t->kind == REGO_VAR && t->symbol == symbol;
	uint32_t i;

	for (i = 0; i < t->nargs; i++)
		n += count_name(t->args[i], symbol);
	return n;
}

/* How often the literal binds the name for its whole body. */
static unsigned
count_bound(const struct rego_literal *l, const struct rego_symbol *symbol)
{
	const struct rego_term *t = l->terms[0];
	unsigned n = 0;
	uint32_t i;

	if (l->kind == REGO_SOME_IN) {
		for (i = 0; i + 1 < l->nterms; i++)
			n += count_name(l->terms[i], symbol);
	} else if (l->kind == REGO_EXPR && t->kind == REGO_CALL &&
		   t->op == REGO_OP_ASSIGN) {
		n += count_name(t->args[0], symbol);
	}
	return n;
}

/* "x := …; some x in …": elements are compared with it. */
static void
eval_compared(
    struct maker *m, const struct rego_body *b, const struct rego_literal *l)
{
	const struct rego_term *t;
	unsigned n = 0;
	uint32_t i;

	if (l->kind != REGO_SOME_IN && l->kind != REGO_EVERY)
		return;
	t = l->terms[l->nterms - 2];
	if (t->kind != REGO_VAR || str_eq(t->text, STR("_")))
		return;
	if (l->kind == REGO_EVERY)
		n = 1 + (l->nterms == 3 && l->terms[0]->symbol == t->symbol);
	for (i = 0; l->kind == REGO_SOME_IN && i < b->n; i++)
		n += count_bound(b->p[i], t->symbol);
	if (n > 1)
		read_whole(m, eval(m, t));
}

static void
eval_body(struct maker *m, const struct rego_body *b)
{
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		eval_literal(m, b->p[i]);
		eval_compared(m, b, b->p[i]);
	}
}

static void
eval_rule(struct maker *m, const struct rego_rule *first, bool answered)
{
	const struct rego_rule *r;
	uint32_t s;

	for (r = first; r != NULL; r = r->alt) {
		if (r->body != NULL)
			eval_body(m, r->body);
		if (r->key != NULL)
			read_whole(m, eval(m, r->key));
		s = r->value == NULL ? 0 : eval(m, r->value);
		if (answered)
			read_whole(m, s);
		else if (s != 0)
			put(m, LIVE_RESULT, 0, s, 0);
	}
}

struct live_rule
live_rule_ops(const struct program *p, uint32_t group,
    const struct rego_rule *r, struct live_keys *keys, live_path *path,
    void *ctx)
{
	struct maker m = {.program = p,
	    .arena = p->arena,
	    .keys = keys,
	    .path = path,
	    .ctx = ctx};
	struct live_rule out = {.group = group, .nparams = r->nargs};
	uint32_t *params = ARENA_ARRAY(p->arena, uint32_t, r->nargs), i;

	for (i = 0; i < r->nargs; i++) {
		if (r->args[i]->kind == REGO_VAR)
			params[i] = variable(&m, r->args[i]->symbol);
	}
	eval_rule(&m, r,
	    p->groups.p[group]->entry || r->kind == REGO_PARTIAL_OBJECT ||
		r->path->kind != REGO_VAR);
	out.params = params;
	out.ops = m.ops.p;
	out.nops = (uint32_t)m.ops.n;
	out.nregs = (uint32_t)m.vars.n;
	return out;
}

struct live *
shake_live(struct program *p)
{
	struct live_program all = {.ngroups = p->groups.n};
	struct live_keys keys = {0};
	VEC(struct live_rule) rules = {0};
	const struct group *g;
	struct live *root;
	size_t i, k;

	for (i = 0; i < p->groups.n; i++)
		p->groups.p[i]->number = (uint32_t)i;
	for (i = 0; i < p->groups.n; i++) {
		g = p->groups.p[i];
		for (k = 0; g->reached && k < g->rules.n; k++)
			VEC_PUSH(p->arena, &rules,
			    live_rule_ops(p, (uint32_t)i, g->rules.p[k], &keys,
				NULL, NULL));
	}
	all.rules = rules.p;
	all.nrules = rules.n;
	all.keys = keys.names.p;
	root = live_solve(p->arena, &all, NULL);
	root->whole |= p->whole;
	return root;
}
