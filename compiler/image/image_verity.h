/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IMAGE_IMAGE_VERITY_H
#define CONTRASTC_IMAGE_IMAGE_VERITY_H

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"

/*
 * What a node with the tardev snapshotter hands to a guest: the plain tar of
 * a layer with an index behind it (policy-model 13.2, 13.3), and the root
 * hash of its dm-verity tree (13.4).
 */

/* image_verity.c: the tree over bytes as they come, in constant memory. */
struct img_tree;
struct img_tree *img_tree_new(void);
void img_tree_free(struct img_tree *t);
/* Also hashes all bytes in one, for tests. */
void img_tree_sum(struct img_tree *t);
void img_tree_put(struct img_tree *t, const void *p, size_t n);
/* Zeros up to a size. */
void img_tree_fill(struct img_tree *t, uint64_t size);
uint64_t img_tree_size(const struct img_tree *t);
/* RT_EFORMAT: the size is no positive multiple of 4096. */
int img_tree_root(unsigned char root[SHA256_LEN], unsigned char *sum,
    struct img_tree *t, struct rt_err *err) RT_MUST_CHECK;

/* image_verity_tarfs.c: the index. */
struct img_tarfs;
struct img_tarfs *img_tarfs_new(void);
void img_tarfs_free(struct img_tarfs *t);
/* RT_ELIMIT: more names than any image has. */
int img_tarfs_member(struct img_tarfs *t, const struct img_member *m,
    struct rt_err *err) RT_MUST_CHECK;
/* Appends it to the bytes of the tar. */
void img_tarfs_write(struct img_tarfs *t, struct img_tree *tree);

/* image_verity_layer.c: both together, for one layer. */
struct img_verity {
	struct img_tree *tree;
	struct img_tarfs *index;
};
void img_verity_start(struct img_verity *v, struct img_stream *in);
int img_verity_member(void *v, const struct img_member *m,
    struct rt_err *err); /* img_member_fn */
/* After all bytes went through; *root in lower-case hex. */
int img_verity_end(struct str *root, struct img_verity *v, struct arena *a,
    struct rt_err *err) RT_MUST_CHECK;
void img_verity_free(struct img_verity *v);

#endif
