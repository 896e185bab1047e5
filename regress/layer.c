/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>

#include "regress/layer.h"
#include "runtime/base/banned.h"

static int
read_layer(struct layer_sums *out, struct arena *a, struct img_verity *v,
    struct img_stream *s, bool whole, struct rt_err *err)
{
	unsigned char stored[SHA256_LEN], plain[SHA256_LEN], root[SHA256_LEN];
	int rc;

	if (whole)
		img_tree_sum(v->tree);
	rc = img_tar_walk(s, img_verity_member, v, err);
	if (rc == 0)
		rc = img_stream_sums(s, stored, plain, err);
	if (rc != 0)
		return rc;
	out->size = img_tree_size(v->tree);
	out->sum = rt_hex(a, plain, sizeof(plain));
	img_tarfs_write(v->index, v->tree);
	out->indexed_size = img_tree_size(v->tree);
	rc = img_tree_root(root, stored, v->tree, err);
	if (whole)
		out->indexed_sum = rt_hex(a, stored, sizeof(stored));
	out->root = rt_hex(a, root, sizeof(root));
	return rc;
}

int
layer_sums(struct layer_sums *out, struct arena *a, const char *path,
    bool whole, struct rt_err *err)
{
	struct img_span in = {
	    .fd = open(path, O_RDONLY | O_CLOEXEC), .own = true};
	struct img_stream *s;
	struct img_verity v;
	struct stat st;
	int rc;

	if (in.fd < 0 || fstat(in.fd, &st) != 0)
		return rt_err_sys(err, RT_EIO, "%s", path);
	in.size = (uint64_t)st.st_size;
	rc = img_stream_open(&s, &in, (uint64_t)1 << 40, err);
	if (rc == 0) {
		img_verity_start(&v, s);
		rc = read_layer(out, a, &v, s, whole, err);
		img_verity_free(&v);
		img_stream_free(s);
	}
	img_span_close(&in);
	return rc;
}
