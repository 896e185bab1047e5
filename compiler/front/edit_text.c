/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of block collections as ranges and new bytes.  What is added goes
 * before the line end of what it follows, and what is removed takes the line
 * end before it along; so both work at the end of a file without a newline,
 * and neighbouring changes touch but never overlap.
 */
#include <string.h>

#include "compiler/front/edit_int.h"

#include "runtime/base/banned.h"

static void
push(struct edit_text *t, size_t from, size_t to, struct str text,
    const char *what)
{
	struct edit_change c = {.col = t->col};

	c.s.loc =
	    (struct loc){t->e->source, (uint32_t)from, (uint32_t)(to - from)};
	c.s.text = text;
	c.s.what = what;
	VEC_PUSH(t->e->arena, &t->out, c);
}

/* One change, or several at one place where parts of the text are marked. */
void
edit_splice(struct edit_text *t, size_t from, size_t to, struct str text,
    const char *what)
{
	struct edit_mark *m;
	size_t at = 0;

	if (to < from || to > t->text.n) {
		/* Only where lines end with something else than LF. */
		diag_report(t->e->diags, EDIT_RANGE, t->unit->unit->root->loc,
		    "its lines end in an odd way");
		t->e->failed = true;
		return;
	}
	VEC_FOREACH(m, &t->marks.list) {
		if (text.n == 0 || m->what == what)
			continue;
		if (m->at > at) {
			push(t, from, to, str_sub(text, at, m->at), what);
			from = to;
		}
		at = m->at;
		what = m->what;
	}
	push(t, from, to, str_sub(text, at, text.n), what);
	if (text.n > 0) {
		t->marks.list.n = 0;
		t->marks.now = NULL;
	}
}

static void
refuse(struct edit_text *t, const struct yaml_node *n, const char *why)
{
	diag_report(t->e->diags, EDIT_RANGE, n->loc, why);
	t->e->failed = true;
}

size_t
edit_line_start(const struct edit_text *t, size_t at)
{
	const char *nl = at > t->from
			     ? memrchr(t->text.p + t->from, '\n', at - t->from)
			     : NULL;

	at = nl == NULL ? t->from : (size_t)(nl - t->text.p) + 1;
	if (at == t->from &&
	    str_starts(str_sub(t->text, at, t->to), STR("\xef\xbb\xbf")))
		at += 3;
	return at;
}

size_t
edit_line_end(const struct edit_text *t, size_t at)
{
	const char *nl =
	    at < t->to ? memchr(t->text.p + at, '\n', t->to - at) : NULL;
	size_t end = nl == NULL ? t->to : (size_t)(nl - t->text.p);

	if (nl != NULL && end > at && t->text.p[end - 1] == '\r')
		end--;
	return end;
}

unsigned
edit_column(const struct edit_text *t, size_t at)
{
	size_t start = edit_line_start(t, at);

	return at > start ? (unsigned)(at - start) : 0;
}

/* The line end that is used around a place. */
struct str
edit_newline(const struct edit_text *t, size_t at)
{
	const char *p = t->text.p;
	const char *nl = memchr(p + at, '\n', t->text.n - at);
	size_t end;

	if (nl == NULL)
		nl = memrchr(p, '\n', at);
	end = nl == NULL ? 0 : (size_t)(nl - p);
	return end > 0 && t->text.p[end - 1] == '\r' ? STR("\r\n") : STR("\n");
}

static const struct yaml_node *
before(const struct yaml_node *n)
{
	return n->was != NULL ? n->was : n;
}

/* The last thing in a block collection. */
static const struct yaml_node *
last_leaf(const struct yaml_node *n)
{
	const struct yaml_pair *p;

	for (;;) {
		n = before(n);
		if (n->style != YAML_BLOCK || n->items.n + n->pairs.n == 0)
			return n;
		if (n->items.n > 0) {
			n = n->items.p[n->items.n - 1];
			continue;
		}
		p = &n->pairs.p[n->pairs.n - 1];
		n = p->value->loc.off < p->key->loc.off ? p->key : p->value;
	}
}

static bool
is_block_scalar(const struct yaml_node *n)
{
	return n->style == YAML_LITERAL || n->style == YAML_FOLDED;
}

static bool
keeps_lines(const struct edit_text *t, const struct yaml_node *n)
{
	size_t at = n->loc.off, end = edit_line_end(t, at);

	for (; at < end && t->text.p[at] != '#'; at++) {
		if (t->text.p[at] == '+')
			return true;
	}
	return false;
}

size_t
edit_end(const struct edit_text *t, const struct yaml_node *n)
{
	const struct yaml_node *leaf = last_leaf(n);
	size_t end = (size_t)leaf->loc.off + leaf->loc.len;

	if (!is_block_scalar(leaf))
		return end;
	if (end > t->to)
		end = t->to;
	while (end > leaf->loc.off &&
	       strchr(" \t\r\n", t->text.p[end - 1]) != NULL)
		end--;
	return end;
}

/* The end of the last line of a node. */
static size_t
last_line_end(const struct edit_text *t, const struct yaml_node *n)
{
	const struct yaml_node *leaf = last_leaf(n);
	size_t end = (size_t)leaf->loc.off + leaf->loc.len;

	if (!is_block_scalar(leaf) || !keeps_lines(t, leaf))
		return edit_line_end(t, edit_end(t, n));
	/* Here the blank lines belong to the scalar. */
	if (end > t->to)
		end = t->to;
	if (end > leaf->loc.off && t->text.p[end - 1] == '\n')
		end--;
	if (end > leaf->loc.off && t->text.p[end - 1] == '\r')
		end--;
	return end;
}

size_t
edit_colon(const struct edit_text *t, const struct yaml_node *key)
{
	size_t at = (size_t)key->loc.off + key->loc.len;

	while (at < t->to) {
		if (t->text.p[at] == ':')
			return at + 1;
		if (t->text.p[at] == '#')
			at = edit_line_end(t, at);
		else if (strchr(" \t\r\n", t->text.p[at]) == NULL)
			break;
		else
			at++;
	}
	return SIZE_MAX;
}

struct line {
	size_t start, end, next; /* next: start of the next one */
	size_t first;            /* first byte that is no blank */
	bool blank, comment;
};

static struct line
line_at(const struct edit_text *t, size_t start)
{
	struct line l = {.start = start};
	size_t nl = str_chr(str_sub(t->text, 0, t->to), '\n', start);

	l.end = edit_line_end(t, start);
	l.next = nl == SIZE_MAX ? t->to : nl + 1;
	for (l.first = start; l.first < l.end; l.first++) {
		if (t->text.p[l.first] != ' ' && t->text.p[l.first] != '\t')
			break;
	}
	l.blank = l.first == l.end;
	l.comment = !l.blank && t->text.p[l.first] == '#';
	return l;
}

/* The end of the comments and blank lines that follow a place. */
size_t
edit_gap_end(const struct edit_text *t, size_t at)
{
	size_t end = edit_line_end(t, at);
	struct line l = line_at(t, edit_line_start(t, at));

	while (l.next < t->to) {
		l = line_at(t, l.next);
		if (!l.blank && !l.comment)
			break;
		end = l.end;
	}
	return end;
}

/* Column of the next line with content; -1 at the end of the document. */
static int
next_column(const struct edit_text *t, size_t at)
{
	struct line l;

	while (at < t->to) {
		l = line_at(t, at);
		if (!l.blank && !l.comment)
			return (int)(l.first - l.start);
		at = l.next;
	}
	return -1;
}

/*
 * The place for something new at column `col` that follows a node: behind
 * its last line and the comments below that still belong to it.
 */
static size_t
place_after(const struct edit_text *t, size_t end, unsigned col)
{
	size_t nl = str_chr(str_sub(t->text, 0, t->to), '\n', end);
	size_t at = nl == SIZE_MAX ? t->to : nl + 1;
	int next = next_column(t, at);

	while (at < t->to) {
		struct line l = line_at(t, at);
		int c = (int)(l.first - l.start);

		if (!l.comment || c <= next || c < (int)col)
			break;
		end = l.end;
		at = l.next;
	}
	return end;
}

/* The layout for new text in a mapping: its own habits come first. */
static struct yaml_layout
layout_in(const struct edit_text *t, const struct yaml_node *map, size_t at)
{
	struct yaml_layout l = t->layout;
	unsigned col = edit_column(t, map->loc.off);
	const struct yaml_pair *p;

	l.nl = edit_newline(t, at);
	VEC_FOREACH(p, &map->pairs) {
		const struct yaml_node *v = before(p->value);
		unsigned c;

		if (v->loc.source == NULL || v->style != YAML_BLOCK)
			continue;
		c = edit_column(t, v->loc.off);
		if (v->kind == YAML_SEQ && c >= col)
			l.seq = c - col;
		else if (v->kind == YAML_MAP && c > col)
			l.step = c - col;
	}
	return l;
}

static struct str
finish(struct edit_text *t, struct buf *b)
{
	struct str s = arena_str(t->e->arena, buf_str(b));

	buf_free(b);
	return s;
}

void
edit_text_add(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, const struct yaml_pair *pair)
{
	unsigned col = edit_column(t, o->loc.off);
	struct yaml_layout l;
	struct buf b = {0};
	size_t at;

	if (o->style == YAML_FLOW) {
		edit_flow_insert(t, o, w, w->pairs.n, pair, NULL);
		return;
	}
	if (!edit_range_check(t, o))
		return;
	t->col = col;
	at = place_after(t, last_line_end(t, o), col);
	l = layout_in(t, w, at);
	buf_put(&b, l.nl);
	buf_fill(&b, ' ', col);
	yaml_print_scalar(&b, pair->key->text);
	buf_putc(&b, ':');
	yaml_print_member(&b, pair->value, col, &l);
	edit_splice(t, at, at, finish(t, &b), pair->value->what);
}

/* Is a place the first of its line? */
static bool
begins_line(const struct edit_text *t, size_t at)
{
	size_t start = edit_line_start(t, at);

	return line_at(t, start).first == at;
}

/*
 * Takes away whole lines, with the line end before them.  At the beginning
 * of a file it is the one behind them, if anything stays that needs none.
 */
static void
cut_lines(struct edit_text *t, size_t from, size_t end, bool tail)
{
	size_t start = edit_line_start(t, from);
	const struct splice *last =
	    t->out.n > 0 ? &t->out.p[t->out.n - 1].s : NULL;
	bool taken =
	    last != NULL && (size_t)last->loc.off + last->loc.len == start;

	if (!taken && start > t->from && t->text.p[start - 1] == '\n') {
		start--;
		if (start > t->from && t->text.p[start - 1] == '\r')
			start--;
		edit_splice(t, start, end, STR(""), NULL);
		return;
	}
	edit_splice(t, start, tail ? end : line_at(t, end).next, STR(""), NULL);
}

/*
 * What begins behind a dash on its line gives its place to what follows, and
 * so does that if it goes, too.
 */
static bool
cut_forward(const struct edit_text *t, size_t from, size_t index)
{
	const struct splice *last;

	if (index == 0)
		return !begins_line(t, from);
	last = t->out.n > 0 ? &t->out.p[t->out.n - 1].s : NULL;
	return last != NULL && (size_t)last->loc.off + last->loc.len == from;
}

/* Where a pair begins: at its key, or at the "?" before it. */
static size_t
pair_start(const struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index)
{
	size_t at = w->pairs.p[index].key->prop;
	size_t mark = edit_line_start(t, at) + edit_column(t, o->loc.off);

	if (index == 0)
		return o->loc.off;
	return mark < at && t->text.p[mark] == '?' ? mark : at;
}

void
edit_text_drop(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, bool tail)
{
	const struct yaml_pair *p = &w->pairs.p[index];
	size_t from;
	const struct yaml_node *last = p->value;

	if (o->style == YAML_FLOW) {
		edit_flow_remove(t, o, w, index, tail);
		return;
	}
	if (!edit_range_check(t, o))
		return;
	from = pair_start(t, o, w, index);
	if (last->loc.off < p->key->loc.off)
		last = p->key;
	if (index + 1 < w->pairs.n && cut_forward(t, from, index)) {
		edit_splice(
		    t, from, pair_start(t, o, w, index + 1), STR(""), NULL);
		return;
	}
	cut_lines(t, from, last_line_end(t, last), tail);
}

/* Where the dash of an item is. */
static size_t
dash_of(const struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index)
{
	unsigned col = edit_column(t, o->loc.off);
	size_t at, start;

	if (index == 0)
		return o->loc.off;
	at = w->items.p[index]->prop;
	for (;;) {
		start = edit_line_start(t, at);
		if (start + col < t->to && t->text.p[start + col] == '-' &&
		    line_at(t, start).first == start + col)
			return start + col;
		if (start <= o->loc.off)
			return SIZE_MAX;
		at = start - 1;
	}
}

static void
print_item(struct edit_text *t, struct buf *b, const struct yaml_node *item,
    unsigned col, const struct yaml_layout *l)
{
	(void)t;
	buf_puts(b, "- ");
	yaml_print_block(b, item, col + 2, l);
}

/*
 * Before the first item: below the line that introduces the sequence; where
 * the first item shares a line with another dash, just before an item.
 */
static void
insert_before(struct edit_text *t, const struct yaml_node *o, size_t at,
    size_t index, const struct yaml_node *item)
{
	unsigned col = edit_column(t, o->loc.off);
	struct yaml_layout l = t->layout;
	size_t start = edit_line_start(t, at);
	struct buf b = {0};
	struct line line;

	if (index > 0 || !begins_line(t, at)) {
		l.nl = edit_newline(t, at);
		print_item(t, &b, item, col, &l);
		buf_put(&b, l.nl);
		buf_fill(&b, ' ', col);
		edit_splice(t, at, at, finish(t, &b), item->what);
		return;
	}
	do {
		size_t above =
		    start > t->from ? edit_line_start(t, start - 1) : start;

		/* Behind a byte order mark the first line begins later. */
		if (above >= start) {
			refuse(t, o, "nothing introduces this sequence");
			return;
		}
		start = above;
		line = line_at(t, start);
	} while (line.blank || line.comment);
	l.nl = edit_newline(t, start);
	buf_put(&b, l.nl);
	buf_fill(&b, ' ', col);
	print_item(t, &b, item, col, &l);
	edit_splice(t, line.end, line.end, finish(t, &b), item->what);
}

void
edit_text_insert(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, const struct yaml_node *item)
{
	unsigned col = edit_column(t, o->loc.off);
	struct yaml_layout l = t->layout;
	struct buf b = {0};
	size_t at;

	if (o->style == YAML_FLOW) {
		edit_flow_insert(t, o, w, index, NULL, item);
		return;
	}
	if (!edit_range_check(t, o))
		return;
	t->col = col;
	if (index == 0 ||
	    (index == 1 && w->items.n > 1 && !begins_line(t, o->loc.off))) {
		insert_before(t, o,
		    index == 0 ? o->loc.off : dash_of(t, o, w, 1), index, item);
		return;
	}
	at = place_after(t, last_line_end(t, w->items.p[index - 1]), col);
	l.nl = edit_newline(t, at);
	buf_put(&b, l.nl);
	buf_fill(&b, ' ', col);
	print_item(t, &b, item, col, &l);
	edit_splice(t, at, at, finish(t, &b), item->what);
}

void
edit_text_remove(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, bool tail)
{
	size_t from;

	if (o->style == YAML_FLOW) {
		edit_flow_remove(t, o, w, index, tail);
		return;
	}
	if (!edit_range_check(t, o))
		return;
	from = dash_of(t, o, w, index);
	if (from == SIZE_MAX) {
		refuse(t, w->items.p[index], "the item has no dash");
		return;
	}
	if (index + 1 < w->items.n && cut_forward(t, from, index)) {
		edit_splice(
		    t, from, dash_of(t, o, w, index + 1), STR(""), NULL);
		return;
	}
	cut_lines(t, from, last_line_end(t, w->items.p[index]), tail);
}

/* The line end before the line of `at`. */
static size_t
previous_end(const struct edit_text *t, size_t at)
{
	size_t start = edit_line_start(t, at);

	if (start > t->from)
		start--;
	if (start > t->from && t->text.p[start - 1] == '\r')
		start--;
	return start;
}

static void
replace_lines(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n, size_t colon)
{
	unsigned col = edit_column(t, slot->in->loc.off);
	struct yaml_layout l = layout_in(t, slot->in, colon);
	struct buf b = {0};

	/* A comment on the line of the key stays there. */
	yaml_print_member(&b, n, col, &l);
	if (yaml_is_inline(n)) {
		edit_splice(t, colon, colon, finish(t, &b), n->what);
		edit_splice(t, previous_end(t, o->prop), edit_end(t, o),
		    STR(""), n->what);
		return;
	}
	edit_splice(t, previous_end(t, o->prop), edit_end(t, o), finish(t, &b),
	    n->what);
}

static void
replace_member(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n)
{
	size_t colon = edit_colon(t, slot->key), end = edit_end(t, o), at;
	unsigned col = edit_column(t, slot->in->loc.off);
	struct yaml_layout l;
	struct buf b = {0};

	if (colon == SIZE_MAX) {
		refuse(t, slot->key, "this key has no ':'");
		return;
	}
	if (o->prop > edit_line_end(t, colon)) {
		replace_lines(t, slot, o, n, colon);
		return;
	}
	if (end < colon)
		end = colon;
	l = layout_in(t, slot->in, colon);
	if (yaml_is_inline(n)) {
		yaml_print_member(&b, n, col, &l);
		edit_splice(t, colon, end, finish(t, &b), n->what);
		return;
	}
	yaml_print_member(&b, n, col, &l);
	at = edit_line_end(t, end);
	if (end > colon)
		edit_splice(t, colon, end, STR(""), n->what);
	edit_splice(t, at, at, finish(t, &b), n->what);
}

static void
replace_item(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n)
{
	struct yaml_layout l = t->layout;
	size_t end = edit_end(t, o);
	struct buf b = {0};

	l.nl = edit_newline(t, o->prop);
	if (o->prop == end) {
		buf_putc(&b, ' ');
		yaml_print_block(
		    &b, n, edit_column(t, slot->in->loc.off) + 2, &l);
	} else {
		yaml_print_block(&b, n, edit_column(t, o->prop), &l);
	}
	edit_splice(t, o->prop, end, finish(t, &b), n->what);
}

/*
 * A string for a string: nothing but its own bytes changes; quotes, anchor and
 * the blanks before it stay.
 */
static bool
respell(
    struct edit_text *t, const struct yaml_node *o, const struct yaml_node *n)
{
	const struct yaml_node *w = before(o);
	struct buf b = {0};

	if (w->kind != YAML_STRING || n->kind != YAML_STRING || w->tagged ||
	    w->loc.len == 0 || is_block_scalar(w))
		return false;
	yaml_print_string(&b, n->text, w->style);
	edit_splice(t, o->loc.off, (size_t)o->loc.off + o->loc.len,
	    finish(t, &b), n->what);
	return true;
}

void
edit_text_replace(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n)
{
	if (o->loc.len > 0 && !edit_range_check(t, o))
		return;
	if (respell(t, o, n))
		return;
	if (slot->flow) {
		edit_flow_replace(t, slot, o, n);
		return;
	}
	/* What becomes of a value is further in than its neighbours. */
	t->col = edit_column(t, slot->in->loc.off) + 1;
	if (slot->key != NULL)
		replace_member(t, slot, o, n);
	else
		replace_item(t, slot, o, n);
}
