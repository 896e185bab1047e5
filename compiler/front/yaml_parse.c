/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One document becomes a tree, of libyaml's events, with a stack of bounded
 * depth.  What libyaml takes but Go's reader refuses or reads in another way
 * is refused here.
 */
#include <string.h>

#include <yaml.h>

#include "compiler/front/yaml_int.h"
#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

struct frame {
	struct yaml_node *node;
	struct yaml_node *key; /* of a mapping: waits for its value */
	bool merge;
};

/* One document. */
struct doc {
	struct yaml_reader *r;
	struct str text; /* without a byte order mark */
	size_t base;     /* offset of `text` in the source */
	size_t fed;      /* bytes that libyaml has taken */
	bool ascii;
	size_t chars, at; /* the same place in code points and in bytes */
	yaml_parser_t parser;
	struct map anchors;
	struct frame stack[YAML_DEPTH_MAX];
	size_t depth;
	struct yaml_node *root;
	bool ended;  /* the document did; nothing may follow */
	bool marked; /* with "..." */
};

static struct loc
place(const struct doc *d, size_t from, size_t to)
{
	return (struct loc){
	    d->r->source, (uint32_t)(d->base + from), (uint32_t)(to - from)};
}

static bool
continues(const struct doc *d, size_t at)
{
	return at < d->text.n && ((unsigned char)d->text.p[at] & 0xc0) == 0x80;
}

/* Bytes of the place that libyaml counts in code points. */
static size_t
offset(struct doc *d, const yaml_mark_t *m)
{
	if (d->ascii)
		return m->index < d->text.n ? m->index : d->text.n;
	while (d->chars < m->index && d->at < d->text.n) {
		d->at++;
		while (continues(d, d->at))
			d->at++;
		d->chars++;
	}
	while (d->chars > m->index && d->at > 0) {
		d->at--;
		while (d->at > 0 && continues(d, d->at))
			d->at--;
		d->chars--;
	}
	return d->at;
}

/*
 * libyaml asks for input.  Clients of Kubernetes end every line, so the last
 * one is ended too: it counts in a block scalar.
 */
static int
feed(void *arg, unsigned char *out, size_t size, size_t *n)
{
	struct doc *d = arg;
	size_t left = d->fed < d->text.n ? d->text.n - d->fed : 0;

	*n = left < size ? left : size;
	if (*n > 0)
		memcpy(out, d->text.p + d->fed, *n);
	d->fed += *n;
	if (d->fed == d->text.n && *n < size) {
		d->fed++;
		if (d->text.n > 0 && d->text.p[d->text.n - 1] != '\n')
			out[(*n)++] = '\n';
	}
	return 1;
}

/* An unrendered template on the line of an error? */
static bool
template_near(const struct doc *d, size_t at, size_t *found)
{
	struct str line;
	size_t from, to, a, b;

	at = at < d->text.n ? at : d->text.n;
	from = str_rchr(str_sub(d->text, 0, at), '\n');
	from = from == SIZE_MAX ? 0 : from + 1;
	to = str_chr(d->text, '\n', at);
	line = str_sub(d->text, from, to);
	a = str_find(line, STR("{{"), 0);
	b = str_find(line, STR("{%"), 0);
	*found = from + (a < b ? a : b);
	return a != SIZE_MAX || b != SIZE_MAX;
}

/* Text behind the document: Kubernetes would not see it. */
static bool
trailing(struct doc *d, size_t at)
{
	if (!d->marked) {
		diag_report(d->r->diags, YAML_SYNTAX, place(d, at, at),
		    "this does not continue what is above");
		return false;
	}
	diag_report(d->r->diags, YAML_TRAILING, place(d, at, at));
	return false;
}

static bool
syntax_error(struct doc *d)
{
	yaml_parser_t *p = &d->parser;
	const char *what = p->problem != NULL ? p->problem : "not readable";
	size_t at = 0, found;
	struct diag *g;

	if (p->error == YAML_MEMORY_ERROR)
		rt_no_memory();
	if (p->error == YAML_READER_ERROR) {
		at = p->problem_offset < d->text.n ? p->problem_offset
						   : d->text.n;
		diag_report(d->r->diags, YAML_ENCODING, place(d, at, at), what);
		return false;
	}
	at = offset(d, &p->problem_mark);
	if (d->ended)
		return trailing(d, at);
	if (template_near(d, at, &found) ||
	    (p->context != NULL &&
		template_near(d, offset(d, &p->context_mark), &found))) {
		diag_report(
		    d->r->diags, YAML_TEMPLATE, place(d, found, found + 2));
		return false;
	}
	g = diag_report(d->r->diags, YAML_SYNTAX, place(d, at, at), what);
	if (at < d->text.n && d->text.p[at] == '\t') {
		diag_help(d->r->diags, g, "indent with blanks, not with tabs");
	} else if (p->context != NULL) {
		at = offset(d, &p->context_mark);
		diag_note(d->r->diags, g, place(d, at, at), "%s", p->context);
	}
	return false;
}

static bool
too_deep(struct yaml_reader *r, struct loc loc)
{
	diag_report(r->diags, YAML_LIMIT, loc, "nested too deeply", "levels",
	    (unsigned long)YAML_DEPTH_MAX);
	return false;
}

/* What stands for the place of a node: an alias is followed. */
static bool
is_kind(const struct yaml_node *n, enum yaml_kind kind)
{
	return n->kind == kind ||
	       (n->kind == YAML_ALIAS && n->target->kind == kind);
}

static bool
merges(const struct yaml_node *value)
{
	struct yaml_node **it;

	if (is_kind(value, YAML_MAP))
		return true;
	if (value->kind != YAML_SEQ)
		return false;
	VEC_FOREACH(it, &value->items) {
		if (!is_kind(*it, YAML_MAP))
			return false;
	}
	return true;
}

static bool
bad_key(struct doc *d, const struct yaml_node *key)
{
	size_t at = key->loc.off - d->base;

	if (key->kind == YAML_MAP && key->style == YAML_FLOW &&
	    (str_starts(str_sub(d->text, at, at + 2), STR("{{")) ||
		(at > 0 && d->text.p[at - 1] == '{'))) {
		at -= at > 0 && d->text.p[at - 1] == '{';
		diag_report(d->r->diags, YAML_TEMPLATE, place(d, at, at + 2));
		return false;
	}
	diag_report(d->r->diags, YAML_KEY, key->loc);
	return false;
}

/* A node is complete enough to take its place in what contains it. */
static bool
place_key(struct doc *d, struct frame *f, struct yaml_node *n, bool plain)
{
	const struct yaml_node *of = n->kind == YAML_ALIAS ? n->target : n;
	struct yaml_node *typed;
	struct str text;

	if (of->kind == YAML_SEQ || of->kind == YAML_MAP ||
	    !yaml_key_text(d->r->arena, of, &text))
		return bad_key(d, n);
	f->merge = plain && n->kind == YAML_STRING && str_eqz(text, "<<");
	if (n->anchor.n > 0) {
		/* Aliases of a key mean it with its type. */
		typed = ARENA_NEW(d->r->arena, struct yaml_node);
		*typed = *n;
		typed->up = f->node;
		n->target = typed;
		(void)map_set(d->r->arena, &d->anchors, n->anchor, typed);
	}
	n->kind = YAML_STRING;
	n->text = text;
	f->key = n;
	return yaml_count(d->r, f->node, n);
}

/* A key without ':' has its value where it ends, not at the next token. */
static void
settle_empty(struct doc *d, const struct yaml_node *key, struct yaml_node *n)
{
	size_t at = n->loc.off - d->base;

	if (n->loc.len > 0 || n->prop != n->loc.off || at == 0 ||
	    at > d->text.n || d->text.p[at - 1] == ':')
		return;
	n->loc.off = n->prop = key->loc.off + key->loc.len;
}

static bool
place_value(struct doc *d, struct frame *f, struct yaml_node *n)
{
	struct yaml_pair p = {f->key, n, f->merge};

	if (n->kind == YAML_NULL)
		settle_empty(d, f->key, n);
	f->key = NULL;
	if (p.merge && n->kind != YAML_SEQ && n->kind != YAML_MAP &&
	    !merges(n)) {
		diag_report(d->r->diags, YAML_MERGE, n->loc);
		return false;
	}
	VEC_PUSH(d->r->arena, &f->node->pairs, p);
	return true;
}

/* Infinity and NaN may be keys, but no values. */
static bool
has_json(struct doc *d, const struct yaml_node *n)
{
	const struct yaml_node *of = n->kind == YAML_ALIAS ? n->target : n;
	char text[YAML_NUMBER_MAX];

	if (of->kind != YAML_FLOAT || yaml_number(text, of))
		return true;
	diag_report(d->r->diags, YAML_NO_JSON, n->loc, STR_ARG(of->text));
	return false;
}

/* Puts a finished node where it belongs. */
static bool
attach(struct doc *d, struct yaml_node *n, bool plain)
{
	struct frame *f;

	if (d->depth == 0) {
		d->root = n;
		if (!has_json(d, n))
			return false;
		return yaml_count(d->r, NULL, n);
	}
	f = &d->stack[d->depth - 1];
	if (f->node->kind == YAML_MAP && f->key == NULL)
		return place_key(d, f, n, plain);
	if (!has_json(d, n))
		return false;
	if (f->node->kind == YAML_MAP) {
		if (!place_value(d, f, n))
			return false;
	} else {
		VEC_PUSH(d->r->arena, &f->node->items, n);
	}
	return yaml_count(d->r, f->node, n);
}

static struct yaml_node *
node_new(struct doc *d, const yaml_event_t *ev, enum yaml_kind kind)
{
	struct yaml_node *n = ARENA_NEW(d->r->arena, struct yaml_node);
	size_t from = offset(d, &ev->start_mark);
	size_t to = offset(d, &ev->end_mark);

	n->kind = kind;
	n->loc = place(d, from, to < from ? from : to);
	n->prop = n->loc.off;
	n->total = 1;
	n->height = 1;
	return n;
}

/* The end of the anchor or tag at `at`. */
static size_t
property_end(struct str t, size_t at)
{
	bool verbatim = at + 1 < t.n && t.p[at + 1] == '<';

	while (at < t.n && strchr(" \t\r\n", t.p[at]) == NULL) {
		if (verbatim && t.p[at] == '>')
			return at + 1;
		if (!verbatim && strchr(",[]{}", t.p[at]) != NULL)
			break;
		at++;
	}
	return at;
}

static size_t
skip_blank(struct str t, size_t at)
{
	while (at < t.n) {
		if (t.p[at] == '#')
			at = str_chr(t, '\n', at);
		else if (t.p[at] != ' ' && t.p[at] != '\t' && t.p[at] != '\r' &&
			 t.p[at] != '\n')
			break;
		else
			at++;
	}
	return at < t.n ? at : t.n;
}

/* The anchors and tags at `at` that follow each other on a line. */
struct run {
	size_t end, next; /* next: what comes behind them */
	bool tag, comma;
};

static struct run
property_run(struct str t, size_t at)
{
	struct run r = {at, at, false, false};

	while (r.next < t.n && (t.p[r.next] == '&' || t.p[r.next] == '!')) {
		bool tag = t.p[r.next] == '!';

		r.end = r.next = property_end(t, r.next);
		r.tag = r.tag || tag;
		r.comma = r.comma || (tag && r.end < t.n && t.p[r.end] == ',');
		while (
		    r.next < t.n && (t.p[r.next] == ' ' || t.p[r.next] == '\t'))
			r.next++;
	}
	return r;
}

/*
 * Moves the start of a node behind its anchor and tag.  A block collection
 * has them on lines of their own; what stands before its first key on the
 * same line belongs to the key.
 */
static bool
skip_properties(struct doc *d, struct yaml_node *n)
{
	bool collection = n->kind == YAML_SEQ || n->kind == YAML_MAP;
	bool block = collection && n->style == YAML_BLOCK;
	size_t at = n->loc.off - d->base, next = at;
	size_t end = at + n->loc.len;
	struct run r;

	for (;;) {
		r = property_run(d->text, next);
		if (r.next == next)
			break;
		if (block && r.next < d->text.n &&
		    strchr("#\r\n", d->text.p[r.next]) == NULL)
			break;
		n->tagged = n->tagged || r.tag;
		at = r.end;
		if (r.comma) {
			diag_report(d->r->diags, YAML_SYNTAX, place(d, at, at),
			    "a blank must follow this tag");
			return false;
		}
		next = skip_blank(d->text, r.next);
	}
	/* A scalar may have no content at all. */
	if (collection || next < end)
		at = next;
	n->loc = place(d, at, at > end ? at : end);
	return true;
}

static bool
properties(struct doc *d, struct yaml_node *n, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	const char *name = (const char *)anchor;
	size_t at = n->loc.off - d->base;

	/* The tag "!" is not in the event. */
	if (anchor == NULL && tag == NULL &&
	    (at >= d->text.n || d->text.p[at] != '!'))
		return true;
	if (!skip_properties(d, n))
		return false;
	if (anchor == NULL)
		return true;
	n->anchor = arena_str(d->r->arena, str_from(name));
	(void)map_set(d->r->arena, &d->anchors, n->anchor, n);
	return true;
}

/* The content: of the source where it is there in one piece. */
static struct str
content(struct doc *d, const yaml_event_t *ev, const struct yaml_node *n)
{
	struct str raw = loc_text(n->loc);
	struct str value = {
	    (const char *)ev->data.scalar.value, ev->data.scalar.length};

	if (n->style != YAML_PLAIN && raw.n >= 2)
		raw = str_sub(raw, 1, raw.n - 1);
	if (str_eq(raw, value))
		return raw;
	return arena_str(d->r->arena, value);
}

/* Bytes that are no UTF-8 become U+FFFD, as Go's JSON writer makes them. */
static bool
binary(struct doc *d, struct yaml_node *n)
{
	struct arena *a = d->r->arena;
	struct buf b = {0};
	struct str raw;
	size_t i, k;

	if (rt_unbase64(&raw, a, n->text, NULL) != 0) {
		diag_report(
		    d->r->diags, YAML_TAG, n->loc, STR_ARG(n->text), "binary");
		return false;
	}
	for (i = 0; i < raw.n; i += k) {
		for (k = 1; k < 4 && i + k < raw.n &&
			    !str_is_utf8(str_sub(raw, i, i + k));
		     k++)
			;
		if (str_is_utf8(str_sub(raw, i, i + k))) {
			buf_put(&b, str_sub(raw, i, i + k));
		} else {
			buf_puts(&b, "\xef\xbf\xbd");
			k = 1;
		}
	}
	n->text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return true;
}

/* "\\/" came with YAML 1.2; Go's reader refuses it. */
static bool
check_escapes(struct doc *d, const struct yaml_node *n)
{
	struct str raw = loc_text(n->loc);
	size_t at = 0;

	if (n->style != YAML_DOUBLE)
		return true;
	while ((at = str_chr(raw, '\\', at)) != SIZE_MAX && at + 1 < raw.n) {
		if (raw.p[at + 1] == '/') {
			at += n->loc.off - d->base;
			diag_report(d->r->diags, YAML_SYNTAX,
			    place(d, at, at + 2),
			    "Kubernetes knows no escape '\\/'");
			return false;
		}
		at += 2;
	}
	return true;
}

/*
 * Go's reader ends a plain scalar inside of brackets at a '?' before a blank,
 * and then does not know what to make of the rest.
 */
static bool
check_question(struct doc *d, const struct yaml_node *n)
{
	size_t at = n->loc.off - d->base, end = at + n->loc.len;

	if (n->style != YAML_PLAIN || d->depth == 0 ||
	    d->stack[d->depth - 1].node->style != YAML_FLOW)
		return true;
	/* Not beyond the scalar: a long line of many would be quadratic. */
	while ((at = str_chr(str_sub(d->text, 0, end), '?', at)) < end) {
		at++;
		if (at < d->text.n && strchr(" \t\r\n", d->text.p[at]) == NULL)
			continue;
		diag_report(d->r->diags, YAML_SYNTAX, place(d, at - 1, at),
		    "no blank may follow '?' here");
		return false;
	}
	return true;
}

static bool
type_scalar(struct doc *d, struct yaml_node *n, const yaml_event_t *ev)
{
	const char *tag = (const char *)ev->data.scalar.tag;
	enum yaml_tag t = yaml_tag_of(tag);
	enum yaml_kind kind = n->kind;

	if (t == YAML_TAG_NONE && !ev->data.scalar.plain_implicit)
		t = YAML_TAG_STR;
	if (!yaml_type(&kind, t, n->text)) {
		diag_report(d->r->diags, YAML_TAG, n->loc, STR_ARG(n->text),
		    tag + sizeof("tag:yaml.org,2002:") - 1);
		return false;
	}
	n->kind = kind;
	return t != YAML_TAG_BINARY || binary(d, n);
}

static const enum yaml_style scalar_styles[] = {
    [YAML_ANY_SCALAR_STYLE] = YAML_PLAIN,
    [YAML_PLAIN_SCALAR_STYLE] = YAML_PLAIN,
    [YAML_SINGLE_QUOTED_SCALAR_STYLE] = YAML_SINGLE,
    [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = YAML_DOUBLE,
    [YAML_LITERAL_SCALAR_STYLE] = YAML_LITERAL,
    [YAML_FOLDED_SCALAR_STYLE] = YAML_FOLDED,
};

static bool
on_scalar(struct doc *d, const yaml_event_t *ev)
{
	struct yaml_node *n = node_new(d, ev, YAML_STRING);
	n->style = scalar_styles[ev->data.scalar.style];
	if (!properties(d, n, ev->data.scalar.anchor, ev->data.scalar.tag))
		return false;
	n->text = content(d, ev, n);
	if (!check_escapes(d, n) || !check_question(d, n) ||
	    !type_scalar(d, n, ev))
		return false;
	return attach(d, n, ev->data.scalar.plain_implicit != 0);
}

static bool
is_open(const struct doc *d, const struct yaml_node *n)
{
	size_t i;

	for (i = 0; i < d->depth; i++) {
		if (d->stack[i].node == n)
			return true;
	}
	return false;
}

static bool
on_alias(struct doc *d, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	struct yaml_node *n = node_new(d, ev, YAML_ALIAS);

	n->target = map_get(&d->anchors, str_from(name));
	if (n->target == NULL) {
		diag_report(d->r->diags, YAML_ALIAS, n->loc, name,
		    "has no anchor before it");
		return false;
	}
	if (is_open(d, n->target)) {
		diag_report(d->r->diags, YAML_ALIAS, n->loc, name,
		    "is inside of its own anchor");
		return false;
	}
	n->text = arena_str(d->r->arena, str_from(name));
	n->target->naliases++;
	n->total = n->target->total;
	n->height = n->target->height;
	if (d->depth + n->height > YAML_DEPTH_MAX)
		return too_deep(d->r, n->loc);
	return attach(d, n, false);
}

static bool
on_start(struct doc *d, const yaml_event_t *ev, enum yaml_kind kind)
{
	bool map = kind == YAML_MAP;
	struct yaml_node *n = node_new(d, ev, kind);
	const struct frame *f = d->depth > 0 ? &d->stack[d->depth - 1] : NULL;
	bool flow =
	    map ? ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
		: ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;

	n->style = flow ? YAML_FLOW : YAML_BLOCK;
	if (!properties(d, n,
		map ? ev->data.mapping_start.anchor
		    : ev->data.sequence_start.anchor,
		map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag))
		return false;
	if (d->depth == YAML_DEPTH_MAX)
		return too_deep(d->r, n->loc);
	if (f != NULL && f->node->kind == YAML_MAP && f->key == NULL)
		return bad_key(d, n);
	d->stack[d->depth++] = (struct frame){.node = n};
	return true;
}

/* Where a block collection ends: behind the last thing in it. */
static size_t
end_of(const struct yaml_node *n)
{
	const struct yaml_node *last = NULL, *key = NULL;

	if (n->style == YAML_FLOW ||
	    (n->kind != YAML_MAP && n->kind != YAML_SEQ))
		return (size_t)n->loc.off + n->loc.len;
	if (n->kind == YAML_SEQ && n->items.n > 0)
		last = n->items.p[n->items.n - 1];
	if (n->kind == YAML_MAP && n->pairs.n > 0) {
		last = n->pairs.p[n->pairs.n - 1].value;
		key = n->pairs.p[n->pairs.n - 1].key;
	}
	if (last == NULL)
		return n->loc.off;
	if (key != NULL && last->loc.off < key->loc.off)
		last = key;
	return (size_t)last->loc.off + last->loc.len;
}

static bool
on_end(struct doc *d, const yaml_event_t *ev)
{
	struct frame *f = &d->stack[d->depth - 1];
	struct yaml_node *n = f->node;
	size_t to = d->base + offset(d, &ev->end_mark);

	d->depth--;
	if (n->style == YAML_BLOCK)
		to = end_of(n);
	n->loc.len = to > n->loc.off ? (uint32_t)(to - n->loc.off) : 0;
	if (n->kind == YAML_MAP && !yaml_check_keys(d->r, n))
		d->r->failed = true;
	if (d->depth > 0 && d->stack[d->depth - 1].merge &&
	    d->stack[d->depth - 1].key != NULL && !merges(n)) {
		diag_report(d->r->diags, YAML_MERGE, n->loc);
		return false;
	}
	return attach(d, n, false);
}

/* One event; false: an error was reported. */
static bool
on_event(struct doc *d, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(d, ev);
	case YAML_ALIAS_EVENT:
		return on_alias(d, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(d, ev, YAML_SEQ);
	case YAML_MAPPING_START_EVENT:
		return on_start(d, ev, YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(d, ev);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		return true;
	}
}

static bool
run(struct doc *d)
{
	yaml_event_t ev;
	bool ok = true, end = false;

	while (ok && !end) {
		if (!yaml_parser_parse(&d->parser, &ev))
			return syntax_error(d);
		end = ev.type == YAML_STREAM_END_EVENT;
		/* "---" behind another line end than LF escapes the cuts. */
		if (ev.type == YAML_DOCUMENT_START_EVENT &&
		    (d->ended || !ev.data.document_start.implicit))
			ok = trailing(d, offset(d, &ev.start_mark));
		else
			ok = on_event(d, &ev);
		if (ev.type == YAML_DOCUMENT_END_EVENT) {
			d->ended = true;
			d->marked = !ev.data.document_end.implicit;
		}
		yaml_event_delete(&ev);
	}
	return ok;
}

static bool
is_ascii(struct str s)
{
	size_t i;
	unsigned char bits = 0;

	for (i = 0; i < s.n; i++)
		bits |= (unsigned char)s.p[i];
	return bits < 0x80;
}

bool
yaml_parse(
    struct yaml_reader *r, struct yaml_node **out, struct str text, size_t base)
{
	struct doc d = {.r = r, .text = text, .base = base};
	bool ok;

	d.ascii = is_ascii(text);
	if (!yaml_parser_initialize(&d.parser))
		rt_no_memory();
	yaml_parser_set_encoding(&d.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&d.parser, feed, &d);
	ok = run(&d);
	yaml_parser_delete(&d.parser);
	*out = d.root;
	return ok;
}
