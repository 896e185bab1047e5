/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "coordinator/history.h"
#include "runtime/manifest/manifest.h"
#include "runtime/pki/sign.h"
#include "runtime/base/banned.h"

#define KEY_LEN (sizeof("transitions/") + 2 * SHA256_LEN)
#define LATEST "transitions/latest"

static void
key_of(char out[KEY_LEN], const char *kind, const co_hash hash)
{
	size_t i, n = strlen(kind);

	memcpy(out, kind, n);
	out[n++] = '/';
	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(out + n + 2 * i, 3, "%02x", hash[i]);
}

/* What a hash stands for, or RT_EVERIFY. */
static int
get(struct str *out, struct arena *a, struct co_store *s, const char *kind,
    const co_hash hash, struct rt_err *err)
{
	char key[KEY_LEN];
	co_hash found;
	int rc;

	key_of(key, kind, hash);
	if ((rc = co_store_get(out, a, s, key, err)) != 0)
		return rc;
	rt_sha256(found, *out);
	if (memcmp(found, hash, sizeof(found)) != 0)
		return rt_err_set(
		    err, RT_EVERIFY, "history: hash mismatch of %s", key);
	return 0;
}

int
co_history_manifest(struct str *out, struct arena *a, struct co_store *s,
    const co_hash hash, struct rt_err *err)
{
	return get(out, a, s, "manifests", hash, err);
}

int
co_history_policy(struct str *out, struct arena *a, struct co_store *s,
    const co_hash hash, struct rt_err *err)
{
	return get(out, a, s, "policies", hash, err);
}

int
co_history_transition(struct co_transition *out, struct co_store *s,
    const co_hash hash, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct str record;
	int rc = get(&record, a, s, "transitions", hash, err);

	if (rc == 0 && record.n != 2 * SHA256_LEN)
		rc = rt_err_set(err, RT_EFORMAT,
		    "history: a transition of %zu bytes", record.n);
	if (rc == 0) {
		memcpy(out->hash, hash, SHA256_LEN);
		memcpy(out->manifest, record.p, SHA256_LEN);
		memcpy(out->previous, record.p + SHA256_LEN, SHA256_LEN);
	}
	arena_free(a);
	return rc;
}

static bool
is_zero(const co_hash hash)
{
	static const co_hash zero;

	return memcmp(hash, zero, SHA256_LEN) == 0;
}

int
co_history_chain(struct co_chain *out, struct arena *a, struct co_store *s,
    const co_hash hash, struct rt_err *err)
{
	struct co_transition t, *p;
	size_t i, n;
	int rc;

	memcpy(t.previous, hash, SHA256_LEN);
	while (!is_zero(t.previous)) {
		if (out->v.n == CO_CHAIN_MAX)
			return rt_err_set(err, RT_ELIMIT,
			    "history: more than %d transitions", CO_CHAIN_MAX);
		if ((rc = co_history_transition(&t, s, t.previous, err)) != 0)
			return rc;
		VEC_PUSH(a, &out->v, t);
	}
	for (i = 0, n = out->v.n, p = out->v.p; i < n / 2; i++) {
		t = p[i];
		p[i] = p[n - 1 - i];
		p[n - 1 - i] = t;
	}
	return 0;
}

int
co_history_latest(struct co_latest *out, struct arena *a, struct co_store *s,
    EVP_PKEY *key, struct rt_err *err)
{
	int rc = co_store_get(&out->raw, a, s, LATEST, err);

	if (rc != 0)
		return rc;
	if (out->raw.n <= SHA256_LEN ||
	    out->raw.n > SHA256_LEN + PKI_SIGNATURE_MAX)
		return rt_err_set(err, RT_EFORMAT,
		    "history: a latest transition of %zu bytes", out->raw.n);
	memcpy(out->transition, out->raw.p, SHA256_LEN);
	out->signature = str_sub(out->raw, SHA256_LEN, out->raw.n);
	if (key == NULL)
		return 0;
	return pki_latest_verify(key, out->transition, out->signature, err);
}

static int
put(struct co_store *s, const char *kind, const co_hash hash, struct str bytes,
    struct rt_err *err)
{
	char key[KEY_LEN];

	key_of(key, kind, hash);
	return co_store_put(s, key, bytes, err);
}

int
co_history_put_policy(
    co_hash hash, struct co_store *s, struct str bytes, struct rt_err *err)
{
	rt_sha256(hash, bytes);
	return put(s, "policies", hash, bytes, err);
}

int
co_history_put_manifest(struct co_transition *out, struct co_store *s,
    struct str manifest, const co_hash previous, struct rt_err *err)
{
	unsigned char record[2 * SHA256_LEN];
	int rc;

	rt_sha256(out->manifest, manifest);
	memcpy(out->previous, previous, SHA256_LEN);
	manifest_transition(out->hash, manifest, previous);
	memcpy(record, out->manifest, SHA256_LEN);
	memcpy(record + SHA256_LEN, previous, SHA256_LEN);
	if ((rc = put(s, "manifests", out->manifest, manifest, err)) != 0)
		return rc;
	return put(s, "transitions", out->hash,
	    (struct str){(const char *)record, sizeof(record)}, err);
}

int
co_history_advance(struct co_latest *out, struct arena *a, struct co_store *s,
    const struct co_latest *old, const co_hash transition, EVP_PKEY *key,
    struct rt_err *err)
{
	struct str signature;
	char *raw;
	int rc = pki_latest_sign(&signature, a, key, transition, err);

	if (rc != 0)
		return rc;
	raw = arena_alloc(a, SHA256_LEN + signature.n);
	memcpy(raw, transition, SHA256_LEN);
	memcpy(raw + SHA256_LEN, signature.p, signature.n);
	memcpy(out->transition, transition, SHA256_LEN);
	out->raw = (struct str){raw, SHA256_LEN + signature.n};
	out->signature = str_sub(out->raw, SHA256_LEN, out->raw.n);
	return co_store_swap(
	    s, LATEST, old == NULL ? NULL : &old->raw, out->raw, err);
}
