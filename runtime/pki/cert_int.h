/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_CERT_INT_H
#define CONTRASTC_PKI_CERT_INT_H

#include <openssl/x509v3.h>

#include "runtime/pki/ca.h"

/* Making certificates: what CA and mesh certificates have in common. */

struct pki_ca {
	EVP_PKEY *root_key, *mesh_key;
	X509 *root, *intermediate, *mesh;
	struct arena *arena; /* of the PEM texts */
	struct str root_pem, intermediate_pem, mesh_pem;
	struct str organization; /* of the three subjects; empty: none */
};

/* A v3 certificate with a random serial number below 2^128; NULL: failed. */
X509 *cert_new(time_t now, int years);
/*
 * An EC key, in its bytes only: X509_get0_pubkey() has none.  X509_set_pubkey()
 * writes and reads them, which takes a quarter of a signature's time.
 */
bool cert_set_key(X509 *x, EVP_PKEY *key);
/*
 * An O unless it is empty, and one CN: PrintableString if the characters allow
 * it, else UTF8String.
 */
X509_NAME *cert_name(struct str organization, struct str cn);
bool cert_set_subject(X509 *x, struct str organization, struct str cn);
bool cert_set_issuer(X509 *x, struct str organization, struct str cn);
/* Adds an extension that OpenSSL has a structure for. */
bool cert_add(X509 *x, int nid, bool critical, void *value);
/* Adds an extension by its bytes, not critical. */
bool cert_add_raw(X509 *x, const char *oid, struct str der);
/* The digitalSignature bit, and keyCertSign for a CA. */
bool cert_add_usage(X509 *x, bool ca);
/* Has the subject key identifier of `issuer_key` as authority. */
bool cert_add_authority(X509 *x, EVP_PKEY *issuer_key);
bool cert_add_subject_id(X509 *x, EVP_PKEY *key);
/* ECDSA with SHA-384. */
bool cert_sign(X509 *x, EVP_PKEY *key);

#define CERT_INTERMEDIATE STR("system:coordinator:intermediate")

/*
 * subjectAltName (coordinator 7.3).  *name gets the text for the CN: the first
 * DNS name, else the first SAN, else it is left alone.  RT_EINVAL.
 */
int san_names(GENERAL_NAMES **out, struct str *name,
    const struct pki_leaf *leaf, struct rt_err *err) RT_MUST_CHECK;

#endif
