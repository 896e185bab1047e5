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
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "compiler/emit/keys.h"

#include "runtime/base/banned.h"

static const char *const names[KEY_KINDS] = {"workload", "seedshare"};

/* reading */

struct secret {
	size_t n;
	mode_t mode;
	char bytes[KEY_FILE_MAX + 1]; /* as far as n: most is never touched */
};

static struct secret *
secret_new(void)
{
	struct secret *s = OPENSSL_malloc(sizeof(*s));

	if (s == NULL)
		rt_no_memory();
	s->n = 0;
	s->mode = 0;
	return s;
}

static void
secret_free(struct secret *s)
{
	OPENSSL_cleanse(s->bytes, s->n);
	OPENSSL_free(s);
}

static int
fill(struct secret *s, int fd, struct rt_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return rt_err_sys(err, RT_EIO, "stat");
	s->mode = st.st_mode;
	while (s->n < sizeof(s->bytes)) {
		ssize_t n = read(fd, s->bytes + s->n, sizeof(s->bytes) - s->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rt_err_sys(err, RT_EIO, "read");
		if (n == 0)
			return 0;
		s->n += (size_t)n;
	}
	return rt_err_set(
	    err, RT_ELIMIT, "larger than %zu KiB", KEY_FILE_MAX >> 10);
}

static int
open_secret(struct secret *s, const char *path, struct rt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return rt_err_sys(err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO,
		    "open %s", path);
	rc = fill(s, fd, err);
	(void)close(fd);
	return rc == 0 ? 0 : rt_err_wrap(err, "%s", path);
}

static int
read_key(struct owner_key *out, struct arena *a, enum key_kind kind,
    mode_t *mode, struct rt_err *err)
{
	struct secret *s = secret_new();
	int rc;

	rc = open_secret(s, out->path, err);
	if (rc != 0) {
		rc = rt_err_wrap(err, "reading %s owner key", names[kind]);
	} else {
		*mode = s->mode;
		rc = keys_public(
		    out, a, kind, (struct str){s->bytes, s->n}, err);
		if (rc != 0)
			rc = rt_err_wrap(err, "%s", out->path);
	}
	secret_free(s);
	return rc;
}

/* making */

int
keys_make(char **pem, size_t *len, enum key_kind kind, struct rt_err *err)
{
	EVP_PKEY *k =
	    kind == KEY_WORKLOAD ? EVP_EC_gen("P-384") : EVP_RSA_gen(4096);
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long n = 0;

	if (k != NULL && bio != NULL &&
	    PEM_write_bio_PrivateKey_traditional(
		bio, k, NULL, NULL, 0, NULL, NULL) == 1)
		n = BIO_get_mem_data(bio, &bytes);
	*pem = n > 0 ? OPENSSL_zalloc((size_t)n + 1) : NULL;
	if (*pem != NULL) {
		memcpy(*pem, bytes, (size_t)n);
		*len = (size_t)n;
		OPENSSL_cleanse(bytes, (size_t)n);
	}
	BIO_free(bio);
	EVP_PKEY_free(k);
	if (*pem == NULL)
		return rt_err_set(err, RT_ECRYPTO,
		    "a new %s owner key cannot be made", names[kind]);
	return 0;
}

static int
make_key(struct owner_key *k, struct arena *a, enum key_kind kind,
    struct rt_err *err)
{
	int rc = keys_make(&k->pem, &k->pem_len, kind, err);

	if (rc == 0)
		rc = keys_public(
		    k, a, kind, (struct str){k->pem, k->pem_len}, err);
	return rc;
}

bool
keys_load(struct owner_keys *out, struct arena *a, struct diags *d,
    enum key_kind kind, const char *const *paths, size_t n)
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
			diag_report(
			    d, OWNER_KEY, loc_none, names[kind], err.text);
			ok = false;
			continue;
		}
		if (k.private && (mode & (S_IRGRP | S_IROTH)) != 0)
			diag_report(d, OWNER_KEY_MODE, loc_none, k.path);
		VEC_PUSH(a, &out->list, k);
	}
	return ok;
}

/* writing */

static int
write_secret(int fd, const char *p, size_t n, struct rt_err *err)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return rt_err_sys(err, RT_EIO, "write");
		p += w;
		n -= (size_t)w;
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
create_directly(const char *path, const char *p, size_t n, struct rt_err *err)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	int rc;

	if (fd < 0)
		return rt_err_sys(
		    err, errno == EEXIST ? RT_EEXIST : RT_EIO, "open %s", path);
	rc = close_secret(fd, write_secret(fd, p, n, err), err);
	if (rc != 0)
		(void)unlink(path);
	return rc;
}

static int
give_name(const char *temp, const char *path, const char *p, size_t n,
    struct rt_err *err)
{
	if (link(temp, path) == 0)
		return 0;
	if (errno == EPERM || errno == ENOTSUP || errno == ENOSYS)
		return create_directly(path, p, n, err);
	return rt_err_sys(
	    err, errno == EEXIST ? RT_EEXIST : RT_EIO, "open %s", path);
}

/* A file that has no name before it is whole.  False: there are none here. */
static bool
create_nameless(
    int *rc, const char *path, const char *p, size_t n, struct rt_err *err)
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
	*rc = write_secret(fd, p, n, err);
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
create_named(const char *path, const char *p, size_t n, struct rt_err *err)
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
		rc = close_secret(fd, write_secret(fd, p, n, err), err);
		if (rc == 0)
			rc = give_name(temp, path, p, n, err);
		(void)unlink(temp);
	}
	OPENSSL_free(temp);
	return rc;
}

static int
create_file(const char *path, const char *p, size_t n, struct rt_err *err)
{
	int rc;

	return create_nameless(&rc, path, p, n, err)
		   ? rc
		   : create_named(path, p, n, err);
}

bool
keys_write(struct owner_keys *k, struct diags *d)
{
	struct owner_key *it;

	VEC_FOREACH(it, &k->list) {
		struct rt_err err = {0};

		if (it->pem == NULL)
			continue;
		if (create_file(it->path, it->pem, it->pem_len, &err) != 0) {
			diag_report(d, OWNER_KEY_WRITE, loc_none,
			    names[k->kind], names[k->kind], err.text);
			return false;
		}
		OPENSSL_clear_free(it->pem, it->pem_len);
		it->pem = NULL;
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

	VEC_FOREACH(it, &k->list) {
		if (it->pem != NULL)
			OPENSSL_clear_free(it->pem, it->pem_len);
		it->pem = NULL;
	}
}
