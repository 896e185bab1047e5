/* SPDX-License-Identifier: Apache-2.0 */
/* Our server and our client on socket pairs. */
#include <sys/socket.h>

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "regress/unit/unit.h"
#include "regress/wire/rig.h"
#include "runtime/base/banned.h"

static struct wire_client *
connect_to(struct wire_rig *rig)
{
	struct wire_client *client = wire_rig_client(rig);

	assert_non_null(client);
	return client;
}

static void
await_empty(struct wire_rig *rig)
{
	unsigned n = 1, i;
	size_t buffered = 1;

	for (i = 0; i < 1000 && (n > 0 || buffered > 0); i++) {
		wire_server_load(rig->server, &n, &buffered);
		(void)poll(NULL, 0, 10);
	}
	assert_int_equal(n, 0);
	assert_int_equal(buffered, 0);
}

static void
call__echo(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 16374, 16375, 16384, 65535, 1 << 20, 32 << 20};
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_status st;
	size_t i;

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	client = connect_to(&rig);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct buf in = {0}, out = {0};

		while (in.n < sizes[i])
			buf_putc(&in, (char)(in.n * 7 >> 3));
		assert_int_equal(wire_rig_call(&out, client, "/t.T/Echo",
				     buf_str(&in), 60000, &st),
		    WIRE_OK);
		assert_int_equal(out.n, in.n);
		if (in.n > 0)
			assert_memory_equal(out.p, in.p, in.n);
		buf_free(&in);
		buf_free(&out);
	}
	wire_client_free(client);
	await_empty(&rig);
	assert_int_equal(rig.started, 8);
	assert_int_equal(rig.handled, 8);
	assert_int_equal(rig.refused, 0);
	wire_rig_stop(&rig);
}

static void
call__status(void **state)
{
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_status st;
	struct buf out = {0};

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	client = connect_to(&rig);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Fail", STR(""), 0, &st), 9);
	assert_string_equal(st.text, "100% \xc3\xa4 not so");
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/None", STR(""), 0, &st), 12);
	assert_string_equal(st.text, "unknown method /t.T/None");
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Make", STR("x"), 0, &st), 3);
	/* the connection is as good as before */
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Echo", STR("a"), 0, &st), 0);
	assert_strz(buf_str(&out), "a");
	buf_free(&out);
	wire_client_free(client);
	wire_rig_stop(&rig);
}

static void
limit__messages(void **state)
{
	struct wire_limits limits = {.message = 100000};
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_status st;
	struct buf in = {0}, out = {0};

	(void)state;
	assert_int_equal(wire_rig_start(&rig, &limits, NULL), 0);
	client = connect_to(&rig);
	buf_fill(&in, 'x', 3000000);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Echo", buf_str(&in), 10000, &st),
	    WIRE_RESOURCE_EXHAUSTED);
	assert_string_equal(st.text,
	    "the message of 3000005 bytes is over the limit of 100000");
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Make", STR("100000"), 10000, &st),
	    WIRE_RESOURCE_EXHAUSTED);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Make", STR("99996"), 10000, &st),
	    WIRE_OK);
	assert_int_equal(out.n, 99996);
	buf_free(&in);
	buf_free(&out);
	wire_client_free(client);
	await_empty(&rig);
	wire_rig_stop(&rig);
}

static void
limit__buffered(void **state)
{
	struct wire_limits limits = {.buffered = 500000};
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_status st;
	struct buf in = {0}, out = {0};

	(void)state;
	assert_int_equal(wire_rig_start(&rig, &limits, NULL), 0);
	client = connect_to(&rig);
	buf_fill(&in, 'x', 600000);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Echo", buf_str(&in), 10000, &st),
	    WIRE_RESOURCE_EXHAUSTED);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Make", STR("600000"), 10000, &st),
	    WIRE_RESOURCE_EXHAUSTED);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Make", STR("400000"), 10000, &st),
	    WIRE_OK);
	buf_free(&in);
	buf_free(&out);
	wire_client_free(client);
	await_empty(&rig);
	wire_rig_stop(&rig);
}

static void
deadline__passes(void **state)
{
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_status st;
	struct buf out = {0};
	int64_t t = rt_now_ms();

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	client = connect_to(&rig);
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Wait", STR("9000"), 300, &st),
	    WIRE_DEADLINE_EXCEEDED);
	assert_in_range(rt_now_ms() - t, 290, 2000);
	/* the handler is told, the connection lives */
	assert_true(wire_rig_await(&rig.cancelled, 1));
	assert_int_equal(
	    wire_rig_call(&out, client, "/t.T/Echo", STR("a"), 0, &st), 0);
	assert_true(wire_rig_await(&rig.handled, 2));
	buf_free(&out);
	wire_client_free(client);
	wire_rig_stop(&rig);
}

/* A client that goes away in the middle of its call. */
static void
reset__cancels(void **state)
{
	struct wire_rig rig;
	struct wire_client *client;
	struct wire_status st;
	struct buf out = {0};

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	client = connect_to(&rig);
	(void)wire_rig_call(&out, client, "/t.T/Wait", STR("9000"), 50, &st);
	wire_client_free(client);
	assert_true(wire_rig_await(&rig.cancelled, 1));
	await_empty(&rig);
	assert_int_equal(rig.handled, 1);
	wire_rig_stop(&rig);
}

struct stopping {
	struct wire_rig *rig;
	pthread_t thread;
};

static void *
stop_run(void *arg)
{
	struct stopping *s = arg;

	wire_server_stop(s->rig->server, 10000);
	return NULL;
}

struct calling {
	struct wire_client *client;
	struct str ms;
	int code;
	pthread_t thread;
};

static void *
call_run(void *arg)
{
	struct calling *c = arg;
	struct wire_status st;
	struct buf out = {0};

	c->code = wire_rig_call(&out, c->client, "/t.T/Wait", c->ms, 9000, &st);
	buf_free(&out);
	return NULL;
}

/* GOAWAY: the call that runs ends well, a new one is refused. */
static void
stop__graceful(void **state)
{
	struct wire_rig rig;
	struct stopping s = {&rig, 0};
	struct calling c = {.ms = STR("1500")};
	struct wire_client *idle;
	struct wire_status st;
	struct buf out = {0};

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	c.client = connect_to(&rig);
	idle = connect_to(&rig);
	assert_int_equal(
	    wire_rig_call(&out, idle, "/t.T/Echo", STR("a"), 0, &st), 0);
	assert_int_equal(pthread_create(&c.thread, NULL, call_run, &c), 0);
	assert_true(wire_rig_await(&rig.waiting, 1));
	assert_int_equal(pthread_create(&s.thread, NULL, stop_run, &s), 0);
	(void)poll(NULL, 0, 500);
	assert_int_equal(
	    wire_rig_call(&out, idle, "/t.T/Echo", STR("a"), 1000, &st),
	    WIRE_UNAVAILABLE);
	(void)pthread_join(c.thread, NULL);
	(void)pthread_join(s.thread, NULL);
	assert_int_equal(c.code, WIRE_OK);
	wire_client_free(c.client);
	wire_client_free(idle);
	buf_free(&out);
	wire_rig_stop(&rig);
}

/* A stop without time closes what is open. */
static void
stop__hard(void **state)
{
	struct wire_rig rig;
	struct calling c = {.ms = STR("9000")};

	(void)state;
	assert_int_equal(wire_rig_start(&rig, NULL, NULL), 0);
	c.client = connect_to(&rig);
	assert_int_equal(pthread_create(&c.thread, NULL, call_run, &c), 0);
	assert_true(wire_rig_await(&rig.waiting, 1));
	wire_server_stop(rig.server, 0);
	(void)pthread_join(c.thread, NULL);
	assert_int_equal(c.code, WIRE_UNAVAILABLE);
	assert_int_equal(rig.cancelled, 1);
	wire_client_free(c.client);
	wire_rig_stop(&rig);
}

/* When there are too many, the one that is idle for longest goes. */
static void
limit__connections(void **state)
{
	struct wire_limits limits = {.connections = 4, .idle_age = 1};
	struct wire_rig rig;
	struct wire_client *c[12];
	struct wire_status st;
	struct buf out = {0};
	uint16_t port;
	char text[8];
	int fd, i;

	(void)state;
	assert_int_equal(wire_rig_start(&rig, &limits, NULL), 0);
	assert_int_equal(wire_listen(&fd, "127.0.0.1", 0, &port, NULL), 0);
	assert_int_equal(wire_server_listen(rig.server, fd, NULL), 0);
	(void)snprintf(text, sizeof(text), "%u", port);
	for (i = 0; i < 12; i++) {
		assert_int_equal(wire_connect(&fd, "127.0.0.1", text,
				     rt_now_ms() + 5000, NULL),
		    0);
		assert_int_equal(wire_client_new(&c[i],
				     (struct wire_io){.fd = fd}, "a", 0, NULL),
		    0);
		assert_int_equal(
		    wire_rig_call(&out, c[i], "/t.T/Echo", STR("a"), 5000, &st),
		    WIRE_OK);
		(void)poll(NULL, 0, 5);
	}
	assert_int_equal(
	    wire_rig_call(&out, c[0], "/t.T/Echo", STR("a"), 5000, &st),
	    WIRE_UNAVAILABLE);
	assert_int_equal(
	    wire_rig_call(&out, c[11], "/t.T/Echo", STR("a"), 5000, &st),
	    WIRE_OK);
	for (i = 0; i < 12; i++)
		wire_client_free(c[i]);
	buf_free(&out);
	await_empty(&rig);
	wire_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(call__echo),
	    cmocka_unit_test(call__status),
	    cmocka_unit_test(limit__messages),
	    cmocka_unit_test(limit__buffered),
	    cmocka_unit_test(limit__connections),
	    cmocka_unit_test(deadline__passes),
	    cmocka_unit_test(reset__cancels),
	    cmocka_unit_test(stop__graceful),
	    cmocka_unit_test(stop__hard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
