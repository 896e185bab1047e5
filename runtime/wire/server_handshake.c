/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes on worker threads.  A peer that says nothing, or stops between
 * two messages, takes a descriptor and no thread.
 */
#include <errno.h>

#include "runtime/wire/loop.h"
#include "runtime/wire/pool.h"
#include "runtime/wire/server_int.h"
#include "runtime/base/banned.h"

/* RFC 8446 5.1: type, version, length of a record. */
#define RECORD_HEAD 5
#define RECORD_MAX (1 << 14)
#define RECORD_HANDSHAKE 22

/* On the loop's thread. */
static void
done(void *arg)
{
	struct wire_conn *conn = arg;

	if (!wire_conn_job_done(conn))
		return;
	conn->state = WIRE_CONN_WAITS;
	if (conn->result == 0) {
		conn->h2.io.ssl = conn->ssl;
		wire_conn_open(conn);
	} else if (conn->result == WIRE_AGAIN_READ)
		(void)event_add(conn->readable, NULL);
	else if (conn->result == WIRE_AGAIN_WRITE)
		(void)event_add(conn->writable, NULL);
	else
		wire_conn_close(conn, &conn->err);
}

static void
run(void *arg)
{
	struct wire_conn *conn = arg;
	struct wire_server *server = conn->server;
	const struct wire_tls *tls = &server->tls;
	int64_t deadline = conn->born + server->config.limits.handshake;

	conn->err = (struct rt_err){0};
	if (rt_now_ms() >= deadline)
		conn->result = rt_err_set(&conn->err, RT_ENET,
		    "the handshake came too late in the queue");
	else
		conn->result = tls->accept(&conn->session, &conn->ssl, tls->arg,
		    conn->h2.io.fd, deadline, &conn->err);
	wire_loop_post(server->loop, done, conn);
}

/*
 * Is a whole record there, so that a worker need not wait for it?  What is no
 * handshake record is for TLS to refuse.
 */
static bool
hello_is_there(int fd)
{
	unsigned char p[RECORD_HEAD + RECORD_MAX];
	ssize_t n = recv(fd, p, sizeof(p), MSG_PEEK | MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		return true;
	if (n < RECORD_HEAD)
		return n > 0 && p[0] != RECORD_HANDSHAKE;
	return p[0] != RECORD_HANDSHAKE ||
	       n >= RECORD_HEAD + (p[3] << 8 | p[4]) || n == sizeof(p);
}

/* Until the next tick where a part of it is there: it would spin. */
void
wire_handshake_go(struct wire_conn *conn)
{
	struct wire_server *server = conn->server;
	struct rt_err err = {0};

	(void)event_del(conn->readable);
	(void)event_del(conn->writable);
	if (conn->state == WIRE_CONN_HELLO && !hello_is_there(conn->h2.io.fd))
		return;
	conn->state = WIRE_CONN_SHAKES;
	if (wire_pool_submit(server->pool, server->config.share_handshake, run,
		conn, &err) == 0)
		conn->jobs++;
	else
		wire_conn_close(conn, &err);
}

void
wire_handshake_tick(struct wire_conn *conn, int64_t now)
{
	struct rt_err err = {0};

	if (conn->state == WIRE_CONN_SHAKES)
		return; /* it knows the deadline */
	if (now - conn->born > conn->server->config.limits.handshake) {
		(void)rt_err_set(&err, RT_ENET, "the handshake takes too long");
		wire_conn_close(conn, &err);
	} else if (conn->state == WIRE_CONN_HELLO)
		(void)event_add(conn->readable, NULL);
}
