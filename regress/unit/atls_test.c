/* SPDX-License-Identifier: Apache-2.0 */
/* Handshakes of two parties of ours over a socket pair, honest and not. */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "regress/unit/evidence.h"
#include "regress/unit/unit.h"
#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

#define PATIENCE 20000 /* ms; nothing waits as long */

struct side {
	struct atls_ctx *ctx;
	struct atls_party us;
	struct evidence evidence;
	struct atls_conn *conn;
	struct rt_err err;
	int r, fd;
};

/* Both ends of one connection; by default each attests and checks. */
struct pair {
	struct side server, client;
};

static void
side_init(struct side *s, int fd)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->us.issue = evidence_issue;
	s->us.validate = evidence_validate;
	s->us.issue_arg = s->us.validate_arg = &s->evidence;
	assert_int_equal(atls_ctx_new(&s->ctx, NULL), 0);
}

static void
pair_init(struct pair *p)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	side_init(&p->server, fd[0]);
	side_init(&p->client, fd[1]);
	p->server.us.need_peer_cert = true;
}

static void
side_end(struct side *s)
{
	atls_free(s->conn);
	s->conn = NULL;
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	atls_ctx_free(s->ctx);
	s->ctx = NULL;
}

static void
pair_end(struct pair *p)
{
	side_end(&p->client);
	side_end(&p->server);
}

/* Moves all bytes, waiting as long as it takes. */
static int
move(struct atls_conn *c, char *p, size_t n, bool out, struct rt_err *err)
{
	struct wire_io io = atls_io(c);
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = out ? wire_io_write(&io, p + done, n - done, err)
			: wire_io_read(&io, p + done, n - done, err);
		if (r == WIRE_IO_END)
			return rt_err_set(err, RT_ENET, "end of stream");
		if (r == WIRE_IO_BROKEN)
			return err->code;
		if (r > 0)
			done += (size_t)r;
		else if (wire_io_wait(&io,
			     r == WIRE_IO_WANT_READ ? POLLIN : POLLOUT,
			     rt_now_ms() + PATIENCE, err) != 0)
			return err->code;
	}
	return 0;
}

#define MESSAGE ((size_t)100000)

/* Accepts, and echoes one message. */
static void *
serve(void *arg)
{
	struct side *s = arg;
	char *p = malloc(MESSAGE);

	s->r = atls_accept(
	    &s->conn, s->ctx, &s->us, s->fd, rt_now_ms() + PATIENCE, &s->err);
	if (s->r == 0)
		s->r = move(s->conn, p, MESSAGE, false, &s->err);
	if (s->r == 0)
		s->r = move(s->conn, p, MESSAGE, true, &s->err);
	if (s->r != 0) {
		(void)close(s->fd);
		s->fd = -1;
	}
	free(p);
	return NULL;
}

/* Connects, sends a message and gets it back. */
static void
talk(struct side *c)
{
	char *sent = malloc(MESSAGE), *got = malloc(MESSAGE);

	memset(sent, 'm', MESSAGE);
	memset(got, 0, MESSAGE);
	c->r = atls_connect(
	    &c->conn, c->ctx, &c->us, c->fd, rt_now_ms() + PATIENCE, &c->err);
	if (c->r == 0)
		c->r = move(c->conn, sent, MESSAGE, true, &c->err);
	if (c->r == 0)
		c->r = move(c->conn, got, MESSAGE, false, &c->err);
	if (c->r == 0)
		assert_memory_equal(got, sent, MESSAGE);
	free(sent);
	free(got);
	if (c->r != 0) {
		(void)close(c->fd);
		c->fd = -1;
	}
}

static void
run(struct pair *p)
{
	pthread_t t;

	assert_int_equal(pthread_create(&t, NULL, serve, &p->server), 0);
	talk(&p->client);
	assert_int_equal(pthread_join(t, NULL), 0);
}

/* Both sides end with these codes, and the texts hold these words. */
#define expect(p, server_r, server_text, client_r, client_text)                \
	do {                                                                   \
		expect_side(                                                   \
		    "server", &(p)->server, (server_r), (server_text));        \
		expect_side(                                                   \
		    "client", &(p)->client, (client_r), (client_text));        \
	} while (0)

static void
expect_side(const char *who, const struct side *s, int r, const char *text)
{
	if (s->r != r || strstr(s->err.text, text) == NULL)
		fail_msg("%s: want %d '%s', got %d '%s'", who, r, text, s->r,
		    s->err.text);
}

static void
version(struct pair *p, int v)
{
	assert_int_equal(
	    SSL_CTX_set_max_proto_version(p->server.ctx->ssl, v), 1);
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void
one(int v, enum atls_dialect d, EVP_PKEY *key)
{
	struct pair p;

	pair_init(&p);
	version(&p, v);
	p.client.us.dialect = d;
	p.client.us.host = "coordinator.test";
	p.client.us.key = key;
	run(&p);
	expect(&p, 0, "", 0, "");
	assert_int_equal(SSL_version(atls_ssl(p.client.conn)), v);
	assert_string_equal(atls_peer_oid(p.server.conn), EVIDENCE_OID);
	assert_string_equal(atls_peer_oid(p.client.conn), EVIDENCE_OID);
	assert_int_equal(p.server.evidence.issued, 1);
	assert_int_equal(p.client.evidence.judged, 1);
	assert_non_null(atls_peer_key(p.server.conn));
	if (key != NULL)
		assert_true(EVP_PKEY_eq(atls_peer_key(p.server.conn), key));
	assert_true(atls_peer_spki(p.server.conn).n > 64);
	pair_end(&p);
}

static void
accept__versions_dialects_keys(void **state)
{
	EVP_PKEY *keys[] = {
	    NULL, EVP_EC_gen("P-384"), EVP_EC_gen("P-521"), EVP_RSA_gen(3072)};
	size_t v, k;
	int d;

	(void)state;
	for (v = 0; v < 2; v++) {
		for (d = ATLS_ALPN; d <= ATLS_BOTH; d++)
			one(versions[v], (enum atls_dialect)d, NULL);
		for (k = 1; k < sizeof(keys) / sizeof(*keys); k++)
			one(versions[v], ATLS_ALPN, keys[k]);
	}
	for (k = 0; k < sizeof(keys) / sizeof(*keys); k++)
		EVP_PKEY_free(keys[k]);
}

/* What each side knows of the other's key is what the other used. */
static void
accept__spki(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	unsigned char *der = NULL;
	struct pair p;
	int n = i2d_PUBKEY(key, &der);

	(void)state;
	pair_init(&p);
	p.client.us.key = key;
	run(&p);
	expect(&p, 0, "", 0, "");
	assert_str(atls_peer_spki(p.server.conn),
	    ((struct str){(const char *)der, (size_t)n}));
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	pair_end(&p);
}

static void
key__of_no_accepted_kind(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.us.key = key;
	run(&p);
	expect_side("client", &p.client, RT_EINVAL, "2048");
	EVP_PKEY_free(key);
	pair_end(&p);
}

/* In TLS 1.3 the client's handshake is over when the server refuses it. */
static void
refuse__client(void **state)
{
	size_t v;

	(void)state;
	for (v = 0; v < 2; v++) {
		struct pair p;

		pair_init(&p);
		version(&p, versions[v]);
		p.server.evidence.refuse = true;
		run(&p);
		expect(&p, RT_EVERIFY, "test: told to refuse", RT_EAUTH,
		    "refuses");
		assert_true(
		    (p.client.conn != NULL) == (versions[v] == TLS1_3_VERSION));
		assert_null(p.server.conn);
		pair_end(&p);
	}
}

static void
refuse__server(void **state)
{
	size_t v;

	(void)state;
	for (v = 0; v < 2; v++) {
		struct pair p;

		pair_init(&p);
		version(&p, versions[v]);
		p.client.evidence.refuse = true;
		run(&p);
		expect(&p, RT_EAUTH, "refuses the handshake", RT_EVERIFY,
		    "test: told to refuse");
		/* a server that is refused sees nothing of ours */
		assert_int_equal(p.client.evidence.issued, 0);
		assert_int_equal(p.server.evidence.judged, 0);
		pair_end(&p);
	}
}

/* The nonce in the message is what both sides' logs have in common. */
static void
refuse__names_the_nonce(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.evidence.refuse = true;
	run(&p);
	expect_side("client", &p.client, RT_EVERIFY, "(nonce ");
	pair_end(&p);
}

static void
validators__none(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.us.validate = NULL;
	p.client.us.issue = NULL;
	p.server.us.validate = NULL;
	run(&p);
	expect(&p, 0, "", 0, "");
	assert_string_equal(atls_peer_oid(p.client.conn), "");
	assert_non_null(atls_peer_key(p.server.conn));
	pair_end(&p);
}

static void
evidence__none(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.us.issue = NULL;
	run(&p);
	expect(&p, RT_EVERIFY, "no valid attestation extensions", RT_EAUTH, "");
	pair_end(&p);
}

static void
evidence__largest(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.evidence.size = p.server.evidence.size = ATLS_DOC_MAX;
	run(&p);
	expect(&p, 0, "", 0, "");
	pair_end(&p);
}

static void
evidence__too_large(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.evidence.size = ATLS_DOC_MAX + 1;
	run(&p);
	expect_side("client", &p.client, RT_ELIMIT, "the limit is 262144");
	pair_end(&p);
}

static int
issue_fails(char oid[ATLS_OID_MAX], struct buf *doc, void *arg,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err)
{
	(void)oid;
	(void)doc;
	(void)arg;
	(void)report_data;
	(void)deadline;
	return rt_err_set(err, RT_EIO, "no report today");
}

static void
issuer__fails(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.server.us.issue = issue_fails;
	run(&p);
	expect_side("server", &p.server, RT_EIO, "no report today");
	assert_true(p.client.r == RT_EAUTH || p.client.r == RT_ENET);
	pair_end(&p);
}

/* A client whose certificate is made by hand. */
struct forgery {
	const char *name;
	int extensions;    /* how many beside the document */
	size_t extension;  /* bytes in each */
	bool document;     /* evidence that is right */
	bool other_nonce;  /* evidence for another connection */
	bool before;       /* expired */
	bool after;        /* not valid yet */
	bool other_signer; /* not self-signed */
	bool no_cert;
	int chain; /* copies that follow */
	int r;
	const char *text;
};

static void
forge_ext(X509 *x, const char *oid, const void *p, size_t n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	assert_int_equal(ASN1_OCTET_STRING_set(s, p, (int)n), 1);
	e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, s);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

static void
forge_document(X509 *x, const struct forgery *f, struct atls_conn *c)
{
	unsigned char data[ATLS_REPORT_DATA_LEN];
	struct buf spki = {0};

	if (f->other_nonce)
		c->theirs[0] ^= 1;
	assert_int_equal(atls_cert_spki(&spki, x, NULL), 0);
	assert_int_equal(
	    atls_report_data(data, buf_str(&spki), c->theirs, NULL), 0);
	forge_ext(x, EVIDENCE_OID, data, sizeof(data));
	buf_free(&spki);
}

static X509 *
forge(const struct forgery *f, EVP_PKEY *key, struct atls_conn *c)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");
	char *waste = calloc(1, f->extension + 1);
	X509 *x = X509_new();
	int i;

	(void)X509_set_version(x, 2);
	(void)X509_gmtime_adj(X509_getm_notBefore(x), f->after ? 3600 : -7200);
	(void)X509_gmtime_adj(X509_getm_notAfter(x), f->before ? -60 : 7200);
	(void)X509_set_pubkey(x, key);
	for (i = 0; i < f->extensions; i++)
		forge_ext(x, "1.3.9901.7.1", waste, f->extension);
	if (f->document || f->other_nonce)
		forge_document(x, f, c);
	assert_true(
	    X509_sign(x, f->other_signer ? other : key, EVP_sha256()) > 0);
	EVP_PKEY_free(other);
	free(waste);
	return x;
}

static int
forge_cb(SSL *ssl, void *arg)
{
	const struct forgery *f = arg;
	struct atls_conn *c = SSL_get_app_data(ssl);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x;
	int i;

	assert_int_equal(
	    atls_nonce_of_names(c->theirs, SSL_get0_peer_CA_list(ssl), NULL),
	    0);
	x = forge(f, key, c);
	if (!f->no_cert)
		assert_int_equal(SSL_use_cert_and_key(ssl, x, key, NULL, 1), 1);
	for (i = 0; i < f->chain; i++)
		assert_int_equal(SSL_add1_chain_cert(ssl, x), 1);
	c->attested = true;
	X509_free(x);
	EVP_PKEY_free(key);
	return 1;
}

/* clang-format off */
static const struct forgery forgeries[] = {
	{.name = "honest", .document = true},
	{.name = "300 KiB", .document = true, .extensions = 2,
	    .extension = 150 << 10},
	{.name = "over 320 KiB", .document = true, .extensions = 2,
	    .extension = 161 << 10, .r = RT_EFORMAT, .text = "excessive"},
	{.name = "extension over 256 KiB", .extensions = 1,
	    .extension = 257 << 10, .r = RT_EVERIFY,
	    .text = "larger than any"},
	{.name = "16 extensions", .document = true, .extensions = 15},
	{.name = "17 extensions", .document = true, .extensions = 16,
	    .r = RT_EVERIFY, .text = "too many extensions"},
	{.name = "10000 extensions", .document = true, .extensions = 10000,
	    .r = RT_EVERIFY, .text = "too many extensions"},
	{.name = "other nonce", .other_nonce = true, .r = RT_EVERIFY,
	    .text = "report data differ"},
	{.name = "expired", .document = true, .before = true, .r = RT_EVERIFY,
	    .text = "no longer valid"},
	{.name = "not yet", .document = true, .after = true, .r = RT_EVERIFY,
	    .text = "not valid yet"},
	{.name = "other signer", .document = true, .other_signer = true,
	    .r = RT_EVERIFY, .text = "not signed with its own key"},
	{.name = "no evidence", .r = RT_EVERIFY,
	    .text = "no valid attestation extensions"},
	{.name = "no certificate", .no_cert = true, .r = RT_EFORMAT,
	    .text = "did not return a certificate"},
	{.name = "long chain", .document = true, .chain = 700},
	{.name = "chain bomb", .document = true, .chain = 2000,
	    .r = RT_EFORMAT, .text = "excessive"},
};
/* clang-format on */

static void
forged(const struct forgery *f, int v)
{
	struct pair p;

	pair_init(&p);
	version(&p, v);
	SSL_CTX_set_cert_cb(p.client.ctx->ssl, forge_cb, (void *)(uintptr_t)f);
	run(&p);
	if (p.server.r != f->r ||
	    (f->r != 0 && strstr(p.server.err.text, f->text) == NULL))
		fail_msg("%s: %d '%s'", f->name, p.server.r, p.server.err.text);
	if (p.client.r != (f->r == 0 ? 0 : RT_EAUTH))
		fail_msg("%s: client %d '%s'", f->name, p.client.r,
		    p.client.err.text);
	pair_end(&p);
}

static void
forge__cases(void **state)
{
	size_t i, v;

	(void)state;
	for (i = 0; i < sizeof(forgeries) / sizeof(*forgeries); i++)
		for (v = 0; v < 2; v++)
			forged(&forgeries[i], versions[v]);
}

static void
peer__no_certificate_where_none_is_needed(void **state)
{
	static const struct forgery none = {.no_cert = true};
	struct pair p;

	(void)state;
	pair_init(&p);
	p.server.us.need_peer_cert = false;
	SSL_CTX_set_cert_cb(
	    p.client.ctx->ssl, forge_cb, (void *)(uintptr_t)&none);
	run(&p);
	expect(&p, 0, "", 0, "");
	assert_null(atls_peer_key(p.server.conn));
	assert_int_equal(atls_peer_spki(p.server.conn).n, 0);
	pair_end(&p);
}

/* Counts the ClientHellos; on the retry request it may change the nonce. */
struct watch {
	int hellos;
	bool change;
};

static void
watch_cb(int out, int v, int type, const void *p, size_t n, SSL *ssl, void *arg)
{
	const unsigned char *b = p;
	struct watch *w = arg;
	struct atls_conn *c = SSL_get_app_data(ssl);
	struct buf alpn = {0};

	(void)v;
	if (type != SSL3_RT_HANDSHAKE || n == 0)
		return;
	if (out && b[0] == SSL3_MT_CLIENT_HELLO)
		w->hellos++;
	if (!w->change || out || b[0] != SSL3_MT_SERVER_HELLO || w->hellos != 1)
		return;
	c->ours[0] ^= 1;
	atls_nonce_alpn(&alpn, c->ours);
	(void)SSL_set_alpn_protos(
	    ssl, (const unsigned char *)alpn.p, (unsigned)alpn.n);
	buf_free(&alpn);
}

/* The client's first key share is for a group that the server has not. */
static void
retry(struct pair *p, struct watch *w)
{
	SSL_CTX *s = p->client.ctx->ssl;

	assert_int_equal(SSL_CTX_set1_groups_list(s, "ffdhe2048:P-384"), 1);
	SSL_CTX_set_msg_callback(s, watch_cb);
	SSL_CTX_set_msg_callback_arg(s, w);
	run(p);
	assert_int_equal(w->hellos, 2);
}

static void
retry__same_nonce(void **state)
{
	int d;

	(void)state;
	for (d = ATLS_ALPN; d <= ATLS_BOTH; d++) {
		struct watch w = {0, false};
		struct pair p;

		pair_init(&p);
		p.client.us.dialect = (enum atls_dialect)d;
		retry(&p, &w);
		expect(&p, 0, "", 0, "");
		assert_int_equal(p.server.evidence.issued, 1);
		pair_end(&p);
	}
}

static void
retry__other_nonce(void **state)
{
	struct watch w = {0, true};
	struct pair p;

	(void)state;
	pair_init(&p);
	retry(&p, &w);
	expect(&p, RT_EFORMAT, "has another nonce", RT_EAUTH, "");
	pair_end(&p);
}

static void
alpn__no_h2(void **state)
{
	struct pair p;
	struct watch w = {0, false};

	(void)state;
	pair_init(&p);
	/* a server that answers with the first name that is offered */
	SSL_CTX_set_alpn_select_cb(p.server.ctx->ssl, NULL, NULL);
	SSL_CTX_set_msg_callback(p.server.ctx->ssl, watch_cb);
	SSL_CTX_set_msg_callback_arg(p.server.ctx->ssl, &w);
	run(&p);
	expect_side("client", &p.client, RT_EFORMAT, "does not choose h2");
	pair_end(&p);
}

static int
no_names(SSL *ssl, int *alert, void *arg)
{
	(void)alert;
	SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	((struct atls_conn *)SSL_get_app_data(ssl))->heard = true;
	(void)arg;
	return SSL_CLIENT_HELLO_SUCCESS;
}

/* A server that asks for no certificate sends no nonce. */
static void
server__asks_for_nothing(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	p.client.us.validate = NULL;
	SSL_CTX_set_client_hello_cb(p.server.ctx->ssl, no_names, NULL);
	run(&p);
	expect_side("client", &p.client, RT_EFORMAT, "sends no nonce");
	pair_end(&p);
}

static void
session__never_resumed(void **state)
{
	size_t v;

	(void)state;
	for (v = 0; v < 2; v++) {
		struct pair p;

		pair_init(&p);
		version(&p, versions[v]);
		run(&p);
		expect(&p, 0, "", 0, "");
		assert_false(SSL_SESSION_is_resumable(
		    SSL_get0_session(atls_ssl(p.client.conn))));
		assert_false(SSL_SESSION_has_ticket(
		    SSL_get0_session(atls_ssl(p.client.conn))));
		assert_int_equal(SSL_CTX_sess_number(p.server.ctx->ssl), 0);
		pair_end(&p);
	}
}

static void
deadline__silent_peer(void **state)
{
	struct pair p;
	int64_t start = rt_now_ms();

	(void)state;
	pair_init(&p);
	p.server.r = atls_accept(&p.server.conn, p.server.ctx, &p.server.us,
	    p.server.fd, rt_now_ms() + 150, &p.server.err);
	expect_side("server", &p.server, RT_ENET, "TLS handshake");
	assert_int_equal(p.server.err.sys, ETIMEDOUT);
	assert_true(rt_now_ms() - start >= 150);
	assert_true(rt_now_ms() - start < 5000);
	p.client.r = atls_connect(&p.client.conn, p.client.ctx, &p.client.us,
	    p.client.fd, rt_now_ms() - 1, &p.client.err);
	expect_side("client", &p.client, RT_ENET, "TLS handshake");
	assert_int_equal(p.client.err.sys, ETIMEDOUT);
	pair_end(&p);
}

/* What is no TLS, and what is cut off. */
static void
garbage__is_refused(void **state)
{
	static const char *const lines[] = {"GET / HTTP/1.1\r\n\r\n",
	    "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x16\x03\x01\xff", ""};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct pair p;
		size_t n = i == 1 ? 10 : strlen(lines[i]);

		pair_init(&p);
		assert_int_equal(write(p.client.fd, lines[i], n), (ssize_t)n);
		(void)shutdown(p.client.fd, SHUT_WR);
		p.server.r =
		    atls_accept(&p.server.conn, p.server.ctx, &p.server.us,
			p.server.fd, rt_now_ms() + 5000, &p.server.err);
		assert_true(p.server.r == RT_EFORMAT || p.server.r == RT_ENET);
		assert_true(p.server.err.sys != ETIMEDOUT);
		pair_end(&p);
	}
}

/* A connection as the rest of the room reads and writes it. */
static void
io__owns_it(void **state)
{
	struct wire_io io;
	struct pair p;
	char c;

	(void)state;
	pair_init(&p);
	run(&p);
	expect(&p, 0, "", 0, "");
	io = atls_io(p.client.conn);
	assert_int_equal(io.fd, p.client.fd);
	assert_int_equal(wire_io_read(&io, &c, 1, NULL), WIRE_IO_WANT_READ);
	atls_free(p.server.conn);
	p.server.conn = NULL;
	assert_int_equal(wire_io_read(&io, &c, 1, NULL), WIRE_IO_END);
	wire_io_close(&io);
	assert_int_equal(fcntl(p.client.fd, F_GETFD), -1);
	p.client.conn = NULL;
	p.client.fd = -1;
	pair_end(&p);
}

/* Both in one thread, step by step. */
static void
handshake__steps(void **state)
{
	struct side *side;
	struct pair p;
	int i, r[2] = {1, 1};

	(void)state;
	pair_init(&p);
	for (i = 0; i < 2; i++) {
		side = i == 0 ? &p.client : &p.server;
		assert_int_equal(
		    atls_new(&side->conn, side->ctx,
			i == 0 ? ATLS_CLIENT : ATLS_SERVER, &side->us, side->fd,
			rt_now_ms() + PATIENCE, NULL),
		    0);
	}
	for (i = 0; i < 20 && (r[0] > 0 || r[1] > 0); i++) {
		side = i % 2 == 0 ? &p.client : &p.server;
		if (r[i % 2] > 0)
			r[i % 2] = atls_handshake(side->conn, &side->err);
		assert_true(r[i % 2] == 0 || r[i % 2] == ATLS_WANT_READ);
	}
	assert_int_equal(r[0], 0);
	assert_int_equal(r[1], 0);
	assert_string_equal(atls_peer_oid(p.server.conn), EVIDENCE_OID);
	pair_end(&p);
}

#define THREADS 6
#define ROUNDS 8

/* All connections of a program share a context. */
static void *
many(void *arg)
{
	struct atls_ctx *ctx = arg, *own;
	struct pair p;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		pair_init(&p);
		own = p.server.ctx;
		p.server.ctx = ctx;
		atls_ctx_free(own);
		own = p.client.ctx;
		p.client.ctx = ctx;
		run(&p);
		expect(&p, 0, "", 0, "");
		p.server.ctx = NULL;
		p.client.ctx = NULL;
		atls_ctx_free(own);
		pair_end(&p);
	}
	return NULL;
}

static void
threads__share_a_context(void **state)
{
	struct atls_ctx *ctx;
	pthread_t t[THREADS];
	int i;

	(void)state;
	assert_int_equal(atls_ctx_new(&ctx, NULL), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, many, ctx), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	atls_ctx_free(ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accept__versions_dialects_keys),
	    cmocka_unit_test(accept__spki),
	    cmocka_unit_test(key__of_no_accepted_kind),
	    cmocka_unit_test(refuse__client),
	    cmocka_unit_test(refuse__server),
	    cmocka_unit_test(refuse__names_the_nonce),
	    cmocka_unit_test(validators__none),
	    cmocka_unit_test(evidence__none),
	    cmocka_unit_test(evidence__largest),
	    cmocka_unit_test(evidence__too_large),
	    cmocka_unit_test(issuer__fails),
	    cmocka_unit_test(forge__cases),
	    cmocka_unit_test(peer__no_certificate_where_none_is_needed),
	    cmocka_unit_test(retry__same_nonce),
	    cmocka_unit_test(retry__other_nonce),
	    cmocka_unit_test(alpn__no_h2),
	    cmocka_unit_test(server__asks_for_nothing),
	    cmocka_unit_test(session__never_resumed),
	    cmocka_unit_test(deadline__silent_peer),
	    cmocka_unit_test(garbage__is_refused),
	    cmocka_unit_test(io__owns_it),
	    cmocka_unit_test(handshake__steps),
	    cmocka_unit_test(threads__share_a_context),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("atls", tests, NULL, NULL);
}
