/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_MUTANT_H
#define CONTRASTC_REGRESS_MUTANT_H

#include "runtime/base/jv.h"

/*
 * Requests made of other requests by chance: fields of another type, huge
 * numbers, deep nesting, odd texts, members that nothing knows, lists in
 * another order, parts of another request.  The same for the same seed.
 */
struct mutants {
	uint64_t seed;              /* of the next one; changed by each */
	VEC(const struct jv *) all; /* what parts are taken from; borrowed */
};

/* Less than n, which is not 0. */
size_t mutants_below(struct mutants *m, size_t n);
/* One made of `request`, an object, in 1 to 4 steps; `request` stays. */
struct jv *mutants_make(
    struct mutants *m, struct arena *a, const struct jv *request);

#endif
