/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_SHARE_H
#define CONTRASTC_PKI_SHARE_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/vec.h"
#include "runtime/pki/seed.h"

/*
 * Seed shares (coordinator 6.4): the whole seed, encrypted for each seed share
 * owner with RSA-OAEP (RFC 8017; SHA-256, MGF1 with SHA-256, label
 * "seedshare").  They are no secret.
 */
struct pki_share {
	struct str public_key; /* hex RSAPublicKey, as the manifest has it */
	struct str encrypted;  /* bytes; as long as the modulus */
};
struct pki_shares {
	VEC(struct pki_share) list;
	struct str salt; /* PKI_SALT_LEN bytes */
};

#define PKI_SHARES_MAX 1024                    /* owners */
#define PKI_SHARES_FILE_MAX ((size_t)16 << 20) /* bytes of the file */
#define PKI_SHARE_BITS_MIN 2048                /* of a modulus */
#define PKI_SHARE_BITS_MAX 16384               /* what OpenSSL takes */

/*
 * A share for each of the owners, in their order; the strings are copied.
 * RT_EINVAL names the owner whose key is none (hex, PKCS#1) or too small or
 * too large, RT_ELIMIT beyond PKI_SHARES_MAX, RT_ECRYPTO.
 */
int pki_shares_make(struct pki_shares *out, struct arena *a,
    const struct pki_seed *seed, const struct str *owners, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * The file seed-shares.json: two blanks a level, no newline at the end.
 * Reading takes any layout and skips members that it does not know.
 * RT_EFORMAT, RT_ELIMIT.
 */
void pki_shares_write(
    struct buf *out, struct arena *a, const struct pki_shares *s);
int pki_shares_read(struct pki_shares *out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * Finds the share of a seed share owner's key (compared after hex decoding)
 * and decrypts it.  RT_ENOTFOUND: no matching seed share found.  RT_ECRYPTO:
 * it was not made for this key.  RT_EINVAL: what is in it is no seed.
 */
int pki_shares_decrypt(struct pki_seed *out, const struct pki_shares *s,
    EVP_PKEY *owner, struct rt_err *err) RT_MUST_CHECK;

#endif
