/* SPDX-License-Identifier: Apache-2.0 */
/* A request of evhttp on its way to a worker thread and back. */
#include <stdlib.h>

#include <event2/buffer.h>

#include "runtime/base/arena.h"
#include "runtime/wire/http_int.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/pb.h"
#include "runtime/wire/pool.h"
#include "runtime/base/banned.h"

static const struct {
	enum evhttp_cmd_type cmd;
	enum wire_verb verb;
	const char *name;
} verbs[] = {
    {EVHTTP_REQ_GET, WIRE_GET, "GET"},
    {EVHTTP_REQ_HEAD, WIRE_HEAD, "HEAD"},
    {EVHTTP_REQ_POST, WIRE_POST, "POST"},
    {EVHTTP_REQ_PUT, WIRE_PUT, "PUT"},
    {EVHTTP_REQ_DELETE, WIRE_DELETE, "DELETE"},
};
#define VERBS (sizeof(verbs) / sizeof(*verbs))

static enum wire_verb
verb_of(struct evhttp_request *ev)
{
	size_t i;

	for (i = 0; i < VERBS; i++) {
		if (verbs[i].cmd == evhttp_request_get_command(ev))
			return verbs[i].verb;
	}
	return WIRE_OTHER;
}

static void
send_reply(struct evhttp_request *ev, const struct wire_http_reply *reply)
{
	struct evbuffer *body = evbuffer_new();

	if (body == NULL ||
	    evbuffer_add(body, reply->body.p, reply->body.n) != 0)
		rt_no_memory();
	if (reply->type != NULL)
		(void)evhttp_add_header(evhttp_request_get_output_headers(ev),
		    "Content-Type", reply->type);
	/* frees `ev` where the peer has gone */
	evhttp_send_reply(ev, reply->status, NULL, body);
	evbuffer_free(body);
}

static void
send_status(struct evhttp_request *ev, int status)
{
	struct wire_http_reply reply = {.status = status};

	send_reply(ev, &reply);
}

/* RFC 9110 15.5.6: a 405 names what is allowed. */
static void
send_not_allowed(struct evhttp_request *ev, unsigned allowed)
{
	struct buf b = {0};
	size_t i;

	for (i = 0; i < VERBS; i++) {
		if ((allowed & verbs[i].verb) == 0)
			continue;
		buf_puts(&b, b.n == 0 ? "" : ", ");
		buf_puts(&b, verbs[i].name);
	}
	buf_putc(&b, '\0');
	(void)evhttp_add_header(
	    evhttp_request_get_output_headers(ev), "Allow", b.p);
	buf_free(&b);
	send_status(ev, 405);
}

static bool
matches(const struct wire_route *route, const char *path)
{
	struct str want = str_from(route->path), got = str_from(path);

	if (str_ends(want, STR("/")) && want.n > 1)
		return str_starts(got, want);
	return str_eq(got, want);
}

static const struct wire_route *
route_of(const struct wire_http *http, const char *path)
{
	size_t i;

	for (i = 0; i < http->config.n; i++) {
		if (matches(&http->config.routes[i], path))
			return &http->config.routes[i];
	}
	return NULL;
}

static char *
copy(const char *z)
{
	char *p = z == NULL ? NULL : strdup(z);

	if (z != NULL && p == NULL)
		rt_no_memory();
	return p;
}

static struct str
copy_body(struct evhttp_request *ev)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(ev);
	size_t n = evbuffer_get_length(in);
	char *p = rt_calloc(1, n + 1);

	(void)evbuffer_remove(in, p, n);
	return (struct str){p, n};
}

static void
job_free(struct wire_http_job *job)
{
	struct wire_http_request *r = &job->request;

	free((void *)(uintptr_t)r->path);
	free((void *)(uintptr_t)r->query);
	free((void *)(uintptr_t)r->type);
	wire_wipe_free((void *)(uintptr_t)r->body.p, r->body.n);
	X509_free(r->cert);
	if (job->reply.body.p != NULL)
		OPENSSL_cleanse(job->reply.body.p, job->reply.body.n);
	buf_free(&job->reply.body);
	free(job);
}

/* On the loop's thread. */
static void
done(void *arg)
{
	struct wire_http_job *job = arg;
	struct wire_http_conn *conn;

	LIST_REMOVE(job, link);
	if (job->ev != NULL) {
		conn = wire_http_conn_of(job->http, job->ev);
		if (conn != NULL)
			wire_http_conn_clock(conn, true);
		send_reply(job->ev, &job->reply);
	}
	job_free(job);
}

static void
run(void *arg)
{
	struct wire_http_job *job = arg;

	job->reply.status = 200;
	job->route->handle(&job->reply, job->http->config.arg, &job->request);
	wire_loop_post(job->http->loop, done, job);
}

static struct wire_http_job *
job_new(struct wire_http *http, struct wire_http_conn *conn,
    struct evhttp_request *ev, const struct wire_route *route)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ev);
	struct wire_http_job *job = rt_calloc(1, sizeof(*job));
	struct wire_http_request *r = &job->request;

	job->http = http;
	job->ev = ev;
	job->route = route;
	r->verb = verb_of(ev);
	r->path = copy(evhttp_uri_get_path(uri));
	r->query = copy(evhttp_uri_get_query(uri));
	r->type = copy(evhttp_find_header(
	    evhttp_request_get_input_headers(ev), "Content-Type"));
	r->body = copy_body(ev);
	if (conn->ssl != NULL)
		r->cert = SSL_get1_peer_certificate(conn->ssl);
	return job;
}

static void
start(struct wire_http *http, struct wire_http_conn *conn,
    struct evhttp_request *ev, const struct wire_route *route)
{
	struct wire_http_job *job = job_new(http, conn, ev, route);

	if (wire_pool_submit(http->pool, http->config.share, run, job, NULL) !=
	    0) {
		job_free(job);
		send_status(ev, 503);
		return;
	}
	LIST_INSERT_HEAD(&http->jobs, job, link);
	wire_http_conn_clock(conn, false);
}

void
wire_http_on_request(struct evhttp_request *ev, void *arg)
{
	struct wire_http *http = arg;
	struct wire_http_conn *conn = wire_http_conn_of(http, ev);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ev);
	const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);
	const struct wire_route *route;

	if (conn == NULL || path == NULL || http->ending) {
		send_status(ev, conn == NULL || path == NULL ? 400 : 503);
		return;
	}
	route = route_of(http, path);
	if (route == NULL)
		send_status(ev, 404);
	else if ((route->verbs & verb_of(ev)) == 0)
		send_not_allowed(ev, route->verbs);
	else
		start(http, conn, ev, route);
}
