/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_STATUS_H
#define CONTRASTC_WIRE_STATUS_H

#include "runtime/base/buf.h"
#include "runtime/base/err.h"

/* Status codes and header values of gRPC ("gRPC over HTTP2"). */

enum wire_code {
#define S(name, number, word) WIRE_##name = (number),
#include "runtime/wire/status.def"
#undef S
	WIRE_CODES,
};

/* How a call ended. */
struct wire_status {
	int code;        /* enum wire_code */
	char text[1024]; /* the message, UTF-8; "…" at the end of a cut one */
};

/* Records code and text; returns the code, so: return wire_fail(st, …). */
int wire_fail(struct wire_status *st, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "PermissionDenied"; "Code(N)" has no name here: those give "Unknown". */
const char *wire_code_word(int code);

/* The code of a response with this HTTP status and no grpc-status. */
int wire_code_of_http(int status);

/*
 * grpc-message: every byte outside 0x20..0x7E and '%' becomes %XX.  Decoding
 * takes bad escapes as they are (the standard asks receivers for that).
 */
void wire_percent_encode(struct buf *out, struct str text);
void wire_percent_decode(struct buf *out, struct str text);

/*
 * grpc-timeout: 1 to 8 digits and one of H M S m u n, in milliseconds
 * (rounded up).  False for anything else.
 */
bool wire_timeout_parse(int64_t *ms, struct str text);
/* The same, written: 0 < ms. */
void wire_timeout_format(struct buf *out, int64_t ms);

#endif
