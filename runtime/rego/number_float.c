/* SPDX-License-Identifier: Apache-2.0 */
/* Binary floating point in integers, and the text of numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/rego/number_int.h"
#include "runtime/base/banned.h"

/* Is the part below bit `drop` of z above, at or below one half? */
static int
rest(const mpz_t z, size_t drop, bool sticky)
{
	if (!mpz_tstbit(z, drop - 1))
		return -1;
	return sticky || mpz_scan1(z, 0) < drop - 1 ? 1 : 0;
}

/* |z| × 2^*e in `bits` bits; z gets them, *e what is missing. */
static void
round_to(mpz_t z, long *e, size_t bits, bool sticky)
{
	size_t n = mpz_sizeinbase(z, 2), drop = n > bits ? n - bits : 0;
	int c;

	mpz_abs(z, z);
	if (drop == 0)
		return;
	c = rest(z, drop, sticky);
	mpz_tdiv_q_2exp(z, z, drop);
	*e += (long)drop;
	if (c > 0 || (c == 0 && mpz_odd_p(z)))
		mpz_add_ui(z, z, 1);
}

void
f64x_round(struct f64x *out, const mpz_t z, long e, bool sticky)
{
	mpz_t t;
	int shift;

	*out = (struct f64x){.neg = mpz_sgn(z) < 0};
	if (mpz_sgn(z) == 0)
		return;
	mpz_init_set(t, z);
	round_to(t, &e, 64, sticky);
	if (mpz_sizeinbase(t, 2) > 64) { /* all ones, rounded up */
		mpz_tdiv_q_2exp(t, t, 1);
		e++;
	}
	out->m = mpz_get_ui(t);
	shift = __builtin_clzll(out->m);
	out->m <<= shift;
	out->e = e - shift;
	mpz_clear(t);
}

/* z × 10^exp as an integer × 2^*e with at least `bits` bits. */
static bool
to_binary(mpz_t out, long *e, const mpz_t z, long exp, size_t bits)
{
	bool sticky;
	size_t have = mpz_sizeinbase(z, 2), shift;
	mpz_t p, r;

	mpz_init(p);
	num_pow10(p, (unsigned long)labs(exp));
	*e = 0;
	if (exp >= 0) {
		mpz_mul(out, z, p);
		mpz_clear(p);
		return false;
	}
	shift = bits + 2 + mpz_sizeinbase(p, 2);
	shift = shift > have ? shift - have : 0;
	mpz_init(r);
	mpz_mul_2exp(out, z, shift);
	mpz_tdiv_qr(out, r, out, p);
	*e = -(long)shift;
	sticky = mpz_sgn(r) != 0;
	mpz_clear(p);
	mpz_clear(r);
	return sticky;
}

void
f64x_from(struct f64x *out, const struct num *n)
{
	bool sticky;
	long e;
	mpz_t t;

	mpz_init(t);
	sticky = to_binary(t, &e, n->z, n->exp, 64);
	f64x_round(out, t, e, sticky);
	mpz_clear(t);
}

bool
num_is_whole(double d)
{
	double whole;

	return modf(d, &whole) == 0;
}

double
num_to_double(const mpz_t z, long exp)
{
	static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
	    1e19, 1e20, 1e21, 1e22};
	bool sticky;
	double d;
	long e;
	mpz_t t;

	if (mpz_sizeinbase(z, 2) <= 53 && labs(exp) <= 22) {
		d = mpz_get_d(z);
		return exp < 0 ? d / tens[-exp] : d * tens[exp];
	}
	if (mpz_sgn(z) == 0 || (long)mpz_sizeinbase(z, 10) + exp < -400)
		return 0;
	mpz_init(t);
	sticky = to_binary(t, &e, z, exp, 53);
	round_to(t, &e, 53, sticky);
	d = e > 2000 ? HUGE_VAL : ldexp(mpz_get_d(t), (int)e);
	mpz_clear(t);
	return mpz_sgn(z) < 0 ? -d : d;
}

static void
f64x_to(mpz_t out, const struct f64x *x)
{
	mpz_set_ui(out, x->m);
	if (x->neg)
		mpz_neg(out, out);
}

/* The one with the smaller exponent only breaks ties if it is far below. */
static void
add(struct f64x *out, const struct f64x *a, const struct f64x *b)
{
	long gap = a->e - b->e;
	mpz_t x, y;

	mpz_init(x);
	mpz_init(y);
	f64x_to(x, a);
	f64x_to(y, b);
	if (gap > 200) {
		mpz_set_si(y, b->neg ? -1 : 1);
		gap = 200;
	}
	mpz_mul_2exp(x, x, (mp_bitcnt_t)gap);
	mpz_add(x, x, y);
	f64x_round(out, x, a->e - gap, false);
	mpz_clear(x);
	mpz_clear(y);
}

static void
add_any(struct f64x *out, const struct f64x *a, const struct f64x *b)
{
	if (a->m == 0)
		*out = *b;
	else if (b->m == 0)
		*out = *a;
	else if (a->e >= b->e)
		add(out, a, b);
	else
		add(out, b, a);
}

static void
multiply(struct f64x *out, const struct f64x *a, const struct f64x *b)
{
	mpz_t x, y;

	mpz_init(x);
	mpz_init(y);
	f64x_to(x, a);
	f64x_to(y, b);
	mpz_mul(x, x, y);
	f64x_round(out, x, a->e + b->e, false);
	mpz_clear(x);
	mpz_clear(y);
}

static void
divide(struct f64x *out, const struct f64x *a, const struct f64x *b)
{
	mpz_t x, y, r;

	mpz_init(x);
	mpz_init(y);
	mpz_init(r);
	f64x_to(x, a);
	f64x_to(y, b);
	mpz_mul_2exp(x, x, 130);
	mpz_tdiv_qr(x, r, x, y);
	f64x_round(out, x, a->e - b->e - 130, mpz_sgn(r) != 0);
	mpz_clear(x);
	mpz_clear(y);
	mpz_clear(r);
}

void
f64x_arith(struct f64x *out, enum rv_arith op, const struct f64x *a,
    const struct f64x *b)
{
	struct f64x minus = *b;

	minus.neg = !b->neg;
	if (op == RV_MUL)
		multiply(out, a, b);
	else if (op == RV_DIV)
		divide(out, a, b);
	else
		add_any(out, a, op == RV_SUB ? &minus : b);
}

/* x, and the ends of the interval that reads back as x, all × 10^exp. */
struct interval {
	mpz_t x, low, high;
	long exp;
};

static void
scale(mpz_t z, long e)
{
	mpz_t p;

	if (e >= 0) {
		mpz_mul_2exp(z, z, (mp_bitcnt_t)e);
		return;
	}
	mpz_init(p);
	mpz_ui_pow_ui(p, 5, (unsigned long)-e);
	mpz_mul(z, z, p);
	mpz_clear(p);
}

static void
interval_new(struct interval *i, const struct f64x *x)
{
	bool edge = x->m == (uint64_t)1 << 63;

	mpz_init_set_ui(i->x, x->m);
	mpz_mul_2exp(i->x, i->x, 2);
	mpz_init(i->low);
	mpz_sub_ui(i->low, i->x, edge ? 1 : 2);
	mpz_init(i->high);
	mpz_add_ui(i->high, i->x, 2);
	scale(i->x, x->e - 2);
	scale(i->low, x->e - 2);
	scale(i->high, x->e - 2);
	i->exp = x->e - 2 < 0 ? x->e - 2 : 0;
}

static void
interval_free(struct interval *i)
{
	mpz_clear(i->x);
	mpz_clear(i->low);
	mpz_clear(i->high);
}

/* The nearest multiple of `unit` if it is inside, or the other neighbour. */
static bool
nearest_inside(mpz_t z, const struct interval *i, const mpz_t unit, bool even)
{
	mpz_t up, r;
	bool down_ok, up_ok;

	mpz_init(up);
	mpz_init(r);
	mpz_tdiv_qr(z, r, i->x, unit);
	mpz_mul(z, z, unit);
	mpz_add(up, z, unit);
	down_ok = mpz_cmp(z, i->low) >= (even ? 0 : 1);
	up_ok = mpz_cmp(up, i->high) <= (even ? 0 : -1);
	mpz_mul_2exp(r, r, 1);
	if (up_ok && (!down_ok || mpz_cmp(r, unit) > 0))
		mpz_set(z, up);
	mpz_clear(up);
	mpz_clear(r);
	return down_ok || up_ok;
}

void
f64x_shortest(mpz_t z, long *exp, const struct f64x *x)
{
	struct interval i;
	size_t n;
	mpz_t unit;

	mpz_init(z);
	*exp = 0;
	if (x->m == 0)
		return;
	interval_new(&i, x);
	mpz_init(unit);
	n = num_digits(i.x);
	do
		num_pow10(unit, --n);
	while (!nearest_inside(z, &i, unit, (x->m & 1) == 0) && n > 0);
	mpz_divexact(z, z, unit);
	*exp = i.exp + (long)n;
	if (x->neg)
		mpz_neg(z, z);
	mpz_clear(unit);
	interval_free(&i);
}

/* Digits of |z|; free() them. */
static char *
digits_of(const mpz_t z)
{
	char *p = rt_malloc(mpz_sizeinbase(z, 10) + 2);

	(void)mpz_get_str(p, 10, z);
	if (*p == '-')
		memmove(p, p + 1, strlen(p));
	return p;
}

/* 0.00ddd, dd.dd or ddd00. */
static void
print_digits(struct buf *out, const char *d, size_t n, long point)
{
	if (point <= 0) {
		buf_puts(out, "0.");
		buf_fill(out, '0', (size_t)-point);
		buf_put(out, (struct str){d, n});
	} else if ((size_t)point < n) {
		buf_put(out, (struct str){d, (size_t)point});
		buf_putc(out, '.');
		buf_put(out, (struct str){d + point, n - (size_t)point});
	} else {
		buf_put(out, (struct str){d, n});
		buf_fill(out, '0', (size_t)point - n);
	}
}

static void
print_exponent(
    struct buf *out, const char *d, size_t n, long e, const char *format)
{
	buf_putc(out, d[0]);
	if (n > 1) {
		buf_putc(out, '.');
		buf_put(out, (struct str){d + 1, n - 1});
	}
	buf_putc(out, 'e');
	if (format == NULL)
		buf_printf(out, "%ld", e);
	else
		buf_printf(out, "%c%02ld", e < 0 ? '-' : '+', labs(e));
}

void
num_put(struct buf *out, const mpz_t z, int base)
{
	size_t n = mpz_sizeinbase(z, base < 0 ? -base : base) + 2;

	(void)mpz_get_str(buf_reserve(out, n), base, z);
	out->n += strlen(out->p + out->n);
}

void
num_print_plain(struct buf *out, const mpz_t z, long exp)
{
	char *d;
	size_t n;

	if (exp == 0) {
		num_put(out, z, 10);
		return;
	}
	d = digits_of(z);
	n = strlen(d);
	if (mpz_sgn(z) < 0)
		buf_putc(out, '-');
	print_digits(out, d, n, (long)n + exp);
	free(d);
}

void
num_print_go(struct buf *out, const struct num *n)
{
	char *d;
	size_t len;
	long point;

	if (num_is_integer(n)) {
		num_print_plain(out, n->z, n->exp);
		return;
	}
	d = digits_of(n->z);
	len = strlen(d);
	point = (long)len + n->exp;
	if (mpz_sgn(n->z) < 0)
		buf_putc(out, '-');
	if (point - 1 < -4 || point - 1 >= 6)
		print_exponent(out, d, len, point - 1, "go");
	else
		print_digits(out, d, len, point);
	free(d);
}

void
num_print_double(struct buf *out, double d, bool plain)
{
	char text[40], digits[20];
	size_t n = 0;
	long e;
	int p;
	char *at;

	for (p = 0; p < 17; p++) {
		(void)snprintf(text, sizeof(text), "%.*e", p, d);
		if (strtod(text, NULL) == d)
			break;
	}
	if (signbit(d))
		buf_putc(out, '-');
	for (at = text; *at != 'e' && *at != '\0'; at++)
		if (*at >= '0' && *at <= '9' && n < sizeof(digits))
			digits[n++] = *at;
	e = *at == 'e' ? strtol(at + 1, NULL, 10) : 0;
	if (d == 0)
		buf_puts(out, plain ? "0" : "0.0");
	else if (plain || (e >= -5 && e < 16))
		print_digits(out, digits, n, e + 1);
	else
		print_exponent(out, digits, n, e, NULL);
}
