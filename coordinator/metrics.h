/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_METRICS_H
#define CONTRASTC_COORDINATOR_METRICS_H

#include "runtime/base/buf.h"
#include "runtime/wire/server.h"

/*
 * Counters in the text format of Prometheus (coordinator 4.2).  Any thread.
 */
struct co_metrics;
struct co_metrics *co_metrics_new(void);
void co_metrics_free(struct co_metrics *m);
/* What the gRPC servers tell. */
struct wire_observe co_metrics_observe(struct co_metrics *m);
void co_metrics_attestation_failed(struct co_metrics *m);
/* All of them, with the gauges as given. */
void co_metrics_print(
    struct buf *out, struct co_metrics *m, size_t generation, bool simulated);

#endif
