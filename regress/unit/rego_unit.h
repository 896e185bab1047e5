/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_REGO_UNIT_H
#define CONTRASTC_REGRESS_REGO_UNIT_H

#include "regress/unit/unit.h"
#include "runtime/base/arena.h"
#include "runtime/rego/value.h"

/* Heaps of the profiles, in the order of rego_profiles. */
static struct arena *unit_arena;
static struct rv_heap unit_heaps[REGO_PROFILES_MAX];

enum { OPA, KATA, DEC };

static int
unit_setup(void **state)
{
	size_t i;

	(void)state;
	unit_arena = arena_new();
	for (i = 0; i < REGO_PROFILES_MAX; i++)
		unit_heaps[i] = (struct rv_heap){
		    .arena = unit_arena, .profile = &rego_profiles[i]};
	return 0;
}

static int
unit_teardown(void **state)
{
	(void)state;
	arena_free(unit_arena);
	return 0;
}

/* The value of a JSON text; fails the test if it is none. */
static inline rv
unit_json(struct rv_heap *h, const char *text)
{
	struct rt_err err = {0};
	rv v = RV_UNDEFINED;

	if (rv_parse_json(&v, h, str_from(text), &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return v;
}

static inline struct str
unit_text(struct rv_heap *h, rv v)
{
	struct buf b = {0};
	struct str s;

	rv_print_json(&b, h, v);
	s = arena_str(unit_arena, buf_str(&b));
	buf_free(&b);
	return s;
}

#endif
