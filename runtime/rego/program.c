/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: the tree of rules, then a unit for each of them. */
#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

struct node *
node_child(const struct node *n, rv key)
{
	return map_get(&n->children, rv_str(key));
}

void
node_path(const struct node *n, rv *out)
{
	uint32_t i;

	for (i = n->depth; i > 0; i--, n = n->up)
		out[i - 1] = n->key;
}

static struct node *
node_new(struct rego_program *p, struct node *up, struct str name)
{
	struct node *n = ARENA_NEW(p->arena, struct node);

	n->document = NO_UNIT;
	n->up = up;
	if (up == NULL)
		return n;
	n->key = rv_intern(p->heap.interns, name);
	n->depth = up->depth + 1;
	(void)map_set(p->arena, &up->children, rv_str(n->key), n);
	VEC_PUSH(p->arena, &up->list, n);
	return n;
}

static struct node *
node_step(struct rego_program *p, struct node *n, struct str name)
{
	struct node *next = map_get(&n->children, name);

	return next != NULL ? next : node_new(p, n, name);
}

static struct node *
package_node(struct rego_program *p, const struct rego_term *path)
{
	struct node *n = p->root;
	uint32_t i;

	if (path->kind == REGO_VAR)
		return node_step(p, n, path->text);
	for (i = 0; i < path->nargs; i++)
		n = node_step(p, n, path->args[i]->text);
	return n;
}

/* The node of the static part of a rule's path; the rest are keys. */
static struct node *
rule_node(struct rego_program *p, struct node *package,
    const struct rego_term *path, uint32_t *first)
{
	struct node *n = node_step(p, package, rego_head_name(path));
	uint32_t i;

	n->exported = true;
	for (i = 1; path->kind == REGO_REF && i < path->nargs; i++) {
		if (path->args[i]->kind != REGO_STRING)
			break;
		n = node_step(p, n, path->args[i]->text);
	}
	*first = i;
	return n;
}

static enum group_kind
kind_of(const struct unit_rule *r)
{
	/* Without arguments it is a rule that can be called. */
	if (r->rule->kind == REGO_FUNCTION && r->rule->nargs > 0)
		return GROUP_FUNCTION;
	if (r->nkeys > 0)
		return GROUP_TREE;
	return r->rule->kind == REGO_PARTIAL_SET ? GROUP_SET : GROUP_COMPLETE;
}

static struct unit *
unit_new(struct rego_program *p, enum unit_kind kind, struct node *n)
{
	struct unit *u = ARENA_NEW(p->arena, struct unit);

	u->kind = (uint8_t)kind;
	u->node = n;
	u->id = (uint32_t)p->units.n;
	VEC_PUSH(p->arena, &p->units, u);
	return u;
}

static struct group *
group_of(struct gen *g, struct node *n, const struct unit_rule *r)
{
	struct group *group = n->group;
	struct unit *u;

	if (group != NULL)
		return group;
	group = ARENA_NEW(g->p->arena, struct group);
	group->node = n;
	group->levels = 1;
	group->callable = r->rule->kind == REGO_FUNCTION;
	group->kind = (uint8_t)kind_of(r);
	u = unit_new(
	    g->p, group->kind == GROUP_FUNCTION ? UNIT_FUNCTION : UNIT_RULE, n);
	u->nargs = r->rule->nargs;
	group->unit = u->id;
	n->group = group;
	VEC_PUSH(g->whole, &g->groups, group);
	return group;
}

static void
add_rule(struct gen *g, struct gen_module *m, const struct rego_rule *rule)
{
	struct unit_rule r = {.rule = rule, .module = m};
	struct node *n = rule_node(g->p, m->package, rule->path, &r.first);
	struct group *group;

	if (rule->path->kind == REGO_REF)
		r.nkeys = rule->path->nargs - r.first;
	group = group_of(g, n, &r);
	if (r.nkeys > group->levels)
		group->levels = r.nkeys;
	if (group->kind != kind_of(&r) ||
	    g->p->units.p[group->unit]->nargs != rule->nargs)
		gen_error(g, rule->head_loc, "conflicting rules");
	else if (rule->is_default)
		group->fallback = r;
	else
		VEC_PUSH(g->whole, &group->rules, r);
}

static void
add_import(struct gen *g, struct gen_module *m, struct rego_import *i)
{
	const struct rego_term *path = i->path;
	struct str root = rego_head_name(path), name = i->alias;

	if (!str_eqz(root, "data") && !str_eqz(root, "input"))
		return;
	if (name.n == 0)
		name = path->kind == REGO_VAR
			   ? path->text
			   : path->args[path->nargs - 1]->text;
	(void)map_set(g->whole, &m->imports, name, i);
}

static void
add_file(struct gen *g, struct gen_module *m)
{
	const struct source *s = m->module->source;
	struct rego_program *p = g->p;
	struct file_text f = {{NULL, 0}, {NULL, 0}};

	if (p->files.n == FILE_QUERY && g->failed == 0)
		g->failed = rt_err_set(g->err, RT_ELIMIT, "too many modules");
	if (s != NULL)
		f = (struct file_text){
		    arena_str(p->arena, s->name), arena_str(p->arena, s->text)};
	m->file = (uint16_t)p->files.n;
	VEC_PUSH(p->arena, &p->files, f);
}

static void
add_module(struct gen *g, struct gen_module *m, const struct rego_module *from)
{
	size_t i;

	m->module = from;
	m->package = package_node(g->p, from->package);
	m->package->package = true;
	add_file(g, m);
	for (i = 0; i < from->imports.n; i++)
		add_import(g, m, &from->imports.p[i]);
	for (i = 0; i < from->rules.n; i++)
		add_rule(g, m, from->rules.p[i]);
}

/* Each node that is more than one rule has a document. */
static void
add_documents(struct gen *g)
{
	VEC(struct node *) todo = {0};
	struct node *n;
	size_t i, k;

	VEC_PUSH(g->whole, &todo, g->p->root);
	for (i = 0; i < todo.n; i++) {
		n = todo.p[i];
		(void)gen_document(g, n);
		for (k = 0; k < n->list.n; k++)
			VEC_PUSH(g->whole, &todo, n->list.p[k]);
	}
}

/* What a unit calls, it does. */
static void
spread(struct rego_program *p)
{
	bool more = true;
	size_t i, k;

	while (more) {
		more = false;
		for (i = 0; i < p->units.n; i++) {
			struct unit *u = p->units.p[i];

			for (k = 0; k < u->calls.n; k++) {
				const struct unit *c =
				    p->units.p[u->calls.p[k]];

				if ((c->uses_input && !u->uses_input) ||
				    (c->prints && !u->prints))
					more = true;
				u->uses_input |= c->uses_input;
				u->prints |= c->prints;
			}
		}
	}
}

/* Shorter ones are done before they are looked up. */
#define MEMO_MIN 12

/* Constants and operands, where they live as long as the unit. */
static void
give(struct gen *g, struct arena *a, struct unit *u)
{
	rv *k = ARENA_ARRAY(a, rv, g->k.n);
	uint32_t *pool = ARENA_ARRAY(a, uint32_t, g->pool.n);

	if (g->k.n > 0)
		memcpy(k, g->k.p, g->k.n * sizeof(*k));
	if (g->pool.n > 0)
		memcpy(pool, g->pool.p, g->pool.n * sizeof(*pool));
	u->k = k;
	u->pool = pool;
}

static void
finish(struct gen *g)
{
	struct rego_program *p = g->p;
	struct unit all = {0};
	size_t i;

	spread(p);
	give(g, p->arena, &all);
	for (i = 0; i < p->units.n; i++) {
		struct unit *u = p->units.p[i];

		u->k = all.k;
		u->pool = all.pool;
		u->memo = u->kind == UNIT_FUNCTION && !u->prints &&
			  u->nargs > 0 && u->nargs <= REGO_MEMO_ARGS &&
			  u->ncode >= MEMO_MIN;
	}
}

static void
compile(struct gen *g, const struct rego_compile *c)
{
	struct gen_module *m =
	    ARENA_ARRAY(g->whole, struct gen_module, c->nmodules);
	size_t i;

	for (i = 0; i < c->nmodules; i++)
		add_module(g, &m[i], c->modules[i]);
	add_documents(g);
	for (i = 0; i < g->groups.n; i++)
		gen_group(g, g->groups.p[i]);
	for (i = 0; i < g->documents.n; i++)
		gen_document_unit(g, g->documents.p[i]);
	finish(g);
}

static int
read_base(struct rego_program *p, struct str data, struct rt_err *err)
{
	int r;

	p->base = rv_empty_object;
	if (data.n == 0)
		return 0;
	if ((r = rv_parse_json(&p->base, &p->heap, data, err)) < 0)
		return r;
	if (rv_type(p->base) != RV_TOBJECT)
		return rt_err_set(err, RT_EFORMAT, "data is no object");
	rv_make_const(p->base);
	return 0;
}

int
rego_program_new(
    struct rego_program **out, const struct rego_compile *c, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct rego_program *p = ARENA_NEW(a, struct rego_program);
	struct gen g = {.p = p, .heap = &p->heap, .err = err};

	*out = NULL;
	p->arena = a;
	p->profile = c->profile;
	p->strict = c->strict;
	p->more = c->more;
	p->nmore = c->nmore;
	p->prints = c->prints;
	p->heap.arena = a;
	p->heap.profile = c->profile;
	p->heap.interns = rv_interns_new(a);
	p->root = node_new(p, NULL, STR(""));
	g.whole = arena_new();
	g.arena = arena_new();
	g.failed = read_base(p, c->data, err);
	if (g.failed == 0)
		compile(&g, c);
	arena_free(g.whole);
	arena_free(g.arena);
	if (g.failed != 0)
		rego_program_free(p);
	else
		*out = p;
	return g.failed;
}

void
rego_program_free(struct rego_program *p)
{
	if (p != NULL)
		arena_free(p->arena);
}

/* Queries */

static void
name_vars(struct gen *g, struct rego_query *q, const struct gen_scope *s,
    uint32_t *ops)
{
	size_t i;

	for (i = 0; i < s->vars.n; i++) {
		const struct gen_var *v = &s->vars.p[i];

		if (!v->bound)
			continue;
		ops[q->vars.n] = v->reg;
		VEC_PUSH(q->arena, &q->vars, arena_str(q->arena, v->name));
	}
	(void)g;
}

/* The pool of its RESULT: values of the expressions, then of variables. */
static void
query_unit(struct gen *g, struct rego_query *q, const struct rego_body *b)
{
	struct gen_scope s;
	struct gen_mark m;
	uint32_t *ops, i, at, pool;

	q->unit.kind = UNIT_QUERY;
	q->unit.id = NO_UNIT;
	if (!gen_begin(g, &q->unit))
		return;
	m = gen_mark(g);
	gen_open(g, &s, b, NULL, 0);
	ops = ARENA_ARRAY(g->arena, uint32_t, b->n + s.vars.n);
	q->nexpressions = b->n;
	for (i = 0; i < b->n; i++) {
		at = b->order != NULL ? b->order[i] : i;
		ops[at] = gen_query_literal(g, b->p[at], b->n == 1);
	}
	name_vars(g, q, &s, ops + b->n);
	pool = gen_pool(g, ops, b->n + q->vars.n);
	(void)gen_emit(g, INSN_RESULT, 0, pool, (uint32_t)(b->n + q->vars.n));
	gen_close(g);
	gen_land(g, m);
	(void)gen_emit(g, INSN_RETURN, 0, gen_k(g, RV_UNDEFINED), 0);
	gen_end(g);
}

int
rego_query_new(struct rego_query **out, struct rego_program *p,
    const struct rego_body *body, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct rego_query *q = ARENA_NEW(a, struct rego_query);
	struct rv_heap heap = p->heap;
	struct gen g = {.p = p, .heap = &heap, .err = err};

	*out = NULL;
	q->arena = a;
	q->program = p;
	heap.arena = a;
	g.whole = arena_new();
	g.arena = arena_new();
	query_unit(&g, q, body);
	give(&g, a, &q->unit);
	arena_free(g.whole);
	arena_free(g.arena);
	if (g.failed != 0)
		rego_query_free(q);
	else
		*out = q;
	return g.failed;
}

void
rego_query_free(struct rego_query *q)
{
	if (q != NULL)
		arena_free(q->arena);
}

size_t
rego_query_expressions(const struct rego_query *q)
{
	return q->nexpressions;
}

size_t
rego_query_vars(const struct rego_query *q)
{
	return q->vars.n;
}

struct str
rego_query_var(const struct rego_query *q, size_t i)
{
	return q->vars.p[i];
}
