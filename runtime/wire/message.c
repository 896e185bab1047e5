/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "runtime/wire/message.h"
#include "runtime/wire/pb.h"
#include "runtime/base/banned.h"

/* The first allocation, bytes; it doubles from there. */
#define FIRST 65536

static size_t
next_cap(const struct wire_message *m, size_t want)
{
	size_t cap = m->cap == 0 ? FIRST : m->cap;

	while (cap < want)
		cap *= 2;
	return cap > m->len ? m->len : cap;
}

/* Not realloc(): what was there is wiped, not left to the heap. */
static bool
grow(struct wire_message *m, size_t want, size_t room)
{
	size_t cap = next_cap(m, want);
	uint8_t *p;

	if (want <= m->cap)
		return true;
	if (cap - m->cap > room || (p = malloc(cap)) == NULL)
		return false;
	if (m->n > 0)
		memcpy(p, m->p, m->n);
	wire_wipe_free(m->p, m->cap);
	m->p = p;
	m->cap = cap;
	return true;
}

/* The part of the prefix in these bytes; how many it took. */
static size_t
feed_prefix(struct wire_message *m, const uint8_t *p, size_t n)
{
	size_t k = WIRE_PREFIX - m->prefix_n;

	if (k > n)
		k = n;
	memcpy(m->prefix + m->prefix_n, p, k);
	m->prefix_n += k;
	if (m->prefix_n == WIRE_PREFIX)
		m->len = (size_t)m->prefix[1] << 24 |
			 (size_t)m->prefix[2] << 16 |
			 (size_t)m->prefix[3] << 8 | m->prefix[4];
	return k;
}

enum wire_message_fault
wire_message_feed(
    struct wire_message *m, const uint8_t *p, size_t n, size_t max, size_t room)
{
	size_t k;

	if (n == 0)
		return WIRE_MESSAGE_FINE;
	k = feed_prefix(m, p, n);
	if (m->prefix_n < WIRE_PREFIX)
		return WIRE_MESSAGE_FINE;
	if (m->prefix[0] != 0)
		return WIRE_MESSAGE_COMPRESSED;
	if (m->len > max)
		return WIRE_MESSAGE_LARGE;
	if (n - k > m->len - m->n)
		return WIRE_MESSAGE_SECOND;
	if (!grow(m, m->n + n - k, room))
		return WIRE_MESSAGE_NO_ROOM;
	if (n > k)
		memcpy(m->p + m->n, p + k, n - k);
	m->n += n - k;
	return WIRE_MESSAGE_FINE;
}

bool
wire_message_complete(const struct wire_message *m)
{
	return m->prefix_n == WIRE_PREFIX && m->n == m->len;
}

void
wire_message_prefix(uint8_t p[WIRE_PREFIX], size_t n)
{
	p[0] = 0;
	p[1] = (uint8_t)(n >> 24);
	p[2] = (uint8_t)(n >> 16);
	p[3] = (uint8_t)(n >> 8);
	p[4] = (uint8_t)n;
}

void
wire_message_free(struct wire_message *m)
{
	wire_wipe_free(m->p, m->cap);
	*m = (struct wire_message){0};
}
