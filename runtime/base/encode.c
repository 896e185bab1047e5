/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

/*
 * The plain functions: the first use of the EVP ones costs five million
 * instructions, a third of a whole small run.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <zlib.h>

#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct rt_sha256 *)0)->state),
    "the state of SHA-256 fits");

void
rt_sha256_put(struct rt_sha256 *h, struct str s)
{
	SHA256_CTX *c = (SHA256_CTX *)(void *)h->state;

	if (!h->begun)
		(void)SHA256_Init(c);
	h->begun = true;
	if (s.n > 0)
		(void)SHA256_Update(c, s.p, s.n);
}

void
rt_sha256_end(unsigned char out[SHA256_LEN], struct rt_sha256 *h)
{
	rt_sha256_put(h, STR(""));
	(void)SHA256_Final(out, (SHA256_CTX *)(void *)h->state);
}

void
rt_sha256(unsigned char out[SHA256_LEN], struct str s)
{
	struct rt_sha256 h = {0};

	rt_sha256_put(&h, s);
	rt_sha256_end(out, &h);
}

struct str
rt_sha256_hex(struct arena *a, struct str s)
{
	unsigned char d[SHA256_LEN];

	rt_sha256(d, s);
	return rt_hex(a, d, sizeof(d));
}

struct str
rt_hex(struct arena *a, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_array(a, n, 2);
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	return (struct str){out, 2 * n};
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
rt_unhex(struct str *out, struct arena *a, struct str s, struct rt_err *err)
{
	char *p = arena_alloc(a, s.n / 2 + 1);
	size_t i;

	for (i = 0; i < s.n; i++) {
		int d = hex_digit(s.p[i]);

		if (d < 0)
			return rt_err_set(err, RT_EFORMAT,
			    "invalid hex digit at byte %zu", i + 1);
		p[i / 2] = (char)(p[i / 2] << 4 | d);
	}
	if (s.n % 2 != 0)
		return rt_err_set(err, RT_EFORMAT, "odd number of hex digits");
	*out = (struct str){p, s.n / 2};
	return 0;
}

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
rt_base64(struct buf *out, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	char *q = buf_reserve(out, s.n / 3 * 4 + 4);
	size_t i;

	for (i = 0; i + 2 < s.n; i += 3, q += 4) {
		/* For all the compiler knows, a store changes p[]. */
		uint32_t w =
		    (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];

		q[0] = alphabet[w >> 18];
		q[1] = alphabet[w >> 12 & 63];
		q[2] = alphabet[w >> 6 & 63];
		q[3] = alphabet[w & 63];
	}
	if (i < s.n) {
		bool two = i + 1 < s.n;

		*q++ = alphabet[p[i] >> 2];
		*q++ = alphabet[(p[i] & 3) << 4 | (two ? p[i + 1] >> 4 : 0)];
		*q++ = two ? alphabet[(p[i + 1] & 15) << 2] : '=';
		*q++ = '=';
	}
	out->n = (size_t)(q - out->p);
}

int
rt_unbase64(struct str *out, struct arena *a, struct str s, struct rt_err *err)
{
	char *q = arena_alloc(a, s.n / 4 * 3 + 3);
	uint32_t word = 0;
	size_t i, n = 0, digits = 0, pad = 0;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];
		const char *at;

		if (c == '\r' || c == '\n')
			continue;
		if (c == '=') {
			pad++;
			continue;
		}
		at = c == '\0' ? NULL : strchr(alphabet, c);
		if (at == NULL || pad > 0)
			return rt_err_set(err, RT_EFORMAT,
			    "invalid base64 at byte %zu", i + 1);
		word = word << 6 | (uint32_t)(at - alphabet);
		if (++digits % 4 == 0) {
			q[n++] = (char)(word >> 16);
			q[n++] = (char)(word >> 8);
			q[n++] = (char)word;
		}
	}
	if (pad > 2 || (digits + pad) % 4 != 0)
		return rt_err_set(err, RT_EFORMAT, "base64 of a wrong length");
	if (pad == 1) {
		q[n++] = (char)(word >> 10);
		q[n++] = (char)(word >> 2);
	} else if (pad == 2) {
		q[n++] = (char)(word >> 4);
	}
	*out = (struct str){q, n};
	return 0;
}

struct rt_gzip {
	z_stream z;
	struct buf out; /* so far */
};

/* Less memory than usual: texts are small, and their state is copied. */
struct rt_gzip *
rt_gzip_new(void)
{
	static gz_header header = {.os = 255};
	struct rt_gzip *g = calloc(1, sizeof(*g));

	if (g == NULL ||
	    deflateInit2(
		&g->z, 9, Z_DEFLATED, 15 + 16, 7, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflateSetHeader(&g->z, &header) != Z_OK)
		rt_no_memory();
	return g;
}

struct rt_gzip *
rt_gzip_copy(const struct rt_gzip *g)
{
	struct rt_gzip *copy = calloc(1, sizeof(*copy));
	/* What is copied stays as it is. */
	union {
		const z_stream *c;
		z_stream *m;
	} z = {.c = &g->z};

	if (copy == NULL || deflateCopy(&copy->z, z.m) != Z_OK)
		rt_no_memory();
	buf_put(&copy->out, buf_str(&g->out));
	return copy;
}

static void
gzip_run(struct rt_gzip *g, struct str s, int flush)
{
	uLong before;
	int rc;

	if (s.n > UINT32_MAX / 2)
		rt_no_memory();
	g->z.next_in = (Bytef *)(uintptr_t)s.p;
	g->z.avail_in = (uInt)s.n;
	do {
		/* Room for all that is usual. */
		g->z.avail_out = (uInt)(s.n / 2 + 4096);
		g->z.next_out = (Bytef *)buf_reserve(&g->out, g->z.avail_out);
		before = g->z.total_out;
		rc = deflate(&g->z, flush);
		if (rc == Z_STREAM_ERROR)
			rt_no_memory();
		g->out.n += g->z.total_out - before;
	} while (g->z.avail_out == 0 || (flush == Z_FINISH && rc == Z_OK));
}

void
rt_gzip_put(struct rt_gzip *g, struct str s)
{
	gzip_run(g, s, Z_NO_FLUSH);
}

void
rt_gzip_cut(struct rt_gzip *g)
{
	gzip_run(g, STR(""), Z_BLOCK);
}

void
rt_gzip_end(struct buf *out, struct rt_gzip *g)
{
	gzip_run(g, STR(""), Z_FINISH);
	buf_put(out, buf_str(&g->out));
}

void
rt_gzip_free(struct rt_gzip *g)
{
	if (g == NULL)
		return;
	(void)deflateEnd(&g->z);
	buf_free(&g->out);
	free(g);
}

void
rt_gzip(struct buf *out, struct str s)
{
	struct rt_gzip *g = rt_gzip_new();

	rt_gzip_put(g, s);
	rt_gzip_end(out, g);
	rt_gzip_free(g);
}

/* One pass over the members; RT_EFORMAT, RT_ELIMIT. */
static int
inflate_all(z_stream *z, struct buf *b, size_t max, struct rt_err *err)
{
	int r;

	do {
		z->next_out = (Bytef *)buf_reserve(b, 65536);
		z->avail_out = 65536;
		r = inflate(z, Z_NO_FLUSH);
		b->n = (size_t)((char *)z->next_out - b->p);
		if (b->n > max)
			return rt_err_set(err, RT_ELIMIT,
			    "more than %zu bytes after decompression", max);
		if (r == Z_STREAM_END && z->avail_in > 0)
			r = inflateReset(z);
	} while (r == Z_OK && (z->avail_in > 0 || z->avail_out == 0));
	if (r != Z_STREAM_END)
		return rt_err_set(err, RT_EFORMAT, "bad gzip data: %s",
		    z->msg == NULL ? "it ends too early" : z->msg);
	return 0;
}

int
rt_gunzip(struct str *out, struct arena *a, struct str s, size_t max,
    struct rt_err *err)
{
	z_stream z = {0};
	struct buf b = {0};
	int r;

	if (s.n > UINT32_MAX)
		return rt_err_set(err, RT_ELIMIT, "gzip data too large");
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		rt_no_memory();
	z.next_in = (Bytef *)(uintptr_t)s.p;
	z.avail_in = (uInt)s.n;
	r = inflate_all(&z, &b, max, err);
	(void)inflateEnd(&z);
	if (r == 0)
		*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return r;
}
