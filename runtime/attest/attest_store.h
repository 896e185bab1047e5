/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_STORE_H
#define CONTRASTC_ATTEST_STORE_H

#include "runtime/attest/attest.h"

/*
 * Where collateral comes from in a program (attestation 20): memory, a
 * directory that is a cache, a directory that the user filled, the vendors'
 * services.  Nothing here is trusted: all is verified on use.
 */
struct attest_store;

/* Zero is a default; strings are borrowed until attest_store_free(). */
struct attest_store_config {
	const char *cache_dir;   /* made if absent; NULL: memory alone */
	const char *offline_dir; /* laid out as 20.3; or NULL */
	bool offline;            /* the network is never used */
	/* A proxy for collateral: URL before the original path; or NULL. */
	const char *proxy;
	int64_t refresh_after; /* [3600] seconds */
	int64_t budget_ms;     /* [20000] for one item from the network */
	int64_t pause_ms;      /* [5000] between attempts, and for each */
};
struct attest_store *attest_store_new(const struct attest_store_config *config);
/* Accepts NULL.  No request may be under way. */
void attest_store_free(struct attest_store *s);
/* For struct attest_env; any thread. */
const struct attest_fetch *attest_store_fetch(struct attest_store *s);

/*
 * Where the offline store has the chain of an item whose issuers come in a
 * header; NULL: it has none.
 */
const char *attest_store_chain_path(
    struct arena *a, const struct attest_item *item);

#define ATTEST_STORE_ENTRIES 256
#define ATTEST_STORE_AGE ((int64_t)30 * 86400)

#endif
