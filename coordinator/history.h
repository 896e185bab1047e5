/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_HISTORY_H
#define CONTRASTC_COORDINATOR_HISTORY_H

#include <openssl/types.h>

#include "coordinator/store.h"
#include "runtime/base/encode.h"
#include "runtime/base/vec.h"

/*
 * The history of manifests in a store (coordinator 8.1 to 8.4): every value is
 * found by its SHA-256 and checked against it, but for the pointer to the
 * latest transition, which is signed.
 */
#define CO_CHAIN_MAX 100000 /* transitions */

typedef unsigned char co_hash[SHA256_LEN];

/* Values by hash: RT_ENOTFOUND, RT_EVERIFY (other bytes), RT_EIO. */
int co_history_manifest(struct str *out, struct arena *a, struct co_store *s,
    const co_hash hash, struct rt_err *err) RT_MUST_CHECK;
int co_history_policy(struct str *out, struct arena *a, struct co_store *s,
    const co_hash hash, struct rt_err *err) RT_MUST_CHECK;

struct co_transition {
	co_hash hash, manifest, previous; /* previous of the first: zeros */
};
/* Also RT_EFORMAT: not 64 bytes. */
int co_history_transition(struct co_transition *out, struct co_store *s,
    const co_hash hash, struct rt_err *err) RT_MUST_CHECK;
/* From the first to this one.  RT_ELIMIT beyond CO_CHAIN_MAX. */
struct co_chain {
	VEC(struct co_transition) v;
};
int co_history_chain(struct co_chain *out, struct arena *a, struct co_store *s,
    const co_hash hash, struct rt_err *err) RT_MUST_CHECK;

/* The pointer: a transition and its signature (ASN.1 DER). */
struct co_latest {
	co_hash transition;
	struct str signature;
	struct str raw; /* both, as they are stored */
};
/*
 * With `key` NULL nothing is verified: only to locate the manifest that says
 * who may recover.  RT_ENOTFOUND: no manifest was ever set.  RT_EFORMAT;
 * RT_EVERIFY: latest transition signature is invalid.
 */
int co_history_latest(struct co_latest *out, struct arena *a,
    struct co_store *s, EVP_PKEY *key, struct rt_err *err) RT_MUST_CHECK;

/* Stores a document; *hash is its SHA-256. */
int co_history_put_policy(co_hash hash, struct co_store *s, struct str bytes,
    struct rt_err *err) RT_MUST_CHECK;
/* Stores the manifest and the transition to it; nothing points there yet. */
int co_history_put_manifest(struct co_transition *out, struct co_store *s,
    struct str manifest, const co_hash previous,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * Signs the transition and makes it the latest, if that is still `old` (NULL:
 * none).  RT_ESTATE: it has changed since last read; RT_ECRYPTO, RT_EIO.
 */
int co_history_advance(struct co_latest *out, struct arena *a,
    struct co_store *s, const struct co_latest *old, const co_hash transition,
    EVP_PKEY *key, struct rt_err *err) RT_MUST_CHECK;

#endif
