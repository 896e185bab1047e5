/* SPDX-License-Identifier: Apache-2.0 */
/* Seed shares, encrypted and decrypted; share_json.c has the file. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "runtime/base/encode.h"
#include "runtime/pki/key.h"
#include "runtime/pki/share.h"

#include "runtime/base/banned.h"

static const char label[] = "seedshare";

/* The context owns the copy of the label once it has taken it. */
static bool
set_label(EVP_PKEY_CTX *ctx)
{
	int n = (int)sizeof(label) - 1;
	void *copy = OPENSSL_memdup(label, (size_t)n);

	if (copy != NULL && EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, n) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

static EVP_PKEY_CTX *
oaep(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_CTX_new(key, NULL) : NULL;

	if (ctx != NULL && init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 &&
	    set_label(ctx))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static int
encrypt(struct pki_share *out, struct arena *a, EVP_PKEY *key,
    const struct pki_secret *seed, struct rt_err *err)
{
	EVP_PKEY_CTX *ctx = oaep(key, EVP_PKEY_encrypt_init);
	size_t n = (size_t)EVP_PKEY_get_size(key);
	unsigned char *p = arena_alloc(a, n);
	bool ok =
	    ctx != NULL && EVP_PKEY_encrypt(ctx, p, &n, seed->p, seed->n) == 1;

	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return rt_err_set(
		    err, RT_ECRYPTO, "a seed share cannot be encrypted");
	out->encrypted = (struct str){(const char *)p, n};
	return 0;
}

static int
make_share(struct pki_share *out, struct arena *a, const struct pki_seed *seed,
    struct str owner, struct rt_err *err)
{
	EVP_PKEY *key = NULL;
	struct str der;
	int bits, rc = rt_unhex(&der, a, owner, err);

	if (rc == 0)
		rc = pki_key_from_pkcs1(&key, der, err);
	if (rc != 0)
		return rt_err_set(err, RT_EINVAL,
		    "not the hexadecimal DER of an RSA public key");
	bits = EVP_PKEY_get_bits(key);
	if (bits < PKI_SHARE_BITS_MIN || bits > PKI_SHARE_BITS_MAX) {
		rc = rt_err_set(err, RT_EINVAL,
		    "an RSA key of %d bits; it needs %d to %d", bits,
		    PKI_SHARE_BITS_MIN, PKI_SHARE_BITS_MAX);
	} else {
		out->public_key = arena_str(a, owner);
		rc = encrypt(out, a, key, &seed->seed, err);
	}
	EVP_PKEY_free(key);
	return rc;
}

int
pki_shares_make(struct pki_shares *out, struct arena *a,
    const struct pki_seed *seed, const struct str *owners, size_t n,
    struct rt_err *err)
{
	struct pki_shares s = {0};
	size_t i;
	int rc = 0;

	if (n > PKI_SHARES_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "more than %d seed share owners", PKI_SHARES_MAX);
	ERR_set_mark();
	for (i = 0; i < n && rc == 0; i++) {
		struct pki_share share = {0};

		rc = make_share(&share, a, seed, owners[i], err);
		VEC_PUSH(a, &s.list, share);
	}
	ERR_pop_to_mark();
	if (rc != 0)
		return rt_err_wrap(err, "seed share owner %zu", i - 1);
	s.salt = arena_str(
	    a, (struct str){(const char *)seed->salt, sizeof(seed->salt)});
	*out = s;
	return 0;
}

static int
decrypt(struct pki_secret *out, EVP_PKEY *key, struct str encrypted,
    struct rt_err *err)
{
	EVP_PKEY_CTX *ctx = oaep(key, EVP_PKEY_decrypt_init);
	size_t n = (size_t)EVP_PKEY_get_size(key);
	int rc = pki_secret_new(out, n, err);

	if (rc == 0 && (ctx == NULL || EVP_PKEY_decrypt(ctx, out->p, &n,
					   (const unsigned char *)encrypted.p,
					   encrypted.n) != 1)) {
		pki_secret_free(out);
		rc = rt_err_set(err, RT_ECRYPTO,
		    "the seed share was not encrypted for this key");
	}
	EVP_PKEY_CTX_free(ctx);
	if (rc == 0 && n < out->n) {
		struct pki_secret whole = *out;

		rc = pki_secret_copy(
		    out, str_sub(pki_secret_str(&whole), 0, n), err);
		pki_secret_free(&whole);
	}
	return rc;
}

static const struct pki_share *
find(const struct pki_shares *s, struct arena *a, EVP_PKEY *owner)
{
	const struct pki_share *it;
	struct str der, got;

	if (pki_key_public(&der, a, owner, NULL) != 0)
		return NULL;
	VEC_FOREACH(it, &s->list)
		if (rt_unhex(&got, a, it->public_key, NULL) == 0 &&
		    str_eq(got, der))
			return it;
	return NULL;
}

int
pki_shares_decrypt(struct pki_seed *out, const struct pki_shares *s,
    EVP_PKEY *owner, struct rt_err *err)
{
	struct arena *a = arena_new();
	const struct pki_share *share = find(s, a, owner);
	struct pki_secret seed = {0};
	int rc;

	ERR_set_mark();
	if (share == NULL)
		rc = rt_err_set(
		    err, RT_ENOTFOUND, "no matching seed share found");
	else
		rc = decrypt(&seed, owner, share->encrypted, err);
	ERR_pop_to_mark();
	if (rc == 0)
		rc = pki_seed_read(out, pki_secret_str(&seed), s->salt, err);
	pki_secret_free(&seed);
	arena_free(a);
	return rc;
}
