/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program under test: at the FAULT_AT-th call that changes a
 * file system it kills the process or lets the call fail.
 *	FAULT_AT    number of the call, from 1; 0: none
 *	FAULT       kill (a write then gets half of its bytes out), EIO, ENOSPC
 *	FAULT_LOG   file that gets the name of each such call
 * Standard input, output and error are left alone.
 */
#define _GNU_SOURCE

#include <sys/stat.h>
#include <sys/syscall.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long calls;

static void
note(const char *path, const char *name)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	(void)syscall(SYS_write, fd, name, strlen(name));
	(void)syscall(SYS_write, fd, "\n", 1);
	(void)syscall(SYS_close, fd);
}

/* Is this the call?  If so, errno is set, or it never returns. */
static bool
fault(const char *name)
{
	const char *at = getenv("FAULT_AT"), *how = getenv("FAULT");
	const char *path = getenv("FAULT_LOG");

	if (path != NULL)
		note(path, name);
	if (at == NULL || how == NULL || ++calls != strtoul(at, NULL, 10))
		return false;
	if (strcmp(how, "kill") == 0 && strstr(name, "write") == NULL)
		(void)syscall(SYS_kill, getpid(), SIGKILL);
	errno = strcmp(how, "ENOSPC") == 0 ? ENOSPC : EIO;
	return true;
}

/* A write may be cut in half; at < 0: where the file stands. */
static ssize_t
put(const char *name, int fd, const void *p, size_t n, off_t at)
{
	bool cut = false;

	if (fd > STDERR_FILENO && fault(name)) {
		if (strcmp(getenv("FAULT"), "kill") != 0)
			return -1;
		cut = true;
		n /= 2;
	}
	n = (size_t)(at < 0 ? syscall(SYS_write, fd, p, n)
			    : syscall(SYS_pwrite64, fd, p, n, at));
	if (cut)
		(void)syscall(SYS_kill, getpid(), SIGKILL);
	return (ssize_t)n;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return put("write", fd, p, n, -1);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return put("pwrite", fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return put("pwrite", fd, p, n, at);
}

int
fsync(int fd)
{
	return fault("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return fault("fdatasync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
fchmod(int fd, mode_t mode)
{
	return fault("fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int
rename(const char *from, const char *to)
{
	return fault("rename") ? -1 : (int)syscall(SYS_rename, from, to);
}

int
renameat(int a, const char *from, int b, const char *to)
{
	return fault("renameat") ? -1
				 : (int)syscall(SYS_renameat, a, from, b, to);
}

int
renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	return fault("renameat2")
		   ? -1
		   : (int)syscall(SYS_renameat2, a, from, b, to, flags);
}

int
link(const char *from, const char *to)
{
	return fault("link") ? -1 : (int)syscall(SYS_link, from, to);
}

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	return fault("linkat")
		   ? -1
		   : (int)syscall(SYS_linkat, a, from, b, to, flags);
}

int
mkdir(const char *path, mode_t mode)
{
	return fault("mkdir") ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

int
mkdirat(int fd, const char *path, mode_t mode)
{
	return fault("mkdirat") ? -1
				: (int)syscall(SYS_mkdirat, fd, path, mode);
}

int
unlink(const char *path)
{
	return fault("unlink") ? -1 : (int)syscall(SYS_unlink, path);
}

int
unlinkat(int fd, const char *path, int flags)
{
	return fault("unlinkat") ? -1
				 : (int)syscall(SYS_unlinkat, fd, path, flags);
}

/* O_TMPFILE has O_DIRECTORY in it, so O_CREAT alone does not do. */
static int
open_at(int dir, const char *path, int flags, mode_t mode)
{
	if ((flags & O_ACCMODE) != O_RDONLY && fault("open"))
		return -1;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

#define MODE(last, mode)                                                       \
	do {                                                                   \
		va_list ap;                                                    \
		va_start(ap, last);                                            \
		mode = (last & (O_CREAT | __O_TMPFILE)) != 0                   \
			   ? va_arg(ap, mode_t)                                \
			   : 0;                                                \
		va_end(ap);                                                    \
	} while (0)

int
open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return open_at(dir, path, flags, mode);
}

int
mkostemp(char *name, int flags)
{
	int (*real)(char *, int) = NULL;

	if (fault("mkostemp"))
		return -1;
	*(void **)&real = dlsym(RTLD_NEXT, "mkostemp");
	return real(name, flags);
}
