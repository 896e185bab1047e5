/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_IO_H
#define CONTRASTC_WIRE_IO_H

#include <openssl/ssl.h>

#include "runtime/base/clock.h"
#include "runtime/base/err.h"

/* A connection: a socket in non-blocking mode, with TLS on it or without. */
struct wire_io {
	int fd;   /* -1: closed */
	SSL *ssl; /* NULL: plain; else a finished handshake on `fd` */
	/* Frees `owner` and `ssl` with it; NULL: SSL_free(). */
	void (*close)(void *owner);
	void *owner;
};

enum {
	WIRE_IO_END = 0,         /* the peer has closed in order */
	WIRE_IO_WANT_READ = -1,  /* try again when the socket is readable */
	WIRE_IO_WANT_WRITE = -2, /* try again when it is writable */
	WIRE_IO_BROKEN = -3,     /* no more of it; err says why */
};

/* Makes the socket and TLS fit for wire_io_read() and wire_io_write(). */
int wire_io_setup(struct wire_io *io, struct rt_err *err) RT_MUST_CHECK;
/* Frees the TLS, then closes the socket; once more is fine. */
void wire_io_close(struct wire_io *io);

/* Bytes moved (more than 0) or one of the above; `n` is not 0. */
ssize_t wire_io_read(
    struct wire_io *io, void *p, size_t n, struct rt_err *err) RT_MUST_CHECK;
ssize_t wire_io_write(struct wire_io *io, const void *p, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * Waits until the socket is ready for any of `events` (POLLIN, POLLOUT).
 * RT_ENET when `deadline` has passed.
 */
int wire_io_wait(const struct wire_io *io, short events, int64_t deadline,
    struct rt_err *err) RT_MUST_CHECK;

#endif
