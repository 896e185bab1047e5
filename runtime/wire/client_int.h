/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_CLIENT_INT_H
#define CONTRASTC_WIRE_CLIENT_INT_H

#include "runtime/wire/client.h"
#include "runtime/wire/h2.h"
#include "runtime/wire/message.h"

struct wire_client {
	struct wire_h2 h2;
	nghttp2_session_callbacks *callbacks;
	struct buf authority; /* with its NUL */
	size_t message;
	bool settled; /* the server's SETTINGS are there */
	/* why the connection is of no use any more; code 0: it is */
	struct rt_err broken;
	struct wire_exchange *now; /* the call that is under way, or NULL */
};

/* A call: its request on the way out, what has come of the response. */
struct wire_exchange {
	int32_t id;
	uint8_t *req; /* with its prefix */
	size_t req_n, req_at;
	int http;        /* status, or 0 */
	bool grpc;       /* content-type */
	int code;        /* grpc-status, or -1 */
	struct buf text; /* grpc-message, decoded */
	size_t headers;  /* bytes of names and values */
	struct wire_message response;
	enum wire_message_fault fault;
	bool done;
	uint32_t error; /* of HTTP/2, when done */
};

/* client_response.c */
int wire_exchange_callbacks(nghttp2_session_callbacks **out);
/* The status of a call that is done; its text is for people. */
void wire_exchange_status(
    struct wire_exchange *x, size_t max, struct wire_status *st);
/* The code that a function returns for a status code. */
int wire_exchange_code(int code);

#endif
