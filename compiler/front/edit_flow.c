/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of flow collections: one line, or JSON over several lines. */
#include <string.h>

#include "compiler/front/edit_int.h"

#include "runtime/base/banned.h"

static const struct yaml_node *
child(const struct yaml_node *w, size_t i)
{
	return w->kind == YAML_MAP ? w->pairs.p[i].key : w->items.p[i];
}

static const struct yaml_node *
child_value(const struct yaml_node *w, size_t i)
{
	const struct yaml_node *v;

	if (w->kind == YAML_SEQ)
		return w->items.p[i];
	v = w->pairs.p[i].value;
	return v->loc.off < w->pairs.p[i].key->loc.off ? w->pairs.p[i].key : v;
}

static size_t
children(const struct yaml_node *w)
{
	return w->items.n + w->pairs.n;
}

static size_t
end_of(const struct yaml_node *n)
{
	return (size_t)n->loc.off + n->loc.len;
}

/*
 * The end of a member; a value that is left out still has a colon, and a
 * blank that keeps the colon from becoming part of the key.
 */
static size_t
child_end(const struct edit_text *t, const struct yaml_node *w, size_t i)
{
	size_t end = end_of(child_value(w, i)), colon;

	if (w->kind == YAML_SEQ)
		return end;
	colon = edit_colon(t, w->pairs.p[i].key);
	if (colon == SIZE_MAX || colon <= end)
		return end;
	return colon + (colon < t->to && t->text.p[colon] == ' ');
}

/* The blanks that begin the line of a place. */
static struct str
indent_at(const struct edit_text *t, size_t at)
{
	size_t start = edit_line_start(t, at), end = start;

	while (end < at && (t->text.p[end] == ' ' || t->text.p[end] == '\t'))
		end++;
	return str_sub(t->text, start, end);
}

/* What the lines of `in` have more than those of `out`. */
static struct str
step_between(struct str in, struct str out)
{
	return in.n > out.n && str_starts(in, out) ? str_sub(in, out.n, in.n)
						   : STR("");
}

/* The mapping that is the first thing in a flow collection, or it itself. */
static const struct yaml_node *
first_map(const struct yaml_node *n)
{
	while (n != NULL && n->kind == YAML_SEQ && n->style == YAML_FLOW) {
		n = n->items.n > 0 ? n->items.p[0] : NULL;
		n = n != NULL && n->was != NULL ? n->was : n;
	}
	return n != NULL && n->kind == YAML_MAP && n->style == YAML_FLOW &&
		       n->pairs.n > 0
		   ? n
		   : NULL;
}

/* Are members written without blanks behind ':'?  The nearest one tells. */
static bool
is_tight(const struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w)
{
	const struct yaml_node *up, *map = first_map(w);
	size_t colon;

	for (up = o->up; map == NULL && up != NULL && up->style == YAML_FLOW;
	     up = up->up)
		map = first_map(up->was != NULL ? up->was : up);
	if (map == NULL)
		return false;
	colon = edit_colon(t, map->pairs.p[0].key);
	return colon != SIZE_MAX && colon < t->to &&
	       strchr(" \t\r\n", t->text.p[colon]) == NULL;
}

/* The style of a collection; an empty one takes it from around itself. */
static struct flow_layout
layout_of(const struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w)
{
	struct flow_layout l = {
	    .nl = edit_newline(t, o->loc.off), .marks = t->layout.marks};
	const struct yaml_node *first, *up;
	struct str outer = indent_at(t, o->loc.off);

	l.tight = is_tight(t, o, w);
	l.json = o->json || str_starts(loc_text(o->loc), STR("{\"")) ||
		 str_starts(loc_text(o->loc), STR("[\""));
	for (up = o; up != NULL && up->style == YAML_FLOW; up = up->up) {
		const struct yaml_node *u = up == o           ? w
					    : up->was != NULL ? up->was
							      : up;

		if (children(u) == 0)
			continue;
		first = child(u, 0);
		if (u->kind == YAML_MAP && first->style == YAML_DOUBLE)
			l.json = true;
		l.lines = edit_line_start(t, first->prop) > up->loc.off;
		l.step = STR("  ");
		if (l.lines)
			l.step = step_between(indent_at(t, first->prop),
			    indent_at(t, up->loc.off));
		l.indent =
		    l.lines && up == o ? indent_at(t, first->prop) : outer;
		break;
	}
	return l;
}

static void
print_child(struct buf *b, const struct flow_layout *l,
    const struct yaml_pair *pair, const struct yaml_node *item)
{
	if (pair != NULL) {
		if (l->json)
			yaml_print_leaf(b, pair->key, true);
		else
			yaml_print_scalar(b, pair->key->text);
		buf_puts(b, l->tight && l->json ? ":" : ": ");
	}
	yaml_print_flow(b, pair != NULL ? pair->value : item, l, l->indent);
}

static const char *
what_of(const struct yaml_pair *pair, const struct yaml_node *item)
{
	return pair != NULL ? pair->value->what : item->what;
}

static void
separate(struct buf *b, const struct flow_layout *l)
{
	if (l->lines) {
		buf_put(b, l->nl);
		buf_put(b, l->indent);
	} else if (!l->tight) {
		buf_putc(b, ' ');
	}
}

void
edit_flow_insert(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, const struct yaml_pair *pair,
    const struct yaml_node *item)
{
	struct flow_layout l = layout_of(t, o, w);
	struct buf b = {0};
	size_t at;

	if (!edit_range_check(t, o))
		return;
	if (index < children(w)) {
		at = child(w, index)->prop;
		print_child(&b, &l, pair, item);
		buf_putc(&b, ',');
		separate(&b, &l);
	} else {
		at = child_end(t, w, index - 1);
		if (t->text.p[at - 1] == ':')
			buf_putc(&b, ' ');
		buf_putc(&b, ',');
		separate(&b, &l);
		print_child(&b, &l, pair, item);
	}
	edit_splice(t, at, at, arena_str(t->e->arena, buf_str(&b)),
	    what_of(pair, item));
	buf_free(&b);
}

/*
 * Removes a member with a comma: its own, or where everything behind it goes
 * too, the one before it.
 */
void
edit_flow_remove(struct edit_text *t, const struct yaml_node *o,
    const struct yaml_node *w, size_t index, bool tail)
{
	if (!edit_range_check(t, o))
		return;
	if (!tail)
		edit_splice(t, child(w, index)->prop, child(w, index + 1)->prop,
		    STR(""), NULL);
	else
		edit_splice(t, child_end(t, w, index - 1),
		    child_end(t, w, index), STR(""), NULL);
}

void
edit_flow_replace(struct edit_text *t, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n)
{
	const struct yaml_node *in = slot->in;
	struct flow_layout l = layout_of(t, in, in->was != NULL ? in->was : in);
	size_t colon = slot->key != NULL ? edit_colon(t, slot->key) : 0;
	size_t from = o->prop, to = end_of(o);
	struct buf b = {0};

	if (colon == SIZE_MAX) {
		from = to = end_of(slot->key);
		buf_putc(&b, ':');
	}
	if (from == to)
		buf_putc(&b, ' ');
	yaml_print_flow(&b, n, &l, l.indent);
	edit_splice(t, from, to, arena_str(t->e->arena, buf_str(&b)), n->what);
	buf_free(&b);
}
