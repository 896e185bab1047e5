/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TDREPORTs of the kernel and quotes of the host's quoting service (17.5;
 * Linux Documentation/virt/coco/tdx-guest).
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "runtime/attest/tdx.h"
#include "runtime/attest/tdx_guest.h"
#include "runtime/base/clock.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define GET_REPORT 0xc4405401ul
#define TOTAL_MS 30000
#define CONFIG_MAX 4096

struct report_request {
	unsigned char data[ATTEST_REPORT_DATA_LEN];
	unsigned char report[TDX_REPORT_LEN];
};
_Static_assert(sizeof(struct report_request) == 1088, "as the kernel has it");

int
tdx_guest_report(struct str *report, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN])
{
	struct report_request q = {{0}, {0}};
	int fd, rc;

	fd = open(attest_host_path(r->arena, host, TDX_GUEST_DEVICE),
	    O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "%s cannot be opened: errno %d", TDX_GUEST_DEVICE, errno);
	memcpy(q.data, report_data, sizeof(q.data));
	rc = attest_host_ioctl(host, fd, GET_REPORT, &q) == 0 ? 0 : errno;
	(void)close(fd);
	if (rc != 0)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "%s gives no report: errno %d", TDX_GUEST_DEVICE, rc);
	*report = arena_str(
	    r->arena, (struct str){(const char *)q.report, sizeof(q.report)});
	return 0;
}

/* The conversation */

struct service {
	struct attest_result *r;
	int fd;
	int64_t deadline;
};

static int
late(struct attest_result *r)
{
	return attest_reject(r, ATTEST_ISSUE_TIMEOUT,
	    "the quoting service does not answer in time");
}

static int
broken(struct attest_result *r, int sys)
{
	return attest_reject(r, ATTEST_ISSUE_DEVICE,
	    "the quoting service cannot be talked to: errno %d", sys);
}

static int
wait_for(struct service *s, short events)
{
	struct pollfd p = {.fd = s->fd, .events = events};
	int64_t left;
	int n;

	do {
		left = s->deadline - rt_now_ms();
		n = left <= 0 ? 0 : poll(&p, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return broken(s->r, errno);
	return n == 0 ? late(s->r) : 0;
}

static int
send_all(struct service *s, struct str in)
{
	ssize_t n;

	while (in.n > 0) {
		if (wait_for(s, POLLOUT) != 0)
			return RT_EVERIFY;
		n = send(s->fd, in.p, in.n, MSG_NOSIGNAL);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return broken(s->r, errno);
		in = str_sub(in, (size_t)n, in.n);
	}
	return 0;
}

static int
receive(struct service *s, char *out, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if (wait_for(s, POLLIN) != 0)
			return RT_EVERIFY;
		n = recv(s->fd, out, len, 0);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return broken(s->r, n == 0 ? EPIPE : errno);
		out += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
ask(struct str *quote, struct service *s, struct str report)
{
	unsigned char head[4];
	struct buf request = {0};
	size_t len;
	char *message;
	int rc;

	qgs_request(&request, report);
	rc = send_all(s, buf_str(&request));
	buf_free(&request);
	if (rc != 0 || receive(s, (char *)head, sizeof(head)) != 0)
		return RT_EVERIFY;
	len = (size_t)head[0] << 24 | (size_t)head[1] << 16 |
	      (size_t)head[2] << 8 | head[3];
	if (len == 0 || len > QGS_MESSAGE_MAX)
		return attest_reject(s->r, ATTEST_ISSUE_DEVICE,
		    "the quoting service sends %zu bytes", len);
	message = arena_alloc(s->r->arena, len);
	if (receive(s, message, len) != 0)
		return RT_EVERIFY;
	return qgs_response(quote, s->r, (struct str){message, len});
}

/* Connecting */

static unsigned
configured_port(struct arena *a, const struct attest_host *host)
{
	struct str config;

	if (file_read(&config, a, attest_host_path(a, host, QGS_CONFIG),
		CONFIG_MAX, NULL) != 0)
		return QGS_PORT;
	return qgs_port(config);
}

/* True: *at is a socket of the file system. */
static bool
local_address(
    struct sockaddr_un *at, struct arena *a, const struct attest_host *host)
{
	struct str path = str_from(attest_host_path(a, host, QGS_SOCKET));

	*at = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (path.n >= sizeof(at->sun_path) ||
	    !attest_host_has(host, QGS_SOCKET))
		return false;
	memcpy(at->sun_path, path.p, path.n);
	return true;
}

static int
open_socket(struct service *s, const struct sockaddr *at, socklen_t len)
{
	s->fd = socket(
	    at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return broken(s->r, errno);
	if (connect(s->fd, at, len) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EAGAIN)
		return broken(s->r, errno);
	return wait_for(s, POLLOUT);
}

static int
connect_service(struct service *s, const struct attest_host *host)
{
	struct sockaddr_un local;
	struct sockaddr_vm vm = {
	    .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST};

	if (local_address(&local, s->r->arena, host))
		return open_socket(
		    s, (const struct sockaddr *)&local, sizeof(local));
	vm.svm_port = configured_port(s->r->arena, host);
	return open_socket(s, (const struct sockaddr *)&vm, sizeof(vm));
}

int
tdx_guest_quote(struct str *quote, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN])
{
	struct service s = {r, -1, rt_now_ms() + TOTAL_MS};
	struct str report;
	int rc;

	if (tdx_guest_report(&report, r, host, report_data) != 0)
		return RT_EVERIFY;
	rc = connect_service(&s, host);
	if (rc == 0)
		rc = ask(quote, &s, report);
	if (s.fd >= 0)
		(void)close(s.fd);
	return rc;
}
