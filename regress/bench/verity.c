/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verity FILE: what a node with dm-verity makes of a layer, as JSON.
 * verity --hash MIB: speed of the hash tree against SHA-256 of the same bytes
 * in one piece, in the same run; prints both in MB/s and the ratio in percent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "regress/layer.h"
#include "runtime/base/banned.h"

#define MIB ((size_t)1 << 20)
#define ROUNDS 5

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
raw(const unsigned char *bytes, size_t mib)
{
	unsigned char sum[SHA256_LEN];
	double start = now();
	SHA256_CTX c;
	size_t i;

	(void)SHA256_Init(&c);
	for (i = 0; i < mib; i++)
		(void)SHA256_Update(&c, bytes, MIB);
	(void)SHA256_Final(sum, &c);
	return now() - start;
}

static double
tree(const unsigned char *bytes, size_t mib)
{
	unsigned char root[SHA256_LEN];
	struct img_tree *t = img_tree_new();
	double start = now(), took;
	struct rt_err err;
	size_t i;

	for (i = 0; i < mib; i++)
		img_tree_put(t, bytes, MIB);
	if (img_tree_root(root, NULL, t, &err) != 0)
		abort();
	took = now() - start;
	img_tree_free(t);
	return took;
}

/* The best of some rounds that take turns. */
static int
bench(size_t mib)
{
	unsigned char *bytes = malloc(MIB);
	double r, t, best_raw = 1e9, best_tree = 1e9;
	int i;

	if (bytes == NULL)
		rt_no_memory();
	memset(bytes, 0x5a, MIB);
	for (i = 0; i < ROUNDS; i++) {
		r = raw(bytes, mib);
		t = tree(bytes, mib);
		best_raw = r < best_raw ? r : best_raw;
		best_tree = t < best_tree ? t : best_tree;
	}
	free(bytes);
	printf("%.0f %.0f %.0f\n", (double)(mib * MIB) / best_raw / 1e6,
	    (double)(mib * MIB) / best_tree / 1e6, best_raw / best_tree * 100);
	return 0;
}

static int
show(const char *path, bool whole)
{
	struct arena *a = arena_new();
	struct layer_sums l = {0};
	struct rt_err err;
	int rc = layer_sums(&l, a, path, whole, &err);

	if (rc != 0)
		(void)fprintf(stderr, "verity: %s: %s\n", path, err.text);
	else
		printf("{\"tar_size\": %llu, \"tar_sha256\": \"%.*s\", "
		       "\"indexed_size\": %llu, \"indexed_sha256\": \"%.*s\", "
		       "\"root_hash\": \"%.*s\"}\n",
		    (unsigned long long)l.size, STR_ARG(l.sum),
		    (unsigned long long)l.indexed_size, STR_ARG(l.indexed_sum),
		    STR_ARG(l.root));
	arena_free(a);
	return rc == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	uint64_t mib;
	int i, status = 0;

	if (argc == 3 && strcmp(argv[1], "--hash") == 0 &&
	    str_u64(str_from(argv[2]), 1 << 16, &mib))
		return bench((size_t)mib);
	if (argc == 3 && strcmp(argv[1], "--root") == 0)
		return show(argv[2], false);
	if (argc < 2) {
		(void)fputs("usage: verity FILE... | --root FILE | "
			    "--hash MIB\n",
		    stderr);
		return 2;
	}
	for (i = 1; i < argc; i++)
		status |= show(argv[i], true);
	return status;
}
