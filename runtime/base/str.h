/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_STR_H
#define CONTRASTC_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A slice of bytes that somebody else owns: a source file, an arena, a
 * literal.  It may hold NUL and need not end in one.
 */
struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){("" lit), sizeof(lit) - 1})
#define STR_INIT(lit)                                                          \
	{                                                                      \
		("" lit), sizeof(lit) - 1                                      \
	}
/* For "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p

/*
 * What is called a thousand times for each workload is here to be seen by the
 * compiler: most strings differ in length, and most C strings are literals.
 */

/* The bytes of a C string; NULL gives the empty slice. */
static inline struct str
str_from(const char *z)
{
	return (struct str){z, z == NULL ? 0 : strlen(z)};
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n &&
	       (a.n == 0 || (*a.p == *b.p && memcmp(a.p, b.p, a.n) == 0));
}

static inline bool
str_eqz(struct str a, const char *z)
{
	return str_eq(a, str_from(z));
}

/* Byte order, as memcmp; a prefix comes first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Bytes from `from` up to (not including) `to`; both are clamped. */
static inline struct str
str_sub(struct str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct str){s.p == NULL ? NULL : s.p + from, to - from};
}

/* At most `max` bytes of it, no character cut. */
struct str str_clip(struct str s, size_t max);
/* Offset of the first `needle` at or after `from`, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle, size_t from);
/* Offset of the first byte `c` at or after `from`, or SIZE_MAX. */
size_t str_chr(struct str s, char c, size_t from);
/* Offset of the last byte `c`, or SIZE_MAX. */
size_t str_rchr(struct str s, char c);
/* Without ASCII blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);
/*
 * The whole of `s` as a decimal number without sign.  False if it is empty,
 * has another character or exceeds `max`; *out is then untouched.
 */
bool str_u64(struct str s, uint64_t max, uint64_t *out);
/* Is `s` valid UTF-8 (no surrogates, no overlong forms)? */
bool str_is_utf8(struct str s);
/* Levenshtein distance of two names, for "did you mean"; capped at 99. */
unsigned str_distance(struct str a, struct str b);
/* Path without directories: the part after the last '/'. */
struct str str_basename(struct str path);

#endif
