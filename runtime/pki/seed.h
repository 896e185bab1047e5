/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_SEED_H
#define CONTRASTC_PKI_SEED_H

#include <openssl/types.h>

#include "runtime/pki/secret.h"

/*
 * The secret that everything else of a Coordinator comes from (coordinator
 * 6.1 to 6.3), the same way in both profiles.  Start with `struct pki_seed s
 * = {0}`, end with pki_seed_free().  Reading one needs no lock.
 */
#define PKI_SEED_LEN 64   /* of one that is drawn */
#define PKI_SEED_MIN 32   /* of one that is received */
#define PKI_SEED_MAX 1024 /* the same */
#define PKI_SALT_LEN 32
#define PKI_TRANSIT_KEY_LEN 32 /* AES-256 */

struct pki_seed {
	struct pki_secret seed;
	unsigned char salt[PKI_SALT_LEN]; /* not secret */
	/*
	 * Everything is derived under other labels, so that no secret of a
	 * simulated deployment is one of a real one (attestation 19.4).
	 */
	bool simulated;
};

/* Draws seed and salt.  RT_ECRYPTO. */
int pki_seed_new(struct pki_seed *out, struct rt_err *err) RT_MUST_CHECK;
/* Copies what was received; RT_EINVAL says which length is wrong. */
int pki_seed_read(struct pki_seed *out, struct str seed, struct str salt,
    struct rt_err *err) RT_MUST_CHECK;
/* Wipes; accepts what is zeroed. */
void pki_seed_free(struct pki_seed *s);
/* Same seed and same salt? */
bool pki_seed_equal(const struct pki_seed *a, const struct pki_seed *b);

enum pki_purpose {
	PKI_POD_STATE, /* parent of workload secrets */
	PKI_HISTORY,   /* derived for completeness, unused */
	PKI_SIGNING,   /* key of transitions */
	PKI_ROOT_CA,   /* key of the root CA */
	PKI_PURPOSES
};
/* HKDF for a purpose, as long as the seed.  RT_ECRYPTO. */
int pki_seed_derive(struct pki_secret *out, const struct pki_seed *s,
    enum pki_purpose purpose, struct rt_err *err) RT_MUST_CHECK;
/*
 * The P-384 key of PKI_SIGNING or PKI_ROOT_CA; the same seed always gives the
 * same key.  The caller's: EVP_PKEY_free().  RT_EINVAL, RT_ECRYPTO.
 */
int pki_seed_key(EVP_PKEY **out, const struct pki_seed *s,
    enum pki_purpose purpose, struct rt_err *err) RT_MUST_CHECK;

/*
 * The secret of a workload secret ID, as long as the seed.  The ID counts byte
 * by byte.  RT_EINVAL if it is empty.
 */
int pki_seed_workload(struct pki_secret *out, const struct pki_seed *s,
    struct str id, struct rt_err *err) RT_MUST_CHECK;
/*
 * The AES-256-GCM key of the transit engine (coordinator 15.1) for a name and
 * a key version: PKI_TRANSIT_KEY_LEN bytes.  RT_EINVAL if the name is empty.
 */
int pki_seed_transit(struct pki_secret *out, const struct pki_seed *s,
    struct str name, uint32_t version, struct rt_err *err) RT_MUST_CHECK;

#endif
