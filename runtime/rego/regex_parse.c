/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax of both dialects outside of classes: what is read is written
 * again as PCRE2 has it, in forms that need no options.
 */
#include "runtime/rego/regex_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define GO_REPEAT_MAX 1000
#define RUST_REPEAT_MAX 65535 /* PCRE2's */

int
rx_fail(struct rx *r, const char *what, size_t from, size_t to)
{
	return rt_err_set(r->err, RT_EFORMAT,
	    "error parsing regexp: %s: `%.*s`", what,
	    STR_ARG(str_clip(str_sub(r->s, from, to), 100)));
}

unsigned
rx_next(struct rx *r)
{
	unsigned c;

	r->i += utf8_decode(&c, r->s, r->i);
	return c;
}

void
rx_put_char(struct buf *out, unsigned c)
{
	if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
		buf_putc(out, (char)c);
	else
		buf_printf(out, "\\x{%x}", c);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void
rx_atom(struct rx *r, size_t start, size_t weight)
{
	r->atom = start;
	r->atom_product = 1;
	r->repeat = SIZE_MAX;
	r->repeated = false;
	r->atom_weight = weight;
	r->weight += weight;
}

void
rx_no_atom(struct rx *r)
{
	r->atom = SIZE_MAX;
	r->repeat = SIZE_MAX;
}

static void
put_assertion(struct rx *r, const char *text)
{
	size_t start = r->out->n;

	buf_printf(r->out, "(?:%s)", text);
	rx_atom(r, start, RX_STATE);
	r->has_more = true;
}

static void
put_literal(struct rx *r, unsigned c)
{
	size_t start = r->out->n, bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
	bool folds =
	    r->flags.i && (unicode_upper(c) != c || unicode_lower(c) != c);

	rx_put_char(r->out, c);
	rx_atom(r, start, folds ? 2 * RX_STATE + 16 : bytes * RX_STATE);
}

/* {n}, {n,} and {n,m}; *most: SIZE_MAX without end.  0: it is none. */
static size_t
counter(const struct rx *r, size_t *least, size_t *most)
{
	size_t i = r->i + 1, *out = least;
	bool comma = false, digits[2] = {false, false};

	*least = *most = 0;
	for (; i < r->s.n && r->s.p[i] != '}'; i++) {
		char c = r->s.p[i];

		if (c == ',' && !comma) {
			comma = true;
			out = most;
		} else if (is_digit(c)) {
			digits[comma] = true;
			if (*out <= RUST_REPEAT_MAX)
				*out = *out * 10 + (size_t)(c - '0');
		} else if (!(r->rust && c == ' '))
			return 0;
	}
	if (i == r->s.n || !digits[0])
		return 0;
	if (!comma)
		*most = *least;
	else if (!digits[1])
		*most = SIZE_MAX;
	return i + 1 - r->i;
}

/* The bytes of the repetition at the place; 0: there is none. */
static size_t
repetition(const struct rx *r, size_t *least, size_t *most)
{
	switch (rx_at(r, 0)) {
	case '*':
		*least = 0;
		*most = SIZE_MAX;
		return 1;
	case '+':
		*least = 1;
		*most = SIZE_MAX;
		return 1;
	case '?':
		*least = 0;
		*most = 1;
		return 1;
	case '{':
		return counter(r, least, most);
	default:
		return 0;
	}
}

static void
insert(struct buf *b, size_t at, const char *text)
{
	size_t n = strlen(text);

	(void)buf_reserve(b, n);
	memmove(b->p + at + n, b->p + at, b->n - at);
	memcpy(b->p + at, text, n);
	b->n += n;
}

static size_t
times(size_t a, size_t b)
{
	size_t n;

	return __builtin_mul_overflow(a, b, &n) || n > RX_WEIGHT_MAX
		   ? RX_WEIGHT_MAX
		   : n;
}

/* Each copy that may be left out is a fork. */
static void
weigh_repetition(struct rx *r, size_t least, size_t most)
{
	size_t once = r->atom_weight, all = times(least, once);

	if (most == SIZE_MAX)
		all += RX_FORK + (least == 0 ? once : 0);
	else if (most > least)
		all += times(most - least, once + RX_FORK) + RX_STATE;
	r->weight = r->weight - once + all;
	r->atom_weight = all;
	r->has_more = true;
}

static void
write_repetition(struct rx *r, size_t least, size_t most, bool lazy)
{
	if (r->repeated) {
		insert(r->out, r->atom, "(?:");
		buf_putc(r->out, ')');
	}
	if (least == 0 && most == SIZE_MAX)
		buf_putc(r->out, '*');
	else if (least == 1 && most == SIZE_MAX)
		buf_putc(r->out, '+');
	else if (most == SIZE_MAX)
		buf_printf(r->out, "{%zu,}", least);
	else
		buf_printf(r->out, "{%zu,%zu}", least, most);
	if (lazy != r->flags.swap)
		buf_putc(r->out, '?');
	r->repeated = true;
}

/* Go: each counter, and what nested ones multiply to, is 1000 at most. */
static int
check_counts(struct rx *r, size_t from, size_t to, size_t least, size_t most)
{
	size_t most_allowed = r->rust ? RUST_REPEAT_MAX : GO_REPEAT_MAX;
	size_t n = most == SIZE_MAX ? least : most;

	if (least > most || n > most_allowed || least > most_allowed)
		return rx_fail(r, "invalid repeat count", from, to);
	if (r->rust || r->s.p[from] != '{' || n < 2)
		return 0;
	r->atom_product *= n;
	if (r->atom_product > GO_REPEAT_MAX)
		return rx_fail(r, "invalid repeat count", from, to);
	if (r->atom_product > r->product)
		r->product = r->atom_product;
	return 0;
}

static int
repeat(struct rx *r, size_t n, size_t least, size_t most)
{
	size_t from = r->i, to = from + n;
	bool lazy = to < r->s.n && r->s.p[to] == '?';

	if (r->atom == SIZE_MAX)
		return rx_fail(r, "missing argument to repetition operator",
		    from, to + lazy);
	if (!r->rust && r->repeat == from)
		return rx_fail(
		    r, "invalid nested repetition operator", from - 1, to);
	if (check_counts(r, from, to, least, most) != 0)
		return RT_EFORMAT;
	weigh_repetition(r, least, most);
	write_repetition(r, least, most, lazy);
	r->i = to + lazy;
	r->repeat = r->i;
	return 0;
}

/* \Q...\E of Go. */
static void
quoted(struct rx *r)
{
	size_t end;

	r->i += 2;
	end = str_find(r->s, STR("\\E"), r->i);
	while (r->i < r->s.n && r->i < end)
		put_literal(r, rx_next(r));
	r->i = end < SIZE_MAX ? end + 2 : r->s.n;
}

static void
boundary(struct rx *r, bool negated)
{
	const char *w = rx_word_class(r);
	size_t start = r->out->n;

	buf_printf(r->out, "(?:(?<=%s)(?%s%s)|(?<!%s)(?%s%s))", w,
	    negated ? "=" : "!", w, w, negated ? "!" : "=", w);
	rx_atom(r, start, RX_STATE);
	r->has_more = true;
}

/* \b{start} and its kind (Rust); 1: none. */
static int
special_boundary(struct rx *r)
{
	static const struct {
		const char *text, *before, *after;
	} kinds[] = {{"\\b{start}", "<!", "="}, {"\\b{end}", "<=", "!"},
	    {"\\b{start-half}", "<!", NULL}, {"\\b{end-half}", NULL, "!"},
	    {"\\<", "<!", "="}, {"\\>", "<=", "!"}};
	const char *w = rx_word_class(r);
	size_t k, start = r->out->n;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (!r->rust || !rx_sees(r, kinds[k].text))
			continue;
		buf_puts(r->out, "(?:");
		if (kinds[k].before != NULL)
			buf_printf(r->out, "(?%s%s)", kinds[k].before, w);
		if (kinds[k].after != NULL)
			buf_printf(r->out, "(?%s%s)", kinds[k].after, w);
		buf_putc(r->out, ')');
		rx_atom(r, start, RX_STATE);
		r->has_more = true;
		r->i += strlen(kinds[k].text);
		return 0;
	}
	return 1;
}

static int
assertion_escape(struct rx *r)
{
	char c = rx_at(r, 1);

	if (special_boundary(r) == 0)
		return 0;
	if (c == 'A')
		put_assertion(r, "\\A");
	else if (c == 'z')
		put_assertion(r, "\\z");
	else if (c == 'b' || c == 'B')
		boundary(r, c == 'B');
	else
		return 1;
	r->i += 2;
	return 0;
}

static int
escape(struct rx *r)
{
	size_t start = r->out->n;
	unsigned c;
	int rc;

	if (r->i + 1 >= r->s.n)
		return rx_fail(r, "trailing backslash at end of expression",
		    r->s.n, r->s.n);
	if (!r->rust && rx_at(r, 1) == 'Q') {
		quoted(r);
		return 0;
	}
	rc = assertion_escape(r);
	if (rc != 1)
		return rc;
	rc = rx_class_escape(r, r->out, false);
	if (rc != 1) {
		rx_atom(r, start, r->class_weight);
		r->has_more = true;
		return rc;
	}
	rc = rx_char_escape(r, &c);
	if (rc == 0)
		put_literal(r, c);
	return rc;
}

static void
anchor(struct rx *r, char c)
{
	bool crlf = r->flags.crlf;

	if (!r->flags.m)
		put_assertion(r, c == '^' ? "\\A" : "\\z");
	else if (c == '^')
		put_assertion(
		    r, crlf ? "(?<![^\\r\\n])(?!(?<=\\r)\\n)" : "(?<![^\\n])");
	else
		put_assertion(
		    r, crlf ? "(?![^\\r\\n])(?!(?<=\\r)\\n)" : "(?![^\\n])");
	r->i++;
}

static void
any_char(struct rx *r)
{
	size_t start = r->out->n;

	buf_puts(r->out, r->flags.s      ? "(?s:.)"
			 : r->flags.crlf ? "[^\\r\\n]"
					 : "[^\\n]");
	rx_atom(r, start, false);
	r->i++;
}

/* Blanks and comments of (?x). */
static bool
skip_verbose(struct rx *r)
{
	size_t end;
	unsigned c;

	if (!r->flags.x || r->i >= r->s.n)
		return false;
	if (r->s.p[r->i] == '#') {
		end = str_chr(r->s, '\n', r->i);
		r->i = end < SIZE_MAX ? end + 1 : r->s.n;
		return true;
	}
	end = r->i + utf8_decode(&c, r->s, r->i);
	if (!unicode_is_space(c))
		return false;
	r->i = end;
	return true;
}

static void
alternative(struct rx *r)
{
	buf_putc(r->out, '|');
	r->others += r->weight + 12;
	r->bars++;
	r->weight = 0;
	rx_no_atom(r);
	r->i++;
}

static int
element(struct rx *r)
{
	size_t n, least, most, start = r->out->n;
	char c = rx_at(r, 0);
	int rc;

	n = repetition(r, &least, &most);
	if (n > 0)
		return repeat(r, n, least, most);
	if (r->rust && c == '{')
		return rx_fail(r, "invalid repeat count", r->i, r->s.n);
	switch (c) {
	case '(':
		return rx_group(r);
	case ')':
		return rx_close_group(r);
	case '|':
		alternative(r);
		return 0;
	case '[':
		rc = rx_bracket(r);
		rx_atom(r, start, r->class_weight);
		r->has_more = true;
		return rc;
	case '.':
		any_char(r);
		return 0;
	case '^':
	case '$':
		anchor(r, c);
		return 0;
	case '\\':
		return escape(r);
	default:
		put_literal(r, rx_next(r));
		return 0;
	}
}

int
rx_translate(struct rx *r)
{
	int rc;

	rx_no_atom(r);
	r->product = 1;
	while (r->i < r->s.n) {
		if (skip_verbose(r))
			continue;
		rc = element(r);
		if (rc != 0)
			return rc;
	}
	if (r->depth > 0)
		return rx_fail(r, "missing closing )", 0, r->s.n);
	if (r->is_limited && r->has_more && rx_weight(r) > RX_WEIGHT_MAX - 224)
		return rt_err_set(r->err, RT_ELIMIT,
		    "regular expression: the agent's engine compiles none "
		    "that needs more than %d bytes",
		    RX_WEIGHT_MAX);
	return 0;
}
