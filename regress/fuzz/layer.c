/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers: the input is two of them, the upper one first; 2 bytes (big endian)
 * give the length of that.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	struct img_blobs blobs; /* first */
	struct img_span spans[2];
};

static int
serve(struct img_span *out, struct img_blobs *b, struct str place,
    struct rt_err *err)
{
	const struct memory *m = (const struct memory *)b;

	(void)err;
	*out = m->spans[place.p[0] - '0'];
	return 0;
}

/* The users are only read if the layer is the one that was named. */
static bool
name_layer(struct img_layer *l, struct arena *a, const struct img_span *in)
{
	unsigned char stored[SHA256_LEN], plain[SHA256_LEN];
	struct img_stream *s;
	struct rt_err err;
	bool ok;

	if (img_stream_open(&s, in, 1 << 24, &err) != 0)
		return false;
	ok = img_stream_sums(s, stored, plain, &err) == 0;
	img_stream_free(s);
	if (ok) {
		l->digest = img_sha256_text(a, stored);
		l->diff_id = img_sha256_text(a, plain);
	}
	return ok;
}

static void
read_layers(struct arena *a, struct memory *m)
{
	struct img_layer layers[2] = {0};
	struct img_part parts[2] = {{STR_INIT("0"), &layers[0], false},
	    {STR_INIT("1"), &layers[1], false}};
	struct img_facts f = {.nlayers = 2, .layers = layers};
	struct rt_err err;

	if (name_layer(&layers[0], a, &m->spans[0]) &&
	    name_layer(&layers[1], a, &m->spans[1]) &&
	    img_layers_read(&f, a, &m->blobs, parts, IMG_USERS, &err) == 0 &&
	    (!str_is_utf8(f.passwd) || !str_is_utf8(f.group)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct memory m = {.blobs.open = serve};
	struct arena *a;
	size_t upper;

	if (size < 2 || size > 1 << 20)
		return 0;
	upper = (size_t)data[0] << 8 | data[1];
	if (upper > size - 2)
		upper = size - 2;
	if (fd < 0)
		fd = memfd_create("layer", MFD_CLOEXEC);
	if (pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	m.spans[1] = (struct img_span){.fd = fd, .off = 2, .size = upper};
	m.spans[0] = (struct img_span){
	    .fd = fd, .off = 2 + upper, .size = size - 2 - upper};
	a = arena_new();
	read_layers(a, &m);
	arena_free(a);
	return 0;
}
