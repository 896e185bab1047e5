/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_WIRE_RIG_H
#define CONTRASTC_REGRESS_WIRE_RIG_H

#include "runtime/wire/client.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/pool.h"
#include "runtime/wire/server.h"

/*
 * A gRPC server for tests; its methods take SetManifestRequest and answer
 * GetManifestsResponse:
 *	/t.T/Echo  the manifest comes back as manifests[0]
 *	/t.T/Make  the manifest is a decimal number: so many bytes come back
 *	/t.T/Fail  code 9 with a text that needs escapes
 *	/t.T/Wait  the manifest is a number: waits so many ms, or until it
 *	           is cancelled
 */
struct wire_rig {
	struct wire_loop *loop;
	struct wire_pool *pool;
	struct wire_server *server;
	/* counted by handlers and observers; atomic */
	unsigned waiting, cancelled, started, handled, refused;
	int last_code;
};

#define WIRE_RIG_FAIL "100% \xc3\xa4\nnot so"

int wire_rig_start(struct wire_rig *rig, const struct wire_limits *limits,
    const struct wire_tls *tls);
void wire_rig_stop(struct wire_rig *rig);

/* A client on a socket pair; NULL if that fails. */
struct wire_client *wire_rig_client(struct wire_rig *rig);

/*
 * Calls `method` with `manifest`; the code, and with OK what came back in
 * *out (free it with buf_free()).  `ms`: the deadline from now, or 0.
 */
int wire_rig_call(struct buf *out, struct wire_client *client,
    const char *method, struct str manifest, int64_t ms,
    struct wire_status *st);

/* Waits at most 10 s until *n is `want`. */
bool wire_rig_await(const unsigned *n, unsigned want);

#endif
