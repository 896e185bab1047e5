/* SPDX-License-Identifier: Apache-2.0 */
/* Our HTTP/1.1 server, spoken to in bytes. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "regress/unit/unit.h"
#include "regress/wire/tls.h"
#include "runtime/base/buf.h"
#include "runtime/wire/client.h"
#include "runtime/wire/http.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/pool.h"
#include "runtime/wire/server.h"
#include "runtime/base/banned.h"

struct rig {
	struct wire_loop *loop;
	struct wire_pool *pool;
	struct wire_http *http;
	char port[8];
	unsigned waiting; /* atomic */
};

static void
handle_hello(
    struct wire_http_reply *reply, void *arg, const struct wire_http_request *r)
{
	(void)arg;
	reply->type = "text/plain";
	buf_printf(&reply->body, "%s?%s %s %.*s %s", r->path,
	    r->query == NULL ? "-" : r->query, r->type == NULL ? "-" : r->type,
	    STR_ARG(r->body), r->cert == NULL ? "anonymous" : "known");
}

static void
handle_probe(
    struct wire_http_reply *reply, void *arg, const struct wire_http_request *r)
{
	(void)arg;
	(void)r;
	reply->status = 503;
}

static void
handle_wait(
    struct wire_http_reply *reply, void *arg, const struct wire_http_request *r)
{
	struct rig *rig = arg;

	(void)r;
	__atomic_add_fetch(&rig->waiting, 1, __ATOMIC_RELAXED);
	(void)poll(NULL, 0, 500);
	buf_puts(&reply->body, "waited");
	__atomic_sub_fetch(&rig->waiting, 1, __ATOMIC_RELAXED);
}

static const struct wire_route routes[] = {
    {"/hello", WIRE_GET | WIRE_HEAD | WIRE_POST, handle_hello},
    {"/probe/", WIRE_ANY, handle_probe},
    {"/wait", WIRE_GET, handle_wait},
};

static void
start(struct rig *rig, struct wire_http_config c)
{
	static const struct wire_share shares[] = {{"http", 8, 0, 8}};
	uint16_t port;
	int fd;

	*rig = (struct rig){0};
	c.routes = routes;
	c.n = sizeof(routes) / sizeof(*routes);
	c.arg = rig;
	assert_int_equal(wire_loop_new(&rig->loop, NULL), 0);
	assert_int_equal(wire_pool_new(&rig->pool, 4, shares, 1, NULL), 0);
	assert_int_equal(
	    wire_http_new(&rig->http, rig->loop, rig->pool, &c, NULL), 0);
	assert_int_equal(wire_listen(&fd, "127.0.0.1", 0, &port, NULL), 0);
	assert_int_equal(wire_http_listen(rig->http, fd, NULL), 0);
	(void)snprintf(rig->port, sizeof(rig->port), "%u", port);
}

static void
stop(struct rig *rig, int64_t ms)
{
	wire_http_free(rig->http, ms);
	wire_pool_free(rig->pool);
	wire_loop_free(rig->loop);
}

static int
dial(struct rig *rig)
{
	int fd = -1;

	assert_int_equal(
	    wire_connect(&fd, "127.0.0.1", rig->port, rt_now_ms() + 5000, NULL),
	    0);
	return fd;
}

static void
say(struct wire_io *io, struct str text)
{
	ssize_t n;

	while (text.n > 0) {
		n = wire_io_write(io, text.p, text.n, NULL);
		if (n < WIRE_IO_WANT_WRITE)
			return;
		if (n < 0)
			assert_int_equal(
			    wire_io_wait(io, POLLOUT, rt_now_ms() + 5000, NULL),
			    0);
		else
			text = str_sub(text, (size_t)n, text.n);
	}
}

/* All until the server closes, or `enough` is in it. */
static struct buf
hear(struct wire_io *io, const char *enough)
{
	struct buf b = {0};
	ssize_t n = 1;

	while (n != WIRE_IO_END && n != WIRE_IO_BROKEN &&
	       (enough == NULL ||
		   str_find(buf_str(&b), str_from(enough), 0) == SIZE_MAX)) {
		n = wire_io_read(io, buf_reserve(&b, 4096), 4096, NULL);
		if (n > 0)
			b.n += (size_t)n;
		else if (n == WIRE_IO_WANT_READ)
			assert_int_equal(
			    wire_io_wait(io, POLLIN, rt_now_ms() + 9000, NULL),
			    0);
	}
	return b;
}

static struct buf
ask(struct rig *rig, const char *request)
{
	struct wire_io io = {.fd = dial(rig)};
	struct buf b;

	say(&io, str_from(request));
	b = hear(&io, NULL);
	wire_io_close(&io);
	return b;
}

static bool
has(const struct buf *b, const char *text)
{
	return str_find(buf_str(b), str_from(text), 0) != SIZE_MAX;
}

#define HEAD " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

static void
answers__table(void **state)
{
	static const struct {
		const char *request, *status, *in;
	} cases[] = {
	    {"GET /hello?a=1" HEAD "\r\n", "HTTP/1.1 200 ",
		"\r\n\r\n/hello?a=1 -  anonymous"},
	    {"POST /hello" HEAD "Content-Type: a/b\r\nContent-Length: "
	     "3\r\n\r\nxyz",
		"HTTP/1.1 200 ", "\r\n\r\n/hello?- a/b xyz anonymous"},
	    {"GET /hello" HEAD "\r\n", "HTTP/1.1 200 ",
		"Content-Type: text/plain\r\n"},
	    {"PUT /hello" HEAD "Content-Length: 0\r\n\r\n", "HTTP/1.1 405 ",
		"Allow: GET, HEAD, POST\r\n"},
	    {"GET /hell" HEAD "\r\n", "HTTP/1.1 404 ", ""},
	    {"GET /hello/" HEAD "\r\n", "HTTP/1.1 404 ", ""},
	    {"GET /probe/x" HEAD "\r\n", "HTTP/1.1 503 ", ""},
	    {"OPTIONS /probe/x" HEAD "\r\n", "HTTP/1.1 503 ", ""},
	    {"POST /hello" HEAD "Content-Length: 4000000\r\n\r\n",
		"HTTP/1.1 413 ", ""},
	    {"nonsense\r\n\r\n", "", ""},
	};
	struct rig rig;
	size_t i;

	(void)state;
	start(&rig, (struct wire_http_config){0});
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = ask(&rig, cases[i].request);

		if (!str_starts(buf_str(&b), str_from(cases[i].status)) ||
		    !has(&b, cases[i].in))
			fail_msg("%s gives %.*s", cases[i].request,
			    STR_ARG(buf_str(&b)));
		buf_free(&b);
	}
	stop(&rig, 1000);
}

static void
limit__headers(void **state)
{
	struct rig rig;
	struct buf b = {0}, out;

	(void)state;
	start(&rig, (struct wire_http_config){.headers = 1000});
	buf_puts(&b, "GET /hello" HEAD "X: ");
	buf_fill(&b, 'x', 5000);
	buf_puts(&b, "\r\n\r\n");
	buf_putc(&b, '\0');
	out = ask(&rig, b.p);
	assert_false(has(&out, " 200 "));
	buf_free(&b);
	buf_free(&out);
	stop(&rig, 1000);
}

/* One byte a time keeps the idle clock from ending it, not the other. */
static void
limit__slow(void **state)
{
	struct rig rig;
	struct wire_io io;
	int64_t t = rt_now_ms();
	char c;

	(void)state;
	start(&rig, (struct wire_http_config){.idle = 5, .total = 1});
	io = (struct wire_io){.fd = dial(&rig)};
	do {
		say(&io, STR("G"));
		(void)poll(NULL, 0, 50);
	} while (recv(io.fd, &c, 1, 0) < 0 && errno == EAGAIN &&
		 rt_now_ms() < t + 5000);
	assert_in_range(rt_now_ms() - t, 900, 2500);
	wire_io_close(&io);
	assert_int_equal(wire_http_connections(rig.http), 0);
	stop(&rig, 1000);
}

/* Above the limit a connection waits until another one has gone. */
static void
limit__connections(void **state)
{
	struct rig rig;
	struct wire_io a, b, c;
	struct buf out;

	(void)state;
	start(&rig, (struct wire_http_config){.connections = 2, .idle = 2});
	a = (struct wire_io){.fd = dial(&rig)};
	b = (struct wire_io){.fd = dial(&rig)};
	(void)poll(NULL, 0, 50);
	c = (struct wire_io){.fd = dial(&rig)};
	say(&c, STR("GET /hello" HEAD "\r\n"));
	(void)poll(NULL, 0, 100);
	assert_int_equal(wire_http_connections(rig.http), 2);
	wire_io_close(&a);
	out = hear(&c, NULL);
	assert_true(has(&out, " 200 "));
	wire_io_close(&b);
	wire_io_close(&c);
	buf_free(&out);
	stop(&rig, 1000);
}

static void
keep_alive__two_requests(void **state)
{
	struct rig rig;
	struct wire_io io;
	struct buf out;

	(void)state;
	start(&rig, (struct wire_http_config){0});
	io = (struct wire_io){.fd = dial(&rig)};
	say(&io, STR("GET /hello?1 HTTP/1.1\r\nHost: a\r\n\r\n"
		     "GET /hello?2 HTTP/1.1\r\nHost: a\r\n\r\n"));
	out = hear(&io, "/hello?2");
	assert_true(has(&out, "/hello?1"));
	buf_free(&out);
	wire_io_close(&io);
	stop(&rig, 1000);
}

static void
await_waiting(struct rig *rig)
{
	int i;

	for (i = 0;
	     i < 500 && __atomic_load_n(&rig->waiting, __ATOMIC_RELAXED) == 0;
	     i++)
		(void)poll(NULL, 0, 10);
}

/* The peer goes away while its request is in work. */
static void
peer__leaves(void **state)
{
	struct rig rig;
	struct wire_io io;

	(void)state;
	start(&rig, (struct wire_http_config){0});
	io = (struct wire_io){.fd = dial(&rig)};
	say(&io, STR("GET /wait" HEAD "\r\n"));
	await_waiting(&rig);
	wire_io_close(&io);
	(void)poll(NULL, 0, 1000);
	assert_int_equal(wire_http_connections(rig.http), 0);
	stop(&rig, 1000);
}

static void
stop__waits_for_replies(void **state)
{
	struct rig rig;
	struct wire_io io;
	struct buf out;

	(void)state;
	start(&rig, (struct wire_http_config){0});
	io = (struct wire_io){.fd = dial(&rig)};
	say(&io, STR("GET /wait" HEAD "\r\n"));
	await_waiting(&rig);
	stop(&rig, 5000);
	out = hear(&io, NULL);
	assert_true(has(&out, "waited"));
	buf_free(&out);
	wire_io_close(&io);
}

static void
stop__without_time(void **state)
{
	struct rig rig;
	struct wire_io io;
	struct buf out;

	(void)state;
	start(&rig, (struct wire_http_config){0});
	io = (struct wire_io){.fd = dial(&rig)};
	say(&io, STR("GET /wait" HEAD "\r\n"));
	await_waiting(&rig);
	stop(&rig, 0);
	out = hear(&io, NULL);
	assert_int_equal(out.n, 0);
	buf_free(&out);
	wire_io_close(&io);
}

/* Over TLS; the handler sees the certificate of a client that shows one. */
static void
tls__client_certificate(void **state)
{
	static const char *const want[] = {"anonymous", "known"};
	SSL_CTX *client = wire_test_client();
	int asks;

	(void)state;
	for (asks = 0; asks < 2; asks++) {
		SSL_CTX *server = wire_test_server(asks == 1);
		struct rig rig;
		struct wire_io io;
		struct buf out;

		start(&rig, (struct wire_http_config){.tls = server});
		io = (struct wire_io){.fd = dial(&rig)};
		io.ssl = wire_test_connect(client, io.fd, rt_now_ms() + 5000);
		assert_non_null(io.ssl);
		say(&io, STR("GET /hello" HEAD "\r\n"));
		out = hear(&io, NULL);
		assert_true(has(&out, want[asks]));
		buf_free(&out);
		wire_io_close(&io);
		stop(&rig, 1000);
		SSL_CTX_free(server);
	}
	SSL_CTX_free(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers__table),
	    cmocka_unit_test(limit__headers),
	    cmocka_unit_test(limit__slow),
	    cmocka_unit_test(limit__connections),
	    cmocka_unit_test(keep_alive__two_requests),
	    cmocka_unit_test(peer__leaves),
	    cmocka_unit_test(tls__client_certificate),
	    cmocka_unit_test(stop__waits_for_replies),
	    cmocka_unit_test(stop__without_time),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
