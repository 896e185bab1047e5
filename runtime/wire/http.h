/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_HTTP_H
#define CONTRASTC_WIRE_HTTP_H

#include <openssl/ssl.h>

#include "runtime/base/buf.h"
#include "runtime/base/err.h"

struct wire_loop;
struct wire_pool;

/*
 * An HTTP/1.1 server (RFC 9112) on evhttp, plain or with TLS: parsing on the
 * loop's thread, handlers on worker threads.
 */
struct wire_http;

enum wire_verb {
	WIRE_GET = 1,
	WIRE_HEAD = 2,
	WIRE_POST = 4,
	WIRE_PUT = 8,
	WIRE_DELETE = 16,
	WIRE_OTHER = 32,
	WIRE_ANY = 63,
};

/* Valid until the handler returns. */
struct wire_http_request {
	enum wire_verb verb;
	const char *path;  /* as sent: not decoded, without the query */
	const char *query; /* what follows '?', not decoded; or NULL */
	const char *type;  /* Content-Type, or NULL */
	struct str body;
	X509 *cert; /* what the peer proved to hold; NULL without */
};

/* What the handler fills; the body is freed by the server. */
struct wire_http_reply {
	int status;       /* [200] */
	const char *type; /* Content-Type of the body, static; NULL: none */
	struct buf body;
};

struct wire_route {
	const char *path; /* exact; with "/" at the end: all below it */
	unsigned verbs;   /* enum wire_verb, ored; others get 405 */
	/* On a worker thread, several at once. */
	void (*handle)(struct wire_http_reply *reply, void *arg,
	    const struct wire_http_request *request);
};

/* 0 takes the default in brackets. */
struct wire_http_config {
	const struct wire_route *routes; /* borrowed; unknown paths get 404 */
	size_t n;
	void *arg;            /* for the handlers */
	SSL_CTX *tls;         /* borrowed; NULL: plain */
	size_t share;         /* of the pool; when its queue is full: 503 */
	unsigned connections; /* [256] above: new ones wait in the backlog */
	size_t body;          /* [1 MiB] above: 413 */
	size_t headers;       /* [16 KiB] */
	unsigned idle;        /* [10] seconds in which nothing comes or goes */
	unsigned total;       /* [60] seconds for a connection, but for the
				 time in handlers */
};

/* `loop` and `pool` outlive the server. */
int wire_http_new(struct wire_http **out, struct wire_loop *loop,
    struct wire_pool *pool, const struct wire_http_config *config,
    struct rt_err *err) RT_MUST_CHECK;
/* Takes over a listening socket (wire_listen()). */
int wire_http_listen(
    struct wire_http *http, int fd, struct rt_err *err) RT_MUST_CHECK;
/* Waits at most `ms` for requests in work; NULL is fine. */
void wire_http_free(struct wire_http *http, int64_t ms);
/* Open connections, for tests. */
unsigned wire_http_connections(struct wire_http *http);

#endif
