/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_CARRIER_H
#define CONTRASTC_POLICY_CARRIER_H

#include "compiler/policy/policy.h"
#include "runtime/base/buf.h"

/*
 * How policies with the same rules travel.  Their documents begin alike:
 * from the second on that part is hashed and compressed once, and each policy
 * goes on from there.  Policies with other rules begin alike as well, as far
 * as a stem goes.
 */
struct carrier;
struct carrier_stem;

struct carrier_stem *carrier_stem_new(void);
/* Accepts NULL. */
void carrier_stem_free(struct carrier_stem *s);

/* How every text begins. */
struct carrier_rules {
	struct str text;
	size_t defaults; /* where they end */
	size_t shared;   /* where the stem ends, if there is one */
};

/* All that have a stem in common have the same options. */
struct carrier *carrier_new(const struct policy_options *o,
    struct carrier_stem *s, const struct carrier_rules *rules);
/* Accepts NULL. */
void carrier_free(struct carrier *c);
/* The next policy: the caller appends what follows the rules. */
struct buf *carrier_begin(struct carrier *c);
/* `text` and `document` of *out are valid until the next carrier_begin(). */
void carrier_end(struct policy *out, struct arena *a, struct carrier *c);

#endif
