/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_HTTP_INT_H
#define CONTRASTC_WIRE_HTTP_INT_H

#include <sys/queue.h>

#include <pthread.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "runtime/wire/http.h"

/* All of it belongs to the loop's thread but for what is marked. */

/*
 * A connection.  evhttp asks for its bufferevent, makes its own record, and
 * tells that one's end only to who has hold of it: see adopt() in http.c.
 */
struct wire_http_conn {
	LIST_ENTRY(wire_http_conn) link;
	struct wire_http *http;
	struct bufferevent *bev;
	struct evhttp_connection *ev; /* NULL: not adopted yet */
	/* the time for the next request, or the reply */
	struct event *total;
	SSL *ssl; /* NULL: plain */
};

struct wire_http_job {
	LIST_ENTRY(wire_http_job) link;
	struct wire_http *http;
	struct evhttp_request *ev; /* NULL: nobody waits */
	const struct wire_route *route;
	/* the worker's, then the loop's */
	struct wire_http_request request;
	struct wire_http_reply reply;
};

struct wire_http_listener {
	SLIST_ENTRY(wire_http_listener) link;
	struct evconnlistener *listener;
};

struct wire_http {
	struct wire_loop *loop;
	struct wire_pool *pool;
	struct wire_http_config config;
	struct evhttp *ev;
	struct event *retry; /* to accept again */
	SLIST_HEAD(, wire_http_listener) listeners;
	LIST_HEAD(, wire_http_conn) conns;
	LIST_HEAD(, wire_http_job) jobs;
	unsigned n;
	bool ending;
};

/* http_request.c: the callback of evhttp. */
void wire_http_on_request(struct evhttp_request *ev, void *http);
/* http.c: the connection of a request; NULL: it is gone. */
struct wire_http_conn *wire_http_conn_of(
    struct wire_http *http, struct evhttp_request *ev);
/* The time for a request or reply begins, or is stopped. */
void wire_http_conn_clock(struct wire_http_conn *conn, bool on);

#endif
