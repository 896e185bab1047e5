/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts with units (rego 9.4): exact, as in Kubernetes' quantities. */
#include <stdlib.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/rego/number_int.h"
#include "runtime/base/banned.h"

/* base to the power: 1000^n or 1024^n. */
struct unit {
	const char *name;
	unsigned short base;
	unsigned short power;
};

static const struct unit units[] = {
    {"", 1000, 0},
    {"k", 1000, 1},
    {"m", 1000, 2},
    {"g", 1000, 3},
    {"t", 1000, 4},
    {"p", 1000, 5},
    {"e", 1000, 6},
    {"ki", 1024, 1},
    {"mi", 1024, 2},
    {"gi", 1024, 3},
    {"ti", 1024, 4},
    {"pi", 1024, 5},
    {"ei", 1024, 6},
    /* regorus only, in bytes */
    {"z", 1000, 7},
    {"y", 1000, 8},
    {"r", 1000, 9},
    {"q", 1000, 10},
    {"zi", 1024, 7},
    {"yi", 1024, 8},
};
#define UNITS_GO 13

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_sign(char c)
{
	return c == '+' || c == '-';
}

/* Where the unit begins: an exponent needs a digit or a sign after it. */
static size_t
amount_end(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char next = i + 1 < s.n ? s.p[i + 1] : 0;

		if (is_digit(s.p[i]) || s.p[i] == '.' || is_sign(s.p[i]))
			continue;
		if ((s.p[i] | 0x20) != 'e' ||
		    !(is_digit(next) || is_sign(next)))
			break;
	}
	return i;
}

/* Text of at most 3 bytes in lower case, or false. */
static bool
lower(char out[4], struct str s)
{
	size_t i;

	if (s.n > 3)
		return false;
	for (i = 0; i < s.n; i++)
		out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20)
							: s.p[i];
	out[i] = '\0';
	return true;
}

static const struct unit *
find_unit(const struct rego_call *c, struct str s, bool bytes)
{
	char name[4];
	size_t i, n = s.n, most = sizeof(units) / sizeof(units[0]);

	if (rego_is_go(c) || !bytes)
		most = UNITS_GO;
	if (!lower(name, s))
		return NULL;
	if (bytes && n > 1 && name[n - 1] == 'b') /* KB, KiB */
		name[n - 1] = '\0';
	for (i = 0; i < most; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

struct amount {
	mpz_t z;
	long exp;
};

static bool
read_amount(struct rego_call *c, struct amount *out, struct str s)
{
	struct buf *b = rego_text(c);
	struct num n;
	rv v = RV_UNDEFINED;

	if (s.n < 1000 && rego_go_number(b, s))
		v = rv_number(c->heap, buf_str(b));
	if (v == RV_UNDEFINED)
		return false;
	num_view(&n, v);
	if (n.is_double) { /* of the agent: exact all the same */
		struct rv_heap exact = *c->heap;

		exact.profile = &rego_profiles[0];
		v = rv_number(&exact, buf_str(b));
		num_view(&n, v);
	}
	mpz_init_set(out->z, n.z);
	out->exp = n.exp;
	return true;
}

static void
scale(struct amount *a, const struct unit *u)
{
	mpz_t p;

	mpz_init(p);
	mpz_ui_pow_ui(p, u->base, u->power);
	mpz_mul(a->z, a->z, p);
	mpz_clear(p);
}

/* Ten digits after the point, the last one rounded. */
static rv
with_ten_digits(struct rego_call *c, const struct amount *a)
{
	struct num n = {.z = {*a->z}, .exp = a->exp + 10};
	struct buf *b = rego_text(c);
	mpz_t z, half;

	mpz_init(z);
	mpz_init(half);
	if (n.exp < 0) {
		num_pow10(half, (unsigned long)-n.exp);
		mpz_tdiv_q_2exp(half, half, 1);
		if (mpz_sgn(n.z) < 0)
			mpz_neg(half, half);
		mpz_add(half, half, n.z);
		n.z[0] = half[0];
	}
	num_integer(z, &n);
	num_print_plain(b, z, -10);
	mpz_clear(z);
	mpz_clear(half);
	return rv_number(c->heap, buf_str(b));
}

static rv
result(struct rego_call *c, struct amount *a, bool bytes)
{
	struct num n = {.z = {*a->z}, .exp = a->exp};
	struct buf *b;
	mpz_t z;
	rv v;

	if (!bytes && !num_is_integer(&n)) {
		if (rego_is_go(c))
			return with_ten_digits(c, a);
		b = rego_text(c);
		num_print_plain(b, a->z, a->exp);
		return rv_number(c->heap, buf_str(b));
	}
	mpz_init(z);
	num_integer(z, &n);
	v = rv_mpz(c->heap, z);
	mpz_clear(z);
	return v;
}

static rv
fail(struct rego_call *c, const char *text)
{
	return rego_fail(c, REGO_EBUILTIN, "%s: %s", c->builtin->name, text);
}

static rv
parse(struct rego_call *c, struct str s, bool bytes)
{
	size_t end = amount_end(s);
	struct str name = str_sub(s, end, s.n);
	const struct unit *u = find_unit(c, name, bytes);
	bool milli = !bytes && str_eqz(name, "m");
	struct amount a;
	rv v;

	if (str_chr(s, ' ', 0) < SIZE_MAX)
		return fail(c, "spaces not allowed in resource strings");
	if (end == 0)
		return fail(c,
		    bytes ? "no byte amount provided" : "no amount provided");
	if (u == NULL)
		return fail(c,
		    bytes ? "byte unit not recognized" : "unit not recognized");
	if (!read_amount(c, &a, str_sub(s, 0, end)))
		return fail(c, bytes ? "could not parse byte amount to a number"
				     : "could not parse amount to a number");
	if (milli)
		a.exp -= 3;
	else
		scale(&a, u);
	v = result(c, &a, bytes);
	mpz_clear(a.z);
	return v != RV_UNDEFINED ? v : fail(c, "number too big");
}

static rv
units_parse(struct rego_call *c, bool bytes)
{
	struct buf clean = {0};
	struct str s;
	size_t i;
	rv v;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	if (str_chr(s, '"', 0) == SIZE_MAX)
		return parse(c, s, bytes);
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '"')
			buf_putc(&clean, s.p[i]);
	v = parse(c, buf_str(&clean), bytes);
	buf_free(&clean);
	return v;
}

rv
rego_fn_units_parse(struct rego_call *c)
{
	return units_parse(c, false);
}

rv
rego_fn_units_parse_bytes(struct rego_call *c)
{
	return units_parse(c, true);
}
