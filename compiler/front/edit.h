/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_EDIT_H
#define CONTRASTC_FRONT_EDIT_H

#include "compiler/front/yaml.h"

/*
 * Changing a document without touching any other byte.
 *
 * A pass changes the tree through the calls below and sees its own changes;
 * edit_apply() compares the tree with what it was and turns the differences
 * into replacements of byte ranges (tree-sitter gives the ranges): a scalar
 * replaced, a key inserted into or removed from a mapping, an item inserted
 * into or removed from a sequence, a flow node extended.  New text follows the
 * user's style: indentation, sequences indented or not, line ends, flow or
 * block.
 *
 * What is shared through an anchor or a merge key is copied before it is
 * changed, so a change means exactly one place.
 *
 * A call that changes nothing (equal value) makes no edit.  A call on NULL
 * does nothing, so that the calls below can be chained: what made it NULL has
 * a diagnostic and edit_apply() fails.
 */
struct edits;

/* One per source; `units` are all documents of it. */
struct edits *edits_new(struct arena *a, struct diags *d,
    const struct source *s, const struct units *units);
/*
 * Names what the following changes are, for diagnostics inside of them:
 * "the injected Initializer".  NULL ends it.
 */
void edit_what(struct edits *e, const char *what);

/*
 * The mapping under `key`, created if it is absent or null; NULL and a
 * diagnostic if something else is there.
 */
struct yaml_node *edit_map(
    struct edits *e, struct yaml_node *map, struct str key);
/* The same for a sequence. */
struct yaml_node *edit_seq(
    struct edits *e, struct yaml_node *map, struct str key);
/* An alias becomes a copy of what it means; anything else stays. */
struct yaml_node *edit_own(struct edits *e, struct yaml_node *n);
/* The i-th item of a sequence, made safe to be changed. */
struct yaml_node *edit_item(
    struct edits *e, struct yaml_node *seq, size_t index);
/* Sets a key; a new key goes to the end of the mapping. */
void edit_put(struct edits *e, struct yaml_node *map, struct str key,
    struct yaml_node *value);
void edit_delete(struct edits *e, struct yaml_node *map, struct str key);
void edit_insert(struct edits *e, struct yaml_node *seq, size_t index,
    struct yaml_node *item);
void edit_remove(struct edits *e, struct yaml_node *seq, size_t index);

/*
 * The text with all changes, and its documents: unchanged ones as they were,
 * changed ones read again from the new text.  Without changes *out is the
 * source itself.  The result has `from` and `edits` set (source.h), so
 * positions in it lead back to the user's file.  False and a diagnostic where
 * a range cannot be proven (edit-range, edit-too-long).
 */
bool edit_apply(
    struct edits *e, const struct source **out, struct units *documents);

/*
 * The same, for one document after the other.  edits_open() makes edits of no
 * document; edits_begin() takes the next one, whose new nodes live where it
 * does (unit.arena).
 */
struct edits *edits_open(struct arena *a, struct diags *d);
void edits_begin(struct edits *e, struct unit *u);
/*
 * The new text of the document alone, in `a`; NULL if nothing was touched.  It is
 * not proven: edit_prove() has to read it.
 */
bool edit_text(struct edits *e, struct arena *a, const struct source **out);
/* Accepts NULL. */
void edits_close(struct edits *e);
/*
 * Reads the new text of a document into `a`: it must mean what the tree of
 * `u` has become.  NULL and a diagnostic (edit-range) if it does not.
 */
struct unit *edit_prove(struct arena *a, struct diags *d, const struct unit *u,
    const struct source *text);

/* A range of a source and its new bytes. */
struct splice {
	struct loc loc;
	struct str text;
	const char *what;
};
/* Replaces ranges (any order, not overlapping); `from` leads back. */
const struct source *source_splice(struct arena *a, const struct source *s,
    const struct splice *list, size_t n);
/* The same, only of the bytes [from, to), in which the ranges lie. */
const struct source *source_splice_part(struct arena *a, const struct source *s,
    size_t from, size_t to, const struct splice *list, size_t n);

/*
 * A scalar as YAML text that reads back as exactly this string, on one line;
 * plain where that is safe under YAML 1.1 and 1.2, else double-quoted.
 */
void yaml_print_scalar(struct buf *out, struct str s);

#endif
