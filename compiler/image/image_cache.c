/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs by digest, in files.  A file gets its name when it is complete, by
 * rename, so that runs share the directory without locks; and it is hashed
 * before a run uses it, so that nothing needs fsync().  The directory's name
 * has the version of its form: another form gets another directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define FORM "blobs-1"

static const char *
default_dir(struct arena *a)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (xdg != NULL && xdg[0] == '/')
		return arena_printf(a, "%s/contrastc", xdg).p;
	if (home != NULL && home[0] == '/')
		return arena_printf(a, "%s/.cache/contrastc", home).p;
	return NULL;
}

static void
use_own(struct img_cache *c, struct arena *a)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = (char *)(uintptr_t)arena_printf(
	    a, "%s/contrastc.XXXXXX", tmp != NULL ? tmp : "/tmp")
			.p;

	c->own = c->write = mkdtemp(dir);
}

int
img_cache_open(struct img_cache *c, struct arena *a, const char *dir, bool none,
    struct rt_err *err)
{
	int rc = 0;

	c->opened = true;
	if (dir == NULL)
		dir = default_dir(a);
	if (!none && dir != NULL) {
		c->read = arena_printf(a, "%s/" FORM, dir).p;
		if (file_make_dirs(a, c->read, 0700) == 0 &&
		    access(c->read, W_OK | X_OK) == 0)
			c->write = c->read;
		else
			rc = rt_err_sys(err, RT_EIO, "%s", c->read);
	}
	if (c->write == NULL)
		use_own(c, a);
	return rc;
}

/* Only files are in it, and all are ours. */
void
img_cache_close(struct img_cache *c)
{
	struct dirent *e;
	DIR *d;

	if (c->own == NULL)
		return;
	d = opendir(c->own);
	while (d != NULL && (e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(c->own);
}

static int
open_in(struct img_span *out, const char *dir, struct str digest,
    struct rt_err *err)
{
	char path[4096];
	struct stat st;
	int fd, n;

	if (dir == NULL)
		return rt_err_set(err, RT_ENOTFOUND, "there is no cache");
	n = snprintf(path, sizeof(path), "%s/%.*s", dir, (int)(digest.n - 7),
	    digest.p + 7);
	if (n < 0 || (size_t)n >= sizeof(path))
		return rt_err_set(err, RT_ENOTFOUND, "its path is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return rt_err_sys(err, RT_ENOTFOUND, "%s", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return rt_err_set(err, RT_ENOTFOUND, "%s is no file", path);
	}
	*out = (struct img_span){
	    .fd = fd, .own = true, .size = (uint64_t)st.st_size};
	return 0;
}

static bool
is_intact(const struct img_span *in, struct str digest)
{
	unsigned char sum[SHA256_LEN];
	struct rt_sha256 h = {0};
	char buf[65536], hex[2 * SHA256_LEN + 1];
	uint64_t at = 0;
	size_t i;

	while (at < in->size) {
		uint64_t left = in->size - at;
		size_t n = left < sizeof(buf) ? (size_t)left : sizeof(buf);

		if (img_span_read(in, at, buf, n, NULL) != 0)
			return false;
		rt_sha256_put(&h, (struct str){buf, n});
		at += n;
	}
	rt_sha256_end(sum, &h);
	for (i = 0; i < sizeof(sum); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return str_eqz(str_sub(digest, 7, digest.n), hex);
}

static void
discard(const char *dir, struct str digest)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%.*s", dir,
	    (int)(digest.n - 7), digest.p + 7);

	if (n > 0 && (size_t)n < sizeof(path))
		(void)unlink(path);
}

int
img_cache_get(struct img_span *out, const struct img_cache *c,
    struct str digest, bool check, struct rt_err *err)
{
	const char *dirs[2] = {c->write, c->read};
	struct img_span in;
	size_t i;
	int rc = RT_ENOTFOUND;

	for (i = 0; i < 2; i++) {
		if (i == 1 && c->read == c->write)
			break;
		rc = open_in(&in, dirs[i], digest, err);
		if (rc != 0)
			continue;
		if (!check || is_intact(&in, digest)) {
			*out = in;
			return 0;
		}
		img_span_close(&in);
		discard(dirs[i], digest);
		rc = rt_err_set(err, RT_ENOTFOUND, "what was there is corrupt");
	}
	return rc;
}

int
img_incoming_start(
    struct img_incoming *in, const struct img_cache *c, struct rt_err *err)
{
	int n;

	in->fd = -1;
	in->n = 0;
	in->temp[0] = '\0';
	memset(&in->sum, 0, sizeof(in->sum));
	if (c->write == NULL)
		return rt_err_set(err, RT_EIO,
		    "there is no directory for what is downloaded: set TMPDIR");
	n = snprintf(in->temp, sizeof(in->temp), "%s/tmp.XXXXXX", c->write);
	if (n < 0 || (size_t)n >= sizeof(in->temp))
		return rt_err_set(err, RT_EIO, "%s: too long", c->write);
	in->fd = mkostemp(in->temp, O_CLOEXEC);
	if (in->fd >= 0)
		return 0;
	n = rt_err_sys(err, RT_EIO, "%s", in->temp);
	in->temp[0] = '\0';
	return n;
}

int
img_incoming_put(struct img_incoming *in, struct str bytes, struct rt_err *err)
{
	if (bytes.n > in->size - in->n)
		return rt_err_set(err, in->exact ? RT_EVERIFY : RT_ELIMIT,
		    in->exact ? "it has more than the %llu bytes that its "
				"descriptor says"
			      : "it has more than %llu bytes, which is the "
				"limit",
		    (unsigned long long)in->size);
	rt_sha256_put(&in->sum, bytes);
	in->n += bytes.n;
	while (bytes.n > 0) {
		ssize_t n = write(in->fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rt_err_sys(err, RT_EIO, "write %s", in->temp);
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	return 0;
}

int
img_incoming_rewind(struct img_incoming *in, struct rt_err *err)
{
	in->n = 0;
	memset(&in->sum, 0, sizeof(in->sum));
	if (ftruncate(in->fd, 0) != 0 || lseek(in->fd, 0, SEEK_SET) != 0)
		return rt_err_sys(err, RT_EIO, "%s", in->temp);
	return 0;
}

static int
publish(struct img_incoming *in, const struct img_cache *c, struct rt_err *err)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", c->write, in->name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return rt_err_set(err, RT_EIO, "%s: too long", c->write);
	if (rename(in->temp, path) != 0)
		return rt_err_sys(err, RT_EIO, "rename %s", in->temp);
	in->temp[0] = '\0';
	return 0;
}

int
img_incoming_end(
    struct img_incoming *in, const struct img_cache *c, struct rt_err *err)
{
	unsigned char sum[SHA256_LEN];
	struct rt_sha256 h = in->sum;
	size_t i;

	if (in->exact && in->n != in->size)
		return rt_err_set(err, RT_EVERIFY,
		    "it has %llu bytes, its descriptor says %llu",
		    (unsigned long long)in->n, (unsigned long long)in->size);
	rt_sha256_end(sum, &h);
	for (i = 0; i < sizeof(sum); i++)
		(void)snprintf(in->name + 2 * i, 3, "%02x", sum[i]);
	if (in->digest.n > 0 &&
	    !str_eqz(str_sub(in->digest, 7, in->digest.n), in->name))
		return rt_err_set(err, RT_EVERIFY,
		    "its content does not have the digest %.*s",
		    STR_ARG(in->digest));
	return publish(in, c, err);
}

void
img_incoming_free(struct img_incoming *in)
{
	if (in->fd >= 0)
		(void)close(in->fd);
	if (in->temp[0] != '\0')
		(void)unlink(in->temp);
	in->fd = -1;
	in->temp[0] = '\0';
}
