/* SPDX-License-Identifier: Apache-2.0 */
/* Global names: rules, documents, input, base data. */
#include "runtime/rego/gen_int.h"
#include "runtime/base/banned.h"

static bool
is_string(rv v)
{
	return v != RV_UNDEFINED && rv_type(v) == RV_TSTRING;
}

static bool
is_exported(struct gen *g, struct str name)
{
	const struct node *n;

	if (g->module == NULL || g->module->package == NULL)
		return false;
	n = map_get(&g->module->package->children, name);
	return n != NULL && n->exported;
}

bool
gen_is_global(struct gen *g, struct str name)
{
	return str_eqz(name, "data") || str_eqz(name, "input") ||
	       is_exported(g, name) ||
	       (g->module != NULL &&
		   map_get(&g->module->imports, name) != NULL);
}

static void
add_key(struct gen *g, struct gen_path *p, const struct rego_term *t)
{
	p->keys[p->n].key = gen_constant(g, t);
	p->keys[p->n++].term = t;
}

/* data.<package>.<name> */
static void
start_in_package(
    struct gen *g, struct gen_path *p, const struct rego_term *head)
{
	const struct node *n = g->module->package;
	size_t i;

	for (i = n->depth; i > 0; i--, n = n->up)
		p->keys[i - 1].key = n->key;
	p->n = g->module->package->depth;
	p->keys[p->n].key = rv_intern(g->heap->interns, head->text);
	p->keys[p->n++].term = head;
}

static void
start_at_import(
    struct gen *g, struct gen_path *p, const struct rego_import *import)
{
	const struct rego_term *t = import->path;
	uint32_t i;

	p->input = str_eqz(rego_head_name(t), "input");
	for (i = 1; t->kind == REGO_REF && i < t->nargs; i++)
		add_key(g, p, t->args[i]);
}

/* To the agent's engine imports come first in calls. */
static bool
resolve(struct gen *g, struct gen_path *out, const struct rego_term *t,
    bool imports_first)
{
	const struct rego_term *head = t->kind == REGO_REF ? t->args[0] : t;
	const struct rego_import *import = NULL;
	struct str name = rego_head_name(t);
	size_t room = t->nargs + 8;
	uint32_t i;

	if (name.n == 0 || gen_find(g, name) != NULL || !gen_is_global(g, name))
		return false;
	if (g->module != NULL) {
		import = map_get(&g->module->imports, name);
		room += g->module->package->depth +
			(import != NULL ? import->path->nargs : 0);
	}
	memset(out, 0, sizeof(*out));
	out->keys = ARENA_ARRAY(g->arena, struct gen_key, room);
	if (str_eqz(name, "input"))
		out->input = true;
	else if (is_exported(g, name) && !(imports_first && import != NULL))
		start_in_package(g, out, head);
	else if (!str_eqz(name, "data"))
		start_at_import(g, out, import);
	for (i = 1; t->kind == REGO_REF && i < t->nargs; i++)
		add_key(g, out, t->args[i]);
	return true;
}

bool
gen_resolve(struct gen *g, struct gen_path *out, const struct rego_term *t)
{
	return resolve(g, out, t, false);
}

static struct node *
child(const struct node *n, const struct gen_key *key)
{
	return is_string(key->key) ? node_child(n, key->key) : NULL;
}

struct group *
gen_function(struct gen *g, const struct rego_term *name)
{
	const struct node *n = g->p->root;
	struct gen_path p;
	size_t i;

	if ((name->kind != REGO_VAR && name->kind != REGO_REF) ||
	    !resolve(g, &p, name, g->p->profile->data_wins) || p.input)
		return NULL;
	for (i = 0; n != NULL && i < p.n; i++)
		n = child(n, &p.keys[i]);
	return n != NULL && n->group != NULL && n->group->callable ? n->group
								   : NULL;
}

bool
gen_names_function(struct gen *g, const struct rego_term *t)
{
	struct gen_path p;

	if (t->kind != REGO_VAR && t->kind != REGO_REF)
		return false;
	if (gen_find(g, rego_head_name(t)) != NULL)
		return false;
	if (gen_resolve(g, &p, t))
		return gen_function(g, t) != NULL;
	return g->p->profile->builtin_replaces &&
	       gen_builtin(g, rego_path_text(g->arena, t)) != NO_UNIT;
}

static void
calls(struct gen *g, uint32_t unit)
{
	struct unit *u = g->unit;
	size_t i;

	for (i = 0; i < u->calls.n; i++) {
		if (u->calls.p[i] == unit)
			return;
	}
	VEC_PUSH(g->heap->arena, &u->calls, unit);
}

uint32_t
gen_call_unit(struct gen *g, enum rego_insn op, uint32_t unit,
    const uint32_t *args, size_t n)
{
	uint32_t r = gen_reg(g), pool = gen_pool(g, args, n);

	gen_emit(g, op, r, pool, (uint32_t)n)->d = unit;
	calls(g, unit);
	return r;
}

/* What is below the node as one value. */
uint32_t
gen_document(struct gen *g, struct node *n)
{
	struct unit *u;

	if (n->group != NULL && n->list.n == 0)
		return n->group->unit;
	if (n->document != NO_UNIT)
		return n->document;
	u = ARENA_NEW(g->heap->arena, struct unit);
	u->kind = UNIT_DOCUMENT;
	u->node = n;
	u->id = (uint32_t)g->p->units.n;
	n->document = u->id;
	VEC_PUSH(g->p->arena, &g->p->units, u);
	VEC_PUSH(g->whole, &g->documents, n);
	return u->id;
}

uint32_t
gen_key_pool(struct gen *g, const rv *keys, size_t n)
{
	uint32_t first, count = (uint32_t)n;
	uint32_t *ops = ARENA_ARRAY(g->arena, uint32_t, n + 1);
	size_t i;

	ops[0] = count;
	for (i = 0; i < n; i++)
		ops[i + 1] = gen_k(g, keys[i]);
	first = gen_pool(g, ops, n + 1);
	return first;
}

/* base[pattern]: members whose key is like it. */
static uint32_t
each(struct gen *g, uint32_t base, const struct rego_term *t)
{
	uint32_t key = NO_REGISTER, value = gen_reg(g);
	struct gen_var *v = NULL;

	if (t->kind != REGO_VAR)
		key = gen_reg(g);
	else if (!gen_is_wildcard(t) && (v = gen_find(g, t->text)) != NULL)
		key = v->reg;
	(void)gen_emit(g, INSN_EACH, key, base, value);
	g->choices++;
	if (v != NULL)
		v->bound = true;
	else if (t->kind != REGO_VAR)
		gen_match(g, t, key);
	return value;
}

static bool
is_each(struct gen *g, const struct rego_term *t)
{
	const struct gen_var *v;

	if (t->kind == REGO_VAR) {
		if (gen_is_wildcard(t))
			return true;
		v = gen_find(g, t->text);
		return v != NULL && !v->bound;
	}
	return !gen_ready(g, t);
}

uint32_t
gen_keys(struct gen *g, uint32_t base, const struct gen_key *keys, size_t n)
{
	uint32_t key, r;
	size_t i;

	for (i = 0; i < n && g->failed == 0; i++) {
		if (keys[i].key == RV_UNDEFINED && is_each(g, keys[i].term)) {
			base = each(g, base, keys[i].term);
			continue;
		}
		key = keys[i].key != RV_UNDEFINED ? gen_k(g, keys[i].key)
						  : gen_value(g, keys[i].term);
		r = gen_reg(g);
		(void)gen_emit(g, INSN_GET, r, base, key);
		base = r;
	}
	return base;
}

/* p.k where a rule is p[x] and another one p.k: what both of them give. */
static uint32_t
both(struct gen *g, const struct node *n, const struct gen_path *p, size_t i)
{
	struct node *below = child(n, &p->keys[i]);
	uint32_t mine, other, r = gen_reg(g), got = gen_reg(g);
	struct gen_mark m;

	mine = gen_call_unit(g, INSN_CALL, n->group->unit, NULL, 0);
	(void)gen_emit(g, INSN_UNDEF, got, 0, 0);
	m = gen_mark(g);
	(void)gen_emit(g, INSN_GET, got, mine, gen_k(g, p->keys[i].key));
	gen_cut(g, m);
	gen_land(g, m);
	other =
	    gen_call_unit(g, INSN_SOFT_CALL, gen_document(g, below), NULL, 0);
	gen_emit(g, INSN_MERGE, r, got, other)->d = n->group->levels - 1;
	(void)gen_emit(g, INSN_NEED, 0, r, 0);
	return gen_keys(g, r, p->keys + i + 1, p->n - i - 1);
}

/* Base data only: no rule is on the way. */
static uint32_t
base_data(struct gen *g, const struct gen_path *p)
{
	uint32_t r = gen_reg(g);
	size_t from;

	(void)gen_emit(g, INSN_DATA, r, 0, 0);
	from = g->code.n;
	r = gen_keys(g, r, p->keys, p->n);
	/* Numbers are looked for as names are. */
	for (; from < g->code.n; from++) {
		if (g->code.p[from].op == INSN_GET)
			g->code.p[from].what = 1;
	}
	return r;
}

/* From the node that the first `i` keys lead to. */
static uint32_t
below(struct gen *g, struct node *n, const struct gen_path *p, size_t i)
{
	struct node *next;
	uint32_t r;

	for (; i < p->n; i++, n = next) {
		next = child(n, &p->keys[i]);
		if (n->group != NULL || next == NULL)
			break;
	}
	if (n->group != NULL && n->group->kind == GROUP_FUNCTION) {
		(void)gen_emit(g, INSN_FAIL, 0, 0, 0);
		return gen_k(g, RV_NULL);
	}
	if (n->group != NULL && n->list.n > 0) {
		next = i < p->n ? child(n, &p->keys[i]) : NULL;
		if (next != NULL && g->p->profile->longest_rule)
			return below(g, next, p, i + 1);
		if (next != NULL)
			return both(g, n, p, i);
		r = gen_document(g, n);
	} else if (n->group != NULL) {
		r = n->group->unit;
	} else if (i < p->n && is_string(p->keys[i].key)) {
		return base_data(g, p);
	} else {
		r = gen_document(g, n);
	}
	r = gen_call_unit(g, INSN_CALL, r, NULL, 0);
	return gen_keys(g, r, p->keys + i, p->n - i);
}

static uint32_t
data_value(struct gen *g, const struct gen_path *p)
{
	return below(g, g->p->root, p, 0);
}

uint32_t
gen_path_value(struct gen *g, const struct gen_path *p)
{
	uint32_t r;

	if (!p->input)
		return data_value(g, p);
	r = gen_reg(g);
	(void)gen_emit(g, INSN_INPUT, r, 0, 0);
	g->unit->uses_input = true;
	return gen_keys(g, r, p->keys, p->n);
}
