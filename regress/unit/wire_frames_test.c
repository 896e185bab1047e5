/* SPDX-License-Identifier: Apache-2.0 */
/* Our server and client against peers that are slow, wrong or silent. */
#include <sys/socket.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <nghttp2/nghttp2.h>

#include "regress/unit/unit.h"
#include "regress/wire/rig.h"
#include "regress/wire/tls.h"
#include "runtime/base/banned.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\0\x04\0\0\0\0\0"
/* HEADERS of stream 1: POST http /t.T/Echo application/grpc, literal. */
#define HEADERS                                                                \
	"\0\0\x3c\x01\x04\0\0\0\x01"                                           \
	"\x83\x86\x01\x01"                                                     \
	"a\x04\x09/t.T/Echo"                                                   \
	"\0\x0c"                                                               \
	"content-type\x10"                                                     \
	"application/grpc\0\x02te\x08trailers"

static struct str
bytes(const char *p, size_t n)
{
	return (struct str){p, n};
}
#define BYTES(lit) bytes((lit), sizeof(lit) - 1)

/* A raw connection to the server. */
static int
dial(struct wire_rig *rig)
{
	int fd[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	assert_int_equal(wire_server_adopt(rig->server, fd[0], NULL), 0);
	return fd[1];
}

static void
say(int fd, struct str text)
{
	assert_int_equal(send(fd, text.p, text.n, MSG_NOSIGNAL), text.n);
}

/* What comes until the server closes, or `ms` have passed. */
static struct buf
hear(int fd, int ms, bool *closed)
{
	int64_t end = rt_now_ms() + ms;
	struct wire_io io = {.fd = fd};
	struct buf b = {0};
	ssize_t n = 1;

	while (n > 0 && wire_io_wait(&io, POLLIN, end, NULL) == 0) {
		n = recv(fd, buf_reserve(&b, 4096), 4096, 0);
		b.n += n > 0 ? (size_t)n : 0;
	}
	*closed = n <= 0;
	return b;
}

static bool
has(const struct buf *b, struct str text)
{
	return str_find(buf_str(b), text, 0) != SIZE_MAX;
}

static void
inflate(struct buf *out, nghttp2_hd_inflater *hd, const uint8_t *p, size_t n)
{
	nghttp2_nv nv;
	int flags = 0;
	ssize_t k;

	while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0) {
		k = nghttp2_hd_inflate_hd2(hd, &nv, &flags, p, n, 1);
		assert_true(k >= 0);
		p += k;
		n -= (size_t)k;
		if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
			buf_printf(out, "%s: %s\n", nv.name, nv.value);
	}
	(void)nghttp2_hd_inflate_end_headers(hd);
}

/* The headers in what a server has sent, a line each. */
static struct buf
headers_in(const struct buf *b)
{
	const uint8_t *p = (const uint8_t *)b->p;
	nghttp2_hd_inflater *hd;
	struct buf out = {0};
	size_t at, n;

	assert_int_equal(nghttp2_hd_inflate_new(&hd), 0);
	for (at = 0; at + 9 <= b->n; at += 9 + n) {
		n = (size_t)p[at] << 16 | (size_t)p[at + 1] << 8 | p[at + 2];
		assert_true(n <= b->n - at - 9);
		if (p[at + 3] == NGHTTP2_HEADERS)
			inflate(&out, hd, p + at + 9, n);
	}
	nghttp2_hd_inflate_del(hd);
	return out;
}

/* A frame that breaks the rules ends the connection, at once. */
static void
frames__bad(void **state)
{
	static const struct {
		const char *name;
		struct str in;
	} cases[] = {
	    {"HTTP/1.1", STR_INIT("GET / HTTP/1.1\r\nHost: a\r\n\r\n")},
	    {"no SETTINGS first", STR_INIT(PREFACE HEADERS)},
	    {"DATA without stream",
		STR_INIT(PREFACE SETTINGS "\0\0\x01\0\x01\0\0\0\x01x")},
	    {"HEADERS of an even stream",
		STR_INIT(PREFACE SETTINGS "\0\0\x01\x01\x05\0\0\0\x02\x83")},
	    {"frame too large",
		STR_INIT(PREFACE SETTINGS "\x7f\xff\xff\0\x01\0\0\0\x01x")},
	    {"HPACK that is none",
		STR_INIT(PREFACE SETTINGS "\0\0\x01\x01\x05\0\0\0\x01\xff")},
	    {"WINDOW_UPDATE of 0",
		STR_INIT(PREFACE SETTINGS "\0\0\x04\x08\0\0\0\0\0\0\0\0\0")},
	    {"PING of 3 bytes",
		STR_INIT(PREFACE SETTINGS "\0\0\x03\x06\0\0\0\0\0abc")},
	    {"PUSH_PROMISE", STR_INIT(PREFACE SETTINGS
				 "\0\0\x04\x05\x04\0\0\0\x01\0\0\0\x02")},
	};
	struct wire_rig rig;
	struct buf b;
	bool closed;
	size_t i;
	int fd;

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fd = dial(&rig);
		say(fd, cases[i].in);
		b = hear(fd, 3000, &closed);
		if (!closed)
			fail_msg("still open: %s", cases[i].name);
		buf_free(&b);
		(void)close(fd);
	}
	assert_true(wire_rig_await(&rig.refused, (unsigned)i));
	wire_rig_stop(&rig);
}

/* The answer to one request in bytes. */
static void
ask(const struct wire_limits *limits, struct str body, int ms, const char *want)
{
	struct wire_rig rig;
	struct buf b, text;
	bool closed;
	int fd;

	assert_int_equal(wire_rig_start(&rig, limits, NULL), 0);
	fd = dial(&rig);
	say(fd, BYTES(PREFACE SETTINGS HEADERS));
	say(fd, body);
	b = hear(fd, ms, &closed);
	assert_false(closed);
	text = headers_in(&b);
	if (!has(&text, str_from(want)))
		fail_msg("no \"%s\" in %.*s", want, STR_ARG(buf_str(&text)));
	buf_free(&text);
	buf_free(&b);
	(void)close(fd);
	wire_rig_stop(&rig);
}
#define ASK(body, want) ask(NULL, BYTES(body), 300, (want))

static void
requests__bad(void **state)
{
	(void)state;
	/* two messages; a cut one; none; flag without encoding; too long */
	ASK("\0\0\x06\0\x01\0\0\0\x01\0\0\0\0\0x", "more than one message");
	ASK("\0\0\x07\0\x01\0\0\0\x01\0\0\0\0\x05\x0a\x03", "ends within");
	ASK("\0\0\0\0\x01\0\0\0\x01", "ends within");
	ASK("\0\0\x05\0\x01\0\0\0\x01\x01\0\0\0\0", "without an encoding");
	ASK("\0\0\x05\0\0\0\0\0\x01\0\xff\xff\xff\xff", "over the limit");
	ASK("\0\0\x07\0\x01\0\0\0\x01\0\0\0\0\x02\x0a\x03", "protobuf");
}

/* How long the server keeps such a connection, ms; -1: longer than 4 s. */
static int64_t
patience(const struct wire_limits *limits, const struct wire_tls *tls,
    struct str first)
{
	struct wire_rig rig;
	int64_t t = rt_now_ms();
	struct buf b;
	bool closed;
	int fd;

	assert_int_equal(wire_rig_start(&rig, limits, tls), 0);
	fd = dial(&rig);
	if (first.n > 0)
		say(fd, first);
	b = hear(fd, 4000, &closed);
	buf_free(&b);
	(void)close(fd);
	wire_rig_stop(&rig);
	return closed ? rt_now_ms() - t : -1;
}

static void
peers__silent(void **state)
{
	const struct wire_limits quick = {.handshake = 500,
	    .preface = 500,
	    .ping = 300,
	    .ping_ack = 500,
	    .idle = 60000};
	SSL_CTX *ctx = wire_test_server(false);
	struct wire_tls tls = wire_test_tls(ctx);

	(void)state;
	/* no preface; no ACK of a PING; no ClientHello; half of one */
	assert_in_range(patience(&quick, NULL, BYTES("")), 400, 2000);
	assert_in_range(
	    patience(&quick, NULL, BYTES(PREFACE SETTINGS)), 700, 2500);
	assert_in_range(patience(&quick, &tls, BYTES("")), 400, 2000);
	assert_in_range(
	    patience(&quick, &tls, BYTES("\x16\x03\x01\x01\x00\x01\x00")), 400,
	    2000);
	/* what is no TLS is told so, without a wait */
	assert_in_range(
	    patience(&quick, &tls, BYTES("GET / HTTP/1.1\r\n")), 0, 400);
	SSL_CTX_free(ctx);
}

/* A request that does not go on is answered, and gives its place. */
static void
peers__slow_request(void **state)
{
	const struct wire_limits limits = {.request = 500};

	(void)state;
	ask(&limits, BYTES("\0\0\x03\0\0\0\0\0\x01\0\0\0"), 1500,
	    "grpc-status: 4\ngrpc-message: the request comes too slowly");
}

/* Calls that are started to be dropped: ENHANCE_YOUR_CALM. */
static void
peers__rapid_reset(void **state)
{
	const struct wire_limits limits = {.resets = 3};
	struct wire_rig rig;
	struct buf b;
	bool closed;
	int fd, i;

	(void)state;
	assert_int_equal(wire_rig_start(&rig, &limits, NULL), 0);
	fd = dial(&rig);
	say(fd, BYTES(PREFACE SETTINGS));
	for (i = 1; i < 20; i += 2) {
		char p[] = HEADERS "\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";

		p[8] = (char)i;
		p[sizeof(HEADERS) - 1 + 8] = (char)i;
		if (send(fd, p, sizeof(p) - 1, MSG_NOSIGNAL) < 0)
			break;
	}
	b = hear(fd, 2000, &closed);
	assert_true(closed);
	assert_true(has(&b, BYTES("\0\0\0\x0b")));
	buf_free(&b);
	(void)close(fd);
	wire_rig_stop(&rig);
}

static int
refuse(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* A handshake over a socket pair, then one call. */
static void
call_tls(SSL_CTX *server, int version, struct wire_status *st, bool *shaken)
{
	SSL_CTX *ctx = wire_test_client();
	struct wire_tls tls = wire_test_tls(server);
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_io io;
	struct buf out = {0};

	(void)SSL_CTX_set_max_proto_version(ctx, version);
	assert_int_equal(wire_rig_start(&rig, NULL, &tls), 0);
	io = (struct wire_io){.fd = dial(&rig)};
	io.ssl = wire_test_connect(ctx, io.fd, rt_now_ms() + 5000);
	*shaken = io.ssl != NULL;
	if (*shaken) {
		assert_int_equal(
		    wire_client_new(&client, io, "localhost", 0, NULL), 0);
		(void)wire_rig_call(
		    &out, client, "/t.T/Echo", STR("a"), 5000, st);
		wire_client_free(client);
	} else
		(void)close(io.fd);
	buf_free(&out);
	wire_rig_stop(&rig);
	SSL_CTX_free(ctx);
}

static void
tls__both_versions(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	SSL_CTX *server = wire_test_server(true);
	struct wire_status st;
	bool shaken;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		call_tls(server, versions[i], &st, &shaken);
		assert_true(shaken);
		assert_int_equal(st.code, WIRE_OK);
	}
	SSL_CTX_free(server);
}

/* With TLS 1.3 the client has done its part when the server refuses it. */
static void
tls__late_refusal(void **state)
{
	SSL_CTX *server = wire_test_server(true);
	struct wire_status st = {0};
	bool shaken;

	(void)state;
	SSL_CTX_set_cert_verify_callback(server, refuse, NULL);
	call_tls(server, TLS1_2_VERSION, &st, &shaken);
	assert_false(shaken);
	call_tls(server, TLS1_3_VERSION, &st, &shaken);
	assert_true(shaken);
	assert_int_equal(st.code, WIRE_UNAVAILABLE);
	assert_true(str_starts(
	    str_from(st.text), STR("authentication handshake failed: ")));
	SSL_CTX_free(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames__bad),
	    cmocka_unit_test(requests__bad),
	    cmocka_unit_test(peers__silent),
	    cmocka_unit_test(peers__slow_request),
	    cmocka_unit_test(peers__rapid_reset),
	    cmocka_unit_test(tls__both_versions),
	    cmocka_unit_test(tls__late_refusal),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
