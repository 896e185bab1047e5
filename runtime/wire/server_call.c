/* SPDX-License-Identifier: Apache-2.0 */
/* A call on a worker thread: decode, handle, encode. */
#include <stdlib.h>
#include <time.h>

#include "runtime/base/arena.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/pool.h"
#include "runtime/wire/server_int.h"
#include "runtime/base/banned.h"

const char *
wire_call_path(const struct wire_call *call)
{
	return call->method->path;
}

void *
wire_call_peer(const struct wire_call *call)
{
	return call->conn->session;
}

const struct sockaddr_storage *
wire_call_address(const struct wire_call *call)
{
	return &call->conn->from;
}

int64_t
wire_call_deadline(const struct wire_call *call)
{
	return call->deadline;
}

bool
wire_call_cancelled(const struct wire_call *call)
{
	return __atomic_load_n(&call->cancelled, __ATOMIC_RELAXED) ||
	       rt_now_ms() >= call->deadline;
}

static void
encode(struct wire_call *call, const ProtobufCMessage *res)
{
	size_t max = call->conn->server->config.limits.message;
	struct rt_err err = {0};

	if (wire_pb_pack(
		&call->res, &call->res_n, res, WIRE_PREFIX, max, &err) != 0) {
		(void)wire_fail(
		    &call->st, WIRE_RESOURCE_EXHAUSTED, "%s", err.text);
		return;
	}
	wire_message_prefix(call->res, call->res_n);
	call->res_n += WIRE_PREFIX;
}

static void
handle(struct wire_call *call, const ProtobufCMessage *req)
{
	struct wire_server *server = call->conn->server;
	ProtobufCMessage *res = NULL;
	int code;

	call->started = true;
	if (server->config.observe.started != NULL)
		server->config.observe.started(
		    server->config.observe.arg, call->method->path);
	code = call->method->handle(
	    &res, server->config.arg, call, req, &call->st);
	call->st.code = code;
	if (code == WIRE_OK && res == NULL)
		(void)wire_fail(&call->st, WIRE_INTERNAL, "no response");
	else if (code == WIRE_OK)
		encode(call, res);
	wire_pb_free(res);
}

static void
decode(struct wire_call *call)
{
	struct str in = {(const char *)call->request.p, call->request.n};
	ProtobufCMessage *req;
	struct rt_err err = {0};

	if (wire_pb_unpack(&req, call->method->request, in, &err) != 0) {
		(void)wire_fail(&call->st, WIRE_INTERNAL, "%s", err.text);
		return;
	}
	handle(call, req);
	wire_pb_free(req);
}

static void
call_free(struct wire_call *call)
{
	wire_message_free(&call->request);
	wire_wipe_free(call->res, call->res_n);
	free(call);
}

static double
seconds_since(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) +
	       (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

/* What the peer got: what came too late counts as that. */
static int
final_code(const struct wire_call *call)
{
	if (call->stream != NULL)
		return call->st.code;
	return rt_now_ms() >= call->deadline ? WIRE_DEADLINE_EXCEEDED
					     : WIRE_CANCELLED;
}

static void
answer(struct wire_call *call)
{
	struct wire_stream *s = call->stream;
	struct wire_server *server = call->conn->server;

	s->call = NULL;
	if (rt_now_ms() >= call->deadline)
		(void)wire_fail(&call->st, WIRE_DEADLINE_EXCEEDED,
		    "the deadline has passed");
	if (call->st.code != WIRE_OK) {
		wire_stream_fail(s, call->st.code, call->st.text);
		return;
	}
	if (call->res_n > server->config.limits.buffered - server->buffered) {
		call->st.code = WIRE_RESOURCE_EXHAUSTED;
		wire_stream_fail(s, WIRE_RESOURCE_EXHAUSTED,
		    "the server has no room for the response");
		return;
	}
	server->buffered += call->res_n;
	s->res = call->res;
	s->res_n = call->res_n;
	call->res = NULL;
	wire_reply_message(s);
}

/* On the loop's thread. */
static void
done(void *arg)
{
	struct wire_call *call = arg;
	struct wire_conn *conn = call->conn;
	struct wire_observe *o = &conn->server->config.observe;

	conn->server->buffered -= call->request.cap;
	if (call->stream != NULL)
		answer(call);
	if (call->started && o->handled != NULL)
		o->handled(o->arg, call->method->path, final_code(call),
		    seconds_since(&call->began));
	call_free(call);
	if (!wire_conn_job_done(conn))
		return;
	wire_conn_used(conn);
	wire_conn_pump(conn);
}

static void
run(void *arg)
{
	struct wire_call *call = arg;
	struct wire_loop *loop = call->conn->server->loop;

	if (wire_call_cancelled(call))
		(void)wire_fail(&call->st, WIRE_DEADLINE_EXCEEDED,
		    "the deadline has passed before the call began");
	else
		decode(call);
	wire_loop_post(loop, done, call);
}

static struct wire_call *
make(struct wire_stream *s)
{
	struct wire_call *call = rt_calloc(1, sizeof(*call));

	call->conn = s->conn;
	call->stream = s;
	call->method = s->method;
	call->deadline = s->timeout < 0 ? INT64_MAX : s->born + s->timeout;
	(void)clock_gettime(CLOCK_MONOTONIC, &call->began);
	call->request = s->request;
	s->request = (struct wire_message){0};
	return call;
}

void
wire_call_start(struct wire_stream *s)
{
	struct wire_server *server = s->conn->server;
	struct wire_call *call = make(s);

	if (wire_pool_submit(server->pool, server->config.share_call, run, call,
		NULL) != 0) {
		server->buffered -= call->request.cap;
		call_free(call);
		wire_stream_fail(s, WIRE_UNAVAILABLE, "the server is busy");
		return;
	}
	s->call = call;
	s->conn->jobs++;
}
