/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_API_INT_H
#define CONTRASTC_COORDINATOR_API_INT_H

#include "coordinator/api.h"
#include "runtime/pki/owner.h"

/* Digests of keys of owners. */
struct co_owners {
	co_hash *p;
	size_t n;
};
/* Who may replace this manifest, in either form of its format. */
int co_owners_workload(struct co_owners *out, struct arena *a,
    const struct manifest *m, struct rt_err *err) RT_MUST_CHECK;
/* Who may recover it.  RT_EFORMAT: an entry is not hex. */
int co_owners_seedshare(struct co_owners *out, struct arena *a,
    const struct manifest *m, struct rt_err *err) RT_MUST_CHECK;

/*
 * 0 and a reference to the state if it serves, or NULL in *out if there was
 * never one and that is fine; the status of 3.5 otherwise.
 */
int co_phase_fail(struct co_state **out, struct co_guard *g, bool or_none,
    struct wire_status *st);

#endif
