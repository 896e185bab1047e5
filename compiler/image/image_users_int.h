/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IMAGE_IMAGE_USERS_INT_H
#define CONTRASTC_IMAGE_IMAGE_USERS_INT_H

#include "compiler/image/image_int.h"

/*
 * Between image_layer.c, which reads what a layer says about a few paths, and
 * image_users.c, which looks them up in all layers together.
 */
#define USERS_FILE_MAX ((size_t)4 << 20)

enum rec_kind {
	REC_NONE, /* the layer has no such name */
	REC_FILE,
	REC_DIR,
	REC_SYMLINK,
	REC_HARDLINK, /* to a name that the layer itself does not have */
	REC_OTHER
};

/* What a layer says about a path. */
struct rec {
	enum rec_kind kind;
	bool hides;      /* whatever lower layers have there is gone */
	bool opaque;     /* whatever lower layers have below it is gone */
	bool large;      /* beyond USERS_FILE_MAX: `data` is empty */
	struct str data; /* content or target */
};

struct layer {
	size_t known; /* how many of the wanted paths `recs` speaks of */
	struct rec *recs;
	struct str verity_hash; /* or "" */
};

struct wanted {
	struct str path;
	size_t index, parent; /* in users.wanted; the root is its own parent */
};

struct users {
	struct arena *arena;
	struct img_blobs *blobs;
	const struct img_part *parts;
	struct layer *layers;
	size_t nlayers;
	VEC(struct wanted *) wanted; /* the first is the root, "" */
	struct map by_path;
	size_t always;     /* how many are so in every image */
	size_t links;      /* that were followed */
	bool verity;       /* hashes of layers that are read are wanted */
	struct layer *now; /* being read */
	struct buf scratch;
	size_t kept;    /* bytes of contents and targets */
	uint64_t again; /* bytes of layers that were read once more */
};

/* The index of a path in users.wanted, or SIZE_MAX. */
size_t users_wanted(const struct users *u, struct str path);
/* Wants a path and the directories above it. */
void users_want(struct users *u, struct str path);
/* The directory of a clean path; "" of a name in the root. */
struct str users_parent(struct str path);
/* Reads layer `i` for all paths that are wanted now. */
int users_read_layer(
    struct users *u, size_t i, struct rt_err *err) RT_MUST_CHECK;
/* The same, unless another image had the layer and nothing more is wanted. */
int users_scan_layer(
    struct users *u, size_t i, struct rt_err *err) RT_MUST_CHECK;

#endif
