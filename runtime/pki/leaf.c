/* SPDX-License-Identifier: Apache-2.0 */
/* Mesh certificates (coordinator 7.3, 7.4). */
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "runtime/pki/cert_int.h"
#include "runtime/pki/key.h"

#include "runtime/base/banned.h"

#define LEAF_YEARS 1

static bool
add_purposes(X509 *x)
{
	static const int purposes[] = {NID_client_auth, NID_server_auth};
	EXTENDED_KEY_USAGE *list = EXTENDED_KEY_USAGE_new();
	bool ok = list != NULL;
	size_t i;

	/* the objects are OpenSSL's own, which freeing leaves alone */
	for (i = 0; ok && i < 2; i++)
		ok = sk_ASN1_OBJECT_push(list, OBJ_nid2obj(purposes[i])) > 0;
	ok = ok && cert_add(x, NID_ext_key_usage, false, list);
	EXTENDED_KEY_USAGE_free(list);
	return ok;
}

/* An empty SEQUENCE: no CA. */
static bool
add_no_ca(X509 *x)
{
	BASIC_CONSTRAINTS *b = BASIC_CONSTRAINTS_new();
	bool ok = b != NULL && cert_add(x, NID_basic_constraints, true, b);

	BASIC_CONSTRAINTS_free(b);
	return ok;
}

static bool
add_secret_id(X509 *x, struct str id)
{
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	unsigned char *der = NULL;
	int n = 0;
	bool ok;

	if (v != NULL && ASN1_OCTET_STRING_set(
			     v, (const unsigned char *)id.p, (int)id.n) == 1)
		n = i2d_ASN1_OCTET_STRING(v, &der);
	ok = n > 0 && cert_add_raw(x, PKI_OID_SECRET_ID,
			  (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	ASN1_OCTET_STRING_free(v);
	return ok;
}

static bool
add_own(X509 *x, const struct pki_leaf *leaf)
{
	size_t i;

	for (i = 0; i < leaf->n_claims; i++) {
		if (!cert_add_raw(x, leaf->claims[i].oid, leaf->claims[i].der))
			return false;
	}
	return leaf->secret_id.n == 0 || add_secret_id(x, leaf->secret_id);
}

static X509 *
make(const struct pki_ca *ca, const struct pki_leaf *leaf, struct str name,
    GENERAL_NAMES *sans, time_t now)
{
	X509 *x = cert_new(now, LEAF_YEARS);

	if (x != NULL && cert_set_key(x, leaf->key) &&
	    cert_set_subject(x, STR(""), name) &&
	    cert_set_issuer(x, ca->organization, CERT_INTERMEDIATE) &&
	    cert_add_usage(x, false) && add_purposes(x) && add_no_ca(x) &&
	    cert_add_authority(x, ca->mesh_key) &&
	    (sk_GENERAL_NAME_num(sans) == 0 ||
		cert_add(x, NID_subject_alt_name, false, sans)) &&
	    add_own(x, leaf) && cert_sign(x, ca->mesh_key))
		return x;
	X509_free(x);
	return NULL;
}

int
pki_ca_issue(X509 **out, const struct pki_ca *ca, const struct pki_leaf *leaf,
    time_t now, struct rt_err *err)
{
	int curve = pki_key_curve(leaf->key), rc;
	struct str name = leaf->policy_hash;
	GENERAL_NAMES *sans = NULL;
	X509 *x;

	if (curve != NID_X9_62_prime256v1 && curve != NID_secp384r1)
		return rt_err_set(err, RT_EINVAL,
		    "a mesh certificate needs a P-256 or P-384 key");
	rc = san_names(&sans, &name, leaf, err);
	if (rc != 0)
		return rc;
	x = make(ca, leaf, name, sans, now);
	GENERAL_NAMES_free(sans);
	if (x == NULL)
		return rt_err_set(
		    err, RT_ECRYPTO, "a mesh certificate cannot be made");
	*out = x;
	return 0;
}

int
pki_ca_issue_chain(struct str *out, struct arena *a, const struct pki_ca *ca,
    const struct pki_leaf *leaf, time_t now, struct rt_err *err)
{
	X509 *x = NULL;
	struct str pem;
	int rc = pki_ca_issue(&x, ca, leaf, now, err);

	if (rc == 0)
		rc = pki_cert_pem(&pem, a, x, err);
	X509_free(x);
	if (rc == 0)
		*out = arena_printf(
		    a, "%.*s%.*s", STR_ARG(pem), STR_ARG(ca->intermediate_pem));
	return rc;
}
