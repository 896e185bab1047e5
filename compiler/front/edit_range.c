/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second opinion about ranges: tree-sitter parses what is edited of a
 * document, once, and every node that an edit leans on must be where libyaml
 * saw it.  Its scanner keeps rows in 16 bits, so long texts are refused; what
 * it sees of JSON documents is not asked, yaml_json.c is exact.
 */
#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>

#include "compiler/front/edit_int.h"

#include "runtime/base/banned.h"

#define LINES_MAX 32000

_Static_assert(TREE_SITTER_LANGUAGE_VERSION >= 14 &&
		   TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION <= 14,
    "the YAML grammar has ABI 14");

const TSLanguage *tree_sitter_yaml(void);

struct edit_range {
	TSTree *tree;
	TSTreeCursor cursor;
	size_t base;                  /* of the parsed text in the source */
	const struct yaml_node *last; /* checked last, and found right */
};

/*
 * The smallest text that is a document of its own and has all changes in it:
 * the whole lines of a member of nested block mappings.
 */
struct part {
	const struct yaml_node *node; /* the root, or a member's value */
	size_t from, to;
};

/* A carriage return alone ends a line for YAML, but not for edit_text.c. */
static size_t
lone_return(struct str s)
{
	size_t at = 0;

	while ((at = str_chr(s, '\r', at)) != SIZE_MAX) {
		if (at + 1 == s.n || s.p[at + 1] != '\n')
			return at;
		at++;
	}
	return SIZE_MAX;
}

static size_t
count_lines(struct str s)
{
	size_t n = 1, at = 0;

	while ((at = str_chr(s, '\n', at)) != SIZE_MAX) {
		n++;
		at++;
	}
	return n;
}

static bool
is_error(TSNode n)
{
	return ts_node_symbol(n) == (TSSymbol)-1 || ts_node_is_missing(n);
}

/* The first error below a node that has one; the way down is bounded. */
static TSNode
first_error(TSNode n)
{
	for (;;) {
		uint32_t i, count = ts_node_child_count(n);
		bool deeper = false;

		if (is_error(n))
			return n;
		for (i = 0; i < count && !deeper; i++) {
			TSNode c = ts_node_child(n, i);

			if (ts_node_has_error(c) || is_error(c)) {
				n = c;
				deeper = true;
			}
		}
		if (!deeper)
			return n;
	}
}

/*
 * What is between the quotes of scalars over several lines is hidden from
 * tree-sitter: it insists on indentation there that Kubernetes does not ask
 * for, and the quotes say well enough where such a scalar ends.
 */
static void
mask(char *text, size_t base, const struct yaml_node *n)
{
	size_t i;

	if (n->loc.source == NULL)
		return;
	if (n->was != NULL)
		n = n->was;
	if (n->loc.len > 2 &&
	    (n->style == YAML_SINGLE || n->style == YAML_DOUBLE) &&
	    memchr(text + (n->loc.off - base), '\n', n->loc.len) != NULL)
		memset(text + (n->loc.off - base) + 1, 'x', n->loc.len - 2);
	for (i = 0; i < n->items.n; i++)
		mask(text, base, n->items.p[i]);
	for (i = 0; i < n->pairs.n; i++)
		mask(text, base, n->pairs.p[i].value);
}

static struct str
masked(struct edit_text *t, const struct part *p, struct str text, size_t base)
{
	char *copy;

	if (memchr(text.p, '"', text.n) == NULL &&
	    memchr(text.p, '\'', text.n) == NULL)
		return text;
	copy = arena_alloc(t->e->arena, text.n + 1);
	memcpy(copy, text.p, text.n);
	mask(copy, base, p->node);
	return (struct str){copy, text.n};
}

/* One for all documents of a file. */
static TSParser *
parser_of(struct edits *e)
{
	if (e->parser != NULL)
		return e->parser;
	ts_set_allocator(rt_malloc, rt_calloc, rt_realloc, free);
	e->parser = ts_parser_new();
	if (e->parser == NULL ||
	    !ts_parser_set_language(e->parser, tree_sitter_yaml()))
		rt_no_memory();
	return e->parser;
}

void
edit_range_end(struct edits *e)
{
	if (e->parser != NULL)
		ts_parser_delete(e->parser);
	e->parser = NULL;
}

static bool
has_change(const struct yaml_node *n)
{
	size_t i;

	if (n->was != NULL)
		return true;
	for (i = 0; i < n->items.n; i++) {
		if (has_change(n->items.p[i]))
			return true;
	}
	for (i = 0; i < n->pairs.n; i++) {
		if (has_change(n->pairs.p[i].value))
			return true;
	}
	return false;
}

/* Is a key the first on its line? */
static bool
begins_line(const struct edit_text *t, const struct yaml_node *key)
{
	size_t at = edit_line_start(t, key->loc.off);

	while (at < key->loc.off && t->text.p[at] == ' ')
		at++;
	return at == key->loc.off;
}

/* spec, jobTemplate, spec, template: each step looks at all below once. */
#define STEPS_MAX 4

/* Goes into the only member with a change, if its lines stand alone. */
static bool
narrow(const struct edit_text *t, struct part *p)
{
	const struct yaml_pair *pairs = p->node->pairs.p, *hit = NULL;
	size_t i, n = p->node->pairs.n;

	if (p->node->kind != YAML_MAP || p->node->style != YAML_BLOCK ||
	    p->node->was != NULL)
		return false;
	for (i = 0; i < n; i++) {
		if (!has_change(pairs[i].value))
			continue;
		if (hit != NULL)
			return false;
		hit = &pairs[i];
	}
	if (hit == NULL || !begins_line(t, hit->key) ||
	    hit->value->style != YAML_BLOCK ||
	    (hit + 1 < pairs + n && !begins_line(t, hit[1].key)))
		return false;
	p->node = hit->value;
	p->from = edit_line_start(t, hit->key->loc.off);
	if (hit + 1 < pairs + n)
		p->to = edit_line_start(t, hit[1].key->loc.off);
	return true;
}

static struct edit_range *
range_new(struct edit_text *t, const struct yaml_node *at)
{
	struct part p = {t->unit->unit->root, t->from, t->to};
	struct edit_range *r = ARENA_NEW(t->e->arena, struct edit_range);
	unsigned steps = 0;
	struct str text;
	struct loc loc;
	TSNode root;

	while (steps < STEPS_MAX && narrow(t, &p))
		steps++;
	text = str_sub(t->text, p.from, p.to);
	r->base = p.from;
	if (str_starts(text, STR("\xef\xbb\xbf"))) {
		text = str_sub(text, 3, text.n);
		r->base += 3;
	}
	if (lone_return(text) != SIZE_MAX) {
		diag_report(t->e->diags, EDIT_RANGE, at->loc,
		    "a carriage return alone ends a line");
		return NULL;
	}
	if (count_lines(text) > LINES_MAX) {
		diag_report(t->e->diags, EDIT_TOO_LONG,
		    t->unit->unit->root->loc, LINES_MAX);
		return NULL;
	}
	text = masked(t, &p, text, r->base);
	r->tree = ts_parser_parse_string(
	    parser_of(t->e), NULL, text.p, (uint32_t)text.n);
	if (r->tree == NULL)
		rt_no_memory();
	root = ts_tree_root_node(r->tree);
	r->cursor = ts_tree_cursor_new(root);
	if (!ts_node_has_error(root))
		return r;
	root = first_error(root);
	loc = (struct loc){
	    t->e->source, (uint32_t)(r->base + ts_node_start_byte(root)), 0};
	diag_report(t->e->diags, EDIT_RANGE,
	    /* An error that begins with the document names no place. */
	    loc.off <= p.node->loc.off ? at->loc : loc,
	    "the second parser does not understand this");
	edit_range_free(r);
	return NULL;
}

void
edit_range_free(struct edit_range *r)
{
	if (r == NULL || r->tree == NULL)
		return;
	ts_tree_cursor_delete(&r->cursor);
	ts_tree_delete(r->tree);
	r->tree = NULL;
}

/* The end of a node without the comments that tree-sitter counts in. */
static size_t
end_of(TSNode n)
{
	for (;;) {
		uint32_t i = ts_node_child_count(n);

		/* Its children are marks at its beginning. */
		if (strcmp(ts_node_type(n), "block_scalar") == 0)
			return ts_node_end_byte(n);
		while (i > 0 && strcmp(ts_node_type(ts_node_child(n, i - 1)),
				    "comment") == 0)
			i--;
		if (i == 0)
			return ts_node_end_byte(n);
		n = ts_node_child(n, i - 1);
	}
}

static size_t
trim_end(struct str s, size_t from, size_t to)
{
	while (to > from && strchr(" \t\r\n", s.p[to - 1]) != NULL)
		to--;
	return to;
}

/* To the child that a byte is in; its own search differs by version. */
static bool
descend(TSTreeCursor *c, size_t at)
{
	bool more = ts_tree_cursor_goto_first_child(c);

	while (more && ts_node_end_byte(ts_tree_cursor_current_node(c)) <= at)
		more = ts_tree_cursor_goto_next_sibling(c);
	return more;
}

bool
edit_range_check(struct edit_text *t, const struct yaml_node *n)
{
	size_t from = n->loc.off, to = edit_end(t, n), at;
	TSNode ts;

	if (t->e->failed)
		return false;
	if (t->unit->unit->root->json)
		return true;
	if (t->range == NULL)
		t->range = range_new(t, n);
	if (t->range == NULL) {
		t->e->failed = true;
		return false;
	}
	if (t->range->last == n)
		return true;
	to = trim_end(t->text, from, to);
	at = from - t->range->base;
	ts_tree_cursor_reset(
	    &t->range->cursor, ts_tree_root_node(t->range->tree));
	do {
		ts = ts_tree_cursor_current_node(&t->range->cursor);
		if (ts_node_start_byte(ts) == at &&
		    trim_end(t->text, from, t->range->base + end_of(ts)) ==
			to) {
			t->range->last = n;
			return true;
		}
	} while (descend(&t->range->cursor, at));
	diag_report(t->e->diags, EDIT_RANGE, n->loc,
	    "two parsers disagree about where this ends");
	t->e->failed = true;
	return false;
}
