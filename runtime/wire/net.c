/* SPDX-License-Identifier: Apache-2.0 */
/* TCP: listening and connecting. */
#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/wire/client.h"
#include "runtime/wire/server.h"
#include "runtime/base/banned.h"

#define BACKLOG 4096

static int
look_up(struct addrinfo **out, const char *host, const char *port, int flags,
    struct rt_err *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = flags};
	int r = getaddrinfo(host, port, &hints, out);

	if (r == 0)
		return 0;
	return rt_err_set(err, RT_ENET, "%s: %s", host, gai_strerror(r));
}

static int
socket_for(const struct addrinfo *a)
{
	return socket(a->ai_family,
	    a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage at = {0};
	socklen_t n = sizeof(at);
	char port[8];
	uint64_t v;

	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0 ||
	    getnameinfo((struct sockaddr *)&at, n, NULL, 0, port, sizeof(port),
		NI_NUMERICSERV) != 0 ||
	    !str_u64(str_from(port), UINT16_MAX, &v))
		return 0;
	return (uint16_t)v;
}

static bool
bind_and_listen(int fd, const struct addrinfo *a)
{
	int on = 1, off = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	return bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

/* 0, or -1 with errno. */
static int
listen_on(int *fd, const char *host, const char *port, struct rt_err *err)
{
	struct addrinfo *a;
	int r;

	r = look_up(
	    &a, host, port, AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV, err);
	if (r != 0)
		return r;
	*fd = socket_for(a);
	if (*fd < 0 || !bind_and_listen(*fd, a)) {
		r = rt_err_sys(err, RT_ENET, "%s port %s", host, port);
		if (*fd >= 0)
			(void)close(*fd);
	}
	freeaddrinfo(a);
	return r;
}

int
wire_listen(int *fd, const char *host, uint16_t port, uint16_t *bound,
    struct rt_err *err)
{
	char text[8];
	int r;

	(void)snprintf(text, sizeof(text), "%u", port);
	/* a kernel without IPv6 has no "::" */
	if (host != NULL)
		r = listen_on(fd, host, text, err);
	else if ((r = listen_on(fd, "::", text, NULL)) != 0)
		r = listen_on(fd, "0.0.0.0", text, err);
	if (r == 0 && bound != NULL)
		*bound = port_of(*fd);
	return r;
}

/* The result of a connect that is under way. */
static int
connected(int fd, int64_t deadline, struct rt_err *err)
{
	struct wire_io io = {.fd = fd};
	int sys = 0, r = wire_io_wait(&io, POLLOUT, deadline, err);
	socklen_t n = sizeof(sys);

	if (r != 0)
		return r;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys, &n) != 0)
		sys = errno;
	errno = sys;
	return sys == 0 ? 0 : rt_err_sys(err, RT_ENET, "connecting");
}

static int
connect_one(
    int *out, const struct addrinfo *a, int64_t deadline, struct rt_err *err)
{
	int fd = socket_for(a), on = 1, r;

	if (fd < 0)
		return rt_err_sys(err, RT_ENET, "socket");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		r = 0;
	else if (errno == EINPROGRESS)
		r = connected(fd, deadline, err);
	else
		r = rt_err_sys(err, RT_ENET, "connecting");
	if (r == 0)
		*out = fd;
	else
		(void)close(fd);
	return r;
}

/* The time that is left, shared by the addresses that are left. */
static int64_t
share_of(const struct addrinfo *a, int64_t deadline)
{
	int64_t now = rt_now_ms(), n = 0;

	for (; a != NULL; a = a->ai_next)
		n++;
	return now + (deadline - now) / n;
}

int
wire_connect(int *fd, const char *host, const char *port, int64_t deadline,
    struct rt_err *err)
{
	struct addrinfo *all, *a;
	int r = look_up(&all, host, port, 0, err);

	if (r != 0)
		return r;
	r = RT_ENET;
	for (a = all; a != NULL && r != 0; a = a->ai_next)
		r = connect_one(fd, a, share_of(a, deadline), err);
	freeaddrinfo(all);
	if (r != 0)
		(void)rt_err_wrap(err, "%s port %s", host, port);
	return r;
}
