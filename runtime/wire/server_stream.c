/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: from HTTP/2 frames to a whole message, with limits. */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/base/arena.h"
#include "runtime/wire/server_int.h"
#include "runtime/base/banned.h"

/* A request need not keep its rate before this age, ms. */
#define GRACE 5000

static void
busy(struct wire_stream *s)
{
	if (s->phase == WIRE_REQUEST)
		s->conn->busy++;
}

void
wire_stream_fail(struct wire_stream *s, int code, const char *text)
{
	busy(s);
	wire_reply_status(s, code, text);
}

static void
fail_http(struct wire_stream *s, const char *status)
{
	busy(s);
	wire_reply_http(s, status);
}

void
wire_stream_detach(struct wire_stream *s)
{
	if (s->call == NULL)
		return;
	__atomic_store_n(&s->call->cancelled, true, __ATOMIC_RELAXED);
	s->call->stream = NULL;
	s->call = NULL;
}

void
wire_stream_free(struct wire_stream *s)
{
	struct wire_server *server = s->conn->server;

	wire_stream_detach(s);
	server->buffered -= s->request.cap + (s->res == NULL ? 0 : s->res_n);
	wire_message_free(&s->request);
	wire_wipe_free(s->res, s->res_n);
	if (s->phase != WIRE_REQUEST)
		s->conn->busy--;
	LIST_REMOVE(s, link);
	free(s);
}

static int
on_begin_headers(nghttp2_session *h2, const nghttp2_frame *frame, void *user)
{
	struct wire_conn *conn = user;
	struct wire_stream *s;

	if (frame->hd.type != NGHTTP2_HEADERS ||
	    frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	s = rt_calloc(1, sizeof(*s));
	s->conn = conn;
	s->id = frame->hd.stream_id;
	s->timeout = -1;
	s->born = rt_now_ms();
	LIST_INSERT_HEAD(&conn->streams, s, link);
	(void)nghttp2_session_set_stream_user_data(h2, s->id, s);
	return 0;
}

static void
header_method(struct wire_stream *s, struct str v)
{
	s->post = str_eqz(v, "POST");
}

static void
header_path(struct wire_stream *s, struct str v)
{
	const struct wire_server_config *c = &s->conn->server->config;
	struct str shown = str_clip(v, sizeof(s->path) - 1);
	size_t i;

	memcpy(s->path, shown.p, shown.n);
	for (i = 0; i < c->n; i++) {
		if (str_eqz(v, c->methods[i].path))
			s->method = &c->methods[i];
	}
}

/* "application/grpc", alone or before '+' or ';'. */
static void
header_type(struct wire_stream *s, struct str v)
{
	struct str want = STR("application/grpc");

	s->grpc = str_starts(v, want) &&
		  (v.n == want.n || v.p[want.n] == '+' || v.p[want.n] == ';');
}

static void
header_timeout(struct wire_stream *s, struct str v)
{
	s->bad_timeout = !wire_timeout_parse(&s->timeout, v);
}

static void
header_encoding(struct wire_stream *s, struct str v)
{
	s->encoded = !str_eqz(v, "identity");
}

static const struct {
	struct str name;
	void (*take)(struct wire_stream *s, struct str value);
} headers[] = {
    {STR_INIT(":method"), header_method},
    {STR_INIT(":path"), header_path},
    {STR_INIT("content-type"), header_type},
    {STR_INIT("grpc-timeout"), header_timeout},
    {STR_INIT("grpc-encoding"), header_encoding},
};

static int
on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name,
    size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags,
    void *user)
{
	struct wire_stream *s =
	    nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
	struct str key = {(const char *)name, name_n};
	size_t i;

	(void)flags;
	(void)user;
	if (s == NULL)
		return 0;
	/* as RFC 9113 counts: 32 bytes for each */
	s->headers += name_n + value_n + 32;
	if (s->phase != WIRE_REQUEST || s->request.prefix_n > 0)
		return 0; /* trailers */
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		if (str_eq(key, headers[i].name))
			headers[i].take(
			    s, (struct str){(const char *)value, value_n});
	}
	return 0;
}

static void
unknown_method(struct wire_stream *s)
{
	char text[192];

	(void)snprintf(text, sizeof(text), "unknown method %s", s->path);
	wire_stream_fail(s, WIRE_UNIMPLEMENTED, text);
}

static void
headers_end(struct wire_stream *s)
{
	if (s->headers > s->conn->server->config.limits.headers)
		fail_http(s, "431");
	else if (!s->post)
		fail_http(s, "405");
	else if (!s->grpc)
		fail_http(s, "415");
	else if (s->method == NULL)
		unknown_method(s);
	else if (s->bad_timeout)
		wire_stream_fail(s, WIRE_INTERNAL, "malformed grpc-timeout");
}

static void
too_large(struct wire_stream *s)
{
	char text[96];

	(void)snprintf(text, sizeof(text),
	    "the message of %zu bytes is over the limit of %zu", s->request.len,
	    s->conn->server->config.limits.message);
	wire_stream_fail(s, WIRE_RESOURCE_EXHAUSTED, text);
}

static void
compressed(struct wire_stream *s)
{
	if (s->encoded && s->request.prefix[0] == 1)
		wire_stream_fail(s, WIRE_UNIMPLEMENTED,
		    "the message is compressed with an unknown encoding");
	else
		wire_stream_fail(s, WIRE_INTERNAL,
		    "the message is marked as compressed without an encoding");
}

static void
second(struct wire_stream *s)
{
	wire_stream_fail(
	    s, WIRE_INTERNAL, "the request has more than one message");
}

static void
no_room(struct wire_stream *s)
{
	wire_stream_fail(s, WIRE_RESOURCE_EXHAUSTED,
	    "the server has no room for the request");
}

static void (*const faults[])(struct wire_stream *s) = {
    [WIRE_MESSAGE_COMPRESSED] = compressed,
    [WIRE_MESSAGE_LARGE] = too_large,
    [WIRE_MESSAGE_SECOND] = second,
    [WIRE_MESSAGE_NO_ROOM] = no_room,
};

static int
on_data(nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *p,
    size_t n, void *user)
{
	struct wire_conn *conn = user;
	struct wire_server *server = conn->server;
	const struct wire_limits *l = &server->config.limits;
	struct wire_stream *s = nghttp2_session_get_stream_user_data(h2, id);
	enum wire_message_fault fault;
	size_t before;

	(void)flags;
	if (s == NULL || s->phase != WIRE_REQUEST)
		return 0;
	before = s->request.cap;
	fault = wire_message_feed(
	    &s->request, p, n, l->message, l->buffered - server->buffered);
	server->buffered += s->request.cap - before;
	if (fault != WIRE_MESSAGE_FINE)
		faults[fault](s);
	return 0;
}

static void
request_end(struct wire_stream *s)
{
	s->ended = true;
	if (s->phase != WIRE_REQUEST)
		return;
	if (!wire_message_complete(&s->request)) {
		wire_stream_fail(
		    s, WIRE_INTERNAL, "the request ends within its message");
		return;
	}
	s->conn->busy++;
	s->phase = WIRE_RUNNING;
	wire_call_start(s);
}

static int
on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *user)
{
	struct wire_conn *conn = user;
	struct wire_stream *s;

	if (frame->hd.type == NGHTTP2_SETTINGS)
		conn->settled = true;
	if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
		return 0;
	s = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
	if (s == NULL)
		return 0;
	if (frame->hd.type == NGHTTP2_HEADERS &&
	    frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		headers_end(s);
	if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
		request_end(s);
	return 0;
}

/* An answer before the request's end: the rest is not wanted. */
static int
on_frame_sent(nghttp2_session *h2, const nghttp2_frame *frame, void *user)
{
	struct wire_stream *s;

	(void)user;
	if (frame->hd.type != NGHTTP2_HEADERS ||
	    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
		return 0;
	s = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
	if (s != NULL && !s->ended)
		(void)nghttp2_submit_rst_stream(
		    h2, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_NO_ERROR);
	return 0;
}

/* A peer that keeps starting calls to drop them is sent away. */
static int
on_close(nghttp2_session *h2, int32_t id, uint32_t error, void *user)
{
	struct wire_conn *conn = user;
	struct wire_stream *s = nghttp2_session_get_stream_user_data(h2, id);
	bool dropped = error != NGHTTP2_NO_ERROR;

	if (s == NULL)
		return 0;
	wire_stream_free(s);
	if (!dropped && conn->resets > 0)
		conn->resets--;
	if (dropped && ++conn->resets > conn->server->config.limits.resets)
		(void)nghttp2_session_terminate_session(
		    h2, NGHTTP2_ENHANCE_YOUR_CALM);
	return 0;
}

int
wire_stream_callbacks(struct wire_server *server)
{
	nghttp2_session_callbacks *c;

	if (nghttp2_session_callbacks_new(&server->callbacks) != 0)
		return RT_EIO;
	c = server->callbacks;
	nghttp2_session_callbacks_set_on_begin_headers_callback(
	    c, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(c, on_frame_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
	return 0;
}

static bool
too_slow(const struct wire_stream *s, int64_t now)
{
	const struct wire_limits *l = &s->conn->server->config.limits;
	int64_t age = now - s->born;

	return age > l->request ||
	       (age > GRACE && s->request.n + WIRE_PREFIX <
				   (size_t)(age - GRACE) / 1000 * l->rate);
}

static bool
past_deadline(const struct wire_stream *s, int64_t now)
{
	return s->timeout >= 0 && now - s->born >= s->timeout;
}

void
wire_stream_tick(struct wire_stream *s, int64_t now)
{
	struct wire_conn *conn = s->conn;

	if (s->phase != WIRE_RESPONSE && past_deadline(s, now)) {
		wire_stream_detach(s);
		wire_stream_fail(
		    s, WIRE_DEADLINE_EXCEEDED, "the deadline has passed");
	} else if (s->phase == WIRE_REQUEST && too_slow(s, now)) {
		wire_stream_fail(
		    s, WIRE_DEADLINE_EXCEEDED, "the request comes too slowly");
	} else if (s->phase == WIRE_RESPONSE &&
		   now - s->answered > conn->server->config.limits.response)
		(void)nghttp2_submit_rst_stream(
		    conn->h2.session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
}
