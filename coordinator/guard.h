/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_GUARD_H
#define CONTRASTC_COORDINATOR_GUARD_H

#include <stdatomic.h>

#include "coordinator/history.h"
#include "runtime/manifest/manifest.h"
#include "runtime/pki/ca.h"
#include "runtime/pki/seed.h"

/*
 * The state of a Coordinator (coordinator 9).  A state never changes once it
 * is made, but for `stale`; whoever uses one holds a reference.  The guard
 * holds the current one; an update or a recovery puts another in its place.
 */
struct co_state {
	struct arena *arena;
	atomic_uint references;
	atomic_bool stale; /* another replica has moved on */
	struct pki_seed seed;
	EVP_PKEY *signing; /* of transitions */
	EVP_PKEY *root;    /* of the root CA */
	struct pki_ca *ca;
	struct manifest manifest;
	struct str text; /* of the manifest, as it was received */
	struct co_latest latest;
	size_t generation; /* transitions so far */
};

struct co_state *co_state_ref(struct co_state *s);
/* Accepts NULL; the last one wipes what is secret. */
void co_state_unref(struct co_state *s);

/* How the state looks from outside (9.2). */
enum co_phase {
	CO_SERVING,
	CO_NO_STATE,   /* no manifest configured */
	CO_RECOVERY,   /* the store has a history, we have no secrets */
	CO_STALE,      /* the same, and a state of earlier */
	CO_UNREADABLE, /* the store does not answer */
	CO_PHASES
};
/* "serving", "no-state" …; and what calls are told. */
extern const char *const co_phase_names[CO_PHASES];
extern const char *const co_phase_texts[CO_PHASES];

/* Which valid manifests this Coordinator accepts. */
struct co_rules {
	bool simulated; /* those of simulated hardware, too */
	bool transit;   /* the transit engine is on: none with its IDs */
};

struct co_guard;
/* `store` stays the caller's and outlives the guard. */
struct co_guard *co_guard_new(
    struct co_store *store, const struct co_rules *rules);
/* Accepts NULL. */
void co_guard_free(struct co_guard *g);
struct co_store *co_guard_store(const struct co_guard *g);
const struct co_rules *co_guard_rules(const struct co_guard *g);

/*
 * The phase, and in *out a reference to the state where there is one
 * (CO_SERVING, CO_STALE), else NULL.  `err` says why for CO_UNREADABLE.
 */
enum co_phase co_guard_state(
    struct co_state **out, struct co_guard *g, struct rt_err *err);
/* Transitions of the current state, 0 without one: for metrics. */
size_t co_guard_generation(struct co_guard *g);

/* A manifest that is to become the active one; all borrowed. */
struct co_update {
	struct str text;            /* as received */
	const struct str *policies; /* documents, at least those it names */
	size_t npolicies;
	/* Of the new transition, by the caller of the first set only. */
	const struct pki_seed *seed; /* NULL: that of `old` */
};
/*
 * Reads and checks what was sent, before anything is written (9.4 step 1):
 * RT_EFORMAT, RT_EINVAL with what is wrong, RT_ENOTFOUND: no policy provided
 * for hash.
 */
int co_update_check(struct manifest *out, struct arena *a,
    const struct co_update *u, const struct co_rules *rules,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * Stores and activates it after `old` (NULL: as the first).  *out is a
 * reference to the new state.  RT_ESTATE: coordinator state was updated
 * concurrently; RT_EIO: the store failed, and the old state goes on, or the
 * new one is found at the next recovery.
 */
int co_guard_update(struct co_state **out, struct co_guard *g,
    struct co_state *old, const struct co_update *u,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * Who may recover, and with what (9.5): fills the seed, and *mesh_key if a
 * peer gave one (else NULL: a new one is made).  The manifest is not yet
 * verified.  0 or what is wrong.
 */
typedef int co_authorise(void *arg, struct pki_seed *seed, EVP_PKEY **mesh_key,
    const struct manifest *m, struct str text, struct rt_err *err);
/*
 * Recovers from the store.  RT_ENOTFOUND: no state to recover from;
 * RT_ESTATE: coordinator is already recovered; RT_EVERIFY: latest transition
 * signature is invalid; else what `authorise` returned.
 */
int co_guard_reset(struct co_guard *g, co_authorise *authorise, void *arg,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * Tells the guard that `transitions/latest` may have changed: marks the state
 * stale unless the store's transition is its own or one before (9.6).
 */
void co_guard_check(struct co_guard *g);

#endif
