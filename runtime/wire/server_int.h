/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_SERVER_INT_H
#define CONTRASTC_WIRE_SERVER_INT_H

#include <sys/queue.h>

#include <pthread.h>

#include <event2/event.h>
#include <nghttp2/nghttp2.h>

#include "runtime/wire/h2.h"
#include "runtime/wire/message.h"
#include "runtime/wire/server.h"

/*
 * The server's parts.  All of it belongs to the loop's thread but for what
 * is marked: a job on a worker thread has a connection (handshake) or a call
 * to itself until it posts that it is done.
 */

/* How often deadlines are looked at, ms. */
#define WIRE_TICK 100

enum wire_conn_state {
	WIRE_CONN_HELLO,  /* waits for the peer's first message */
	WIRE_CONN_SHAKES, /* a worker does the handshake */
	WIRE_CONN_WAITS,  /* the handshake waits for the socket */
	WIRE_CONN_OPEN,   /* HTTP/2 */
	WIRE_CONN_DEAD,   /* freed when its jobs are done */
};

enum wire_drain { WIRE_DRAIN_NO, WIRE_DRAIN_NOTICE, WIRE_DRAIN_LAST };

struct wire_conn {
	TAILQ_ENTRY(wire_conn) link;
	LIST_HEAD(, wire_stream) streams;
	struct wire_server *server;
	struct wire_h2 h2;
	struct sockaddr_storage from;
	struct event *readable, *writable;
	enum wire_conn_state state;
	enum wire_drain drain;
	unsigned jobs; /* on worker threads */
	unsigned busy; /* streams whose request is complete */
	unsigned resets;
	bool settled;    /* the peer's SETTINGS are there */
	bool served;     /* a call has ended */
	bool read_wants; /* a read waits for the socket to be writable */
	int64_t born, opened, used, heard, drained;
	int64_t ping; /* when one was sent; 0: none is open */
	/* a handshake job's, then the loop's */
	void *session;
	SSL *ssl;
	int result;
	struct rt_err err;
};

enum wire_phase { WIRE_REQUEST, WIRE_RUNNING, WIRE_RESPONSE };

struct wire_stream {
	LIST_ENTRY(wire_stream) link;
	struct wire_conn *conn;
	int32_t id;
	enum wire_phase phase;
	/* of the headers */
	const struct wire_method *method;
	char path[128]; /* for messages, cut */
	size_t headers;
	bool post, grpc, encoded, bad_timeout, ended;
	int64_t timeout; /* ms, or -1 */
	int64_t born, answered;
	struct wire_message request;
	struct wire_call *call; /* while it runs */
	/* the response, its prefix in front */
	uint8_t *res;
	size_t res_n, res_at;
};

struct wire_call {
	struct wire_conn *conn;
	struct wire_stream *stream; /* the loop's; NULL: nobody waits */
	const struct wire_method *method;
	int64_t deadline;
	bool cancelled; /* atomic */
	/* the worker's, then the loop's */
	struct wire_message request;
	bool started;
	struct timespec began;
	uint8_t *res;
	size_t res_n;
	struct wire_status st;
};

struct wire_listener {
	SLIST_ENTRY(wire_listener) link;
	struct event *readable;
	int fd;
};

struct wire_server {
	struct wire_loop *loop;
	struct wire_pool *pool;
	struct wire_server_config config;
	struct wire_tls tls; /* accept is NULL: plain */
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	struct event *tick;
	SLIST_HEAD(, wire_listener) listeners;
	TAILQ_HEAD(, wire_conn) conns; /* least recently used first */
	unsigned n;
	unsigned zombies; /* closed, with jobs that still run */
	size_t buffered;
	bool paused; /* accepts none until the next tick */
	bool ending;
	int64_t stop_at;
	pthread_mutex_t mu;
	pthread_cond_t cv;
	bool stopped; /* under mu */
};

/* server.c */
void wire_server_gone(struct wire_server *server);

/* server_conn.c */
void wire_conn_new(
    struct wire_server *server, int fd, const struct sockaddr_storage *from);
void wire_conn_close(struct wire_conn *conn, const struct rt_err *why);
/* Sends what there is; the connection may be closed after it. */
void wire_conn_pump(struct wire_conn *conn);
/* The handshake is done, or there is none: HTTP/2 begins. */
void wire_conn_open(struct wire_conn *conn);
/* A job on a worker thread has ended; false: the connection is closed. */
bool wire_conn_job_done(struct wire_conn *conn);
/* A call has ended: the connection is young again. */
void wire_conn_used(struct wire_conn *conn);
/* GOAWAY, and the end when its calls are done. */
void wire_conn_drain(struct wire_conn *conn);
/* Closes it for another one's sake; false: it is in use. */
bool wire_conn_evict(struct wire_conn *conn, int64_t now);
void wire_conn_tick(struct wire_conn *conn, int64_t now);

/* server_handshake.c */
/* The socket is ready for what the handshake waits for. */
void wire_handshake_go(struct wire_conn *conn);
void wire_handshake_tick(struct wire_conn *conn, int64_t now);

/* server_stream.c */
int wire_stream_callbacks(struct wire_server *server);
void wire_stream_tick(struct wire_stream *s, int64_t now);
/* Ends the stream with a status alone. */
void wire_stream_fail(struct wire_stream *s, int code, const char *text);
/* Its call goes on, for nobody. */
void wire_stream_detach(struct wire_stream *s);
void wire_stream_free(struct wire_stream *s);

/* server_reply.c */
void wire_reply_http(struct wire_stream *s, const char *status);
void wire_reply_status(struct wire_stream *s, int code, const char *text);
void wire_reply_message(struct wire_stream *s);

/* server_call.c */
void wire_call_start(struct wire_stream *s);

#endif
