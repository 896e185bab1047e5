/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static checks over modules that are loaded together: what a path is, rules
 * that contradict each other, defaults, imports, cycles.  Scopes and safety
 * of a rule are in rego_safe.c.
 */
#include <string.h>

#include "grammar/rego_check_int.h"
#include "runtime/base/banned.h"

static struct str
joined(struct arena *a, struct str left, struct str right)
{
	char *p = arena_alloc(a, left.n + right.n + 2);

	memcpy(p, left.p, left.n);
	p[left.n] = '.';
	if (right.n > 0)
		memcpy(p + left.n + 1, right.p, right.n);
	return (struct str){p, left.n + 1 + right.n};
}

static const struct ck_name *
name_of(struct ck *c, struct str name)
{
	struct ck_name *n = map_get(&c->names, name);

	if (n != NULL)
		return n;
	n = ARENA_NEW(c->arena, struct ck_name);
	n->path = joined(c->arena, c->package, name);
	n->import = map_get(&c->imports, name);
	n->exported = map_get(&c->exports, n->path) != NULL;
	(void)map_set(c->arena, &c->names, name, n);
	return n;
}

struct str
ck_global(struct ck *c, struct str name)
{
	const struct ck_name *n;

	if (str_eqz(name, "data") || str_eqz(name, "input"))
		return name;
	n = name_of(c, name);
	if (n->exported && !(c->calling && n->import != NULL))
		return n->path;
	if (c->options->given != NULL && str_eqz(name, c->options->given))
		return n->path;
	return n->import == NULL ? (struct str){NULL, 0} : *n->import;
}

struct str
ck_path(struct ck *c, const struct rego_term *t)
{
	struct str path = ck_global(c, rego_head_name(t));
	uint32_t i;

	if (t->kind != REGO_REF)
		return path;
	for (i = 1; i < t->nargs && path.n > 0; i++) {
		if (t->args[i]->kind != REGO_STRING)
			break;
		path = joined(c->scratch, path, t->args[i]->text);
	}
	return path;
}

/* A rule at, above or below the path may be what is meant. */
void
ck_use(struct ck *c, struct str path)
{
	const struct ck_list *below = map_get(&c->prefixes, path);
	struct ck_group *g;
	size_t i;

	if (c->group == NULL)
		return;
	for (i = 0; below != NULL && i < below->groups.n; i++) {
		g = below->groups.p[i];
		/* A document has no functions. */
		if (g->first->kind != REGO_FUNCTION || g->path.n == path.n)
			VEC_PUSH(c->arena, &c->group->uses, g);
	}
	while ((i = str_rchr(path, '.')) != SIZE_MAX) {
		path = str_sub(path, 0, i);
		if ((g = map_get(&c->groups, path)) != NULL)
			VEC_PUSH(c->arena, &c->group->uses, g);
	}
}

/* Groups */

static void
add_prefixes(struct ck *c, struct ck_group *g)
{
	struct str path = g->path;
	struct ck_list *l;
	size_t i = path.n;

	while (i != SIZE_MAX) {
		path = str_sub(path, 0, i);
		l = map_get(&c->prefixes, path);
		if (l == NULL) {
			l = ARENA_NEW(c->arena, struct ck_list);
			(void)map_set(c->arena, &c->prefixes, path, l);
		}
		VEC_PUSH(c->arena, &l->groups, g);
		i = str_rchr(path, '.');
	}
}

static bool
same_shape(const struct rego_rule *a, const struct rego_rule *b)
{
	bool fa = a->kind == REGO_FUNCTION, fb = b->kind == REGO_FUNCTION;
	bool sa = a->kind == REGO_PARTIAL_SET, sb = b->kind == REGO_PARTIAL_SET;

	if (fa != fb || (fa && a->nargs != b->nargs))
		return false;
	return sa == sb;
}

static void
conflict(struct ck *c, const struct ck_group *g, const struct rego_rule *r)
{
	struct diag *d = diag_report(
	    c->diags, REGO_CONFLICT, g->first->head_loc, STR_ARG(g->path));

	diag_note(c->diags, d, r->head_loc, "the other is here");
}

static bool
is_static(const struct rego_term *path)
{
	uint32_t i;

	for (i = 1; i < path->nargs; i++) {
		if (path->args[i]->kind != REGO_STRING)
			return false;
	}
	return true;
}

/* OPA: nothing lies below a rule that is no object of keys. */
static void
check_below(struct ck *c, const struct ck_group *g)
{
	const struct ck_list *below = map_get(&c->prefixes, g->path);
	size_t i;

	if (!is_static(g->first->path))
		return;
	for (i = 0; i < below->groups.n; i++) {
		if (below->groups.p[i] == g)
			continue;
		conflict(c, g, below->groups.p[i]->first);
		return;
	}
}

static void
add_rule(struct ck *c, const struct rego_rule *r)
{
	struct str path =
	    joined(c->arena, c->package, rego_path_text(c->arena, r->path));
	struct ck_group *g = map_get(&c->groups, path);
	struct diag *d;

	if (g == NULL) {
		g = ARENA_NEW(c->arena, struct ck_group);
		g->path = path;
		g->first = r;
		(void)map_set(c->arena, &c->groups, path, g);
		VEC_PUSH(c->arena, &c->list, g);
		add_prefixes(c, g);
	} else if (!same_shape(g->first, r)) {
		conflict(c, g, r);
	}
	path = joined(c->arena, c->package, rego_head_name(r->path));
	(void)map_set(c->arena, &c->exports, path, g);
	if (r->is_default && g->fallback != NULL) {
		d = diag_report(
		    c->diags, REGO_DEFAULTS, r->head_loc, STR_ARG(g->path));
		diag_note(
		    c->diags, d, g->fallback->head_loc, "the first is here");
	}
	if (r->is_default)
		g->fallback = r;
	VEC_PUSH(c->arena, &g->rules, r);
}

/* Modules */

static void
enter_module(struct ck *c, const struct rego_module *m)
{
	c->module = m;
	c->package =
	    joined(c->arena, STR("data"), rego_path_text(c->arena, m->package));
	memset(&c->imports, 0, sizeof(c->imports));
	memset(&c->names, 0, sizeof(c->names));
}

static struct str
import_name(const struct rego_import *i)
{
	const struct rego_term *p = i->path;

	if (i->alias.n > 0)
		return i->alias;
	return p->kind == REGO_VAR ? p->text : p->args[p->nargs - 1]->text;
}

static void
add_import(struct ck *c, const struct rego_import *i)
{
	struct str root = rego_head_name(i->path), *path;

	if (!str_eqz(root, "data") && !str_eqz(root, "input"))
		return;
	path = ARENA_NEW(c->arena, struct str);
	*path = rego_path_text(c->arena, i->path);
	if (map_set(c->arena, &c->imports, import_name(i), path) != NULL &&
	    c->module->v1)
		diag_report(c->diags, REGO_IMPORT_SHADOWS, i->loc,
		    STR_ARG(import_name(i)));
}

/* The agent's engine takes it once. */
static void
check_language(struct ck *c, const struct rego_module *m)
{
	const struct rego_import *i;
	bool seen = false;

	VEC_FOREACH(i, &m->imports) {
		if (!str_eqz(rego_path_text(c->arena, i->path), "rego.v1"))
			continue;
		if (seen && !c->options->opa)
			diag_report(c->diags, REGO_IMPORT_SHADOWS, i->loc,
			    STR_ARG(STR("rego.v1")));
		seen = true;
	}
}

/* Values that a default may have: no variable, reference or call. */
static const struct rego_term *
not_constant(const struct rego_term *t)
{
	const struct rego_term *bad;
	uint32_t i;

	if (t->kind == REGO_VAR || t->kind == REGO_REF || t->kind == REGO_CALL)
		return t;
	if (t->body != NULL)
		return NULL;
	for (i = 0; i < t->nargs; i++) {
		if ((bad = not_constant(t->args[i])) != NULL)
			return bad;
	}
	return NULL;
}

static void
check_default(struct ck *c, const struct rego_rule *r)
{
	const struct rego_term *bad = not_constant(r->value);
	uint32_t i, k;

	if (bad != NULL)
		diag_report(c->diags, REGO_DEFAULT_VALUE, bad->loc);
	for (i = 0; i < r->nargs; i++) {
		if (r->args[i]->kind != REGO_VAR &&
		    (c->module->v1 || !c->options->opa))
			diag_report(
			    c->diags, REGO_DEFAULT_VALUE, r->args[i]->loc);
		for (k = 0; k < i && r->args[i]->kind == REGO_VAR; k++) {
			if (rego_term_equal(r->args[i], r->args[k]) &&
			    !str_eqz(r->args[i]->text, "_"))
				diag_report(c->diags, REGO_DEFAULT_VALUE,
				    r->args[i]->loc);
		}
	}
}

static void
check_name(struct ck *c, const struct rego_rule *r)
{
	struct str name = rego_head_name(r->path);

	if (c->module->v1 && (str_eqz(name, "input") || str_eqz(name, "data")))
		diag_report(c->diags, REGO_SHADOW, r->path->loc, STR_ARG(name));
}

static void
check_module(struct ck *c, const struct rego_module *m)
{
	const struct rego_import *i;
	struct rego_rule *const *r;

	enter_module(c, m);
	VEC_FOREACH(i, &m->imports) {
		add_import(c, i);
	}
	check_language(c, m);
	VEC_FOREACH(r, &m->rules) {
		check_name(c, *r);
		c->group = map_get(
		    &c->groups, joined(c->scratch, c->package,
				    rego_path_text(c->scratch, (*r)->path)));
		if ((*r)->is_default)
			check_default(c, *r);
		else
			ck_rule(c, *r);
		arena_reset(c->scratch);
	}
}

/* Cycles: depth first without recursion. */

static void
report_cycle(struct ck *c, struct ck_group *const *path, size_t n,
    const struct ck_group *to)
{
	struct diag *d;
	size_t i = n;

	while (i > 0 && path[i - 1] != to)
		i--;
	d = diag_report(
	    c->diags, REGO_RECURSION, to->first->head_loc, STR_ARG(to->path));
	for (; i < n; i++)
		diag_note(c->diags, d, path[i]->first->head_loc,
		    "through '%.*s'", STR_ARG(path[i]->path));
}

static void
find_cycles_from(struct ck *c, struct ck_group *start)
{
	VEC(struct ck_group *) way = {0};
	struct ck_group *g, *to;

	VEC_PUSH(c->arena, &way, start);
	start->colour = 1;
	while (way.n > 0) {
		g = way.p[way.n - 1];
		if (g->next == g->uses.n) {
			g->colour = 2;
			way.n--;
			continue;
		}
		to = g->uses.p[g->next++];
		if (to->colour == 1)
			report_cycle(c, way.p, way.n, to);
		if (to->colour != 0)
			continue;
		to->colour = 1;
		VEC_PUSH(c->arena, &way, to);
	}
}

static void
add_modules(struct ck *c, struct rego_module *const *modules, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		enter_module(c, modules[i]);
		for (k = 0; k < modules[i]->rules.n; k++)
			add_rule(c, modules[i]->rules.p[k]);
	}
}

bool
rego_check(struct arena *a, struct diags *d, struct rego_module *const *modules,
    size_t n, const struct rego_options *o)
{
	struct ck c = {
	    .arena = a, .scratch = arena_new(), .diags = d, .options = o};
	size_t errors = d->errors, i;

	add_modules(&c, modules, n);
	for (i = 0; i < n; i++)
		check_module(&c, modules[i]);
	for (i = 0; i < c.list.n && o->opa; i++)
		check_below(&c, c.list.p[i]);
	for (i = 0; i < c.list.n; i++) {
		if (c.list.p[i]->colour == 0)
			find_cycles_from(&c, c.list.p[i]);
	}
	arena_free(c.scratch);
	return d->errors == errors;
}

bool
rego_check_query(struct arena *a, struct diags *d,
    struct rego_module *const *modules, size_t n, struct rego_body *query,
    const struct rego_options *o)
{
	struct diags quiet;
	struct ck c = {.arena = a, .scratch = a, .diags = &quiet, .options = o};
	struct rego_module none = {.v1 = !o->v0};
	size_t errors = d->errors;

	/* What is wrong with the modules was said before. */
	diags_init(&quiet, a);
	add_modules(&c, modules, n);
	c.diags = d;
	c.module = &none;
	c.package = STR("");
	memset(&c.imports, 0, sizeof(c.imports));
	ck_query(&c, query);
	return d->errors == errors;
}
