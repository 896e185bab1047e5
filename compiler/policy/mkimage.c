/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the tables of image.h from stdlib-rego/, as C on the standard output;
 * run when the compiler is built.
 *
 * What becomes of a module's rules must not depend on which variants of other
 * concerns are linked beside it: each module is marked in a program of the
 * last variants of all other concerns, and comes out the same in the programs
 * of all other modules.  Names are given to all rules at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/policy/mkimage.h"
#include "runtime/base/banned.h"

void
mkimage_fail(const char *what, struct str name)
{
	fprintf(stderr, "mkimage: %s: %.*s\n", what, STR_ARG(name));
	exit(70);
}

/* Programs */

static void
parse(struct maker *m)
{
	static const struct rego_options o = {0};
	struct stdlib_module s;
	size_t i;

	m->n = stdlib_count();
	for (i = 0; i < m->n; i++) {
		s = stdlib_at(i);
		m->concerns[i] = s.concern;
		m->modules[i] = rego_parse(m->arena, &m->diags,
		    source_new(m->arena, str_from(s.file), s.text), &o);
		if (m->modules[i] == NULL)
			mkimage_fail("syntax", str_from(s.file));
	}
	m->modules[MODULES_MAX - 1] = denial_helpers(m->arena, &m->diags);
}

static bool
is_last(const struct maker *m, size_t i)
{
	return i + 1 == m->n || strcmp(m->concerns[i], m->concerns[i + 1]) != 0;
}

static struct program *
program_new(struct maker *m)
{
	struct program *p = ARENA_NEW(m->arena, struct program);

	p->arena = m->arena;
	p->symbols = m->symbols;
	return p;
}

/* With module `v`, and the last variant of all other concerns. */
static struct program *
program_of(struct maker *m, size_t v)
{
	struct program *p = program_new(m);
	struct rego_rule **r;
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (i != v && (!is_last(m, i) ||
				  strcmp(m->concerns[i], m->concerns[v]) == 0))
			continue;
		VEC_FOREACH(r, &m->modules[i]->rules)
			(void)program_add(p, *r);
	}
	name_locals(p);
	if (m->marks)
		denial_add(p, m->modules[MODULES_MAX - 1], true);
	name_locals(p);
	return p;
}

static size_t
module_of(const struct maker *m, const struct rego_rule *r)
{
	size_t i;

	for (i = 0; i < MODULES_MAX; i++) {
		if (m->modules[i] != NULL &&
		    m->modules[i]->source == r->path->loc.source)
			return i;
	}
	/* A name that denial.c made. */
	for (i = 0; i < MODULES_MAX; i++) {
		if (m->modules[i] != NULL &&
		    m->modules[i]->source == r->loc.source)
			return i;
	}
	mkimage_fail("rule of no module", r->path->text);
}

/* Calls `see` with each rule. */
static void
each_rule(struct maker *m, const struct program *p, size_t v,
    void (*see)(struct maker *m, struct rego_rule *r, size_t from, size_t v))
{
	struct group **g;
	struct rego_rule **r;

	VEC_FOREACH(g, &p->groups) {
		VEC_FOREACH(r, &(*g)->rules)
			see(m, *r, module_of(m, *r), v);
	}
}

static void
keep(struct maker *m, struct rego_rule *r, size_t from, size_t v)
{
	if (from == v || (from == MODULES_MAX - 1 && v == 0))
		VEC_PUSH(m->arena, &m->own[from], r);
}

static void
compare(struct maker *m, struct rego_rule *r, size_t from, size_t v)
{
	struct rego_rule **own;

	VEC_FOREACH(own, &m->own[from]) {
		if (rego_rule_equal(*own, r))
			return;
	}
	fprintf(stderr, "mkimage: %s of %.*s differs beside %.*s\n",
	    r->path->text.p, STR_ARG(m->modules[from]->source->name),
	    STR_ARG(m->modules[v]->source->name));
	exit(70);
}

static void
make_rules(struct maker *m)
{
	size_t v;

	for (v = 0; v < MODULES_MAX; v++)
		m->own[v].n = 0;
	for (v = 0; v < m->n; v++)
		each_rule(m, program_of(m, v), v, keep);
	for (v = 0; v < m->n; v++)
		each_rule(m, program_of(m, v), v, compare);
}

/* All rules in one program */

static void
see_local(const struct program *p, const struct rego_rule *r)
{
	const struct variable *v;

	VEC_FOREACH(v, &r->scope->vars) {
		if (v->declared && symbol_group(p, v->symbol) != NULL)
			mkimage_fail("a rule and a variable", v->symbol->name);
	}
}

static void
gather_module(struct maker *m, size_t v)
{
	struct made one = {.module = (uint32_t)v};
	struct rego_rule **r;

	VEC_FOREACH(r, &m->own[v]) {
		one.group = program_add(m->all, *r);
		one.rule = one.group->rules.p[one.group->rules.n - 1];
		VEC_PUSH(m->arena, &m->rules, one);
	}
}

static void
gather(struct maker *m)
{
	size_t i;

	m->all = program_new(m);
	for (i = 0; i < MODULES_MAX; i++)
		gather_module(m, i);
	for (i = 0; i < m->rules.n; i++)
		see_local(m->all, m->rules.p[i].rule);
	for (i = 0; i < m->all->groups.n; i++) {
		m->all->groups.p[i]->number = (uint32_t)i;
		m->all->groups.p[i]->reached = true;
	}
	name_shorten(m->all);
}

/* Paths of scalars */

static int
find_path(struct maker *m, const struct fold *f)
{
	const struct fold *have;
	size_t i, k;

	for (i = 0; i < m->paths.n; i++) {
		have = &m->paths.p[i].steps;
		for (k = 0; k < f->steps.n && k < have->steps.n &&
			    str_eq(f->steps.p[k], have->steps.p[k]);
		     k++)
			continue;
		if (k == f->steps.n && k == have->steps.n)
			return (int)i;
	}
	return -1;
}

static struct str
name_of(const void *ctx, const struct rego_term *var)
{
	const struct maker *m = ctx;

	if (var->symbol == NULL)
		return (struct str){NULL, 0};
	return name_find(m->all, m->printed->rule, var->symbol);
}

static struct str
print_ref(struct maker *m, const struct rego_term *t)
{
	struct rego_names names = {.find = name_of, .ctx = m};
	struct rego_rule rule = {.path = (struct rego_term *)(uintptr_t)t};
	struct buf out = {0};
	struct str s;

	rego_print_rule(&out, &rule, REGO_COMPACT, &names);
	s = arena_str(m->arena, str_trim(buf_str(&out)));
	buf_free(&out);
	return s;
}

/* "name := x.y": the name stands for it. */
static bool
is_alias(const struct rego_rule *r, const struct rego_term *ref)
{
	return r->value == ref && r->body == NULL && r->kind == REGO_COMPLETE;
}

/* A path is written alike everywhere, or image.c could not tell its length. */
static int
path_of(void *ctx, const struct rego_term *ref)
{
	struct maker *m = ctx;
	struct path p = {0};
	const struct group *g;
	int i;

	if (is_alias(m->printed->rule, ref) ||
	    !fold_path_common(m->all, ref, &p.steps))
		return -1;
	p.text = print_ref(m, ref);
	if ((i = find_path(m, &p.steps)) >= 0) {
		if (!str_eq(p.text, m->paths.p[i].text))
			mkimage_fail("written in two ways", p.text);
		return i;
	}
	g = symbol_group(m->all, symbol_of(ref));
	p.group = g == NULL ? 0 : g->number + 1;
	VEC_PUSH(m->arena, &m->paths, p);
	return (int)m->paths.n - 1;
}

/* Texts */

static struct str
code(struct maker *m, char kind, uint32_t id)
{
	return arena_printf(m->arena, "%c%c%c", kind, (char)('0' + (id >> 6)),
	    (char)('0' + (id & 63)));
}

static struct str
find_ref(const void *ctx, const struct rego_term *ref)
{
	struct maker *m = (struct maker *)(uintptr_t)ctx;
	int path = path_of(m, ref);

	if (path < 0)
		return (struct str){NULL, 0};
	VEC_PUSH(m->arena, &m->printed->paths, (uint32_t)path);
	return code(m, IMAGE_PATH, (uint32_t)path);
}

/* "name := true": a variant that makes literals idle. */
static bool
is_true_rule(const struct made *r)
{
	return !r->group->entry && r->rule->kind == REGO_COMPLETE &&
	       r->rule->path->kind == REGO_VAR && r->rule->body == NULL &&
	       r->rule->alt == NULL && r->rule->value != NULL &&
	       r->rule->value->kind == REGO_BOOL && r->rule->value->op == 1;
}

static struct group *
idle_group(struct maker *m, const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];
	struct group *g;
	size_t i;

	if (l->kind != REGO_EXPR || l->nwith > 0 || t->kind != REGO_VAR ||
	    (g = symbol_group(m->all, t->symbol)) == NULL)
		return NULL;
	for (i = 0; i < m->rules.n; i++) {
		if (m->rules.p[i].group == g && is_true_rule(&m->rules.p[i]))
			return g;
	}
	return NULL;
}

static bool
is_idle(const struct rego_literal *l)
{
	struct str s = l->terms[0]->text;

	return l->terms[0]->kind == REGO_VAR && s.n > 0 && s.p[0] == IMAGE_DROP;
}

/* Puts marks in the place of literals that may be idle; two others stay. */
static void
mark_idle(struct maker *m, struct made *r, struct rego_body *b)
{
	struct rego_term *t;
	struct group *g;
	uint32_t i, stay = 0;

	for (i = 0; i < b->n; i++) {
		g = idle_group(m, b->p[i]);
		stay += g == NULL;
		if (g == NULL)
			continue;
		VEC_PUSH(m->arena, &r->drops, g->number);
		t = rego_new(m->arena, REGO_VAR, loc_none,
		    code(m, IMAGE_DROP, g->number));
		b->p[i] =
		    rego_new_literal(m->arena, REGO_EXPR, loc_none, &t, 1);
	}
	if (r->drops.n > 0 &&
	    (stay < 2 || is_idle(b->p[0]) || is_idle(b->p[b->n - 1])))
		mkimage_fail("first, last or all literals may be idle",
		    r->rule->path->text);
}

static void
add_ref(struct maker *m, const struct group *g)
{
	size_t i;

	for (i = 0; g != NULL && i < m->printed->refs.n; i++) {
		if (m->printed->refs.p[i] == g->number)
			return;
	}
	if (g != NULL)
		VEC_PUSH(m->arena, &m->printed->refs, g->number);
}

static void
see_ref(void *ctx, const struct rego_term *t)
{
	struct maker *m = ctx;
	uint32_t i;

	if ((t->kind != REGO_VAR && t->kind != REGO_REF) ||
	    symbol_of(t) == NULL)
		return;
	if (path_of(m, t) >= 0) {
		/* What gives an index stays if the reference does. */
		for (i = 1; i < t->nargs; i++)
			if (symbol_of(t->args[i]) != NULL)
				add_ref(m, symbol_group(
					       m->all, symbol_of(t->args[i])));
		return;
	}
	if (symbol_of(t) == m->symbols->data && t->kind == REGO_VAR)
		mkimage_fail("reads all data", m->printed->rule->path->text);
	add_ref(m, program_target(m->all, t));
}

/* "policy_data.x == true" as the first literal: its path + 1. */
static uint32_t
test_of(struct maker *m, const struct rego_rule *r)
{
	const struct rego_term *t;

	if (r->body == NULL || r->alt != NULL)
		return 0;
	t = r->body->p[0]->terms[0];
	if (r->body->p[0]->kind != REGO_EXPR || t->kind != REGO_CALL ||
	    t->op != REGO_OP_EQ || t->args[1]->kind != REGO_BOOL ||
	    t->args[1]->op != 1)
		return 0;
	return (uint32_t)(path_of(m, t->args[0]) + 1);
}

static unsigned
flags_of(const struct made *r)
{
	struct used u = {0};

	layout_see(&u, r->rule);
	return (u.kw_in ? IMAGE_IN : 0u) | (u.kw_every ? IMAGE_EVERY : 0u) |
	       (u.kw_if ? IMAGE_IF : 0u) |
	       (u.kw_contains ? IMAGE_CONTAINS : 0u) |
	       (r->group->entry ? IMAGE_ENTRY : 0u) |
	       (is_true_rule(r) ? IMAGE_TRUE : 0u);
}

static void
finish(struct maker *m, struct made *r)
{
	struct rego_names names = {name_of, find_ref, m};
	struct rego_rule *part;
	struct buf out = {0};

	m->printed = r;
	r->live = live_rule_ops(
	    m->all, r->group->number, r->rule, &m->keys, path_of, m);
	r->flags = flags_of(r);
	r->test = test_of(m, r->rule);
	for (part = r->rule; part != NULL; part = part->alt) {
		if (part->body != NULL)
			mark_idle(m, r,
			    part->body = rego_new_body(m->arena, loc_none,
				part->body->p, part->body->n));
	}
	walk_rule(r->rule, see_ref, m);
	rego_print_rule(&out, r->rule, REGO_COMPACT, &names);
	r->text = arena_str(m->arena, buf_str(&out));
	/* The only rule of its name needs no "default". */
	if (r->rule->is_default && r->group->rules.n == 1)
		r->text = str_sub(r->text, 8, r->text.n);
	buf_free(&out);
}

/* Operations on what nothing can come to, whatever is linked, go. */
static void
prune(struct live_rule *r, const struct values *regs)
{
	struct live_op *out = (struct live_op *)(uintptr_t)r->ops;
	size_t i, n = 0, guard = SIZE_MAX, end = 0;

	for (i = 0; i < r->nops; i++) {
		struct live_op op = r->ops[i];
		bool source = op.code == LIVE_ROOT || op.code == LIVE_WHOLE ||
			      (op.code == LIVE_GROUP && regs[op.to].at.n > 0);

		if (guard != SIZE_MAX && i == end) {
			out[guard].n = (uint32_t)(n - guard - 1) & 0xffffff;
			guard = SIZE_MAX;
		}
		if (op.code == LIVE_GUARD) {
			guard = n;
			end = i + 1 + op.n;
			out[n++] = op;
		} else if (source ||
			   (op.code != LIVE_GROUP && regs[op.from].at.n > 0)) {
			out[n++] = op;
		}
	}
	if (guard != SIZE_MAX)
		out[guard].n = (uint32_t)(n - guard - 1) & 0xffffff;
	r->nops = (uint32_t)n;
}

static void
prune_all(struct maker *m)
{
	struct live_program p = {
	    .ngroups = m->all->groups.n, .keys = m->keys.names.p};
	VEC(struct live_rule) rules = {0};
	struct values **regs;
	size_t i;

	for (i = 0; i < m->rules.n; i++)
		VEC_PUSH(m->arena, &rules, m->rules.p[i].live);
	p.rules = rules.p;
	p.nrules = rules.n;
	if (live_solve(m->arena, &p, &regs)->whole)
		mkimage_fail("all data is read", STR("stdlib-rego"));
	for (i = 0; i < m->rules.n; i++)
		prune(&m->rules.p[i].live, regs[i]);
}

static void
make(bool marks, const char *name)
{
	struct maker m = {.arena = arena_new(), .marks = marks};
	size_t i;

	diags_init(&m.diags, m.arena);
	m.symbols = symbols_new(m.arena);
	parse(&m);
	make_rules(&m);
	gather(&m);
	for (i = 0; i < m.rules.n; i++)
		finish(&m, &m.rules.p[i]);
	if (m.all->groups.n > 4096 || m.paths.n > 4096)
		mkimage_fail("too many for their codes", STR("names"));
	prune_all(&m);
	mkimage_sort(&m);
	mkimage_write(&m, name);
	arena_free(m.arena);
}

int
main(void)
{
	puts("/* Made by mkimage.c. */\n#include \"compiler/policy/image.h\"");
	make(false, "plain");
	make(true, "marked");
	return fflush(stdout) == 0 ? 0 : 70;
}
