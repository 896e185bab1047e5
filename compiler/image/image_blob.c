/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of images as they lie in files.  Nothing is believed before its
 * SHA-256 is the one that asked for it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

void
img_span_close(struct img_span *s)
{
	if (s->own)
		(void)close(s->fd);
	s->own = false;
}

int
img_span_read(const struct img_span *s, uint64_t at, void *buf, size_t n,
    struct rt_err *err)
{
	char *p = buf;

	while (n > 0) {
		ssize_t got = pread(s->fd, p, n, (off_t)(s->off + at));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return rt_err_sys(err, RT_EIO, "read");
		if (got == 0)
			return rt_err_set(
			    err, RT_EFORMAT, "the file is too short");
		p += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

struct str
img_sha256_text(struct arena *a, const unsigned char *sum)
{
	struct str hex = rt_hex(a, sum, SHA256_LEN);

	return arena_printf(a, "sha256:%.*s", STR_ARG(hex));
}

static int
read_span(struct str *out, struct arena *a, const struct img_span *in,
    const struct img_desc *d, size_t max, struct rt_err *err)
{
	char *p;
	int rc;

	if (d->have_size && d->size != in->size)
		return rt_err_set(err, RT_EVERIFY,
		    "has %llu bytes, its descriptor says %llu",
		    (unsigned long long)in->size, (unsigned long long)d->size);
	if (in->size > max)
		return rt_err_set(err, RT_ELIMIT,
		    "has %llu bytes, %zu are allowed",
		    (unsigned long long)in->size, max);
	p = arena_alloc(a, (size_t)in->size + 1);
	rc = img_span_read(in, 0, p, (size_t)in->size, err);
	if (rc == 0)
		*out = (struct str){p, (size_t)in->size};
	return rc;
}

static int
check_sum(struct str digest, struct str bytes, struct rt_err *err)
{
	unsigned char sum[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	size_t i;

	rt_sha256(sum, bytes);
	for (i = 0; i < sizeof(sum); i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	if (memcmp(digest.p + 7, hex, sizeof(hex) - 1) == 0)
		return 0;
	return rt_err_set(
	    err, RT_EVERIFY, "its content does not have this digest");
}

int
img_blob_read(struct str *out, struct arena *a, struct img_blobs *b,
    const struct img_desc *d, size_t max, struct rt_err *err)
{
	struct img_span in = {0};
	struct str bytes = STR_INIT("");
	int rc;

	if (!img_is_sha256(d->digest))
		return rt_err_set(err, RT_EFORMAT,
		    "digest '%.*s' is not of the form sha256:HEX",
		    STR_ARG(str_sub(d->digest, 0, 160)));
	rc = b->open(&in, b, d->digest, err);
	if (rc != 0)
		return rc;
	rc = read_span(&bytes, a, &in, d, max, err);
	if (rc == 0)
		rc = check_sum(d->digest, bytes, err);
	img_span_close(&in);
	if (rc != 0)
		return rt_err_wrap(err, "blob %.*s", STR_ARG(d->digest));
	*out = bytes;
	return 0;
}
