/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "runtime/base/arena.h"
#include "runtime/base/banned.h"

#define ALIGN 16
#define CHUNK_MIN ((size_t)64 << 10)
#define CHUNK_MAX ((size_t)4 << 20)

struct chunk {
	struct chunk *next;
	size_t size; /* and keeps what follows aligned */
};

struct arena {
	struct chunk *chunks;
	char *at;
	size_t left;
	size_t next_size;
	size_t used;
};

void
rt_no_memory(void)
{
	static const char text[] = "error: out of memory\n";
	ssize_t r = write(2, text, sizeof(text) - 1);

	(void)r;
	_exit(70);
}

void *
rt_malloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		rt_no_memory();
	return p;
}

void *
rt_calloc(size_t n, size_t size)
{
	void *p = n > 0 && size > 0 ? calloc(n, size) : calloc(1, 1);

	if (p == NULL)
		rt_no_memory();
	return p;
}

void *
rt_realloc(void *p, size_t n)
{
	p = realloc(p, n > 0 ? n : 1);
	if (p == NULL)
		rt_no_memory();
	return p;
}

struct arena *
arena_new(void)
{
	struct arena *a = rt_calloc(1, sizeof(*a));

	a->next_size = CHUNK_MIN;
	return a;
}

void
arena_free(struct arena *a)
{
	struct chunk *c, *next;

	if (a == NULL)
		return;
	for (c = a->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void
arena_wipe(struct arena *a)
{
	struct chunk *c;

	for (c = a != NULL ? a->chunks : NULL; c != NULL; c = c->next)
		OPENSSL_cleanse(c + 1, c->size);
	arena_free(a);
}

/* Not zeroed: of a scratch arena little is used. */
static char *
chunk_new(struct arena *a, size_t size)
{
	struct chunk *c;

	if (size > SIZE_MAX - sizeof(*c))
		rt_no_memory();
	c = rt_malloc(sizeof(*c) + size);
	c->next = a->chunks;
	c->size = size;
	a->chunks = c;
	return (char *)(c + 1);
}

/* So much is kept for the next use. */
#ifdef ARENA_DEBUG
#define KEPT_MAX ((size_t)0)
#else
#define KEPT_MAX ((size_t)1 << 20)
#endif

/* One chunk for as much as there was, so that the next use finds it whole. */
void
arena_reset(struct arena *a)
{
	struct chunk *c = a->chunks, *next;
	size_t size = CHUNK_MIN;

	a->at = NULL;
	a->left = 0;
	if (c != NULL && (c->next != NULL || c->size > KEPT_MAX)) {
		for (; c != NULL; c = next) {
			next = c->next;
			free(c);
		}
		a->chunks = NULL;
		while (size < a->used)
			size *= 2;
		if (size <= KEPT_MAX)
			(void)chunk_new(a, size);
	}
	a->used = 0;
	if (a->chunks != NULL) {
		a->at = (char *)(a->chunks + 1);
		a->left = a->chunks->size;
	}
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

/* The same as arena_alloc() without the zeros. */
static void *
take(struct arena *a, size_t size)
{
	char *p;

	if (size > SIZE_MAX - ALIGN)
		rt_no_memory();
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	a->used += size;
#ifdef ARENA_DEBUG
	return chunk_new(a, size);
#endif
	if (size > a->left) {
		if (size > CHUNK_MIN / 4)
			return chunk_new(a, size);
		a->at = chunk_new(a, a->next_size);
		a->left = a->next_size;
		if (a->next_size < CHUNK_MAX)
			a->next_size *= 2;
	}
	p = a->at;
	a->at += size;
	a->left -= size;
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		rt_no_memory();
	return arena_alloc(a, total);
}

void *
arena_grow(
    struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size)
{
	size_t total, used = old_n * size;
	char *p;

	if (__builtin_mul_overflow(new_n, size, &total))
		rt_no_memory();
	p = take(a, total);
	if (used > 0)
		memcpy(p, old, used);
	memset(p + used, 0, total - used);
	return p;
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p = take(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){p, s.n};
}

const char *
arena_cstr(struct arena *a, struct str s)
{
	return arena_str(a, s).p;
}

struct str
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	bool fits;
	char *p;
	int n;

	/* Mostly it fits where it would go. */
	va_copy(again, ap);
	n = vsnprintf(a->at, a->left, fmt, again);
	va_end(again);
	if (n < 0)
		rt_no_memory();
	fits = (size_t)n < a->left;
	p = take(a, (size_t)n + 1);
	if (!fits)
		(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	return (struct str){p, (size_t)n};
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}
