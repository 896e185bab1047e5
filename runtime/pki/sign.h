/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_SIGN_H
#define CONTRASTC_PKI_SIGN_H

#include <openssl/types.h>

#include "runtime/base/arena.h"
#include "runtime/base/encode.h"
#include "runtime/base/err.h"

/*
 * Signatures over a transition hash (coordinator 6.5, 8.3); the hash comes
 * from manifest_transition().  Signatures are ECDSA in ASN.1 DER.
 */
#define PKI_SIGNATURE_MAX ((size_t)141) /* P-521 */

/* By the Coordinator's signing key, over the hash as it is (8.3). */
int pki_latest_sign(struct str *out, struct arena *a, EVP_PKEY *key,
    const unsigned char hash[SHA256_LEN], struct rt_err *err) RT_MUST_CHECK;
/* RT_EVERIFY: latest transition signature is invalid. */
int pki_latest_verify(EVP_PKEY *key, const unsigned char hash[SHA256_LEN],
    struct str signature, struct rt_err *err) RT_MUST_CHECK;

/* What owners sign: 64 lower-case hex digits. */
#define PKI_PREPARED_LEN ((size_t)2 * SHA256_LEN)
struct str pki_transition_prepare(
    struct arena *a, const unsigned char hash[SHA256_LEN]);
/* By an owner's EC key, SHA-256 over the 64 digits (6.5). */
int pki_transition_sign(struct str *out, struct arena *a, EVP_PKEY *key,
    const unsigned char hash[SHA256_LEN], struct rt_err *err) RT_MUST_CHECK;
/*
 * Against the owners of a manifest, hex SubjectPublicKeyInfo each; one that
 * fits suffices.  RT_EVERIFY: none does, there is none, or one cannot be read.
 */
int pki_transition_verify(const struct str *owners, size_t n,
    const unsigned char hash[SHA256_LEN], struct str signature,
    struct rt_err *err) RT_MUST_CHECK;

#endif
