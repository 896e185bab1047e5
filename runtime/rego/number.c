/* SPDX-License-Identifier: Apache-2.0 */
/* What numbers are: words, limbs, spellings; their order and their hash. */
#include <math.h>
#include <stdlib.h>

#include "runtime/rego/number_int.h"
#include "runtime/base/banned.h"

void
num_view(struct num *out, rv v)
{
	const struct rv_num *n;
	int64_t i;

	*out = (struct num){.exp = 0};
	if (rv_is_int(v)) {
		i = rv_int_of(v);
		out->limb = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
		(void)mpz_roinit_n(
		    out->z, &out->limb, i < 0 ? -1 : (i > 0 ? 1 : 0));
		return;
	}
	n = (const struct rv_num *)(uintptr_t)v;
	out->is_double = (n->head.flags & RV_F_DOUBLE) != 0;
	out->d = n->d;
	out->exp = n->exp;
	(void)mpz_roinit_n(out->z, n->limb, n->size);
}

static size_t
limbs_of(const struct rv_num *n)
{
	return (size_t)(n->size < 0 ? -n->size : n->size);
}

struct str
num_spelling(rv v)
{
	const struct rv_num *n;

	if (rv_is_int(v))
		return (struct str){NULL, 0};
	n = (const struct rv_num *)(uintptr_t)v;
	return (struct str){(const char *)(n->limb + limbs_of(n)), n->head.n};
}

static struct rv_num *
number_new(struct rv_heap *h, size_t limbs, size_t spelling)
{
	size_t size =
	    sizeof(struct rv_num) + limbs * sizeof(mp_limb_t) + spelling;
	struct rv_num *n;

	if (!rv_room(h, size))
		return NULL;
	n = arena_alloc(h->arena, size);
	n->head.type = RV_TNUMBER;
	n->head.n = (uint32_t)spelling;
	return n;
}

rv
num_new(struct rv_heap *h, const mpz_t z, long exp, struct str spelling)
{
	size_t limbs = mpz_size(z);
	struct rv_num *n = number_new(h, limbs, spelling.n);

	if (n == NULL)
		return RV_UNDEFINED;
	n->size = (int32_t)(mpz_sgn(z) < 0 ? -(int32_t)limbs : (int32_t)limbs);
	n->exp = (int32_t)exp;
	if (limbs > 0)
		memcpy(n->limb, mpz_limbs_read(z), limbs * sizeof(mp_limb_t));
	if (spelling.n > 0)
		memcpy((char *)(n->limb + limbs), spelling.p, spelling.n);
	return (rv)(uintptr_t)n;
}

rv
rv_int(struct rv_heap *h, int64_t n)
{
	mpz_t z;
	mp_limb_t limb = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	if (n >= -RV_INT_MAX && n <= RV_INT_MAX)
		return (rv)((uint64_t)n << 3) | RV_TAG_INT;
	(void)mpz_roinit_n(z, &limb, n < 0 ? -1 : 1);
	return num_new(h, z, 0, (struct str){NULL, 0});
}

static bool
to_int64(const mpz_t z, int64_t *out)
{
	if (!mpz_fits_slong_p(z))
		return false;
	*out = mpz_get_si(z);
	return true;
}

void
num_pow10(mpz_t out, unsigned long n)
{
	mpz_ui_pow_ui(out, 10, n);
}

size_t
num_digits(const mpz_t z)
{
	size_t n = mpz_sizeinbase(z, 10);
	mpz_t p;

	if (mpz_sgn(z) == 0)
		return 0;
	mpz_init(p);
	num_pow10(p, n - 1);
	if (mpz_cmpabs(z, p) < 0)
		n--;
	mpz_clear(p);
	return n;
}

bool
num_is_integer(const struct num *n)
{
	mpz_t p;
	bool yes;

	if (n->is_double)
		return num_is_whole(n->d);
	if (n->exp >= 0 || mpz_sgn(n->z) == 0)
		return true;
	if ((size_t)-n->exp > mpz_sizeinbase(n->z, 10))
		return false;
	mpz_init(p);
	num_pow10(p, (unsigned long)-n->exp);
	yes = mpz_divisible_p(n->z, p) != 0;
	mpz_clear(p);
	return yes;
}

void
num_integer(mpz_t out, const struct num *n)
{
	mpz_t p;

	if (n->is_double) {
		mpz_set_d(out, n->d);
		return;
	}
	mpz_init(p);
	num_pow10(p, (unsigned long)labs(n->exp));
	if (n->exp >= 0)
		mpz_mul(out, n->z, p);
	else
		mpz_tdiv_q(out, n->z, p);
	mpz_clear(p);
}

mpz_srcptr
num_whole(mpz_t room, const struct num *n)
{
	if (!n->is_double && n->exp == 0)
		return n->z;
	num_integer(room, n);
	return room;
}

/* Zeros at the end of the digits of a fraction go. */
static long
strip(mpz_t z, long exp)
{
	if (mpz_sgn(z) == 0)
		return 0;
	while (exp < 0 && mpz_divisible_ui_p(z, 10)) {
		mpz_divexact_ui(z, z, 10);
		exp++;
	}
	return exp;
}

static bool
within_limits(const mpz_t z, long exp)
{
	return labs(exp) <= RV_EXP_MAX && mpz_sizeinbase(z, 2) <= RV_BITS_MAX &&
	       (exp <= 0 || mpz_sizeinbase(z, 10) + (size_t)exp <= RV_EXP_MAX);
}

rv
rv_decimal(struct rv_heap *h, const mpz_t z, long exp)
{
	rv v = RV_UNDEFINED;
	int64_t small;
	mpz_t t, p;

	mpz_init_set(t, z);
	exp = strip(t, exp);
	if (within_limits(t, exp)) {
		if (exp > 0) {
			mpz_init(p);
			num_pow10(p, (unsigned long)exp);
			mpz_mul(t, t, p);
			mpz_clear(p);
			exp = 0;
		}
		v = exp == 0 && to_int64(t, &small)
			? rv_int(h, small)
			: num_new(h, t, exp, (struct str){NULL, 0});
	}
	mpz_clear(t);
	return v;
}

rv
num_of_double(struct rv_heap *h, double d)
{
	struct rv_num *n = number_new(h, 0, 0);

	if (n == NULL)
		return RV_UNDEFINED;
	n->head.flags |= RV_F_DOUBLE;
	n->d = d;
	return (rv)(uintptr_t)n;
}

rv
rv_f64(struct rv_heap *h, double d)
{
	if (!isfinite(d))
		return RV_UNDEFINED;
	if (num_is_whole(d) && fabs(d) <= 0x1p53)
		return rv_int(h, (int64_t)d);
	return num_of_double(h, d);
}

rv
rv_double(struct rv_heap *h, double d)
{
	struct buf b = {0};
	rv v;

	if (!isfinite(d))
		return RV_UNDEFINED;
	if (h->profile->numbers == REGO_NUMBERS_F64)
		return rv_f64(h, d);
	num_print_double(&b, d, false);
	v = rv_number(h, buf_str(&b));
	buf_free(&b);
	return v;
}

bool
rv_is_integer(rv v)
{
	struct num n;

	if (rv_is_int(v))
		return true;
	num_view(&n, v);
	return num_is_integer(&n);
}

bool
rv_to_int64(rv v, int64_t *out)
{
	struct num n;
	mpz_t z;
	bool fits;

	if (rv_is_int(v)) {
		*out = rv_int_of(v);
		return true;
	}
	num_view(&n, v);
	if (!num_is_integer(&n))
		return false;
	mpz_init(z);
	num_integer(z, &n);
	fits = to_int64(z, out);
	mpz_clear(z);
	return fits;
}

double
rv_to_double(rv v)
{
	struct num n;

	if (rv_is_int(v))
		return (double)rv_int_of(v);
	num_view(&n, v);
	return n.is_double ? n.d : num_to_double(n.z, n.exp);
}

/* Equal numbers have equal nearest doubles, whatever they are made of. */
uint64_t
rv_number_hash(rv v)
{
	double d = rv_to_double(v);
	uint64_t bits;

	if (d == 0)
		d = 0; /* without its sign */
	memcpy(&bits, &d, sizeof(bits));
	bits = (bits + 1) * 0x9e3779b97f4a7c15u;
	bits ^= bits >> 32;
	return bits != 0 ? bits : 1;
}

static int
sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

/* Both are of one sign; the smaller exponent may be far below. */
static int
compare_scaled(const struct num *a, const struct num *b)
{
	long da = (long)mpz_sizeinbase(a->z, 10) + a->exp;
	long db = (long)mpz_sizeinbase(b->z, 10) + b->exp;
	mpz_t p;
	int c;

	if (labs(da - db) > 2)
		return da < db ? -mpz_sgn(a->z) : mpz_sgn(a->z);
	mpz_init(p);
	num_pow10(p, (unsigned long)labs(a->exp - b->exp));
	if (a->exp >= b->exp) {
		mpz_mul(p, p, a->z);
		c = mpz_cmp(p, b->z);
	} else {
		mpz_mul(p, p, b->z);
		c = mpz_cmp(a->z, p);
	}
	mpz_clear(p);
	return sign(c);
}

static int
compare_exact(const struct num *a, const struct num *b)
{
	int sa = mpz_sgn(a->z), sb = mpz_sgn(b->z);

	if (sa != sb)
		return sa < sb ? -1 : 1;
	if (sa == 0)
		return 0;
	if (a->exp == b->exp)
		return sign(mpz_cmp(a->z, b->z));
	return compare_scaled(a, b);
}

int
rv_number_compare(rv a, rv b)
{
	struct num x, y;
	double c, d;

	if (rv_is_int(a) && rv_is_int(b))
		return rv_int_of(a) < rv_int_of(b)
			   ? -1
			   : rv_int_of(a) > rv_int_of(b);
	num_view(&x, a);
	num_view(&y, b);
	if (!x.is_double && !y.is_double)
		return compare_exact(&x, &y);
	c = rv_to_double(a);
	d = rv_to_double(b);
	return c < d ? -1 : c > d;
}

rv
rv_number_copy(struct rv_heap *h, rv v)
{
	const struct rv_num *old;
	struct rv_num *n;

	if (rv_is_int(v))
		return v;
	old = (const struct rv_num *)(uintptr_t)v;
	n = number_new(h, limbs_of(old), old->head.n);
	if (n == NULL)
		return RV_NULL;
	memcpy(n, old,
	    sizeof(*n) + limbs_of(old) * sizeof(mp_limb_t) + old->head.n);
	n->head.flags &= (uint8_t)~RV_F_CONST;
	return (rv)(uintptr_t)n;
}
