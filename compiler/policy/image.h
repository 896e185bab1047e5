/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_IMAGE_H
#define CONTRASTC_POLICY_IMAGE_H

#include "compiler/policy/live.h"

/*
 * The rules of stdlib-rego/ as far as they can be specialised before the data
 * of a policy is known: parsed, marked, named and printed by mkimage.c when
 * the compiler is built.  What is left for a policy: which rules there are,
 * which literals are always true, which scalars of the data stand in the text
 * (fold.c), what is reached and what is read.
 *
 * A text holds, beside what is printed,
 *	IMAGE_PATH id	a reference to a scalar, or its value
 *	IMAGE_DROP id	a literal, a line of its own: the name of a group
 * with ids of two bytes.  Numbers are indexes into the tables of the image.
 */
#define IMAGE_PATH '\x01'
#define IMAGE_DROP '\x02'
#define IMAGE_ID(a, b) ((uint32_t)((a) - '0') << 6 | (uint32_t)((b) - '0'))

enum {
	IMAGE_IN = 1 << 0, /* words that the text uses */
	IMAGE_EVERY = 1 << 1,
	IMAGE_IF = 1 << 2,
	IMAGE_CONTAINS = 1 << 3,
	IMAGE_ENTRY = 1 << 4, /* the agent asks it */
	IMAGE_TRUE = 1 << 5   /* "name := true" */
};

/* A range of a table. */
struct image_range {
	uint32_t at, n;
};

/* In the order in which they are printed; those of a group in a row or two. */
struct image_rule {
	struct image_range text;
	struct image_range refs;  /* groups that the text names */
	struct image_range drops; /* groups of its IMAGE_DROP */
	struct image_range paths; /* one for each IMAGE_PATH */
	struct image_range ops, params;
	uint32_t nregs;
	uint16_t group, module; /* module: IMAGE_ALWAYS or of stdlib_at() */
	uint16_t test; /* path + 1 that must be true, or the body fails */
	uint16_t flags;
};
#define IMAGE_ALWAYS 0xffff

#define IMAGE_ANY UINT32_MAX

struct image_path {
	struct image_range steps; /* keys, or IMAGE_ANY */
	struct image_range text;  /* of the reference */
	uint32_t group;           /* + 1: of the name it starts with, or 0 */
};

struct image {
	const char *texts;
	const struct image_rule *rules;
	const struct image_range *groups, *keys; /* texts */
	const struct image_path *paths;
	const uint32_t *numbers; /* refs, drops, paths, params, steps */
	const struct live_op *ops;
	uint32_t nrules, ngroups, nkeys, npaths;
	/* How many rules are defaults; are there whatever the workload is. */
	uint32_t ndefaults, nshared;
};
/* Without and with markers on denial. */
extern const struct image image_plain, image_marked;

/* Where in the text those end. */
struct image_ends {
	size_t defaults, shared;
};

/* Rules for this data: their text is appended. */
struct live *image_link(struct arena *a, struct buf *out,
    const struct image *image, const uint64_t *modules, const struct jv *data,
    struct folds *folds, struct image_ends *ends);

#endif
