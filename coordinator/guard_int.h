/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_GUARD_INT_H
#define CONTRASTC_COORDINATOR_GUARD_INT_H

#include <pthread.h>

#include "coordinator/guard.h"

struct co_guard {
	struct co_store *store;
	struct co_rules rules;
	pthread_mutex_t lock;     /* of `state` */
	pthread_mutex_t updating; /* held while one is made */
	struct co_state *state;   /* or NULL */
};

/* A state with one reference, to be filled in this order. */
struct co_state *co_state_new(void);
int co_state_manifest(
    struct co_state *s, struct str text, struct rt_err *err) RT_MUST_CHECK;
int co_state_keys(struct co_state *s, const struct pki_seed *seed,
    struct rt_err *err) RT_MUST_CHECK;
int co_state_ca(
    struct co_state *s, EVP_PKEY *mesh_key, struct rt_err *err) RT_MUST_CHECK;

/* A reference to the current state, or NULL. */
struct co_state *co_guard_current(struct co_guard *g);
/*
 * Puts `s` in the place of `old`; false if another has come there since.
 * The guard takes a reference of its own.
 */
bool co_guard_put(
    struct co_guard *g, const struct co_state *old, struct co_state *s);

#endif
