/* SPDX-License-Identifier: Apache-2.0 */
/* The three forms of a response: HTTP status, gRPC status, message. */
#include "runtime/wire/server_int.h"
#include "runtime/base/banned.h"

/* Names and values that are literals or outlive the call. */
#define NV(name, value)                                                        \
	{                                                                      \
		(uint8_t *)(uintptr_t)(name), (uint8_t *)(uintptr_t)(value),   \
		    strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE          \
	}

#define MAX_NV 6

static void
begin(struct wire_stream *s)
{
	s->answered = rt_now_ms();
	s->phase = WIRE_RESPONSE;
}

void
wire_reply_http(struct wire_stream *s, const char *status)
{
	nghttp2_nv nv[] = {NV(":status", status)};

	begin(s);
	(void)nghttp2_submit_response(s->conn->h2.session, s->id, nv, 1, NULL);
}

static struct buf
number_text(int code)
{
	struct buf b = {0};

	buf_printf(&b, "%d%c", code, 0);
	return b;
}

static struct buf
message_text(const char *text)
{
	struct buf b = {0};

	wire_percent_encode(&b, str_from(text));
	buf_putc(&b, '\0');
	return b;
}

void
wire_reply_status(struct wire_stream *s, int code, const char *text)
{
	struct buf number = number_text(code), message = message_text(text);
	nghttp2_nv nv[MAX_NV] = {NV(":status", "200"),
	    NV("content-type", "application/grpc"), NV("grpc-status", number.p),
	    NV("grpc-message", message.p)};
	size_t n = *text == '\0' ? 3 : 4;

	begin(s);
	if (code == WIRE_UNIMPLEMENTED && s->encoded)
		nv[n++] = (nghttp2_nv)NV("grpc-accept-encoding", "identity");
	(void)nghttp2_submit_response(s->conn->h2.session, s->id, nv, n, NULL);
	buf_free(&number);
	buf_free(&message);
}

/* The message, then the status as trailers. */
static ssize_t
read_message(nghttp2_session *h2, int32_t id, uint8_t *p, size_t max,
    uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct wire_stream *s = source->ptr;
	size_t n = s->res_n - s->res_at;
	nghttp2_nv nv[] = {NV("grpc-status", "0")};

	(void)user;
	if (n > max)
		n = max;
	memcpy(p, s->res + s->res_at, n);
	s->res_at += n;
	if (s->res_at < s->res_n)
		return (ssize_t)n;
	*flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
	if (nghttp2_submit_trailer(h2, id, nv, 1) != 0)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	return (ssize_t)n;
}

void
wire_reply_message(struct wire_stream *s)
{
	nghttp2_nv nv[] = {
	    NV(":status", "200"), NV("content-type", "application/grpc")};
	nghttp2_data_provider body = {
	    .source.ptr = s, .read_callback = read_message};

	begin(s);
	(void)nghttp2_submit_response(s->conn->h2.session, s->id, nv, 2, &body);
}
