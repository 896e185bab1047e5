/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_REGO_FMT_INT_H
#define CONTRASTC_GRAMMAR_REGO_FMT_INT_H

#include "grammar/rego_ast.h"

/*
 * The state of a formatter.  Comments are taken in their order: those above
 * the line of a node get lines of their own, the one on it waits for the end
 * of the line that is being written.
 */
struct fmt {
	struct buf *out;
	struct arena *arena;
	const struct rego_module *m;
	const struct rego_options *options;
	unsigned level;            /* indentation */
	size_t comment;            /* the next one */
	const struct loc *waiting; /* for the end of a line, or NULL */
	bool held;   /* it waits for the line after the next end */
	bool failed; /* a comment has no place: the source is copied */
	bool guard;  /* a '|' here would be that of a comprehension */
	bool with_if, with_contains; /* keywords of the module */
	bool long_heads;             /* a.b.c or `a.b contains` */
};

/* 1-based line of a byte, and of the last byte of a node. */
uint32_t fmt_row(const struct fmt *f, uint32_t off);
uint32_t fmt_end_row(const struct fmt *f, struct loc l);
void fmt_start(struct fmt *f);
void fmt_end(struct fmt *f);
void fmt_blank(struct fmt *f);
/* Comments above line `row`; the one on it waits.  Last line or 0. */
uint32_t fmt_comments(struct fmt *f, uint32_t row);
/* The comment on line `row`, if it is the next one, waits. */
void fmt_beside(struct fmt *f, uint32_t row);
/* Copies a node from the source if `f` failed since `start`. */
void fmt_rescue(struct fmt *f, const struct fmt *start, size_t n, struct loc l);

void fmt_term(struct fmt *f, const struct rego_term *t);
void fmt_path(struct fmt *f, const struct rego_term *t);
/* "(a, b)" of a call or of a rule's head. */
void fmt_args(struct fmt *f, struct rego_term *const *args, size_t n,
    struct loc around, bool head);
void fmt_literal(struct fmt *f, const struct rego_literal *l);
/* The lines of a body up to the line `close`, one level deeper. */
void fmt_body(struct fmt *f, const struct rego_body *b, uint32_t close);

#endif
