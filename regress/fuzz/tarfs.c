/* SPDX-License-Identifier: Apache-2.0 */
/* A layer, plain or compressed: its index and hash tree. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/image/image_verity.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
index_layer(struct img_stream *s, struct arena *a)
{
	unsigned char stored[SHA256_LEN], plain[SHA256_LEN];
	struct img_verity v;
	struct str root;
	struct rt_err err;

	img_verity_start(&v, s);
	/* What follows an error in the archive is no longer looked at. */
	if (img_tar_walk(s, img_verity_member, &v, &err) == 0 &&
	    img_stream_sums(s, stored, plain, &err) == 0 &&
	    (img_verity_end(&root, &v, a, &err) == 0) !=
		(img_tree_size(v.tree) % 4096 == 0))
		abort();
	img_verity_free(&v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct img_span in = {.size = size};
	struct img_stream *s;
	struct arena *a;
	struct rt_err err;

	if (size > 1 << 20)
		return 0;
	if (fd < 0)
		fd = memfd_create("layer", MFD_CLOEXEC);
	if (pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	in.fd = fd;
	if (img_stream_open(&s, &in, 1 << 24, &err) != 0)
		return 0;
	a = arena_new();
	index_layer(s, a);
	arena_free(a);
	img_stream_free(s);
	return 0;
}
