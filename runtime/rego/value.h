/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_VALUE_H
#define CONTRASTC_REGO_VALUE_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/err.h"
#include "runtime/rego/profile.h"

/*
 * Rego values (rego 6 and 15.1).  One word: the low three bits are a tag, the
 * rest is an integer, a constant, or a pointer into an arena.  Values never
 * change once made and are never freed singly.
 */
typedef uint64_t rv;

enum { RV_TAG_POINTER, RV_TAG_INT, RV_TAG_CONST, RV_TAG_MASK = 7 };

#define RV_CONST(n) (((rv)(n) << 3) | RV_TAG_CONST)
/* No value; never inside a collection. */
#define RV_UNDEFINED RV_CONST(0)
#define RV_NULL RV_CONST(1)
#define RV_FALSE RV_CONST(2)
#define RV_TRUE RV_CONST(3)

/* In OPA's order; profiles with set_first swap the last two. */
enum rv_type {
	RV_NOTHING,
	RV_TNULL,
	RV_TBOOL,
	RV_TNUMBER,
	RV_TSTRING,
	RV_TARRAY,
	RV_TOBJECT,
	RV_TSET
};

/* What a pointer leads to begins with this. */
struct rv_head {
	uint8_t type;   /* enum rv_type */
	uint8_t flags;  /* RV_F_… */
	uint16_t depth; /* levels of collections, itself counted */
	uint32_t n;     /* bytes, elements or members */
	uint64_t hash;  /* 0: not computed yet; equal values have equal ones */
};

enum {
	RV_F_CONST = 1 << 0, /* lives as long as the program; hash is there */
	RV_F_ASCII = 1 << 1, /* of a string */
	RV_F_INTERNED = 1 << 2,
	RV_F_DOUBLE = 1 << 3 /* of a number: number_int.h */
};

/*
 * Collections in each other: what is built beyond it counts as a heap that is
 * full, so that no function that descends needs a limit of its own.
 */
#define RV_DEPTH_MAX 1024
/* Levels of JSON text. */
#define RV_JSON_DEPTH_MAX 128

/* Bytes follow, then a NUL. */
struct rv_string {
	struct rv_head head;
	char p[];
};

/* Arrays; sets are the same, sorted, without duplicates. */
struct rv_array {
	struct rv_head head;
	rv v[];
};

/* n keys in order, then their n values. */
struct rv_object {
	struct rv_head head;
	rv v[];
};

/* Numbers that are no small integer: number.h. */

/*
 * Where values are made.  `limit` bounds the bytes of the arena (0: none):
 * beyond it `full` is set, and the evaluator ends with an error.
 */
struct rv_heap {
	struct arena *arena;
	const struct rego_profile *profile;
	struct rv_interns *interns; /* strings of the program, or NULL */
	size_t limit;
	bool full;
};

/* May `n` more bytes be made?  False sets `full`: give up at once. */
bool rv_room(struct rv_heap *h, size_t n);

static inline unsigned
rv_tag(rv v)
{
	return (unsigned)(v & RV_TAG_MASK);
}
static inline const struct rv_head *
rv_head(rv v)
{
	return (const struct rv_head *)(uintptr_t)v;
}
static inline enum rv_type
rv_type(rv v)
{
	static const uint8_t of_const[] = {
	    RV_NOTHING, RV_TNULL, RV_TBOOL, RV_TBOOL};

	if (rv_tag(v) == RV_TAG_INT)
		return RV_TNUMBER;
	if (rv_tag(v) == RV_TAG_CONST)
		return (enum rv_type)of_const[v >> 3];
	return (enum rv_type)rv_head(v)->type;
}
static inline rv
rv_bool(bool b)
{
	return b ? RV_TRUE : RV_FALSE;
}
/* "null", "boolean", "number" … */
const char *rv_type_name(rv v);

/* Texts of values as in Go (OPA); else as in Rust. */
static inline bool
rv_is_go(const struct rv_heap *h)
{
	return h->profile->text == REGO_DIALECT_GO;
}

/* Strings: UTF-8.  Interned if the heap knows it, otherwise a copy. */
rv rv_string(struct rv_heap *h, struct str s);
static inline struct str
rv_str(rv v)
{
	const struct rv_string *s = (const struct rv_string *)(uintptr_t)v;

	return (struct str){s->p, s->head.n};
}
/* Code points; UTF-16 units where the profile counts those. */
size_t rv_string_count(const struct rv_heap *h, rv v);

/*
 * Collections are built in any order and then closed: sets and objects get
 * sorted by the order of the profile and lose their duplicates.  Start with
 * `struct rv_builder b = {0}`; a builder that was closed is empty and may be
 * used again.
 */
struct rv_builder {
	rv *v;
	size_t n, cap; /* words; an object has two a member */
};
void rv_push(struct rv_heap *h, struct rv_builder *b, rv v);
void rv_put(struct rv_heap *h, struct rv_builder *b, rv key, rv value);
rv rv_array_close(struct rv_heap *h, struct rv_builder *b);
rv rv_set_close(struct rv_heap *h, struct rv_builder *b);
/* An array in the order of values, equal ones in the order they came. */
rv rv_sorted_close(struct rv_heap *h, struct rv_builder *b);
/*
 * Equal keys: with `clash` NULL the last one wins; otherwise different values
 * of one key give RV_UNDEFINED and *clash is the key.
 */
rv rv_object_close(struct rv_heap *h, struct rv_builder *b, rv *clash);
extern const rv rv_empty_array, rv_empty_set, rv_empty_object;

static inline size_t
rv_count(rv v)
{
	return rv_head(v)->n;
}
static inline const rv *
rv_items(rv v)
{
	return ((const struct rv_array *)(uintptr_t)v)->v;
}
static inline const rv *
rv_keys(rv v)
{
	return ((const struct rv_object *)(uintptr_t)v)->v;
}
static inline const rv *
rv_values(rv v)
{
	return ((const struct rv_object *)(uintptr_t)v)->v + rv_count(v);
}
/* The member of an object, or RV_UNDEFINED. */
rv rv_object_get(const struct rv_heap *h, rv object, rv key);
bool rv_set_has(const struct rv_heap *h, rv set, rv v);
/* base[key] (rego 7.4): arrays, objects, sets; RV_UNDEFINED for the rest. */
rv rv_get(const struct rv_heap *h, rv base, rv key);

uint64_t rv_hash(rv v);
/* rv_equal() of words that are not the same. */
bool rv_equal_parts(rv a, rv b);
static inline bool
rv_equal(rv a, rv b)
{
	if (a == b)
		return true;
	/* Most strings differ in their hashes. */
	if (rv_tag(a) == RV_TAG_POINTER && rv_tag(b) == RV_TAG_POINTER &&
	    rv_head(a)->hash != rv_head(b)->hash && rv_head(a)->hash != 0 &&
	    rv_head(b)->hash != 0)
		return false;
	return rv_equal_parts(a, b);
}
/* The total order of the profile (rego 6.2): <0, 0, >0. */
int rv_compare(const struct rv_heap *h, rv a, rv b);

/* A copy that needs nothing of another heap. */
rv rv_copy(struct rv_heap *h, rv v);
/*
 * The value and all in it live as long as the program from now on (they are
 * in its arena): hashes are computed, nothing is written afterwards.
 */
void rv_make_const(rv v);

/*
 * JSON text to a value: at most 128 levels, the last of equal members counts,
 * numbers keep their spelling where the profile does.  RT_EFORMAT, RT_ELIMIT.
 */
int rv_parse_json(rv *out, struct rv_heap *h, struct str text,
    struct rt_err *err) RT_MUST_CHECK;
/* Compact JSON text as the profile's engine writes it (rego 6.5). */
void rv_print_json(struct buf *out, const struct rv_heap *h, rv v);
/* Rego notation, as print() shows a value inside another (rego 10.3). */
void rv_print(struct buf *out, const struct rv_heap *h, rv v);

/*
 * Strings that live as long as the program: constants and keys.  A lookup
 * makes nothing.
 */
struct rv_interns *rv_interns_new(struct arena *a);
rv rv_intern(struct rv_interns *t, struct str s);

#endif
