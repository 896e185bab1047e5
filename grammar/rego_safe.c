/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes, safety and calls of one rule.  A body is safe if its literals can
 * be put in an order in which each variable is bound before it is used; the
 * first literal that is ready is taken, again and again (rego 5.4).
 */
#include <string.h>

#include "grammar/rego_check_int.h"
#include "runtime/base/banned.h"

/* A body that is larger is no policy; ordering is quadratic at worst. */
#define LITERALS_MAX 5000
/* Nested bodies that are not safe would be tried again and again. */
#define ATTEMPTS_MAX 1000000

enum { EVERYWHERE, OPA_ONLY, OPA_V0_ONLY };

struct builtin {
	const char *name;
	int nargs;
	int where;
};

static const struct builtin builtins[] = {
#define KATA EVERYWHERE
#define KATA28 EVERYWHERE
#define KATA30 EVERYWHERE
#define OPA OPA_ONLY
#define OLD OPA_V0_ONLY
#define BUILTIN(name, nargs, where, function) {name, nargs, where},
#include "grammar/builtin.def"
#undef BUILTIN
#undef KATA
#undef KATA28
#undef KATA30
#undef OPA
#undef OLD
};

/* Variables of a body; those of the bodies around it are above. */
struct scope {
	const struct scope *up;
	struct map declared; /* := , some, every, arguments */
	struct map bound;
	bool args; /* those of a function */
};

struct outs {
	VEC(const struct rego_term *) vars;
};

static bool ready(struct ck *c, const struct scope *s,
    const struct rego_term *t, struct outs *o);
static bool check_body(struct ck *c, const struct scope *up,
    struct rego_body *b, struct scope *s, bool report);

static bool
is_wildcard(const struct rego_term *t)
{
	return t->kind == REGO_VAR && str_eqz(t->text, "_");
}

static bool
is_declared(const struct scope *s, struct str name)
{
	for (; s != NULL; s = s->up) {
		if (map_get(&s->declared, name) != NULL)
			return true;
	}
	return false;
}

static bool
is_bound(const struct scope *s, struct str name)
{
	for (; s != NULL; s = s->up) {
		if (map_get(&s->bound, name) != NULL)
			return true;
		if (map_get(&s->declared, name) != NULL)
			return false;
	}
	return false;
}

/* A variable of the rule, not a rule, an import, data or input. */
static bool
is_local(struct ck *c, const struct scope *s, struct str name)
{
	return is_declared(s, name) || ck_global(c, name).n == 0;
}

static void
out(struct ck *c, struct outs *o, const struct rego_term *var)
{
	VEC_PUSH(c->scratch, &o->vars, var);
}

static bool
is_pending(const struct outs *o, struct str name)
{
	size_t i;

	for (i = 0; i < o->vars.n; i++) {
		if (str_eq(o->vars.p[i]->text, name))
			return true;
	}
	return false;
}

/* Variables of a pattern become bound; the rest of it must be ready. */
static bool
binds(struct ck *c, const struct scope *s, const struct rego_term *t,
    struct outs *o)
{
	uint32_t i;

	if (t->kind == REGO_VAR) {
		if (is_local(c, s, t->text) && !is_wildcard(t))
			out(c, o, t);
		return true;
	}
	if (t->kind != REGO_ARRAY && t->kind != REGO_OBJECT)
		return ready(c, s, t, o);
	for (i = 0; i < t->nargs; i++) {
		if (t->kind == REGO_OBJECT && i % 2 == 0) {
			if (!ready(c, s, t->args[i], o))
				return false;
		} else if (!binds(c, s, t->args[i], o)) {
			return false;
		}
	}
	return true;
}

static bool
ready_var(struct ck *c, const struct scope *s, const struct rego_term *t,
    const struct outs *o)
{
	return !is_local(c, s, t->text) || is_bound(s, t->text) ||
	       is_pending(o, t->text);
}

static bool
ready_ref(struct ck *c, const struct scope *s, const struct rego_term *t,
    struct outs *o)
{
	uint32_t i;

	if (!ready(c, s, t->args[0], o))
		return false;
	for (i = 1; i < t->nargs; i++) {
		if (!binds(c, s, t->args[i], o))
			return false;
	}
	return true;
}

static const struct builtin *
find_builtin(struct str name)
{
	size_t low = 0, high = sizeof(builtins) / sizeof(builtins[0]), mid;
	int r;

	while (low < high) {
		mid = (low + high) / 2;
		r = str_cmp(name, str_from(builtins[mid].name));
		if (r == 0)
			return &builtins[mid];
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* How many arguments the function takes; -1: any number, -2: unknown. */
static int
arity(struct ck *c, const struct rego_term *call)
{
	const struct ck_group *g;
	const struct builtin *b;

	if (call->op != REGO_OP_NONE)
		return call->op == REGO_OP_IN3 ? 3 : 2;
	c->calling = !c->options->opa;
	g = map_get(&c->groups, ck_path(c, call->args[0]));
	c->calling = false;
	if (g != NULL)
		return g->first->kind == REGO_FUNCTION ? (int)g->first->nargs
						       : -2;
	b = find_builtin(rego_call_name(c->scratch, call));
	if (c->options->given != NULL &&
	    str_eqz(rego_call_name(c->scratch, call), c->options->given))
		return -1;
	if (b == NULL ||
	    (b->where != EVERYWHERE && !c->options->opa &&
		!c->options->every) ||
	    (b->where == OPA_V0_ONLY && c->module->v1))
		return -2;
	return b->nargs;
}

/*
 * All of the terms: what one binds may be what another needs, so those that
 * are not ready are tried once more.  The one at `result` is a pattern.
 */
static bool
ready_all(struct ck *c, const struct scope *s, struct rego_term *const *args,
    size_t n, size_t result, struct outs *o)
{
	size_t i, again = 0;

	for (i = 0; i < n; i++) {
		if (i == result)
			continue;
		if (!ready(c, s, args[i], o)) {
			if (again++ > 0 || n > 16)
				return false;
		}
	}
	for (i = 0; i < n && again > 0; i++) {
		if (i != result && !ready(c, s, args[i], o))
			return false;
	}
	return result >= n || binds(c, s, args[result], o);
}

/*
 * One argument more than it takes is unified with the result.  What print()
 * shows may be undefined, so that it cannot bind.
 */
static bool
ready_call(struct ck *c, const struct scope *s, const struct rego_term *t,
    struct outs *o)
{
	size_t n, i, had = o->vars.n;
	struct rego_term **args = rego_call_args(t, &n);
	int want = arity(c, t);

	if (!ready_all(c, s, args, n, want < 0 ? SIZE_MAX : (size_t)want, o))
		return false;
	if (!str_eqz(rego_call_name(c->scratch, t), "print"))
		return true;
	for (i = had; i < o->vars.n; i++) {
		if (!is_bound(s, o->vars.p[i]->text))
			return false;
	}
	return true;
}

static bool
ready_compr(struct ck *c, const struct scope *s, const struct rego_term *t,
    const struct outs *o)
{
	struct scope with = {.up = s}, inner = {0};
	struct outs none = {0};
	size_t i;

	for (i = 0; i < o->vars.n; i++)
		(void)map_set(c->scratch, &with.bound, o->vars.p[i]->text, c);
	if (!check_body(c, &with, t->body, &inner, false))
		return false;
	for (i = 0; i < t->nargs; i++) {
		if (!ready(c, &inner, t->args[i], &none))
			return false;
	}
	return true;
}

/*
 * Can the term be evaluated with what is bound?  References may bind the
 * variables among their operands: those go to `o`.
 */
static bool
ready(struct ck *c, const struct scope *s, const struct rego_term *t,
    struct outs *o)
{
	if (rego_is_ground(t))
		return true;
	switch ((enum rego_kind)t->kind) {
	case REGO_VAR:
		return ready_var(c, s, t, o);
	case REGO_REF:
		return ready_ref(c, s, t, o);
	case REGO_CALL:
		return ready_call(c, s, t, o);
	case REGO_ARRAY_COMPR:
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
		return ready_compr(c, s, t, o);
	case REGO_NULL:
	case REGO_BOOL:
	case REGO_NUMBER:
	case REGO_STRING:
	case REGO_ARRAY:
	case REGO_SET:
	case REGO_OBJECT:
	case REGO_TEMPLATE:
		break;
	}
	return ready_all(c, s, t->args, t->nargs, SIZE_MAX, o);
}

static bool
unifies(struct ck *c, const struct scope *s, const struct rego_term *a,
    const struct rego_term *b, struct outs *o)
{
	size_t had = o->vars.n;
	uint32_t i, step = a->kind == REGO_OBJECT ? 2 : 1;

	/* They can never match, so that nothing is bound. */
	if ((a->kind == REGO_ARRAY || a->kind == REGO_OBJECT) &&
	    a->kind == b->kind && a->nargs != b->nargs)
		return false;

	if (ready(c, s, b, o) && binds(c, s, a, o))
		return true;
	o->vars.n = had;
	if (ready(c, s, a, o) && binds(c, s, b, o))
		return true;
	o->vars.n = had;
	if (a->kind != b->kind || a->nargs != b->nargs ||
	    (a->kind != REGO_ARRAY && a->kind != REGO_OBJECT))
		return false;
	for (i = step - 1; i < a->nargs; i += step) {
		if (!unifies(c, s, a->args[i], b->args[i], o))
			return false;
	}
	return true;
}

static bool
ready_expr(struct ck *c, const struct scope *s, const struct rego_term *t,
    struct outs *o)
{
	if (t->kind == REGO_CALL && t->op == REGO_OP_ASSIGN)
		return ready(c, s, t->args[1], o) && binds(c, s, t->args[0], o);
	if (t->kind == REGO_CALL && t->op == REGO_OP_UNIFY)
		return unifies(c, s, t->args[0], t->args[1], o);
	return ready(c, s, t, o);
}

/* "_" of a reference: it would iterate. */
static const struct rego_term *
find_wildcard(const struct rego_term *t)
{
	const struct rego_term *w = NULL;
	uint32_t i;

	if (is_wildcard(t))
		return t;
	for (i = 0; t->body == NULL && i < t->nargs && w == NULL; i++)
		w = find_wildcard(t->args[i]);
	return w;
}

/* A negated expression binds nothing: all that it would bind is unsafe. */
static bool
ready_not(struct ck *c, const struct scope *s, const struct rego_term *t)
{
	struct outs o = {0};
	size_t i;

	if (find_wildcard(t) != NULL || !ready_expr(c, s, t, &o))
		return false;
	for (i = 0; i < o.vars.n; i++) {
		if (!is_bound(s, o.vars.p[i]->text))
			return false;
	}
	return true;
}

static bool
ready_iteration(struct ck *c, const struct scope *s,
    const struct rego_literal *l, struct outs *o)
{
	struct scope inner = {.up = s}, body = {0};
	uint32_t i;

	if (!ready(c, s, l->terms[l->nterms - 1], o))
		return false;
	if (l->kind == REGO_SOME_IN) {
		for (i = 0; i + 1 < l->nterms; i++) {
			if (!binds(c, s, l->terms[i], o))
				return false;
		}
		return true;
	}
	for (i = 0; i + 1 < l->nterms; i++) {
		(void)map_set(
		    c->scratch, &inner.declared, l->terms[i]->text, c);
		(void)map_set(c->scratch, &inner.bound, l->terms[i]->text, c);
	}
	for (i = 0; i < o->vars.n; i++)
		(void)map_set(c->scratch, &inner.bound, o->vars.p[i]->text, c);
	return check_body(c, &inner, l->body, &body, false);
}

/* A function may be replaced by another: the value is its name. */
static bool
is_function_name(struct ck *c, const struct rego_term *t)
{
	struct ck_group *g;

	if (t->kind != REGO_VAR && t->kind != REGO_REF)
		return false;
	g = map_get(&c->groups, ck_path(c, t));
	return g != NULL ? g->first->kind == REGO_FUNCTION
			 : find_builtin(rego_path_text(c->scratch, t)) != NULL;
}

static bool
ready_literal(struct ck *c, const struct scope *s, const struct rego_literal *l,
    struct outs *o)
{
	uint32_t i;

	for (i = 0; i < l->nwith; i++) {
		if (!is_function_name(c, l->with[i].value) &&
		    !ready(c, s, l->with[i].value, o))
			return false;
	}
	switch ((enum rego_literal_kind)l->kind) {
	case REGO_EXPR:
		return ready_expr(c, s, l->terms[0], o);
	case REGO_NOT:
		return ready_not(c, s, l->terms[0]);
	case REGO_SOME:
		return true;
	case REGO_SOME_IN:
	case REGO_EVERY:
		return ready_iteration(c, s, l, o);
	}
	return true;
}

/* Declarations */

static void
declare(struct ck *c, struct scope *s, const struct rego_term *t, bool some)
{
	/* The agent's engine lets `some` declare what there is. */
	bool once = !some || c->options->opa, repeated = false;
	uint32_t i;

	if (t->kind == REGO_VAR && !is_wildcard(t)) {
		if (c->module->v1 &&
		    (str_eqz(t->text, "input") || str_eqz(t->text, "data")))
			diag_report(
			    c->diags, REGO_SHADOW, t->loc, STR_ARG(t->text));
		if (map_set(c->scratch, &s->declared, t->text,
			(void *)(uintptr_t)t) != NULL &&
		    once)
			repeated = true;
		if (once && s->up != NULL && s->up->args &&
		    map_get(&s->up->declared, t->text) != NULL)
			repeated = true;
		if (repeated)
			diag_report(
			    c->diags, REGO_ASSIGNED, t->loc, STR_ARG(t->text));
	} else if (t->kind == REGO_ARRAY || t->kind == REGO_OBJECT) {
		for (i = 0; i < t->nargs; i++)
			declare(c, s, t->args[i], some);
	}
}

static void
declare_body(struct ck *c, struct scope *s, const struct rego_body *b)
{
	const struct rego_literal *l;
	const struct rego_term *t;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		t = l->terms[0];
		if (l->kind == REGO_SOME || l->kind == REGO_SOME_IN) {
			for (k = 0; k + (l->kind == REGO_SOME_IN) < l->nterms;
			     k++)
				declare(c, s, l->terms[k], true);
		} else if (l->kind == REGO_EXPR && t->kind == REGO_CALL &&
			   t->op == REGO_OP_ASSIGN) {
			declare(c, s, t->args[0], false);
		}
	}
}

/* Reports */

static void
report_unbound(struct ck *c, const struct scope *s, const struct rego_term *t)
{
	struct scope with = {.up = s}, inner = {0};
	uint32_t i = 0;

	if (t->kind == REGO_VAR && is_local(c, s, t->text) &&
	    !is_bound(s, t->text))
		diag_report(c->diags, REGO_UNSAFE, t->loc, STR_ARG(t->text));
	if (t->body != NULL) {
		(void)check_body(c, &with, t->body, &inner, true);
		s = &inner;
	}
	/* The name of a function is no variable. */
	i = t->kind == REGO_CALL && t->op == REGO_OP_NONE;
	for (; i < t->nargs; i++)
		report_unbound(c, s, t->args[i]);
}

static void
report_literal(
    struct ck *c, const struct scope *s, const struct rego_literal *l)
{
	struct scope inner = {.up = s}, body = {0};
	const struct rego_term *w;
	uint32_t i;

	for (i = 0; i < l->nterms; i++) {
		if (l->kind == REGO_EVERY && i + 1 < l->nterms) {
			(void)map_set(
			    c->scratch, &inner.declared, l->terms[i]->text, c);
			(void)map_set(
			    c->scratch, &inner.bound, l->terms[i]->text, c);
			continue;
		}
		report_unbound(c, s, l->terms[i]);
	}
	w = l->kind == REGO_NOT ? find_wildcard(l->terms[0]) : NULL;
	if (w != NULL)
		diag_report(c->diags, REGO_UNSAFE, w->loc, STR_ARG(w->text));
	if (l->body != NULL)
		(void)check_body(c, &inner, l->body, &body, true);
	for (i = 0; i < l->nwith; i++) {
		if (!is_function_name(c, l->with[i].value))
			report_unbound(c, s, l->with[i].value);
	}
}

static void
commit(struct ck *c, struct scope *s, const struct outs *o)
{
	size_t i;

	for (i = 0; i < o->vars.n; i++)
		(void)map_set(c->scratch, &s->bound, o->vars.p[i]->text, c);
}

static bool
attempt(struct ck *c, const struct scope *s, const struct rego_literal *l,
    struct outs *o)
{
	if (c->attempts == ATTEMPTS_MAX)
		diag_report(c->diags, REGO_LIMIT, l->loc,
		    "ways to order the literals", ATTEMPTS_MAX);
	return c->attempts++ >= ATTEMPTS_MAX || ready_literal(c, s, l, o);
}

/*
 * Orders the body in `s`, which gets its variables.  With `report` what is
 * not safe becomes diagnostics.
 */
static bool
check_body(struct ck *c, const struct scope *up, struct rego_body *b,
    struct scope *s, bool report)
{
	struct outs o = {0};
	bool *done, progress = true;
	uint32_t i, left = b->n;

	if (b->order == NULL)
		b->order = ARENA_ARRAY(c->arena, uint32_t, b->n);

	s->up = up;
	if (b->n > LITERALS_MAX) {
		diag_report(c->diags, REGO_LIMIT, b->loc, "literals in a body",
		    LITERALS_MAX);
		return true;
	}
	declare_body(c, s, b);
	done = ARENA_ARRAY(c->scratch, bool, b->n);
	while (left > 0 && progress) {
		progress = false;
		for (i = 0; i < b->n; i++) {
			o.vars.n = 0;
			if (done[i] || !attempt(c, s, b->p[i], &o))
				continue;
			commit(c, s, &o);
			done[i] = progress = true;
			b->order[b->n - left--] = i;
		}
	}
	for (i = 0; report && i < b->n; i++) {
		if (!done[i])
			report_literal(c, s, b->p[i]);
	}
	return left == 0;
}

/* Uses and calls */

static void
check_call(struct ck *c, const struct rego_term *t)
{
	size_t n;
	int want = arity(c, t);
	struct str name = rego_call_name(c->scratch, t);
	/* As a literal it may have one more, which is the result. */
	bool more = t == c->literal;

	(void)rego_call_args(t, &n);
	if (want == -2)
		diag_report(
		    c->diags, REGO_FUNCTION, t->args[0]->loc, STR_ARG(name));
	else if (want >= 0 && n != (size_t)want &&
		 !(more && n == (size_t)want + 1))
		diag_report(
		    c->diags, REGO_ARITY, t->loc, STR_ARG(name), want, n);
}

static bool
has_key(const struct rego_term *object, const struct rego_term *key)
{
	uint32_t i;

	for (i = 0; i < object->nargs; i += 2)
		if (object->args[i]->kind != REGO_STRING ||
		    rego_term_equal(object->args[i], key))
			return true;
	return false;
}

/* The agent's engine takes no literal objects of different constant keys. */
static void
check_keys(struct ck *c, const struct rego_term *t)
{
	const struct rego_term *a = t->args[0], *b = t->args[1];
	uint32_t i;

	if (a->kind != REGO_OBJECT || b->kind != REGO_OBJECT ||
	    a->nargs != b->nargs)
		return;
	for (i = 0; i < a->nargs; i += 2)
		if (a->args[i]->kind == REGO_STRING && !has_key(b, a->args[i]))
			diag_report(c->diags, REGO_CONFLICT, a->args[i]->loc,
			    STR_ARG(a->args[i]->text));
}

static void see_body(struct ck *c, struct scope *s, const struct rego_body *b);

/* What the term refers to; names of the scope are no rules. */
static void
see_term(struct ck *c, const struct scope *s, const struct rego_term *t)
{
	uint32_t i = t->kind == REGO_REF && t->args[0]->kind == REGO_VAR;
	struct scope inner = {.up = s};
	struct str path, name;

	if (rego_is_ground(t))
		return;
	name = rego_head_name(t);
	if (name.n > 0 && !is_declared(s, name)) {
		path = ck_path(c, t);
		if (path.n > 0 && !str_eqz(name, "input"))
			ck_use(c, path);
	}
	c->calling = false;
	if (t->kind == REGO_CALL)
		check_call(c, t);
	if (t->kind == REGO_CALL && !c->options->opa &&
	    (t->op == REGO_OP_ASSIGN || t->op == REGO_OP_UNIFY))
		check_keys(c, t);
	if (t->body != NULL) {
		see_body(c, &inner, t->body);
		s = &inner;
	}
	for (; i < t->nargs; i++) {
		c->calling = t->kind == REGO_CALL && i == 0 && !c->options->opa;
		see_term(c, s, t->args[i]);
	}
}

static void
see_literal(struct ck *c, const struct scope *s, const struct rego_literal *l)
{
	struct scope every = {.up = s}, inner = {.up = &every};
	uint32_t i;

	for (i = 0; i < l->nterms; i++) {
		c->literal = l->terms[i];
		see_term(c, s, l->terms[i]);
	}
	for (i = 0; i < l->nwith; i++)
		see_term(c, s, l->with[i].value);
	if (l->body == NULL)
		return;
	for (i = 0; i + 1 < l->nterms; i++)
		(void)map_set(
		    c->scratch, &every.declared, l->terms[i]->text, c);
	see_body(c, &inner, l->body);
}

/* Variables that stand in the term itself, not in bodies inside of it. */
static void
note_vars(struct ck *c, struct map *seen, const struct rego_term *t)
{
	uint32_t i = t->kind == REGO_CALL && t->op == REGO_OP_NONE;

	if (t->kind == REGO_VAR && !is_wildcard(t))
		(void)map_set(c->scratch, seen, t->text, c);
	for (; t->body == NULL && !rego_is_ground(t) && i < t->nargs; i++)
		note_vars(c, seen, t->args[i]);
}

static void
check_not_seen(struct ck *c, const struct map *seen, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR && map_get(seen, t->text) != NULL)
		diag_report(
		    c->diags, REGO_REFERENCED, t->loc, STR_ARG(t->text));
	for (i = 0;
	     (t->kind == REGO_ARRAY || t->kind == REGO_OBJECT) && i < t->nargs;
	     i++)
		check_not_seen(c, seen, t->args[i]);
}

/* A variable must not be used in a literal above its declaration. */
static void
check_declared_first(struct ck *c, const struct rego_body *b)
{
	struct map seen = {0};
	const struct rego_term *t;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		t = b->p[i]->terms[0];
		if (b->p[i]->kind == REGO_EXPR && t->kind == REGO_CALL &&
		    t->op == REGO_OP_ASSIGN) {
			check_not_seen(c, &seen, t->args[0]);
			note_vars(c, &seen, t->args[1]);
			continue;
		}
		for (k = 0; b->p[i]->kind <= REGO_NOT && k < b->p[i]->nterms;
		     k++)
			note_vars(c, &seen, b->p[i]->terms[k]);
	}
}

/* The body's own names go to `s`. */
static void
see_body(struct ck *c, struct scope *s, const struct rego_body *b)
{
	uint32_t i;

	declare_body(c, s, b);
	check_declared_first(c, b);
	for (i = 0; i < b->n; i++)
		see_literal(c, s, b->p[i]);
}

/* Head terms are evaluated with what the body binds. */
static void
check_head_term(struct ck *c, const struct scope *s, const struct rego_term *t)
{
	struct outs o = {0};

	if (t == NULL)
		return;
	see_term(c, s, t);
	if (!ready(c, s, t, &o))
		report_unbound(c, s, t);
}

static void
check_args(struct ck *c, struct scope *s, const struct rego_rule *r)
{
	struct outs o = {0};
	uint32_t i;

	for (i = 0; i < r->nargs; i++) {
		declare(c, s, r->args[i], true);
		(void)binds(c, s, r->args[i], &o);
	}
	commit(c, s, &o);
}

void
ck_query(struct ck *c, struct rego_body *b)
{
	struct scope s = {0}, seen = {0};

	see_body(c, &seen, b);
	(void)check_body(c, NULL, b, &s, true);
}

void
ck_rule(struct ck *c, const struct rego_rule *r)
{
	const struct rego_rule *head = r;
	struct scope args = {.args = true};
	uint32_t i;

	check_args(c, &args, r);
	for (; r != NULL; r = r->alt) {
		struct scope s = {.up = &args};

		if (r->body != NULL) {
			struct scope seen = {.up = &args};

			see_body(c, &seen, r->body);
			(void)check_body(c, &args, r->body, &s, true);
		}
		check_head_term(c, &s, r->key);
		check_head_term(c, &s, r->value);
		for (i = 1; r == head && r->path->kind == REGO_REF &&
			    i < r->path->nargs;
		     i++)
			check_head_term(c, &s, r->path->args[i]);
	}
}
