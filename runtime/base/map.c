/* SPDX-License-Identifier: Apache-2.0 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "runtime/base/map.h"
#include "runtime/base/banned.h"

struct map_slot {
	struct str key;
	uint64_t hash;
	void *value; /* NULL: free */
};

static struct map_slot *
find(const struct map *m, struct str key, uint64_t hash)
{
	size_t mask = m->cap - 1, i = (size_t)hash & mask;
	struct map_slot *s;

	for (;; i = (i + 1) & mask) {
		s = &m->slots[i];
		if (s->value == NULL ||
		    (s->hash == hash && str_eq(s->key, key)))
			return s;
	}
}

void *
map_get(const struct map *m, struct str key)
{
	if (m->n == 0)
		return NULL;
	return find(m, key, XXH3_64bits(key.p, key.n))->value;
}

static void
grow(struct arena *a, struct map *m)
{
	struct map bigger = {.cap = m->cap == 0 ? 8 : m->cap * 2, .n = m->n};
	size_t i;

	bigger.slots = ARENA_ARRAY(a, struct map_slot, bigger.cap);
	for (i = 0; i < m->cap; i++) {
		struct map_slot *s = &m->slots[i];

		if (s->value != NULL)
			*find(&bigger, s->key, s->hash) = *s;
	}
	*m = bigger;
}

void *
map_set(struct arena *a, struct map *m, struct str key, void *value)
{
	uint64_t hash = XXH3_64bits(key.p, key.n);
	struct map_slot *s;
	void *old;

	if (m->n * 4 >= m->cap * 3)
		grow(a, m);
	s = find(m, key, hash);
	old = s->value;
	if (old == NULL)
		m->n++;
	*s = (struct map_slot){key, hash, value};
	return old;
}
