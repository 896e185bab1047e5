/* SPDX-License-Identifier: Apache-2.0 */
/* The Coordinator's CA certificates (coordinator 7.1, 7.2). */
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "runtime/pki/cert_int.h"
#include "runtime/pki/key.h"

#include "runtime/base/banned.h"

#define ROOT STR("system:coordinator:root")
#define CA_YEARS 10

static bool
add_is_ca(X509 *x)
{
	BASIC_CONSTRAINTS *b = BASIC_CONSTRAINTS_new();
	bool ok = b != NULL;

	if (ok)
		b->ca = 0xff; /* DER has no other TRUE */
	ok = ok && cert_add(x, NID_basic_constraints, true, b);
	BASIC_CONSTRAINTS_free(b);
	return ok;
}

struct ca_cert {
	struct str subject, issuer;
	EVP_PKEY *key, *issuer_key;
};

static X509 *
make(const struct ca_cert *c, struct str organization, time_t now)
{
	X509 *x = cert_new(now, CA_YEARS);

	if (x != NULL && X509_set_pubkey(x, c->key) == 1 &&
	    cert_set_subject(x, organization, c->subject) &&
	    cert_set_issuer(x, organization, c->issuer) && add_is_ca(x) &&
	    cert_add_usage(x, true) && cert_add_subject_id(x, c->key) &&
	    (c->key == c->issuer_key || cert_add_authority(x, c->issuer_key)) &&
	    cert_sign(x, c->issuer_key))
		return x;
	X509_free(x);
	return NULL;
}

static int
make_all(struct pki_ca *ca, time_t now, struct rt_err *err)
{
	EVP_PKEY *r = ca->root_key, *m = ca->mesh_key;
	const struct ca_cert root = {ROOT, ROOT, r, r},
			     intermediate = {CERT_INTERMEDIATE, ROOT, m, r},
			     mesh = {
				 CERT_INTERMEDIATE, CERT_INTERMEDIATE, m, m};

	ca->root = make(&root, ca->organization, now);
	ca->intermediate = make(&intermediate, ca->organization, now);
	ca->mesh = make(&mesh, ca->organization, now);
	if (ca->root == NULL || ca->intermediate == NULL || ca->mesh == NULL ||
	    pki_cert_pem(&ca->root_pem, ca->arena, ca->root, NULL) != 0 ||
	    pki_cert_pem(&ca->intermediate_pem, ca->arena, ca->intermediate,
		NULL) != 0 ||
	    pki_cert_pem(&ca->mesh_pem, ca->arena, ca->mesh, NULL) != 0)
		return rt_err_set(
		    err, RT_ECRYPTO, "the CA certificates cannot be made");
	return 0;
}

/* A peer's key counts like one of ours: private, P-384. */
static int
take_key(EVP_PKEY **out, EVP_PKEY *key, const char *what, struct rt_err *err)
{
	if (pki_key_curve(key) != NID_secp384r1 ||
	    pki_key_check(key, NULL) != 0)
		return rt_err_set(
		    err, RT_EINVAL, "the %s key is no P-384 key", what);
	if (EVP_PKEY_up_ref(key) != 1)
		return rt_err_set(
		    err, RT_ECRYPTO, "the %s key is not usable", what);
	*out = key;
	return 0;
}

static int
found(struct pki_ca **out, EVP_PKEY *root_key, EVP_PKEY *mesh_key,
    struct str organization, time_t now, struct rt_err *err)
{
	struct pki_ca *ca = rt_calloc(1, sizeof(*ca));
	int rc = take_key(&ca->root_key, root_key, "root CA", err);

	ca->arena = arena_new();
	ca->organization = organization;
	if (rc == 0 && mesh_key == NULL)
		rc = pki_key_new(&ca->mesh_key, NID_secp384r1, err);
	else if (rc == 0)
		rc = take_key(&ca->mesh_key, mesh_key, "mesh CA", err);
	if (rc == 0)
		rc = make_all(ca, now, err);
	if (rc == 0)
		*out = ca;
	else
		pki_ca_free(ca);
	return rc;
}

int
pki_ca_new(struct pki_ca **out, EVP_PKEY *root_key, EVP_PKEY *mesh_key,
    time_t now, struct rt_err *err)
{
	return found(out, root_key, mesh_key, STR(""), now, err);
}

int
pki_ca_new_simulated(struct pki_ca **out, EVP_PKEY *root_key,
    EVP_PKEY *mesh_key, time_t now, struct rt_err *err)
{
	return found(out, root_key, mesh_key,
	    STR("SIMULATED TEE - NO CONFIDENTIALITY"), now, err);
}

void
pki_ca_free(struct pki_ca *ca)
{
	if (ca == NULL)
		return;
	EVP_PKEY_free(ca->root_key);
	EVP_PKEY_free(ca->mesh_key);
	X509_free(ca->root);
	X509_free(ca->intermediate);
	X509_free(ca->mesh);
	arena_free(ca->arena);
	free(ca);
}

struct str
pki_ca_root_pem(const struct pki_ca *ca)
{
	return ca->root_pem;
}

struct str
pki_ca_intermediate_pem(const struct pki_ca *ca)
{
	return ca->intermediate_pem;
}

struct str
pki_ca_mesh_pem(const struct pki_ca *ca)
{
	return ca->mesh_pem;
}

X509 *
pki_ca_mesh_cert(const struct pki_ca *ca)
{
	return ca->mesh;
}

EVP_PKEY *
pki_ca_mesh_key(const struct pki_ca *ca)
{
	return ca->mesh_key;
}
