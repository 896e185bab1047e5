/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of characters: escapes, properties, brackets. */
#include <stdlib.h>

#include "runtime/rego/regex_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define ASCII_WORD "[0-9A-Z\\x{5f}a-z]"
#define UNICODE_WORD "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]"

const char *
rx_word_class(const struct rx *r)
{
	return r->rust && !r->flags.ascii ? UNICODE_WORD : ASCII_WORD;
}

/* What stands in brackets; `not`: the same in brackets of its own. */
static const struct {
	char letter;
	unsigned short weight, not_weight; /* beyond ASCII; as measured */
	const char *ascii, *unicode, *not_ascii, *not_unicode;
} perl[] = {
    {'d', 5390, 12800, "0-9", "\\p{Nd}", "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}",
	"\\P{Nd}"},
    {'s', 683, 1600, "\\x{9}\\x{a}\\x{c}\\x{d}\\x{20}", "\\p{White_Space}",
	"\\x{0}-\\x{8}\\x{b}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}",
	"\\P{White_Space}"},
    {'w', RX_LETTERS, RX_LETTERS, "0-9A-Z\\x{5f}a-z",
	"\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}",
	"\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-"
	"\\x{10ffff}",
	NULL},
};

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

/* Long names of general categories (UAX 44); PCRE2 has the short ones. */
static const struct {
	const char *long_name, *short_name;
} categories[] = {
    {"Other", "C"},
    {"Control", "Cc"},
    {"Format", "Cf"},
    {"Unassigned", "Cn"},
    {"Private_Use", "Co"},
    {"Surrogate", "Cs"},
    {"Letter", "L"},
    {"Cased_Letter", "L&"},
    {"Lowercase_Letter", "Ll"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Titlecase_Letter", "Lt"},
    {"Uppercase_Letter", "Lu"},
    {"Mark", "M"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Close_Punctuation", "Pe"},
    {"Final_Punctuation", "Pf"},
    {"Initial_Punctuation", "Pi"},
    {"Other_Punctuation", "Po"},
    {"Open_Punctuation", "Ps"},
    {"Symbol", "S"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Math_Symbol", "Sm"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Space_Separator", "Zs"},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct str
short_category(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(categories); i++)
		if (str_eqz(name, categories[i].long_name))
			return str_from(categories[i].short_name);
	return name;
}

/* "gc=", "sc=" and so on: the value; *script: it names one. */
static struct str
property_value(struct str name, bool *script)
{
	static const char *const kinds[] = {
	    "gc", "general_category", "sc", "script"};
	size_t eq = str_chr(name, '=', 0), i;

	*script = false;
	if (eq == SIZE_MAX)
		eq = str_chr(name, ':', 0);
	for (i = 0; eq < SIZE_MAX && i < COUNT(kinds); i++)
		if (str_eqz(str_sub(name, 0, eq), kinds[i])) {
			*script = i >= 2;
			return str_sub(name, eq + 1, name.n);
		}
	return name;
}

/*
 * PCRE2 reads the name of a script as all characters that are used with it;
 * both dialects mean those that belong to it alone.
 */
static bool
put_property(struct rx *r, struct buf *out, struct str name, bool negated)
{
	bool script;
	struct str value = short_category(property_value(name, &script));
	char p = negated ? 'P' : 'p';

	if (value.n == 0 || value.n > 40)
		return false;
	if (str_eqz(value, "Any") || str_eqz(value, "any")) {
		buf_printf(out, negated ? "\\P{Any}" : "\\p{Any}");
		return true;
	}
	if (!script && value.n > 2)
		script = rx_is_property("sc:", value);
	if (!rx_is_property(script ? "sc:" : "", value) ||
	    (!r->rust && !script && value.n > 2))
		return false;
	r->class_weight += script ? RX_MOST_CHARS : RX_LETTERS;
	buf_printf(out, "\\%c{%s%.*s}", p, script ? "sc:" : "", STR_ARG(value));
	return true;
}

/* \pN, \p{Name}, \p{^Name}, \P... */
static int
property(struct rx *r, struct buf *out)
{
	size_t from = r->i, close;
	bool negated = rx_at(r, 1) == 'P';
	struct str name;

	r->i += 2;
	if (rx_at(r, 0) == '{') {
		close = str_chr(r->s, '}', r->i);
		name = str_sub(r->s, r->i + 1, close);
		r->i = close < SIZE_MAX ? close + 1 : r->s.n;
		if (close == SIZE_MAX)
			name.n = 0;
	} else {
		name = str_sub(r->s, r->i, r->i);
		if (r->i < r->s.n)
			(void)rx_next(r);
		name.n = r->i - from - 2;
	}
	if (name.n > 0 && name.p[0] == '^') {
		negated = !negated;
		name = str_sub(name, 1, name.n);
	}
	if (!put_property(r, out, name, negated))
		return rx_fail(r, "invalid character class range", from, r->i);
	return 0;
}

static int
perl_class(struct rx *r, struct buf *out, bool in_bracket)
{
	char letter = rx_at(r, 1), low = (char)(letter | 0x20);
	bool unicode = r->rust && !r->flags.ascii;
	const char *set;
	size_t i;

	for (i = 0; i < COUNT(perl) && perl[i].letter != low; i++)
		;
	if (i == COUNT(perl))
		return 1;
	r->class_weight += !unicode        ? 2 * RX_STATE + 8
			   : letter == low ? perl[i].weight
					   : perl[i].not_weight;
	if (letter == low)
		set = unicode ? perl[i].unicode : perl[i].ascii;
	else
		set = unicode ? perl[i].not_unicode : perl[i].not_ascii;
	if (set == NULL) { /* \W: no list of properties says it */
		if (in_bracket)
			return 2;
		buf_printf(out, "[^%s]", perl[i].unicode);
	} else
		buf_printf(out, in_bracket ? "%s" : "[%s]", set);
	r->i += 2;
	return 0;
}

int
rx_class_escape(struct rx *r, struct buf *out, bool in_bracket)
{
	char c = rx_at(r, 1);

	if (!in_bracket)
		r->class_weight = 0;
	if (c == 'p' || c == 'P')
		return property(r, out);
	return perl_class(r, out, in_bracket);
}

static int
hex_value(char c)
{
	char low = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* \xHH, \x{...}; in Rust also \uHHHH and \UHHHHHHHH. */
static int
hex_escape(struct rx *r, unsigned *c, size_t digits)
{
	size_t from = r->i, n = 0;
	bool braces = rx_at(r, 2) == '{';
	unsigned v = 0;

	r->i += 2 + braces;
	while (hex_value(rx_at(r, 0)) >= 0 && (braces || n < digits)) {
		v = v * 16 + (unsigned)hex_value(rx_at(r, 0));
		r->i++;
		n++;
		if (v > 0x10ffff)
			break;
	}
	if (n == 0 || v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ||
	    (braces ? rx_at(r, 0) != '}' : n < digits) ||
	    (r->flags.ascii && v >= 0x80 && !braces && digits == 2))
		return rx_fail(r, "invalid escape sequence", from, r->i + 1);
	r->i += braces;
	*c = v;
	return 0;
}

/* Go: \0 and three digits; \1 to \7 alone would be a back-reference. */
static int
octal_escape(struct rx *r, unsigned *c)
{
	size_t from = r->i, n;
	unsigned v = 0;

	if (rx_at(r, 1) != '0' && (rx_at(r, 2) < '0' || rx_at(r, 2) > '7'))
		return rx_fail(r, "invalid escape sequence", from, from + 2);
	r->i++;
	for (n = 0; n < 3 && rx_at(r, 0) >= '0' && rx_at(r, 0) <= '7'; n++)
		v = v * 8 + (unsigned)(r->s.p[r->i++] - '0');
	*c = v;
	return 0;
}

static bool
is_ascii_alnum(unsigned c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

int
rx_char_escape(struct rx *r, unsigned *c)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	size_t start = r->i;
	char e = rx_at(r, 1);
	const char *which = e != 0 ? strchr(from, e) : NULL;

	if (r->i + 1 >= r->s.n)
		return rx_fail(r, "trailing backslash at end of expression",
		    r->s.n, r->s.n);
	if (which != NULL) {
		*c = (unsigned char)to[which - from];
		r->i += 2;
		return 0;
	}
	if (e == 'x')
		return hex_escape(r, c, 2);
	if (r->rust && (e == 'u' || e == 'U'))
		return hex_escape(r, c, e == 'u' ? 4 : 8);
	if (!r->rust && e >= '0' && e <= '7')
		return octal_escape(r, c);
	r->i++;
	*c = rx_next(r);
	if (*c >= 0x80 || is_ascii_alnum(*c) ||
	    (r->rust && (*c == '<' || *c == '>')))
		return rx_fail(r, "invalid escape sequence", start, r->i);
	return 0;
}

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
		struct str word = str_from(UNICODE_WORD);

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
