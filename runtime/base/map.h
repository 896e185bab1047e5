/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_MAP_H
#define CONTRASTC_BASE_MAP_H

#include "runtime/base/arena.h"

/*
 * A hash map from byte strings to pointers in an arena (XXH3, open
 * addressing).  Keys are borrowed.  It has no order: what is printed must
 * come from a vector.  Start with `struct map m = {0}`.
 */
struct map_slot;

struct map {
	struct map_slot *slots;
	size_t n, cap;
};

/* The value, or NULL. */
void *map_get(const struct map *m, struct str key);
/* Sets the value (not NULL); returns the previous one, or NULL. */
void *map_set(struct arena *a, struct map *m, struct str key, void *value);

#endif
