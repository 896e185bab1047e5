/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_CACHE_H
#define CONTRASTC_ATTEST_CACHE_H

#include "runtime/attest/attest.h"

/*
 * Items by URL, in memory and, if there is a directory, in one file each,
 * named by the SHA-256 of the URL.  A damaged file is a miss.  The least
 * recently used go above ATTEST_STORE_ENTRIES, all go after ATTEST_STORE_AGE.
 * Not for more than one thread at a time.
 */
struct attest_cache;
struct attest_cache *attest_cache_new(const char *dir);
void attest_cache_free(struct attest_cache *c);
/* `now` is the wall clock's; *age in seconds. */
bool attest_cache_get(struct attest_body *out, int64_t *age,
    struct attest_cache *c, struct arena *a, const char *url, int64_t now);
void attest_cache_put(struct attest_cache *c, const char *url,
    const struct attest_body *body, int64_t now);
/*
 * The bytes of such a file (contrastc-collateral(1)), slices of `in`; false:
 * it is damaged, or of another URL.
 */
bool attest_cache_parse(
    struct attest_body *out, int64_t *fetched, struct str in, const char *url);

#endif
