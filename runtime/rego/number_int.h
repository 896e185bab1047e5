/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_NUMBER_INT_H
#define CONTRASTC_REGO_NUMBER_INT_H

#include <gmp.h>

#include "runtime/rego/number.h"

_Static_assert(GMP_NUMB_BITS == 64, "a small integer is one limb");

/*
 * A number that is no small integer: limbs × 10^exp, or with RV_F_DOUBLE the
 * double.  OPA and the decimal profiles have no doubles.  `head.n` bytes of
 * spelling follow the limbs, where the profile keeps it.
 */
struct rv_num {
	struct rv_head head;
	double d;
	int32_t exp;
	int32_t size; /* limbs; negative: a negative number */
	mp_limb_t limb[];
};

/* Beyond these a number has no place in a policy. */
#define RV_DIGITS_MAX 65536
#define RV_EXP_MAX 100000
#define RV_BITS_MAX ((size_t)1 << 20)

/* Any number, read only: z × 10^exp, or d. */
struct num {
	mpz_t z;
	mp_limb_t limb;
	long exp;
	double d;
	bool is_double;
};
/* Borrows the limbs of `v`. */
void num_view(struct num *out, rv v);
bool num_is_integer(const struct num *n);
/* The integer that it is; *out is initialised. */
void num_integer(mpz_t out, const struct num *n);
/* The same, borrowed where that is possible; else in `room`, initialised. */
mpz_srcptr num_whole(mpz_t room, const struct num *n);
void num_pow10(mpz_t out, unsigned long n);
/* Decimal digits of |z|; 0 for zero. */
size_t num_digits(const mpz_t z);

/* A number that is no word, with a spelling or an empty one. */
rv num_new(struct rv_heap *h, const mpz_t z, long exp, struct str spelling);
rv num_of_double(struct rv_heap *h, double d);
/* As it was spelled; empty if that is not kept. */
struct str num_spelling(rv v);

/* z × 10^exp as a value; RV_UNDEFINED beyond the limits. */
rv rv_decimal(struct rv_heap *h, const mpz_t z, long exp);
static inline rv
rv_mpz(struct rv_heap *h, const mpz_t z)
{
	return rv_decimal(h, z, 0);
}
/* A double of the F64 profile: integral ones up to 2^53 become integers. */
rv rv_f64(struct rv_heap *h, double d);

/*
 * Binary floating point with 64 bits of mantissa (rego 6.3) in integers, so
 * that it is the same to the bit on every machine: m × 2^e, m zero or with its
 * top bit set.
 */
struct f64x {
	uint64_t m;
	long e;
	bool neg;
};
/* Rounded to nearest, ties to even. */
void f64x_from(struct f64x *out, const struct num *n);
void f64x_round(struct f64x *out, const mpz_t z, long e, bool sticky);
void f64x_arith(struct f64x *out, enum rv_arith op, const struct f64x *a,
    const struct f64x *b);
/* The shortest decimal that reads back: z × 10^*exp; *z is initialised. */
void f64x_shortest(mpz_t z, long *exp, const struct f64x *x);

/* No fraction? */
bool num_is_whole(double d);
/* The nearest double of z × 10^exp; infinite if it is too big. */
double num_to_double(const mpz_t z, long exp);

/* Digits in a base of mpz_get_str(), with the sign. */
void num_put(struct buf *out, const mpz_t z, int base);
/* The number's digits in Go's %g or plain form, as OPA prints it. */
void num_print_go(struct buf *out, const struct num *n);
/* Shortest digits that read back, as serde_json or as Rust's {} has them. */
void num_print_double(struct buf *out, double d, bool plain);
/* z × 10^exp without exponent form. */
void num_print_plain(struct buf *out, const mpz_t z, long exp);

#endif
