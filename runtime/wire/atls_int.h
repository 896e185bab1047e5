/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_ATLS_INT_H
#define CONTRASTC_WIRE_ATLS_INT_H

#include <openssl/x509.h>

#include "runtime/wire/atls.h"

/* 32 bytes in base64, with its NUL. */
#define ATLS_NONCE_B64 45
/* Extensions that a peer's certificate may have. */
#define ATLS_EXT_MAX 16

struct atls_ctx {
	SSL_CTX *ssl;
};

struct atls_conn {
	SSL *ssl;
	struct atls_party us;
	int64_t deadline;
	bool server;
	bool heard;                           /* the peer's nonce is known */
	bool attested;                        /* our certificate is made */
	unsigned char ours[ATLS_NONCE_LEN];   /* the peer's evidence binds it */
	unsigned char theirs[ATLS_NONCE_LEN]; /* our evidence binds it */
	struct buf spki;                      /* of the peer's certificate */
	char oid[ATLS_OID_MAX];
	struct rt_err err; /* what a callback found, or code 0 */
};

/*
 * The client's nonce out of the bodies of its extensions ALPN (RFC 7301) and
 * server_name (RFC 6066); p = NULL: absent.  RT_EFORMAT.
 */
int atls_nonce_of_hello(unsigned char nonce[ATLS_NONCE_LEN], struct str alpn,
    struct str server_name, struct rt_err *err) RT_MUST_CHECK;
/* The server's nonce out of the names of its CertificateRequest. */
int atls_nonce_of_names(unsigned char nonce[ATLS_NONCE_LEN],
    const STACK_OF(X509_NAME) * names, struct rt_err *err) RT_MUST_CHECK;
/* How they are sent.  NULL without memory; the name is the caller's. */
X509_NAME *atls_nonce_name(const unsigned char nonce[ATLS_NONCE_LEN]);
void atls_nonce_base64(
    char out[ATLS_NONCE_B64], const unsigned char nonce[ATLS_NONCE_LEN]);
/* ALPN list on the wire: the nonce's entry if `nonce` is given, then h2. */
void atls_nonce_alpn(
    struct buf *out, const unsigned char nonce[ATLS_NONCE_LEN]);
void atls_nonce_hex(char out[2 * ATLS_NONCE_LEN + 1],
    const unsigned char nonce[ATLS_NONCE_LEN]);

/* SHA-512 over both (attestation, report data). */
int atls_report_data(unsigned char out[ATLS_REPORT_DATA_LEN], struct str spki,
    const unsigned char nonce[ATLS_NONCE_LEN],
    struct rt_err *err) RT_MUST_CHECK;
/* The SubjectPublicKeyInfo as it stands in the certificate, appended. */
int atls_cert_spki(struct buf *out, X509 *x, struct rt_err *err) RT_MUST_CHECK;
/* Our certificate for `key`, with evidence if the party issues some. */
int atls_cert_new(X509 **out, EVP_PKEY *key, const struct atls_conn *c,
    struct rt_err *err) RT_MUST_CHECK;
/* What signs with a key of the kinds that we know; NULL: another kind. */
const EVP_MD *atls_key_digest(EVP_PKEY *k);
/*
 * Judges the peer's certificate: key, times, self-signature, then evidence;
 * fills c->spki and c->oid.
 */
int atls_judge(struct atls_conn *c, X509 *x, struct rt_err *err) RT_MUST_CHECK;
/* The second half of it. */
int atls_judge_evidence(
    struct atls_conn *c, X509 *x, struct rt_err *err) RT_MUST_CHECK;

/* Versions, suites, groups, sizes; nothing is resumed. */
bool atls_settings(SSL_CTX *s);
/* Sets up the SSL of a connection whose party, role and nonce are set. */
int atls_conn_ssl(struct atls_conn *c, struct atls_ctx *ctx, int fd,
    struct rt_err *err) RT_MUST_CHECK;

#endif
