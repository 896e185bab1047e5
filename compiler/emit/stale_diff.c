/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/emit/stale_int.h"

#include "runtime/base/banned.h"

struct differ {
	struct stale_changes *out;
	struct arena *arena;
};

static void diff(
    struct differ *d, struct stale_change c, const struct yaml_node *old);

static bool
is_word(struct str key)
{
	size_t i;

	for (i = 0; i < key.n; i++) {
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123456789"
			   "abcdefghijklmnopqrstuvwxyz",
			key.p[i]) == NULL)
			return false;
	}
	return key.n > 0;
}

/* A map's member, or an item of a list under its name or number. */
static struct str
member(struct differ *d, struct str path, struct str key, bool item)
{
	if (item)
		return arena_printf(
		    d->arena, "%.*s[%.*s]", STR_ARG(path), STR_ARG(key));
	if (!is_word(key))
		return arena_printf(
		    d->arena, "%.*s[\"%.*s\"]", STR_ARG(path), STR_ARG(key));
	return arena_printf(d->arena, "%.*s%s%.*s", STR_ARG(path),
	    path.n > 0 ? "." : "", STR_ARG(key));
}

/* The name of a list's item: of a container in policy data as well. */
static struct str
name_of(const struct yaml_node *item)
{
	struct str name = yaml_get_str(item, STR("name"));

	if (name.n == 0)
		name = yaml_get_str(yaml_path(item, "OCI", "Annotations", NULL),
		    STR("io.kubernetes.cri.container-name"));
	return name;
}

/* Items of a list as a map: under their names, or numbered. */
static struct yaml_node *
as_map(struct differ *d, const struct yaml_node *seq)
{
	struct yaml_node *map = yaml_new_map(d->arena), *item;
	struct yaml_pair pair = {0};
	struct str name;
	size_t i;

	map->loc = seq->loc;
	for (i = 0; i < seq->items.n; i++) {
		item = yaml_deref(seq->items.p[i]);
		name = name_of(item);
		if (name.n == 0)
			name = arena_printf(d->arena, "%zu", i);
		pair.key = yaml_new_str(d->arena, name);
		pair.key->loc = item->loc;
		pair.value = item;
		VEC_PUSH(d->arena, &map->pairs, pair);
	}
	return map;
}

/* Of a whole list that is missing, each named thing is. */
static void
add_missing(struct differ *d, struct stale_change c)
{
	const struct yaml_node *list = c.new;
	struct str path = c.path;
	struct yaml_node *const *it;

	c.kind = STALE_MISSING;
	if (!yaml_is(list, YAML_SEQ) || list->items.n == 0 ||
	    name_of(yaml_deref(list->items.p[0])).n == 0) {
		VEC_PUSH(d->arena, &d->out->list, c);
		return;
	}
	c.parent = path;
	VEC_FOREACH(it, &list->items) {
		c.new = yaml_deref(*it);
		c.key = name_of(c.new);
		c.path = member(d, path, c.key, true);
		VEC_PUSH(d->arena, &d->out->list, c);
	}
}

static void
diff_map(struct differ *d, struct str path, const struct yaml_node *old,
    const struct yaml_node *new, bool list)
{
	struct yaml_pairs o = yaml_pairs(d->arena, old);
	struct yaml_pairs n = yaml_pairs(d->arena, new);
	struct map in_old = {0}, in_new = {0};
	struct stale_change c = {.parent = path};
	struct yaml_pair *p;

	VEC_FOREACH(p, &o)
		(void)map_set(d->arena, &in_old, yaml_text(p->key), p);
	VEC_FOREACH(p, &n) {
		const struct yaml_pair *was =
		    map_get(&in_old, yaml_text(p->key));

		(void)map_set(d->arena, &in_new, yaml_text(p->key), p);
		c.key = yaml_text(p->key);
		c.path = member(d, path, c.key, list);
		c.new = yaml_deref(p->value);
		c.loc = old->loc;
		if (was == NULL)
			add_missing(d, c);
		else
			diff(d, c, yaml_deref(was->value));
	}
	c.new = NULL;
	c.kind = STALE_SUPERFLUOUS;
	VEC_FOREACH(p, &o) {
		c.key = yaml_text(p->key);
		c.path = member(d, path, c.key, list);
		c.old = yaml_deref(p->value);
		c.loc = p->key->loc;
		if (map_get(&in_new, c.key) == NULL)
			VEC_PUSH(d->arena, &d->out->list, c);
	}
}

/* `c` has all but the old value. */
static void
diff(struct differ *d, struct stale_change c, const struct yaml_node *old)
{
	const struct yaml_node *new = c.new;
	size_t before = d->out->list.n;

	if (yaml_equal(old, new))
		return;
	if (yaml_is(old, YAML_MAP) && yaml_is(new, YAML_MAP)) {
		diff_map(d, c.path, old, new, false);
	} else if (yaml_is(old, YAML_SEQ) && yaml_is(new, YAML_SEQ)) {
		diff_map(d, c.path, as_map(d, old), as_map(d, new), true);
	}
	if (d->out->list.n > before)
		return;
	c.kind = STALE_OTHER;
	c.old = old;
	c.loc = old->loc;
	VEC_PUSH(d->arena, &d->out->list, c);
}

void
stale_diff(struct stale_changes *out, struct arena *a,
    const struct yaml_node *old, const struct yaml_node *new)
{
	struct differ d = {.out = out, .arena = a};
	struct stale_change c = {.new = yaml_deref(new)};

	diff(&d, c, yaml_deref(old));
}

#define SHOWN 80

static bool
is_short(const struct yaml_node *n)
{
	return n != NULL && n->kind != YAML_SEQ && n->kind != YAML_MAP &&
	       n->text.n <= SHOWN && str_chr(n->text, '\n', 0) == SIZE_MAX;
}

struct str
stale_say(struct arena *a, const struct stale_change *c, bool secret)
{
	struct str path = c->path.n > 0 ? c->path : STR("the document");

	if (c->kind == STALE_MISSING)
		return arena_printf(a, "%.*s is missing", STR_ARG(path));
	if (c->kind == STALE_SUPERFLUOUS)
		return arena_printf(a, "%.*s would be removed", STR_ARG(path));
	if (secret || !is_short(c->old) || !is_short(c->new))
		return arena_printf(a, "%.*s is outdated", STR_ARG(path));
	return arena_printf(a, "%.*s is '%.*s', would be '%.*s'", STR_ARG(path),
	    STR_ARG(yaml_text(c->old)), STR_ARG(yaml_text(c->new)));
}

struct str
stale_paths(struct arena *a, const struct stale_changes *changes)
{
	const struct stale_change *c;
	struct str s = STR("");
	size_t i;

	for (i = 0; i < changes->list.n && i < 3; i++) {
		c = &changes->list.p[i];
		s = arena_printf(a, "%.*s%s%.*s", STR_ARG(s), i > 0 ? ", " : "",
		    STR_ARG(c->path));
	}
	if (changes->list.n > 3)
		s = arena_printf(
		    a, "%.*s and %zu more", STR_ARG(s), changes->list.n - 3);
	return s;
}
