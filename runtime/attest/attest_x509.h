/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_X509_H
#define CONTRASTC_ATTEST_X509_H

#include <openssl/x509.h>

#include "runtime/base/str.h"

/* What both vendors' chains need of X.509 (attestation 22). */

/* One DER certificate that consumes all bytes; NULL otherwise. */
X509 *attest_x509_parse(struct str der);
/*
 * The certificate that `read` makes of the text.  Those read lately are
 * remembered, and so are the signatures that were found good: vendors' chains
 * come again with each piece of evidence.  Both are facts that neither time
 * nor a revocation changes.  Any thread.
 */
X509 *attest_known(struct str text, X509 *(*read)(struct str text));
/* Has the key of `issuer` signed it?  Compares no names. */
bool attest_x509_signed_by(X509 *x, const X509 *issuer);
X509_CRL *attest_x509_crl(struct str der);
/*
 * PEM blocks named CERTIFICATE with only white space between and around them
 * (NUL too at the end, as quotes have it): their number, 0 if there is
 * anything else or more than `max`.  The caller frees out[0..n).
 */
size_t attest_x509_pem(X509 **out, size_t max, struct str pem);
void attest_x509_free(X509 **v, size_t n);

/* Seconds since 1970; false: not a time of RFC 5280. */
bool attest_x509_time(int64_t *out, const ASN1_TIME *t);
/* notBefore and notAfter. */
bool attest_x509_validity(int64_t *from, int64_t *to, const X509 *x);
/* lastUpdate and nextUpdate; false too if there is no nextUpdate. */
bool attest_x509_updates(int64_t *from, int64_t *to, const X509_CRL *crl);

/*
 * An EC public key on this curve ("secp384r1", NID) and a valid point?  The
 * key stays the certificate's.
 */
bool attest_x509_has_curve(X509 *x, int nid);

/* Dotted OID of an extension in `buf`; false: longer than that. */
bool attest_x509_ext_oid(char *buf, size_t n, X509_EXTENSION *e);
/* The contents of extnValue. */
struct str attest_x509_ext_value(X509_EXTENSION *e);

/*
 * ECDSA: a signature of two numbers of `len` bytes each (P-256: 32), big
 * endian, over SHA-256 or SHA-384 by the curve.  Numbers outside 1..n-1 fail.
 */
bool attest_ecdsa_verify(EVP_PKEY *key, struct str rs, struct str message);
/* The same for little-endian numbers in fields of rs.n / 2 bytes. */
bool attest_ecdsa_verify_le(EVP_PKEY *key, struct str rs, struct str message);

#endif
