/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/buf.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

static int
read_all(
    struct str *out, struct arena *a, int fd, size_t max, struct rt_err *err)
{
	struct buf b = {0};
	int r = 0;

	for (;;) {
		ssize_t n = read(fd, buf_reserve(&b, 65536), 65536);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = rt_err_sys(err, RT_EIO, "read");
			break;
		}
		if (n == 0)
			break;
		b.n += (size_t)n;
		if (b.n > max) {
			r = rt_err_set(err, RT_ELIMIT,
			    "larger than the limit of %zu bytes", max);
			break;
		}
	}
	if (r == 0)
		*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return r;
}

/* Reads up to `n` bytes; fewer only at the end.  -1 and errno. */
static ssize_t
read_full(int fd, char *p, size_t n)
{
	size_t have = 0;
	ssize_t r = 1;

	while (have < n && r != 0) {
		r = read(fd, p + have, n - have);
		if (r < 0 && errno != EINTR)
			return -1;
		if (r > 0)
			have += (size_t)r;
	}
	return (ssize_t)have;
}

/* A file whose size is known is read to where it stays. */
static int
read_known(struct str *out, struct arena *a, int fd, const struct stat *st,
    size_t max, struct rt_err *err)
{
	size_t size = (size_t)st->st_size;
	ssize_t n;
	char *p;

	if (size > max)
		return rt_err_set(
		    err, RT_ELIMIT, "larger than the limit of %zu bytes", max);
	p = arena_alloc(a, size + 1);
	n = read_full(fd, p, size + 1);
	if (n < 0)
		return rt_err_sys(err, RT_EIO, "read");
	if ((size_t)n > size)
		return rt_err_set(err, RT_EIO, "it grows while it is read");
	p[n] = '\0';
	*out = (struct str){p, (size_t)n};
	return 0;
}

int
file_read(struct str *out, struct arena *a, const char *path, size_t max,
    struct rt_err *err)
{
	struct stat st = {0};
	int fd, r;

	if (strcmp(path, "-") == 0)
		return read_all(out, a, STDIN_FILENO, max, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return rt_err_sys(err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO,
		    "open %s", path);
	/* Files of /proc and the like have no size. */
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		r = rt_err_set(err, RT_EIO, "%s is a directory", path);
	else if (S_ISREG(st.st_mode) && st.st_size > 0)
		r = read_known(out, a, fd, &st, max, err);
	else
		r = read_all(out, a, fd, max, err);
	if (r != 0 && !S_ISDIR(st.st_mode))
		(void)rt_err_wrap(err, "%s", path);
	(void)close(fd);
	return r;
}

static const char *
real_in(struct arena *a, struct str dir, struct str base)
{
	const char *path = dir.n == 0 ? "." : arena_cstr(a, dir);
	char *real = realpath(path, NULL);
	const char *r = NULL;

	if (real != NULL)
		r = arena_printf(a, "%s/%.*s",
		    strcmp(real, "/") == 0 ? "" : real, STR_ARG(base))
			.p;
	free(real);
	return r;
}

const char *
file_real_path(struct arena *a, const char *path)
{
	struct str p = str_from(path), base = str_basename(p);
	char *real = realpath(path, NULL);
	const char *r;

	if (real == NULL)
		return errno != ENOENT
			   ? NULL
			   : real_in(a, str_sub(p, 0, p.n - base.n), base);
	r = arena_cstr(a, str_from(real));
	free(real);
	return r;
}

bool
file_has_bytes(const char *path, struct str bytes)
{
	char part[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0;
	size_t at = 0;
	ssize_t n = -1;

	while (same && (n = read_full(fd, part, sizeof(part))) > 0) {
		same = str_eq((struct str){part, (size_t)n},
		    str_sub(bytes, at, at + (size_t)n));
		at += (size_t)n;
		explicit_bzero(part, (size_t)n); /* it may be a secret */
	}
	if (fd >= 0)
		(void)close(fd);
	return n == 0 && at == bytes.n;
}

int
file_make_dirs(struct arena *a, const char *path, mode_t mode)
{
	char *p = (char *)(uintptr_t)arena_cstr(a, str_from(path)), *slash;

	for (slash = p + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(p, mode) != 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return mkdir(p, mode) != 0 && errno != EEXIST ? -1 : 0;
}
