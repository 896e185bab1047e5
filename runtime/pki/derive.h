/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_DERIVE_H
#define CONTRASTC_PKI_DERIVE_H

#include <openssl/types.h>

#include "runtime/pki/secret.h"

/*
 * HKDF (RFC 5869, extract and expand) with SHA-256: `n` bytes, at most
 * PKI_SECRET_MAX.  RT_ECRYPTO.
 */
int pki_hkdf(struct pki_secret *out, size_t n, struct str secret,
    struct str salt, struct str info, struct rt_err *err) RT_MUST_CHECK;

/*
 * The first `n` bytes (1..PKI_SECRET_MAX) of an HMAC_DRBG (NIST SP 800-90A
 * 10.1.2) with SHA-256 that is instantiated with `secret` as entropy and
 * `personal` behind it, no nonce, no reseeding.  RT_ECRYPTO.
 */
int pki_hmac_drbg(struct pki_secret *out, size_t n, struct str secret,
    struct str personal, struct rt_err *err) RT_MUST_CHECK;

/*
 * The P-384 key of a secret of at least 16 bytes (c2sp.org/det-keygen,
 * "det ECDSA key gen P-384").  *out is the caller's: EVP_PKEY_free().
 * RT_EINVAL, RT_ECRYPTO.
 */
int pki_det_p384(
    EVP_PKEY **out, struct str secret, struct rt_err *err) RT_MUST_CHECK;

#endif
