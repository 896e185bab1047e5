/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded before a program (LD_PRELOAD): the allocation number $FAIL_AT fails,
 * counted from 1; $FAIL_COUNT names a file for the number of all.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);
void *reallocarray(void *p, size_t n, size_t size);
int posix_memalign(void **out, size_t align, size_t n);

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t align, size_t n);

static atomic_ulong count;
static unsigned long fail_at;

static void __attribute__((constructor)) start(void)
{
	const char *at = getenv("FAIL_AT");

	fail_at = at == NULL ? 0 : strtoul(at, NULL, 10);
	count = 0;
}

static void __attribute__((destructor)) end(void)
{
	const char *path = getenv("FAIL_COUNT");
	unsigned long n = count;
	FILE *f = path == NULL ? NULL : fopen(path, "w");

	if (f != NULL) {
		(void)fprintf(f, "%lu\n", n);
		(void)fclose(f);
	}
}

static int
fails(void)
{
	if (++count != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all) || fails())
		return NULL;
	return __libc_realloc(p, all);
}

int
posix_memalign(void **out, size_t align, size_t n)
{
	if (fails())
		return ENOMEM;
	*out = __libc_memalign(align, n);
	return *out == NULL ? ENOMEM : 0;
}
