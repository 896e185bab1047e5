/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_NUMBER_H
#define CONTRASTC_REGO_NUMBER_H

#include "runtime/rego/value.h"

/*
 * Numbers (rego 6.3): integers of 61 bits are words of their own, all others
 * are objects of the arena.  Every function follows the profile of the heap.
 */
#define RV_INT_MAX ((int64_t)1 << 59)

static inline bool
rv_is_int(rv v)
{
	return rv_tag(v) == RV_TAG_INT;
}
static inline int64_t
rv_int_of(rv v)
{
	return (int64_t)v >> 3;
}
rv rv_int(struct rv_heap *h, int64_t n);
rv rv_double(struct rv_heap *h, double d);

/* A spelling of JSON or Rego; RV_UNDEFINED if it is none or beyond limits. */
rv rv_number(struct rv_heap *h, struct str spelling);
bool rv_is_integer(rv v);
/* False if it is no integer or does not fit. */
bool rv_to_int64(rv v, int64_t *out);
double rv_to_double(rv v);
int rv_number_compare(rv a, rv b);
uint64_t rv_number_hash(rv v);
/* As the profile's engine prints it in JSON. */
void rv_number_print(struct buf *out, const struct rv_heap *h, rv v);
rv rv_number_copy(struct rv_heap *h, rv v);

enum rv_arith { RV_ADD, RV_SUB, RV_MUL, RV_DIV, RV_REM };
/*
 * Both are numbers.  RV_UNDEFINED with *why ("divide by zero" …) where the
 * operation has no result.
 */
rv rv_arith(struct rv_heap *h, enum rv_arith op, rv a, rv b, const char **why);
/* abs, ceil, floor, round; the bits of rego 9.1 are in the same file. */
enum rv_round { RV_ABS, RV_CEIL, RV_FLOOR, RV_ROUND };
rv rv_round(struct rv_heap *h, enum rv_round op, rv a);

#endif
