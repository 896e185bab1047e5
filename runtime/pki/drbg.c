/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deterministic keys.  OpenSSL's own HMAC-DRBG takes a nonce and reseeds, so
 * the few lines of the generator are here, over its HMAC.
 */
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "runtime/pki/derive.h"
#include "runtime/pki/key.h"

#include "runtime/base/banned.h"

#define HASH_LEN 32
#define P384_LEN 48
#define DET_SECRET_MIN 16

/* Key and value of SP 800-90A, and room for what the HMAC is over. */
struct drbg {
	unsigned char k[HASH_LEN], v[HASH_LEN];
	struct pki_secret input; /* V, one byte, provided data */
};

/* V = HMAC(K, V) */
static bool
step(struct drbg *d)
{
	unsigned char next[HASH_LEN];
	unsigned n = 0;
	bool ok = HMAC(EVP_sha256(), d->k, HASH_LEN, d->v, HASH_LEN, next,
		      &n) != NULL &&
		  n == HASH_LEN;

	memcpy(d->v, next, HASH_LEN);
	OPENSSL_cleanse(next, sizeof(next));
	return ok;
}

/* K = HMAC(K, V || byte || data); V = HMAC(K, V) */
static bool
mix(struct drbg *d, unsigned char byte)
{
	unsigned char next[HASH_LEN];
	unsigned n = 0;
	bool ok;

	memcpy(d->input.p, d->v, HASH_LEN);
	d->input.p[HASH_LEN] = byte;
	ok = HMAC(EVP_sha256(), d->k, HASH_LEN, d->input.p, d->input.n, next,
		 &n) != NULL &&
	     n == HASH_LEN;
	memcpy(d->k, next, HASH_LEN);
	OPENSSL_cleanse(next, sizeof(next));
	return ok && step(d);
}

static bool
generate(struct drbg *d, struct pki_secret *out)
{
	size_t at, n;

	for (at = 0; at < out->n; at += n) {
		if (!step(d))
			return false;
		n = out->n - at < HASH_LEN ? out->n - at : HASH_LEN;
		memcpy(out->p + at, d->v, n);
	}
	return true;
}

static int
drbg_init(
    struct drbg *d, struct str secret, struct str personal, struct rt_err *err)
{
	int rc = pki_secret_new(
	    &d->input, HASH_LEN + 1 + secret.n + personal.n, err);

	if (rc != 0)
		return rc;
	memset(d->k, 0, HASH_LEN);
	memset(d->v, 1, HASH_LEN);
	memcpy(d->input.p + HASH_LEN + 1, secret.p, secret.n);
	memcpy(d->input.p + HASH_LEN + 1 + secret.n, personal.p, personal.n);
	return mix(d, 0) && mix(d, 1)
		   ? 0
		   : rt_err_set(err, RT_ECRYPTO, "HMAC fails");
}

int
pki_hmac_drbg(struct pki_secret *out, size_t n, struct str secret,
    struct str personal, struct rt_err *err)
{
	struct drbg d = {0};
	struct pki_secret s = {0};
	int rc = drbg_init(&d, secret, personal, err);

	if (rc == 0)
		rc = pki_secret_new(&s, n, err);
	if (rc == 0 && !generate(&d, &s))
		rc = rt_err_set(err, RT_ECRYPTO, "HMAC fails");
	pki_secret_free(&d.input);
	OPENSSL_cleanse(&d, sizeof(d));
	if (rc == 0)
		*out = s;
	else
		pki_secret_free(&s);
	return rc;
}

int
pki_det_p384(EVP_PKEY **out, struct str secret, struct rt_err *err)
{
	struct pki_secret x = {0};
	int rc;

	if (secret.n < DET_SECRET_MIN)
		return rt_err_set(err, RT_EINVAL,
		    "a secret of %zu bytes is too short for a key", secret.n);
	rc = pki_hmac_drbg(
	    &x, P384_LEN, secret, STR("det ECDSA key gen P-384"), err);
	if (rc == 0)
		rc = pki_key_from_scalar(
		    out, NID_secp384r1, pki_secret_str(&x), err);
	pki_secret_free(&x);
	return rc;
}
