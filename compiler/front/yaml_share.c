/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler puts into one document it mostly puts into all others as
 * well: equal parts become one, in the arena of a pool.
 */
#include <string.h>

#include "compiler/front/yaml.h"

#include "runtime/base/banned.h"

static void
put_text(struct buf *b, struct str s)
{
	uint64_t n = s.n;

	buf_put(b, (struct str){(const char *)&n, sizeof(n)});
	buf_put(b, s);
}

/* All that a node is, as bytes; false if a part of it is the user's. */
static bool
flatten(struct buf *b, const struct yaml_node *n)
{
	size_t i;

	if (n->loc.source != NULL || n->kind == YAML_ALIAS)
		return false;
	buf_putc(b, (char)n->kind);
	buf_putc(b, (char)n->style);
	buf_putc(b, n->json ? 'j' : ' ');
	put_text(b, n->text);
	for (i = 0; i < n->items.n; i++) {
		buf_putc(b, '-');
		if (!flatten(b, n->items.p[i]))
			return false;
	}
	for (i = 0; i < n->pairs.n; i++) {
		buf_putc(b, n->pairs.p[i].merge ? '<' : ':');
		if (!flatten(b, n->pairs.p[i].key) ||
		    !flatten(b, n->pairs.p[i].value))
			return false;
	}
	buf_putc(b, '.');
	return true;
}

/* Of what the compiler made; the user's nodes stay where they are. */
static struct yaml_node *
copy(struct arena *a, struct yaml_node *n)
{
	struct yaml_node *c;
	size_t i;

	if (n->loc.source != NULL)
		return n;
	c = ARENA_NEW(a, struct yaml_node);
	*c = *n;
	c->text = arena_str(a, n->text);
	memset(&c->items, 0, sizeof(c->items));
	memset(&c->pairs, 0, sizeof(c->pairs));
	for (i = 0; i < n->items.n; i++)
		VEC_PUSH(a, &c->items, copy(a, n->items.p[i]));
	for (i = 0; i < n->pairs.n; i++) {
		struct yaml_pair p = {copy(a, n->pairs.p[i].key),
		    copy(a, n->pairs.p[i].value), n->pairs.p[i].merge};

		VEC_PUSH(a, &c->pairs, p);
	}
	return c;
}

static struct yaml_node *
shared(struct yaml_pool *pool, struct arena *a, struct yaml_node *n)
{
	struct yaml_node *hit;
	struct str flat;

	pool->text.n = 0;
	if (!flatten(&pool->text, n))
		return copy(a, n);
	flat = buf_str(&pool->text);
	hit = map_get(&pool->seen, flat);
	if (hit != NULL)
		return hit;
	hit = copy(pool->arena, n);
	(void)map_set(
	    pool->arena, &pool->seen, arena_str(pool->arena, flat), hit);
	return hit;
}

static void
walk(struct yaml_pool *pool, struct arena *a, struct yaml_node **at)
{
	struct yaml_node *n = *at;
	size_t i;

	if (n->loc.source == NULL) {
		*at = shared(pool, a, n);
		return;
	}
	for (i = 0; i < n->items.n; i++)
		walk(pool, a, &n->items.p[i]);
	for (i = 0; i < n->pairs.n; i++) {
		walk(pool, a, &n->pairs.p[i].key);
		walk(pool, a, &n->pairs.p[i].value);
	}
}

void
yaml_share(struct yaml_pool *pool, struct unit *u)
{
	walk(pool, u->arena, &u->root);
}

void
yaml_pool_fini(struct yaml_pool *pool)
{
	buf_free(&pool->text);
}
