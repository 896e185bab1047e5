/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_POOL_H
#define CONTRASTC_WIRE_POOL_H

#include "runtime/base/err.h"

/*
 * Worker threads for what may block.  Each job belongs to a share; a share
 * with a reserve gets that many threads whatever the others do, so that a
 * flood of workloads cannot lock out the operator.
 */
struct wire_pool;

struct wire_share {
	const char *name;
	unsigned max;     /* jobs that run at once; at least 1 */
	unsigned reserve; /* threads that no other share takes */
	unsigned queue;   /* jobs that may wait */
};

/* RT_EINVAL: the reserves leave none of `threads` to the shares without. */
int wire_pool_new(struct wire_pool **out, unsigned threads,
    const struct wire_share *shares, size_t n,
    struct rt_err *err) RT_MUST_CHECK;
/* Runs what is queued, then ends the threads; NULL is fine. */
void wire_pool_free(struct wire_pool *pool);

/*
 * Queues fn(arg) for share number `share`; the order within a share is kept.
 * RT_ELIMIT: as many wait as may.
 */
int wire_pool_submit(struct wire_pool *pool, size_t share, void (*fn)(void *),
    void *arg, struct rt_err *err) RT_MUST_CHECK;

#endif
