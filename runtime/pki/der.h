/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_DER_H
#define CONTRASTC_PKI_DER_H

#include "runtime/base/str.h"

/*
 * The few structures around public keys, read by hand: OpenSSL's decoders
 * cost more than the whole of a run that only compares keys.  Strict DER,
 * lengths below 64 KiB.
 */
enum {
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT_0 = 0xa0,
	DER_CONTEXT_1 = 0xa1
};

/* Takes one element of this tag off the front of *in. */
bool der_take(struct str *in, unsigned tag, struct str *content);
/* A positive INTEGER. */
bool der_take_positive(struct str *in, struct str *content);
/* A BIT STRING without unused bits. */
bool der_take_bits(struct str *in, struct str *content);

extern const struct str der_oid_ec, der_oid_rsa; /* contents of the OIDs */

/*
 * Is this the content of a point, uncompressed, of the curve with this OID:
 * P-224, P-256, P-384 or P-521?  For public points only: the time that it
 * takes depends on them.
 */
bool der_is_point(struct str curve, struct str point);

/* SubjectPublicKeyInfo of an EC key; nothing may follow. */
bool der_is_ec_spki(struct str der);
/* RSAPublicKey; nothing may follow. */
bool der_is_rsa_pkcs1(struct str der);

#endif
