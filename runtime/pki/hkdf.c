/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "runtime/pki/derive.h"

#include "runtime/base/banned.h"

static OSSL_PARAM
octets(const char *key, struct str s)
{
	return OSSL_PARAM_construct_octet_string(
	    key, (void *)(uintptr_t)s.p, s.n);
}

static bool
expand(
    struct pki_secret *out, struct str secret, struct str salt, struct str info)
{
	char digest[] = "SHA256";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(
		OSSL_KDF_PARAM_DIGEST, digest, sizeof(digest) - 1),
	    octets(OSSL_KDF_PARAM_KEY, secret),
	    octets(OSSL_KDF_PARAM_SALT, salt),
	    octets(OSSL_KDF_PARAM_INFO, info),
	    OSSL_PARAM_END,
	};
	bool ok =
	    ctx != NULL && EVP_KDF_derive(ctx, out->p, out->n, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

int
pki_hkdf(struct pki_secret *out, size_t n, struct str secret, struct str salt,
    struct str info, struct rt_err *err)
{
	struct pki_secret s = {0};
	int rc = pki_secret_new(&s, n, err);

	if (rc != 0)
		return rc;
	if (!expand(&s, secret, salt, info)) {
		pki_secret_free(&s);
		return rt_err_set(
		    err, RT_ECRYPTO, "a secret cannot be derived");
	}
	*out = s;
	return 0;
}
