/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dm-verity hash tree without its super block (policy-model 13.4): SHA-256,
 * blocks of 4096 bytes, a salt of 32 zeros.  Of each level only the block
 * that is being filled is kept.
 */
#include <stdlib.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "compiler/image/image_verity.h"
#include "runtime/base/banned.h"

#define BLOCK ((size_t)4096)
/* 128 hashes a block: beyond any file. */
#define LEVELS 9

struct level {
	size_t n; /* bytes */
	bool used;
	unsigned char block[BLOCK];
};

struct img_tree {
	SHA256_CTX salted; /* has seen the salt */
	SHA256_CTX all;
	bool sum;
	uint64_t size;
	struct level data; /* the data's last block while it has less */
	struct level levels[LEVELS];
};

struct img_tree *
img_tree_new(void)
{
	static const unsigned char salt[SHA256_LEN];
	struct img_tree *t = calloc(1, sizeof(*t));

	if (t == NULL)
		rt_no_memory();
	(void)SHA256_Init(&t->salted);
	(void)SHA256_Update(&t->salted, salt, sizeof(salt));
	return t;
}

void
img_tree_free(struct img_tree *t)
{
	free(t);
}

void
img_tree_sum(struct img_tree *t)
{
	t->sum = true;
	(void)SHA256_Init(&t->all);
}

uint64_t
img_tree_size(const struct img_tree *t)
{
	return t->size;
}

static void
hash_block(const struct img_tree *t, unsigned char *out, const void *block)
{
	SHA256_CTX c = t->salted;

	(void)SHA256_Update(&c, block, BLOCK);
	(void)SHA256_Final(out, &c);
}

/* Hashes a block into a level; a block that is full goes on upwards. */
static void
add_block(struct img_tree *t, struct level *to, const void *block)
{
	unsigned char hash[SHA256_LEN];

	hash_block(t, hash, block);
	if (to->n == BLOCK) {
		add_block(t, to + 1, to->block);
		to->n = 0;
	}
	memcpy(to->block + to->n, hash, sizeof(hash));
	to->n += sizeof(hash);
	to->used = true;
}

static size_t
fill_data(struct img_tree *t, const unsigned char *p, size_t n)
{
	struct level *d = &t->data;
	size_t room = BLOCK - d->n;

	n = n < room ? n : room;
	memcpy(d->block + d->n, p, n);
	d->n += n;
	if (d->n == BLOCK) {
		add_block(t, t->levels, d->block);
		d->n = 0;
	}
	return n;
}

void
img_tree_put(struct img_tree *t, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t step;

	if (t->sum)
		(void)SHA256_Update(&t->all, bytes, n);
	t->size += n;
	for (; n > 0; p += step, n -= step) {
		step = BLOCK;
		if (t->data.n == 0 && n >= BLOCK)
			add_block(t, t->levels, p);
		else
			step = fill_data(t, p, n);
	}
}

void
img_tree_fill(struct img_tree *t, uint64_t size)
{
	static const unsigned char zeros[BLOCK];
	uint64_t rest;

	while (t->size < size) {
		rest = size - t->size;
		img_tree_put(t, zeros, rest < BLOCK ? (size_t)rest : BLOCK);
	}
}

int
img_tree_root(unsigned char root[SHA256_LEN], unsigned char *sum,
    struct img_tree *t, struct rt_err *err)
{
	struct level *l = t->levels;

	if (t->data.n != 0 || !l->used)
		return rt_err_set(err, RT_EFORMAT,
		    "%llu bytes are no blocks of %zu",
		    (unsigned long long)t->size, BLOCK);
	for (;; l++) {
		memset(l->block + l->n, 0, BLOCK - l->n);
		if (!l[1].used)
			break;
		add_block(t, l + 1, l->block);
	}
	hash_block(t, root, l->block);
	if (t->sum && sum != NULL)
		(void)SHA256_Final(sum, &t->all);
	return 0;
}
