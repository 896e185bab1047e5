/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files and directories without a fuzzer, so that
 * every compiler builds it; with the word `mutate` after the path also over
 * cut and changed copies, from a fixed seed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROUNDS 200

static uint64_t state = 88172645463325252u;
static bool mutating;

/* xorshift64 (Marsaglia 2003): the same sequence everywhere. */
static uint64_t
next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void
run(const char *p, size_t n)
{
	(void)LLVMFuzzerTestOneInput((const uint8_t *)p, n);
}

static void
mutate(struct str s)
{
	char *copy = malloc(s.n + 1);
	int i;

	for (i = 0; copy != NULL && s.n > 0 && i < ROUNDS; i++) {
		size_t n = s.n;
		uint64_t k, changes = 1 + next() % 4;

		memcpy(copy, s.p, s.n);
		for (k = 0; k < changes; k++)
			copy[next() % s.n] = (char)next();
		if (next() % 4 == 0)
			n = next() % s.n;
		run(copy, n);
	}
	free(copy);
}

static size_t
file(const char *path)
{
	struct arena *a = arena_new();
	struct str s;

	if (file_read(&s, a, path, (size_t)64 << 20, NULL) != 0) {
		arena_free(a);
		return 0;
	}
	run(s.p, s.n);
	if (mutating)
		mutate(s);
	arena_free(a);
	return 1;
}

static size_t
walk(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char name[4096];
	size_t n = 0;

	if (d == NULL)
		return file(path);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		n += walk(name);
	}
	(void)closedir(d);
	return n;
}

int
main(int argc, char **argv)
{
	size_t n = 0;
	int i;

	mutating = argc > 1 && strcmp(argv[argc - 1], "mutate") == 0;
	run("", 0);
	for (i = 1; i < argc - mutating; i++)
		n += walk(argv[i]);
	printf("%zu inputs\n", n);
	return argc > 1 && n == 0 ? 1 : 0;
}
