/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_REGEX_INT_H
#define CONTRASTC_REGO_REGEX_INT_H

#include "runtime/base/vec.h"
#include "runtime/rego/regex.h"

/* Bytes of a pattern, and levels of groups and classes. */
#define RX_PATTERN_MAX ((size_t)32 << 10)
#define RX_DEPTH_MAX 250
#define RX_CLASS_DEPTH_MAX 50

struct rx_flags {
	bool i, m, s, swap, x, ascii, crlf;
};

/* An open group. */
struct rx_group {
	struct rx_flags flags; /* to come back to */
	size_t start;          /* of its translation */
	size_t product;        /* so many times what is in it repeats */
	bool captures;
	size_t weight, others, bars; /* of what is around it */
};

struct rx_name {
	struct str name;
	size_t group;
};
struct rx_names {
	VEC(struct rx_name) v;
};

/* Reads `s` from `i` on and appends the translation to `out`. */
struct rx {
	struct str s;
	size_t i;
	bool rust, is_limited; /* to RX_WEIGHT_MAX */
	struct buf *out;
	struct rx_flags flags;
	struct rx_group groups[RX_DEPTH_MAX];
	size_t depth;
	size_t captures;
	struct arena *arena; /* of the names */
	struct rx_names names;
	struct rt_err *err;

	size_t atom;         /* start of what could be repeated; SIZE_MAX */
	size_t atom_product; /* Go: counters multiply to 1000 at most */
	size_t product;      /* of the group that is open */
	size_t repeat;       /* where the last repetition was read, SIZE_MAX */
	bool repeated;       /* the atom has a repetition */

	/*
	 * Bytes that Rust's regex would need for the automaton: of the class
	 * that was read, of the atom, of the alternative, and of those before
	 * it.
	 */
	size_t class_weight, atom_weight, weight, others, bars;
	bool has_more; /* than literals and bars */
};

/* The agent's engine of today compiles no pattern that needs more. */
#define RX_WEIGHT_MAX 102400
/* One state; one with two ways out. */
#define RX_STATE 32
#define RX_FORK 40
/* A class of nearly all characters; of all letters. */
#define RX_MOST_CHARS 1004
#define RX_LETTERS 45000

/* Go's error, with the part of the pattern; returns RT_EFORMAT. */
int rx_fail(struct rx *r, const char *what, size_t from, size_t to);
static inline char
rx_at(const struct rx *r, size_t offset)
{
	return r->i + offset < r->s.n ? r->s.p[r->i + offset] : '\0';
}
static inline bool
rx_sees(const struct rx *r, const char *text)
{
	return str_starts(str_sub(r->s, r->i, r->s.n), str_from(text));
}
/* The next code point. */
unsigned rx_next(struct rx *r);
/* As PCRE2 has it, in or out of a class. */
void rx_put_char(struct buf *out, unsigned c);

/* What was written since `start` may be repeated; nothing may be. */
void rx_atom(struct rx *r, size_t start, size_t weight);
void rx_no_atom(struct rx *r);
/* A group opens, or flags change; a group ends. */
int rx_group(struct rx *r);
int rx_close_group(struct rx *r);
/* Of all alternatives of the group that is open. */
size_t rx_weight(const struct rx *r);

/* A class or what stands for one: \d, \pL, [...]; each one code point. */
int rx_bracket(struct rx *r);
/* The escape at the backslash, if it is a class; 0, 1: it is none. */
int rx_class_escape(struct rx *r, struct buf *out, bool in_bracket);
/* The escape at the backslash, if it is a character; 1: it is none. */
int rx_char_escape(struct rx *r, unsigned *c);
/* Characters of \w, for word boundaries. */
const char *rx_word_class(const struct rx *r);

/* Does PCRE2 know \p{<prefix><name>}? */
bool rx_is_property(const char *prefix, struct str name);

/* The whole pattern. */
int rx_translate(struct rx *r);
int rx_translate_glob(struct buf *out, struct str pattern,
    struct str delimiters, struct rt_err *err);

#endif
