/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports through configfs-tsm (attestation 17.2; Linux
 * Documentation/ABI/testing/configfs-tsm-report).
 */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "runtime/attest/attest_host.h"
#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define TSM "/sys/kernel/config/tsm/report"
#define READ_MAX ((size_t)64 << 10)
#define NAMES 10
#define ROUNDS 5
#define TRIES 3
#define PAUSE_MS 100
#define TOTAL_S 10

const char *
attest_host_path(
    struct arena *a, const struct attest_host *host, const char *path)
{
	return arena_printf(
	    a, "%s%s", host->root == NULL ? "" : host->root, path)
	    .p;
}

bool
attest_host_has(const struct attest_host *host, const char *path)
{
	struct arena *a = arena_new();
	bool has = access(attest_host_path(a, host, path), F_OK) == 0;

	arena_free(a);
	return has;
}

int
attest_host_ioctl(
    const struct attest_host *host, int fd, unsigned long request, void *arg)
{
	return host->ioctl == NULL ? ioctl(fd, request, arg)
				   : host->ioctl(fd, request, arg);
}

/* One entry; `writes` counts what raised its generation. */
struct entry {
	struct arena *arena;
	const struct attest_host *host;
	const char *path;
	uint64_t generation;
	int64_t until; /* seconds of the monotonic clock */
};

static int64_t
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec;
}

static void
tell(const struct entry *e, const char *what)
{
	if (e->host->step != NULL)
		e->host->step(e->host->arg, what, e->path);
}

static const char *
attribute(const struct entry *e, const char *name)
{
	return arena_printf(e->arena, "%s/%s", e->path, name).p;
}

/* 0 or errno. */
static int
read_all(struct buf *out, int fd)
{
	ssize_t n;

	for (;;) {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n <= 0)
			return n == 0 ? 0 : errno;
		out->n += (size_t)n;
		if (out->n > READ_MAX)
			return EFBIG;
	}
}

static int
read_once(struct str *out, const struct entry *e, const char *name)
{
	int fd = open(attribute(e, name), O_RDONLY | O_CLOEXEC), rc;
	struct buf b = {0};

	if (fd < 0)
		return errno;
	rc = read_all(&b, fd);
	(void)close(fd);
	if (rc == 0)
		*out = arena_str(e->arena, buf_str(&b));
	buf_free(&b);
	return rc;
}

static bool
is_transient(int error)
{
	return error == EAGAIN || error == EBUSY || error == EINTR ||
	       error == ETIMEDOUT;
}

static void
nap(int try)
{
	struct timespec t = {0, (long)(PAUSE_MS << try) * 1000000};

	(void)nanosleep(&t, NULL);
}

static int
read_attribute(struct str *out, const struct entry *e, const char *name)
{
	int rc = 0, try;

	for (try = 0; try <= TRIES; try++) {
		rc = read_once(out, e, name);
		if (!is_transient(rc) || seconds() >= e->until)
			break;
		nap(try);
	}
	return rc;
}

static int
write_once(const struct entry *e, const char *name, struct str bytes)
{
	int fd = open(attribute(e, name), O_WRONLY | O_CLOEXEC), rc = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	n = write(fd, bytes.p, bytes.n);
	if (n != (ssize_t)bytes.n)
		rc = n < 0 ? errno : EIO;
	if (close(fd) != 0 && rc == 0)
		rc = errno;
	return rc;
}

static int
write_attribute(struct entry *e, const char *name, struct str bytes)
{
	int rc = 0, try;

	for (try = 0; try <= TRIES; try++) {
		rc = write_once(e, name, bytes);
		if (!is_transient(rc) || seconds() >= e->until)
			break;
		nap(try);
	}
	if (rc == 0) {
		e->generation++;
		tell(e, name);
	}
	return rc;
}

static int
read_generation(uint64_t *out, const struct entry *e)
{
	struct str s;
	int rc = read_attribute(&s, e, "generation");

	if (rc == 0 && !str_u64(str_trim(s), UINT64_MAX, out))
		rc = EBADMSG;
	return rc;
}

/* ESTALE: somebody else has used the entry. */
static int
read_checked(struct str *out, const struct entry *e, const char *name)
{
	uint64_t now = 0;
	int rc = read_attribute(out, e, name);

	if (rc == 0)
		rc = read_generation(&now, e);
	if (rc == 0 && now != e->generation)
		rc = ESTALE;
	return rc;
}

static int
make_entry(struct entry *e)
{
	const char *dir = attest_host_path(e->arena, e->host, TSM);
	unsigned char name[8];
	int i;

	for (i = 0; i < NAMES; i++) {
		if (RAND_bytes(name, sizeof(name)) != 1)
			return EIO;
		e->path = arena_printf(e->arena, "%s/contrastc-%.*s", dir,
		    STR_ARG(rt_hex(e->arena, name, sizeof(name))))
			      .p;
		if (mkdir(e->path, 0700) == 0) {
			tell(e, "mkdir");
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return errno;
}

static void
drop_entry(const struct entry *e)
{
	tell(e, "rmdir");
	(void)rmdir(e->path);
}

static int
ask(struct tsm_report *out, struct entry *e, struct str report_data)
{
	int rc = read_generation(&e->generation, e);

	if (rc == 0)
		rc = write_attribute(e, "inblob", report_data);
	if (rc == 0)
		rc = read_checked(&out->outblob, e, "outblob");
	if (rc == 0 && read_checked(&out->auxblob, e, "auxblob") == ESTALE)
		rc = ESTALE;
	if (rc == 0)
		rc = read_checked(&out->provider, e, "provider");
	out->provider = str_trim(out->provider);
	return rc;
}

static int
fail(struct attest_result *r, int error)
{
	if (error == ENOENT || error == ENXIO)
		return attest_reject(r, ATTEST_ISSUE_NO_TEE,
		    "the kernel has no provider of reports");
	if (error == ESTALE)
		return attest_reject(r, ATTEST_ISSUE_GENERATION,
		    "others kept using the entry for reports");
	return attest_reject(r,
	    is_transient(error) ? ATTEST_ISSUE_TIMEOUT : ATTEST_ISSUE_IO,
	    "the kernel gives no report: errno %d", error);
}

int
tsm_report(struct tsm_report *out, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN])
{
	struct str data = {(const char *)report_data, ATTEST_REPORT_DATA_LEN};
	struct entry e = {.arena = r->arena, .host = host};
	int rc = ESTALE, round;

	e.until = seconds() + TOTAL_S;
	for (round = 0; round < ROUNDS && rc == ESTALE; round++) {
		*out = (struct tsm_report){0};
		rc = make_entry(&e);
		if (rc != 0)
			break;
		rc = ask(out, &e, data);
		drop_entry(&e);
	}
	return rc == 0 ? 0 : fail(r, rc);
}

struct str
tsm_provider(struct arena *a, const struct attest_host *host)
{
	struct entry e = {.arena = a, .host = host};
	struct str s = {"", 0};

	e.until = seconds() + 1;
	if (make_entry(&e) != 0)
		return s;
	if (read_attribute(&s, &e, "provider") != 0)
		s.n = 0;
	drop_entry(&e);
	return str_trim(s);
}
