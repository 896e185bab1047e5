/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <libcryptsetup.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initializer/crypt.h"
#include "initializer/luks.h"
#include "runtime/base/arena.h"
#include "runtime/base/library.h"
#include "runtime/base/banned.h"

static struct {
#define CRYPT_FN(name) __typeof__(&crypt_##name) name;
#include "initializer/crypt.def"
#undef CRYPT_FN
} lib;

/* What libcryptsetup said last. */
static char said[256];

static void
listen(int level, const char *text, void *arg)
{
	(void)arg;
	if (level == CRYPT_LOG_ERROR)
		(void)snprintf(
		    said, sizeof(said), "%.*s", (int)strcspn(text, "\n"), text);
}

static int
load(struct rt_err *err)
{
	static const struct rt_symbol names[] = {
#define CRYPT_FN(name) {"crypt_" #name, offsetof(__typeof__(lib), name)},
#include "initializer/crypt.def"
#undef CRYPT_FN
	};
	int rc = rt_library_load(&lib, "libcryptsetup.so.12", names,
	    sizeof(names) / sizeof(*names), err);

	if (rc == 0)
		lib.set_log_callback(NULL, listen, NULL);
	said[0] = '\0';
	return rc;
}

/* `r` is of libcryptsetup, a negative errno. */
static int
fail(struct rt_err *err, const char *what, int r)
{
	errno = -r;
	if (said[0] == '\0')
		return rt_err_sys(err, RT_EIO, "%s", what);
	return rt_err_set(err, RT_EIO, "%s: %s", what, said);
}

struct init_crypt {
	const char *device;
	struct crypt_device *cd;
	int header;    /* a file in memory */
	char path[32]; /* its name */
};

/* `n` bytes at `at` from one file to the same place of the other. */
static int
copy(int to, int from, off_t at, size_t n)
{
	char block[65536];

	while (n > 0) {
		size_t want = n < sizeof(block) ? n : sizeof(block);
		ssize_t r = pread(from, block, want, at);

		if (r == 0)
			errno = EIO; /* it has become shorter */
		if (r <= 0 || pwrite(to, block, (size_t)r, at) != r)
			return -1;
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

static int
read_header(struct init_crypt *c, struct rt_err *err)
{
	int fd = open(c->device, O_RDONLY | O_EXCL | O_CLOEXEC), rc = 0;
	off_t size;

	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "open %s", c->device);
	size = lseek(fd, 0, SEEK_END);
	if (size < (off_t)INIT_CRYPT_LEAST)
		rc = rt_err_set(err, RT_ELIMIT,
		    "%s has %lld bytes, an encrypted volume at least %zu",
		    c->device, (long long)size, INIT_CRYPT_LEAST);
	else if (copy(c->header, fd, 0, INIT_CRYPT_HEADER) != 0)
		rc = rt_err_sys(err, RT_EIO, "read %s", c->device);
	(void)close(fd);
	return rc;
}

static int
attach(struct init_crypt *c, struct rt_err *err)
{
	int r = lib.init_data_device(&c->cd, c->path, c->device);

	return r == 0 ? 0 : fail(err, "open the volume", r);
}

/*
 * The first copy of the metadata, or the second if that is damaged (in memory
 * it is mended).  With neither, what begins as LUKS does is not for us to
 * overwrite.
 */
static int
load_header(struct init_crypt *c, struct rt_err *err)
{
	unsigned char head[INIT_LUKS_HEAD];
	int rc;

	if (lib.load(c->cd, CRYPT_LUKS2, NULL) == 0)
		return 0;
	if (pread(c->header, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return rt_err_sys(err, RT_EIO, "read the volume's header");
	rc = init_luks_head(head, err);
	return rc != 0 ? rc
		       : rt_err_set(err, RT_EVERIFY,
			     "the volume's header is damaged: %s", said);
}

static int
fill(struct init_crypt *c, struct rt_err *err)
{
	int rc;

	c->header = memfd_create("luks-header", MFD_CLOEXEC);
	if (c->header < 0)
		return rt_err_sys(err, RT_EIO, "memory for the header");
	(void)snprintf(c->path, sizeof(c->path), "/proc/self/fd/%d", c->header);
	rc = read_header(c, err);
	if (rc == 0)
		rc = attach(c, err);
	return rc == 0 ? load_header(c, err) : rc;
}

int
init_crypt_new(struct init_crypt **out, const char *device, struct rt_err *err)
{
	int rc = load(err);

	*out = NULL;
	if (rc != 0)
		return rc;
	*out = rt_calloc(1, sizeof(**out));
	(*out)->device = device;
	(*out)->header = -1;
	return fill(*out, err);
}

void
init_crypt_free(struct init_crypt *c)
{
	if (c == NULL)
		return;
	if (c->cd != NULL)
		lib.free(c->cd);
	if (c->header >= 0)
		(void)close(c->header);
	free(c);
}

/*
 * The keys are random, as is the passphrase: more than the least work for a
 * guess would only take time at each start.
 */
static int
make_header(struct init_crypt *c, struct str key, struct rt_err *err)
{
	const struct crypt_pbkdf_type kdf = {.type = CRYPT_KDF_ARGON2ID,
	    .hash = "sha256",
	    .iterations = 4,
	    .max_memory_kb = 10240,
	    .parallel_threads = 1,
	    .flags = CRYPT_PBKDF_NO_BENCHMARK};
	struct crypt_params_luks2 p = {.pbkdf = &kdf,
	    .integrity = "hmac(sha256)",
	    .data_device = c->device,
	    .sector_size = 4096};
	/* of AES-256-XTS, and of the HMAC */
	const size_t key_size = 64 + 32;
	int r = lib.set_data_offset(c->cd, INIT_CRYPT_HEADER / 512);

	if (r == 0)
		r = lib.format(c->cd, CRYPT_LUKS2, "aes", "xts-plain64", NULL,
		    NULL, key_size, &p);
	if (r == 0)
		r = lib.keyslot_add_by_volume_key(
		    c->cd, 0, NULL, 0, key.p, key.n);
	return r == 0 ? 0 : fail(err, "format the volume", r);
}

/* The first block, by which the volume is known, when the rest is durable. */
static int
write_header(const struct init_crypt *c, struct rt_err *err)
{
	static const off_t cut[] = {INIT_CRYPT_HEADER, 4096, 0};
	int fd = open(c->device, O_RDWR | O_EXCL | O_CLOEXEC), rc = 0;
	size_t i;

	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "open %s", c->device);
	for (i = 1; i < sizeof(cut) / sizeof(*cut) && rc == 0; i++)
		if (copy(fd, c->header, cut[i],
			(size_t)(cut[i - 1] - cut[i])) != 0 ||
		    fsync(fd) != 0)
			rc = rt_err_sys(err, RT_EIO, "write %s", c->device);
	(void)close(fd);
	return rc;
}

int
init_crypt_format(struct init_crypt *c, struct str key, struct rt_err *err)
{
	int rc = make_header(c, key, err);

	return rc == 0 ? write_header(c, err) : rc;
}

int
init_crypt_open(struct init_crypt *c, const char *name, struct str key,
    bool old, struct rt_err *err)
{
	const char *json;
	int r = lib.dump_json(c->cd, &json, 0), rc;

	if (r != 0)
		return fail(err, "the volume's header", r);
	rc = init_luks_check(str_from(json), old, err);
	if (rc != 0)
		return rc;
	r = lib.activate_by_passphrase(c->cd, name, 0, key.p, key.n, 0);
	if (r == -EPERM)
		return rt_err_set(err, RT_EAUTH,
		    "the volume does not open with the secret of this pod");
	return r >= 0 ? 0 : fail(err, "open the volume", r);
}

int
init_crypt_present(bool *out, const char *name, struct rt_err *err)
{
	int rc = load(err);

	if (rc == 0)
		*out = lib.status(NULL, name) >= CRYPT_ACTIVE;
	return rc;
}

int
init_crypt_close(const char *name, struct rt_err *err)
{
	int rc = load(err), r;

	if (rc != 0)
		return rc;
	r = lib.deactivate(NULL, name);
	return r == 0 ? 0 : fail(err, "close the volume", r);
}
