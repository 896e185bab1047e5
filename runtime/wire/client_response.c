/* SPDX-License-Identifier: Apache-2.0 */
/* From the frames of a response to a status and a message. */
#include "runtime/wire/client_int.h"
#include "runtime/base/banned.h"

/* Names and values of a response, bytes. */
#define HEADERS_MAX 65536

static const struct {
	int code, result;
} results[] = {
    {WIRE_OK, 0},
    {WIRE_INVALID_ARGUMENT, RT_EINVAL},
    {WIRE_DEADLINE_EXCEEDED, RT_ENET},
    {WIRE_NOT_FOUND, RT_ENOTFOUND},
    {WIRE_ALREADY_EXISTS, RT_EEXIST},
    {WIRE_PERMISSION_DENIED, RT_EAUTH},
    {WIRE_RESOURCE_EXHAUSTED, RT_ELIMIT},
    {WIRE_FAILED_PRECONDITION, RT_ESTATE},
    {WIRE_UNIMPLEMENTED, RT_ENOTFOUND},
    {WIRE_UNAVAILABLE, RT_ENET},
    {WIRE_UNAUTHENTICATED, RT_EAUTH},
};

/* "Responses", table of HTTP/2 error codes in gRPC over HTTP2. */
static const struct {
	uint32_t error;
	int code;
} resets[] = {
    {NGHTTP2_REFUSED_STREAM, WIRE_UNAVAILABLE},
    {NGHTTP2_CANCEL, WIRE_CANCELLED},
    {NGHTTP2_ENHANCE_YOUR_CALM, WIRE_RESOURCE_EXHAUSTED},
    {NGHTTP2_INADEQUATE_SECURITY, WIRE_PERMISSION_DENIED},
};

int
wire_exchange_code(int code)
{
	size_t i;

	for (i = 0; i < sizeof(results) / sizeof(*results); i++) {
		if (results[i].code == code)
			return results[i].result;
	}
	return RT_EIO;
}

static struct wire_exchange *
exchange_of(struct wire_client *client, int32_t id)
{
	struct wire_exchange *x = client->now;

	return x != NULL && x->id == id && !x->done ? x : NULL;
}

static void
header_status(struct wire_exchange *x, struct str v)
{
	uint64_t n;

	x->http = str_u64(v, 999, &n) ? (int)n : 0;
}

static void
header_type(struct wire_exchange *x, struct str v)
{
	x->grpc = str_starts(v, STR("application/grpc"));
}

static void
header_code(struct wire_exchange *x, struct str v)
{
	uint64_t n;

	x->code = str_u64(v, INT32_MAX, &n) ? (int)n : WIRE_UNKNOWN;
}

static void
header_message(struct wire_exchange *x, struct str v)
{
	x->text.n = 0;
	wire_percent_decode(&x->text, v);
}

static const struct {
	struct str name;
	void (*take)(struct wire_exchange *x, struct str value);
} headers[] = {
    {STR_INIT(":status"), header_status},
    {STR_INIT("content-type"), header_type},
    {STR_INIT("grpc-status"), header_code},
    {STR_INIT("grpc-message"), header_message},
};

static int
on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name,
    size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags,
    void *user)
{
	struct wire_exchange *x = exchange_of(user, frame->hd.stream_id);
	struct str key = {(const char *)name, name_n};
	size_t i;

	(void)h2;
	(void)flags;
	if (x == NULL)
		return 0;
	x->headers += name_n + value_n;
	if (x->headers > HEADERS_MAX)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		if (str_eq(key, headers[i].name))
			headers[i].take(
			    x, (struct str){(const char *)value, value_n});
	}
	return 0;
}

/* What is no gRPC response has no message either. */
static int
on_data(nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *p,
    size_t n, void *user)
{
	struct wire_client *client = user;
	struct wire_exchange *x = exchange_of(client, id);

	(void)flags;
	if (x == NULL || x->http != 200 || !x->grpc ||
	    x->fault != WIRE_MESSAGE_FINE)
		return 0;
	x->fault =
	    wire_message_feed(&x->response, p, n, client->message, SIZE_MAX);
	if (x->fault != WIRE_MESSAGE_FINE)
		(void)nghttp2_submit_rst_stream(
		    h2, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
	return 0;
}

static int
on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *user)
{
	struct wire_client *client = user;

	(void)h2;
	if (frame->hd.type == NGHTTP2_SETTINGS)
		client->settled = true;
	return 0;
}

static int
on_close(nghttp2_session *h2, int32_t id, uint32_t error, void *user)
{
	struct wire_exchange *x = exchange_of(user, id);

	(void)h2;
	if (x == NULL)
		return 0;
	x->done = true;
	x->error = error;
	return 0;
}

int
wire_exchange_callbacks(nghttp2_session_callbacks **out)
{
	nghttp2_session_callbacks *c;

	if (nghttp2_session_callbacks_new(&c) != 0)
		return -1;
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
	*out = c;
	return 0;
}

static void
fault_status(const struct wire_exchange *x, size_t max, struct wire_status *st)
{
	if (x->fault == WIRE_MESSAGE_LARGE)
		(void)wire_fail(st, WIRE_RESOURCE_EXHAUSTED,
		    "the response of %zu bytes is over the limit of %zu",
		    x->response.len, max);
	else if (x->fault == WIRE_MESSAGE_NO_ROOM)
		(void)wire_fail(
		    st, WIRE_RESOURCE_EXHAUSTED, "no memory for the response");
	else if (x->fault == WIRE_MESSAGE_SECOND)
		(void)wire_fail(st, WIRE_INTERNAL,
		    "the response has more than one message");
	else
		(void)wire_fail(st, WIRE_INTERNAL,
		    "the response is compressed, which was not asked for");
}

static void
reset_status(const struct wire_exchange *x, struct wire_status *st)
{
	int code = WIRE_INTERNAL;
	size_t i;

	for (i = 0; i < sizeof(resets) / sizeof(*resets); i++) {
		if (resets[i].error == x->error)
			code = resets[i].code;
	}
	(void)wire_fail(st, code, "the server reset the call: %s",
	    nghttp2_http2_strerror(x->error));
}

static void
no_status(const struct wire_exchange *x, struct wire_status *st)
{
	if (x->http != 0 && x->http != 200)
		(void)wire_fail(
		    st, wire_code_of_http(x->http), "HTTP status %d", x->http);
	else if (x->error != NGHTTP2_NO_ERROR)
		reset_status(x, st);
	else if (x->http != 0 && !x->grpc)
		(void)wire_fail(
		    st, WIRE_UNKNOWN, "the server does not speak gRPC");
	else
		(void)wire_fail(
		    st, WIRE_INTERNAL, "the response ends without a status");
}

/* Control characters of a server do not reach a terminal. */
static void
printable(char *z)
{
	for (; *z != '\0'; z++) {
		if ((unsigned char)*z < ' ' || *z == 0x7f)
			*z = ' ';
	}
}

void
wire_exchange_status(
    struct wire_exchange *x, size_t max, struct wire_status *st)
{
	*st = (struct wire_status){0};
	if (x->fault != WIRE_MESSAGE_FINE)
		fault_status(x, max, st);
	else if (x->code < 0 || (x->http != 200 && x->http != 0))
		no_status(x, st);
	else if (x->code > 0)
		(void)wire_fail(
		    st, x->code, "%.*s", STR_ARG(buf_str(&x->text)));
	else if (!wire_message_complete(&x->response))
		(void)wire_fail(
		    st, WIRE_INTERNAL, "the response ends within its message");
	printable(st->text);
}
