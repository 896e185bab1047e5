/* SPDX-License-Identifier: Apache-2.0 */
/* What a server sends, against the client: a call ends, with a status. */
#include <sys/socket.h>

#include <stdlib.h>
#include <unistd.h>

#include "regress/wire/rig.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX 60000 /* what a socket takes without a reader */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_client *client;
	struct wire_status st;
	struct buf out = {0};
	int fd[2];

	if (size > MAX ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
		return 0;
	if (send(fd[0], data, size, MSG_NOSIGNAL) != (ssize_t)size)
		abort();
	(void)shutdown(fd[0], SHUT_WR);
	if (wire_client_new(
		&client, (struct wire_io){.fd = fd[1]}, "a", 65536, NULL) != 0)
		abort();
	(void)wire_rig_call(&out, client, "/t.T/Echo", STR("abc"), 2000, &st);
	if (st.code < 0 || (st.code != 0 && st.text[0] == '\0' && out.n > 0))
		abort();
	wire_client_free(client);
	(void)close(fd[0]);
	buf_free(&out);
	return 0;
}
