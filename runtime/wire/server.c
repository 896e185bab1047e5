/* SPDX-License-Identifier: Apache-2.0 */
/* The server as a whole: limits, accepting, stopping. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/base/arena.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/server_int.h"
#include "runtime/base/banned.h"

/* Connections accepted in a row before others have their turn. */
#define ACCEPTS 64

#define OR(field, value) l->field = l->field == 0 ? (value) : l->field

static void
set_defaults(struct wire_limits *l)
{
	OR(connections, 1024);
	OR(streams, 100);
	OR(resets, 200);
	OR(message, (size_t)64 << 20);
	OR(buffered, (size_t)256 << 20);
	OR(headers, (size_t)16 << 10);
	OR(rate, 1024);
	OR(idle_age, 1000);
	OR(handshake, 25000);
	OR(preface, 10000);
	OR(request, 60000);
	OR(response, 120000);
	OR(stall, 30000);
	OR(ping, 15000);
	OR(ping_ack, 20000);
	OR(idle, 600000);
}

static void
listen_again(struct wire_server *server, bool on)
{
	struct wire_listener *l;

	server->paused = !on;
	SLIST_FOREACH(l, &server->listeners, link)
	{
		if (on)
			(void)event_add(l->readable, NULL);
		else
			(void)event_del(l->readable);
	}
}

static void
want_tick(struct wire_server *server)
{
	static const struct timeval every = {0, WIRE_TICK * 1000L};

	if (!event_pending(server->tick, EV_TIMEOUT, NULL))
		(void)event_add(server->tick, &every);
}

void
wire_server_gone(struct wire_server *server)
{
	if (!server->ending || server->n > 0 || server->zombies > 0)
		return;
	(void)event_del(server->tick);
	(void)pthread_mutex_lock(&server->mu);
	server->stopped = true;
	(void)pthread_cond_broadcast(&server->cv);
	(void)pthread_mutex_unlock(&server->mu);
}

static void
for_each(struct wire_server *server,
    void (*fn)(struct wire_conn *conn, int64_t now), int64_t now)
{
	struct wire_conn *conn, *next;

	for (conn = TAILQ_FIRST(&server->conns); conn != NULL; conn = next) {
		next = TAILQ_NEXT(conn, link);
		fn(conn, now);
	}
}

static void
drain(struct wire_conn *conn, int64_t now)
{
	(void)now;
	wire_conn_drain(conn);
}

static void
close_hard(struct wire_conn *conn, int64_t now)
{
	(void)now;
	wire_conn_close(conn, NULL);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct wire_server *server = arg;
	int64_t now = rt_now_ms();

	(void)fd;
	(void)what;
	if (server->n == 0 && !server->paused)
		(void)event_del(server->tick);
	else if (server->ending && now >= server->stop_at)
		for_each(server, close_hard, now);
	else
		for_each(server, wire_conn_tick, now);
	if (server->paused)
		listen_again(server, true);
}

/* The connection that is idle for longest makes room. */
static bool
evict(struct wire_server *server)
{
	int64_t now = rt_now_ms();
	struct wire_conn *conn;

	TAILQ_FOREACH(conn, &server->conns, link)
	{
		if (wire_conn_evict(conn, now))
			return true;
	}
	return false;
}

static bool
has_room(struct wire_server *server)
{
	return server->n < server->config.limits.connections || evict(server);
}

/* Without room or descriptors the others wait in the backlog. */
static bool
accept_one(struct wire_server *server, int fd)
{
	struct sockaddr_storage from = {0};
	socklen_t n = sizeof(from);
	int c, on = 1;

	if (!has_room(server)) {
		listen_again(server, false);
		return false;
	}
	c = accept4(
	    fd, (struct sockaddr *)&from, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (c >= 0) {
		(void)setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		wire_conn_new(server, c, &from);
	} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		listen_again(server, false);
	return c >= 0;
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct wire_server *server = arg;
	int i = 0;

	(void)what;
	while (i < ACCEPTS && accept_one(server, fd))
		i++;
	want_tick(server);
}

static int
make_option(struct wire_server *server)
{
	if (nghttp2_option_new(&server->option) != 0)
		return RT_EIO;
	/* closed streams are of no use: they only take memory */
	nghttp2_option_set_no_closed_streams(server->option, 1);
	return wire_stream_callbacks(server);
}

static void
make_tick(void *arg)
{
	struct wire_server *server = arg;

	server->tick = event_new(
	    wire_loop_base(server->loop), -1, EV_PERSIST, on_tick, server);
	if (server->tick == NULL)
		rt_no_memory();
}

int
wire_server_new(struct wire_server **out, struct wire_loop *loop,
    struct wire_pool *pool, const struct wire_server_config *config,
    struct rt_err *err)
{
	struct wire_server *server = rt_calloc(1, sizeof(*server));

	server->loop = loop;
	server->pool = pool;
	server->config = *config;
	if (config->tls != NULL)
		server->tls = *config->tls;
	set_defaults(&server->config.limits);
	SLIST_INIT(&server->listeners);
	TAILQ_INIT(&server->conns);
	(void)pthread_mutex_init(&server->mu, NULL);
	(void)pthread_cond_init(&server->cv, NULL);
	wire_loop_call(loop, make_tick, server);
	if (make_option(server) != 0) {
		wire_server_free(server);
		return rt_err_set(err, RT_EIO, "HTTP/2 cannot start");
	}
	*out = server;
	return 0;
}

/* What a call on the loop's thread is given. */
struct with_fd {
	struct wire_server *server;
	int fd;
};

static void
listen_here(void *arg)
{
	struct with_fd *w = arg;
	struct wire_listener *l = rt_calloc(1, sizeof(*l));

	l->fd = w->fd;
	l->readable = event_new(wire_loop_base(w->server->loop), w->fd,
	    EV_READ | EV_PERSIST, on_accept, w->server);
	if (l->readable == NULL)
		rt_no_memory();
	SLIST_INSERT_HEAD(&w->server->listeners, l, link);
	(void)event_add(l->readable, NULL);
}

int
wire_server_listen(struct wire_server *server, int fd, struct rt_err *err)
{
	struct with_fd w = {server, fd};

	if (evutil_make_socket_nonblocking(fd) != 0) {
		(void)close(fd);
		return rt_err_sys(err, RT_EIO, "listening");
	}
	wire_loop_call(server->loop, listen_here, &w);
	return 0;
}

static void
adopt_here(void *arg)
{
	struct with_fd *w = arg;
	struct sockaddr_storage from = {0};
	socklen_t n = sizeof(from);

	if (w->server->ending) {
		(void)close(w->fd);
		return;
	}
	(void)getpeername(w->fd, (struct sockaddr *)&from, &n);
	wire_conn_new(w->server, w->fd, &from);
	want_tick(w->server);
}

int
wire_server_adopt(struct wire_server *server, int fd, struct rt_err *err)
{
	struct with_fd w = {server, fd};

	if (evutil_make_socket_nonblocking(fd) != 0) {
		(void)close(fd);
		return rt_err_sys(err, RT_EIO, "taking over a connection");
	}
	wire_loop_call(server->loop, adopt_here, &w);
	return 0;
}

static void
listeners_free(struct wire_server *server)
{
	struct wire_listener *l;

	while ((l = SLIST_FIRST(&server->listeners)) != NULL) {
		SLIST_REMOVE_HEAD(&server->listeners, link);
		event_free(l->readable);
		(void)close(l->fd);
		free(l);
	}
}

static void
begin_stop(void *arg)
{
	struct wire_server *server = arg;

	server->ending = true;
	listeners_free(server);
	for_each(server, drain, 0);
	want_tick(server);
	wire_server_gone(server);
}

void
wire_server_stop(struct wire_server *server, int64_t ms)
{
	server->stop_at = rt_now_ms() + ms;
	wire_loop_call(server->loop, begin_stop, server);
	(void)pthread_mutex_lock(&server->mu);
	while (!server->stopped)
		(void)pthread_cond_wait(&server->cv, &server->mu);
	(void)pthread_mutex_unlock(&server->mu);
}

static void
end_here(void *arg)
{
	struct wire_server *server = arg;

	event_free(server->tick);
}

void
wire_server_free(struct wire_server *server)
{
	if (server == NULL)
		return;
	if (!server->stopped)
		wire_server_stop(server, 0);
	wire_loop_call(server->loop, end_here, server);
	nghttp2_session_callbacks_del(server->callbacks);
	nghttp2_option_del(server->option);
	(void)pthread_cond_destroy(&server->cv);
	(void)pthread_mutex_destroy(&server->mu);
	free(server);
}

struct load {
	struct wire_server *server;
	unsigned n;
	size_t buffered;
};

static void
load_here(void *arg)
{
	struct load *l = arg;

	l->n = l->server->n + l->server->zombies;
	l->buffered = l->server->buffered;
}

void
wire_server_load(
    struct wire_server *server, unsigned *connections, size_t *buffered)
{
	struct load l = {server, 0, 0};

	wire_loop_call(server->loop, load_here, &l);
	*connections = l.n;
	*buffered = l.buffered;
}
