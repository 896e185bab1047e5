/* SPDX-License-Identifier: Apache-2.0 */
/* A client for unary calls: nghttp2 driven by poll() in the caller's thread. */
#include <poll.h>
#include <stdlib.h>

#include "runtime/base/arena.h"
#include "runtime/wire/client_int.h"
#include "runtime/base/banned.h"

#define MESSAGE_MAX ((size_t)64 << 20)
/* Writes in a row before what has come is read. */
#define TURNS 16

#define NV(name, value)                                                        \
	{                                                                      \
		(uint8_t *)(uintptr_t)(name), (uint8_t *)(uintptr_t)(value),   \
		    strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE          \
	}

static int
start(struct wire_client *client)
{
	nghttp2_mem mem = wire_h2_mem();
	nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
	    {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WIRE_H2_STREAM_WINDOW},
	};

	if (wire_exchange_callbacks(&client->callbacks) != 0 ||
	    nghttp2_session_client_new3(&client->h2.session, client->callbacks,
		client, NULL, &mem) != 0)
		return -1;
	return wire_h2_begin(&client->h2, settings, 2);
}

int
wire_client_new(struct wire_client **out, struct wire_io io,
    const char *authority, size_t message, struct rt_err *err)
{
	struct wire_client *client = rt_calloc(1, sizeof(*client));
	int r;

	client->h2.io = io;
	client->message = message == 0 ? MESSAGE_MAX : message;
	buf_put(
	    &client->authority, (struct str){authority, strlen(authority) + 1});
	r = wire_io_setup(&client->h2.io, err);
	if (r == 0 && start(client) != 0)
		r = rt_err_set(err, RT_EIO, "HTTP/2 cannot start");
	if (r == 0)
		*out = client;
	else
		wire_client_free(client);
	return r;
}

void
wire_client_free(struct wire_client *client)
{
	if (client == NULL)
		return;
	if (client->h2.session != NULL && client->broken.code == 0 &&
	    nghttp2_session_terminate_session(
		client->h2.session, NGHTTP2_NO_ERROR) == 0)
		(void)wire_h2_send(&client->h2, TURNS, NULL);
	wire_h2_end(&client->h2);
	wire_io_close(&client->h2.io);
	nghttp2_session_callbacks_del(client->callbacks);
	buf_free(&client->authority);
	free(client);
}

static ssize_t
read_request(nghttp2_session *h2, int32_t id, uint8_t *p, size_t max,
    uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct wire_exchange *x = source->ptr;
	size_t n = x->req_n - x->req_at;

	(void)h2;
	(void)id;
	(void)user;
	if (n > max)
		n = max;
	memcpy(p, x->req + x->req_at, n);
	x->req_at += n;
	if (x->req_at == x->req_n)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static struct buf
timeout_text(int64_t deadline)
{
	int64_t ms = deadline - rt_now_ms();
	struct buf b = {0};

	wire_timeout_format(&b, ms < 1 ? 1 : ms);
	buf_putc(&b, '\0');
	return b;
}

static int
submit(struct wire_client *client, struct wire_exchange *x, const char *path,
    int64_t deadline)
{
	struct buf timeout = timeout_text(deadline);
	nghttp2_nv nv[] = {NV(":method", "POST"),
	    NV(":scheme", client->h2.io.ssl == NULL ? "http" : "https"),
	    NV(":path", path), NV(":authority", client->authority.p),
	    NV("te", "trailers"), NV("content-type", "application/grpc"),
	    NV("user-agent", "contrastc/" CONTRASTC_VERSION),
	    NV("grpc-timeout", timeout.p)};
	size_t n = sizeof(nv) / sizeof(*nv) - (deadline == INT64_MAX);
	nghttp2_data_provider body = {
	    .source.ptr = x, .read_callback = read_request};

	x->id = nghttp2_submit_request(
	    client->h2.session, NULL, nv, n, &body, NULL);
	buf_free(&timeout);
	return x->id < 0 ? -1 : 0;
}

/* Reads until nothing is there; false: the connection is broken. */
static bool
receive(struct wire_client *client, short *want)
{
	ssize_t n;

	do {
		n = wire_h2_read(&client->h2, &client->broken);
	} while (n > 0 && !client->now->done);
	if (n == WIRE_IO_END)
		(void)rt_err_set(&client->broken, RT_ENET,
		    "the server closed the connection");
	if (n == WIRE_IO_WANT_WRITE)
		*want |= POLLOUT;
	return n > 0 || n == WIRE_IO_WANT_READ || n == WIRE_IO_WANT_WRITE;
}

/* One round; false: the connection is broken. */
static bool
turn(struct wire_client *client, short *want)
{
	struct rt_err sent = {0};
	int r;

	*want = POLLIN;
	if (!receive(client, want))
		return false;
	r = wire_h2_send(&client->h2, TURNS, &sent);
	if (r == 0)
		*want |= POLLOUT;
	if (r >= 0)
		return true;
	/* why a write fails may be there to read: an alert, GOAWAY */
	if (receive(client, want))
		client->broken = sent;
	return false;
}

/* A refused client hears of it after its handshake (TLS 1.3). */
static int
broken(struct wire_client *client, struct wire_status *st)
{
	bool refused = !client->settled && client->broken.code == RT_EAUTH;

	(void)wire_fail(st, WIRE_UNAVAILABLE, "%s%s",
	    refused ? "authentication handshake failed: " : "",
	    client->broken.text);
	return refused ? RT_EAUTH : RT_ENET;
}

static int
give_up(
    struct wire_client *client, struct wire_exchange *x, struct wire_status *st)
{
	(void)nghttp2_submit_rst_stream(
	    client->h2.session, NGHTTP2_FLAG_NONE, x->id, NGHTTP2_CANCEL);
	(void)wire_h2_send(&client->h2, TURNS, NULL);
	(void)wire_fail(st, WIRE_DEADLINE_EXCEEDED, "the deadline has passed");
	return RT_ENET;
}

/* Until the call is done; 0: *st has the server's answer. */
static int
run(struct wire_client *client, struct wire_exchange *x, int64_t deadline,
    struct wire_status *st)
{
	short want;

	while (!x->done) {
		if (!turn(client, &want))
			return x->done ? 0 : broken(client, st);
		if (!x->done &&
		    wire_io_wait(&client->h2.io, want, deadline, NULL) != 0)
			return give_up(client, x, st);
	}
	return 0;
}

static int
exchange(struct wire_client *client, struct wire_exchange *x, const char *path,
    int64_t deadline, struct wire_status *st)
{
	int r;

	if (client->broken.code != 0)
		return broken(client, st);
	if (!nghttp2_session_check_request_allowed(client->h2.session) ||
	    submit(client, x, path, deadline) != 0) {
		(void)wire_fail(
		    st, WIRE_UNAVAILABLE, "the server takes no more calls");
		return RT_ENET;
	}
	client->now = x;
	r = run(client, x, deadline, st);
	client->now = NULL;
	if (r != 0)
		return r;
	wire_exchange_status(x, client->message, st);
	return wire_exchange_code(st->code);
}

static int
decode(ProtobufCMessage **res, const struct wire_exchange *x,
    const ProtobufCMessageDescriptor *type, struct wire_status *st)
{
	struct str in = {(const char *)x->response.p, x->response.n};
	struct rt_err err = {0};

	if (wire_pb_unpack(res, type, in, &err) == 0)
		return 0;
	(void)wire_fail(st, WIRE_INTERNAL, "response: %s", err.text);
	return RT_EIO;
}

static void
exchange_free(struct wire_exchange *x)
{
	wire_wipe_free(x->req, x->req_n);
	wire_message_free(&x->response);
	buf_free(&x->text);
}

int
wire_client_call(ProtobufCMessage **res, struct wire_client *client,
    const char *path, const ProtobufCMessage *req,
    const ProtobufCMessageDescriptor *response, int64_t deadline,
    struct wire_status *st, struct rt_err *err)
{
	struct wire_exchange x = {.code = -1};
	int r;

	r = wire_pb_pack(&x.req, &x.req_n, req, WIRE_PREFIX, UINT32_MAX, err);
	if (r != 0) {
		(void)wire_fail(
		    st, WIRE_RESOURCE_EXHAUSTED, "the request is too large");
		return r;
	}
	wire_message_prefix(x.req, x.req_n);
	x.req_n += WIRE_PREFIX;
	r = exchange(client, &x, path, deadline, st);
	if (r == 0)
		r = decode(res, &x, response, st);
	exchange_free(&x);
	if (r != 0)
		(void)rt_err_set(err, r, "%s: %s (%s)", path, st->text,
		    wire_code_word(st->code));
	return r;
}
