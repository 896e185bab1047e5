/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a connection: a handshake in steps or with a deadline, and what
 * its failure means.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "runtime/base/arena.h"
#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

/* How long and how much we listen to a peer that was refused. */
#define LINGER_MS 500
#define LINGER_BYTES ((size_t)1 << 20)

static int
wants(int why)
{
	return why == SSL_ERROR_WANT_READ    ? ATLS_WANT_READ
	       : why == SSL_ERROR_WANT_WRITE ? ATLS_WANT_WRITE
					     : 0;
}

/* A fatal alert is the peer's refusal, unless it has troubles of its own. */
static int
alerted(int alert, struct rt_err *err)
{
	bool trouble =
	    alert == SSL_AD_INTERNAL_ERROR || alert == SSL_AD_USER_CANCELLED;

	return rt_err_set(err, trouble ? RT_ENET : RT_EAUTH,
	    trouble ? "the peer gives up the handshake (alert '%s')"
		    : "the peer refuses the handshake (alert '%s')",
	    SSL_alert_desc_string_long(alert));
}

static int
cut_off(int sys, struct rt_err *err)
{
	if (sys == 0)
		return rt_err_set(err, RT_ENET,
		    "the peer closes the connection during the handshake");
	errno = sys;
	return rt_err_sys(err, RT_ENET, "TLS handshake");
}

/* What a failure of SSL_do_handshake() means. */
static int
failed(const struct atls_conn *c, int why, struct rt_err *err)
{
	int sys = errno;
	unsigned long e = ERR_peek_error();
	int reason = ERR_GET_REASON(e);
	bool tls = ERR_GET_LIB(e) == ERR_LIB_SSL;

	if (c->err.code != 0) {
		if (err != NULL)
			*err = c->err;
		return c->err.code;
	}
	if (why == SSL_ERROR_SYSCALL || why == SSL_ERROR_ZERO_RETURN)
		return cut_off(why == SSL_ERROR_SYSCALL ? sys : 0, err);
	if (tls && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return cut_off(0, err);
	if (tls && reason >= SSL_AD_REASON_OFFSET)
		return alerted(reason - SSL_AD_REASON_OFFSET, err);
	return rt_err_set(err, tls ? RT_EFORMAT : RT_ECRYPTO, "TLS: %s",
	    e == 0 ? "no reason given" : ERR_reason_error_string(e));
}

/*
 * Closing a socket with bytes unread resets the connection, and the peer
 * might never read the alert that says why.
 */
static void
linger(int fd)
{
	struct wire_io io = {.fd = fd};
	int64_t end = rt_now_ms() + LINGER_MS;
	char waste[4096];
	size_t left = LINGER_BYTES;
	ssize_t n;

	(void)shutdown(fd, SHUT_WR);
	while (left >= sizeof(waste) &&
	       wire_io_wait(&io, POLLIN, end, NULL) == 0) {
		n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT);
		if (n <= 0)
			return;
		left -= (size_t)n;
	}
}

/* What a completed handshake must have brought. */
static int
check(const struct atls_conn *c, struct rt_err *err)
{
	const unsigned char *proto;
	unsigned n;

	SSL_get0_alpn_selected(c->ssl, &proto, &n);
	if (!str_eq((struct str){(const char *)proto, n}, STR("h2")))
		return rt_err_set(
		    err, RT_EFORMAT, "the server does not choose h2");
	if (SSL_session_reused(c->ssl))
		return rt_err_set(err, RT_EFORMAT, "the session is resumed");
	if (!c->attested)
		return rt_err_set(err, RT_EFORMAT,
		    "the server asks for no certificate and so sends no "
		    "nonce");
	return 0;
}

int
atls_handshake(struct atls_conn *c, struct rt_err *err)
{
	int r, why;

	if (rt_now_ms() >= c->deadline) {
		errno = ETIMEDOUT;
		return rt_err_sys(err, RT_ENET, "TLS handshake");
	}
	ERR_clear_error();
	errno = 0;
	r = SSL_do_handshake(c->ssl);
	if (r == 1)
		return check(c, err);
	why = SSL_get_error(c->ssl, r);
	if (wants(why) != 0)
		return wants(why);
	r = failed(c, why, err);
	if (why == SSL_ERROR_SSL && r != RT_EAUTH && r != RT_ENET)
		linger(SSL_get_fd(c->ssl));
	return r;
}

int
atls_new(struct atls_conn **out, struct atls_ctx *ctx, enum atls_role role,
    const struct atls_party *us, int fd, int64_t deadline, struct rt_err *err)
{
	struct atls_conn *c = rt_calloc(1, sizeof(*c));
	int flags = fcntl(fd, F_GETFL);
	int r;

	*out = NULL;
	c->us = *us;
	c->server = role == ATLS_SERVER;
	c->deadline = deadline;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		r = rt_err_sys(err, RT_ENET, "descriptor of the connection");
	else
		r = atls_conn_ssl(c, ctx, fd, err);
	if (r == 0)
		*out = c;
	else
		atls_free(c);
	return r;
}

static int
establish(struct atls_conn **out, struct atls_conn *c, struct rt_err *err)
{
	struct wire_io io = {.fd = SSL_get_fd(c->ssl)};
	int r;

	while ((r = atls_handshake(c, err)) > 0) {
		r = wire_io_wait(&io, r == ATLS_WANT_WRITE ? POLLOUT : POLLIN,
		    c->deadline, err);
		if (r != 0) {
			(void)rt_err_wrap(err, "TLS handshake");
			break;
		}
	}
	if (r == 0)
		*out = c;
	else
		atls_free(c);
	return r;
}

int
atls_accept(struct atls_conn **out, struct atls_ctx *ctx,
    const struct atls_party *us, int fd, int64_t deadline, struct rt_err *err)
{
	struct atls_conn *c;
	int r = atls_new(&c, ctx, ATLS_SERVER, us, fd, deadline, err);

	*out = NULL;
	return r != 0 ? r : establish(out, c, err);
}

int
atls_connect(struct atls_conn **out, struct atls_ctx *ctx,
    const struct atls_party *us, int fd, int64_t deadline, struct rt_err *err)
{
	struct atls_conn *c;
	int r = atls_new(&c, ctx, ATLS_CLIENT, us, fd, deadline, err);

	*out = NULL;
	return r != 0 ? r : establish(out, c, err);
}

void
atls_free(struct atls_conn *c)
{
	if (c == NULL)
		return;
	if (c->ssl != NULL && SSL_is_init_finished(c->ssl)) {
		(void)SSL_shutdown(c->ssl);
		ERR_clear_error();
	}
	SSL_free(c->ssl);
	buf_free(&c->spki);
	free(c);
}

SSL *
atls_ssl(const struct atls_conn *c)
{
	return c->ssl;
}

static void
close_io(void *owner)
{
	atls_free(owner);
}

struct wire_io
atls_io(struct atls_conn *c)
{
	return (struct wire_io){
	    .fd = SSL_get_fd(c->ssl),
	    .ssl = c->ssl,
	    .close = close_io,
	    .owner = c,
	};
}

struct str
atls_peer_spki(const struct atls_conn *c)
{
	return buf_str(&c->spki);
}

EVP_PKEY *
atls_peer_key(const struct atls_conn *c)
{
	X509 *x = SSL_get0_peer_certificate(c->ssl);

	return x == NULL ? NULL : X509_get0_pubkey(x);
}

const char *
atls_peer_oid(const struct atls_conn *c)
{
	return c->oid;
}
