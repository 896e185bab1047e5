/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history in a directory.  A value is whole or not there: it is written
 * to a temporary file beside it, synced, renamed, and the directory synced.
 * A swap holds a lock that other processes honour; a put shares it, so that
 * whoever has it alone may remove what killed writers left behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "coordinator/store.h"
#include "runtime/base/banned.h"

struct file_store {
	struct co_store store;
	int dir;
};

static struct file_store *
of(struct co_store *s)
{
	return (struct file_store *)s;
}

/* The directory of a key's kind; made if `make`. */
static int
open_kind(int *out, struct file_store *f, const char *key, bool make,
    struct rt_err *err)
{
	char kind[256];
	size_t n = strcspn(key, "/");

	memcpy(kind, key, n);
	kind[n] = '\0';
	if (make && mkdirat(f->dir, kind, 0755) == 0 && fsync(f->dir) != 0)
		return rt_err_sys(err, RT_EIO, "history: sync");
	*out = openat(
	    f->dir, kind, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out >= 0)
		return 0;
	return rt_err_sys(
	    err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO, "history: %s", kind);
}

static int
read_all(struct str *out, struct arena *a, int fd, const char *key,
    struct rt_err *err)
{
	struct stat st;
	ssize_t r;
	size_t n = 0, size;
	char *p;

	if (fstat(fd, &st) != 0)
		return rt_err_sys(err, RT_EIO, "history: %s", key);
	if (!S_ISREG(st.st_mode) || st.st_size < 0 ||
	    (size_t)st.st_size > CO_VALUE_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "history: %s is no file of at most %zu bytes", key,
		    CO_VALUE_MAX);
	size = (size_t)st.st_size;
	p = arena_alloc(a, size + 1);
	while (n < size && (r = read(fd, p + n, size - n)) != 0) {
		if (r > 0)
			n += (size_t)r;
		else if (errno != EINTR)
			return rt_err_sys(err, RT_EIO, "history: %s", key);
	}
	*out = (struct str){p, n};
	return 0;
}

static int
file_get(struct str *out, struct arena *a, struct co_store *s, const char *key,
    struct rt_err *err)
{
	int fd, rc;

	fd = openat(
	    of(s)->dir, key, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return rt_err_sys(err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO,
		    "history: %s", key);
	rc = read_all(out, a, fd, key, err);
	(void)close(fd);
	return rc;
}

static int
write_all(int fd, struct str value)
{
	ssize_t r;

	while (value.n > 0) {
		r = write(fd, value.p, value.n);
		if (r < 0 && errno != EINTR)
			return -1;
		if (r > 0)
			value = str_sub(value, (size_t)r, value.n);
	}
	return fsync(fd);
}

/* ".0123456789abcdef.tmp": no key has such a name. */
static int
temp_name(char out[32], struct rt_err *err)
{
	uint64_t r;

	if (RAND_bytes((unsigned char *)&r, sizeof(r)) != 1)
		return rt_err_set(err, RT_ECRYPTO, "history: no random bytes");
	(void)snprintf(out, 32, ".%016llx.tmp", (unsigned long long)r);
	return 0;
}

static int
replace(int dir, const char *name, struct str value, struct rt_err *err)
{
	char temp[32];
	bool ok;
	int fd, rc;

	if ((rc = temp_name(temp, err)) != 0)
		return rc;
	fd = openat(dir, temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "history: %s", name);
	ok = write_all(fd, value) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(dir, temp, dir, name) == 0 && fsync(dir) == 0;
	if (ok)
		return 0;
	rc = rt_err_sys(err, RT_EIO, "history: write %s", name);
	(void)unlinkat(dir, temp, 0);
	return rc;
}

static int
put(struct co_store *s, const char *key, struct str value, struct rt_err *err)
{
	int dir, rc = open_kind(&dir, of(s), key, true, err);

	if (rc != 0)
		return rc;
	rc = replace(dir, strchr(key, '/') + 1, value, err);
	(void)close(dir);
	return rc;
}

/* Is the value what the caller has read?  RT_ESTATE otherwise. */
static int
compare(struct co_store *s, const char *key, const struct str *old,
    struct rt_err *err)
{
	struct arena *a = arena_new();
	struct str now;
	int rc = file_get(&now, a, s, key, err);

	if (rc == RT_ENOTFOUND)
		rc = old == NULL ? 0 : RT_ESTATE;
	else if (rc == 0 && (old == NULL || !str_eq(now, *old)))
		rc = RT_ESTATE;
	if (rc == RT_ESTATE)
		(void)rt_err_set(err, RT_ESTATE,
		    "history: %s has changed since last read", key);
	arena_free(a);
	return rc;
}

/*
 * Waits for the lock of the directory (LOCK_SH, LOCK_EX); closing the file
 * gives it back.
 */
static int
lock(int *fd, struct file_store *f, int how, struct rt_err *err)
{
	int rc;

	*fd = openat(
	    f->dir, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (*fd < 0)
		return rt_err_sys(err, RT_EIO, "history: lock");
	do
		rc = flock(*fd, how);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return 0;
	rc = rt_err_sys(err, RT_EIO, "history: lock");
	(void)close(*fd);
	return rc;
}

static int
file_put(
    struct co_store *s, const char *key, struct str value, struct rt_err *err)
{
	int fd, rc = lock(&fd, of(s), LOCK_SH, err);

	if (rc != 0)
		return rc;
	rc = put(s, key, value, err);
	(void)close(fd);
	return rc;
}

/*
 * The write may have failed after the value was in its place (the sync of the
 * directory): the caller gives the state up, and with a first one its seed,
 * so it must not be found later.
 */
static void
take_back(struct co_store *s, const char *key, const struct str *old,
    struct rt_err *err)
{
	bool back = old != NULL
			? put(s, key, *old, NULL) == 0
			: unlinkat(of(s)->dir, key, 0) == 0 || errno == ENOENT;

	if (!back)
		(void)rt_err_wrap(err,
		    "%s cannot be put back, and may be of a state whose seed "
		    "nobody has",
		    key);
}

static int
file_swap(struct co_store *s, const char *key, const struct str *old,
    struct str value, struct rt_err *err)
{
	int fd, rc = lock(&fd, of(s), LOCK_EX, err);

	if (rc != 0)
		return rc;
	rc = compare(s, key, old, err);
	if (rc == 0 && (rc = put(s, key, value, err)) != 0)
		take_back(s, key, old, err);
	(void)close(fd);
	return rc;
}

static void
file_close(struct co_store *s)
{
	(void)close(of(s)->dir);
	free(s);
}

static const struct co_store_kind file_kind = {
    "file", file_get, file_put, file_swap, file_close};

static bool
is_temp(const char *name)
{
	struct str s = str_from(name);

	return s.n == sizeof(".0123456789abcdef.tmp") - 1 &&
	       str_starts(s, STR(".")) && str_ends(s, STR(".tmp"));
}

static void
tidy_kind(int dir, const char *kind)
{
	int fd =
	    openat(dir, kind, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (is_temp(e->d_name))
			(void)unlinkat(fd, e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
	else if (fd >= 0)
		(void)close(fd);
}

/* Removes temporary files, if nobody writes; the next start tries again. */
static void
tidy(struct file_store *f)
{
	static const char *const kinds[] = {
	    "manifests", "policies", "transitions"};
	size_t i;
	int fd;

	if (lock(&fd, f, LOCK_EX | LOCK_NB, NULL) != 0)
		return;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		tidy_kind(f->dir, kinds[i]);
	(void)close(fd);
}

/* mkdir -p, of which each part is durable with the next sync above it. */
static int
make_path(const char *dir, struct rt_err *err)
{
	char part[4096];
	size_t i, n = strlen(dir);

	if (n >= sizeof(part))
		return rt_err_set(err, RT_EINVAL, "history: path too long");
	for (i = 1; i <= n; i++) {
		if (i < n && dir[i] != '/')
			continue;
		memcpy(part, dir, i);
		part[i] = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return rt_err_sys(err, RT_EIO, "history: %s", part);
	}
	return 0;
}

int
co_store_file(struct co_store **out, const char *dir, struct rt_err *err)
{
	struct file_store *f;
	int rc;

	*out = NULL;
	if ((rc = make_path(dir, err)) != 0)
		return rc;
	f = rt_calloc(1, sizeof(*f));
	f->store.kind = &file_kind;
	f->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir < 0) {
		free(f);
		return rt_err_sys(err, RT_EIO, "history: %s", dir);
	}
	tidy(f);
	*out = &f->store;
	return 0;
}
