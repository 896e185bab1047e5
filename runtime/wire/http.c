/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 on evhttp: listeners, connections and their limits, the end. */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>

#include "runtime/base/arena.h"
#include "runtime/wire/http_int.h"
#include "runtime/wire/io.h"
#include "runtime/wire/loop.h"
#include "runtime/base/banned.h"

/* Pause after an accept for which there was no descriptor, microseconds. */
#define RETRY 100000
/* How often the end is looked for, ms. */
#define LOOK 10
#define EVERY_METHOD 0xffff

static void
accept_more(struct wire_http *http, bool on)
{
	struct wire_http_listener *l;

	SLIST_FOREACH(l, &http->listeners, link)
	{
		if (on)
			(void)evconnlistener_enable(l->listener);
		else
			(void)evconnlistener_disable(l->listener);
	}
}

void
wire_http_conn_clock(struct wire_http_conn *conn, bool on)
{
	struct timeval t = {conn->http->config.total, 0};

	if (on)
		(void)event_add(conn->total, &t);
	else
		(void)event_del(conn->total);
}

static void
conn_gone(struct evhttp_connection *ev, void *arg)
{
	struct wire_http_conn *conn = arg;
	struct wire_http *http = conn->http;

	(void)ev;
	LIST_REMOVE(conn, link);
	event_free(conn->total);
	free(conn);
	http->n--;
	if (!http->ending)
		accept_more(http, true);
}

/* The record of evhttp is what its callbacks are given. */
static void
adopt(struct wire_http_conn *conn)
{
	void *arg = NULL;

	bufferevent_getcb(conn->bev, NULL, NULL, NULL, &arg);
	conn->ev = arg;
	evhttp_connection_set_closecb(conn->ev, conn_gone, conn);
	wire_http_conn_clock(conn, true);
}

/* No handler has the request: the clock stands while one does. */
static void
on_total(evutil_socket_t fd, short what, void *arg)
{
	struct wire_http_conn *conn = arg;

	(void)fd;
	if ((what & EV_TIMEOUT) == 0)
		adopt(conn);
	else
		evhttp_connection_free(conn->ev);
}

static struct bufferevent *
transport(struct wire_http *http, struct wire_http_conn *conn)
{
	struct event_base *base = wire_loop_base(http->loop);
	struct bufferevent *bev;

	if (http->config.tls == NULL)
		return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	conn->ssl = SSL_new(http->config.tls);
	if (conn->ssl == NULL)
		return NULL;
	bev = bufferevent_openssl_socket_new(base, -1, conn->ssl,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL)
		SSL_free(conn->ssl);
	else
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

/*
 * evhttp asks for the bufferevent of a connection that it has accepted.  When
 * this has returned it makes its record and starts to read; the event runs
 * after that and before the loop looks at the socket.
 */
static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct wire_http *http = arg;
	struct wire_http_conn *conn = rt_calloc(1, sizeof(*conn));

	conn->http = http;
	conn->bev = transport(http, conn);
	conn->total = event_new(base, -1, 0, on_total, conn);
	if (conn->bev == NULL || conn->total == NULL)
		rt_no_memory();
	LIST_INSERT_HEAD(&http->conns, conn, link);
	event_active(conn->total, EV_READ, 0);
	if (++http->n >= http->config.connections)
		accept_more(http, false);
	return conn->bev;
}

struct wire_http_conn *
wire_http_conn_of(struct wire_http *http, struct evhttp_request *ev)
{
	struct evhttp_connection *c = evhttp_request_get_connection(ev);
	struct wire_http_conn *conn;

	LIST_FOREACH(conn, &http->conns, link)
	{
		if (c != NULL && conn->ev == c)
			return conn;
	}
	return NULL;
}

/* No descriptor is left. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	static const struct timeval later = {0, RETRY};
	struct wire_http *http = arg;

	(void)listener;
	accept_more(http, false);
	(void)event_add(http->retry, &later);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct wire_http *http = arg;

	(void)fd;
	(void)what;
	if (!http->ending && http->n < http->config.connections)
		accept_more(http, true);
}

static void
set_defaults(struct wire_http_config *c)
{
	c->connections = c->connections == 0 ? 256 : c->connections;
	c->body = c->body == 0 ? (size_t)1 << 20 : c->body;
	c->headers = c->headers == 0 ? (size_t)16 << 10 : c->headers;
	c->idle = c->idle == 0 ? 10 : c->idle;
	c->total = c->total == 0 ? 60 : c->total;
}

static void
begin(void *arg)
{
	struct wire_http *http = arg;
	struct event_base *base = wire_loop_base(http->loop);

	http->ev = evhttp_new(base);
	http->retry = event_new(base, -1, 0, on_retry, http);
	if (http->ev == NULL || http->retry == NULL)
		rt_no_memory();
	evhttp_set_allowed_methods(http->ev, EVERY_METHOD);
	evhttp_set_max_headers_size(http->ev, (ev_ssize_t)http->config.headers);
	evhttp_set_max_body_size(http->ev, (ev_ssize_t)http->config.body);
	evhttp_set_timeout(http->ev, (int)http->config.idle);
	evhttp_set_bevcb(http->ev, on_connection, http);
	evhttp_set_gencb(http->ev, wire_http_on_request, http);
}

int
wire_http_new(struct wire_http **out, struct wire_loop *loop,
    struct wire_pool *pool, const struct wire_http_config *config,
    struct rt_err *err)
{
	struct wire_http *http;
	size_t i;

	for (i = 0; i < config->n; i++) {
		if (config->routes[i].path[0] != '/')
			return rt_err_set(err, RT_EINVAL, "'%s' is no path",
			    config->routes[i].path);
	}
	http = rt_calloc(1, sizeof(*http));
	http->loop = loop;
	http->pool = pool;
	http->config = *config;
	set_defaults(&http->config);
	wire_loop_call(loop, begin, http);
	*out = http;
	return 0;
}

struct with_fd {
	struct wire_http *http;
	int fd;
};

static void
listen_here(void *arg)
{
	struct with_fd *w = arg;
	struct wire_http_listener *l = rt_calloc(1, sizeof(*l));

	l->listener = evconnlistener_new(wire_loop_base(w->http->loop), NULL,
	    NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, w->fd);
	if (l->listener == NULL ||
	    evhttp_bind_listener(w->http->ev, l->listener) == NULL)
		rt_no_memory();
	evconnlistener_set_error_cb(l->listener, on_accept_error);
	SLIST_INSERT_HEAD(&w->http->listeners, l, link);
}

int
wire_http_listen(struct wire_http *http, int fd, struct rt_err *err)
{
	struct with_fd w = {http, fd};

	if (evutil_make_socket_nonblocking(fd) != 0) {
		(void)close(fd);
		return rt_err_sys(err, RT_EIO, "listening");
	}
	wire_loop_call(http->loop, listen_here, &w);
	return 0;
}

/* What a look at the loop's side brings back. */
struct look {
	struct wire_http *http;
	bool busy, working;
	unsigned n;
};

static void
look_here(void *arg)
{
	struct look *l = arg;
	struct wire_http_conn *conn;

	l->working = !LIST_EMPTY(&l->http->jobs);
	l->busy = l->working;
	l->n = l->http->n;
	LIST_FOREACH(conn, &l->http->conns, link)
	l->busy |= evbuffer_get_length(bufferevent_get_output(conn->bev)) > 0;
}

static void
stop_here(void *arg)
{
	struct wire_http *http = arg;

	http->ending = true;
	accept_more(http, false);
}

/* Requests that are still in work belong to their jobs alone from here. */
static void
close_here(void *arg)
{
	struct wire_http *http = arg;
	struct wire_http_listener *l;
	struct wire_http_job *job;

	LIST_FOREACH(job, &http->jobs, link)
	job->ev = NULL;
	evhttp_free(http->ev);
	event_free(http->retry);
	while ((l = SLIST_FIRST(&http->listeners)) != NULL) {
		SLIST_REMOVE_HEAD(&http->listeners, link);
		free(l);
	}
}

void
wire_http_free(struct wire_http *http, int64_t ms)
{
	int64_t end = rt_now_ms() + ms;
	struct look l = {.http = http, .busy = true};

	if (http == NULL)
		return;
	wire_loop_call(http->loop, stop_here, http);
	wire_loop_call(http->loop, look_here, &l);
	while (l.busy && rt_now_ms() < end) {
		(void)poll(NULL, 0, LOOK);
		wire_loop_call(http->loop, look_here, &l);
	}
	wire_loop_call(http->loop, close_here, http);
	while (l.working) {
		(void)poll(NULL, 0, LOOK);
		wire_loop_call(http->loop, look_here, &l);
	}
	free(http);
}

unsigned
wire_http_connections(struct wire_http *http)
{
	struct look l = {.http = http};

	wire_loop_call(http->loop, look_here, &l);
	return l.n;
}
