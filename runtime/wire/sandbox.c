/* SPDX-License-Identifier: Apache-2.0 */
/* The roles, and what every daemon does to itself. */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/log.h"
#include "runtime/wire/sandbox_int.h"

#include "runtime/base/banned.h"

static const struct role {
	unsigned promises;
	rlim_t files; /* descriptors */
} roles[SANDBOX_ROLES] = {
    /* 1024 connections on each of two listeners, and some */
    [SANDBOX_COORDINATOR] = {SANDBOX_STDIO | SANDBOX_RPATH | SANDBOX_WPATH |
				 SANDBOX_INET | SANDBOX_LISTEN |
				 SANDBOX_THREAD | SANDBOX_TEE,
	4096},
    [SANDBOX_INITIALIZER] = {SANDBOX_STDIO | SANDBOX_RPATH | SANDBOX_WPATH |
				 SANDBOX_INET | SANDBOX_THREAD | SANDBOX_TEE,
	256},
};

static int
limit_files(rlim_t want)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return -1;
	r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &r);
}

static int
no_core(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) != 0 ||
		       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
		   ? -1
		   : 0;
}

/* A file that is opened later must not become standard output. */
static int
standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO && fcntl(fd, F_SETFD, 0) == 0);
	if (fd < 0)
		return -1;
	(void)close(fd);
	return close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

int
sandbox_harden(enum sandbox_role role, struct rt_err *err)
{
	(void)umask(077);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return rt_err_sys(err, RT_EIO, "SIGPIPE");
	if (no_core() != 0)
		return rt_err_sys(err, RT_EIO, "core dumps");
	if (standard_descriptors() != 0)
		return rt_err_sys(err, RT_EIO, "inherited descriptors");
	if (limit_files(roles[role].files) != 0)
		return rt_err_sys(err, RT_EIO, "limit of descriptors");
	return 0;
}

int
sandbox_enter(int *landlock, enum sandbox_role role,
    const struct sandbox_path *paths, size_t n, struct rt_err *err)
{
	unsigned promises = roles[role].promises;
	int r;

	*landlock = 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return rt_err_sys(err, RT_EIO, "no new privileges");
	r = sandbox_landlock(landlock, promises, paths, n, err);
	return r != 0 ? r : sandbox_seccomp(promises, err);
}

int
sandbox_enter_mode(const char *mode, enum sandbox_role role,
    const struct sandbox_path *paths, size_t n, struct rt_err *err)
{
	int landlock, rc;

	if (strcmp(mode, "off") == 0)
		return 0;
	rc = sandbox_enter(&landlock, role, paths, n, err);
	if (rc != 0 || landlock > 0)
		return rc;
	if (strcmp(mode, "require") == 0)
		return rt_err_set(
		    err, RT_EIO, "sandbox: the kernel has no Landlock");
	log_event(LOG_WARN, "the kernel has no Landlock", NULL);
	return 0;
}
