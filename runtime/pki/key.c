/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "runtime/pki/der.h"
#include "runtime/pki/key.h"

#include "runtime/base/banned.h"

#define POINT_MAX 133 /* P-521, uncompressed */

int
pki_key_new(EVP_PKEY **out, int curve, struct rt_err *err)
{
	EVP_PKEY *k = NULL;
	int rc = pki_secret_init(NULL, err);

	if (rc != 0)
		return rc;
	k = EVP_EC_gen(OBJ_nid2sn(curve));
	if (k == NULL)
		return rt_err_set(err, RT_ECRYPTO, "a key cannot be made");
	*out = k;
	return 0;
}

/* The public point of x, uncompressed; 0: x is not in range. */
static size_t
public_point(unsigned char *out, const EC_GROUP *g, const BIGNUM *x)
{
	EC_POINT *p = EC_POINT_new(g);
	size_t n = 0;

	if (p != NULL && !BN_is_zero(x) &&
	    BN_cmp(x, EC_GROUP_get0_order(g)) < 0 &&
	    EC_POINT_mul(g, p, x, NULL, NULL, NULL) == 1)
		n = EC_POINT_point2oct(
		    g, p, POINT_CONVERSION_UNCOMPRESSED, out, POINT_MAX, NULL);
	EC_POINT_free(p);
	return n;
}

static EVP_PKEY *
from_params(const OSSL_PARAM *params, int selection)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *k = NULL;

	/* the parameters are only read */
	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(
		ctx, &k, selection, (OSSL_PARAM *)(uintptr_t)params) != 1)
		k = NULL;
	EVP_PKEY_CTX_free(ctx);
	return k;
}

int
pki_key_check(EVP_PKEY *key, struct rt_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok ? 0
		  : rt_err_set(err, RT_ECRYPTO,
			"private and public part of a key do not fit");
}

static EVP_PKEY *
from_number(const EC_GROUP *g, const BIGNUM *x)
{
	unsigned char point[POINT_MAX];
	size_t n = public_point(point, g, x);
	int len = (EC_GROUP_order_bits(g) + 7) / 8;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *k = NULL;

	if (b != NULL && n > 0 &&
	    OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
		OBJ_nid2sn(EC_GROUP_get_curve_name(g)), 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		b, OSSL_PKEY_PARAM_PUB_KEY, point, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN_pad(
		b, OSSL_PKEY_PARAM_PRIV_KEY, x, (size_t)len) == 1)
		params = OSSL_PARAM_BLD_to_param(b);
	k = from_params(params, EVP_PKEY_KEYPAIR);
	if (k != NULL && pki_key_check(k, NULL) != 0) {
		EVP_PKEY_free(k);
		k = NULL;
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	return k;
}

int
pki_key_from_scalar(
    EVP_PKEY **out, int curve, struct str scalar, struct rt_err *err)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(curve);
	BIGNUM *x = BN_secure_new();
	EVP_PKEY *k = NULL;

	ERR_set_mark();
	if (g != NULL && x != NULL && scalar.n <= PKI_SECRET_MAX &&
	    BN_bin2bn((const unsigned char *)scalar.p, (int)scalar.n, x) !=
		NULL)
		k = from_number(g, x);
	ERR_pop_to_mark();
	BN_clear_free(x);
	EC_GROUP_free(g);
	if (k == NULL)
		return rt_err_set(
		    err, RT_ECRYPTO, "not a private key of the curve");
	*out = k;
	return 0;
}

int
pki_key_curve(const EVP_PKEY *key)
{
	char name[64];
	size_t n = 0;

	if (!EVP_PKEY_is_a(key, "EC") ||
	    EVP_PKEY_get_group_name(key, name, sizeof(name), &n) != 1)
		return 0;
	return OBJ_sn2nid(name);
}

int
pki_key_normalise(EVP_PKEY *key, struct rt_err *err)
{
	if (!EVP_PKEY_is_a(key, "EC") ||
	    (EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
		 OSSL_PKEY_EC_ENCODING_GROUP) == 1 &&
		EVP_PKEY_set_utf8_string_param(key,
		    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		    OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 1))
		return 0;
	return rt_err_set(err, RT_ECRYPTO, "a key cannot be normalised");
}

static int
public_der(unsigned char **der, const EVP_PKEY *key)
{
	EVP_PKEY *copy;
	int n = 0;

	if (EVP_PKEY_is_a(key, "RSA"))
		return i2d_PublicKey(key, der);
	if (!EVP_PKEY_is_a(key, "EC"))
		return 0;
	copy = EVP_PKEY_dup((EVP_PKEY *)(uintptr_t)key);
	if (copy != NULL && pki_key_normalise(copy, NULL) == 0)
		n = i2d_PUBKEY(copy, der);
	EVP_PKEY_free(copy);
	return n;
}

int
pki_key_public(
    struct str *out, struct arena *a, const EVP_PKEY *key, struct rt_err *err)
{
	unsigned char *der = NULL;
	int n = public_der(&der, key);
	struct str s = {"", 0};

	if (n > 0)
		s = arena_str(a, (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	if (!der_is_ec_spki(s) && !der_is_rsa_pkcs1(s))
		return rt_err_set(
		    err, RT_EFORMAT, "neither an EC nor an RSA key");
	*out = s;
	return 0;
}

int
pki_key_from_spki(EVP_PKEY **out, struct str der, struct rt_err *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *k = NULL;

	ERR_set_mark();
	if (der_is_ec_spki(der))
		k = d2i_PUBKEY(NULL, &p, (long)der.n);
	ERR_pop_to_mark();
	if (k == NULL)
		return rt_err_set(
		    err, RT_EFORMAT, "not the DER of an EC public key");
	*out = k;
	return 0;
}

int
pki_key_from_pkcs1(EVP_PKEY **out, struct str der, struct rt_err *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *k = NULL;

	ERR_set_mark();
	if (der_is_rsa_pkcs1(der))
		k = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	ERR_pop_to_mark();
	if (k == NULL)
		return rt_err_set(
		    err, RT_EFORMAT, "not the DER of an RSA public key");
	*out = k;
	return 0;
}

typedef int write_pem(BIO *bio, const EVP_PKEY *key);

static int
write_traditional(BIO *bio, const EVP_PKEY *key)
{
	return PEM_write_bio_PrivateKey_traditional(
	    bio, key, NULL, NULL, 0, NULL, NULL);
}

static int
write_pkcs8(BIO *bio, const EVP_PKEY *key)
{
	return PEM_write_bio_PKCS8PrivateKey(
	    bio, key, NULL, NULL, 0, NULL, NULL);
}

static int
to_pem(struct pki_secret *out, const EVP_PKEY *key, write_pem *write,
    struct rt_err *err)
{
	int rc = pki_secret_init(NULL, err);
	BIO *bio = rc == 0 ? BIO_new(BIO_s_secmem()) : NULL;
	char *p = NULL;
	long n = 0;

	if (bio != NULL && write(bio, key) == 1)
		n = BIO_get_mem_data(bio, &p);
	if (n > 0)
		rc = pki_secret_copy(out, (struct str){p, (size_t)n}, err);
	else if (rc == 0)
		rc = rt_err_set(
		    err, RT_ECRYPTO, "a private key cannot be written");
	BIO_free(bio);
	return rc;
}

int
pki_key_pem(struct pki_secret *out, const EVP_PKEY *key, struct rt_err *err)
{
	return to_pem(out, key, write_traditional, err);
}

int
pki_key_pkcs8_pem(
    struct pki_secret *out, const EVP_PKEY *key, struct rt_err *err)
{
	return to_pem(out, key, write_pkcs8, err);
}
