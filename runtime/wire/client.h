/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_CLIENT_H
#define CONTRASTC_WIRE_CLIENT_H

#include "runtime/wire/io.h"
#include "runtime/wire/pb.h"
#include "runtime/wire/status.h"

/*
 * A gRPC client for unary calls, one after the other, on one connection; it
 * blocks the calling thread, never past a deadline (rt_now_ms()).
 */
struct wire_client;

/*
 * Takes over the connection (also on failure).  `authority` is host:port of the server; `message` is
 * the largest response in bytes, 0 for 64 MiB.
 */
int wire_client_new(struct wire_client **out, struct wire_io io,
    const char *authority, size_t message, struct rt_err *err) RT_MUST_CHECK;
/* Sends GOAWAY if that needs no waiting; NULL is fine. */
void wire_client_free(struct wire_client *client);

/*
 * Calls "/package.Service/Method".  Returns 0 and the response in *res
 * (wire_pb_free()); else RT_EAUTH (7, 16), RT_ESTATE (9), RT_ELIMIT (8),
 * RT_EINVAL (3), RT_ENOTFOUND (12), RT_ENET (4, 14) or RT_EIO with the code
 * in *st and a line for people in *err.  A server that judges the client
 * only after its handshake (TLS 1.3) and refuses it gives 14 with
 * "authentication handshake failed" and RT_EAUTH.
 */
int wire_client_call(ProtobufCMessage **res, struct wire_client *client,
    const char *path, const ProtobufCMessage *req,
    const ProtobufCMessageDescriptor *response, int64_t deadline,
    struct wire_status *st, struct rt_err *err) RT_MUST_CHECK;

/*
 * Connects to `host` (name or address) and `port`; tries each address until
 * `deadline`.  The socket is non-blocking.
 */
int wire_connect(int *fd, const char *host, const char *port, int64_t deadline,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * The same, through the proxy of HTTPS_PROXY unless NO_PROXY has the host or
 * it is this machine.  RT_EINVAL: the proxy is one of another kind.
 */
int wire_dial(int *fd, const char *host, const char *port, int64_t deadline,
    struct rt_err *err) RT_MUST_CHECK;

#endif
