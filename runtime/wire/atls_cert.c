/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of attested TLS: self-signed, valid for some hours, with the
 * attestation document as their only extension.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

/* Clocks of guests may be wrong by this much, seconds. */
#define LEEWAY (2L * 60 * 60)
#define SERIAL_LEN 16

/*
 * Keys that a certificate may hold, with the digest that signs it.  Others
 * are refused unread: explicit curve parameters and giant moduli cost time.
 */
static const struct key_kind {
	const char *type, *group; /* group: NULL is any */
	int min, max;             /* bits */
	const EVP_MD *(*md)(void);
} key_kinds[] = {
    {"EC", "prime256v1", 256, 256, EVP_sha256},
    {"EC", "secp384r1", 384, 384, EVP_sha384},
    {"EC", "secp521r1", 521, 521, EVP_sha512},
    {"RSA", NULL, 2048, 8192, EVP_sha256},
};

static bool
named_group(EVP_PKEY *k, const char *group)
{
	int explicitly = 0;
	char name[32];
	size_t n;

	if (group == NULL)
		return true;
	(void)EVP_PKEY_get_int_param(
	    k, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicitly);
	return explicitly == 0 &&
	       EVP_PKEY_get_group_name(k, name, sizeof(name), &n) == 1 &&
	       strcmp(name, group) == 0;
}

const EVP_MD *
atls_key_digest(EVP_PKEY *k)
{
	size_t i;

	for (i = 0; k != NULL && i < sizeof(key_kinds) / sizeof(*key_kinds);
	     i++) {
		const struct key_kind *kind = &key_kinds[i];
		int bits = EVP_PKEY_get_bits(k);

		if (EVP_PKEY_is_a(k, kind->type) && bits >= kind->min &&
		    bits <= kind->max && named_group(k, kind->group))
			return kind->md();
	}
	return NULL;
}

static int
crypto(struct rt_err *err, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return rt_err_set(err, RT_ECRYPTO, "%s: %s", what,
	    reason == NULL ? "no reason given" : reason);
}

int
atls_report_data(unsigned char out[ATLS_REPORT_DATA_LEN], struct str spki,
    const unsigned char nonce[ATLS_NONCE_LEN], struct rt_err *err)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool good = md != NULL && EVP_DigestInit_ex(md, EVP_sha512(), NULL) &&
		    EVP_DigestUpdate(md, spki.p, spki.n) &&
		    EVP_DigestUpdate(md, nonce, ATLS_NONCE_LEN) &&
		    EVP_DigestFinal_ex(md, out, NULL);

	EVP_MD_CTX_free(md);
	return good ? 0 : crypto(err, "SHA-512");
}

int
atls_cert_spki(struct buf *out, X509 *x, struct rt_err *err)
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (n <= 0)
		return crypto(err, "public key of the certificate");
	buf_put(out, (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	return 0;
}

/* Positive and below 2^128. */
static bool
set_serial(X509 *x)
{
	unsigned char raw[SERIAL_LEN];
	BIGNUM *n = NULL;
	bool good;

	good = RAND_bytes(raw, sizeof(raw)) == 1;
	raw[SERIAL_LEN - 1] |= 1; /* never zero */
	n = good ? BN_bin2bn(raw, sizeof(raw), NULL) : NULL;
	good = n != NULL &&
	       BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return good;
}

static bool
set_names(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_NID(name, NID_commonName,
		   V_ASN1_PRINTABLESTRING, (const unsigned char *)"Contrast",
		   -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x, name) == 1;
}

static bool
add_document(X509 *x, const char *oid, struct str doc)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	bool good = o != NULL && value != NULL &&
		    ASN1_OCTET_STRING_set(
			value, (const unsigned char *)doc.p, (int)doc.n) == 1;

	if (good)
		e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, value);
	good = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(o);
	return good;
}

/* Has the issuer make evidence for the key of `x` and puts it there. */
static int
attest(X509 *x, const struct atls_conn *c, struct rt_err *err)
{
	unsigned char data[ATLS_REPORT_DATA_LEN];
	char oid[ATLS_OID_MAX] = "";
	struct buf spki = {0}, doc = {0};
	int r = atls_cert_spki(&spki, x, err);

	if (r == 0)
		r = atls_report_data(data, buf_str(&spki), c->theirs, err);
	if (r == 0)
		r = c->us.issue(
		    oid, &doc, c->us.issue_arg, data, c->deadline, err);
	if (r == 0 && doc.n > ATLS_DOC_MAX)
		r = rt_err_set(err, RT_ELIMIT,
		    "the attestation document has %zu bytes; the limit is %zu",
		    doc.n, ATLS_DOC_MAX);
	if (r == 0 && !add_document(x, oid, buf_str(&doc)))
		r = crypto(err, "attestation extension");
	buf_free(&doc);
	buf_free(&spki);
	return r;
}

int
atls_cert_new(
    X509 **out, EVP_PKEY *key, const struct atls_conn *c, struct rt_err *err)
{
	const EVP_MD *md = atls_key_digest(key);
	X509 *x = X509_new();
	int r = 0;

	if (md == NULL)
		r = rt_err_set(err, RT_EINVAL,
		    "the key is not ECDSA P-256, P-384, P-521 or RSA of 2048 "
		    "to 8192 bits");
	else if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
		 !set_serial(x) || !set_names(x) ||
		 X509_gmtime_adj(X509_getm_notBefore(x), -LEEWAY) == NULL ||
		 X509_gmtime_adj(X509_getm_notAfter(x), LEEWAY) == NULL ||
		 X509_set_pubkey(x, key) != 1)
		r = crypto(err, "certificate");
	if (r == 0 && c->us.issue != NULL)
		r = attest(x, c, err);
	if (r == 0 && X509_sign(x, key, md) == 0)
		r = crypto(err, "signature of the certificate");
	if (r != 0) {
		X509_free(x);
		return r;
	}
	*out = x;
	return 0;
}
