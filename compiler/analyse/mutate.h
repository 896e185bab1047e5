/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_MUTATE_H
#define CONTRASTC_ANALYSE_MUTATE_H

#include "runtime/base/jv.h"

/* What is done to one place of a request. */
#define MUTATIONS(X)                                                           \
	X(MUTATE_CHANGED, "changed")       /* another value of its type */     \
	X(MUTATE_DROPPED, "dropped")       /* an element, a member; or zero */ \
	X(MUTATE_ADDED, "added")           /* one more to a list, another */   \
	X(MUTATE_DUPLICATED, "duplicated") /* the same element once more */    \
	X(MUTATE_RETYPED, "retyped")       /* which no agent writes */         \
	X(MUTATE_REPLAYED, "replayed")     /* the request as it is, again */   \
	X(MUTATE_EARLY, "early")           /* the request before its time */
enum mutation {
#define X(id, name) id,
	MUTATIONS(X)
#undef X
	    MUTATE_COUNT
};
#define MUTATE_M(id) (1u << (MUTATE_##id))
const char *mutation_name(enum mutation m);

/*
 * Changes a request at one place after the other, asks, and changes it back:
 * the mutations of the mask, the last two excepted.  `path` is the place, a
 * JSON pointer; of the element or member that is dropped or duplicated, of
 * the list that gets one more.
 */
typedef void (*mutate_fn)(void *ctx, enum mutation m, struct str path);
void mutate_request(struct arena *a, struct jv *request, unsigned mutations,
    mutate_fn ask, void *ctx);

#endif
