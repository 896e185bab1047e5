/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_BUILTIN_INT_H
#define CONTRASTC_REGO_BUILTIN_INT_H

#include "runtime/rego/builtin.h"
#include "runtime/rego/number.h"

/* One function for each row of the catalogue. */
#define BUILTIN(name, nargs, where, function)                                  \
	rv rego_fn_##function(struct rego_call *c);
#include "grammar/builtin.def"
#undef BUILTIN

#define REGO_IS(t) (1u << (t))
#define REGO_COLLECTIONS                                                       \
	(REGO_IS(RV_TARRAY) | REGO_IS(RV_TOBJECT) | REGO_IS(RV_TSET))

/* Profiles differ where Go and Rust do. */
static inline bool
rego_is_go(const struct rego_call *c)
{
	return rv_is_go(c->heap);
}

/* Is operand `i` of that type?  False sets the type error. */
bool rego_want_string(struct rego_call *c, unsigned i);
bool rego_want_number(struct rego_call *c, unsigned i);
bool rego_want_array(struct rego_call *c, unsigned i);
bool rego_want_object(struct rego_call *c, unsigned i);
/* Operands 0 to n - 1 are strings. */
bool rego_want_strings(struct rego_call *c, unsigned n);
/* An integer of any size; *out: clamped to 64 bits. */
bool rego_want_integer(struct rego_call *c, unsigned i, int64_t *out);
/* The same where a fraction is no error to the agent's engine. */
bool rego_want_whole(struct rego_call *c, unsigned i, int64_t *out);
/* "operand 2 must be <text>"; returns RV_UNDEFINED. */
rv rego_bad_operand(struct rego_call *c, unsigned i, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static inline struct str
rego_str(const struct rego_call *c, unsigned i)
{
	return rv_str(c->args[i]);
}
static inline rv
rego_string(struct rego_call *c, struct str s)
{
	return rv_string(c->heap, s);
}
static inline rv
rego_int(struct rego_call *c, int64_t n)
{
	return rv_int(c->heap, n);
}

/* An empty buffer that lives until the call is over. */
struct buf *rego_text(struct rego_call *c);
/* False: more bytes than the heap may have; it is full then. */
bool rego_text_fits(struct rego_call *c, const struct buf *b);
/* The string that it holds. */
rv rego_text_done(struct rego_call *c, const struct buf *b);

/*
 * Go's decimal floating-point numbers in JSON's syntax: without plus sign,
 * zeros in front, digits on one side of the point only.  False: no digits.
 */
bool rego_go_number(struct buf *out, struct str s);

/* sprintf of the agent, after the types were checked. */
rv rego_print_rust(struct rego_call *c);

/* "a/b~1c", with or without a slash in front, as an array of segments. */
rv rego_path_of(struct rego_call *c, struct str s);

/* What a collection holds: elements, or the values of an object. */
static inline size_t
rego_items(rv v, const rv **items)
{
	*items = rv_type(v) == RV_TOBJECT ? rv_values(v) : rv_items(v);
	return rv_count(v);
}

#endif
