/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_SOURCE_H
#define CONTRASTC_BASE_SOURCE_H

#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

/*
 * A range of bytes of a source.  Offsets are 32 bits: a source has at most
 * SOURCE_MAX bytes.  `source` NULL: no place is known.
 */
struct loc {
	const struct source *source;
	uint32_t off;
	uint32_t len;
};

#define SOURCE_MAX ((size_t)128 << 20)

/* Where a byte of a text that the compiler made came from; see origin_map. */
struct source_edit {
	uint32_t at;     /* first byte of the new text, in this source */
	uint32_t len;    /* its length */
	uint32_t old_at; /* the range it replaces, in `from` */
	uint32_t old_len;
	const char *what; /* "injected Initializer", or NULL */
};

struct source {
	struct str name; /* as the user wrote it; "<stdin>" */
	struct str text; /* the bytes as read */
	/*
	 * For a text that was made by editing another: that one, and the
	 * edits in the order of `at`.  Otherwise NULL.
	 */
	const struct source *from;
	const struct source_edit *edits;
	size_t nedits;
	/* Line table, made when first asked for. */
	uint32_t *lines;
	size_t nlines;
};

/* Name and text are borrowed (they live in the arena or longer). */
struct source *source_new(struct arena *a, struct str name, struct str text);

/* The bytes [from, to) of a source as one of their own. */
struct source *source_part(
    struct arena *a, const struct source *s, size_t from, size_t to);

/* 1-based line and column; a column is a code point, a tab counts 1. */
struct place {
	uint32_t line, col;
};
struct place source_place(struct arena *a, const struct source *s, size_t off);
/* The bytes of 1-based line `line`, without its line end. */
struct str source_line(struct arena *a, const struct source *s, uint32_t line);

struct str loc_text(struct loc l);
/*
 * Follows `from` down to the user's own file.  For a place inside text that
 * an edit inserted, *what names the edit and the result is the place where it
 * was inserted (length 0); otherwise *what is NULL.  `what` may be NULL.
 */
struct loc loc_user(struct loc l, const char **what);
/* Follows `from` down to a given source; no place if it is not one of them. */
struct loc loc_within(struct loc l, const struct source *s);

#endif
