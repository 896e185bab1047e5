/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tree to text: one printer, two styles.  Reading the result gives the same
 * tree, and printing that the same text.
 */
#include <string.h>

#include "grammar/rego_ast.h"
#include "runtime/base/banned.h"

/* Where an operand stands: what may stand there without parentheses. */
enum {
	IN_LITERAL = 0, /* everything */
	IN_FULL = 1,    /* no assignment */
	IN_ITEM = 2,    /* no "k, v in xs" */
	IN_TERM = 8     /* no operator at all */
};

/* Longer collections are broken into lines (rego 12.3). */
#define COLUMNS_MAX 900

struct printer {
	struct buf *out;
	const struct rego_module *m; /* NULL: no comments, no source */
	bool fmt;
	const struct rego_names *names; /* or NULL */
	bool fresh;     /* nothing in this block yet: no blank line */
	unsigned level; /* indentation */
	size_t comment; /* the next one */
	uint32_t last;  /* end of the last printed node, in the source */
};

static void print_term(struct printer *p, const struct rego_term *t, int where);
static void print_literal(struct printer *p, const struct rego_literal *l);
static void print_block(
    struct printer *p, const struct rego_body *b, const char *close);

/* Source and comments */

static bool
from_source(const struct printer *p, struct loc l)
{
	return p->m != NULL && l.source != NULL && l.source == p->m->source;
}

static size_t
newlines(const struct printer *p, uint32_t from, uint32_t to)
{
	const char *s = p->m->source->text.p;
	size_t n = 0;

	for (; from < to; from++)
		n += s[from] == '\n';
	return n;
}

static void
reached(struct printer *p, struct loc l)
{
	if (from_source(p, l) && l.off + l.len > p->last)
		p->last = l.off + l.len;
}

/* Is the next comment there and before `off`? */
static const struct loc *
comment_before(const struct printer *p, uint32_t off)
{
	const struct loc *c;

	if (!p->fmt || p->m == NULL || p->comment >= p->m->comments.n)
		return NULL;
	c = &p->m->comments.p[p->comment];
	return c->off < off ? c : NULL;
}

static void
put_comment(struct printer *p, const struct loc *c)
{
	buf_put(p->out, loc_text(*c));
	p->comment++;
	reached(p, *c);
}

/* Ends a line; a comment that stood at its end stays there. */
static void
end_line(struct printer *p)
{
	const struct loc *c = comment_before(p, UINT32_MAX);

	if (c != NULL && c->off >= p->last && p->last > 0 &&
	    newlines(p, p->last, c->off) == 0) {
		buf_putc(p->out, ' ');
		put_comment(p, c);
	}
	buf_putc(p->out, '\n');
}

static void
indent(struct printer *p)
{
	if (p->fmt)
		buf_fill(p->out, '\t', p->level);
}

static void
keep_blank(struct printer *p, uint32_t off)
{
	if (!p->fresh && off > p->last && newlines(p, p->last, off) > 1)
		buf_putc(p->out, '\n');
	p->fresh = false;
}

/* Starts the line of a node: first the comments above it. */
static void
start_line(struct printer *p, struct loc l)
{
	const struct loc *c;

	while (from_source(p, l) && (c = comment_before(p, l.off)) != NULL) {
		keep_blank(p, c->off);
		indent(p);
		put_comment(p, c);
		buf_putc(p->out, '\n');
	}
	if (p->fmt && from_source(p, l))
		keep_blank(p, l.off);
	p->fresh = false;
	indent(p);
}

/* Was there a line break between two places of the source? */
static bool
was_broken(const struct printer *p, struct loc outer, struct loc inner)
{
	return p->fmt && from_source(p, outer) && from_source(p, inner) &&
	       inner.off >= outer.off && newlines(p, outer.off, inner.off) > 0;
}

/* Scalars */

static void
put_quoted(struct buf *out, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;
	unsigned char c;

	buf_putc(out, '"');
	for (i = 0; i < s.n; i++) {
		c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\') {
			buf_putc(out, '\\');
			buf_putc(out, (char)c);
		} else if (c == '\n' || c == '\t' || c == '\r') {
			buf_putc(out, '\\');
			buf_putc(out, c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
		} else if (c < 0x20) {
			buf_puts(out, "\\u00");
			buf_putc(out, hex[c >> 4]);
			buf_putc(out, hex[c & 15]);
		} else {
			buf_putc(out, (char)c);
		}
	}
	buf_putc(out, '"');
}

/* Backquotes save escapes, where every engine reads them alike. */
static bool
fits_raw(struct str s)
{
	size_t i;
	bool gains = false;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '`' || (unsigned char)s.p[i] < 0x20)
			return false;
		gains |= s.p[i] == '\\' || s.p[i] == '"';
	}
	return gains;
}

static void
put_string(struct printer *p, const struct rego_term *t)
{
	if (p->fmt && from_source(p, t->loc) && t->loc.len > 0 &&
	    strchr("\"`", loc_text(t->loc).p[0]) != NULL) {
		buf_put(p->out, loc_text(t->loc));
	} else if (fits_raw(t->text)) {
		buf_putc(p->out, '`');
		buf_put(p->out, t->text);
		buf_putc(p->out, '`');
	} else {
		put_quoted(p->out, t->text);
	}
}

/* Operators */

static int
precedence(const struct rego_term *t)
{
	if (t->kind != REGO_CALL || t->op == REGO_OP_NONE)
		return IN_TERM;
	if (t->op == REGO_OP_IN3)
		return IN_FULL;
	if (t->op == REGO_OP_ASSIGN || t->op == REGO_OP_UNIFY)
		return IN_LITERAL;
	return (int)rego_op_table[t->op].precedence;
}

/* The compact style has no blank where none is needed. */
static void
separate_items(struct printer *p)
{
	buf_puts(p->out, p->fmt ? ", " : ",");
}

/*
 * The compact style has blanks around words and arithmetic only: engines take
 * "1-1" for two numbers.
 */
static void
put_operator(struct printer *p, unsigned op)
{
	bool blanks = p->fmt || op == REGO_OP_IN || op >= REGO_OP_OR;

	if (blanks)
		buf_putc(p->out, ' ');
	buf_puts(p->out, rego_op_table[op].text);
	if (blanks)
		buf_putc(p->out, ' ');
}

static void
print_infix(struct printer *p, const struct rego_term *t)
{
	int prec = precedence(t);

	if (t->op == REGO_OP_IN3) {
		print_term(p, t->args[0], IN_ITEM + 1);
		buf_puts(p->out, ", ");
		print_term(p, t->args[1], IN_ITEM + 1);
		buf_puts(p->out, " in ");
		print_term(p, t->args[2], IN_ITEM + 1);
		return;
	}
	if (prec == IN_LITERAL)
		print_term(p, t->args[0], IN_FULL);
	else
		print_term(p, t->args[0], prec);
	put_operator(p, t->op);
	print_term(p, t->args[1], prec + 1);
}

/* Would a bar in it be taken for that of a comprehension? */
static bool
shows_bar(const struct rego_term *t)
{
	while (t->kind == REGO_CALL && t->op != REGO_OP_NONE) {
		if (t->op == REGO_OP_OR || t->op == REGO_OP_IN3)
			return true;
		if (shows_bar(t->args[1]))
			return true;
		t = t->args[0];
	}
	return false;
}

static void
print_item(struct printer *p, const struct rego_term *t)
{
	print_term(p, t, shows_bar(t) ? IN_TERM : IN_ITEM);
}

/* References and calls */

static void
print_operand(struct printer *p, const struct rego_term *t)
{
	if (t->kind == REGO_STRING && rego_is_name(t->text) &&
	    !rego_is_keyword(t->text)) {
		buf_putc(p->out, '.');
		buf_put(p->out, t->text);
		return;
	}
	buf_putc(p->out, '[');
	print_term(p, t, IN_FULL);
	buf_putc(p->out, ']');
}

static void
print_ref(struct printer *p, const struct rego_term *t)
{
	struct str other = {NULL, 0};
	uint32_t i;

	if (p->names != NULL && p->names->find_ref != NULL)
		other = p->names->find_ref(p->names->ctx, t);
	if (other.n > 0) {
		buf_put(p->out, other);
		return;
	}
	print_term(p, t->args[0], IN_TERM);
	for (i = 1; i < t->nargs; i++) {
		/* A keyword as a head is one only in front of a dot. */
		if (i == 1 && rego_is_keyword(t->args[0]->text) &&
		    rego_is_name(t->args[1]->text)) {
			buf_putc(p->out, '.');
			buf_put(p->out, t->args[1]->text);
			continue;
		}
		print_operand(p, t->args[i]);
	}
}

static void
print_args(struct printer *p, struct rego_term *const *args, size_t n)
{
	size_t i;

	buf_putc(p->out, '(');
	for (i = 0; i < n; i++) {
		if (i > 0)
			separate_items(p);
		print_term(p, args[i], IN_ITEM);
	}
	buf_putc(p->out, ')');
}

/* Collections: `step` terms an item (2: key and value). */

static void
print_entry(
    struct printer *p, const struct rego_term *t, uint32_t i, uint32_t step)
{
	print_item(p, t->args[i]);
	if (step == 2) {
		buf_puts(p->out, p->fmt ? ": " : ":");
		print_item(p, t->args[i + 1]);
	}
}

static void
print_flat(struct printer *p, const struct rego_term *t, uint32_t step)
{
	uint32_t i;

	for (i = 0; i < t->nargs; i += step) {
		if (i > 0)
			separate_items(p);
		print_entry(p, t, i, step);
	}
}

static void
print_broken(struct printer *p, const struct rego_term *t, uint32_t step)
{
	uint32_t i;

	buf_putc(p->out, '\n');
	p->level++;
	p->fresh = true;
	for (i = 0; i < t->nargs; i += step) {
		start_line(p, t->args[i]->loc);
		print_entry(p, t, i, step);
		reached(p, t->args[i + step - 1]->loc);
		buf_putc(p->out, ',');
		end_line(p);
	}
	p->level--;
	indent(p);
}

static void
print_collection(struct printer *p, const struct rego_term *t,
    const char *brackets, uint32_t step)
{
	size_t start = p->out->n;

	if (t->kind == REGO_SET && t->nargs == 0) {
		buf_puts(p->out, "set()");
		return;
	}
	buf_putc(p->out, brackets[0]);
	if (t->nargs > 0 && was_broken(p, t->loc, t->args[0]->loc)) {
		print_broken(p, t, step);
	} else {
		print_flat(p, t, step);
		if (!p->fmt && p->out->n - start > COLUMNS_MAX) {
			p->out->n = start + 1;
			print_broken(p, t, step);
		}
	}
	buf_putc(p->out, brackets[1]);
}

static void
print_compr(struct printer *p, const struct rego_term *t, const char *brackets)
{
	static const char *const closes[] = {"]", "}"};

	buf_putc(p->out, brackets[0]);
	print_term(p, t->args[0],
	    t->kind == REGO_OBJECT_COMPR && !shows_bar(t->args[0]) ? IN_ITEM
								   : IN_TERM);
	if (t->kind == REGO_OBJECT_COMPR) {
		buf_puts(p->out, p->fmt ? ": " : ":");
		print_term(p, t->args[1], IN_TERM);
	}
	buf_puts(p->out, p->fmt ? " |" : "|");
	print_block(p, t->body, closes[brackets[1] == '}']);
}

/* The text between the quotes comes from the source if there is one. */
static void
print_template(struct printer *p, const struct rego_term *t)
{
	uint32_t i;

	if (t->loc.source != NULL) {
		buf_put(p->out, loc_text(t->loc));
		return;
	}
	buf_puts(p->out, "$\"");
	for (i = 0; i < t->nargs; i++) {
		buf_putc(p->out, '{');
		print_term(p, t->args[i], IN_FULL);
		buf_putc(p->out, '}');
	}
	buf_putc(p->out, '"');
}

static void
print_name(struct printer *p, const struct rego_term *t)
{
	struct str other = {NULL, 0};

	if (p->names != NULL)
		other = p->names->find(p->names->ctx, t);
	buf_put(p->out, other.n > 0 ? other : t->text);
}

static void
print_plain(struct printer *p, const struct rego_term *t)
{
	size_t n;

	switch ((enum rego_kind)t->kind) {
	case REGO_NULL:
		buf_puts(p->out, "null");
		break;
	case REGO_BOOL:
		buf_puts(p->out, t->op ? "true" : "false");
		break;
	case REGO_NUMBER:
		buf_put(p->out, t->text);
		break;
	case REGO_VAR:
		print_name(p, t);
		break;
	case REGO_STRING:
		put_string(p, t);
		break;
	case REGO_REF:
		print_ref(p, t);
		break;
	case REGO_CALL:
		if (t->op != REGO_OP_NONE) {
			print_infix(p, t);
			break;
		}
		print_term(p, t->args[0], IN_TERM);
		print_args(p, rego_call_args(t, &n), t->nargs - 1);
		break;
	case REGO_ARRAY:
		print_collection(p, t, "[]", 1);
		break;
	case REGO_SET:
		print_collection(p, t, "{}", 1);
		break;
	case REGO_OBJECT:
		print_collection(p, t, "{}", 2);
		break;
	case REGO_ARRAY_COMPR:
		print_compr(p, t, "[]");
		break;
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
		print_compr(p, t, "{}");
		break;
	case REGO_TEMPLATE:
		print_template(p, t);
		break;
	}
}

static void
print_term(struct printer *p, const struct rego_term *t, int where)
{
	bool paren = precedence(t) < where;

	if (paren)
		buf_putc(p->out, '(');
	print_plain(p, t);
	if (paren)
		buf_putc(p->out, ')');
}

/* Literals */

static void
print_names(struct printer *p, const struct rego_literal *l, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			separate_items(p);
		print_term(p, l->terms[i], IN_TERM);
	}
}

static void
print_core(struct printer *p, const struct rego_literal *l)
{
	switch ((enum rego_literal_kind)l->kind) {
	case REGO_EXPR:
		print_term(p, l->terms[0], IN_LITERAL);
		break;
	case REGO_NOT:
		buf_puts(p->out, "not ");
		print_term(p, l->terms[0], IN_LITERAL);
		break;
	case REGO_SOME:
		buf_puts(p->out, "some ");
		print_names(p, l, l->nterms);
		break;
	case REGO_SOME_IN:
	case REGO_EVERY:
		buf_puts(p->out, l->kind == REGO_EVERY ? "every " : "some ");
		print_names(p, l, l->nterms - 1);
		buf_puts(p->out, " in ");
		print_term(p, l->terms[l->nterms - 1], IN_ITEM);
		break;
	}
}

static void
print_literal(struct printer *p, const struct rego_literal *l)
{
	uint32_t i;

	print_core(p, l);
	if (l->kind == REGO_EVERY) {
		buf_puts(p->out, " {");
		print_block(p, l->body, " }");
	}
	for (i = 0; i < l->nwith; i++) {
		buf_puts(p->out, " with ");
		print_term(p, l->with[i].target, IN_TERM);
		buf_puts(p->out, " as ");
		print_term(p, l->with[i].value, IN_FULL);
	}
	reached(p, l->loc);
}

static void
print_lines(struct printer *p, const struct rego_body *b)
{
	const struct loc *c;
	uint32_t i, end = b->loc.off + b->loc.len;

	p->level++;
	p->fresh = true;
	for (i = 0; i < b->n; i++) {
		start_line(p, b->p[i]->loc);
		print_literal(p, b->p[i]);
		if (p->fmt || i + 1 < b->n)
			end_line(p);
	}
	while (from_source(p, b->loc) && (c = comment_before(p, end)) != NULL) {
		keep_blank(p, c->off);
		indent(p);
		put_comment(p, c);
		buf_putc(p->out, '\n');
	}
	p->level--;
	indent(p);
}

/* The body of a comprehension or `every`, after its opening. */
static void
print_block(struct printer *p, const struct rego_body *b, const char *close)
{
	uint32_t i;

	if (p->fmt && (b->n > 1 || was_broken(p, b->loc, b->p[0]->loc) ||
			  comment_before(p, b->loc.off + b->loc.len) != NULL)) {
		end_line(p);
		print_lines(p, b);
		buf_puts(p->out, close[0] == ' ' ? close + 1 : close);
		return;
	}
	for (i = 0; i < b->n; i++) {
		if (p->fmt)
			buf_puts(p->out, i == 0 ? " " : "; ");
		else if (i > 0)
			buf_putc(p->out, '\n');
		print_literal(p, b->p[i]);
	}
	buf_puts(p->out, !p->fmt && close[0] == ' ' ? close + 1 : close);
}

/* Rules */

static bool
starts_with_brace(const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];

	if (l->kind != REGO_EXPR)
		return false;
	while ((t->kind == REGO_CALL && t->op != REGO_OP_NONE) ||
	       t->kind == REGO_REF)
		t = t->args[0];
	return t->kind == REGO_SET || t->kind == REGO_OBJECT ||
	       t->kind == REGO_SET_COMPR || t->kind == REGO_OBJECT_COMPR;
}

/* "p if x": one literal, on the line of the head. */
static bool
is_short(const struct printer *p, const struct rego_rule *r)
{
	if (!p->fmt)
		return (r->has_if || p->m == NULL || p->m->v1) &&
		       r->body->n == 1 && r->body->p[0]->kind != REGO_EVERY &&
		       !starts_with_brace(r->body->p[0]);
	return p->fmt && r->has_if && r->body->n == 1 && r->alt == NULL &&
	       !r->is_else && r->body->p[0]->kind != REGO_EVERY &&
	       from_source(p, r->loc) &&
	       newlines(p, r->loc.off, r->body->p[0]->loc.off) == 0 &&
	       !starts_with_brace(r->body->p[0]) &&
	       comment_before(p, r->body->loc.off + r->body->loc.len) == NULL;
}

static void
print_body(struct printer *p, const struct rego_rule *r)
{
	bool has_if = r->has_if || p->m == NULL || p->m->v1;

	if (has_if)
		buf_puts(p->out, " if");
	if (is_short(p, r)) {
		buf_putc(p->out, ' ');
		print_literal(p, r->body->p[0]);
		return;
	}
	buf_puts(p->out, " {");
	if (from_source(p, r->body->loc))
		p->last = r->body->loc.off + 1;
	if (p->fmt || starts_with_brace(r->body->p[0]))
		end_line(p);
	print_lines(p, r->body);
	buf_putc(p->out, '}');
	reached(p, r->body->loc);
}

static void
print_value(struct printer *p, const struct rego_rule *r)
{
	if (r->value != NULL) {
		put_operator(p, REGO_OP_ASSIGN);
		print_term(p, r->value, IN_FULL);
	}
	reached(p, r->head_loc);
	if (r->body != NULL)
		print_body(p, r);
}

static void
print_head(struct printer *p, const struct rego_rule *r)
{
	if (r->is_default)
		buf_puts(p->out, "default ");
	print_term(p, r->path, IN_TERM);
	if (r->kind == REGO_FUNCTION)
		print_args(p, r->args, r->nargs);
	if (r->kind == REGO_PARTIAL_SET && r->bracket_key && p->m != NULL) {
		print_operand(p, r->key);
	} else if (r->kind == REGO_PARTIAL_SET) {
		buf_puts(p->out, " contains ");
		print_term(p, r->key, IN_FULL);
	}
}

static void
print_rule(struct printer *p, const struct rego_rule *r)
{
	print_head(p, r);
	print_value(p, r);
	for (r = r->alt; r != NULL; r = r->alt) {
		if (r->is_else)
			buf_puts(p->out, " else");
		print_value(p, r);
	}
}

static bool
is_one_line(const struct printer *p, const struct rego_rule *r)
{
	return from_source(p, r->loc) &&
	       newlines(p, r->loc.off, r->loc.off + r->loc.len) == 0 &&
	       (r->body == NULL || is_short(p, r));
}

/* One-line rules that stood together stay together. */
static void
separate(struct printer *p, const struct rego_rule *before,
    const struct rego_rule *r)
{
	uint32_t end = before->loc.off + before->loc.len;

	if (!p->fmt)
		return;
	p->fresh = true;
	if (is_one_line(p, before) && is_one_line(p, r) &&
	    newlines(p, end, r->loc.off) == 1)
		return;
	buf_putc(p->out, '\n');
}

/* Here a keyword may follow a dot, and older engines take no bracket. */
static void
print_import_path(struct printer *p, const struct rego_term *path)
{
	uint32_t i;

	if (path->kind == REGO_VAR) {
		buf_put(p->out, path->text);
		return;
	}
	buf_put(p->out, path->args[0]->text);
	for (i = 1; i < path->nargs; i++) {
		if (!rego_is_name(path->args[i]->text)) {
			print_operand(p, path->args[i]);
			continue;
		}
		buf_putc(p->out, '.');
		buf_put(p->out, path->args[i]->text);
	}
}

static void
print_imports(struct printer *p)
{
	const struct rego_import *i;

	p->fresh = true;
	VEC_FOREACH(i, &p->m->imports) {
		start_line(p, i->loc);
		buf_puts(p->out, "import ");
		print_import_path(p, i->path);
		if (i->alias.n > 0) {
			buf_puts(p->out, " as ");
			buf_put(p->out, i->alias);
		}
		reached(p, i->loc);
		end_line(p);
	}
}

/* Comments after the last node. */
static void
print_rest(struct printer *p)
{
	const struct loc *c;

	while ((c = comment_before(p, UINT32_MAX)) != NULL) {
		keep_blank(p, c->off);
		put_comment(p, c);
		buf_putc(p->out, '\n');
	}
}

void
rego_print(struct buf *out, const struct rego_module *m, enum rego_style style)
{
	struct printer p = {.out = out, .m = m, .fmt = style == REGO_FMT};
	size_t i;

	p.fresh = true;
	start_line(&p, m->package->loc);
	buf_puts(out, "package ");
	print_term(&p, m->package, IN_TERM);
	reached(&p, m->package->loc);
	end_line(&p);
	if (p.fmt && m->imports.n > 0)
		buf_putc(out, '\n');
	print_imports(&p);
	if (p.fmt && m->rules.n > 0)
		buf_putc(out, '\n');
	p.fresh = true;
	for (i = 0; i < m->rules.n; i++) {
		if (i > 0)
			separate(&p, m->rules.p[i - 1], m->rules.p[i]);
		start_line(&p, m->rules.p[i]->loc);
		print_rule(&p, m->rules.p[i]);
		end_line(&p);
	}
	print_rest(&p);
}

void
rego_print_rule(struct buf *out, const struct rego_rule *r,
    enum rego_style style, const struct rego_names *names)
{
	struct printer p = {
	    .out = out, .fmt = style == REGO_FMT, .names = names};

	print_rule(&p, r);
	buf_putc(out, '\n');
}

void
rego_print_term(struct buf *out, const struct rego_term *t)
{
	struct printer p = {.out = out};

	print_term(&p, t, IN_FULL);
}
