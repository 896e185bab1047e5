/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers from and to text. */
#include <math.h>
#include <stdlib.h>

#include "runtime/rego/number_int.h"
#include "runtime/base/banned.h"

/* serde_json has integers of 64 bits and doubles. */
static void
print_agent(struct buf *out, const struct num *n, double d)
{
	if (n->is_double && num_is_whole(d) && d >= -0x1p63 && d < 0x1p64 &&
	    (d != 0 || !signbit(d)))
		buf_printf(out, "%.0f", d);
	else if (!n->is_double && n->exp == 0 &&
		 mpz_sizeinbase(n->z, 2) <= 64 &&
		 (mpz_sgn(n->z) > 0 || mpz_fits_slong_p(n->z)))
		num_print_plain(out, n->z, 0);
	else
		num_print_double(out, d, false);
}

void
rv_number_print(struct buf *out, const struct rv_heap *h, rv v)
{
	struct num n;

	if (rv_is_int(v)) {
		buf_printf(out, "%lld", (long long)rv_int_of(v));
		return;
	}
	num_view(&n, v);
	if (num_spelling(v).n > 0)
		buf_put(out, num_spelling(v));
	else if (h->profile->numbers == REGO_NUMBERS_OPA)
		num_print_go(out, &n);
	else
		print_agent(out, &n, rv_to_double(v));
}

/* The parts of a spelling. */
struct spelling {
	struct str whole, mantissa; /* without sign and exponent */
	size_t fraction;            /* digits after the point */
	long exp;
	bool neg, plain; /* plain: digits only */
};

static size_t
digits(struct str s, size_t i)
{
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i;
}

static bool
scan_exponent(struct spelling *sp, size_t i)
{
	struct str s = sp->whole;
	bool neg = false;
	size_t end;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		neg = s.p[i++] == '-';
	end = digits(s, i);
	if (end == i || end < s.n)
		return false;
	for (; i < end; i++)
		if (sp->exp <= RV_EXP_MAX)
			sp->exp = sp->exp * 10 + (s.p[i] - '0');
	if (neg)
		sp->exp = -sp->exp;
	return true;
}

/* RFC 8259, section 6. */
static bool
scan(struct spelling *sp, struct str s)
{
	size_t i, start, end;

	*sp = (struct spelling){.whole = s, .plain = true};
	sp->neg = s.n > 0 && s.p[0] == '-';
	start = sp->neg;
	i = digits(s, start);
	if (i == start || (s.p[start] == '0' && i > start + 1))
		return false;
	end = i;
	if (i < s.n && s.p[i] == '.') {
		end = digits(s, i + 1);
		sp->fraction = end - i - 1;
		if (sp->fraction == 0)
			return false;
		sp->plain = false;
	}
	sp->mantissa = str_sub(s, start, end);
	if (end == s.n)
		return true;
	sp->plain = false;
	return (s.p[end] | 0x20) == 'e' && scan_exponent(sp, end + 1);
}

/* Digits of the mantissa without its point. */
static void
mantissa(mpz_t z, const struct spelling *sp)
{
	char small[64], *p = small;
	struct str s = sp->mantissa;
	size_t i, n = 0;

	if (s.n >= sizeof(small))
		p = rt_malloc(s.n + 1);
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '.')
			p[n++] = s.p[i];
	p[n] = '\0';
	(void)mpz_set_str(z, p, 10);
	if (sp->neg)
		mpz_neg(z, z);
	if (p != small)
		free(p);
}

/*
 * As serde_json reads a float: digits go into 64 bits while they fit, then one
 * power of ten scales them; the last bit may be wrong.
 */
static double
serde_double(const struct spelling *sp)
{
	uint64_t m = 0;
	long exp = sp->exp;
	bool full = false, point = false;
	double d, p;
	size_t i;

	for (i = 0; i < sp->mantissa.n; i++) {
		unsigned digit = (unsigned)(sp->mantissa.p[i] - '0');

		if (sp->mantissa.p[i] == '.') {
			point = true;
			continue;
		}
		full = full || m > (UINT64_MAX - digit) / 10;
		if (!full)
			m = m * 10 + digit;
		exp += full ? !point : -(long)point;
	}
	d = (double)m;
	for (; exp < -308 && d != 0; exp += 308)
		d /= 1e308;
	p = num_to_double(
	    (mpz_t){{._mp_alloc = 1, ._mp_size = 1, ._mp_d = &(mp_limb_t){1}}},
	    labs(exp));
	d = exp < 0 ? d / p : d * p;
	return sp->neg ? -d : d;
}

static rv
from_spelling(struct rv_heap *h, const mpz_t z, const struct spelling *sp)
{
	long exp = sp->exp - (long)sp->fraction;
	bool negative_zero = sp->neg && mpz_sgn(z) == 0;

	if (labs(exp) > RV_EXP_MAX)
		return RV_UNDEFINED;
	if (h->profile->keeps_spelling && (!sp->plain || negative_zero))
		return num_new(h, z, exp, sp->whole);
	if (h->profile->numbers == REGO_NUMBERS_OPA)
		return rv_decimal(h, z, exp);
	if (!isfinite(num_to_double(z, exp)))
		return RV_UNDEFINED;
	if (h->profile->numbers == REGO_NUMBERS_DEC)
		return rv_decimal(h, z, exp);
	if (negative_zero && !sp->plain)
		return num_of_double(h, -0.0);
	if (sp->plain && num_is_integer(&(struct num){.z = {*z}, .exp = exp}))
		return rv_decimal(h, z, exp);
	return rv_f64(h, serde_double(sp));
}

rv
rv_number(struct rv_heap *h, struct str s)
{
	struct spelling sp;
	uint64_t small;
	rv v;
	mpz_t z;

	if (s.n > RV_DIGITS_MAX || !scan(&sp, s))
		return RV_UNDEFINED;
	if (sp.plain && !sp.neg && str_u64(s, RV_INT_MAX, &small))
		return rv_int(h, (int64_t)small);
	mpz_init(z);
	mantissa(z, &sp);
	v = from_spelling(h, z, &sp);
	mpz_clear(z);
	return v;
}
