/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_EDIT_INT_H
#define CONTRASTC_FRONT_EDIT_INT_H

#include "compiler/front/edit.h"
#include "runtime/base/buf.h"

/* What edit.c notes about a document. */
struct edit_unit {
	struct unit *unit;
	bool dirty;
	bool listed;
	VEC(struct yaml_node *) aliases; /* once listed */
};

struct edit_splices {
	VEC(struct splice) list;
};

struct edits {
	struct arena *arena;
	struct diags *diags;
	const struct source *source;
	const char *what;
	struct edit_unit *units;
	size_t n;
	bool failed;
	struct TSParser *parser; /* of edit_range.c, once needed */
	struct arena *scratch;   /* of edits_open() */
};

/* Parts of a printed text that are something else than the rest of it. */
struct edit_marks {
	struct arena *arena;
	VEC(struct edit_mark {
		size_t at; /* in the text; up to the next mark */
		const char *what;
	})
	list;
	const char *now; /* of edit_what(): what is being printed */
};

/* How the user writes. */
struct yaml_layout {
	unsigned step; /* columns that a nested mapping is indented */
	unsigned seq;  /* columns that a nested sequence is indented */
	struct str nl; /* end of line */
	struct edit_marks *marks; /* or NULL */
};

/* The same as yaml_print_scalar(), in the quotes of `style` if it has some. */
void yaml_print_string(struct buf *out, struct str s, enum yaml_style style);
/* A scalar of any kind; `json`: strings always in double quotes. */
void yaml_print_leaf(struct buf *out, const struct yaml_node *n, bool json);
/*
 * A node in block style.  The cursor is at column `col`, where the first key
 * or dash goes; the text has no line end behind it.
 */
void yaml_print_block(struct buf *out, const struct yaml_node *n, unsigned col,
    const struct yaml_layout *l);
/* What comes behind "key:" of a mapping at `col`, with the blank. */
void yaml_print_member(struct buf *out, const struct yaml_node *value,
    unsigned col, const struct yaml_layout *l);

/* A flow collection and what is around it. */
struct flow_layout {
	bool json;  /* quote keys and strings */
	bool lines; /* one member a line */
	bool tight; /* no blank behind ':' and ',' */
	struct str nl;
	struct str indent; /* what begins a line of the members */
	struct str step;   /* what a level adds to it */
	struct edit_marks *marks;
};
void yaml_print_flow(struct buf *out, const struct yaml_node *n,
    const struct flow_layout *l, struct str indent);

/* Is it written without a line of its own: a scalar, {} or []? */
bool yaml_is_inline(const struct yaml_node *n);

/*
 * A change of the text.  Of several that insert at one place the one at the
 * larger column comes first: it belongs to what is above.
 */
struct edit_change {
	struct splice s;
	unsigned col;
};

/* The changes of a document that are being collected (edit_text.c). */
struct edit_text {
	struct edits *e;
	const struct edit_unit *unit;
	struct str text; /* of the source */
	size_t from, to; /* the document */
	struct yaml_layout layout;
	VEC(struct edit_change) out;
	unsigned col;             /* for what edit_splice() adds */
	struct edit_marks marks;  /* of the text that it adds next */
	struct edit_range *range; /* tree-sitter's view */
};

/* Where a value stands. */
struct edit_slot {
	const struct yaml_node *in;  /* mapping or sequence, as it was */
	const struct yaml_node *key; /* of a mapping */
	size_t index;                /* of a sequence */
	bool flow;
};

/* Compares a document with what it was; fills t->out. */
void edit_diff(struct edit_text *t);
/* A copy of what a node was before any change, aliases expanded. */
struct yaml_node *edit_original(struct arena *a, const struct yaml_node *n);
/* A copy of what a node is now, aliases expanded, made by the compiler. */
struct yaml_node *edit_copy(
    struct arena *a, const struct yaml_node *n, const char *what);

/* Text of single changes.  `o` has the place of a node, `w` its old content. */
void edit_text_replace(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n);
void edit_text_add(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, const struct yaml_pair *pair);
/* `tail`: all behind it goes, too. */
void edit_text_drop(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, bool tail);
void edit_text_insert(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, const struct yaml_node *item);
void edit_text_remove(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, bool tail);
/* The same in flow collections; `pair` or `item` is NULL. */
void edit_flow_insert(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, const struct yaml_pair *pair,
    const struct yaml_node *item);
void edit_flow_remove(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, bool tail);
void edit_flow_replace(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n);
void edit_splice(struct edit_text *t, size_t from, size_t to, struct str text,
    const char *what);
/* End of a node, without the blank lines behind a block scalar. */
size_t edit_end(const struct edit_text *t, const struct yaml_node *n);
/* Behind the colon of a key; SIZE_MAX if it has none. */
size_t edit_colon(const struct edit_text *t, const struct yaml_node *key);
size_t edit_line_start(const struct edit_text *t, size_t at);
/* Before the line end. */
size_t edit_line_end(const struct edit_text *t, size_t at);
/* The end of the comments and blank lines below. */
size_t edit_gap_end(const struct edit_text *t, size_t at);
unsigned edit_column(const struct edit_text *t, size_t at);
struct str edit_newline(const struct edit_text *t, size_t at);

/* tree-sitter's opinion. */
void edit_range_end(struct edits *e);
void edit_range_free(struct edit_range *r);
/* Does it see a node at exactly this place? A diagnostic if not. */
bool edit_range_check(struct edit_text *t, const struct yaml_node *n);

#endif
