/* SPDX-License-Identifier: Apache-2.0 */
/* What all certificates of the Coordinator have in common (coordinator 7). */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "runtime/base/encode.h"
#include "runtime/pki/cert_int.h"
#include "runtime/pki/der.h"
#include "runtime/pki/key.h"

#include "runtime/base/banned.h"

#define LEEWAY 3600L /* clocks of guests may be wrong by this, seconds */
#define SERIAL_BITS 128
#define KEY_ID_LEN 20

static bool
set_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	bool ok = n != NULL;

	do
		ok = ok && BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ANY,
			       BN_RAND_BOTTOM_ANY) == 1;
	while (ok && BN_is_zero(n));
	ok = ok && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return ok;
}

/* Calendar years; the 29th of February may become the 1st of March. */
static time_t
add_years(time_t t, int years)
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return t;
	tm.tm_year += years;
	return timegm(&tm);
}

#define POINT_MAX 133 /* P-521, uncompressed */

/* The point of an EC key, uncompressed; 0: it cannot be had. */
static size_t
point_of(unsigned char out[POINT_MAX], EVP_PKEY *key)
{
	size_t n = 0;

	if (EVP_PKEY_get_octet_string_param(
		key, OSSL_PKEY_PARAM_PUB_KEY, out, POINT_MAX, &n) != 1 ||
	    n == 0 || out[0] != POINT_CONVERSION_UNCOMPRESSED)
		return 0;
	return n;
}

X509 *
cert_new(time_t now, int years)
{
	X509 *x = X509_new();

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    set_serial(x) &&
	    ASN1_TIME_set(X509_getm_notBefore(x), now - LEEWAY) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), add_years(now, years)) != NULL)
		return x;
	X509_free(x);
	return NULL;
}

bool
cert_set_key(X509 *x, EVP_PKEY *key)
{
	unsigned char point[POINT_MAX];
	size_t n = point_of(point, key);
	unsigned char *copy = n == 0 ? NULL : OPENSSL_memdup(point, n);

	if (copy != NULL &&
	    X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(x),
		OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
		OBJ_nid2obj(pki_key_curve(key)), copy, (int)n) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

/* X.680 41.4 */
static bool
is_printable(struct str s)
{
	static const struct str set =
	    STR_INIT("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		     "0123456789 '()+,-./:=?");
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (str_chr(set, s.p[i], 0) == SIZE_MAX)
			return false;
	}
	return true;
}

/* With a type of ASN.1 OpenSSL leaves the length alone. */
static bool
add_entry(X509_NAME *n, int nid, struct str s)
{
	int type = is_printable(s) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;

	return str_is_utf8(s) &&
	       X509_NAME_add_entry_by_NID(n, nid, type,
		   (const unsigned char *)s.p, (int)s.n, -1, 0) == 1;
}

X509_NAME *
cert_name(struct str organization, struct str cn)
{
	X509_NAME *n = X509_NAME_new();

	if (n != NULL &&
	    (organization.n == 0 ||
		add_entry(n, NID_organizationName, organization)) &&
	    add_entry(n, NID_commonName, cn))
		return n;
	X509_NAME_free(n);
	return NULL;
}

bool
cert_set_subject(X509 *x, struct str organization, struct str cn)
{
	X509_NAME *n = cert_name(organization, cn);
	bool ok = n != NULL && X509_set_subject_name(x, n) == 1;

	X509_NAME_free(n);
	return ok;
}

bool
cert_set_issuer(X509 *x, struct str organization, struct str cn)
{
	X509_NAME *n = cert_name(organization, cn);
	bool ok = n != NULL && X509_set_issuer_name(x, n) == 1;

	X509_NAME_free(n);
	return ok;
}

bool
cert_add(X509 *x, int nid, bool critical, void *value)
{
	return X509_add1_ext_i2d(x, nid, value, critical, X509V3_ADD_APPEND) ==
	       1;
}

bool
cert_add_raw(X509 *x, const char *oid, struct str der)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	bool ok;

	if (o != NULL && v != NULL &&
	    ASN1_OCTET_STRING_set(
		v, (const unsigned char *)der.p, (int)der.n) == 1)
		e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, v);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(v);
	ASN1_OBJECT_free(o);
	return ok;
}

bool
cert_add_usage(X509 *x, bool ca)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	bool ok = bits != NULL && ASN1_BIT_STRING_set_bit(bits, 0, 1) == 1 &&
		  (!ca || ASN1_BIT_STRING_set_bit(bits, 5, 1) == 1) &&
		  cert_add(x, NID_key_usage, true, bits);

	ASN1_BIT_STRING_free(bits);
	return ok;
}

/* RFC 7093, method 1: 160 bits of the SHA-256 of the public key's bits. */
static ASN1_OCTET_STRING *
key_id(EVP_PKEY *key)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	unsigned char bits[POINT_MAX], sum[SHA256_LEN];
	size_t n = point_of(bits, key);

	rt_sha256(sum, (struct str){(const char *)bits, n});
	if (n > 0 && id != NULL &&
	    ASN1_OCTET_STRING_set(id, sum, KEY_ID_LEN) == 1)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}

bool
cert_add_subject_id(X509 *x, EVP_PKEY *key)
{
	ASN1_OCTET_STRING *id = key_id(key);
	bool ok =
	    id != NULL && cert_add(x, NID_subject_key_identifier, false, id);

	ASN1_OCTET_STRING_free(id);
	return ok;
}

bool
cert_add_authority(X509 *x, EVP_PKEY *issuer_key)
{
	AUTHORITY_KEYID *a = AUTHORITY_KEYID_new();
	bool ok = a != NULL && (a->keyid = key_id(issuer_key)) != NULL &&
		  cert_add(x, NID_authority_key_identifier, false, a);

	AUTHORITY_KEYID_free(a);
	return ok;
}

bool
cert_sign(X509 *x, EVP_PKEY *key)
{
	return X509_sign(x, key, EVP_sha384()) > 0;
}

int
pki_cert_pem(
    struct str *out, struct arena *a, const X509 *cert, struct rt_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;

	if (bio != NULL && PEM_write_bio_X509(bio, cert) == 1)
		n = BIO_get_mem_data(bio, &p);
	if (n > 0)
		*out = arena_str(a, (struct str){p, (size_t)n});
	BIO_free(bio);
	return n > 0 ? 0
		     : rt_err_set(
			   err, RT_ECRYPTO, "a certificate cannot be written");
}

int
pki_cert_secret_id(
    struct str *out, struct arena *a, const X509 *cert, struct rt_err *err)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(PKI_OID_SECRET_ID, 1);
	int at = oid == NULL ? -1 : X509_get_ext_by_OBJ(cert, oid, -1);
	bool twice = at >= 0 && X509_get_ext_by_OBJ(cert, oid, at) >= 0;
	const ASN1_OCTET_STRING *v;
	struct str der, id;

	ASN1_OBJECT_free(oid);
	if (oid == NULL)
		return rt_err_set(err, RT_ECRYPTO, "no object identifier");
	if (at < 0) {
		*out = STR("");
		return 0;
	}
	v = X509_EXTENSION_get_data(X509_get_ext(cert, at));
	der = (struct str){(const char *)ASN1_STRING_get0_data(v),
	    (size_t)ASN1_STRING_length(v)};
	if (twice || !der_take(&der, DER_OCTETS, &id) || der.n != 0)
		return rt_err_set(err, RT_EFORMAT,
		    "the certificate's workload secret ID is malformed");
	*out = arena_str(a, id);
	return 0;
}
