/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_KEY_H
#define CONTRASTC_PKI_KEY_H

#include <openssl/types.h>

#include "runtime/base/arena.h"
#include "runtime/pki/secret.h"

/*
 * Keys are OpenSSL's; who gets one from here frees it with EVP_PKEY_free(),
 * which wipes the private number.  Curves are NIDs (<openssl/obj_mac.h>).
 */

/* A random key of a curve.  RT_ECRYPTO. */
int pki_key_new(EVP_PKEY **out, int curve, struct rt_err *err) RT_MUST_CHECK;
/*
 * The key with this private number, big endian, 0 < number < group order.
 * RT_ECRYPTO.
 */
int pki_key_from_scalar(EVP_PKEY **out, int curve, struct str scalar,
    struct rt_err *err) RT_MUST_CHECK;
/* The curve of an EC key by name or by its parameters; 0: none or not EC. */
int pki_key_curve(const EVP_PKEY *key);

/*
 * Has an EC key written with a named curve and an uncompressed point, however
 * it was read.  Nothing happens to keys of other kinds.  RT_ECRYPTO.
 */
int pki_key_normalise(EVP_PKEY *key, struct rt_err *err) RT_MUST_CHECK;
/* Do private and public part belong together?  RT_ECRYPTO. */
int pki_key_check(EVP_PKEY *key, struct rt_err *err) RT_MUST_CHECK;

/*
 * SubjectPublicKeyInfo (RFC 5480) with named curve and uncompressed point,
 * or, of an RSA key, RSAPublicKey (RFC 8017): what manifests and owner digests
 * are made of.  RT_EFORMAT: a key of another kind.
 */
int pki_key_public(struct str *out, struct arena *a, const EVP_PKEY *key,
    struct rt_err *err) RT_MUST_CHECK;
/* The public key of a SubjectPublicKeyInfo of EC; nothing may follow. */
int pki_key_from_spki(
    EVP_PKEY **out, struct str der, struct rt_err *err) RT_MUST_CHECK;
/* The public key of an RSAPublicKey (PKCS#1); nothing may follow. */
int pki_key_from_pkcs1(
    EVP_PKEY **out, struct str der, struct rt_err *err) RT_MUST_CHECK;

/*
 * The private key as PEM: `EC PRIVATE KEY` (SEC 1, RFC 5915) or `RSA PRIVATE
 * KEY` (PKCS#1), and `PRIVATE KEY` (PKCS#8, RFC 5958).  RT_ECRYPTO.  It is
 * read with pki_owner_private().
 */
int pki_key_pem(struct pki_secret *out, const EVP_PKEY *key,
    struct rt_err *err) RT_MUST_CHECK;
int pki_key_pkcs8_pem(struct pki_secret *out, const EVP_PKEY *key,
    struct rt_err *err) RT_MUST_CHECK;

#endif
