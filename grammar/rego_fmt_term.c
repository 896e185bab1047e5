/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms and literals in the style of `opa fmt`.  An operand that has an
 * operator itself gets parentheses, except right below a literal, where they
 * are kept only if the meaning needs them.
 */
#include <string.h>

#include "grammar/rego_fmt_int.h"
#include "runtime/base/banned.h"

static bool
is_infix(const struct rego_term *t)
{
	return t->kind == REGO_CALL && t->op != REGO_OP_NONE;
}

static void
put_paren(struct fmt *f, const struct rego_term *t, bool paren)
{
	if (paren) {
		f->guard = false;
		buf_putc(f->out, '(');
	}
	fmt_term(f, t);
	if (paren)
		buf_putc(f->out, ')');
}

/* Could an operand of `t` be read as another without its parentheses? */
static bool
needs_paren(const struct fmt *f, const struct rego_term *t,
    const struct rego_term *operand, bool right)
{
	unsigned outer = rego_op_table[t->op].precedence, inner;

	if (!is_infix(operand) || operand->op == REGO_OP_IN3)
		return false;
	if (f->guard && !right && operand->op == REGO_OP_OR)
		return true;
	inner = rego_op_table[operand->op].precedence;
	return right ? inner <= outer : inner < outer;
}

/* Three operands of `in` have parentheses anyway. */
static void
put_operand(struct fmt *f, const struct rego_term *t)
{
	put_paren(f, t, is_infix(t) && t->op != REGO_OP_IN3);
}

/*
 * Operand `i` of an infix term.  The agents' engines take few parentheses in
 * each other: for them there are only those that are needed.
 */
static void
put_side(struct fmt *f, const struct rego_term *t, uint32_t i)
{
	const struct rego_term *side = t->args[i];

	if (f->options->opa &&
	    (i > 0 || t->op != REGO_OP_IN || side->op != REGO_OP_IN))
		put_operand(f, side);
	else
		put_paren(f, side, needs_paren(f, t, side, i > 0));
}

/* Where `in` needs none. */
static void
put_outer(struct fmt *f, const struct rego_term *t)
{
	put_paren(
	    f, t, is_infix(t) && t->op != REGO_OP_IN3 && t->op != REGO_OP_IN);
}

/* References */

/* Words that v0 has as names. */
static bool
is_soft(struct str s)
{
	static const char *const words[] = {"if", "in", "contains", "every"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_eqz(s, words[i]))
			return true;
	}
	return false;
}

/* A keyword stays as it was written. */
static bool
is_dotted(const struct fmt *f, const struct rego_term *t)
{
	if (t->kind != REGO_STRING || !rego_is_name(t->text))
		return false;
	return !rego_is_keyword(t->text) || loc_text(t->loc).p[0] != '"' ||
	       (!f->m->v1 && is_soft(t->text));
}

void
fmt_path(struct fmt *f, const struct rego_term *t)
{
	uint32_t i;

	if (t->kind != REGO_REF) {
		fmt_term(f, t);
		return;
	}
	put_paren(f, t->args[0], is_infix(t->args[0]));
	for (i = 1; i < t->nargs; i++) {
		if (is_dotted(f, t->args[i])) {
			buf_putc(f->out, '.');
			buf_put(f->out, t->args[i]->text);
			continue;
		}
		buf_putc(f->out, '[');
		fmt_term(f, t->args[i]);
		buf_putc(f->out, ']');
	}
}

/* Lists: `step` terms an item (2: key and value). */

struct list {
	struct rego_term *const *items;
	size_t n;
	unsigned step;
	struct loc around; /* from the opening bracket on */
	bool call;         /* arguments */
	bool eager;        /* a first item on another line breaks it */
};

static void
put_item(struct fmt *f, const struct list *l, size_t i)
{
	const struct rego_term *t = l->items[i];
	bool bar = is_infix(t) && t->op == REGO_OP_OR;

	put_paren(f, t, bar && (!l->call || (t->flags & REGO_F_PAREN)));
	if (l->step == 1)
		return;
	t = l->items[i + 1];
	buf_puts(f->out, ": ");
	put_paren(f, t, is_infix(t) && t->op == REGO_OP_OR);
}

static uint32_t
item_row(const struct fmt *f, const struct list *l, size_t i)
{
	return fmt_row(f, l->items[i]->loc.off);
}

/* The items of one line, from `i` on; the next one. */
static size_t
put_line(struct fmt *f, const struct list *l, size_t i)
{
	uint32_t row = item_row(f, l, i);

	for (;;) {
		(void)fmt_comments(f, item_row(f, l, i));
		put_item(f, l, i);
		i += l->step;
		if (i >= l->n || item_row(f, l, i) != row)
			return i;
		buf_puts(f->out, ", ");
	}
}

static void
put_lines(struct fmt *f, const struct list *l)
{
	size_t i = 0;

	f->held = true;
	fmt_end(f);
	f->level++;
	while (i < l->n) {
		(void)fmt_comments(f, item_row(f, l, i));
		fmt_start(f);
		i = put_line(f, l, i);
		buf_putc(f->out, ',');
		fmt_end(f);
	}
	(void)fmt_comments(f, fmt_end_row(f, l->around));
	f->level--;
	fmt_start(f);
}

static bool
has_comment(const struct fmt *f, uint32_t from, uint32_t to)
{
	uint32_t row;

	if (f->comment == f->m->comments.n)
		return false;
	row = fmt_row(f, f->m->comments.p[f->comment].off);
	return row > from && row < to;
}

static void
put_list(struct fmt *f, const struct list *l)
{
	uint32_t open = fmt_row(f, l->around.off), first;
	size_t i;
	bool broken = false;

	if (l->n == 0)
		return;
	first = item_row(f, l, 0);
	for (i = l->step; i < l->n; i += l->step)
		broken |= item_row(f, l, i) != first;
	/* A single line has no place for comments inside. */
	if (!broken && !l->call &&
	    has_comment(f, open, fmt_end_row(f, l->around)))
		f->failed = true;
	if (broken || (l->eager && first != open))
		put_lines(f, l);
	else
		(void)put_line(f, l, 0);
	fmt_beside(f, fmt_end_row(f, l->around));
}

void
fmt_args(struct fmt *f, struct rego_term *const *args, size_t n,
    struct loc around, bool head)
{
	struct list l = {args, n, 1, around, true, head};

	buf_putc(f->out, '(');
	put_list(f, &l);
	buf_putc(f->out, ')');
}

static void
put_collection(struct fmt *f, const struct rego_term *t, const char *brackets)
{
	struct list l = {t->args, t->nargs, 1, t->loc, false, true};

	if (t->kind == REGO_SET && t->nargs == 0) {
		buf_puts(f->out, "set()");
		return;
	}
	l.step += t->kind == REGO_OBJECT;
	buf_putc(f->out, brackets[0]);
	put_list(f, &l);
	buf_putc(f->out, brackets[1]);
}

/* Comprehensions */

static bool
on_one_line(const struct fmt *f, const struct rego_body *b, uint32_t row)
{
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		if (fmt_row(f, b->p[i]->loc.off) != row)
			return false;
	}
	return true;
}

static void
put_inline(struct fmt *f, const struct rego_body *b)
{
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		buf_puts(f->out, i == 0 ? " " : "; ");
		fmt_literal(f, b->p[i]);
	}
}

/* A body behind its opening, which was on line `row`. */
static void
put_block(
    struct fmt *f, const struct rego_body *b, uint32_t row, uint32_t close)
{
	if (on_one_line(f, b, row)) {
		put_inline(f, b);
		return;
	}
	fmt_end(f);
	fmt_body(f, b, close);
	fmt_start(f);
}

static void
put_compr(struct fmt *f, const struct rego_term *t, const char *brackets)
{
	uint32_t row = fmt_row(f, t->args[0]->loc.off);

	buf_putc(f->out, brackets[0]);
	if (t->kind != REGO_OBJECT_COMPR && row > fmt_row(f, t->loc.off)) {
		fmt_end(f);
		(void)fmt_comments(f, row);
		fmt_start(f);
	}
	if (t->kind == REGO_OBJECT_COMPR)
		put_paren(f, t->args[0],
		    is_infix(t->args[0]) && t->args[0]->op == REGO_OP_OR);
	else
		put_outer(f, t->args[0]);
	if (t->kind == REGO_OBJECT_COMPR) {
		buf_puts(f->out, ": ");
		put_outer(f, t->args[1]);
		row = fmt_row(f, t->loc.off);
	}
	buf_puts(f->out, " |");
	put_block(f, t->body, row, fmt_end_row(f, t->loc));
	buf_putc(f->out, brackets[1]);
}

static void
put_template(struct fmt *f, const struct rego_term *t)
{
	const struct rego_term *part;
	struct str all = loc_text(t->loc);
	uint32_t i;

	buf_put(f->out, str_sub(all, 0, 2));
	f->level++;
	for (i = 0; i < t->nargs; i++) {
		part = t->args[i];
		if ((part->flags & REGO_F_PAREN) == 0) {
			buf_put(f->out, loc_text(part->loc));
			continue;
		}
		buf_putc(f->out, '{');
		fmt_term(f, part);
		buf_putc(f->out, '}');
	}
	f->level--;
	buf_put(f->out, str_sub(all, all.n - 1, all.n));
}

/* Terms */

static void
put_infix(struct fmt *f, const struct rego_term *t)
{
	if (t->op == REGO_OP_IN3) {
		buf_putc(f->out, '(');
		put_operand(f, t->args[0]);
		buf_puts(f->out, ", ");
		put_operand(f, t->args[1]);
		buf_puts(f->out, " in ");
		put_operand(f, t->args[2]);
		buf_putc(f->out, ')');
		return;
	}
	put_side(f, t, 0);
	buf_putc(f->out, ' ');
	buf_puts(f->out, rego_op_table[t->op].text);
	buf_putc(f->out, ' ');
	put_side(f, t, 1);
}

static void
put_call(struct fmt *f, const struct rego_term *t)
{
	size_t n;
	struct rego_term **args = rego_call_args(t, &n);

	if (is_infix(t)) {
		put_infix(f, t);
		return;
	}
	fmt_path(f, t->args[0]);
	fmt_args(f, args, n, t->loc, false);
}

static void
put_term(struct fmt *f, const struct rego_term *t)
{
	switch ((enum rego_kind)t->kind) {
	case REGO_NULL:
	case REGO_BOOL:
	case REGO_STRING:
		buf_put(f->out, loc_text(t->loc));
		break;
	case REGO_NUMBER:
	case REGO_VAR:
		buf_put(f->out, t->text);
		break;
	case REGO_REF:
		fmt_path(f, t);
		break;
	case REGO_CALL:
		put_call(f, t);
		break;
	case REGO_ARRAY:
		put_collection(f, t, "[]");
		break;
	case REGO_SET:
	case REGO_OBJECT:
		put_collection(f, t, "{}");
		break;
	case REGO_ARRAY_COMPR:
		put_compr(f, t, "[]");
		break;
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
		put_compr(f, t, "{}");
		break;
	case REGO_TEMPLATE:
		put_template(f, t);
		break;
	}
}

void
fmt_term(struct fmt *f, const struct rego_term *t)
{
	struct fmt start = *f;
	size_t n = f->out->n;

	put_term(f, t);
	if (t->kind >= REGO_ARRAY || t->kind == REGO_CALL)
		fmt_rescue(f, &start, n, t->loc);
}

/* Literals */

/* An infix expression that is a literal has one level without parentheses. */
static void
put_expression(struct fmt *f, const struct rego_term *t)
{
	size_t i, last;

	if (!is_infix(t) || t->op == REGO_OP_IN ||
	    (f->guard && t->op == REGO_OP_OR)) {
		put_paren(f, t, f->guard && is_infix(t) && t->op == REGO_OP_OR);
		return;
	}
	last = t->op == REGO_OP_IN3 ? 2 : 1;
	for (i = 0; i <= last; i++) {
		if (i > 0 && i == last) {
			buf_putc(f->out, ' ');
			buf_puts(f->out, rego_op_table[t->op].text);
			buf_putc(f->out, ' ');
		} else if (i > 0) {
			buf_puts(f->out, ", ");
		}
		if (last == 2)
			put_operand(f, t->args[i]);
		else
			put_paren(f, t->args[i],
			    needs_paren(f, t, t->args[i], i == last));
	}
}

/* "some" keeps the lines of its names, one level deeper. */
static void
put_names(struct fmt *f, const struct rego_literal *l, uint32_t n, bool lines)
{
	uint32_t i, row = fmt_row(f, l->loc.off), at;
	unsigned level = f->level;

	for (i = 0; i < n; i++, row = at) {
		at = fmt_row(f, l->terms[i]->loc.off);
		if (i > 0)
			buf_putc(f->out, ',');
		if (lines && at != row) {
			f->level = level + 1;
			fmt_end(f);
			(void)fmt_comments(f, at);
			fmt_start(f);
		} else if (i > 0) {
			buf_putc(f->out, ' ');
		}
		fmt_term(f, l->terms[i]);
	}
	f->level = level;
}

static bool
is_braced(const struct rego_term *t)
{
	return t->kind == REGO_SET || t->kind == REGO_OBJECT ||
	       t->kind == REGO_SET_COMPR || t->kind == REGO_OBJECT_COMPR;
}

static void
put_core(struct fmt *f, const struct rego_literal *l)
{
	const struct rego_term *over = l->terms[l->nterms - 1];

	f->guard &= l->kind == REGO_EXPR;
	switch ((enum rego_literal_kind)l->kind) {
	case REGO_NOT:
		buf_puts(f->out, "not ");
		if (f->options->v0 && is_braced(over) &&
		    (over->flags & REGO_F_PAREN))
			put_paren(f, over, true);
		else
			put_expression(f, over);
		break;
	case REGO_EXPR:
		put_expression(f, over);
		break;
	case REGO_SOME:
		buf_puts(f->out, "some ");
		put_names(f, l, l->nterms, true);
		break;
	case REGO_SOME_IN:
		buf_puts(f->out, "some ");
		put_names(f, l, l->nterms - 1, false);
		buf_puts(f->out, " in ");
		put_operand(f, over);
		break;
	case REGO_EVERY:
		buf_puts(f->out, "every ");
		put_names(f, l, l->nterms - 1, false);
		buf_puts(f->out, " in ");
		fmt_term(f, over);
		buf_puts(f->out, " {");
		put_block(f, l->body, fmt_row(f, l->loc.off),
		    fmt_end_row(f, l->body->loc));
		if (on_one_line(f, l->body, fmt_row(f, l->loc.off)) &&
		    l->body->n == 1)
			buf_putc(f->out, ' ');
		buf_putc(f->out, '}');
		break;
	}
}

/* The last line of a literal in front of its `with`. */
static uint32_t
core_row(const struct fmt *f, const struct rego_literal *l)
{
	struct loc end =
	    l->body != NULL ? l->body->loc : l->terms[l->nterms - 1]->loc;

	return fmt_end_row(f, end);
}

void
fmt_literal(struct fmt *f, const struct rego_literal *l)
{
	uint32_t i, row = core_row(f, l), at;
	unsigned level = f->level;

	put_core(f, l);
	for (i = 0; i < l->nwith; i++, row = at) {
		at = fmt_row(f, l->with[i].target->loc.off);
		if (at > row) {
			f->level = level + 1;
			fmt_end(f);
			(void)fmt_comments(f, at);
			fmt_start(f);
		} else {
			buf_putc(f->out, ' ');
		}
		buf_puts(f->out, "with ");
		fmt_path(f, l->with[i].target);
		buf_puts(f->out, " as ");
		put_expression(f, l->with[i].value);
	}
	f->level = level;
}
