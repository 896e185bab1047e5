/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A party of attested TLS on loopback, for tests against others:
 *
 *	atls_peer serve N OPTION...       prints its port, then a line for each
 *	                                  of N connections
 *	atls_peer connect PORT OPTION...  prints one line
 *
 * The client sends "ping\n", the server answers "pong\n".  A line is "ok" with
 * the version and the OID of the evidence, or "error" with the code and a
 * text.  Options: tls=1.2, dialect=sni, dialect=both, size=BYTES, refuse,
 * optional (certificate of the client), bare (no evidence), any (no
 * validator), key=P-384, key=RSA.
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "regress/unit/evidence.h"
#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

#define PATIENCE 10000 /* ms */
#define WORD ((size_t)5)

struct peer {
	struct atls_ctx *ctx;
	struct atls_party us;
	struct evidence evidence;
};

static const char *
code_name(int code)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
#define X(name, text) {name, #name},
	    RT_ERRORS(X)
#undef X
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].code == code)
			return names[i].name;
	return "?";
}

static void
size(struct peer *p, const char *value)
{
	p->evidence.size = (size_t)strtoul(value, NULL, 10);
}

static void
tls(struct peer *p, const char *value)
{
	(void)SSL_CTX_set_max_proto_version(p->ctx->ssl,
	    strcmp(value, "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
}

static void
dialect(struct peer *p, const char *value)
{
	p->us.dialect = strcmp(value, "sni") == 0    ? ATLS_SNI
			: strcmp(value, "both") == 0 ? ATLS_BOTH
						     : ATLS_ALPN;
}

static void
key(struct peer *p, const char *value)
{
	p->us.key =
	    strcmp(value, "RSA") == 0 ? EVP_RSA_gen(4096) : EVP_EC_gen(value);
}

static void
refuse(struct peer *p, const char *value)
{
	(void)value;
	p->evidence.refuse = true;
}

static void
optional(struct peer *p, const char *value)
{
	(void)value;
	p->us.need_peer_cert = false;
}

static void
bare(struct peer *p, const char *value)
{
	(void)value;
	p->us.issue = NULL;
}

static void
any(struct peer *p, const char *value)
{
	(void)value;
	p->us.validate = NULL;
}

static const struct {
	const char *name;
	void (*set)(struct peer *p, const char *value);
} options[] = {
    {"tls=", tls},
    {"dialect=", dialect},
    {"size=", size},
    {"key=", key},
    {"refuse", refuse},
    {"optional", optional},
    {"bare", bare},
    {"any", any},
};

static bool
option(struct peer *p, const char *arg)
{
	size_t i, n;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		n = strlen(options[i].name);
		if (strncmp(arg, options[i].name, n) == 0) {
			options[i].set(p, arg + n);
			return true;
		}
	}
	return false;
}

/* Sends five bytes, or receives these. */
static int
word(struct atls_conn *c, const char *w, bool out, struct rt_err *err)
{
	struct wire_io io = atls_io(c);
	size_t done = 0;
	char got[WORD];
	ssize_t n;

	while (done < WORD) {
		n = out ? wire_io_write(&io, w + done, WORD - done, err)
			: wire_io_read(&io, got + done, WORD - done, err);
		if (n == WIRE_IO_END)
			return rt_err_set(err, RT_ENET, "end of stream");
		if (n == WIRE_IO_BROKEN)
			return err->code;
		if (n > 0)
			done += (size_t)n;
		else if (wire_io_wait(&io,
			     n == WIRE_IO_WANT_READ ? POLLIN : POLLOUT,
			     rt_now_ms() + PATIENCE, err) != 0)
			return err->code;
	}
	if (!out && memcmp(got, w, WORD) != 0)
		return rt_err_set(err, RT_EFORMAT, "got '%.5s'", got);
	return 0;
}

static int
converse(struct atls_conn *c, bool server, struct rt_err *err)
{
	int r = word(c, "ping\n", !server, err);

	return r != 0 ? r : word(c, "pong\n", server, err);
}

static int
one(const struct peer *p, int fd, bool server)
{
	struct atls_conn *c = NULL;
	struct rt_err err = {0};
	int64_t deadline = rt_now_ms() + PATIENCE;
	int r = server ? atls_accept(&c, p->ctx, &p->us, fd, deadline, &err)
		       : atls_connect(&c, p->ctx, &p->us, fd, deadline, &err);

	if (r == 0)
		r = converse(c, server, &err);
	if (r == 0)
		printf("ok %s %s\n", SSL_get_version(atls_ssl(c)),
		    atls_peer_oid(c));
	else
		printf("error %s %s\n", code_name(r), err.text);
	(void)fflush(stdout);
	atls_free(c);
	(void)close(fd);
	return r == 0 ? 0 : 1;
}

static int
serve(const struct peer *p, int n)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int r = 0, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 8) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		return 1;
	printf("%d\n", ntohs(a.sin_port));
	(void)fflush(stdout);
	while (n-- > 0)
		r |= one(p, accept(fd, NULL, NULL), true);
	(void)close(fd);
	return r;
}

static int
dial(const struct peer *p, int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		return 1;
	return one(p, fd, false);
}

int
main(int argc, char **argv)
{
	struct peer p = {.us = {.issue = evidence_issue,
			     .validate = evidence_validate,
			     .need_peer_cert = true,
			     .host = "localhost"}};
	bool server = argc > 2 && strcmp(argv[1], "serve") == 0;
	int i, n;

	(void)signal(SIGPIPE, SIG_IGN);
	p.us.issue_arg = p.us.validate_arg = &p.evidence;
	if (argc < 3 || atls_ctx_new(&p.ctx, NULL) != 0)
		return 2;
	n = (int)strtol(argv[2], NULL, 10);
	for (i = 3; i < argc; i++)
		if (!option(&p, argv[i]))
			return 2;
	n = server ? serve(&p, n) : dial(&p, n);
	EVP_PKEY_free(p.us.key);
	atls_ctx_free(p.ctx);
	return n;
}
