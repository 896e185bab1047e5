/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing trees.  Before the first change of a node its old content is kept
 * in `was`, and the aliases that mean it (or what it lies in) become copies
 * of their own, so that no change reaches a second place.  edit_apply.c makes
 * text of it.
 */
#include <string.h>

#include "compiler/front/edit_int.h"
#include "compiler/front/yaml_int.h"

#include "runtime/base/banned.h"

struct edits *
edits_open(struct arena *a, struct diags *d)
{
	struct edits *e = ARENA_NEW(a, struct edits);

	e->arena = a;
	e->diags = d;
	return e;
}

void
edits_begin(struct edits *e, struct unit *u)
{
	e->arena = u->arena;
	e->source = u->source;
	e->units = ARENA_NEW(e->arena, struct edit_unit);
	e->units->unit = u;
	e->n = 1;
	e->failed = false;
}

struct edits *
edits_new(struct arena *a, struct diags *d, const struct source *s,
    const struct units *units)
{
	struct edits *e = edits_open(a, d);
	struct unit *const *u;

	e->source = s;
	e->units = ARENA_ARRAY(a, struct edit_unit, units->list.n);
	VEC_FOREACH(u, &units->list) {
		if ((*u)->source == s)
			e->units[e->n++].unit = *u;
	}
	return e;
}

void
edit_what(struct edits *e, const char *what)
{
	e->what = what;
}

/* The document of a node; documents are in the order of their places. */
static struct edit_unit *
unit_of(struct edits *e, const struct yaml_node *n)
{
	size_t lo = 0, hi = e->n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (e->units[mid].unit->loc.off <= n->loc.off)
			lo = mid;
		else
			hi = mid;
	}
	return &e->units[lo];
}

struct yaml_node *
edit_copy(struct arena *a, const struct yaml_node *n, const char *what)
{
	struct yaml_node *c = ARENA_NEW(a, struct yaml_node);
	struct yaml_pairs pairs;
	size_t i;

	n = yaml_deref(n);
	c->kind = n->kind;
	c->style = n->style;
	c->text = n->text;
	c->json = n->json;
	c->what = what;
	for (i = 0; i < n->items.n; i++)
		(void)yaml_push(a, c, edit_copy(a, n->items.p[i], what));
	pairs = yaml_pairs(a, n);
	for (i = 0; i < pairs.n; i++) {
		struct yaml_pair p = {yaml_new_str(a, pairs.p[i].key->text),
		    edit_copy(a, pairs.p[i].value, what), false};

		VEC_PUSH(a, &c->pairs, p);
	}
	return c;
}

/* Keeps the old content of a node. */
static void
keep(struct edits *e, struct yaml_node *n)
{
	struct yaml_node *was;
	size_t i;

	if (n->was != NULL || n->loc.source == NULL)
		return;
	was = ARENA_NEW(e->arena, struct yaml_node);
	*was = *n;
	n->was = was;
	unit_of(e, n)->dirty = true;
	/* The vectors must not be shared with what was. */
	memset(&n->items, 0, sizeof(n->items));
	memset(&n->pairs, 0, sizeof(n->pairs));
	for (i = 0; i < was->items.n; i++)
		VEC_PUSH(e->arena, &n->items, was->items.p[i]);
	for (i = 0; i < was->pairs.n; i++)
		VEC_PUSH(e->arena, &n->pairs, was->pairs.p[i]);
}

static void unalias(struct edits *e, const struct yaml_node *n);

/* Makes an alias a copy of what it means. */
static void
own(struct edits *e, struct yaml_node *alias)
{
	struct yaml_node *c, *up;

	if (alias->kind != YAML_ALIAS)
		return;
	c = edit_copy(e->arena, alias->target, e->what);
	for (up = alias->up; up != NULL; up = up->up)
		unalias(e, up);
	keep(e, alias);
	alias->target->naliases--;
	alias->kind = c->kind;
	alias->style = c->style;
	alias->text = c->text;
	alias->items.p = c->items.p;
	alias->items.n = c->items.n;
	alias->items.cap = c->items.cap;
	alias->pairs.p = c->pairs.p;
	alias->pairs.n = c->pairs.n;
	alias->pairs.cap = c->pairs.cap;
	alias->target = NULL;
}

static void
list_aliases(struct edits *e, struct edit_unit *u, struct yaml_node *n)
{
	size_t i;

	/* Also keys that are aliases; a key with an anchor is none. */
	if (n->kind == YAML_ALIAS || (n->target != NULL && n->anchor.n == 0))
		VEC_PUSH(e->arena, &u->aliases, n);
	for (i = 0; i < n->items.n; i++)
		list_aliases(e, u, n->items.p[i]);
	for (i = 0; i < n->pairs.n; i++) {
		list_aliases(e, u, n->pairs.p[i].key);
		list_aliases(e, u, n->pairs.p[i].value);
	}
}

/* Gives all aliases of a node their own copies. */
static void
unalias(struct edits *e, const struct yaml_node *n)
{
	struct edit_unit *u;
	size_t i;

	if (n->naliases == 0)
		return;
	u = unit_of(e, n);
	if (!u->listed) {
		u->listed = true;
		list_aliases(e, u, u->unit->root);
	}
	for (i = 0; i < u->aliases.n; i++) {
		struct yaml_node *alias = u->aliases.p[i];

		if (alias->target != n)
			continue;
		if (alias->kind == YAML_ALIAS) {
			own(e, alias);
			continue;
		}
		diag_report(e->diags, EDIT_KEY_ALIAS, alias->loc);
		e->failed = true;
	}
}

/* Call before a node changes. */
static void
touch(struct edits *e, struct yaml_node *n)
{
	const struct yaml_node *up;

	if (n->loc.source == NULL)
		return;
	for (up = n; up != NULL; up = up->up)
		unalias(e, up);
	keep(e, n);
}

/* Call before a node and all that is in it goes away. */
static void
forget(struct edits *e, const struct yaml_node *n)
{
	size_t i;

	if (n->loc.source == NULL)
		return;
	unalias(e, n);
	if (n->target != NULL && n->anchor.n > 0)
		unalias(e, n->target);
	for (i = 0; i < n->items.n; i++)
		forget(e, n->items.p[i]);
	for (i = 0; i < n->pairs.n; i++) {
		forget(e, n->pairs.p[i].key);
		forget(e, n->pairs.p[i].value);
	}
}

/* The own pair of a key, if no merge key behind it wins. */
static struct yaml_pair *
own_pair(const struct yaml_node *map, struct str key)
{
	size_t i;

	for (i = map->pairs.n; i-- > 0;) {
		struct yaml_pair *p = &map->pairs.p[i];

		if (!p->merge && str_eq(p->key->text, key))
			return p;
		if (p->merge) {
			struct yaml_node only = {.kind = YAML_MAP};
			struct yaml_pair copy = *p;

			only.pairs.p = &copy;
			only.pairs.n = 1;
			if (yaml_get(&only, key) != NULL)
				return NULL;
		}
	}
	return NULL;
}

static void
mark(struct edits *e, struct yaml_node *n)
{
	if (n->loc.source == NULL && n->what == NULL)
		n->what = e->what;
}

static void
drop_pair(struct edits *e, struct yaml_node *map, struct str key)
{
	size_t i;

	for (i = 0; i < map->pairs.n; i++) {
		if (map->pairs.p[i].merge ||
		    !str_eq(map->pairs.p[i].key->text, key))
			continue;
		forget(e, map->pairs.p[i].key);
		forget(e, map->pairs.p[i].value);
		VEC_REMOVE(&map->pairs, i);
		return;
	}
}

static void
set(struct edits *e, struct yaml_node *map, struct str key,
    struct yaml_node *value)
{
	struct yaml_pair pair = {NULL, value, false};
	struct yaml_pair *p;

	touch(e, map);
	mark(e, value);
	p = own_pair(map, key);
	if (p != NULL) {
		forget(e, p->value);
		p->value = value;
		return;
	}
	/* A merge key behind an own key wins, so the own key moves behind. */
	drop_pair(e, map, key);
	pair.key = yaml_new_str(e->arena, arena_str(e->arena, key));
	VEC_PUSH(e->arena, &map->pairs, pair);
}

/* The collection under a key, made safe to be changed. */
static struct yaml_node *
member(
    struct edits *e, struct yaml_node *map, struct str key, enum yaml_kind kind)
{
	struct yaml_node *v = yaml_get(map, key);
	struct yaml_pair *p;

	if (map == NULL)
		return NULL;
	if (v != NULL && v->kind != YAML_NULL && v->kind != kind) {
		diag_report(e->diags, EDIT_KIND, v->loc, STR_ARG(key),
		    kind == YAML_MAP ? "mapping" : "sequence");
		e->failed = true;
		return NULL;
	}
	if (v == NULL || v->kind == YAML_NULL) {
		v = kind == YAML_MAP ? yaml_new_map(e->arena)
				     : yaml_new_seq(e->arena);
		set(e, map, key, v);
		return v;
	}
	p = own_pair(map, key);
	if (p == NULL) {
		v = edit_copy(e->arena, v, e->what);
		set(e, map, key, v);
		return v;
	}
	own(e, p->value);
	return p->value;
}

struct yaml_node *
edit_map(struct edits *e, struct yaml_node *map, struct str key)
{
	return member(e, map, key, YAML_MAP);
}

struct yaml_node *
edit_seq(struct edits *e, struct yaml_node *map, struct str key)
{
	return member(e, map, key, YAML_SEQ);
}

struct yaml_node *
edit_own(struct edits *e, struct yaml_node *n)
{
	if (n != NULL)
		own(e, n);
	return n;
}

struct yaml_node *
edit_item(struct edits *e, struct yaml_node *seq, size_t index)
{
	if (seq == NULL || index >= seq->items.n)
		return NULL;
	own(e, seq->items.p[index]);
	return seq->items.p[index];
}

void
edit_put(struct edits *e, struct yaml_node *map, struct str key,
    struct yaml_node *value)
{
	const struct yaml_node *old = yaml_get(map, key);

	if (map == NULL || (old != NULL && yaml_equal(old, value)))
		return;
	set(e, map, key, value);
}

/* Replaces merge keys by what they stand for. */
static void
unmerge(struct edits *e, struct yaml_node *map)
{
	struct yaml_pairs all = yaml_pairs(e->arena, map);
	struct yaml_pair pair;
	size_t i;

	touch(e, map);
	for (i = map->pairs.n; i-- > 0;) {
		if (map->pairs.p[i].merge) {
			forget(e, map->pairs.p[i].value);
			VEC_REMOVE(&map->pairs, i);
		}
	}
	for (i = 0; i < all.n; i++) {
		if (own_pair(map, all.p[i].key->text) != NULL)
			continue;
		pair.key = yaml_new_str(e->arena, all.p[i].key->text);
		pair.value = edit_copy(e->arena, all.p[i].value, e->what);
		pair.merge = false;
		VEC_PUSH(e->arena, &map->pairs, pair);
	}
}

void
edit_delete(struct edits *e, struct yaml_node *map, struct str key)
{
	if (yaml_get(map, key) == NULL)
		return;
	touch(e, map);
	drop_pair(e, map, key);
	if (yaml_get(map, key) == NULL)
		return;
	unmerge(e, map);
	drop_pair(e, map, key);
}

void
edit_insert(struct edits *e, struct yaml_node *seq, size_t index,
    struct yaml_node *item)
{
	if (seq == NULL)
		return;
	if (index > seq->items.n)
		index = seq->items.n;
	touch(e, seq);
	mark(e, item);
	VEC_INSERT(e->arena, &seq->items, index, item);
}

void
edit_remove(struct edits *e, struct yaml_node *seq, size_t index)
{
	if (seq == NULL || index >= seq->items.n)
		return;
	touch(e, seq);
	forget(e, seq->items.p[index]);
	VEC_REMOVE(&seq->items, index);
}
