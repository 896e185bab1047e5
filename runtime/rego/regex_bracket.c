/* SPDX-License-Identifier: Apache-2.0 */
/* Classes in brackets: ranges, POSIX names, Rust's nesting and operators. */
#include "runtime/rego/regex_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name, *set, *not_set;
} posix[] = {
    {"alnum", "0-9A-Za-z",
	"\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{60}\\x{7b}-\\x{10ffff}"},
    {"alpha", "A-Za-z", "\\x{0}-\\x{40}\\x{5b}-\\x{60}\\x{7b}-\\x{10ffff}"},
    {"ascii", "\\x{0}-\\x{7f}", "\\x{80}-\\x{10ffff}"},
    {"blank", "\\x{9}\\x{20}",
	"\\x{0}-\\x{8}\\x{a}-\\x{1f}\\x{21}-\\x{10ffff}"},
    {"cntrl", "\\x{0}-\\x{1f}\\x{7f}", "\\x{20}-\\x{7e}\\x{80}-\\x{10ffff}"},
    {"digit", "0-9", "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}"},
    {"graph", "\\x{21}-\\x{7e}", "\\x{0}-\\x{20}\\x{7f}-\\x{10ffff}"},
    {"lower", "a-z", "\\x{0}-\\x{60}\\x{7b}-\\x{10ffff}"},
    {"print", "\\x{20}-\\x{7e}", "\\x{0}-\\x{1f}\\x{7f}-\\x{10ffff}"},
    {"punct", "\\x{21}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{60}\\x{7b}-\\x{7e}",
	"\\x{0}-\\x{20}0-9A-Za-z\\x{7f}-\\x{10ffff}"},
    {"space", "\\x{9}-\\x{d}\\x{20}",
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}"},
    {"upper", "A-Z", "\\x{0}-\\x{40}\\x{5b}-\\x{10ffff}"},
    {"word", "0-9A-Z\\x{5f}a-z",
	"\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-"
	"\\x{10ffff}"},
    {"xdigit", "0-9A-Fa-f",
	"\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{47}-\\x{60}\\x{67}-\\x{10ffff}"},
};

/*
 * A bracket: `items` for one of PCRE2's, and `more`, alternatives that are
 * classes of their own.
 */
struct bracket {
	struct buf items, more;
	bool negated;
	size_t start;
};

static void
bracket_free(struct bracket *b)
{
	buf_free(&b->items);
	buf_free(&b->more);
}

static void
add_more(struct bracket *b, struct str class)
{
	if (b->more.n > 0)
		buf_putc(&b->more, '|');
	buf_put(&b->more, class);
}

/* One code point of it. */
static void
bracket_write(struct buf *out, const struct bracket *b)
{
	struct str items = buf_str(&b->items), more = buf_str(&b->more);

	if (more.n == 0 && items.n > 0) {
		buf_printf(
		    out, "[%s%.*s]", b->negated ? "^" : "", STR_ARG(items));
		return;
	}
	if (more.n == 0) {
		buf_puts(out, b->negated ? "(?s:.)" : "(?:(?!)(?s:.))");
		return;
	}
	buf_puts(out, b->negated ? "(?:(?!" : "(?:");
	buf_put(out, more);
	if (items.n > 0)
		buf_printf(out, "|[%.*s]", STR_ARG(items));
	buf_puts(out, b->negated ? ")(?s:.))" : ")");
}

static int
posix_class(struct rx *r, struct bracket *b)
{
	size_t close = str_find(r->s, STR(":]"), r->i + 2), i;
	bool negated = rx_at(r, 2) == '^';
	struct str name = str_sub(r->s, r->i + 2 + negated, close);

	if (close == SIZE_MAX)
		return 1;
	for (i = 0; i < COUNT(posix); i++)
		if (str_eqz(name, posix[i].name)) {
			buf_puts(&b->items,
			    negated ? posix[i].not_set : posix[i].set);
			r->class_weight += negated ? RX_MOST_CHARS : 16;
			r->i = close + 2;
			return 0;
		}
	return r->rust ? 1
		       : rx_fail(r, "invalid character class range", r->i,
			     close + 2);
}

/* One character of a range. */
static int
bracket_char(struct rx *r, struct bracket *b, unsigned *c)
{
	if (r->i >= r->s.n)
		return rx_fail(r, "missing closing ]", b->start, r->s.n);
	if (r->s.p[r->i] == '\\')
		return rx_char_escape(r, c);
	*c = rx_next(r);
	return 0;
}

static int
bracket_range(struct rx *r, struct bracket *b)
{
	size_t from = r->i;
	unsigned low, high;
	int rc = bracket_char(r, b, &low);

	if (rc != 0)
		return rc;
	rx_put_char(&b->items, low);
	r->class_weight += low < 0x80 ? 8 : 2 * RX_STATE;
	if (rx_at(r, 0) != '-' || r->i + 1 >= r->s.n || rx_at(r, 1) == ']' ||
	    (r->rust && rx_at(r, 1) == '-'))
		return 0;
	r->i++;
	rc = bracket_char(r, b, &high);
	if (rc != 0)
		return rc;
	if (high < low)
		return rx_fail(r, "invalid character class range", from, r->i);
	if (high >= 0x80)
		r->class_weight += 8 * RX_STATE;
	buf_putc(&b->items, '-');
	rx_put_char(&b->items, high);
	return 0;
}

static int bracket(struct rx *r, struct buf *out, unsigned depth);

static int
nested(struct rx *r, struct bracket *b, unsigned depth)
{
	struct buf class = {0};
	int rc = bracket(r, &class, depth + 1);

	if (rc == 0)
		add_more(b, buf_str(&class));
	buf_free(&class);
	return rc;
}

static int
bracket_item(struct rx *r, struct bracket *b, unsigned depth)
{
	int rc = 1;

	if (rx_sees(r, "[:"))
		rc = posix_class(r, b);
	if (rc == 1 && r->rust && rx_at(r, 0) == '[')
		return nested(r, b, depth);
	if (rc == 1 && rx_at(r, 0) == '\\')
		rc = rx_class_escape(r, &b->items, true);
	if (rc == 2) { /* \W of Rust */
		struct str word = str_from(rx_word_class(r));

		add_more(b, STR(""));
		buf_printf(&b->more, "[^%.*s", (int)word.n - 1, word.p + 1);
		r->i += 2;
		return 0;
	}
	return rc == 1 ? bracket_range(r, b) : rc;
}

static bool
at_operator(const struct rx *r)
{
	return r->rust &&
	       (rx_sees(r, "&&") || rx_sees(r, "--") || rx_sees(r, "~~"));
}

/* Items up to the end or to an operator. */
static int
bracket_items(struct rx *r, struct bracket *b, unsigned depth, bool first)
{
	int rc = 0;
	unsigned c;

	for (; rc == 0 && !at_operator(r); first = false) {
		if (r->i >= r->s.n)
			return rx_fail(
			    r, "missing closing ]", b->start, r->s.n);
		if (r->flags.x) {
			(void)utf8_decode(&c, r->s, r->i);
			if (unicode_is_space(c)) {
				(void)rx_next(r);
				continue;
			}
		}
		if (r->s.p[r->i] == ']' && !first)
			return 0;
		rc = bracket_item(r, b, depth);
	}
	return rc;
}

/* left op right, as one code point. */
static void
combine(struct buf *left, char op, struct str right)
{
	struct buf both = {0};
	struct str l = buf_str(left);

	if (op == '&')
		buf_printf(
		    &both, "(?:(?=%.*s)%.*s)", STR_ARG(right), STR_ARG(l));
	else if (op == '-')
		buf_printf(
		    &both, "(?:(?!%.*s)%.*s)", STR_ARG(right), STR_ARG(l));
	else
		buf_printf(&both, "(?:(?!%.*s)%.*s|(?!%.*s)%.*s)",
		    STR_ARG(right), STR_ARG(l), STR_ARG(l), STR_ARG(right));
	buf_free(left);
	*left = both;
}

/* Operators of Rust: from left to right, after the first operand. */
static int
operators(struct rx *r, struct buf *left, size_t start, unsigned depth)
{
	struct bracket b;
	struct buf right = {0};
	int rc = 0, n;
	char op;

	for (n = 0; rc == 0 && at_operator(r); n++) {
		if (n == RX_CLASS_DEPTH_MAX || left->n > RX_PATTERN_MAX)
			rc = rx_fail(r, "class too large", start, r->i);
		b = (struct bracket){.start = start};
		op = rx_at(r, 0);
		r->i += 2;
		if (rc == 0)
			rc = bracket_items(r, &b, depth, false);
		right.n = 0;
		bracket_write(&right, &b);
		bracket_free(&b);
		combine(left, op, buf_str(&right));
	}
	buf_free(&right);
	return rc;
}

static void
insert_before(struct buf *b, const char *text)
{
	size_t n = strlen(text);

	(void)buf_reserve(b, n);
	memmove(b->p + n, b->p, b->n);
	memcpy(b->p, text, n);
	b->n += n;
}

static int
bracket(struct rx *r, struct buf *out, unsigned depth)
{
	struct bracket b = {.start = r->i};
	struct buf left = {0};
	bool negated;
	int rc;

	if (depth > RX_CLASS_DEPTH_MAX)
		return rx_fail(r, "class nests too deeply", r->i, r->s.n);
	r->i++;
	negated = rx_at(r, 0) == '^';
	r->class_weight += negated ? RX_MOST_CHARS : 0;
	r->i += negated;
	rc = bracket_items(r, &b, depth, true);
	b.negated = negated && !at_operator(r);
	bracket_write(&left, &b);
	if (rc == 0 && at_operator(r)) {
		rc = operators(r, &left, b.start, depth);
		if (negated) {
			insert_before(&left, "(?:(?!");
			buf_puts(&left, ")(?s:.))");
		}
	}
	if (rc == 0 && rx_at(r, 0) == ']')
		r->i++;
	buf_put(out, buf_str(&left));
	buf_free(&left);
	bracket_free(&b);
	return rc;
}

int
rx_bracket(struct rx *r)
{
	r->class_weight = 2 * RX_STATE;
	return bracket(r, r->out, 0);
}
