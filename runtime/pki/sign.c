/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures over transition hashes: the Coordinator's and the owners'. */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "runtime/pki/key.h"
#include "runtime/pki/sign.h"

#include "runtime/base/banned.h"

/* Over a hash that is SHA-256, by ECDSA only. */
static EVP_PKEY_CTX *
start(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_is_a(key, "EC") ? EVP_PKEY_CTX_new(key, NULL) : NULL;

	if (ctx != NULL && init(ctx) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static int
sign_digest(struct str *out, struct arena *a, EVP_PKEY *key,
    const unsigned char digest[SHA256_LEN], struct rt_err *err)
{
	unsigned char sig[PKI_SIGNATURE_MAX];
	size_t n = sizeof(sig);
	EVP_PKEY_CTX *ctx = start(key, EVP_PKEY_sign_init);
	bool ok =
	    ctx != NULL && EVP_PKEY_sign(ctx, sig, &n, digest, SHA256_LEN) == 1;

	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return rt_err_set(err, RT_ECRYPTO, "the key cannot sign");
	*out = arena_str(a, (struct str){(const char *)sig, n});
	return 0;
}

static bool
fits(EVP_PKEY *key, const unsigned char digest[SHA256_LEN], struct str sig)
{
	EVP_PKEY_CTX *ctx = start(key, EVP_PKEY_verify_init);
	bool ok = ctx != NULL && sig.n > 0 && sig.n <= PKI_SIGNATURE_MAX &&
		  EVP_PKEY_verify(ctx, (const unsigned char *)sig.p, sig.n,
		      digest, SHA256_LEN) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

int
pki_latest_sign(struct str *out, struct arena *a, EVP_PKEY *key,
    const unsigned char hash[SHA256_LEN], struct rt_err *err)
{
	return sign_digest(out, a, key, hash, err);
}

int
pki_latest_verify(EVP_PKEY *key, const unsigned char hash[SHA256_LEN],
    struct str signature, struct rt_err *err)
{
	bool ok;

	ERR_set_mark();
	ok = fits(key, hash, signature);
	ERR_pop_to_mark();
	return ok ? 0
		  : rt_err_set(err, RT_EVERIFY,
			"latest transition signature is invalid");
}

struct str
pki_transition_prepare(struct arena *a, const unsigned char hash[SHA256_LEN])
{
	return rt_hex(a, hash, SHA256_LEN);
}

static void
digest_prepared(unsigned char out[SHA256_LEN], struct arena *a,
    const unsigned char hash[SHA256_LEN])
{
	rt_sha256(out, pki_transition_prepare(a, hash));
}

int
pki_transition_sign(struct str *out, struct arena *a, EVP_PKEY *key,
    const unsigned char hash[SHA256_LEN], struct rt_err *err)
{
	unsigned char digest[SHA256_LEN];

	digest_prepared(digest, a, hash);
	return sign_digest(out, a, key, digest, err);
}

static bool
owner_fits(struct arena *a, struct str owner,
    const unsigned char digest[SHA256_LEN], struct str signature)
{
	EVP_PKEY *key = NULL;
	struct str der;
	bool ok = rt_unhex(&der, a, owner, NULL) == 0 &&
		  pki_key_from_spki(&key, der, NULL) == 0 &&
		  fits(key, digest, signature);

	EVP_PKEY_free(key);
	return ok;
}

int
pki_transition_verify(const struct str *owners, size_t n,
    const unsigned char hash[SHA256_LEN], struct str signature,
    struct rt_err *err)
{
	struct arena *a = arena_new();
	unsigned char digest[SHA256_LEN];
	bool ok = false;
	size_t i;

	digest_prepared(digest, a, hash);
	ERR_set_mark();
	for (i = 0; i < n && !ok; i++)
		ok = owner_fits(a, owners[i], digest, signature);
	ERR_pop_to_mark();
	arena_free(a);
	return ok ? 0
		  : rt_err_set(err, RT_EVERIFY,
			"no workload owner key of the manifest made this "
			"signature");
}
