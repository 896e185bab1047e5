/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_MESSAGE_H
#define CONTRASTC_WIRE_MESSAGE_H

#include "runtime/base/err.h"

/* compressed flag, 32-bit length (big-endian): in front of each message */
#define WIRE_PREFIX 5

/*
 * A length-prefixed message of gRPC while its bytes arrive; starts as {0}.
 * Memory grows with what has come, not with what is announced, and what it
 * leaves is wiped.
 */
struct wire_message {
	uint8_t prefix[WIRE_PREFIX];
	size_t prefix_n;
	uint8_t *p;
	size_t n, cap; /* bytes that are there, and room for */
	size_t len;    /* announced */
};

enum wire_message_fault {
	WIRE_MESSAGE_FINE,
	WIRE_MESSAGE_COMPRESSED,
	WIRE_MESSAGE_LARGE,  /* m->len is over the limit */
	WIRE_MESSAGE_SECOND, /* bytes after the message */
	WIRE_MESSAGE_NO_ROOM,
};

/*
 * Takes the next bytes.  `max` is the limit for the message, `room` for what
 * m->cap may grow by.  After a fault it takes no more.
 */
enum wire_message_fault wire_message_feed(struct wire_message *m,
    const uint8_t *p, size_t n, size_t max, size_t room) RT_MUST_CHECK;
/* Is the whole of it there? */
bool wire_message_complete(const struct wire_message *m);
/* Writes the prefix of a message of `n` bytes. */
void wire_message_prefix(uint8_t p[WIRE_PREFIX], size_t n);
/* Wipes and frees; starts anew. */
void wire_message_free(struct wire_message *m);

#endif
