/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: rounding, ranges, conversions (rego 9.1). */
#include <math.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/rego/number_int.h"
#include "runtime/base/banned.h"

static rv
or_too_big(struct rego_call *c, rv v)
{
	return v != RV_UNDEFINED
		   ? v
		   : rego_fail(c, REGO_EBUILTIN, "number too big");
}

static rv
rounded(struct rego_call *c, enum rv_round op)
{
	if (!rego_want_number(c, 0))
		return RV_UNDEFINED;
	return or_too_big(c, rv_round(c->heap, op, c->args[0]));
}

rv
rego_fn_abs(struct rego_call *c)
{
	return rounded(c, RV_ABS);
}

rv
rego_fn_ceil(struct rego_call *c)
{
	return rounded(c, RV_CEIL);
}

rv
rego_fn_floor(struct rego_call *c)
{
	return rounded(c, RV_FLOOR);
}

rv
rego_fn_round(struct rego_call *c)
{
	return rounded(c, RV_ROUND);
}

static bool
want_any_integer(struct rego_call *c, unsigned i)
{
	if (!rego_want(c, i, REGO_IS(RV_TNUMBER), "integer"))
		return false;
	if (rv_is_integer(c->args[i]))
		return true;
	(void)rego_bad_operand(
	    c, i, "must be integer number but got floating-point number");
	return false;
}

/* From operand 0 to operand 1, also downwards. */
static rv
range(struct rego_call *c, rv step)
{
	struct rv_builder b = {0};
	int64_t n;
	rv at = rv_round(c->heap, RV_FLOOR, c->args[0]), to = c->args[1];
	int down = rv_number_compare(at, to) > 0 ? -1 : 1;
	const char *why = NULL;

	if (!rego_is_go(c) && !(rv_to_int64(at, &n) && rv_to_int64(to, &n) &&
				  rv_to_int64(step, &n)))
		return rego_fail(c, REGO_EBUILTIN, "number too big");
	while (at != RV_UNDEFINED && rv_number_compare(at, to) * down <= 0 &&
	       !c->heap->full) {
		rv_push(c->heap, &b, at);
		at = rv_arith(
		    c->heap, down < 0 ? RV_SUB : RV_ADD, at, step, &why);
	}
	if (why != NULL)
		return rego_fail(c, REGO_EBUILTIN, "%s", why);
	return rv_array_close(c->heap, &b);
}

rv
rego_fn_numbers_range(struct rego_call *c)
{
	if (!want_any_integer(c, 0) || !want_any_integer(c, 1))
		return RV_UNDEFINED;
	return range(c, rego_int(c, 1));
}

rv
rego_fn_numbers_range_step(struct rego_call *c)
{
	if (!want_any_integer(c, 0) || !want_any_integer(c, 1) ||
	    !want_any_integer(c, 2))
		return RV_UNDEFINED;
	if (rv_number_compare(c->args[2], rego_int(c, 0)) <= 0)
		return rego_fail(c, REGO_EBUILTIN,
		    "numbers.range_step: step must be a positive integer");
	return range(c, c->args[2]);
}

/*
 * The same for one key and bound in one query, and no secret: a hash of them
 * and of the query's time.
 */
rv
rego_fn_rand_intn(struct rego_call *c)
{
	int64_t n;
	uint64_t bound, seed;

	if (!rego_want_string(c, 0) || !rego_want_whole(c, 1, &n))
		return RV_UNDEFINED;
	if (n == 0)
		return rego_int(c, 0);
	bound = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	seed = (uint64_t)c->env->now_ns ^ bound;
	return rego_int(c, (int64_t)(XXH3_64bits_withSeed(rego_str(c, 0).p,
					 rego_str(c, 0).n, seed) %
				     bound));
}

/*
 * Go's syntax of floating-point numbers to JSON's: a sign, zeros in front,
 * digits on one side of the point only.
 */
static size_t
copy_digits(struct buf *out, struct str s, size_t i)
{
	size_t start = i;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	buf_put(out, str_sub(s, start, i));
	return i;
}

bool
rego_go_number(struct buf *out, struct str s)
{
	size_t i = 0, start, end, n;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		if (s.p[i++] == '-')
			buf_putc(out, '-');
	for (start = i; i + 1 < s.n && s.p[i] == '0' && s.p[i + 1] == '0';)
		i++;
	if (i + 1 < s.n && s.p[i] == '0' && s.p[i + 1] >= '1' &&
	    s.p[i + 1] <= '9')
		i++;
	end = copy_digits(out, s, i);
	n = end - start;
	if (n == 0)
		buf_putc(out, '0');
	if (end < s.n && s.p[end] == '.') {
		start = end + 1;
		if (start < s.n && s.p[start] >= '0' && s.p[start] <= '9')
			buf_putc(out, '.');
		end = copy_digits(out, s, start);
		n += end - start;
	}
	buf_put(out, str_sub(s, end, s.n));
	return n > 0;
}

static rv
parse_failure(struct rego_call *c, struct str s, const char *what)
{
	struct str shown = str_clip(s, 100);

	return rego_fail(c, REGO_EBUILTIN,
	    "strconv.ParseFloat: parsing \"%.*s\": %s", STR_ARG(shown), what);
}

/* strconv.ParseFloat reads these, but they are no numbers of Rego. */
static bool
is_no_number(struct str s)
{
	static const char *const names[] = {"inf", "infinity", "nan"};
	size_t i, k;

	if (s.n > 0 && (s.p[0] == '+' || s.p[0] == '-'))
		s = str_sub(s, 1, s.n);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (k = 0; k < s.n && (s.p[k] | 0x20) == names[i][k]; k++)
			;
		if (k == s.n && names[i][k] == '\0')
			return true;
	}
	return false;
}

static rv
number_of_go(struct rego_call *c, struct str s)
{
	struct buf *b = rego_text(c);
	rv v = rv_number(c->heap, s);

	if (is_no_number(s))
		return rego_bad_operand(
		    c, 0, "must be valid number string but got string");
	if (v == RV_UNDEFINED && s.n > 0 && s.n < RV_DIGITS_MAX &&
	    rego_go_number(b, s))
		v = rv_number(c->heap, buf_str(b));
	if (v == RV_UNDEFINED)
		return parse_failure(c, s, "invalid syntax");
	return isfinite(rv_to_double(v))
		   ? v
		   : parse_failure(c, s, "value out of range");
}

static rv
number_of_string(struct rego_call *c, struct str s)
{
	rv v;

	if (rego_is_go(c))
		return number_of_go(c, s);
	v = rv_number(c->heap, str_trim(s));
	return v != RV_UNDEFINED ? v : parse_failure(c, s, "invalid syntax");
}

rv
rego_fn_to_number(struct rego_call *c)
{
	rv v = c->args[0];

	if (!rego_want(c, 0,
		REGO_IS(RV_TNULL) | REGO_IS(RV_TBOOL) | REGO_IS(RV_TNUMBER) |
		    REGO_IS(RV_TSTRING),
		"{null, boolean, number, string}"))
		return RV_UNDEFINED;
	if (rv_type(v) == RV_TSTRING)
		return number_of_string(c, rv_str(v));
	return rv_type(v) == RV_TNUMBER ? v : rego_int(c, v == RV_TRUE);
}

rv
rego_fn_format_int(struct rego_call *c)
{
	int64_t base = 0;
	struct buf *out = rego_text(c);
	struct num n;
	mpz_t z;

	if (!rego_want_number(c, 0) || !rego_want_number(c, 1))
		return RV_UNDEFINED;
	if (!rv_to_int64(c->args[1], &base) ||
	    (base != 2 && base != 8 && base != 10 && base != 16))
		return rego_bad_operand(c, 1, "must be one of {2, 8, 10, 16}");
	mpz_init(z);
	num_view(&n, c->args[0]);
	num_put(out, num_whole(z, &n), (int)base);
	mpz_clear(z);
	return rego_text_done(c, out);
}

/* Operands as integers; false: a type error. */
static bool
bit_operands(struct rego_call *c, mpz_t *z, unsigned n)
{
	struct num view;
	unsigned i;

	for (i = 0; i < n; i++)
		if (!want_any_integer(c, i))
			return false;
	for (i = 0; i < n; i++) {
		mpz_init(z[i]);
		num_view(&view, c->args[i]);
		num_integer(z[i], &view);
	}
	return true;
}

static rv
bit_result(struct rego_call *c, mpz_t *z, unsigned n)
{
	rv v = or_too_big(c, rv_mpz(c->heap, z[0]));
	unsigned i;

	for (i = 0; i < n; i++)
		mpz_clear(z[i]);
	return v;
}

static rv
bits(struct rego_call *c, void (*op)(mpz_ptr, mpz_srcptr, mpz_srcptr))
{
	int64_t x, y;
	mpz_t z[2];

	if (rv_is_int(c->args[0]) && rv_is_int(c->args[1])) {
		x = rv_int_of(c->args[0]);
		y = rv_int_of(c->args[1]);
		return rv_int(c->heap, op == mpz_and   ? x & y
				       : op == mpz_ior ? x | y
						       : x ^ y);
	}
	if (!bit_operands(c, z, 2))
		return RV_UNDEFINED;
	op(z[0], z[0], z[1]);
	return bit_result(c, z, 2);
}

rv
rego_fn_bits_and(struct rego_call *c)
{
	return bits(c, mpz_and);
}

rv
rego_fn_bits_or(struct rego_call *c)
{
	return bits(c, mpz_ior);
}

rv
rego_fn_bits_xor(struct rego_call *c)
{
	return bits(c, mpz_xor);
}

rv
rego_fn_bits_negate(struct rego_call *c)
{
	mpz_t z[1];

	if (!bit_operands(c, z, 1))
		return RV_UNDEFINED;
	mpz_com(z[0], z[0]);
	return bit_result(c, z, 1);
}

static rv
shift(struct rego_call *c, bool left)
{
	mpz_t z[2];
	unsigned long n;

	if (!bit_operands(c, z, 2))
		return RV_UNDEFINED;
	n = mpz_fits_ulong_p(z[1]) ? mpz_get_ui(z[1]) : ULONG_MAX;
	if (mpz_sgn(z[1]) < 0) {
		mpz_clear(z[0]);
		mpz_clear(z[1]);
		return rego_bad_operand(c, 1,
		    "must be an unsigned integer number but got a negative "
		    "integer");
	}
	if (!left)
		mpz_fdiv_q_2exp(z[0], z[0], n);
	else if (mpz_sgn(z[0]) != 0)
		mpz_mul_2exp(z[0], z[0], n <= RV_BITS_MAX ? n : RV_BITS_MAX);
	return bit_result(c, z, 2);
}

rv
rego_fn_bits_lsh(struct rego_call *c)
{
	return shift(c, true);
}

rv
rego_fn_bits_rsh(struct rego_call *c)
{
	return shift(c, false);
}
