/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_LAYER_H
#define CONTRASTC_REGRESS_LAYER_H

#include "compiler/image/image_verity.h"

/* A layer, and what a node with dm-verity makes of it. */
struct layer_sums {
	uint64_t size, indexed_size;
	struct str sum, indexed_sum, root; /* hex */
};
/* `whole`: with sums of all bytes. */
int layer_sums(struct layer_sums *out, struct arena *a, const char *path,
    bool whole, struct rt_err *err) RT_MUST_CHECK;

#endif
