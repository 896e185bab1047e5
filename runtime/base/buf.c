/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

void
buf_grow(struct buf *b, size_t n)
{
	size_t want, cap = b->cap < 256 ? 256 : b->cap;

	if (__builtin_add_overflow(b->n, n, &want) || want > SIZE_MAX / 2)
		rt_no_memory();
	while (cap < want)
		cap *= 2;
	b->p = rt_realloc(b->p, cap);
	b->cap = cap;
}

void
buf_puts(struct buf *b, const char *z)
{
	buf_put(b, str_from(z));
}

void
buf_fill(struct buf *b, char c, size_t n)
{
	if (n == 0)
		return;
	memset(buf_reserve(b, n), c, n);
	b->n += n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)buf_reserve(b, 64);
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	if (n < 0)
		rt_no_memory();
	if ((size_t)n >= b->cap - b->n) {
		(void)buf_reserve(b, (size_t)n + 1);
		va_start(ap, fmt);
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){b->p, b->n};
}
