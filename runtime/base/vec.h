/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_VEC_H
#define CONTRASTC_BASE_VEC_H

#include "runtime/base/arena.h"

/* A growable array in an arena: struct things { VEC(struct thing) } ... */
#define VEC(T) VEC_SIZED(T, size_t)
/* With a smaller type for counts; the owner's limits keep them in it. */
#define VEC_SIZED(T, N)                                                        \
	struct {                                                               \
		T *p;                                                          \
		N n, cap;                                                      \
	}

#define VEC_RESERVE(a, v)                                                      \
	do {                                                                   \
		if ((v)->n == (v)->cap) {                                      \
			(v)->cap = (v)->cap == 0 ? 4 : (v)->cap * 2;           \
			(v)->p = arena_grow(                                   \
			    (a), (v)->p, (v)->n, (v)->cap, sizeof(*(v)->p));   \
		}                                                              \
	} while (0)

#define VEC_PUSH(a, v, item)                                                   \
	do {                                                                   \
		VEC_RESERVE((a), (v));                                         \
		(v)->p[(v)->n++] = (item);                                     \
	} while (0)

/* Inserts before index `i` (0..n). */
#define VEC_INSERT(a, v, i, item)                                              \
	do {                                                                   \
		size_t vec_at = (i);                                           \
		VEC_RESERVE((a), (v));                                         \
		memmove((v)->p + vec_at + 1, (v)->p + vec_at,                  \
		    ((v)->n - vec_at) * sizeof(*(v)->p));                      \
		(v)->p[vec_at] = (item);                                       \
		(v)->n++;                                                      \
	} while (0)

#define VEC_REMOVE(v, i)                                                       \
	do {                                                                   \
		size_t vec_at = (i);                                           \
		(v)->n--;                                                      \
		memmove((v)->p + vec_at, (v)->p + vec_at + 1,                  \
		    ((v)->n - vec_at) * sizeof(*(v)->p));                      \
	} while (0)

#define VEC_FOREACH(it, v)                                                     \
	for ((it) = (v)->p; (it) != NULL && (it) < (v)->p + (v)->n; (it)++)

#endif
