/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_SERVER_H
#define CONTRASTC_WIRE_SERVER_H

#include <sys/socket.h>

#include <openssl/ssl.h>

#include "runtime/wire/pb.h"
#include "runtime/wire/status.h"

struct wire_loop;
struct wire_pool;

/*
 * A gRPC server for unary calls ("gRPC over HTTP2", RFC 9113): HTTP/2 on the
 * loop's thread, handshakes and handlers on worker threads.
 */
struct wire_server;

/* What a handler knows of its call; valid until the handler returns. */
struct wire_call;
/* As the caller wrote it: "/userapi.UserAPI/SetManifest". */
const char *wire_call_path(const struct wire_call *call);
/* The session of wire_tls.accept(); NULL without TLS. */
void *wire_call_peer(const struct wire_call *call);
const struct sockaddr_storage *wire_call_address(const struct wire_call *call);
/* Against rt_now_ms(); INT64_MAX without grpc-timeout. */
int64_t wire_call_deadline(const struct wire_call *call);
/* Nobody waits for the answer any more: deadline, reset or lost connection. */
bool wire_call_cancelled(const struct wire_call *call);

struct wire_method {
	const char *path; /* "/package.Service/Method" */
	const ProtobufCMessageDescriptor *request, *response;
	/*
	 * On a worker thread, several at once.  Returns 0 and a new message
	 * in *res, which the server frees with wire_pb_free(), or a status
	 * code with its text in *st (wire_fail()).
	 */
	int (*handle)(ProtobufCMessage **res, void *arg,
	    const struct wire_call *call, const ProtobufCMessage *req,
	    struct wire_status *st);
};

/* How TLS comes about; the functions know what kind it is. */
struct wire_tls {
	/*
	 * The handshake as server on the non-blocking `fd`; the peer's first
	 * message is there.  On a worker thread.  0: done, *ssl does the
	 * reading and writing, *session is what handlers see as the peer.
	 * WIRE_AGAIN_READ or _WRITE: it is called again with the same
	 * *session (NULL at first) when `fd` is ready, so that waiting for
	 * the peer takes no thread; or it blocks, until `deadline` at most.
	 * RT_E…: refused; close() follows if *session is not NULL.
	 */
	int (*accept)(void **session, SSL **ssl, void *arg, int fd,
	    int64_t deadline, struct rt_err *err);
	/* Frees session and SSL after all calls, before `fd` is closed. */
	void (*close)(void *session);
	void *arg;
};

enum { WIRE_AGAIN_READ = 1, WIRE_AGAIN_WRITE = 2 };

/* What happened, for metrics and logs; called from any thread. */
struct wire_observe {
	/* A known method was called, its request message is there. */
	void (*started)(void *arg, const char *path);
	/* It was answered, seconds after. */
	void (*handled)(void *arg, const char *path, int code, double seconds);
	/* A connection was refused or broke before its first call. */
	void (*refused)(void *arg, const struct sockaddr_storage *from,
	    const struct rt_err *why);
	void *arg;
};

/* 0 takes the default in brackets; times are milliseconds. */
struct wire_limits {
	unsigned connections; /* [1024] above: the longest idle one goes */
	unsigned streams;     /* [100] calls at once in a connection */
	unsigned resets;      /* [200] calls that a peer starts and drops */
	size_t message;       /* [64 MiB] a request or response, in bytes */
	size_t buffered;      /* [256 MiB] of them in all connections */
	size_t headers;       /* [16 KiB] names and values of a request */
	size_t rate;          /* [1024] bytes a second of a request after 5 s */
	int64_t idle_age;     /* [1000] younger connections do not go */
	int64_t handshake;    /* [25000] from accept to the handshake's end */
	int64_t preface;      /* [10000] from there to the first frame */
	int64_t request;      /* [60000] from its headers to its end */
	int64_t response;     /* [120000] from its first to its last byte */
	int64_t stall;        /* [30000] a write that moves nothing */
	int64_t ping;         /* [15000] silence before a PING */
	int64_t ping_ack;     /* [20000] wait for its ACK */
	int64_t idle;         /* [600000] without a call: GOAWAY */
};

struct wire_server_config {
	const struct wire_method *methods; /* borrowed, with paths */
	size_t n;
	void *arg;                  /* for the handlers */
	const struct wire_tls *tls; /* copied; NULL: plain connections */
	struct wire_observe observe;
	struct wire_limits limits;
	size_t share_handshake, share_call; /* of the pool */
};

/* `loop` and `pool` outlive the server. */
int wire_server_new(struct wire_server **out, struct wire_loop *loop,
    struct wire_pool *pool, const struct wire_server_config *config,
    struct rt_err *err) RT_MUST_CHECK;

/* Takes over a listening socket. */
int wire_server_listen(
    struct wire_server *server, int fd, struct rt_err *err) RT_MUST_CHECK;
/* Takes over a connected socket as if accepted. */
int wire_server_adopt(
    struct wire_server *server, int fd, struct rt_err *err) RT_MUST_CHECK;

/*
 * Accepts no more, sends GOAWAY, lets calls finish for at most `ms`, then
 * closes hard.  Returns when no connection is left and no handler runs:
 * handlers that last look at wire_call_cancelled().  Not from the loop's
 * thread.
 */
void wire_server_stop(struct wire_server *server, int64_t ms);
/* Stops with no time if that was not done; NULL is fine. */
void wire_server_free(struct wire_server *server);

/* Open connections and bytes of requests held, for metrics and tests. */
void wire_server_load(
    struct wire_server *server, unsigned *connections, size_t *buffered);

/*
 * A listening TCP socket on `host` (an address; NULL: all, IPv6 and IPv4)
 * and `port` (0: any); *bound gets the port and may be NULL.
 */
int wire_listen(int *fd, const char *host, uint16_t port, uint16_t *bound,
    struct rt_err *err) RT_MUST_CHECK;

#endif
