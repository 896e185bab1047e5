/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_OWNER_H
#define CONTRASTC_PKI_OWNER_H

#include <openssl/types.h>

#include "runtime/base/arena.h"
#include "runtime/base/encode.h"
#include "runtime/pki/secret.h"

/*
 * Owner keys (cli 8.1, coordinator 6.5): who may replace the manifest, and who
 * may recover the Coordinator.
 */
enum pki_owner {
	PKI_OWNER_WORKLOAD,  /* EC; made: P-384, SEC 1 */
	PKI_OWNER_SEEDSHARE, /* RSA; made: 4096 bits, PKCS#1 */
	PKI_OWNERS
};
/* "workload", "seedshare". */
extern const char *const pki_owner_names[PKI_OWNERS];

struct pki_owner_key {
	struct str der; /* SubjectPublicKeyInfo or RSAPublicKey */
	bool private;   /* the file has the private part too */
};
/*
 * The public part of a PEM text: PKCS#8, SEC 1 and PKCS#1 private keys,
 * SubjectPublicKeyInfo, RSAPublicKey; a leading EC PARAMETERS block is
 * skipped.  The DER is of the form that goes into a manifest.  RT_EFORMAT.
 */
int pki_owner_public(struct pki_owner_key *out, struct arena *a,
    enum pki_owner kind, struct str pem, struct rt_err *err) RT_MUST_CHECK;
/*
 * The private key of the same; the caller's: EVP_PKEY_free().  RT_EFORMAT,
 * also where there is only a public one.
 */
int pki_owner_private(EVP_PKEY **out, enum pki_owner kind, struct str pem,
    struct rt_err *err) RT_MUST_CHECK;
/* Hex of the DER, and hex of its SHA-256: what manifests hold. */
struct str pki_owner_hex(struct arena *a, const struct pki_owner_key *k);
struct str pki_owner_digest_hex(struct arena *a, const struct pki_owner_key *k);
/* A new key as PEM text.  RT_ECRYPTO. */
int pki_owner_make(struct pki_secret *pem, enum pki_owner kind,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * The digest by which a caller is known (6.5): SHA-256 of pki_key_public() of
 * the key of its certificate.  RT_EFORMAT: neither RSA nor ECDSA.
 */
int pki_owner_digest(unsigned char out[SHA256_LEN], const EVP_PKEY *key,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * Is the digest of `key` one of these?  0, or RT_EAUTH; every allowed digest
 * is compared, each in constant time.
 */
int pki_owner_check(const EVP_PKEY *key,
    const unsigned char (*allowed)[SHA256_LEN], size_t n,
    struct rt_err *err) RT_MUST_CHECK;

#endif
