/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include "regress/wire/rig.h"
#include "runtime/wire/userapi.pb-c.h"
#include "runtime/base/banned.h"

#define COUNT(p, n) __atomic_add_fetch((p), (n), __ATOMIC_RELAXED)
#define READ(p) __atomic_load_n((p), __ATOMIC_RELAXED)

static int
answer(ProtobufCMessage **res, struct str bytes)
{
	Userapi__GetManifestsResponse *m =
	    (void *)wire_pb_new(&userapi__get_manifests_response__descriptor);

	wire_pb_add(&m->manifests, &m->n_manifests, bytes);
	*res = &m->base;
	return WIRE_OK;
}

static struct str
manifest(const ProtobufCMessage *req)
{
	return wire_pb_str(
	    ((const Userapi__SetManifestRequest *)(const void *)req)->manifest);
}

static int
echo(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	(void)arg;
	(void)call;
	(void)st;
	return answer(res, manifest(req));
}

static int
make(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	struct buf b = {0};
	uint64_t n;

	(void)arg;
	(void)call;
	if (!str_u64(manifest(req), (uint64_t)1 << 30, &n))
		return wire_fail(st, WIRE_INVALID_ARGUMENT, "not a number");
	buf_fill(&b, 'x', (size_t)n);
	(void)answer(res, buf_str(&b));
	buf_free(&b);
	return WIRE_OK;
}

static int
fail(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	(void)res;
	(void)arg;
	(void)call;
	(void)req;
	return wire_fail(st, WIRE_FAILED_PRECONDITION, "%s", WIRE_RIG_FAIL);
}

static int
wait_long(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	struct wire_rig *rig = arg;
	uint64_t ms;
	int64_t end;

	if (!str_u64(manifest(req), 10000, &ms))
		return wire_fail(st, WIRE_INVALID_ARGUMENT, "not a number");
	end = rt_now_ms() + (int64_t)ms;
	COUNT(&rig->waiting, 1);
	while (rt_now_ms() < end && !wire_call_cancelled(call))
		(void)poll(NULL, 0, 10);
	if (wire_call_cancelled(call))
		COUNT(&rig->cancelled, 1);
	COUNT(&rig->waiting, -1);
	return answer(res, manifest(req));
}

#define METHOD(name, fn)                                                       \
	{                                                                      \
		"/t.T/" name, &userapi__set_manifest_request__descriptor,      \
		    &userapi__get_manifests_response__descriptor, fn           \
	}

static const struct wire_method methods[] = {
    METHOD("Echo", echo),
    METHOD("Make", make),
    METHOD("Fail", fail),
    METHOD("Wait", wait_long),
};

static void
started(void *arg, const char *path)
{
	struct wire_rig *rig = arg;

	(void)path;
	COUNT(&rig->started, 1);
}

static void
handled(void *arg, const char *path, int code, double seconds)
{
	struct wire_rig *rig = arg;

	(void)path;
	(void)seconds;
	__atomic_store_n(&rig->last_code, code, __ATOMIC_RELAXED);
	COUNT(&rig->handled, 1);
}

static void
refused(
    void *arg, const struct sockaddr_storage *from, const struct rt_err *why)
{
	struct wire_rig *rig = arg;

	(void)from;
	(void)why;
	COUNT(&rig->refused, 1);
}

int
wire_rig_start(struct wire_rig *rig, const struct wire_limits *limits,
    const struct wire_tls *tls)
{
	static const struct wire_share shares[] = {
	    {"handshakes", 4, 1, 2048}, {"calls", 64, 1, 1024}};
	struct wire_server_config config = {.methods = methods,
	    .n = sizeof(methods) / sizeof(*methods),
	    .arg = rig,
	    .tls = tls,
	    .observe = {started, handled, refused, rig},
	    .share_handshake = 0,
	    .share_call = 1};

	*rig = (struct wire_rig){0};
	if (limits != NULL)
		config.limits = *limits;
	if (wire_loop_new(&rig->loop, NULL) != 0 ||
	    wire_pool_new(&rig->pool, 8, shares, 2, NULL) != 0 ||
	    wire_server_new(
		&rig->server, rig->loop, rig->pool, &config, NULL) != 0)
		return -1;
	return 0;
}

void
wire_rig_stop(struct wire_rig *rig)
{
	wire_server_free(rig->server);
	wire_pool_free(rig->pool);
	wire_loop_free(rig->loop);
	rig->server = NULL;
}

struct wire_client *
wire_rig_client(struct wire_rig *rig)
{
	struct wire_client *client;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
		return NULL;
	if (wire_server_adopt(rig->server, fd[0], NULL) != 0) {
		(void)close(fd[1]);
		return NULL;
	}
	if (wire_client_new(
		&client, (struct wire_io){.fd = fd[1]}, "test:1", 0, NULL) != 0)
		return NULL;
	return client;
}

static void
take(struct buf *out, ProtobufCMessage *res)
{
	Userapi__GetManifestsResponse *m = (void *)res;

	if (m->n_manifests == 1)
		buf_put(out, wire_pb_str(m->manifests[0]));
	wire_pb_free(res);
}

int
wire_rig_call(struct buf *out, struct wire_client *client, const char *method,
    struct str bytes, int64_t ms, struct wire_status *st)
{
	Userapi__SetManifestRequest *m =
	    (void *)wire_pb_new(&userapi__set_manifest_request__descriptor);
	int64_t deadline = ms == 0 ? INT64_MAX : rt_now_ms() + ms;
	ProtobufCMessage *res;

	wire_pb_set(&m->manifest, bytes);
	*st = (struct wire_status){0};
	if (wire_client_call(&res, client, method, &m->base,
		&userapi__get_manifests_response__descriptor, deadline, st,
		NULL) == 0)
		take(out, res);
	wire_pb_free(&m->base);
	return st->code;
}

bool
wire_rig_await(const unsigned *n, unsigned want)
{
	int i;

	for (i = 0; i < 1000 && READ(n) != want; i++)
		(void)poll(NULL, 0, 10);
	return READ(n) == want;
}
