/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_ARENA_H
#define CONTRASTC_BASE_ARENA_H

#include <stdarg.h>

#include "runtime/base/str.h"

/*
 * Memory that dies together.  The compiler has one per run; nothing is freed
 * singly.  Allocation never returns NULL: without memory the program prints
 * one line and exits with 70.  Built with -DARENA_DEBUG each allocation is a
 * malloc of its own, so that ASan and valgrind see it.
 */
struct arena;

struct arena *arena_new(void);
/* Accepts NULL. */
void arena_free(struct arena *a);
/* All of it dies; memory for the next use is kept. */
void arena_reset(struct arena *a);
/* Bytes that were handed out since it was new or reset. */
size_t arena_used(const struct arena *a);
/* The same for one that held secrets: its memory is wiped. */
void arena_wipe(struct arena *a);
/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size)
    __attribute__((returns_nonnull, malloc));
/* `n` zeroed elements of `size` bytes; an overflow counts as no memory. */
void *arena_array(struct arena *a, size_t n, size_t size)
    __attribute__((returns_nonnull));
/* Grows an array of the arena; the old one is left to the arena. */
void *arena_grow(struct arena *a, const void *old, size_t old_n, size_t new_n,
    size_t size) __attribute__((returns_nonnull));
/* A copy that also has a NUL after its last byte. */
struct str arena_str(struct arena *a, struct str s);
/* The same as a C string. */
const char *arena_cstr(struct arena *a, struct str s);
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
struct str arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_array((a), (n), sizeof(T)))

/* Ends the program with one line and 70: there is no memory. */
void rt_no_memory(void) __attribute__((noreturn));
/* For libraries that are told what to call: never NULL, rt_no_memory(). */
void *rt_malloc(size_t n) __attribute__((returns_nonnull));
void *rt_calloc(size_t n, size_t size) __attribute__((returns_nonnull));
void *rt_realloc(void *p, size_t n) __attribute__((returns_nonnull));

#endif
