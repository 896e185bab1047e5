/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/image/image_verity.h"
#include "runtime/base/banned.h"

static void
tap(void *ctx, const void *p, size_t n)
{
	img_tree_put(ctx, p, n);
}

void
img_verity_start(struct img_verity *v, struct img_stream *in)
{
	v->tree = img_tree_new();
	v->index = img_tarfs_new();
	img_stream_tap(in, tap, v->tree);
}

int
img_verity_member(void *ctx, const struct img_member *m, struct rt_err *err)
{
	struct img_verity *v = ctx;

	return img_tarfs_member(v->index, m, err);
}

int
img_verity_end(
    struct str *root, struct img_verity *v, struct arena *a, struct rt_err *err)
{
	unsigned char hash[SHA256_LEN];
	int rc;

	img_tarfs_write(v->index, v->tree);
	rc = img_tree_root(hash, NULL, v->tree, err);
	if (rc == 0)
		*root = rt_hex(a, hash, sizeof(hash));
	return rc;
}

void
img_verity_free(struct img_verity *v)
{
	img_tree_free(v->tree);
	img_tarfs_free(v->index);
}
