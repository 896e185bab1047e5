/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over the data and indexes into it, where the data is known (rego
 * 17.2, passes 5 and 7).
 *
 *	select      x := policy_data.list[i]    one rule for each element
 *	tabulate    some c in policy_data.list  a list of what is read of each
 *	loops       some c in [e], every        the body with the elements
 */
#include "compiler/policy/specialise.h"
#include "runtime/base/banned.h"

#define ELEMENTS_MAX 64   /* of one collection (rego 17.5) */
#define ELEMENT_MAX 16384 /* bytes of a line, far from the agent's limit */
#define TABLE_MAX 512     /* bytes that tabulate may add */
#define GROWTH_MAX 128    /* bytes that one loop may add */
#define COLUMNS_MAX 4

/* Literals, wherever they stand in a rule. */

struct search {
	struct spec *spec;
	struct rego_rule *rule; /* the head of its chain */
	bool (*try)(struct search *s, struct rego_body *b, uint32_t i);
	bool changed;
};

static void search_body(struct search *s, struct rego_body *b);

static void
search_term(struct search *s, struct rego_term *t)
{
	uint32_t i;

	for (i = 0; i < t->nargs && !s->changed; i++)
		search_term(s, t->args[i]);
	if (t->body != NULL && !s->changed)
		search_body(s, t->body);
}

static void
search_body(struct search *s, struct rego_body *b)
{
	struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n && !s->changed; i++) {
		l = b->p[i];
		if (l->nwith == 0 && s->try(s, b, i)) {
			s->changed = true;
			return;
		}
		for (k = 0; k < l->nterms && !s->changed; k++)
			search_term(s, l->terms[k]);
		if (l->body != NULL && !s->changed)
			search_body(s, l->body);
	}
}

static void
search_rule(struct search *s, struct rego_rule *r)
{
	for (; r != NULL && !s->changed; r = r->alt) {
		if (r->key != NULL)
			search_term(s, r->key);
		if (r->value != NULL && !s->changed)
			search_term(s, r->value);
		if (r->body != NULL && !s->changed)
			search_body(s, r->body);
	}
}

/* Until nothing more is found; each change takes a loop away. */
static void
search_all(struct spec *spec,
    bool (*try)(struct search *s, struct rego_body *b, uint32_t i))
{
	struct group **g;
	size_t i, n;

	VEC_FOREACH(g, &spec->program->groups) {
		for (i = 0; (*g)->reached && i < (*g)->rules.n; i++) {
			for (n = 0; n < ELEMENTS_MAX; n++) {
				struct search s = {
				    .spec = spec, .rule = (*g)->rules.p[i]};

				s.try = try;
				search_rule(&s, s.rule);
				if (!s.changed)
					break;
				name_locals(spec->program);
			}
		}
	}
}

/* The rule's scope is found again by name_locals(). */
static void
rewrite(struct search *s,
    struct rego_term *(*replace)(void *, struct rego_term *), void *ctx)
{
	struct rewriting w = {s->spec->arena, replace, ctx, false};

	rewrite_rule(&w, s->rule);
	s->rule->scope = NULL;
}

static size_t
size_of(const struct jv *v)
{
	struct buf out = {0};
	size_t n;

	jv_print(&out, v, JV_COMPACT);
	n = out.n;
	buf_free(&out);
	return n;
}

static size_t
elements(const struct jv *v)
{
	return v->type == JV_ARRAY ? v->items.n : v->members.n;
}

static bool
is_collection(const struct jv *v)
{
	return v != NULL && (v->type == JV_ARRAY || v->type == JV_OBJECT);
}

static const struct jv *
element(const struct jv *v, size_t i)
{
	return v->type == JV_ARRAY ? v->items.p[i] : v->members.p[i].value;
}

static const struct jv *
element_key(struct arena *a, const struct jv *v, size_t i)
{
	return v->type == JV_ARRAY ? jv_int(a, (int64_t)i)
				   : jv_string(a, v->members.p[i].key);
}

/* select */

struct readers {
	struct spec *spec;
	struct fold path;
	unsigned n;
};

/* References that lead to the path, through it or may do so. */
static void
see_reader(void *ctx, const struct rego_term *t)
{
	struct readers *r = ctx;
	const struct rego_symbol *head = symbol_of(t);
	struct fold f = {0};
	struct rego_term part;
	size_t i;

	if (t->kind != REGO_REF && t->kind != REGO_VAR)
		return;
	part = *t;
	if (t->kind == REGO_REF) {
		for (i = 1; i < t->nargs && t->args[i]->kind == REGO_STRING;)
			i++;
		part.nargs = (uint32_t)i;
	}
	if (part.kind == REGO_VAR || part.nargs < 2) {
		r->n += head == r->spec->program->symbols->policy_data;
		return;
	}
	if (!fold_path(r->spec->program, &part, &f))
		return;
	for (i = 0; i < f.steps.n && i < r->path.steps.n; i++) {
		if (!str_eq(f.steps.p[i], r->path.steps.p[i]))
			return;
	}
	r->n++;
}

static unsigned
count_readers(struct spec *s, const struct rego_term *prefix)
{
	struct readers r = {.spec = s};
	struct group *const *g;
	struct rego_rule *const *it;

	if (!fold_path(s->program, prefix, &r.path))
		return 0;
	VEC_FOREACH(g, &s->program->groups) {
		if (!(*g)->reached)
			continue;
		VEC_FOREACH(it, &(*g)->rules)
			walk_rule(*it, see_reader, &r);
	}
	return r.n;
}

/* "x := policy_data.list[i]" with a rule i: the data, or NULL. */
static const struct jv *
selected(struct spec *s, const struct group *g)
{
	const struct rego_rule *r;
	const struct group *key;
	const struct jv *v;
	struct rego_term *prefix;

	if (!g->reached || g->rules.n != 1 || g->local || g->entry)
		return NULL;
	r = g->rules.p[0];
	if (r->kind != REGO_COMPLETE || r->path->kind != REGO_VAR ||
	    r->body != NULL || r->alt != NULL || r->is_default ||
	    r->value == NULL || r->value->kind != REGO_REF ||
	    r->value->nargs < 3)
		return NULL;
	prefix = r->value->args[r->value->nargs - 1];
	key = prefix->kind == REGO_VAR
		  ? symbol_group(s->program, prefix->symbol)
		  : NULL;
	if (key == NULL || key->local)
		return NULL;
	prefix = rego_new_args(
	    s->arena, REGO_REF, loc_none, r->value->args, r->value->nargs - 1);
	v = spec_value(s, prefix);
	if (!is_collection(v) || elements(v) < 2 ||
	    elements(v) > ELEMENTS_MAX || count_readers(s, prefix) != 1)
		return NULL;
	return v;
}

static struct rego_rule *
selected_rule(
    struct spec *s, const struct rego_rule *like, const struct jv *v, size_t i)
{
	struct rego_rule *r = ARENA_NEW(s->arena, struct rego_rule);
	struct rego_term *test = rego_new_op(s->arena, REGO_OP_EQ, loc_none,
	    like->value->args[like->value->nargs - 1],
	    spec_term(s->arena, element_key(s->arena, v, i)));
	struct rego_literal *l =
	    rego_new_literal(s->arena, REGO_EXPR, loc_none, &test, 1);

	*r = *like;
	r->value = spec_term(s->arena, element(v, i));
	r->body = rego_new_body(s->arena, loc_none, &l, 1);
	r->has_if = true;
	r->scope = NULL;
	return r;
}

void
unroll_select(struct spec *s)
{
	struct rego_rule *like;
	const struct jv *v;
	struct group **g;
	size_t i;

	VEC_FOREACH(g, &s->program->groups) {
		if ((v = selected(s, *g)) == NULL)
			continue;
		for (i = 0;
		     i < elements(v) && size_of(element(v, i)) <= ELEMENT_MAX;)
			i++;
		if (i < elements(v))
			continue;
		like = (*g)->rules.p[0];
		(*g)->rules.n = 0;
		for (i = 0; i < elements(v); i++)
			VEC_PUSH(s->arena, &(*g)->rules,
			    selected_rule(s, like, v, i));
	}
}

/* tabulate */

struct table {
	struct spec *spec;
	const struct rego_term *pattern, *list; /* of the loop */
	const struct jv *data;
	struct jv *rows;
	const struct rego_term *columns[COLUMNS_MAX];
	size_t n;
	bool failed, write;
};

/* "v.a.b": does it lead to something in the element?  The value, or NULL. */
static const struct jv *
in_element(struct table *t, const struct rego_term *ref, const struct jv *v)
{
	struct spec_constants c = {.spec = t->spec};
	struct spec_constant one = {t->pattern->symbol, v};
	struct rego_term *out;

	VEC_PUSH(t->spec->arena, &c.list, one);
	out = spec_replace(&c, (struct rego_term *)(uintptr_t)ref);
	return c.failed ? NULL : spec_value(t->spec, out);
}

/* "object.get(v.a, "name", default)" with constants. */
static bool
is_get(const struct table *t, const struct rego_term *c)
{
	size_t n;
	struct rego_term **args;

	if (c->kind != REGO_CALL || c->op != REGO_OP_NONE || c->nargs != 4 ||
	    c->args[0]->kind != REGO_REF ||
	    !str_eqz(rego_path_text(t->spec->arena, c->args[0]), "object.get"))
		return false;
	args = rego_call_args(c, &n);
	return symbol_of(args[0]) != NULL &&
	       symbol_of(args[0]) == t->pattern->symbol &&
	       args[1]->kind == REGO_STRING &&
	       spec_value(t->spec, args[2]) != NULL;
}

static const struct jv *
cell(struct table *t, const struct rego_term *column, const struct jv *v)
{
	const struct jv *found;
	struct rego_term **args;
	size_t n;

	if (column->kind != REGO_CALL)
		return in_element(t, column, v);
	args = rego_call_args(column, &n);
	found = in_element(t, args[0], v);
	if (!jv_is(found, JV_OBJECT))
		return NULL;
	found = jv_get(found, args[1]->text);
	return found != NULL ? found : spec_value(t->spec, args[2]);
}

static size_t
column_of(struct table *t, const struct rego_term *term)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (rego_term_equal(t->columns[i], term))
			return i;
	}
	if (t->n == COLUMNS_MAX) {
		t->failed = true;
		return 0;
	}
	t->columns[t->n] = term;
	return t->n++;
}

/* Finds the columns; then writes "v[i]" in their place. */
static struct rego_term *
see_column(void *ctx, struct rego_term *term)
{
	struct table *t = ctx;
	struct arena *a = t->spec->arena;
	struct rego_term *args[2];
	size_t i;

	if (term == t->list)
		return t->write ? spec_term(a, t->rows) : term;
	if (term == t->pattern)
		return term;
	if (!is_get(t, term)) {
		if (symbol_of(term) != t->pattern->symbol)
			return term;
		t->failed |= term->kind != REGO_REF;
	}
	i = column_of(t, term);
	if (!t->write)
		return rego_new(a, REGO_NULL, loc_none, STR(""));
	args[0] = (struct rego_term *)(uintptr_t)t->pattern;
	args[1] = spec_term(a, jv_int(a, (int64_t)i));
	return t->n == 1 ? args[0]
			 : rego_new_args(a, REGO_REF, loc_none, args, 2);
}

static bool
fill(struct table *t)
{
	struct arena *a = t->spec->arena;
	const struct jv *v;
	struct jv *line;
	size_t i, k;

	t->rows = jv_array(a);
	for (i = 0; i < elements(t->data); i++) {
		line = jv_array(a);
		for (k = 0; k < t->n; k++) {
			v = cell(t, t->columns[k], element(t->data, i));
			if (v == NULL || is_collection(v))
				return false;
			(void)jv_push(a, line, (struct jv *)(uintptr_t)v);
		}
		(void)jv_push(a, t->rows, t->n == 1 ? line->items.p[0] : line);
	}
	return size_of(t->rows) <= TABLE_MAX;
}

static bool
try_table(struct search *s, struct rego_body *b, uint32_t i)
{
	struct rego_literal *l = b->p[i];
	struct table t = {.spec = s->spec};
	struct rewriting look = {s->spec->arena, see_column, &t, false};
	struct rego_rule seen = *s->rule;

	if (l->kind != REGO_SOME_IN)
		return false;
	t.pattern = l->terms[l->nterms - 2];
	t.list = l->terms[l->nterms - 1];
	if (t.list->kind != REGO_REF ||
	    !spec_is_variable(s->spec, s->rule, t.pattern))
		return false;
	t.data = spec_value(s->spec, t.list);
	if (!jv_is(t.data, JV_ARRAY) || t.data->items.n < 2 ||
	    t.data->items.n > ELEMENTS_MAX || seen.alt != NULL)
		return false;
	rewrite_rule(&look, &seen);
	if (t.failed || t.n == 0 || !fill(&t))
		return false;
	t.write = true;
	rewrite(s, see_column, &t);
	return true;
}

void
unroll_tabulate(struct spec *s)
{
	search_all(s, try_table);
}

/* loops */

struct loop {
	struct rego_literal *literal;
	struct rego_term *key, *value; /* key NULL: none */
	const struct jv *data;
};

static bool
is_blank(const struct rego_term *t)
{
	return t->kind == REGO_VAR && str_eq(t->text, STR("_"));
}

static bool
is_bindable(struct search *s, const struct rego_term *t)
{
	return t == NULL || is_blank(t) ||
	       spec_is_variable(s->spec, s->rule, t);
}

static bool
loop_at(struct search *s, struct rego_literal *l, struct loop *out)
{
	if (l->kind != REGO_SOME_IN && l->kind != REGO_EVERY)
		return false;
	out->literal = l;
	out->key = l->nterms == 3 ? l->terms[0] : NULL;
	out->value = l->terms[l->nterms - 2];
	out->data = spec_value(s->spec, l->terms[l->nterms - 1]);
	return is_collection(out->data) && is_bindable(s, out->key) &&
	       is_bindable(s, out->value);
}

static void
bind(struct spec_constants *c, const struct loop *loop, size_t i)
{
	struct arena *a = c->spec->arena;
	struct spec_constant one;

	one =
	    (struct spec_constant){loop->value->symbol, element(loop->data, i)};
	if (!is_blank(loop->value))
		VEC_PUSH(a, &c->list, one);
	if (loop->key == NULL || is_blank(loop->key))
		return;
	one = (struct spec_constant){
	    loop->key->symbol, element_key(a, loop->data, i)};
	VEC_PUSH(a, &c->list, one);
}

static struct rego_literal *
always(struct arena *a)
{
	struct rego_term *t = fold_constant(a, jv_bool(a, true));

	return rego_new_literal(a, REGO_EXPR, loc_none, &t, 1);
}

/* The body's i-th literal gives way to others, in place. */
static void
splice(struct arena *a, struct rego_body *b, uint32_t i,
    struct rego_literal *const *with, size_t n)
{
	VEC(struct rego_literal *) all = {0};
	size_t k;

	for (k = 0; k < i; k++)
		VEC_PUSH(a, &all, b->p[k]);
	for (k = 0; k < n; k++)
		VEC_PUSH(a, &all, with[k]);
	for (k = i + 1; k < b->n; k++)
		VEC_PUSH(a, &all, b->p[k]);
	if (all.n == 0)
		VEC_PUSH(a, &all, always(a));
	*b = *rego_new_body(a, b->loc, all.p, all.n);
}

/* One solution at most, and no names of its own? */
struct single {
	struct search *search;
	bool ok;
};

static void
see_unbound(void *ctx, const struct rego_term *t)
{
	struct single *one = ctx;
	struct spec *s = one->search->spec;
	const struct rego_symbol *symbol = symbol_of(t);

	if (t->body != NULL || (t->kind == REGO_CALL && t->op == REGO_OP_UNIFY))
		one->ok = false;
	if (symbol == NULL || symbol == s->program->symbols->input ||
	    symbol == s->program->symbols->data ||
	    symbol_group(s->program, symbol) != NULL)
		return;
	one->ok &= symbol == s->program->symbols->policy_data ||
		   spec_declared(one->search->rule, symbol) == 1;
}

static bool
is_single(struct search *s, const struct rego_body *b)
{
	struct single one = {s, true};
	const struct rego_literal *l;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		if ((l->kind != REGO_EXPR && l->kind != REGO_NOT) ||
		    l->nwith > 0 ||
		    (l->terms[0]->kind == REGO_CALL &&
			l->terms[0]->op == REGO_OP_ASSIGN))
			return false;
	}
	walk_body(b, see_unbound, &one);
	return one.ok;
}

/* The bodies of an every for each element, or none. */
static bool
conjunction(
    struct search *s, const struct loop *loop, struct rego_body *b, uint32_t i)
{
	struct arena *a = s->spec->arena;
	VEC(struct rego_literal *) all = {0};
	struct rego_body *was, *one;
	size_t k, before = spec_size(s->rule);
	uint32_t n;

	for (k = 0; k < elements(loop->data); k++) {
		struct spec_constants c = {.spec = s->spec};
		struct rewriting w = {a, spec_replace, &c, false};

		bind(&c, loop, k);
		one =
		    rewrite_body(&w, rewrite_copy_body(a, loop->literal->body));
		if (c.failed || w.stuck)
			return false;
		for (n = 0; n < one->n; n++)
			VEC_PUSH(a, &all, one->p[n]);
	}
	was = rego_new_body(a, b->loc, b->p, b->n);
	splice(a, b, i, all.p, all.n);
	if (elements(loop->data) < 2 ||
	    spec_size(s->rule) <= before + GROWTH_MAX) {
		s->rule->scope = NULL;
		return true;
	}
	*b = *was;
	return false;
}

/* "some x in [e]": x is e in all of the rule. */
static bool
only_one(
    struct search *s, const struct loop *loop, struct rego_body *b, uint32_t i)
{
	struct arena *a = s->spec->arena;
	struct rego_body *was = rego_new_body(a, b->loc, b->p, b->n);
	struct spec_constants c = {.spec = s->spec};
	struct rewriting w = {a, spec_replace, &c, false};
	struct rego_rule *copy;

	bind(&c, loop, 0);
	splice(a, b, i, NULL, 0);
	copy = rewrite_copy(a, s->rule);
	rewrite_rule(&w, copy);
	if (c.failed || w.stuck) {
		*b = *was;
		return false;
	}
	*s->rule = *copy;
	s->rule->scope = NULL;
	return true;
}

static bool
try_loop(struct search *s, struct rego_body *b, uint32_t i)
{
	struct loop loop;

	if (!loop_at(s, b->p[i], &loop))
		return false;
	if (loop.literal->kind == REGO_SOME_IN)
		return elements(loop.data) == 1 && only_one(s, &loop, b, i);
	return elements(loop.data) <= ELEMENTS_MAX &&
	       is_single(s, loop.literal->body) && conjunction(s, &loop, b, i);
}

/* Does evaluating the rule print? */
static bool may_print(struct program *p, struct group *g);

struct print_search {
	struct program *program;
	bool found;
};

static void
see_print(void *ctx, const struct rego_term *t)
{
	struct print_search *s = ctx;
	struct group *g;

	if (s->found || (t->kind != REGO_VAR && t->kind != REGO_REF))
		return;
	g = program_target(s->program, t);
	s->found = g != NULL ? may_print(s->program, g)
			     : str_eqz(rego_head_name(t), "print");
}

enum { PRINTS_UNKNOWN, PRINTS_ASKED, PRINTS_NO, PRINTS_YES };

static bool
may_print(struct program *p, struct group *g)
{
	struct print_search s = {p, false};
	size_t i;

	if (g->prints != PRINTS_UNKNOWN)
		return g->prints == PRINTS_YES;
	g->prints = PRINTS_ASKED;
	for (i = 0; i < g->rules.n && !s.found; i++)
		walk_rule(g->rules.p[i], see_print, &s);
	g->prints = s.found ? PRINTS_YES : PRINTS_NO;
	return s.found;
}

/* A loop in the rule's own body: a rule for each element. */
static bool
split(struct search *s, struct group *g, size_t at, const struct loop *loop,
    uint32_t i)
{
	struct arena *a = s->spec->arena;
	VEC(struct rego_rule *) all = {0};
	size_t k, size = 0, before = spec_size(s->rule);
	struct rego_rule *copy;

	for (k = 0; k < elements(loop->data); k++) {
		struct spec_constants c = {.spec = s->spec};
		struct rewriting w = {a, spec_replace, &c, false};

		bind(&c, loop, k);
		copy = rewrite_copy(a, s->rule);
		splice(a, copy->body, i, NULL, 0);
		rewrite_rule(&w, copy);
		copy->scope = NULL;
		VEC_PUSH(a, &all, copy);
		size += spec_size(copy);
		if (c.failed || w.stuck || size > before + GROWTH_MAX)
			return false;
	}
	g->rules.p[at] = all.p[0];
	for (k = 1; k < all.n; k++)
		VEC_INSERT(a, &g->rules, at + k, all.p[k]);
	return true;
}

static void
split_rules(struct spec *spec, struct group *g)
{
	struct rego_rule *r;
	struct loop loop;
	size_t at;
	uint32_t i;

	if (!g->reached || may_print(spec->program, g))
		return;
	for (at = 0; at < g->rules.n; at++) {
		struct search s = {.spec = spec, .rule = r = g->rules.p[at]};

		/* functions: an abort of one body hides behind another */
		if (r->body == NULL || r->alt != NULL || r->is_default ||
		    (r->kind != REGO_COMPLETE && r->kind != REGO_PARTIAL_SET))
			continue;
		for (i = 0; i < r->body->n; i++) {
			if (r->body->p[i]->kind == REGO_SOME_IN &&
			    r->body->p[i]->nwith == 0 &&
			    loop_at(&s, r->body->p[i], &loop) &&
			    elements(loop.data) > 1 &&
			    elements(loop.data) <= ELEMENTS_MAX &&
			    split(&s, g, at, &loop, i)) {
				name_locals(spec->program);
				at--;
				break;
			}
		}
	}
}

void
unroll_loops(struct spec *s)
{
	struct group **g;

	search_all(s, try_loop);
	VEC_FOREACH(g, &s->program->groups)
		(*g)->prints = PRINTS_UNKNOWN;
	VEC_FOREACH(g, &s->program->groups)
		split_rules(s, *g);
}
