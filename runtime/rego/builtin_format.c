/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sprintf of the agent's engine (rego 10.3): a width or a precision, then a
 * verb.  What it does not know is an error, as are arguments too few or too
 * many.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/rego/number_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define WIDTH_MAX 100000

struct printer {
	struct rego_call *c;
	struct buf *out;
	rv arg;
	size_t width;
	int precision; /* -1: none */
	bool zero;
	char verb;
};

static bool
fail(struct printer *p, const char *why)
{
	(void)rego_fail(p->c, REGO_EBUILTIN, "%%%c: %s", p->verb, why);
	return false;
}

static void
pad(struct printer *p, struct str s)
{
	if (p->width > s.n)
		buf_fill(p->out, p->zero ? '0' : ' ', p->width - s.n);
	buf_put(p->out, s);
}

/* All digits of an integer; a float without exponent. */
static void
number_text(struct buf *out, rv v)
{
	struct num n;

	num_view(&n, v);
	if (n.is_double)
		num_print_double(out, n.d, true);
	else
		num_print_plain(out, n.z, n.exp);
}

static void
value_text(struct buf *out, const struct rv_heap *h, rv v)
{
	bool object = rv_type(v) == RV_TOBJECT, array = rv_type(v) == RV_TARRAY;
	size_t i;

	if (rv_type(v) == RV_TNUMBER) {
		number_text(out, v);
		return;
	}
	if (rv_type(v) < RV_TARRAY) {
		rv_print(out, h, v);
		return;
	}
	buf_putc(out, array ? '[' : '{');
	for (i = 0; i < rv_count(v); i++) {
		if (i > 0)
			buf_puts(out, ", ");
		value_text(out, h, rv_items(v)[i]);
		if (object) {
			buf_puts(out, ": ");
			value_text(out, h, rv_values(v)[i]);
		}
	}
	buf_putc(out, array ? ']' : '}');
}

static bool
put_value(struct printer *p)
{
	if (rv_type(p->arg) == RV_TSTRING)
		buf_put(p->out, rv_str(p->arg));
	else
		value_text(p->out, p->c->heap, p->arg);
	return true;
}

/* A negative number in another base has its sign twice. */
static bool
put_integer(struct printer *p)
{
	static const struct {
		char verb, base;
		const char *prefix;
	} bases[] = {{'d', 10, ""}, {'x', 16, ""}, {'X', -16, ""}, {'b', 2, ""},
	    {'o', 8, "0O"}, {'O', 8, "0o"}};
	struct buf b = {0};
	struct num n;
	mpz_srcptr whole;
	size_t i;
	mpz_t z;

	if (!rv_is_integer(p->arg))
		return fail(p, "not an integer");
	for (i = 0; bases[i].verb != p->verb; i++)
		;
	mpz_init(z);
	num_view(&n, p->arg);
	whole = num_whole(z, &n);
	if (mpz_sgn(whole) < 0 && p->verb != 'd')
		buf_putc(&b, '-');
	buf_puts(&b, bases[i].prefix);
	num_put(&b, whole, bases[i].base);
	mpz_clear(z);
	if (p->verb == 'b')
		p->width = 0;
	pad(p, buf_str(&b));
	buf_free(&b);
	return true;
}

static bool
put_char(struct printer *p)
{
	int64_t n;

	if (!rv_to_int64(p->arg, &n) || n < 0 || n > 0x10ffff ||
	    (n >= 0xd800 && n < 0xe000))
		return fail(p, "not a character");
	utf8_put(p->out, (unsigned)n);
	return true;
}

/* Shortest digits with an exponent: 1.5e0. */
static void
exponent_text(struct buf *b, double d, char e)
{
	char text[40];
	int k;
	char *at;

	for (k = 0; k < 17; k++) {
		(void)snprintf(text, sizeof(text), "%.*e", k, d);
		if (strtod(text, NULL) == d)
			break;
	}
	at = strchr(text, 'e');
	if (at == NULL) {
		buf_puts(b, text);
		return;
	}
	buf_put(b, (struct str){text, (size_t)(at - text)});
	buf_printf(b, "%c%ld", e, strtol(at + 1, NULL, 10));
}

static bool
put_float(struct printer *p)
{
	struct buf b = {0};
	double d = rv_to_double(p->arg);
	char low = (char)(p->verb | 0x20);

	if (rv_is_integer(p->arg) && fabs(d) > 0x1p53)
		return fail(p, "not a float");
	if (low == 'e' || low == 'g') {
		exponent_text(&b, d, low == p->verb ? 'e' : 'E');
		p->width = 0;
	} else if (p->precision >= 0)
		buf_printf(&b, "%.*f", p->precision, d);
	else
		num_print_double(&b, d, true);
	pad(p, buf_str(&b));
	buf_free(&b);
	return true;
}

static bool
put(struct printer *p)
{
	const char verb[2] = {p->verb, '\0'};

	if (strpbrk(verb, "sv") != NULL)
		return put_value(p);
	if (strpbrk(verb, "tdxXboOcfFeEgG") == NULL)
		return fail(p, "not supported");
	if (rv_type(p->arg) != RV_TNUMBER)
		return true; /* prints nothing */
	if (strpbrk(verb, "dxXboO") != NULL)
		return put_integer(p);
	if (p->verb == 'c')
		return put_char(p);
	return p->verb == 't' ? fail(p, "not a boolean") : put_float(p);
}

static size_t
digits(struct str s, size_t i, size_t *out)
{
	*out = 0;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		if (*out <= WIDTH_MAX)
			*out = *out * 10 + (size_t)(s.p[i] - '0');
	return i;
}

/* Digits as width or, after a point, as precision; then the verb. */
static size_t
directive(struct printer *p, struct str s, size_t i)
{
	bool point = i < s.n && s.p[i] == '.';
	size_t n, end;

	i += point;
	p->zero = !point && i < s.n && s.p[i] == '0';
	end = digits(s, i, &n);
	p->width = point ? 0 : n;
	p->precision = point ? (int)n : -1;
	p->verb = end < s.n ? s.p[end] : '?';
	if (n > WIDTH_MAX || end == s.n || (unsigned char)p->verb < 0x20 ||
	    (unsigned char)p->verb >= 0x7f) {
		p->verb = '?';
		(void)fail(p, "not supported");
		return SIZE_MAX;
	}
	return end + 1;
}

rv
rego_print_rust(struct rego_call *c)
{
	struct printer p = {.c = c, .out = rego_text(c)};
	struct str s = rego_str(c, 0);
	size_t i = 0, at, next = 0;

	while (
	    (at = str_chr(s, '%', i)) < SIZE_MAX && rego_text_fits(c, p.out)) {
		buf_put(p.out, str_sub(s, i, at));
		if (at + 1 < s.n && s.p[at + 1] == '%') {
			buf_putc(p.out, '%');
			i = at + 2;
			continue;
		}
		i = directive(&p, s, at + 1);
		if (i == SIZE_MAX)
			return RV_UNDEFINED;
		if (next == rv_count(c->args[1]))
			return rego_fail(c, REGO_EBUILTIN, "too few arguments");
		p.arg = rv_items(c->args[1])[next++];
		if (!put(&p))
			return RV_UNDEFINED;
	}
	if (next < rv_count(c->args[1]))
		return rego_fail(c, REGO_EBUILTIN, "too many arguments");
	buf_put(p.out, str_sub(s, i, s.n));
	return rego_text_done(c, p.out);
}
