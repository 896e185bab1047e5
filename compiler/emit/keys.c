/* SPDX-License-Identifier: Apache-2.0 */
/* Files of owner keys: read, made where missing, written once. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "compiler/emit/keys.h"

#include "runtime/base/banned.h"

static int
read_key(struct owner_key *out, struct arena *a, enum pki_owner kind,
    mode_t *mode, struct rt_err *err)
{
	struct pki_file f;
	int rc = pki_file_read(&f, out->path, err);

	if (rc != 0) {
		rc = rt_err_wrap(
		    err, "reading %s owner key", pki_owner_names[kind]);
	} else {
		*mode = f.mode;
		rc =
		    pki_owner_public(&out->key, a, kind, pki_file_str(&f), err);
		if (rc != 0)
			rc = rt_err_wrap(err, "%s", out->path);
	}
	pki_file_free(&f);
	return rc;
}

static int
make_key(struct owner_key *k, struct arena *a, enum pki_owner kind,
    struct rt_err *err)
{
	int rc = pki_owner_make(&k->pem, kind, err);

	if (rc == 0)
		rc = pki_owner_public(
		    &k->key, a, kind, pki_secret_str(&k->pem), err);
	return rc;
}

bool
keys_load(struct owner_keys *out, struct arena *a, struct diags *d,
    enum pki_owner kind, const char *const *paths, size_t n)
{
	bool ok = true;
	size_t i;

	*out = (struct owner_keys){.kind = kind};
	for (i = 0; i < n; i++) {
		struct owner_key k = {.path = paths[i]};
		struct rt_err err = {0};
		mode_t mode = 0;
		int rc = read_key(&k, a, kind, &mode, &err);

		if (rc == RT_ENOTFOUND && n == 1)
			rc = make_key(&k, a, kind, &err);
		if (rc != 0) {
			diag_report(d, OWNER_KEY, loc_none,
			    pki_owner_names[kind], err.text);
			ok = false;
			continue;
		}
		if (k.key.private && (mode & (S_IRGRP | S_IROTH)) != 0)
			diag_report(d, OWNER_KEY_MODE, loc_none, k.path);
		VEC_PUSH(a, &out->list, k);
	}
	return ok;
}

/* writing */

static int
write_secret(int fd, struct str text, struct rt_err *err)
{
	while (text.n > 0) {
		ssize_t w = write(fd, text.p, text.n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return rt_err_sys(err, RT_EIO, "write");
		text = str_sub(text, (size_t)w, text.n);
	}
	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0 || fsync(fd) != 0)
		return rt_err_sys(err, RT_EIO, "write");
	return 0;
}

static int
close_secret(int fd, int rc, struct rt_err *err)
{
	if (close(fd) != 0 && rc == 0)
		return rt_err_sys(err, RT_EIO, "close");
	return rc;
}

/* Where a file system has no second names. */
static int
create_directly(const char *path, struct str text, struct rt_err *err)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	int rc;

	if (fd < 0)
		return rt_err_sys(
		    err, errno == EEXIST ? RT_EEXIST : RT_EIO, "open %s", path);
	rc = close_secret(fd, write_secret(fd, text, err), err);
	if (rc != 0)
		(void)unlink(path);
	return rc;
}

static int
give_name(
    const char *temp, const char *path, struct str text, struct rt_err *err)
{
	if (link(temp, path) == 0)
		return 0;
	if (errno == EPERM || errno == ENOTSUP || errno == ENOSYS)
		return create_directly(path, text, err);
	return rt_err_sys(
	    err, errno == EEXIST ? RT_EEXIST : RT_EIO, "open %s", path);
}

/* A file that has no name before it is whole.  False: there are none here. */
static bool
create_nameless(int *rc, const char *path, struct str text, struct rt_err *err)
{
	struct str s = str_from(path), base = str_basename(s);
	char dir[PATH_MAX], self[64];
	bool named;
	int fd;

	if (s.n - base.n + 2 > sizeof(dir))
		return false;
	(void)snprintf(dir, sizeof(dir), "%.*s.", (int)(s.n - base.n), s.p);
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return false;
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	*rc = write_secret(fd, text, err);
	named = *rc != 0 ||
		linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
	if (!named && errno == EEXIST) {
		*rc = rt_err_sys(err, RT_EEXIST, "open %s", path);
		named = true;
	}
	(void)close(fd);
	return named;
}

/* The name appears only with the whole key behind it. */
static int
create_named(const char *path, struct str text, struct rt_err *err)
{
	size_t len = strlen(path) + sizeof(".XXXXXX");
	char *temp = OPENSSL_zalloc(len);
	int fd, rc;

	if (temp == NULL)
		rt_no_memory();
	(void)snprintf(temp, len, "%s.XXXXXX", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0) {
		rc = rt_err_sys(err, RT_EIO, "open %s", path);
	} else {
		rc = close_secret(fd, write_secret(fd, text, err), err);
		if (rc == 0)
			rc = give_name(temp, path, text, err);
		(void)unlink(temp);
	}
	OPENSSL_free(temp);
	return rc;
}

static int
create_file(const char *path, struct str text, struct rt_err *err)
{
	int rc;

	return create_nameless(&rc, path, text, err)
		   ? rc
		   : create_named(path, text, err);
}

bool
keys_write(struct owner_keys *k, struct diags *d)
{
	struct owner_key *it;

	VEC_FOREACH(it, &k->list) {
		struct rt_err err = {0};

		if (it->pem.p == NULL)
			continue;
		if (create_file(it->path, pki_secret_str(&it->pem), &err) !=
		    0) {
			diag_report(d, OWNER_KEY_WRITE, loc_none,
			    pki_owner_names[k->kind], pki_owner_names[k->kind],
			    err.text);
			return false;
		}
		pki_secret_free(&it->pem);
		it->written = true;
	}
	return true;
}

void
keys_unwrite(struct owner_keys *k)
{
	struct owner_key *it;

	VEC_FOREACH(it, &k->list) {
		if (it->written)
			(void)unlink(it->path);
		it->written = false;
	}
}

void
keys_wipe(struct owner_keys *k)
{
	struct owner_key *it;

	VEC_FOREACH(it, &k->list)
		pki_secret_free(&it->pem);
}
