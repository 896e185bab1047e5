/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a connection: a handshake with a deadline, reading and writing
 * without blocking, and what a failure of OpenSSL means.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "runtime/base/arena.h"
#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

/* How long and how much we listen to a peer that was refused. */
#define LINGER_MS 500
#define LINGER_BYTES ((size_t)1 << 20)

static int64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
atls_deadline(int64_t ms)
{
	return now() + ms;
}

/* 1 ready, 0 too late, -1 errno. */
static int
await(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t rest;
	int r;

	do {
		rest = deadline - now();
		if (rest <= 0)
			return 0;
		r = poll(&p, 1, rest > INT_MAX ? INT_MAX : (int)rest);
	} while (r < 0 && errno == EINTR);
	return r;
}

int
atls_wait(
    const struct atls_conn *c, int want, int64_t deadline, struct rt_err *err)
{
	int r = await(SSL_get_fd(c->ssl),
	    want == ATLS_WANT_WRITE ? POLLOUT : POLLIN, deadline);

	if (r > 0)
		return 0;
	if (r == 0)
		errno = ETIMEDOUT;
	return rt_err_sys(err, RT_ENET, "waiting for the peer");
}

static int
wants(int why)
{
	return why == SSL_ERROR_WANT_READ    ? ATLS_WANT_READ
	       : why == SSL_ERROR_WANT_WRITE ? ATLS_WANT_WRITE
					     : 0;
}

/* A fatal alert: before the peer has answered it is its refusal. */
static int
alerted(const struct atls_conn *c, int alert, struct rt_err *err)
{
	bool refusal = !c->spoken && alert != SSL_AD_INTERNAL_ERROR &&
		       alert != SSL_AD_USER_CANCELLED;

	return rt_err_set(err, refusal ? RT_EAUTH : RT_ENET,
	    refusal ? "the peer refuses the handshake (alert '%s')"
		    : "the peer gives up the connection (alert '%s')",
	    SSL_alert_desc_string_long(alert));
}

static int
cut_off(const struct atls_conn *c, int sys, struct rt_err *err)
{
	const char *when =
	    c->spoken ? "" : ", before it answered: it may have refused us";

	errno = sys;
	return sys == 0
		   ? rt_err_set(
			 err, RT_ENET, "the peer closes the connection%s", when)
		   : rt_err_sys(err, RT_ENET, "the connection breaks%s", when);
}

int
atls_failed(const struct atls_conn *c, int why, struct rt_err *err)
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
		return cut_off(c, why == SSL_ERROR_SYSCALL ? sys : 0, err);
	if (tls && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return cut_off(c, 0, err);
	if (tls && reason >= SSL_AD_REASON_OFFSET)
		return alerted(c, reason - SSL_AD_REASON_OFFSET, err);
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
	int64_t end = atls_deadline(LINGER_MS);
	char waste[4096];
	size_t left = LINGER_BYTES;
	ssize_t n;

	(void)shutdown(fd, SHUT_WR);
	while (left >= sizeof(waste) && await(fd, POLLIN, end) == 1) {
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

	if (now() >= c->deadline) {
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
	r = atls_failed(c, why, err);
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
	int r;

	while ((r = atls_handshake(c, err)) > 0) {
		r = atls_wait(c, r, c->deadline, err);
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

/* The result of SSL_read_ex or SSL_write_ex. */
static int
moved(struct atls_conn *c, int r, struct rt_err *err)
{
	int why;

	if (r == 1)
		return 0;
	why = SSL_get_error(c->ssl, r);
	return wants(why) != 0 ? wants(why) : atls_failed(c, why, err);
}

int
atls_read(
    size_t *got, struct atls_conn *c, void *p, size_t n, struct rt_err *err)
{
	int r;

	*got = 0;
	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(c->ssl, p, n, got);
	if (r == 1)
		c->spoken = true;
	else if (SSL_get_error(c->ssl, r) == SSL_ERROR_ZERO_RETURN)
		return 0;
	return moved(c, r, err);
}

int
atls_write(size_t *got, struct atls_conn *c, const void *p, size_t n,
    struct rt_err *err)
{
	*got = 0;
	ERR_clear_error();
	errno = 0;
	return moved(c, SSL_write_ex(c->ssl, p, n, got), err);
}
