/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a policy: package, imports, what the agent asks in byte order
 * (defaults first), the other rules, then the data as the last rule.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

/*
 * A line of data ends where it is this long.  The agent's parser copies the
 * whole line at each turn that it takes back, and stops at long ones
 * (policy-model 10.5); line breaks take room.
 */
#define LINE_LONG ((size_t)1000)

static void see_body(struct used *u, const struct rego_body *b);

static void
see_term(struct used *u, const struct rego_term *t)
{
	uint32_t i;

	u->kw_in |= t->kind == REGO_CALL &&
		    (t->op == REGO_OP_IN || t->op == REGO_OP_IN3);
	for (i = 0; i < t->nargs; i++)
		see_term(u, t->args[i]);
	if (t->body != NULL)
		see_body(u, t->body);
}

static void
see_body(struct used *u, const struct rego_body *b)
{
	const struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		u->kw_in |= l->kind == REGO_SOME_IN || l->kind == REGO_EVERY;
		u->kw_every |= l->kind == REGO_EVERY;
		for (k = 0; k < l->nterms; k++)
			see_term(u, l->terms[k]);
		if (l->body != NULL)
			see_body(u, l->body);
	}
}

void
layout_see(struct used *u, const struct rego_rule *r)
{
	u->kw_contains |= r->kind == REGO_PARTIAL_SET;
	for (; r != NULL; r = r->alt) {
		u->kw_if |= r->body != NULL;
		if (r->key != NULL)
			see_term(u, r->key);
		if (r->value != NULL)
			see_term(u, r->value);
		if (r->body != NULL)
			see_body(u, r->body);
	}
}

void
layout_header(struct buf *out, const struct used *u, enum rego_style style)
{
	buf_puts(out, "package agent_policy\n");
	if (style == REGO_FMT)
		buf_putc(out, '\n');
	if (u->kw_in)
		buf_puts(out, "import future.keywords.in\n");
	if (u->kw_every)
		buf_puts(out, "import future.keywords.every\n");
	if (u->kw_if)
		buf_puts(out, "import future.keywords.if\n");
	if (u->kw_contains)
		buf_puts(out, "import future.keywords.contains\n");
}

static void
print_header(struct buf *out, struct program *p, enum rego_style style)
{
	struct used u = {0};
	struct group **g;
	const struct rego_import *i;
	size_t k;

	VEC_FOREACH(g, &p->groups) {
		for (k = 0; (*g)->reached && k < (*g)->rules.n; k++)
			layout_see(&u, (*g)->rules.p[k]);
	}
	layout_header(out, &u, style);
	VEC_FOREACH(i, &p->imports) {
		buf_puts(out, "import ");
		rego_print_term(out, i->path);
		if (i->alias.n > 0)
			buf_printf(out, " as %.*s", STR_ARG(i->alias));
		buf_putc(out, '\n');
	}
}

struct name_ctx {
	const struct program *program;
	const struct rego_rule *rule;
};

static struct str
find_name(const void *ctx, const struct rego_term *var)
{
	const struct name_ctx *c = ctx;

	return name_find(c->program, c->rule, var->symbol);
}

enum part { ALL, DEFAULTS, OTHERS };

static void
print_group(struct buf *out, const struct program *p, const struct group *g,
    enum rego_style style, enum part part)
{
	struct name_ctx ctx = {.program = p};
	struct rego_names names = {.find = find_name, .ctx = &ctx};
	size_t i;

	for (i = 0; i < g->rules.n; i++) {
		ctx.rule = g->rules.p[i];
		if (part != ALL && ctx.rule->is_default != (part == DEFAULTS))
			continue;
		if (style == REGO_FMT)
			buf_putc(out, '\n');
		rego_print_rule(out, g->rules.p[i], style, &names);
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct group *const *x = a, *const *y = b;

	return str_cmp((*x)->name, (*y)->name);
}

void
layout_rules(struct buf *out, struct program *p, enum rego_style style)
{
	struct group **entries =
	    ARENA_ARRAY(p->arena, struct group *, p->groups.n);
	struct group **g;
	size_t i, n = 0;

	print_header(out, p, style);
	VEC_FOREACH(g, &p->groups) {
		if ((*g)->entry)
			entries[n++] = *g;
	}
	qsort(entries, n, sizeof(*entries), by_name);
	/* What is alike stands together: it packs better. */
	for (i = 0; style == REGO_COMPACT && i < n; i++)
		print_group(out, p, entries[i], style, DEFAULTS);
	for (i = 0; i < n; i++)
		print_group(out, p, entries[i], style,
		    style == REGO_COMPACT ? OTHERS : ALL);
	VEC_FOREACH(g, &p->groups) {
		if ((*g)->reached && !(*g)->entry)
			print_group(out, p, *g, style, ALL);
	}
}

/*
 * Data.  What is live of a value is the union of some nodes: those that lead
 * to it by its name, and those that lead to it as any member.
 */
#define NODES_MAX 16

struct nodes {
	const struct live *p[NODES_MAX];
	size_t n;
	bool whole;
};

static void
nodes_add(struct nodes *to, const struct live *l)
{
	if (l == NULL)
		return;
	if (l->whole || to->n == NODES_MAX)
		to->whole = true;
	else
		to->p[to->n++] = l;
}

/* `key` NULL: an element of an array. */
static void
nodes_below(struct nodes *to, const struct nodes *from, const struct str *key)
{
	size_t i;

	to->n = 0;
	to->whole = from->whole;
	for (i = 0; i < from->n; i++) {
		if (key != NULL)
			nodes_add(to, map_get(&from->p[i]->keys, *key));
		nodes_add(to, from->p[i]->any);
	}
}

static bool
is_read(const struct nodes *n)
{
	return n->whole || n->n > 0;
}

struct lines {
	struct buf *out;
	size_t from; /* where the last one begins */
};

static void print_data(
    struct lines *l, const struct jv *v, const struct nodes *live);

static void
comma(struct lines *l)
{
	buf_putc(l->out, ',');
	if (l->out->n - l->from < LINE_LONG)
		return;
	buf_putc(l->out, '\n');
	l->from = l->out->n;
}

static void
print_array(struct lines *l, const struct jv *v, const struct nodes *live)
{
	struct nodes below;
	size_t i;

	nodes_below(&below, live, NULL);
	buf_putc(l->out, '[');
	for (i = 0; i < v->items.n; i++) {
		if (i > 0)
			comma(l);
		print_data(l, v->items.p[i], &below);
	}
	buf_putc(l->out, ']');
}

static void
print_object(struct lines *l, const struct jv *v, const struct nodes *live)
{
	struct nodes below;
	bool first = true;
	const struct jv_member *m;

	buf_putc(l->out, '{');
	VEC_FOREACH(m, &v->members) {
		nodes_below(&below, live, &m->key);
		if (!is_read(&below))
			continue;
		if (!first)
			comma(l);
		first = false;
		jv_print_string(l->out, m->key);
		buf_putc(l->out, ':');
		print_data(l, m->value, &below);
	}
	buf_putc(l->out, '}');
}

/* Only asked whether it is there (and not false). */
static bool
is_only_tested(const struct nodes *live)
{
	size_t i;

	for (i = 0; i < live->n; i++) {
		if (live->p[i]->any != NULL || live->p[i]->keys.n > 0)
			return false;
	}
	return !live->whole;
}

static void
print_data(struct lines *l, const struct jv *v, const struct nodes *live)
{
	if (v->type != JV_FALSE && is_only_tested(live)) {
		buf_putc(l->out, '1');
		return;
	}
	if (v->type == JV_ARRAY)
		print_array(l, v, live);
	else if (v->type == JV_OBJECT)
		print_object(l, v, live);
	else
		jv_print(l->out, v, JV_COMPACT);
}

void
layout_data(struct buf *out, const struct jv *data, const struct live *live)
{
	struct nodes all = {.whole = live == NULL};
	struct lines l = {.out = out, .from = out->n};

	nodes_add(&all, live);
	buf_puts(out, "policy_data := ");
	if (data->type == JV_OBJECT)
		print_object(&l, data, &all);
	else
		print_data(&l, data, &all);
}
