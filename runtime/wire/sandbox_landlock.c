/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock (Linux 5.13 and later) by its system calls.  What a version of it
 * does not know is left out; headers of Debian 12 end with version 2, so the
 * later bits are spelled out.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <unistd.h>

#include "runtime/wire/sandbox_int.h"

#include "runtime/base/banned.h"

#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define SCOPE_ABSTRACT_UNIX (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* As of version 6; an older kernel takes it if what it does not know is 0. */
struct ruleset {
	uint64_t fs, net, scoped;
};

/* Rights by the version that brought them: all of them are handled. */
static const struct {
	int version;
	struct ruleset rights;
} known[] = {
    {1, {.fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1}},
    {2, {.fs = LANDLOCK_ACCESS_FS_REFER}},
    {3, {.fs = FS_TRUNCATE}},
    {4, {.net = NET_BIND_TCP}},
    {5, {.fs = FS_IOCTL_DEV}},
    {6, {.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL}},
};

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |      \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |      \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER |           \
	    FS_TRUNCATE)
/* What a rule about anything but a directory may hold. */
#define OF_FILES                                                               \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |        \
	    FS_TRUNCATE | FS_IOCTL_DEV)

static struct ruleset
handled(int version, unsigned promises)
{
	struct ruleset all = {0};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].version > version)
			continue;
		all.fs |= known[i].rights.fs;
		all.net |= known[i].rights.net;
		all.scoped |= known[i].rights.scoped;
	}
	if ((promises & SANDBOX_LISTEN) != 0)
		all.net &= ~NET_BIND_TCP;
	return all;
}

static uint64_t
wanted(const struct sandbox_path *p)
{
	return READING | (p->write ? WRITING : 0) |
	       (p->device ? FS_IOCTL_DEV : 0);
}

static int
allow(
    int ruleset, uint64_t fs, const struct sandbox_path *p, struct rt_err *err)
{
	struct landlock_path_beneath_attr rule = {0};
	struct stat st = {0};
	int r = 0;

	rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0 && p->optional && errno == ENOENT)
		return 0;
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st) != 0)
		r = rt_err_sys(err, RT_EIO, "sandbox: '%s'", p->path);
	if (r == 0) {
		rule.allowed_access = wanted(p) & fs;
		if (!S_ISDIR(st.st_mode))
			rule.allowed_access &= OF_FILES;
		if (syscall(SYS_landlock_add_rule, ruleset,
			LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
			r = rt_err_sys(err, RT_EIO, "Landlock: '%s'", p->path);
	}
	if (rule.parent_fd >= 0)
		(void)close(rule.parent_fd);
	return r;
}

int
sandbox_landlock(int *version, unsigned promises,
    const struct sandbox_path *paths, size_t n, struct rt_err *err)
{
	struct ruleset all;
	size_t i;
	int fd, r = 0;
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	*version = 0;
	if (v < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return 0;
	all = handled((int)v, promises);
	fd = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (v < 0 || fd < 0)
		return rt_err_sys(err, RT_EIO, "Landlock");
	for (i = 0; r == 0 && i < n; i++)
		r = allow(fd, all.fs, &paths[i], err);
	if (r == 0 && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		r = rt_err_sys(err, RT_EIO, "Landlock");
	(void)close(fd);
	if (r == 0)
		*version = (int)v;
	return r;
}
