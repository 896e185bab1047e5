/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tree to text, without source and comments (those are rego_fmt.c's), in two
 * styles.  Reading the result gives the same tree, and printing that the same
 * text.
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
	bool fmt;
	bool v0;    /* no `if` where there was none */
	bool guard; /* a '|' here would be that of a comprehension */
	const struct rego_names *names; /* or NULL */
	unsigned level;                 /* indentation */
};

static void print_term(struct printer *p, const struct rego_term *t, int where);
static void print_literal(struct printer *p, const struct rego_literal *l);
static void print_block(
    struct printer *p, const struct rego_body *b, const char *close);

static void
indent(struct printer *p)
{
	if (p->fmt)
		buf_fill(p->out, '\t', p->level);
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
	if (fits_raw(t->text)) {
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
	for (i = 0; i < t->nargs; i += step) {
		indent(p);
		print_entry(p, t, i, step);
		buf_puts(p->out, ",\n");
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
	print_flat(p, t, step);
	if (!p->fmt && p->out->n - start > COLUMNS_MAX) {
		p->out->n = start + 1;
		print_broken(p, t, step);
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
	bool bar = t->kind == REGO_CALL && t->op == REGO_OP_OR;
	bool paren = precedence(t) < where || (p->guard && bar);

	/* It is about the leftmost operand. */
	p->guard &= !paren && precedence(t) != IN_TERM;
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
}

static void
print_lines(struct printer *p, const struct rego_body *b)
{
	uint32_t i;

	p->level++;
	for (i = 0; i < b->n; i++) {
		indent(p);
		print_literal(p, b->p[i]);
		p->guard = false;
		if (p->fmt || i + 1 < b->n)
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

	if (p->fmt && b->n > 1) {
		buf_putc(p->out, '\n');
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

static void
print_body(struct printer *p, const struct rego_rule *r)
{
	const struct rego_literal *first = r->body->p[0];
	bool has_if = r->has_if || !p->v0;

	if (has_if)
		buf_puts(p->out, " if");
	if (has_if && !p->fmt && r->body->n == 1 && first->kind != REGO_EVERY &&
	    !starts_with_brace(first)) {
		buf_putc(p->out, ' ');
		print_literal(p, first);
		return;
	}
	buf_puts(p->out, " {");
	if (p->fmt || starts_with_brace(first))
		buf_putc(p->out, '\n');
	p->guard = has_if && first->kind == REGO_EXPR;
	print_lines(p, r->body);
	buf_putc(p->out, '}');
}

static void
print_value(struct printer *p, const struct rego_rule *r)
{
	if (r->value != NULL) {
		put_operator(p, REGO_OP_ASSIGN);
		print_term(p, r->value, IN_FULL);
	}
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
	if (r->kind == REGO_PARTIAL_SET && r->bracket_key && p->v0) {
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
print_imports(struct printer *p, const struct rego_module *m)
{
	const struct rego_import *i;

	VEC_FOREACH(i, &m->imports) {
		buf_puts(p->out, "import ");
		print_import_path(p, i->path);
		if (i->alias.n > 0) {
			buf_puts(p->out, " as ");
			buf_put(p->out, i->alias);
		}
		buf_putc(p->out, '\n');
	}
}

void
rego_print(struct buf *out, const struct rego_module *m)
{
	struct printer p = {.out = out, .v0 = !m->v1};
	struct rego_rule *const *r;

	buf_puts(out, "package ");
	print_term(&p, m->package, IN_TERM);
	buf_putc(out, '\n');
	print_imports(&p, m);
	VEC_FOREACH(r, &m->rules) {
		print_rule(&p, *r);
		buf_putc(out, '\n');
	}
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
