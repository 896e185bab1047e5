/* SPDX-License-Identifier: Apache-2.0 */
/* Intel's revocation lists (12.6), and the extension of PCK leaves. */
#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define SGX_EXTENSION "1.2.840.113741.1.13.1"

static X509_CRL *
parse_pem(struct str text)
{
	BIO *b = BIO_new_mem_buf(text.p, (int)text.n);
	X509_CRL *crl = NULL;

	if (b != NULL)
		crl = PEM_read_bio_X509_CRL(b, NULL, NULL, NULL);
	BIO_free(b);
	return crl;
}

/* The service gives DER or PEM, a cache in between DER or hex. */
X509_CRL *
intel_crl_parse(struct arena *a, struct str text)
{
	struct str der;

	if (text.n == 0)
		return NULL;
	if (str_starts(text, STR("-----BEGIN")))
		return parse_pem(text);
	if (tdx_byte(text, 0) == '3' &&
	    rt_unhex(&der, a, str_trim(text), NULL) == 0)
		return attest_x509_crl(der);
	return attest_x509_crl(text);
}

static bool
has_critical(const X509_CRL *crl)
{
	int i;

	for (i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)) != 0)
			return true;
	}
	return false;
}

static bool
is_from(X509_CRL *crl, X509 *issuer)
{
	return !has_critical(crl) &&
	       X509_CRL_get_signature_nid(crl) == NID_ecdsa_with_SHA256 &&
	       X509_NAME_cmp(X509_CRL_get_issuer(crl),
		   X509_get_subject_name(issuer)) == 0 &&
	       X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1;
}

X509_CRL *
intel_crl_read(struct attest_result *r, struct str text, X509 *issuer,
    const char *kind, const struct attest_env *env, int64_t now)
{
	X509_CRL *crl = intel_crl_parse(r->arena, text);
	int64_t from, to;

	if (crl == NULL || !is_from(crl, issuer)) {
		(void)attest_reject(r, ATTEST_TDX_CRL_INVALID,
		    "the %s is malformed or not of its issuer", kind);
	} else if (!attest_x509_updates(&from, &to, crl) ||
		   !attest_in_time(env, now, from, to + env->max_age)) {
		(void)attest_reject(
		    r, ATTEST_TDX_CRL_STALE, "the %s is not valid now", kind);
	} else if (attest_seen_newer(env->seen, kind, from)) {
		(void)attest_reject(
		    r, ATTEST_TDX_CRL_STALE, "a newer %s was seen", kind);
	} else {
		return crl;
	}
	X509_CRL_free(crl);
	return NULL;
}

bool
intel_crl_lists(X509_CRL *crl, const X509 *x)
{
	X509_REVOKED *entry = NULL;

	return X509_CRL_get0_by_serial(
		   crl, &entry, X509_get0_serialNumber(x)) == 1;
}

int
pck_read(struct pck_ext *out, struct attest_result *r, X509 *leaf)
{
	X509_EXTENSION *found = NULL;
	char oid[64];
	int i;

	if (!attest_x509_has_curve(leaf, NID_X9_62_prime256v1))
		return attest_reject(
		    r, ATTEST_TDX_PCK_EXT, "the leaf's key is not on P-256");
	for (i = 0; i < X509_get_ext_count(leaf); i++) {
		X509_EXTENSION *e = X509_get_ext(leaf, i);

		if (!attest_x509_ext_oid(oid, sizeof(oid), e) ||
		    strcmp(oid, SGX_EXTENSION) != 0)
			continue;
		if (found != NULL)
			return attest_reject(r, ATTEST_TDX_PCK_EXT,
			    "the leaf has two SGX extensions");
		found = e;
	}
	if (found == NULL)
		return attest_reject(
		    r, ATTEST_TDX_PCK_EXT, "the leaf has no SGX extension");
	return pck_ext_parse(out, r, attest_x509_ext_value(found));
}
