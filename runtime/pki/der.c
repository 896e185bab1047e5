/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <gmp.h>

#include "runtime/pki/der.h"
#include "runtime/base/banned.h"

const struct str der_oid_ec = STR_INIT("\x2a\x86\x48\xce\x3d\x02\x01");
const struct str der_oid_rsa = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");

/* The curves of SEC 2 and FIPS 186-4 that are supported: y² = x³ - 3x + b. */
/* clang-format off */
static const struct curve {
	struct str oid, p, b; /* as long as a coordinate */
} curves[] = {
    /* P-384 */
    {STR_INIT("\x2b\x81\x04\x00\x22"),
	STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"
		 "\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"),
	STR_INIT("\xb3\x31\x2f\xa7\xe2\x3e\xe7\xe4\x98\x8e\x05\x6b\xe3\xf8\x2d\x19"
		 "\x18\x1d\x9c\x6e\xfe\x81\x41\x12\x03\x14\x08\x8f\x50\x13\x87\x5a"
		 "\xc6\x56\x39\x8d\x8a\x2e\xd1\x9d\x2a\x85\xc8\xed\xd3\xec\x2a\xef")},
    /* P-256 */
    {STR_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"),
	STR_INIT("\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"
		 "\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
	STR_INIT("\x5a\xc6\x35\xd8\xaa\x3a\x93\xe7\xb3\xeb\xbd\x55\x76\x98\x86\xbc"
		 "\x65\x1d\x06\xb0\xcc\x53\xb0\xf6\x3b\xce\x3c\x3e\x27\xd2\x60\x4b")},
    /* P-521 */
    {STR_INIT("\x2b\x81\x04\x00\x23"),
	STR_INIT("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		 "\xff\xff"),
	STR_INIT("\x00\x51\x95\x3e\xb9\x61\x8e\x1c\x9a\x1f\x92\x9a\x21\xa0\xb6\x85"
		 "\x40\xee\xa2\xda\x72\x5b\x99\xb3\x15\xf3\xb8\xb4\x89\x91\x8e\xf1"
		 "\x09\xe1\x56\x19\x39\x51\xec\x7e\x93\x7b\x16\x52\xc0\xbd\x3b\xb1"
		 "\xbf\x07\x35\x73\xdf\x88\x3d\x2c\x34\xf1\xef\x45\x1f\xd4\x6b\x50"
		 "\x3f\x00")},
    /* P-224 */
    {STR_INIT("\x2b\x81\x04\x00\x21"),
	STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"),
	STR_INIT("\xb4\x05\x0a\x85\x0c\x04\xb3\xab\xf5\x41\x32\x56\x50\x44\xb0\xb7"
		 "\xd7\xbf\xd8\xba\x27\x0b\x39\x43\x23\x55\xff\xb4")},
};
/* clang-format on */

static unsigned
byte(struct str s, size_t i)
{
	return (unsigned char)s.p[i];
}

/* Length octets behind the tag; *at moves behind them. */
static bool
take_length(struct str in, size_t *at, size_t *len)
{
	unsigned c = byte(in, 1);

	*at = 2;
	*len = c;
	if (c < 0x80)
		return true;
	if (c == 0x81 && in.n > 2) {
		*at = 3;
		*len = byte(in, 2);
		return *len >= 0x80;
	}
	if (c == 0x82 && in.n > 3) {
		*at = 4;
		*len = byte(in, 2) << 8 | byte(in, 3);
		return *len >= 0x100;
	}
	return false;
}

bool
der_take(struct str *in, unsigned tag, struct str *content)
{
	size_t at, len;

	if (in->n < 2 || byte(*in, 0) != tag || !take_length(*in, &at, &len) ||
	    len > in->n - at)
		return false;
	*content = str_sub(*in, at, at + len);
	*in = str_sub(*in, at + len, in->n);
	return true;
}

bool
der_take_positive(struct str *in, struct str *content)
{
	struct str c;

	if (!der_take(in, DER_INTEGER, &c) || c.n == 0)
		return false;
	if ((byte(c, 0) & 0x80) != 0 || (c.n == 1 && byte(c, 0) == 0) ||
	    (c.n > 1 && byte(c, 0) == 0 && (byte(c, 1) & 0x80) == 0))
		return false;
	*content = c;
	return true;
}

bool
der_take_bits(struct str *in, struct str *content)
{
	struct str c;

	if (!der_take(in, DER_BITS, &c) || c.n == 0 || byte(c, 0) != 0)
		return false;
	*content = str_sub(c, 1, c.n);
	return true;
}

static const struct curve *
find(struct str oid)
{
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (str_eq(oid, curves[i].oid))
			return &curves[i];
	}
	return NULL;
}

#define LIMB sizeof(mp_limb_t)
#define LIMBS ((66 + LIMB - 1) / LIMB)

/* A coordinate, its lowest bytes first; the number of limbs. */
static mp_size_t
number(mp_limb_t out[LIMBS], struct str s)
{
	size_t i;

	memset(out, 0, LIMBS * LIMB);
	for (i = 0; i < s.n; i++)
		out[i / LIMB] |= (mp_limb_t)byte(s, s.n - 1 - i)
				 << i % LIMB * 8;
	return (mp_size_t)((s.n + LIMB - 1) / LIMB);
}

/* `t`, of twice as many limbs, and `add`, which is far smaller, mod p. */
static void
sum_mod(mp_limb_t *out, mp_limb_t *t, const mp_limb_t *add, mp_size_t add_n,
    const mp_limb_t *p, mp_size_t n)
{
	mp_limb_t quotient[LIMBS + 1];

	(void)mpn_add(t, t, 2 * n, add, add_n);
	mpn_tdiv_qr(quotient, out, 0, t, 2 * n, p, n);
}

/* y² + 3x = x³ + b mod p? */
static bool
is_on(const struct curve *c, struct str x_bytes, struct str y_bytes)
{
	mp_limb_t p[LIMBS], b[LIMBS], x[LIMBS], y[LIMBS], zero = 0;
	mp_limb_t left[LIMBS], right[LIMBS], triple[LIMBS + 1], t[2 * LIMBS];
	mp_size_t n = number(p, c->p);

	(void)number(b, c->b);
	(void)number(x, x_bytes);
	(void)number(y, y_bytes);
	if (mpn_cmp(x, p, n) >= 0 || mpn_cmp(y, p, n) >= 0)
		return false;
	triple[n] = mpn_mul_1(triple, x, n, 3);
	mpn_sqr(t, y, n);
	sum_mod(left, t, triple, n + 1, p, n);
	mpn_sqr(t, x, n);
	sum_mod(right, t, &zero, 1, p, n);
	mpn_mul_n(t, right, x, n);
	sum_mod(right, t, b, n, p, n);
	return mpn_cmp(left, right, n) == 0;
}

bool
der_is_point(struct str curve, struct str point)
{
	const struct curve *c = find(curve);
	size_t n = c == NULL ? 0 : c->p.n;

	return c != NULL && point.n == 1 + 2 * n && byte(point, 0) == 4 &&
	       is_on(
		   c, str_sub(point, 1, 1 + n), str_sub(point, 1 + n, point.n));
}

bool
der_is_ec_spki(struct str der)
{
	struct str key, algorithm, oid, curve, point;

	return der_take(&der, DER_SEQUENCE, &key) && der.n == 0 &&
	       der_take(&key, DER_SEQUENCE, &algorithm) &&
	       der_take(&algorithm, DER_OID, &oid) && str_eq(oid, der_oid_ec) &&
	       der_take(&algorithm, DER_OID, &curve) && algorithm.n == 0 &&
	       der_take_bits(&key, &point) && key.n == 0 &&
	       der_is_point(curve, point);
}

bool
der_is_rsa_pkcs1(struct str der)
{
	struct str key, n, e;

	return der_take(&der, DER_SEQUENCE, &key) && der.n == 0 &&
	       der_take_positive(&key, &n) && der_take_positive(&key, &e) &&
	       key.n == 0;
}
