/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_DAEMON_H
#define CONTRASTC_COORDINATOR_DAEMON_H

#include "coordinator/api.h"
#include "coordinator/config.h"
#include "runtime/attest/attest_host.h"
#include "runtime/attest/attest_manifest.h"
#include "runtime/attest/attest_store.h"
#include "runtime/attest/party.h"
#include "runtime/wire/http.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/pool.h"
#include "runtime/wire/server.h"

/* What all parts of the process share; nothing changes while it runs. */
struct co_daemon {
	struct arena *arena;
	struct co_config config;
	struct co_store *store;
	struct co_guard *guard;
	struct co_peers peers;
	struct attest_host host;
	struct attest_operator operator;
	struct attest_store *collateral;
	struct attest_seen *seen;
	struct attest_env env;
	struct atls_ctx *atls;
	struct wire_loop *loop;
	struct wire_pool *pool;
	struct wire_server *user, *mesh;
	struct wire_http *probes, *http, *metrics_http, *transit;
	struct co_metrics *metrics;
	struct co_peer_loop *peer_loop;
	struct co_transit *engine;
	atomic_bool started; /* the first round of peer recovery has ended */
};

/* Shares of the pool: the operator's calls have threads of their own. */
enum co_share {
	CO_SHARE_USER_HANDSHAKE,
	CO_SHARE_USER_CALL,
	CO_SHARE_MESH_HANDSHAKE,
	CO_SHARE_MESH_CALL,
	CO_SHARE_HTTP,
	CO_SHARES
};

/* A peer of User API or Mesh API: from the handshake to the last call. */
struct co_peer {
	struct arena *arena;
	struct atls_conn *conn;
	struct attest_party party;
	struct attest_validators validators; /* Mesh API */
	struct co_state *state;              /* the same */
};

/*
 * Opens a listener on a port of the configuration and tells it in the log;
 * *fd is -1 if the port is off.
 */
int co_listen(int *fd, const struct co_daemon *d, enum co_config_id port,
    struct rt_err *err) RT_MUST_CHECK;

/* User API and Mesh API (coordinator 2.1): opens both. */
int co_serve_grpc(struct co_daemon *d, struct rt_err *err) RT_MUST_CHECK;
/* Probes, metrics, /attest. */
int co_serve_http(struct co_daemon *d, struct rt_err *err) RT_MUST_CHECK;
/* Stops all listeners within `ms` (2.4). */
void co_serve_stop(struct co_daemon *d, int64_t ms);

/* The one connection's setup for Mesh API, also for other Coordinators. */
int co_peer_judge(struct co_peer *p, const struct co_daemon *d,
    const struct manifest *m, bool coordinators,
    struct rt_err *err) RT_MUST_CHECK;
/* After the handshake: was its evidence simulated? (attestation 19.4) */
void co_peer_warn(const struct co_peer *p);
void co_peer_free(struct co_peer *p);

#endif
