/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_KEYS_H
#define CONTRASTC_EMIT_KEYS_H

#include "runtime/base/diag.h"
#include "runtime/base/err.h"

/*
 * Owner keys (cli 8.1): PEM files whose public parts go into the manifest.
 * A key that is missing is made in memory and written only when all else has
 * been proven, so that a failing run leaves nothing behind.
 */
enum key_kind {
	KEY_WORKLOAD,  /* EC; made: P-384, SEC 1 */
	KEY_SEEDSHARE, /* RSA; made: 4096 bits, PKCS#1 */
	KEY_KINDS
};

#define KEY_FILE_MAX ((size_t)64 << 10)

struct owner_key {
	const char *path;
	struct str der; /* SubjectPublicKeyInfo or RSAPublicKey */
	bool private;   /* the file has the private part too */
	/* A new key that waits for keys_write(); NULL: none. */
	char *pem;
	size_t pem_len;
	bool written; /* by keys_write() */
};

struct owner_keys {
	enum key_kind kind;
	VEC(struct owner_key) list;
};

/*
 * Reads the key of each path.  If there is exactly one path and no such file,
 * a key is made.  False and a diagnostic on any error.
 */
bool keys_load(struct owner_keys *out, struct arena *a, struct diags *d,
    enum key_kind kind, const char *const *paths, size_t n);
/* Writes what was made, mode 0600; an existing file is never replaced. */
bool keys_write(struct owner_keys *k, struct diags *d);
/* Removes what keys_write() wrote, when the run fails behind it. */
void keys_unwrite(struct owner_keys *k);
/* Overwrites what was made; call it on every way out. */
void keys_wipe(struct owner_keys *k);

/*
 * The public part of a PEM text: PKCS#8, SEC 1 and PKCS#1 private keys,
 * SubjectPublicKeyInfo, RSAPublicKey.  The DER is of the form that goes into
 * a manifest.  RT_EFORMAT.
 */
int keys_public(struct owner_key *out, struct arena *a, enum key_kind kind,
    struct str pem, struct rt_err *err) RT_MUST_CHECK;
/* A new key as PEM, NUL-terminated, from OPENSSL_malloc.  RT_ECRYPTO. */
int keys_make(char **pem, size_t *len, enum key_kind kind,
    struct rt_err *err) RT_MUST_CHECK;
/* Hex of the DER, and hex of its SHA-256: what manifests hold. */
struct str keys_hex(struct arena *a, const struct owner_key *k);
struct str keys_digest(struct arena *a, const struct owner_key *k);

#endif
