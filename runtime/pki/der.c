/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "runtime/pki/der.h"
#include "runtime/base/banned.h"

const struct str der_oid_ec = STR_INIT("\x2a\x86\x48\xce\x3d\x02\x01");
const struct str der_oid_rsa = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");

static const struct {
	int nid;
	struct str oid;
} curves[] = {
    {NID_secp384r1, STR_INIT("\x2b\x81\x04\x00\x22")},
    {NID_X9_62_prime256v1, STR_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07")},
    {NID_secp521r1, STR_INIT("\x2b\x81\x04\x00\x23")},
    {NID_secp224r1, STR_INIT("\x2b\x81\x04\x00\x21")},
};

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

int
der_curve(struct str oid)
{
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (str_eq(oid, curves[i].oid))
			return curves[i].nid;
	}
	return 0;
}

bool
der_is_point(int curve, struct str point)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(curve);
	EC_POINT *p = g == NULL ? NULL : EC_POINT_new(g);
	bool ok;

	ok = p != NULL && point.n > 0 && byte(point, 0) == 4 &&
	     EC_POINT_oct2point(
		 g, p, (const unsigned char *)point.p, point.n, NULL) == 1;
	EC_POINT_free(p);
	EC_GROUP_free(g);
	return ok;
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
	       der_curve(curve) != 0 && der_is_point(der_curve(curve), point);
}

bool
der_is_rsa_pkcs1(struct str der)
{
	struct str key, n, e;

	return der_take(&der, DER_SEQUENCE, &key) && der.n == 0 &&
	       der_take_positive(&key, &n) && der_take_positive(&key, &e) &&
	       key.n == 0;
}
