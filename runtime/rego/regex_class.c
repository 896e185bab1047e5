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
