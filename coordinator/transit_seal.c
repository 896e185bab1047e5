/* SPDX-License-Identifier: Apache-2.0 */
/* The ciphertexts of the transit engine. */
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "coordinator/transit.h"
#include "runtime/base/banned.h"

#define NONCE_LEN 12
#define TAG_LEN 16
#define PLAIN_MAX ((size_t)1 << 20)

struct gcm {
	EVP_CIPHER_CTX *ctx;
	int len;
};

static int
gcm_begin(struct gcm *g, const struct pki_seed *seed, struct str name,
    uint32_t version, const unsigned char *nonce, struct str associated,
    bool encrypt, struct rt_err *err)
{
	struct pki_secret key = {0};
	int rc = pki_seed_transit(&key, seed, name, version, err);

	if (rc != 0)
		return rc;
	g->ctx = EVP_CIPHER_CTX_new();
	if (g->ctx == NULL ||
	    EVP_CipherInit_ex(
		g->ctx, EVP_aes_256_gcm(), NULL, key.p, nonce, encrypt) != 1 ||
	    EVP_CipherUpdate(g->ctx, NULL, &g->len,
		(const unsigned char *)associated.p, (int)associated.n) != 1)
		rc = rt_err_set(err, RT_ECRYPTO, "AES-256-GCM failed");
	pki_secret_free(&key);
	return rc;
}

int
co_transit_encrypt(struct buf *out, const struct pki_seed *seed,
    struct str name, uint32_t version, struct str plain, struct str associated,
    struct rt_err *err)
{
	struct buf raw = {0};
	struct gcm g = {0};
	unsigned char *p;
	int rc, end;

	if (plain.n > PLAIN_MAX || associated.n > PLAIN_MAX)
		return rt_err_set(err, RT_EFORMAT, "more than 1 MiB");
	p = (unsigned char *)buf_reserve(&raw, NONCE_LEN + plain.n + TAG_LEN);
	if (RAND_bytes(p, NONCE_LEN) != 1) {
		buf_free(&raw);
		return rt_err_set(err, RT_ECRYPTO, "no random bytes");
	}
	rc = gcm_begin(&g, seed, name, version, p, associated, true, err);
	if (rc == 0 &&
	    (EVP_CipherUpdate(g.ctx, p + NONCE_LEN, &g.len,
		 (const unsigned char *)plain.p, (int)plain.n) != 1 ||
		EVP_CipherFinal_ex(g.ctx, p + NONCE_LEN + plain.n, &end) != 1 ||
		EVP_CIPHER_CTX_ctrl(g.ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN,
		    p + NONCE_LEN + plain.n) != 1))
		rc = rt_err_set(err, RT_ECRYPTO, "AES-256-GCM failed");
	if (rc == 0) {
		raw.n = NONCE_LEN + plain.n + TAG_LEN;
		buf_printf(out, "vault:v%u:", version);
		rt_base64(out, buf_str(&raw));
	}
	EVP_CIPHER_CTX_free(g.ctx);
	buf_free(&raw);
	return rc;
}

/* "vault:v1:…"; the raw bytes are nonce, ciphertext and tag. */
static int
split(uint32_t *version, struct str *raw, struct arena *a, struct str text,
    struct rt_err *err)
{
	static const char prefix[] = "vault:v";
	struct str rest = str_sub(text, sizeof(prefix) - 1, text.n);
	size_t colon = str_chr(rest, ':', 0);
	uint64_t n;

	if (!str_starts(text, str_from(prefix)) || colon == SIZE_MAX ||
	    !str_u64(str_sub(rest, 0, colon), UINT32_MAX, &n))
		return rt_err_set(err, RT_EFORMAT, "not of the form vault:vN:");
	if (rt_unbase64(raw, a, str_sub(rest, colon + 1, rest.n), err) != 0 ||
	    raw->n < NONCE_LEN + TAG_LEN || raw->n > 2 * PLAIN_MAX)
		return rt_err_set(err, RT_EFORMAT, "ciphertext is malformed");
	*version = (uint32_t)n;
	return 0;
}

static int
open_raw(struct buf *out, struct gcm *g, struct str raw, struct rt_err *err)
{
	size_t n = raw.n - NONCE_LEN - TAG_LEN;
	unsigned char *p = (unsigned char *)buf_reserve(out, n + TAG_LEN);
	int end;

	if (EVP_CipherUpdate(g->ctx, p, &g->len,
		(const unsigned char *)raw.p + NONCE_LEN, (int)n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(g->ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN,
		(void *)(uintptr_t)(raw.p + NONCE_LEN + n)) != 1 ||
	    EVP_CipherFinal_ex(g->ctx, p + n, &end) != 1) {
		OPENSSL_cleanse(p, n);
		return rt_err_set(
		    err, RT_EVERIFY, "message authentication failed");
	}
	out->n += n;
	return 0;
}

int
co_transit_decrypt(struct buf *out, const struct pki_seed *seed,
    struct str name, struct str text, struct str associated, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct gcm g = {0};
	uint32_t version;
	struct str raw;
	int rc;

	if (associated.n > PLAIN_MAX)
		rc = rt_err_set(err, RT_EFORMAT, "more than 1 MiB");
	else
		rc = split(&version, &raw, a, text, err);
	if (rc == 0)
		rc = gcm_begin(&g, seed, name, version,
		    (const unsigned char *)raw.p, associated, false, err);
	if (rc == 0)
		rc = open_raw(out, &g, raw, err);
	EVP_CIPHER_CTX_free(g.ctx);
	arena_free(a);
	return rc;
}
