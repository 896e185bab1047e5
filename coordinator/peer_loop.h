/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_PEER_LOOP_H
#define CONTRASTC_COORDINATOR_PEER_LOOP_H

#include "coordinator/daemon.h"

/*
 * Recovery from other Coordinators (coordinator 12), which the configuration
 * lists: a thread that looks after the state every few seconds.  It sets
 * d->started after its first round.
 */
struct co_peer_loop;
int co_peer_loop_start(struct co_peer_loop **out, struct co_daemon *d,
    struct rt_err *err) RT_MUST_CHECK;
/* Has it end after what it is doing; before co_peer_loop_stop(). */
void co_peer_loop_cancel(struct co_peer_loop *l);
/* Waits for the end.  Both accept NULL. */
void co_peer_loop_stop(struct co_peer_loop *l);

/* For struct co_peers; arg: the daemon. */
int co_peers_ready(size_t *n, void *arg, struct rt_err *err);

#endif
