/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "runtime/wire/h2.h"
#include "runtime/base/banned.h"

/* Read at once, bytes: a TLS record. */
#define CHUNK 16384
/* Frames are gathered up to this for one write, bytes. */
#define GATHER 16384

static void *
h2_malloc(size_t n, void *user)
{
	(void)user;
	return malloc(n);
}

static void *
h2_calloc(size_t n, size_t size, void *user)
{
	(void)user;
	return calloc(n, size);
}

static void
h2_free(void *p, void *user)
{
	(void)user;
	if (p != NULL)
		OPENSSL_cleanse(p, malloc_usable_size(p));
	free(p);
}

/* Never in place: the old block must be wiped. */
static void *
h2_realloc(void *p, size_t n, void *user)
{
	size_t old = p == NULL ? 0 : malloc_usable_size(p);
	void *q = malloc(n);

	if (q == NULL)
		return NULL;
	if (old > 0)
		memcpy(q, p, old < n ? old : n);
	h2_free(p, user);
	return q;
}

nghttp2_mem
wire_h2_mem(void)
{
	return (nghttp2_mem){NULL, h2_malloc, h2_free, h2_calloc, h2_realloc};
}

int
wire_h2_begin(
    struct wire_h2 *h2, const nghttp2_settings_entry *settings, size_t n)
{
	int r = nghttp2_submit_settings(
	    h2->session, NGHTTP2_FLAG_NONE, settings, n);

	if (r != 0)
		return r;
	h2->moved = rt_now_ms();
	return nghttp2_session_set_local_window_size(
	    h2->session, NGHTTP2_FLAG_NONE, 0, WIRE_H2_CONN_WINDOW);
}

static void
wipe_out(struct wire_h2 *h2)
{
	if (h2->out.p != NULL)
		OPENSSL_cleanse(h2->out.p, h2->out.n);
	buf_free(&h2->out);
	h2->out_at = 0;
}

/* Frames of nghttp2 into the buffer. */
static bool
gather(struct wire_h2 *h2, struct rt_err *err)
{
	const uint8_t *p;
	ssize_t n = 1;

	/* room for a frame above the mark: it must not move, unwiped */
	(void)buf_reserve(&h2->out, GATHER + 2 * CHUNK);
	while (n > 0 && h2->out.n < GATHER) {
		n = nghttp2_session_mem_send(h2->session, &p);
		if (n > 0)
			buf_put(
			    &h2->out, (struct str){(const char *)p, (size_t)n});
	}
	if (n < 0)
		(void)rt_err_set(
		    err, RT_ENET, "HTTP/2: %s", nghttp2_strerror((int)n));
	return n >= 0;
}

/* 1: all is out; 0: the socket takes no more now; -1: broken. */
static int
flush(struct wire_h2 *h2, struct rt_err *err)
{
	ssize_t n;

	while (h2->out_at < h2->out.n) {
		n = wire_io_write(&h2->io, h2->out.p + h2->out_at,
		    h2->out.n - h2->out_at, err);
		if (n == WIRE_IO_BROKEN || n == WIRE_IO_END)
			return -1;
		if (n < 0)
			return 0;
		h2->out_at += (size_t)n;
		h2->moved = rt_now_ms();
	}
	wipe_out(h2);
	return 1;
}

int
wire_h2_send(struct wire_h2 *h2, int turns, struct rt_err *err)
{
	int r;

	if (h2->out.n == 0)
		h2->moved = rt_now_ms();
	for (; turns > 0; turns--) {
		r = flush(h2, err);
		if (r <= 0)
			return r;
		if (!nghttp2_session_want_write(h2->session))
			return 1;
		if (!gather(h2, err))
			return -1;
		if (h2->out.n == 0) /* the windows are full */
			return flush(h2, err);
	}
	return 0;
}

ssize_t
wire_h2_read(struct wire_h2 *h2, struct rt_err *err)
{
	uint8_t p[CHUNK];
	ssize_t n = wire_io_read(&h2->io, p, sizeof(p), err), r;

	if (n <= 0)
		return n;
	r = nghttp2_session_mem_recv(h2->session, p, (size_t)n);
	OPENSSL_cleanse(p, (size_t)n);
	if (r >= 0)
		return n;
	(void)rt_err_set(
	    err, RT_EFORMAT, "HTTP/2: %s", nghttp2_strerror((int)r));
	return WIRE_IO_BROKEN;
}

void
wire_h2_end(struct wire_h2 *h2)
{
	nghttp2_session_del(h2->session);
	h2->session = NULL;
	wipe_out(h2);
}
