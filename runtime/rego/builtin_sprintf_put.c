/* SPDX-License-Identifier: Apache-2.0 */
/* sprintf: values with a verb, flags, width and precision, as in Go's fmt. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/rego/builtin_sprintf_int.h"
#include "runtime/rego/number_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static const char *const type_names[] = {
    "int", "*big.Int", "float64", "string"};

static struct str
notation(struct fmt_printer *p, rv v)
{
	struct rv_heap *h = p->c->heap;

	p->digits.n = 0;
	rv_print(&p->digits, h, v);
	if (!rv_room(h, p->digits.n))
		return (struct str){NULL, 0};
	return arena_str(h->arena, buf_str(&p->digits));
}

struct fmt_arg
fmt_arg_of(struct fmt_printer *p, rv v)
{
	struct fmt_arg a = {.kind = FMT_TEXT, .v = v};
	struct num n;

	if (rv_type(v) == RV_TSTRING) {
		a.text = rv_str(v);
	} else if (rv_type(v) != RV_TNUMBER) {
		a.text = notation(p, v);
	} else if (rv_is_int(v)) {
		a.kind = FMT_INT;
	} else {
		num_view(&n, v);
		a.d = rv_to_double(v);
		a.kind = FMT_FLOAT;
		if (!isfinite(a.d))
			a.kind = FMT_TEXT;
		if (rv_head(v)->n == 0 && num_is_integer(&n))
			a.kind = mpz_fits_slong_p(n.z) && n.exp == 0 ? FMT_INT
								     : FMT_BIG;
		if (a.kind == FMT_TEXT) /* no float64 */
			a.text = notation(p, v);
	}
	return a;
}

static size_t
text_width(struct str s)
{
	return utf8_count(s);
}

/* Padded to the width; zeros only on the left. */
static void
pad(struct fmt_printer *p, struct str s)
{
	size_t n = text_width(s), want;
	bool zero = p->f.zero && !p->f.minus;

	want = p->f.width > 0 ? (size_t)p->f.width : 0;
	want = want > n ? want - n : 0;
	if (!p->f.minus)
		buf_fill(p->out, zero ? '0' : ' ', want);
	buf_put(p->out, s);
	if (p->f.minus)
		buf_fill(p->out, ' ', want);
}

static void
pad_blank(struct fmt_printer *p, struct str s)
{
	bool zero = p->f.zero;

	p->f.zero = false;
	pad(p, s);
	p->f.zero = zero;
}

static void
num_sign(struct fmt_printer *p, struct buf *b, bool negative)
{
	if (negative)
		buf_putc(b, '-');
	else if (p->f.plus)
		buf_putc(b, '+');
	else if (p->f.space)
		buf_putc(b, ' ');
}

/* What stands before the digits of another base. */
static const char *
prefix(const struct fmt_printer *p, char verb)
{
	if (verb == 'O')
		return "0o";
	if (!p->f.sharp)
		return "";
	switch (verb) {
	case 'b':
		return "0b";
	case 'o':
		return "0";
	case 'x':
		return "0x";
	case 'X':
		return "0X";
	default:
		return "";
	}
}

static int
base_of(char verb)
{
	switch (verb) {
	case 'b':
		return 2;
	case 'o':
	case 'O':
		return 8;
	case 'x':
		return 16;
	case 'X':
		return -16; /* GMP: in capitals */
	default:
		return 10;
	}
}

/* Digits that must be there: the precision, or the width with zeros. */
static size_t
least_digits(const struct fmt_printer *p, bool negative)
{
	size_t n = p->f.width > 0 ? (size_t)p->f.width : 0;

	if (p->f.precision >= 0)
		return (size_t)p->f.precision;
	if (!p->f.zero || p->f.minus)
		return 0;
	if (n > 0 && (negative || p->f.plus || p->f.space))
		n--;
	return n;
}

static void
put_integer(struct fmt_printer *p, rv v, char verb)
{
	struct buf *b = &p->digits;
	struct num n;
	size_t len, least;
	bool negative;
	char *text;

	num_view(&n, v);
	negative = mpz_sgn(n.z) < 0;
	b->n = 0;
	num_sign(p, b, negative);
	buf_puts(b, prefix(p, verb));
	text = rt_malloc(mpz_sizeinbase(n.z, 2) + 2);
	(void)mpz_get_str(text, base_of(verb), n.z);
	len = strlen(text) - negative;
	least = least_digits(p, negative);
	if (p->f.precision == 0 && mpz_sgn(n.z) == 0)
		b->n = 0;
	else {
		if (least > len)
			buf_fill(b, '0', least - len);
		buf_puts(b, text + negative);
	}
	free(text);
	pad_blank(p, buf_str(b));
}

static void
put_char(struct fmt_printer *p, unsigned c)
{
	struct buf *b = &p->digits;

	b->n = 0;
	utf8_put(b, c);
	pad(p, buf_str(b));
}

static unsigned
code_point(const struct fmt_arg *a)
{
	int64_t n;

	if (!rv_to_int64(a->v, &n) || n < 0 || n > 0x10ffff ||
	    (n >= 0xd800 && n < 0xe000))
		return 0xfffd;
	return (unsigned)n;
}

/* Only ASCII: what is beyond gets \u. */
static void
to_ascii(struct buf *b, size_t from)
{
	struct buf whole = {0};
	struct str s;
	unsigned c;
	size_t i;

	buf_put(&whole, str_sub(buf_str(b), from, b->n));
	b->n = from;
	s = buf_str(&whole);
	for (i = 0; i < s.n;) {
		i += utf8_decode(&c, s, i);
		if (c < 0x80)
			buf_putc(b, (char)c);
		else
			buf_printf(b, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
	buf_free(&whole);
}

static bool
can_backquote(struct str s)
{
	unsigned c;
	size_t i;

	for (i = 0; i < s.n;) {
		i += utf8_decode(&c, s, i);
		if (c == '`' || c == 0x7f || c == 0xfeff || c == 0xfffd ||
		    (c < 0x20 && c != '\t'))
			return false;
	}
	return true;
}

static void
put_quoted(struct fmt_printer *p, struct str s)
{
	struct buf *b = &p->digits;

	b->n = 0;
	if (p->f.precision >= 0)
		s.n = utf8_skip(s, 0, (size_t)p->f.precision);
	if (p->f.sharp && can_backquote(s)) {
		buf_putc(b, '`');
		buf_put(b, s);
		buf_putc(b, '`');
	} else {
		rv_quote_go(b, s);
		if (p->f.plus)
			to_ascii(b, 0);
	}
	pad(p, buf_str(b));
}

/* 'c': as a string, with the other quotes. */
static void
put_quoted_char(struct fmt_printer *p, unsigned c)
{
	struct buf *b = &p->digits, one = {0};

	b->n = 0;
	utf8_put(&one, c);
	if (c == '\'')
		buf_puts(b, "'\\''");
	else if (c == '"')
		buf_puts(b, "'\"'");
	else {
		rv_quote_go(b, buf_str(&one));
		if (p->f.plus)
			to_ascii(b, 0);
		b->p[0] = b->p[b->n - 1] = '\'';
	}
	buf_free(&one);
	pad(p, buf_str(b));
}

static void
put_unicode(struct fmt_printer *p, const struct fmt_arg *a)
{
	struct buf *b = &p->digits;
	int64_t n = 0;

	(void)rv_to_int64(a->v, &n);
	b->n = 0;
	buf_printf(b, "U+%0*llX",
	    p->f.precision > 4 && p->f.precision < 100 ? p->f.precision : 4,
	    (unsigned long long)n);
	if (p->f.sharp && n >= 0 && n <= 0x10ffff &&
	    unicode_is_printed((unsigned)n)) {
		buf_puts(b, " '");
		utf8_put(b, (unsigned)n);
		buf_putc(b, '\'');
	}
	pad_blank(p, buf_str(b));
}

/* The exponent with two digits at least. */
static void
put_hex_float(struct buf *b, double d, char verb)
{
	char text[64], *e;

	(void)snprintf(text, sizeof(text), verb == 'x' ? "%a" : "%A", d);
	e = strpbrk(text, "pP");
	if (e == NULL) {
		buf_puts(b, text);
		return;
	}
	buf_put(b, (struct str){text, (size_t)(e + 2 - text)});
	buf_printf(b, "%02ld", labs(strtol(e + 1, NULL, 10)));
}

static void
put_shortest(struct buf *b, double d, bool capital)
{
	char text[40];
	long e;
	int precision;

	if (!isfinite(d)) {
		buf_puts(b, isnan(d) ? "NaN" : d < 0 ? "-Inf" : "+Inf");
		return;
	}
	for (precision = 0; precision < 17; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, d);
		if (strtod(text, NULL) == d)
			break;
	}
	e = strtol(strchr(text, 'e') + 1, NULL, 10);
	if (d != 0 && (e < -4 || e >= 6)) {
		if (capital)
			*strchr(text, 'e') = 'E';
		buf_puts(b, text);
		return;
	}
	precision = precision > e ? precision - (int)e : 0;
	buf_printf(b, "%.*f", precision, d);
}

static void
float_text(struct fmt_printer *p, struct buf *b, double d, char verb)
{
	char format[8] = "%.*f";
	int e, precision = p->f.precision;

	if (verb == 'v')
		verb = 'g';
	if (verb == 'x' || verb == 'X') {
		put_hex_float(b, d, verb);
	} else if (verb == 'b') {
		d = frexp(d, &e);
		buf_printf(b, "%.0fp%+d", ldexp(d, 53), e - 53);
	} else if ((verb == 'g' || verb == 'G') && precision < 0 &&
		   !p->f.sharp) {
		put_shortest(b, d, verb == 'G');
	} else {
		(void)snprintf(format, sizeof(format), "%%%s.*%c",
		    p->f.sharp ? "#" : "", verb);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(b, format, precision < 0 ? 6 : precision, d);
#pragma GCC diagnostic pop
	}
}

static void
put_float(struct fmt_printer *p, double d, char verb)
{
	struct buf *b = &p->digits;
	bool negative = signbit(d) != 0;
	size_t sign, want = p->f.width > 0 ? (size_t)p->f.width : 0;

	b->n = 0;
	num_sign(p, b, negative);
	sign = b->n;
	float_text(p, b, fabs(d), verb);
	if (p->f.zero && !p->f.minus && want > b->n) {
		buf_put(p->out, str_sub(buf_str(b), 0, sign));
		buf_fill(p->out, '0', want - b->n);
		buf_put(p->out, str_sub(buf_str(b), sign, b->n));
	} else
		pad_blank(p, buf_str(b));
}

static void
put_hex_text(struct fmt_printer *p, struct str s, char verb)
{
	struct buf *b = &p->digits;
	const char *format = verb == 'x' ? "%02x" : "%02X";
	size_t i;

	b->n = 0;
	if (p->f.precision >= 0)
		s = str_sub(s, 0, (size_t)p->f.precision);
	for (i = 0; i < s.n; i++) {
		if (p->f.space && i > 0)
			buf_putc(b, ' ');
		if (p->f.sharp && (i == 0 || p->f.space))
			buf_puts(b, verb == 'x' ? "0x" : "0X");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(b, format, (unsigned char)s.p[i]);
#pragma GCC diagnostic pop
	}
	pad(p, buf_str(b));
}

static bool
print_text(struct fmt_printer *p, struct str s, unsigned verb)
{
	if (verb == 'v' && p->f.sharp_v)
		verb = 'q';
	if (verb == 'v' || verb == 's') {
		if (p->f.precision >= 0)
			s.n = utf8_skip(s, 0, (size_t)p->f.precision);
		pad(p, s);
	} else if (verb == 'q')
		put_quoted(p, s);
	else if (verb == 'x' || verb == 'X')
		put_hex_text(p, s, (char)verb);
	else
		return false;
	return true;
}

static bool
print_integer(struct fmt_printer *p, const struct fmt_arg *a, unsigned verb)
{
	if (verb != 0 && verb < 0x80 && strchr("vdboOxX", (int)verb) != NULL)
		put_integer(p, a->v, (char)verb);
	else if (a->kind == FMT_BIG && verb == 's')
		put_integer(p, a->v, 'd');
	else if (a->kind == FMT_INT && verb == 'c')
		put_char(p, code_point(a));
	else if (a->kind == FMT_INT && verb == 'q')
		put_quoted_char(p, code_point(a));
	else if (a->kind == FMT_INT && verb == 'U')
		put_unicode(p, a);
	else
		return false;
	return true;
}

static bool
print_float(struct fmt_printer *p, double d, unsigned verb)
{
	if (verb == 0 || verb >= 0x80 ||
	    strchr("vbgGxXfFeE", (int)verb) == NULL)
		return false;
	put_float(p, d, verb == 'F' ? 'f' : (char)verb);
	return true;
}

bool
fmt_print_as(struct fmt_printer *p, const struct fmt_arg *a, unsigned verb)
{
	if (a->kind == FMT_TEXT)
		return print_text(p, a->text, verb);
	return a->kind == FMT_FLOAT ? print_float(p, a->d, verb)
				    : print_integer(p, a, verb);
}

const char *
fmt_type_name(const struct fmt_arg *a)
{
	return type_names[a->kind];
}

void
fmt_print(struct fmt_printer *p, rv v, unsigned verb)
{
	struct fmt_arg a = fmt_arg_of(p, v);
	const char *type = fmt_type_name(&a);

	if (verb == 'T') {
		(void)print_text(p, str_from(type), 's');
		return;
	}
	if (fmt_print_as(p, &a, verb))
		return;
	buf_puts(p->out, "%!");
	utf8_put(p->out, verb);
	buf_printf(p->out, "(%s=", a.kind == FMT_BIG ? "big.Int" : type);
	(void)fmt_print_as(p, &a, 'v');
	buf_putc(p->out, ')');
}
