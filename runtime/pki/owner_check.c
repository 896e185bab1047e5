/* SPDX-License-Identifier: Apache-2.0 */
/* Owner keys that are made, and callers that show one. */
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "runtime/pki/key.h"
#include "runtime/pki/owner.h"

#include "runtime/base/banned.h"

const char *const pki_owner_names[PKI_OWNERS] = {
    [PKI_OWNER_WORKLOAD] = "workload", [PKI_OWNER_SEEDSHARE] = "seedshare"};

#define SEEDSHARE_BITS 4096u

int
pki_owner_make(struct pki_secret *pem, enum pki_owner kind, struct rt_err *err)
{
	EVP_PKEY *k = NULL;
	int rc = pki_secret_init(NULL, err);

	if (rc != 0)
		return rc;
	k = kind == PKI_OWNER_WORKLOAD ? EVP_EC_gen("P-384")
				       : EVP_RSA_gen(SEEDSHARE_BITS);
	if (k == NULL || pki_key_pem(pem, k, NULL) != 0)
		rc = rt_err_set(err, RT_ECRYPTO,
		    "a new %s owner key cannot be made", pki_owner_names[kind]);
	EVP_PKEY_free(k);
	return rc;
}

int
pki_owner_digest(
    unsigned char out[SHA256_LEN], const EVP_PKEY *key, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct str der;
	int rc = pki_key_public(&der, a, key, err);

	if (rc == 0)
		rt_sha256(out, der);
	arena_free(a);
	return rc;
}

int
pki_owner_check(const EVP_PKEY *key, const unsigned char (*allowed)[SHA256_LEN],
    size_t n, struct rt_err *err)
{
	unsigned char digest[SHA256_LEN];
	unsigned found = 0;
	size_t i;
	int rc = pki_owner_digest(digest, key, err);

	if (rc != 0)
		return rc;
	for (i = 0; i < n; i++)
		found |= CRYPTO_memcmp(digest, allowed[i], SHA256_LEN) == 0;
	return found != 0
		   ? 0
		   : rt_err_set(err, RT_EAUTH, "not the key of an owner");
}
