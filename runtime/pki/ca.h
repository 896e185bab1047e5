/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_CA_H
#define CONTRASTC_PKI_CA_H

#include <time.h>

#include <openssl/types.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

/*
 * The Coordinator's certificate authority (coordinator 7): root CA with the
 * key of the seed, intermediate and mesh CA with one and the same mesh key.
 * A pki_ca never changes once it is made; a new manifest or a recovery makes a
 * new one.  Threads may issue from it at the same time.
 */
struct pki_ca;

/*
 * Makes the three CA certificates, valid from an hour before `now` for ten
 * years.  `mesh_key` is the key of a peer's CA, or NULL: a random P-384 key is
 * made (7.6: first and later sets, user recovery).  Both keys stay the
 * caller's.  *out ends with pki_ca_free().  RT_EINVAL: not P-384; RT_ECRYPTO.
 */
int pki_ca_new(struct pki_ca **out, EVP_PKEY *root_key, EVP_PKEY *mesh_key,
    time_t now, struct rt_err *err) RT_MUST_CHECK;
/*
 * The same, whose subjects say O=SIMULATED TEE - NO CONFIDENTIALITY
 * (attestation 19.4).
 */
int pki_ca_new_simulated(struct pki_ca **out, EVP_PKEY *root_key,
    EVP_PKEY *mesh_key, time_t now, struct rt_err *err) RT_MUST_CHECK;
/* Accepts NULL; wipes the keys. */
void pki_ca_free(struct pki_ca *ca);

/* One CERTIFICATE block each; borrowed. */
struct str pki_ca_root_pem(const struct pki_ca *ca);
struct str pki_ca_intermediate_pem(const struct pki_ca *ca);
struct str pki_ca_mesh_pem(const struct pki_ca *ca);
/* The anchor that clients of this manifest have, and its key; borrowed. */
X509 *pki_ca_mesh_cert(const struct pki_ca *ca);
EVP_PKEY *pki_ca_mesh_key(const struct pki_ca *ca);

/* An extension that is not critical: what attestation says about a peer. */
struct pki_extension {
	const char *oid; /* dotted */
	struct str der;  /* contents of extnValue */
};

/* Who gets a mesh certificate; all of it is borrowed. */
struct pki_leaf {
	EVP_PKEY *key;          /* the public key: P-256 or P-384 */
	const struct str *sans; /* of the manifest's entry */
	size_t n_sans;
	struct str policy_hash; /* hex: the name where there is no SAN */
	struct str peer;        /* address without port, or empty */
	struct str secret_id;   /* workload secret ID, or empty */
	const struct pki_extension *claims; /* in order of emission */
	size_t n_claims;
};

/*
 * A mesh certificate, valid from an hour before `now` for a year; *out is the
 * caller's: X509_free().  To use its key, read what is written of it.
 * RT_EINVAL: another kind of key, a SAN that no
 * certificate can hold; RT_ECRYPTO.
 */
int pki_ca_issue(X509 **out, const struct pki_ca *ca,
    const struct pki_leaf *leaf, time_t now, struct rt_err *err) RT_MUST_CHECK;
/* The same as certChain.pem: leaf, then intermediate. */
int pki_ca_issue_chain(struct str *out, struct arena *a,
    const struct pki_ca *ca, const struct pki_leaf *leaf, time_t now,
    struct rt_err *err) RT_MUST_CHECK;

/* Marks certificates with the workload secret ID. */
#define PKI_OID_SECRET_ID "1.3.9901.3.1"
/*
 * The workload secret ID of a certificate; empty if it has none.  RT_EFORMAT:
 * the extension is there, but malformed or more than once.
 */
int pki_cert_secret_id(struct str *out, struct arena *a, const X509 *cert,
    struct rt_err *err) RT_MUST_CHECK;
/* A certificate as a CERTIFICATE block. */
int pki_cert_pem(struct str *out, struct arena *a, const X509 *cert,
    struct rt_err *err) RT_MUST_CHECK;

#endif
