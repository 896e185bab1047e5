/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_PB_H
#define CONTRASTC_ATTEST_PB_H

#include "runtime/base/buf.h"

/*
 * The wire format of proto3, as far as evidence needs it (4.1): a cursor over
 * the fields of one message, nothing is copied.  Groups, field number 0,
 * varints of more than 10 bytes and lengths beyond the rest are errors.
 */
struct pb_field {
	uint32_t number;
	unsigned type;   /* PB_… */
	uint64_t value;  /* varint and fixed */
	struct str text; /* PB_BYTES */
};
enum { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

/* Takes the next field off *in: 1, 0 at the end, -1 malformed. */
int pb_next(struct pb_field *f, struct str *in);

/*
 * A message by table.  Unknown numbers and numbers with another wire type
 * than the row's are skipped; the last occurrence of a value wins; a second
 * one of a row with PB_ONCE is malformed, as is a PB_U32 above 32 bits.
 */
enum pb_kind { PB_U32, PB_U64, PB_DATA, PB_ONCE };
struct pb_row {
	uint32_t number;
	enum pb_kind kind;
	size_t offset; /* of a uint32_t, uint64_t, struct str (the last two) */
};
/* `out` is zeroed by the caller; PB_ONCE of an empty message has p != NULL. */
bool pb_read(void *out, const struct pb_row *rows, size_t n, struct str in);
/* The same back: ascending rows; zeros and empty strings are left out. */
void pb_write(
    struct buf *out, const struct pb_row *rows, size_t n, const void *in);

void pb_put_varint(struct buf *out, uint32_t number, uint64_t v);
void pb_put_bytes(struct buf *out, uint32_t number, struct str s);

#endif
