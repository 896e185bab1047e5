/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client sends after its preface, against the whole server: nothing
 * may be left of the connection or of its memory.
 */
#include <sys/socket.h>

#include <stdlib.h>
#include <unistd.h>

#include "regress/wire/rig.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define MAX 60000 /* what a socket takes without a reader */

static void
put(int fd, const void *p, size_t n)
{
	if (send(fd, p, n, MSG_NOSIGNAL) < 0)
		return; /* the server has closed: it has seen enough */
}

static void
drain(int fd)
{
	char p[4096];

	while (recv(fd, p, sizeof(p), 0) > 0)
		;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wire_limits limits = {
	    .message = 65536, .buffered = 1 << 20};
	struct wire_rig rig;
	unsigned n;
	size_t held;
	int fd[2];

	if (size > MAX || wire_rig_start(&rig, &limits, NULL) != 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0 ||
	    wire_server_adopt(rig.server, fd[0], NULL) != 0)
		abort();
	put(fd[1], PREFACE, sizeof(PREFACE) - 1);
	put(fd[1], data, size);
	(void)shutdown(fd[1], SHUT_WR);
	drain(fd[1]);
	wire_server_stop(rig.server, 0);
	wire_server_load(rig.server, &n, &held);
	if (n != 0 || held != 0)
		abort();
	(void)close(fd[1]);
	wire_rig_stop(&rig);
	return 0;
}
