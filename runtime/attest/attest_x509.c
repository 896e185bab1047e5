/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/base/banned.h"

static X509 *
read_der(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = der.n == 0 ? NULL : d2i_X509(NULL, &p, (long)der.n);

	if (x != NULL && p != (const unsigned char *)der.p + der.n) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

X509 *
attest_x509_parse(struct str der)
{
	return attest_known(der, read_der);
}

X509_CRL *
attest_x509_crl(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509_CRL *c = der.n == 0 ? NULL : d2i_X509_CRL(NULL, &p, (long)der.n);

	if (c != NULL && p != (const unsigned char *)der.p + der.n) {
		X509_CRL_free(c);
		c = NULL;
	}
	return c;
}

void
attest_x509_free(X509 **v, size_t n)
{
	while (n > 0)
		X509_free(v[--n]);
}

static struct str
skip_blank(struct str s)
{
	size_t i = 0;

	while (i < s.n && isspace((unsigned char)s.p[i]) != 0)
		i++;
	return str_sub(s, i, s.n);
}

/* The block at the front, from its first dash to the end of its last line. */
static bool
take_block(struct str *block, struct str *in)
{
	static const struct str begin = STR_INIT("-----BEGIN CERTIFICATE-----");
	static const struct str end = STR_INIT("-----END CERTIFICATE-----");
	size_t at;

	if (!str_starts(*in, begin))
		return false;
	at = str_find(*in, end, begin.n);
	if (at == SIZE_MAX ||
	    str_find(str_sub(*in, 0, at), STR("-----BEGIN"), 1) != SIZE_MAX)
		return false;
	*block = str_sub(*in, 0, at + end.n);
	*in = str_sub(*in, at + end.n, in->n);
	return true;
}

static X509 *
read_block(struct str block)
{
	BIO *bio = BIO_new_mem_buf(block.p, (int)block.n);
	unsigned char *der = NULL;
	char *name = NULL, *header = NULL;
	long len = 0;
	X509 *x = NULL;

	if (bio != NULL && PEM_read_bio(bio, &name, &header, &der, &len) == 1)
		x = read_der((struct str){(const char *)der, (size_t)len});
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return x;
}

size_t
attest_x509_pem(X509 **out, size_t max, struct str pem)
{
	struct str in, block;
	size_t n = 0;

	while (pem.n > 0 && pem.p[pem.n - 1] == '\0')
		pem.n--;
	for (in = skip_blank(pem); in.n > 0; in = skip_blank(in)) {
		if (n < max && take_block(&block, &in) &&
		    (out[n] = attest_known(block, read_block)) != NULL) {
			n++;
			continue;
		}
		attest_x509_free(out, n);
		return 0;
	}
	return n;
}

bool
attest_x509_time(int64_t *out, const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

bool
attest_x509_validity(int64_t *from, int64_t *to, const X509 *x)
{
	return attest_x509_time(from, X509_get0_notBefore(x)) &&
	       attest_x509_time(to, X509_get0_notAfter(x));
}

bool
attest_x509_updates(int64_t *from, int64_t *to, const X509_CRL *crl)
{
	return attest_x509_time(from, X509_CRL_get0_lastUpdate(crl)) &&
	       attest_x509_time(to, X509_CRL_get0_nextUpdate(crl));
}

static int
curve_of(const EVP_PKEY *key)
{
	char name[32];
	size_t n;

	if (key == NULL || EVP_PKEY_is_a(key, "EC") != 1 ||
	    EVP_PKEY_get_group_name(key, name, sizeof(name), &n) != 1)
		return NID_undef;
	n = (size_t)OBJ_txt2nid(name);
	return n == NID_undef ? EC_curve_nist2nid(name) : (int)n;
}

bool
attest_x509_has_curve(X509 *x, int nid)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	EVP_PKEY_CTX *ctx;
	bool ok;

	if (curve_of(key) != nid)
		return false;
	/* The curves have cofactor 1: a point on them is of the group. */
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	ok = ctx != NULL && EVP_PKEY_public_check_quick(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

bool
attest_x509_ext_oid(char *buf, size_t n, X509_EXTENSION *e)
{
	int len = OBJ_obj2txt(buf, (int)n, X509_EXTENSION_get_object(e), 1);

	return len > 0 && (size_t)len < n;
}

struct str
attest_x509_ext_value(X509_EXTENSION *e)
{
	const ASN1_OCTET_STRING *s = X509_EXTENSION_get_data(e);

	return (struct str){(const char *)ASN1_STRING_get0_data(s),
	    (size_t)ASN1_STRING_length(s)};
}

static bool
verify_der(EVP_PKEY *key, const char *digest, const unsigned char *sig, int n,
    struct str message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = n > 0 && ctx != NULL &&
	     EVP_DigestVerifyInit_ex(
		 ctx, NULL, digest, NULL, NULL, key, NULL) == 1 &&
	     EVP_DigestVerify(ctx, sig, (size_t)n,
		 (const unsigned char *)message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Takes both numbers. */
static bool
verify(EVP_PKEY *key, BIGNUM *r, BIGNUM *s, struct str message)
{
	int curve = curve_of(key), n;
	unsigned char *der = NULL;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	bool ok = false;

	/* verifying refuses what is not within 1..n-1 */
	if (sig != NULL && curve != NID_undef && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		n = i2d_ECDSA_SIG(sig, &der);
		ok = verify_der(key,
		    curve == NID_secp384r1 ? "SHA384" : "SHA256", der, n,
		    message);
	}
	OPENSSL_free(der);
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return ok;
}

bool
attest_ecdsa_verify(EVP_PKEY *key, struct str rs, struct str message)
{
	const unsigned char *p = (const unsigned char *)rs.p;
	int n = (int)(rs.n / 2);

	return verify(
	    key, BN_bin2bn(p, n, NULL), BN_bin2bn(p + n, n, NULL), message);
}

bool
attest_ecdsa_verify_le(EVP_PKEY *key, struct str rs, struct str message)
{
	const unsigned char *p = (const unsigned char *)rs.p;
	int n = (int)(rs.n / 2);

	return verify(
	    key, BN_lebin2bn(p, n, NULL), BN_lebin2bn(p + n, n, NULL), message);
}
