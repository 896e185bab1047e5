/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "runtime/base/buf.h"
#include "runtime/pki/derive.h"
#include "runtime/pki/seed.h"

#include "runtime/base/banned.h"

static const struct str infos[PKI_PURPOSES] = {
    [PKI_POD_STATE] = STR_INIT("POD STATE SECRET"),
    [PKI_HISTORY] = STR_INIT("HISTORY SECRET"),
    [PKI_SIGNING] = STR_INIT("TRANSACTION SIGNING SECRET"),
    [PKI_ROOT_CA] = STR_INIT("ROOT CA SEED"),
};

static struct str
salt_of(const struct pki_seed *s)
{
	return (struct str){(const char *)s->salt, sizeof(s->salt)};
}

int
pki_seed_new(struct pki_seed *out, struct rt_err *err)
{
	struct pki_seed s = {0};
	int rc = pki_secret_random(&s.seed, PKI_SEED_LEN, err);

	if (rc != 0)
		return rc;
	if (RAND_bytes(s.salt, sizeof(s.salt)) != 1) {
		pki_seed_free(&s);
		return rt_err_set(
		    err, RT_ECRYPTO, "the random generator fails");
	}
	*out = s;
	return 0;
}

int
pki_seed_read(
    struct pki_seed *out, struct str seed, struct str salt, struct rt_err *err)
{
	struct pki_seed s = {0};
	int rc;

	if (seed.n < PKI_SEED_MIN || seed.n > PKI_SEED_MAX)
		return rt_err_set(err, RT_EINVAL,
		    "seed must be %d to %d bytes long, not %zu", PKI_SEED_MIN,
		    PKI_SEED_MAX, seed.n);
	if (salt.n != PKI_SALT_LEN)
		return rt_err_set(err, RT_EINVAL,
		    "salt must be %d bytes long, not %zu", PKI_SALT_LEN,
		    salt.n);
	rc = pki_secret_copy(&s.seed, seed, err);
	if (rc != 0)
		return rc;
	memcpy(s.salt, salt.p, salt.n);
	*out = s;
	return 0;
}

void
pki_seed_free(struct pki_seed *s)
{
	pki_secret_free(&s->seed);
	OPENSSL_cleanse(s->salt, sizeof(s->salt));
}

bool
pki_seed_equal(const struct pki_seed *a, const struct pki_seed *b)
{
	return pki_secret_equal(&a->seed, pki_secret_str(&b->seed)) &&
	       CRYPTO_memcmp(a->salt, b->salt, sizeof(a->salt)) == 0;
}

int
pki_seed_derive(struct pki_secret *out, const struct pki_seed *s,
    enum pki_purpose purpose, struct rt_err *err)
{
	struct buf info = {0};
	int rc;

	if (s->simulated)
		buf_puts(&info, "simulated/");
	buf_put(&info, infos[purpose]);
	rc = pki_hkdf(out, s->seed.n, pki_secret_str(&s->seed), salt_of(s),
	    buf_str(&info), err);
	buf_free(&info);
	return rc;
}

int
pki_seed_key(EVP_PKEY **out, const struct pki_seed *s, enum pki_purpose purpose,
    struct rt_err *err)
{
	struct pki_secret secret = {0};
	int rc;

	if (purpose != PKI_SIGNING && purpose != PKI_ROOT_CA)
		return rt_err_set(err, RT_EINVAL, "no key has this purpose");
	rc = pki_seed_derive(&secret, s, purpose, err);
	if (rc == 0)
		rc = pki_det_p384(out, pki_secret_str(&secret), err);
	pki_secret_free(&secret);
	return rc;
}

int
pki_seed_workload(struct pki_secret *out, const struct pki_seed *s,
    struct str id, struct rt_err *err)
{
	struct pki_secret parent = {0};
	struct buf info = {0};
	int rc;

	if (id.n == 0)
		return rt_err_set(err, RT_EINVAL, "no workload secret ID");
	rc = pki_seed_derive(&parent, s, PKI_POD_STATE, err);
	if (rc != 0)
		return rc;
	buf_puts(&info, "WORKLOAD SECRET ID: ");
	buf_put(&info, id);
	rc = pki_hkdf(out, s->seed.n, pki_secret_str(&parent), salt_of(s),
	    buf_str(&info), err);
	buf_free(&info);
	pki_secret_free(&parent);
	return rc;
}

/* A seed has at least 32 bytes, and so has a workload secret. */
_Static_assert(
    PKI_SEED_MIN >= PKI_TRANSIT_KEY_LEN, "key of the transit engine");

int
pki_seed_transit(struct pki_secret *out, const struct pki_seed *s,
    struct str name, uint32_t version, struct rt_err *err)
{
	struct pki_secret whole = {0};
	struct buf id = {0};
	int rc;

	if (name.n == 0)
		return rt_err_set(err, RT_EINVAL, "a transit key has no name");
	buf_printf(&id, "%u_", version);
	buf_put(&id, name);
	rc = pki_seed_workload(&whole, s, buf_str(&id), err);
	buf_free(&id);
	if (rc == 0)
		rc = pki_secret_copy(out,
		    (struct str){(const char *)whole.p, PKI_TRANSIT_KEY_LEN},
		    err);
	pki_secret_free(&whole);
	return rc;
}
