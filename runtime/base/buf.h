/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_BUF_H
#define CONTRASTC_BASE_BUF_H

#include "runtime/base/str.h"

/*
 * A byte buffer that grows: start with `struct buf b = {0}`, end with
 * buf_free().  Without memory the program ends (rt_no_memory), so no call
 * needs a check.
 */
struct buf {
	char *p;
	size_t n, cap;
};

void buf_free(struct buf *b);
/* More room, for at least `n` more bytes. */
void buf_grow(struct buf *b, size_t n);
/* Room for `n` more bytes at b->p + b->n; the caller adds to b->n. */
static inline char *
buf_reserve(struct buf *b, size_t n)
{
	if (n > b->cap - b->n)
		buf_grow(b, n);
	return b->n == 0 ? b->p : b->p + b->n; /* NULL has no offset */
}
static inline void
buf_put(struct buf *b, struct str s)
{
	if (s.n == 0)
		return;
	memcpy(buf_reserve(b, s.n), s.p, s.n);
	b->n += s.n;
}
static inline void
buf_putc(struct buf *b, char c)
{
	if (b->n == b->cap)
		buf_grow(b, 1);
	b->p[b->n++] = c;
}
void buf_puts(struct buf *b, const char *z);
void buf_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What is in it; valid until the next change. */
struct str buf_str(const struct buf *b);

#endif
