/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_H2_H
#define CONTRASTC_WIRE_H2_H

#include <nghttp2/nghttp2.h>

#include "runtime/base/buf.h"
#include "runtime/wire/io.h"

/* An HTTP/2 session (RFC 9113) on a connection, for server and client. */
struct wire_h2 {
	struct wire_io io;
	nghttp2_session *session;
	struct buf out; /* frames that wait for the socket */
	size_t out_at;
	int64_t moved; /* when the socket last took something */
};

/* Flow control: what a peer may send ahead, per stream and connection. */
#define WIRE_H2_STREAM_WINDOW (1 << 20)
#define WIRE_H2_CONN_WINDOW (4 << 20)

/* Memory for nghttp2 that is wiped when freed: frames hold seeds and keys. */
nghttp2_mem wire_h2_mem(void);

/* Our SETTINGS and window; 0 or a code of nghttp2. */
int wire_h2_begin(
    struct wire_h2 *h2, const nghttp2_settings_entry *settings, size_t n);

/*
 * Sends frames, `turns` writes at most.  1: nothing is left to send; 0: the
 * socket takes no more now, or the turns are over; -1: broken.
 */
int wire_h2_send(struct wire_h2 *h2, int turns, struct rt_err *err);

/* Reads once and runs the callbacks: bytes, or as wire_io_read(). */
ssize_t wire_h2_read(struct wire_h2 *h2, struct rt_err *err);

/* Deletes the session and wipes what waits; the connection stays. */
void wire_h2_end(struct wire_h2 *h2);

#endif
