/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_COVER_H
#define CONTRASTC_ANALYSE_COVER_H

#include "compiler/analyse/mutate.h"
#include "compiler/analyse/simulate.h"
#include "runtime/agent/policy.h"
#include "runtime/base/map.h"

/*
 * What a policy enforces, measured: each request of a simulated pod is changed
 * at every place, sent again and sent early; what is allowed all the same is
 * open.  open.def says what is open on purpose, and why.
 */

/* A place, with "*" for the elements of lists. */
struct cover_field {
	struct str kind, path; /* path empty: the request as a whole */
	size_t asked[MUTATE_COUNT], open[MUTATE_COUNT];
	/* Why it is open: one reason; empty: nothing of it is, or see below. */
	struct str why;
	/* Open without a reason: of the first one. */
	struct str unexplained; /* "web: /OCI/Mounts/3/source changed" */
};

struct cover {
	struct arena *arena;
	VEC(struct cover_field *) fields; /* in the order they were met */
	struct map index;
	size_t requests, asked, refused, open, unexplained;
	/*
	 * Requests that the policy refuses as they are simulated, beside those
	 * that may be: "kind of web: text".
	 */
	VEC(struct str) refusals;
};

/*
 * Asks the policy, which was just loaded, request after request of the pod;
 * afterwards its state is that of the pod's end.
 */
void cover_run(struct cover *out, struct arena *a, struct agent_policy *p,
    const struct sim *s);

/*
 * Why a mutation is allowed on purpose, or NULL.  `path` is a JSON pointer of
 * a request to a policy of the target.
 */
const char *open_reason(
    struct str target, struct str kind, enum mutation m, struct str path);

#endif
