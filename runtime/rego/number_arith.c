/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of the three number models (rego 6.3). */
#include <math.h>
#include <stdlib.h>

#include "runtime/rego/number_int.h"
#include "runtime/base/banned.h"

/* Digits that the decimal profiles keep. */
#define DECIMAL_DIGITS 100

static const char too_big[] = "number too big";

static bool
int_arith(int64_t *out, enum rv_arith op, int64_t a, int64_t b)
{
	switch (op) {
	case RV_ADD:
		return !__builtin_add_overflow(a, b, out);
	case RV_SUB:
		return !__builtin_sub_overflow(a, b, out);
	case RV_MUL:
		return !__builtin_mul_overflow(a, b, out);
	case RV_DIV:
		*out = a / b;
		return a % b == 0;
	case RV_REM:
		*out = a % b;
		return true;
	}
	return false;
}

static rv
or_too_big(rv v, const char **why)
{
	if (v == RV_UNDEFINED)
		*why = too_big;
	return v;
}

/* Both are integers; RV_UNDEFINED: the quotient is none. */
static rv
integer_arith(struct rv_heap *h, enum rv_arith op, const struct num *a,
    const struct num *b, const char **why)
{
	mpz_t x, y;
	rv v = RV_UNDEFINED;
	bool exact = true;

	mpz_init(x);
	mpz_init(y);
	num_integer(x, a);
	num_integer(y, b);
	if (op == RV_ADD)
		mpz_add(x, x, y);
	else if (op == RV_SUB)
		mpz_sub(x, x, y);
	else if (op == RV_MUL)
		mpz_mul(x, x, y);
	else if (op == RV_REM)
		mpz_tdiv_r(x, x, y);
	else if ((exact = mpz_divisible_p(x, y) != 0))
		mpz_divexact(x, x, y);
	if (exact && (h->profile->numbers != REGO_NUMBERS_F64 ||
			 isfinite(num_to_double(x, 0))))
		v = rv_mpz(h, x);
	if (exact)
		v = or_too_big(v, why);
	mpz_clear(x);
	mpz_clear(y);
	return v;
}

static rv
opa_float(struct rv_heap *h, const struct f64x *x, const char **why)
{
	mpz_t z;
	long exp;
	rv v;

	f64x_shortest(z, &exp, x);
	v = or_too_big(rv_decimal(h, z, exp), why);
	mpz_clear(z);
	return v;
}

static rv
opa_arith(struct rv_heap *h, enum rv_arith op, const struct num *a,
    const struct num *b, const char **why)
{
	struct f64x x, y;

	if (op != RV_DIV && num_is_integer(a) && num_is_integer(b))
		return integer_arith(h, op, a, b, why);
	f64x_from(&x, a);
	f64x_from(&y, b);
	f64x_arith(&x, op, &x, &y);
	return opa_float(h, &x, why);
}

static double
double_of(const struct num *n)
{
	return n->is_double ? n->d : num_to_double(n->z, n->exp);
}

static rv
f64_arith(struct rv_heap *h, enum rv_arith op, const struct num *a,
    const struct num *b, const char **why)
{
	double x = double_of(a), y = double_of(b);
	rv v;

	if (op == RV_REM || (!a->is_double && !b->is_double &&
				num_is_integer(a) && num_is_integer(b))) {
		v = integer_arith(h, op, a, b, why);
		if (v != RV_UNDEFINED || op != RV_DIV)
			return v;
	}
	if (op == RV_ADD)
		x += y;
	else if (op == RV_SUB)
		x -= y;
	else
		x = op == RV_MUL ? x * y : x / y;
	return or_too_big(rv_f64(h, x), why);
}

/* Only 100 digits remain, what follows is cut off. */
static rv
decimal_close(struct rv_heap *h, mpz_t z, long exp, const char **why)
{
	size_t n = num_digits(z);
	mpz_t p;

	if (n > DECIMAL_DIGITS) {
		mpz_init(p);
		num_pow10(p, n - DECIMAL_DIGITS);
		mpz_tdiv_q(z, z, p);
		mpz_clear(p);
		exp += (long)(n - DECIMAL_DIGITS);
	}
	if (!isfinite(num_to_double(z, exp))) {
		*why = too_big;
		return RV_UNDEFINED;
	}
	return or_too_big(rv_decimal(h, z, exp), why);
}

/* *x and *y get the exponent that is returned. */
static long
align(mpz_t x, mpz_t y, const struct num *a, const struct num *b)
{
	long low = a->exp < b->exp ? a->exp : b->exp;
	mpz_t p;

	mpz_init(p);
	num_pow10(p, (unsigned long)(a->exp - low));
	mpz_mul(x, a->z, p);
	num_pow10(p, (unsigned long)(b->exp - low));
	mpz_mul(y, b->z, p);
	mpz_clear(p);
	return low;
}

static long
decimal_divide(mpz_t x, const struct num *a, const struct num *b)
{
	size_t shift = DECIMAL_DIGITS + 1 + mpz_sizeinbase(b->z, 10);

	num_pow10(x, shift);
	mpz_mul(x, x, a->z);
	mpz_tdiv_q(x, x, b->z);
	return a->exp - b->exp - (long)shift;
}

static rv
decimal_arith(struct rv_heap *h, enum rv_arith op, const struct num *a,
    const struct num *b, const char **why)
{
	mpz_t x, y;
	long exp;
	rv v;

	mpz_init(x);
	mpz_init(y);
	if (op == RV_DIV) {
		exp = decimal_divide(x, a, b);
	} else if (op == RV_MUL) {
		mpz_mul(x, a->z, b->z);
		exp = a->exp + b->exp;
	} else {
		exp = align(x, y, a, b);
		if (op == RV_ADD)
			mpz_add(x, x, y);
		else if (op == RV_SUB)
			mpz_sub(x, x, y);
		else
			mpz_tdiv_r(x, x, y);
	}
	v = decimal_close(h, x, exp, why);
	mpz_clear(x);
	mpz_clear(y);
	return v;
}

static bool
is_zero(rv v)
{
	struct num n;

	num_view(&n, v);
	return n.is_double ? n.d == 0 : mpz_sgn(n.z) == 0;
}

/* What stands against it before any computing; NULL: nothing. */
static const char *
refusal(enum rv_arith op, rv a, rv b)
{
	if (op == RV_REM && (!rv_is_integer(a) || !rv_is_integer(b)))
		return "modulo on floating-point number";
	if ((op == RV_DIV || op == RV_REM) && is_zero(b))
		return op == RV_DIV ? "divide by zero" : "modulo by zero";
	return NULL;
}

rv
rv_arith(struct rv_heap *h, enum rv_arith op, rv a, rv b, const char **why)
{
	struct num x, y;
	int64_t n;

	*why = refusal(op, a, b);
	if (*why != NULL)
		return RV_UNDEFINED;
	if (rv_is_int(a) && rv_is_int(b) &&
	    int_arith(&n, op, rv_int_of(a), rv_int_of(b)))
		return rv_int(h, n);
	num_view(&x, a);
	num_view(&y, b);
	if (h->profile->numbers == REGO_NUMBERS_OPA)
		return opa_arith(h, op, &x, &y, why);
	if (h->profile->numbers == REGO_NUMBERS_F64)
		return f64_arith(h, op, &x, &y, why);
	return decimal_arith(h, op, &x, &y, why);
}

/* With modf() alone: it is in the C library, the others are in libm. */
static rv
round_double(struct rv_heap *h, enum rv_round op, double d)
{
	double whole, part = modf(d, &whole);

	if (op == RV_ABS)
		return rv_f64(h, fabs(d));
	if ((op == RV_CEIL && part > 0) || (op == RV_ROUND && part >= 0.5))
		whole += 1;
	if ((op == RV_FLOOR && part < 0) || (op == RV_ROUND && part <= -0.5))
		whole -= 1;
	return rv_f64(h, whole);
}

static void
round_half(mpz_t z, const mpz_t unit)
{
	mpz_t half;

	mpz_init(half);
	mpz_tdiv_q_2exp(half, unit, 1);
	if (mpz_sgn(z) < 0)
		mpz_sub(z, z, half);
	else
		mpz_add(z, z, half);
	mpz_tdiv_q(z, z, unit);
	mpz_clear(half);
}

/*
 * OPA cuts off the fraction, then looks at the sign of what is left: between
 * -1 and 0 ceil() is 1 and floor() is 0.
 */
static void
round_opa(mpz_t z, enum rv_round op, const mpz_t unit)
{
	bool whole = mpz_divisible_p(z, unit) != 0;

	mpz_tdiv_q(z, z, unit);
	if (!whole && op == RV_CEIL && mpz_sgn(z) >= 0)
		mpz_add_ui(z, z, 1);
	else if (!whole && op == RV_FLOOR && mpz_sgn(z) < 0)
		mpz_sub_ui(z, z, 1);
}

/* The integer next to z × 10^exp, exp < 0. */
static void
round_decimal(mpz_t z, enum rv_round op, long exp, bool opa)
{
	mpz_t unit;

	mpz_init(unit);
	num_pow10(unit, (unsigned long)-exp);
	if (op == RV_ROUND)
		round_half(z, unit);
	else if (opa)
		round_opa(z, op, unit);
	else if (op == RV_CEIL)
		mpz_cdiv_q(z, z, unit);
	else
		mpz_fdiv_q(z, z, unit);
	mpz_clear(unit);
}

rv
rv_round(struct rv_heap *h, enum rv_round op, rv a)
{
	struct num n;
	rv v;
	mpz_t z;

	num_view(&n, a);
	if (n.is_double)
		return round_double(h, op, n.d);
	mpz_init_set(z, n.z);
	if (op == RV_ABS)
		mpz_abs(z, z);
	else if (n.exp < 0) {
		round_decimal(
		    z, op, n.exp, h->profile->numbers == REGO_NUMBERS_OPA);
		n.exp = 0;
	}
	v = rv_decimal(h, z, n.exp);
	mpz_clear(z);
	return v;
}
