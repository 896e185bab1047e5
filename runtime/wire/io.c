/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes of a socket with TLS on it or without. */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "runtime/wire/io.h"
#include "runtime/base/banned.h"

int
wire_io_setup(struct wire_io *io, struct rt_err *err)
{
	int flags = fcntl(io->fd, F_GETFL);

	if (flags < 0 || fcntl(io->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return rt_err_sys(err, RT_EIO, "setting up a socket");
	if (io->ssl != NULL)
		(void)SSL_set_mode(
		    io->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return 0;
}

void
wire_io_close(struct wire_io *io)
{
	if (io->close != NULL)
		io->close(io->owner);
	else
		SSL_free(io->ssl);
	io->ssl = NULL;
	io->close = NULL;
	if (io->fd >= 0)
		(void)close(io->fd);
	io->fd = -1;
}

static ssize_t
plain_result(ssize_t n, int again, struct rt_err *err)
{
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EINTR)
		return again;
	(void)rt_err_sys(err, RT_ENET, "connection");
	return WIRE_IO_BROKEN;
}

/* An alert of the peer is its refusal: RT_EAUTH. */
static ssize_t
tls_broken(struct rt_err *err)
{
	unsigned long e = ERR_peek_error();
	int reason = ERR_GET_REASON(e);

	if (e == 0) {
		(void)rt_err_set(err, RT_ENET, "connection: cut off");
		return WIRE_IO_BROKEN;
	}
	if (ERR_GET_LIB(e) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET &&
	    reason <= SSL_AD_REASON_OFFSET + UCHAR_MAX)
		(void)rt_err_set(err, RT_EAUTH, "the peer refuses: %s",
		    SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
	else
		(void)rt_err_set(err, RT_ENET, "TLS: %s",
		    ERR_reason_error_string(e) != NULL
			? ERR_reason_error_string(e)
			: "broken");
	ERR_clear_error();
	return WIRE_IO_BROKEN;
}

static ssize_t
tls_result(SSL *ssl, int ok, size_t n, struct rt_err *err)
{
	int sys = errno;

	if (ok == 1)
		return (ssize_t)n;
	switch (SSL_get_error(ssl, ok)) {
	case SSL_ERROR_WANT_READ:
		return WIRE_IO_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return WIRE_IO_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return WIRE_IO_END;
	case SSL_ERROR_SYSCALL:
		if (sys != 0) {
			errno = sys;
			(void)rt_err_sys(err, RT_ENET, "connection");
			ERR_clear_error();
			return WIRE_IO_BROKEN;
		}
		break;
	default:
		break;
	}
	return tls_broken(err);
}

ssize_t
wire_io_read(struct wire_io *io, void *p, size_t n, struct rt_err *err)
{
	size_t got = 0;
	int ok;

	if (io->ssl == NULL)
		return plain_result(
		    recv(io->fd, p, n, 0), WIRE_IO_WANT_READ, err);
	ERR_clear_error();
	errno = 0;
	ok = SSL_read_ex(io->ssl, p, n, &got);
	return tls_result(io->ssl, ok, got, err);
}

ssize_t
wire_io_write(struct wire_io *io, const void *p, size_t n, struct rt_err *err)
{
	size_t put = 0;
	int ok;

	if (io->ssl == NULL)
		return plain_result(
		    send(io->fd, p, n, MSG_NOSIGNAL), WIRE_IO_WANT_WRITE, err);
	ERR_clear_error();
	errno = 0;
	ok = SSL_write_ex(io->ssl, p, n, &put);
	return tls_result(io->ssl, ok, put, err);
}

int
wire_io_wait(const struct wire_io *io, short events, int64_t deadline,
    struct rt_err *err)
{
	struct pollfd p = {io->fd, events, 0};
	int64_t left;
	int r;

	for (;;) {
		left = deadline - rt_now_ms();
		if (left <= 0) {
			errno = ETIMEDOUT;
			return rt_err_sys(err, RT_ENET, "connection");
		}
		r = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return rt_err_sys(err, RT_ENET, "connection");
	}
}
