/* SPDX-License-Identifier: Apache-2.0 */
/* A connection: bytes to frames and back, keepalive, its end. */
#include <stdlib.h>

#include "runtime/base/arena.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/server_int.h"
#include "runtime/base/banned.h"

/* Reads or writes in a row before others have their turn. */
#define TURNS 16
/* From the first GOAWAY to the one that names the last stream, ms. */
#define NOTICE 200

static void
conn_free(struct wire_conn *conn)
{
	if (conn->session != NULL) {
		conn->h2.io.close = conn->server->tls.close;
		conn->h2.io.owner = conn->session;
	}
	wire_io_close(&conn->h2.io);
	free(conn);
}

static void
end_http2(struct wire_conn *conn)
{
	struct wire_stream *s;

	while ((s = LIST_FIRST(&conn->streams)) != NULL)
		wire_stream_free(s);
	wire_h2_end(&conn->h2);
}

/* TLS and the session go with the last job: workers may still use them. */
void
wire_conn_close(struct wire_conn *conn, const struct rt_err *why)
{
	struct wire_server *server = conn->server;
	struct wire_observe *o = &server->config.observe;

	if (why != NULL && !conn->served && o->refused != NULL)
		o->refused(o->arg, &conn->from, why);
	event_free(conn->readable);
	event_free(conn->writable);
	end_http2(conn);
	conn->state = WIRE_CONN_DEAD;
	TAILQ_REMOVE(&server->conns, conn, link);
	server->n--;
	if (conn->jobs > 0) {
		(void)shutdown(conn->h2.io.fd, SHUT_RDWR);
		server->zombies++;
		return;
	}
	conn_free(conn);
	wire_server_gone(server);
}

static void
close_because(struct wire_conn *conn, const char *text)
{
	struct rt_err err = {0};

	(void)rt_err_set(&err, RT_ENET, "%s", text);
	wire_conn_close(conn, &err);
}

bool
wire_conn_job_done(struct wire_conn *conn)
{
	struct wire_server *server = conn->server;

	conn->jobs--;
	if (conn->state != WIRE_CONN_DEAD)
		return true;
	if (conn->jobs > 0)
		return false;
	server->zombies--;
	conn_free(conn);
	wire_server_gone(server);
	return false;
}

void
wire_conn_used(struct wire_conn *conn)
{
	conn->served = true;
	conn->used = rt_now_ms();
	TAILQ_REMOVE(&conn->server->conns, conn, link);
	TAILQ_INSERT_TAIL(&conn->server->conns, conn, link);
}

static bool
is_over(const struct wire_conn *conn)
{
	if (conn->drain == WIRE_DRAIN_LAST && LIST_EMPTY(&conn->streams))
		return true;
	return !nghttp2_session_want_read(conn->h2.session) &&
	       !nghttp2_session_want_write(conn->h2.session);
}

void
wire_conn_pump(struct wire_conn *conn)
{
	struct rt_err err = {0};
	int r;

	if (conn->state != WIRE_CONN_OPEN)
		return;
	r = wire_h2_send(&conn->h2, TURNS, &err);
	if (r == 1 && is_over(conn))
		close_because(conn, "HTTP/2 has ended");
	else if (r < 0)
		wire_conn_close(conn, &err);
	else if (r == 0 || conn->read_wants)
		(void)event_add(conn->writable, NULL);
	else
		(void)event_del(conn->writable);
}

/* Once; false: no more now, or the connection is closed. */
static bool
read_once(struct wire_conn *conn, bool *closed)
{
	struct rt_err err = {0};
	ssize_t n = wire_h2_read(&conn->h2, &err);

	conn->read_wants = n == WIRE_IO_WANT_WRITE;
	if (n == WIRE_IO_WANT_READ || n == WIRE_IO_WANT_WRITE)
		return false;
	*closed = n <= 0;
	if (n == WIRE_IO_END)
		close_because(conn, "the peer closed the connection");
	else if (n < 0)
		wire_conn_close(conn, &err);
	else {
		conn->heard = rt_now_ms();
		conn->ping = 0;
	}
	return n > 0;
}

static void
read_some(struct wire_conn *conn)
{
	bool closed = false;
	int turns = 0;

	while (turns < TURNS && read_once(conn, &closed))
		turns++;
	if (closed)
		return;
	/* what TLS holds already does not make the socket readable */
	if (turns == TURNS)
		event_active(conn->readable, EV_READ, 0);
	wire_conn_pump(conn);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct wire_conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->state == WIRE_CONN_OPEN)
		read_some(conn);
	else
		wire_handshake_go(conn);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct wire_conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->state != WIRE_CONN_OPEN)
		wire_handshake_go(conn);
	else if (conn->read_wants)
		read_some(conn);
	else
		wire_conn_pump(conn);
}

static int
start_http2(struct wire_conn *conn)
{
	struct wire_server *server = conn->server;
	const struct wire_limits *l = &server->config.limits;
	nghttp2_mem mem = wire_h2_mem();
	nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, l->streams},
	    {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WIRE_H2_STREAM_WINDOW},
	    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)l->headers},
	};

	if (nghttp2_session_server_new3(&conn->h2.session, server->callbacks,
		conn, server->option, &mem) != 0)
		return -1;
	return wire_h2_begin(
	    &conn->h2, settings, sizeof(settings) / sizeof(*settings));
}

void
wire_conn_open(struct wire_conn *conn)
{
	struct rt_err err = {0};

	if (conn->server->ending) {
		close_because(conn, "the server stops");
		return;
	}
	if (wire_io_setup(&conn->h2.io, &err) != 0) {
		wire_conn_close(conn, &err);
		return;
	}
	if (start_http2(conn) != 0) {
		close_because(conn, "HTTP/2 cannot start");
		return;
	}
	conn->state = WIRE_CONN_OPEN;
	conn->opened = conn->heard = rt_now_ms();
	(void)event_add(conn->readable, NULL);
	/* the first request may be in TLS already */
	read_some(conn);
}

void
wire_conn_new(
    struct wire_server *server, int fd, const struct sockaddr_storage *from)
{
	struct event_base *base = wire_loop_base(server->loop);
	struct wire_conn *conn = rt_calloc(1, sizeof(*conn));

	conn->server = server;
	conn->h2.io.fd = fd;
	conn->from = *from;
	conn->born = conn->used = rt_now_ms();
	conn->readable =
	    event_new(base, fd, EV_READ | EV_PERSIST, on_readable, conn);
	conn->writable =
	    event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, conn);
	if (conn->readable == NULL || conn->writable == NULL)
		rt_no_memory();
	TAILQ_INSERT_TAIL(&server->conns, conn, link);
	server->n++;
	if (server->tls.accept == NULL)
		wire_conn_open(conn);
	else
		(void)event_add(conn->readable, NULL);
}

void
wire_conn_drain(struct wire_conn *conn)
{
	if (conn->state == WIRE_CONN_SHAKES || conn->drain != WIRE_DRAIN_NO)
		return;
	if (conn->state != WIRE_CONN_OPEN) {
		close_because(conn, "the server stops");
		return;
	}
	conn->drain = WIRE_DRAIN_NOTICE;
	conn->drained = rt_now_ms();
	(void)nghttp2_submit_shutdown_notice(conn->h2.session);
	wire_conn_pump(conn);
}

bool
wire_conn_evict(struct wire_conn *conn, int64_t now)
{
	if (conn->jobs > 0 || conn->busy > 0 || !LIST_EMPTY(&conn->streams) ||
	    now - conn->used < conn->server->config.limits.idle_age)
		return false;
	if (conn->state == WIRE_CONN_OPEN) {
		(void)nghttp2_session_terminate_session(
		    conn->h2.session, NGHTTP2_NO_ERROR);
		(void)wire_h2_send(&conn->h2, TURNS, NULL);
	}
	close_because(conn, "its place was needed");
	return true;
}

/* Why the connection must end now, or NULL. */
static const char *
dead_reason(const struct wire_conn *conn, int64_t now)
{
	const struct wire_limits *l = &conn->server->config.limits;

	if (!conn->settled && now - conn->opened > l->preface)
		return "the peer does not speak HTTP/2";
	if (conn->h2.out.n > 0 && now - conn->h2.moved > l->stall)
		return "the peer takes nothing";
	if (conn->ping != 0 && now - conn->ping > l->ping_ack)
		return "the peer does not answer";
	return NULL;
}

static void
keep_alive(struct wire_conn *conn, int64_t now)
{
	const struct wire_limits *l = &conn->server->config.limits;

	if (conn->ping != 0 || now - conn->heard < l->ping)
		return;
	conn->ping = now;
	(void)nghttp2_submit_ping(conn->h2.session, NGHTTP2_FLAG_NONE, NULL);
}

static void
drain_tick(struct wire_conn *conn, int64_t now)
{
	if (conn->drain != WIRE_DRAIN_NOTICE || now - conn->drained < NOTICE)
		return;
	conn->drain = WIRE_DRAIN_LAST;
	(void)nghttp2_submit_goaway(conn->h2.session, NGHTTP2_FLAG_NONE,
	    nghttp2_session_get_last_proc_stream_id(conn->h2.session),
	    NGHTTP2_NO_ERROR, NULL, 0);
}

void
wire_conn_tick(struct wire_conn *conn, int64_t now)
{
	const char *dead;
	struct wire_stream *s;

	if (conn->state != WIRE_CONN_OPEN) {
		wire_handshake_tick(conn, now);
		return;
	}
	dead = dead_reason(conn, now);
	if (dead != NULL) {
		close_because(conn, dead);
		return;
	}
	LIST_FOREACH(s, &conn->streams, link)
	wire_stream_tick(s, now);
	keep_alive(conn, now);
	drain_tick(conn, now);
	if (LIST_EMPTY(&conn->streams) &&
	    now - conn->used > conn->server->config.limits.idle)
		wire_conn_drain(conn);
	else
		wire_conn_pump(conn);
}
