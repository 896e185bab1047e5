/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_JV_H
#define CONTRASTC_BASE_JV_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/err.h"
#include "runtime/base/source.h"
#include "runtime/base/vec.h"

/*
 * JSON values in an arena: settings, image configurations, policy data.
 * Objects keep the order of their members; numbers keep their spelling.
 * (The prefix json_ belongs to jansson, which reads the text.)
 */
enum jv_type {
	JV_NULL,
	JV_FALSE,
	JV_TRUE,
	JV_NUMBER,
	JV_STRING,
	JV_ARRAY,
	JV_OBJECT
};

/* Where a leaf of the policy data came from. */
enum origin_kind {
	ORIGIN_NONE,
	ORIGIN_YAML,     /* loc */
	ORIGIN_IMAGE,    /* what: "Env[2] of registry.example/web:1" */
	ORIGIN_SETTINGS, /* what: file and JSON pointer */
	ORIGIN_COMPILER  /* what: the reason, a sentence */
};
struct origin {
	enum origin_kind kind;
	struct loc loc;
	struct str what;
};

struct jv_member;

struct jv {
	enum jv_type type;
	struct str text; /* JV_STRING: the bytes; JV_NUMBER: the spelling */
	VEC(struct jv *) items;        /* JV_ARRAY */
	VEC(struct jv_member) members; /* JV_OBJECT */
	const struct origin *origin;   /* or NULL */
};

struct jv_member {
	struct str key;
	struct jv *value;
};

/*
 * Reads one JSON text (RFC 8259): UTF-8 without byte order mark, no repeated
 * member, at most JV_DEPTH_MAX levels.  RT_EFORMAT with line and column,
 * RT_ELIMIT.
 */
#define JV_DEPTH_MAX 64
int jv_parse(struct jv **out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;
/* The same; the message has no place, *at is the offset of the fault. */
int jv_parse_at(struct jv **out, struct arena *a, struct str text, size_t *at,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * Calls `each` for every value of `v`, which jv_parse() made of the text of
 * `s`, with its range; a value comes after what is in it.
 */
void jv_places(struct jv *v, const struct source *s,
    void (*each)(void *arg, struct jv *v, struct loc at), void *arg);

struct jv *jv_new(struct arena *a, enum jv_type type);
struct jv *jv_bool(struct arena *a, bool b);
struct jv *jv_int(struct arena *a, int64_t n);
/* The bytes are borrowed. */
struct jv *jv_string(struct arena *a, struct str s);
struct jv *jv_array(struct arena *a);
struct jv *jv_object(struct arena *a);
/* Appends; returns `value` for chaining. */
struct jv *jv_push(struct arena *a, struct jv *array, struct jv *value);
/* Sets a member: replaces it in place or appends it; returns `value`. */
struct jv *jv_set(
    struct arena *a, struct jv *object, struct str key, struct jv *value);
/* The same with a string or a number. */
void jv_put_str(
    struct arena *a, struct jv *object, const char *key, struct str s);
void jv_put_int(struct arena *a, struct jv *object, const char *key, size_t n);
/* The member, or NULL; NULL too if `object` is NULL or none. */
struct jv *jv_get(const struct jv *object, struct str key);
#define jv_getz(object, lit) jv_get((object), STR(lit))
/* Follows members: jv_path(v, "common", "cpath", NULL). */
struct jv *jv_path(const struct jv *v, ...) __attribute__((sentinel));
void jv_remove(struct jv *object, struct str key);
struct jv *jv_copy(struct arena *a, const struct jv *v);
/* Deep equality; objects without regard to order, numbers by spelling. */
bool jv_equal(const struct jv *a, const struct jv *b);
/* The bytes of a string; empty for anything else or NULL. */
struct str jv_str(const struct jv *v);
/* A member that is a string, else empty. */
struct str jv_get_str(const struct jv *object, struct str key);
bool jv_is(const struct jv *v, enum jv_type type);
/* An integer that fits; false otherwise. */
bool jv_to_int(const struct jv *v, int64_t *out);
/* Members by byte order of the keys (this level only). */
void jv_sort(struct jv *object);

/* How jv_print lays out. */
enum jv_style {
	JV_COMPACT, /* no blanks, one line */
	JV_PRETTY, /* two blanks a level, one element a line (policy-model 9.1) */
	JV_LINES   /* one element a line, no indentation (rego 12.4) */
};
void jv_print(struct buf *out, const struct jv *v, enum jv_style style);
/* A JSON string with its quotes, escaped as in policy-model 9.1. */
void jv_print_string(struct buf *out, struct str s);
/* The bytes that it is long. */
size_t jv_string_size(struct str s);
/* A byte as an escape of a JSON string: \n, \", or \u00xx. */
void jv_print_escape(struct buf *out, unsigned char c);

#endif
