/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as requests of HTTP/1.1, against the whole server. */
#include <sys/socket.h>
#include <sys/un.h>

#include <stdlib.h>
#include <unistd.h>

#include "runtime/wire/http.h"
#include "runtime/wire/loop.h"
#include "runtime/wire/pool.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX 60000 /* what a socket takes without a reader */

static void
handle(
    struct wire_http_reply *reply, void *arg, const struct wire_http_request *r)
{
	(void)arg;
	buf_puts(&reply->body, r->path);
	buf_puts(&reply->body, r->query == NULL ? "" : r->query);
	buf_put(&reply->body, r->body);
}

static const struct wire_route routes[] = {{"/", WIRE_ANY, handle},
    {"/a", WIRE_GET, handle}, {"/b/", WIRE_POST | WIRE_PUT, handle}};

/* A listening socket without a name for others, and its address. */
static int
listener(struct sockaddr_un *at, socklen_t *n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_un){.sun_family = AF_UNIX};
	*n = sizeof(*at);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)at, sizeof(at->sun_family)) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, n) != 0)
		abort();
	return fd;
}

static void
talk(
    const struct sockaddr_un *at, socklen_t n, const uint8_t *data, size_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char p[4096];

	if (fd < 0 || connect(fd, (const struct sockaddr *)at, n) != 0)
		abort();
	if (send(fd, data, size, MSG_NOSIGNAL) >= 0)
		(void)shutdown(fd, SHUT_WR);
	while (recv(fd, p, sizeof(p), 0) > 0)
		;
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire_share share = {"http", 2, 0, 8};
	const struct wire_http_config config = {
	    .routes = routes, .n = 3, .body = 10000};
	struct wire_loop *loop;
	struct wire_pool *pool;
	struct wire_http *http;
	struct sockaddr_un at;
	socklen_t n;

	if (size > MAX)
		return 0;
	if (wire_loop_new(&loop, NULL) != 0 ||
	    wire_pool_new(&pool, 2, &share, 1, NULL) != 0 ||
	    wire_http_new(&http, loop, pool, &config, NULL) != 0 ||
	    wire_http_listen(http, listener(&at, &n), NULL) != 0)
		abort();
	talk(&at, n, data, size);
	wire_http_free(http, 0);
	wire_pool_free(pool);
	wire_loop_free(loop);
	return 0;
}
