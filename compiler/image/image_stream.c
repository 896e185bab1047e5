/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a file that may be compressed, as a stream in constant memory.
 * The compression is taken from the first bytes, for names and media types
 * are often wrong about it.  Both sides are hashed on the way.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#define ZLIB_CONST
#include <openssl/sha.h>
#include <zlib.h>
#include <zstd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define CHUNK 65536
/* A bomb is what grows more than this, once it is that large. */
#define RATIO_MAX 100
#define RATIO_FROM ((uint64_t)256 << 20)

struct codec {
	const char *name;
	const char *magic;
	size_t nmagic;
	int (*start)(struct img_stream *s, struct rt_err *err);
	int (*step)(struct img_stream *s, size_t *n, struct rt_err *err);
	void (*stop)(struct img_stream *s);
};

struct img_stream {
	struct img_span in;
	uint64_t at; /* bytes of `in` that were read */
	uint64_t max, total;
	const struct codec *codec;
	SHA256_CTX stored, plain;
	z_stream z;
	ZSTD_DStream *zstd;
	bool clean; /* no compressed frame is open */
	img_tap_fn *tap;
	void *tap_ctx;
	const unsigned char *next; /* not yet decoded, in `raw` */
	size_t left;
	unsigned char raw[CHUNK], out[CHUNK];
};

/* Fills `raw` when it is used up; left = 0 at the end of the file. */
static int
fill(struct img_stream *s, struct rt_err *err)
{
	uint64_t rest = s->in.size - s->at;
	size_t n = rest < CHUNK ? (size_t)rest : CHUNK;
	int rc;

	if (s->left > 0 || n == 0)
		return 0;
	rc = img_span_read(&s->in, s->at, s->raw, n, err);
	if (rc != 0)
		return rc;
	(void)SHA256_Update(&s->stored, s->raw, n);
	s->at += n;
	s->next = s->raw;
	s->left = n;
	return 0;
}

static void
used(struct img_stream *s, size_t n)
{
	s->next += n;
	s->left -= n;
}

static int
plain_step(struct img_stream *s, size_t *n, struct rt_err *err)
{
	(void)err;
	*n = s->left;
	memcpy(s->out, s->next, s->left);
	used(s, s->left);
	return 0;
}

static int
gzip_start(struct img_stream *s, struct rt_err *err)
{
	if (inflateInit2(&s->z, 15 + 16) == Z_OK)
		return 0;
	return rt_err_set(err, RT_ESTATE, "zlib cannot start");
}

static void
gzip_stop(struct img_stream *s)
{
	(void)inflateEnd(&s->z);
}

/* Blocks of zeros after the last member are padding of tapes and tools. */
static int
skip_zeros(struct img_stream *s, struct rt_err *err)
{
	int rc;

	while ((rc = fill(s, err)) == 0 && s->left > 0 && *s->next == 0)
		used(s, 1);
	return rc;
}

static int
gzip_step(struct img_stream *s, size_t *n, struct rt_err *err)
{
	int z, rc;

	s->z.next_in = s->next;
	s->z.avail_in = (uInt)s->left;
	s->z.next_out = s->out;
	s->z.avail_out = CHUNK;
	z = inflate(&s->z, Z_NO_FLUSH);
	used(s, s->left - s->z.avail_in);
	*n = CHUNK - s->z.avail_out;
	s->clean = false;
	if (z == Z_OK || (z == Z_BUF_ERROR && (*n > 0 || s->left == 0)))
		return 0;
	if (z != Z_STREAM_END)
		return rt_err_set(err, RT_EFORMAT, "bad gzip data%s%s",
		    s->z.msg != NULL ? ": " : "",
		    s->z.msg != NULL ? s->z.msg : "");
	s->clean = true;
	rc = skip_zeros(s, err);
	if (rc == 0 && inflateReset(&s->z) != Z_OK)
		rc = rt_err_set(err, RT_ESTATE, "zlib cannot start again");
	return rc;
}

static int
zstd_start(struct img_stream *s, struct rt_err *err)
{
	s->zstd = ZSTD_createDStream();
	if (s->zstd == NULL || ZSTD_isError(ZSTD_initDStream(s->zstd)))
		return rt_err_set(err, RT_ESTATE, "zstd cannot start");
	return 0;
}

static void
zstd_stop(struct img_stream *s)
{
	(void)ZSTD_freeDStream(s->zstd);
}

static int
zstd_step(struct img_stream *s, size_t *n, struct rt_err *err)
{
	ZSTD_inBuffer in = {s->next, s->left, 0};
	ZSTD_outBuffer out = {s->out, CHUNK, 0};
	size_t r = ZSTD_decompressStream(s->zstd, &out, &in);

	if (ZSTD_isError(r))
		return rt_err_set(
		    err, RT_EFORMAT, "bad zstd data: %s", ZSTD_getErrorName(r));
	used(s, in.pos);
	*n = out.pos;
	s->clean = r == 0;
	return 0;
}

static int
refuse(struct img_stream *s, struct rt_err *err)
{
	return rt_err_set(err, RT_EFORMAT,
	    "compressed with %s, which is not supported: decompress it first",
	    s->codec->name);
}

/* The last one matches all. */
static const struct codec codecs[] = {
    {"gzip", "\x1f\x8b", 2, gzip_start, gzip_step, gzip_stop},
    {"zstd", "\x28\xb5\x2f\xfd", 4, zstd_start, zstd_step, zstd_stop},
    {"xz", "\xfd\x37\x7a\x58\x5a", 5, refuse, NULL, NULL},
    {"bzip2", "BZh", 3, refuse, NULL, NULL},
    {"nothing", "", 0, NULL, plain_step, NULL},
};

static int
start(struct img_stream *s, struct rt_err *err)
{
	int rc;

	(void)SHA256_Init(&s->stored);
	(void)SHA256_Init(&s->plain);
	rc = fill(s, err);
	if (rc != 0)
		return rc;
	s->codec = codecs;
	while (s->codec->nmagic > 0 &&
	       (s->left < s->codec->nmagic ||
		   memcmp(s->next, s->codec->magic, s->codec->nmagic) != 0))
		s->codec++;
	s->clean = true;
	return s->codec->start != NULL ? s->codec->start(s, err) : 0;
}

int
img_stream_open(struct img_stream **out, const struct img_span *in,
    uint64_t max, struct rt_err *err)
{
	struct img_stream *s = malloc(sizeof(*s));
	int rc;

	if (s == NULL)
		rt_no_memory();
	memset(s, 0, offsetof(struct img_stream, raw));
	s->in = *in;
	s->in.own = false;
	s->max = max;
	rc = start(s, err);
	if (rc != 0) {
		img_stream_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

bool
img_stream_is_plain(const struct img_stream *s)
{
	return s->codec->step == plain_step;
}

static int
check_size(const struct img_stream *s, struct rt_err *err)
{
	if (s->total > s->max)
		return rt_err_set(err, RT_ELIMIT,
		    "more than %llu MiB when decompressed",
		    (unsigned long long)(s->max >> 20));
	if (s->total > RATIO_FROM && s->total / RATIO_MAX > s->at)
		return rt_err_set(err, RT_ELIMIT,
		    "grows more than %d times when decompressed", RATIO_MAX);
	return 0;
}

int
img_stream_next(
    struct img_stream *s, const void **p, size_t *n, struct rt_err *err)
{
	bool ended;
	int rc;

	*n = 0;
	*p = s->out;
	do {
		rc = fill(s, err);
		ended = s->left == 0;
		if (rc != 0 || (ended && s->clean))
			return rc;
		/* At the end there may be output that did not fit before. */
		rc = s->codec->step(s, n, err);
		if (rc != 0)
			return rc;
		if (ended && *n == 0)
			return rt_err_set(err, RT_EFORMAT,
			    "%s data ends too early", s->codec->name);
	} while (*n == 0);
	s->total += *n;
	rc = check_size(s, err);
	if (rc == 0 && !img_stream_is_plain(s))
		(void)SHA256_Update(&s->plain, *p, *n);
	if (rc == 0 && s->tap != NULL)
		s->tap(s->tap_ctx, *p, *n);
	return rc;
}

void
img_stream_tap(struct img_stream *s, img_tap_fn *fn, void *ctx)
{
	s->tap = fn;
	s->tap_ctx = ctx;
}

int
img_stream_sums(struct img_stream *s, unsigned char *stored,
    unsigned char *plain, struct rt_err *err)
{
	const void *p;
	size_t n;
	int rc;

	do {
		rc = img_stream_next(s, &p, &n, err);
		if (rc != 0)
			return rc;
	} while (n > 0);
	(void)SHA256_Final(stored, &s->stored);
	if (img_stream_is_plain(s))
		memcpy(plain, stored, SHA256_LEN);
	else
		(void)SHA256_Final(plain, &s->plain);
	return 0;
}

void
img_stream_free(struct img_stream *s)
{
	if (s == NULL)
		return;
	if (s->codec != NULL && s->codec->stop != NULL)
		s->codec->stop(s);
	free(s);
}
