/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_PB_H
#define CONTRASTC_WIRE_PB_H

#include <protobuf-c/protobuf-c.h>

#include "runtime/base/err.h"

/*
 * Messages of protobuf (proto3) by their descriptors; the generated headers
 * are runtime/wire/userapi.pb-c.h and meshapi.pb-c.h.  All memory of a
 * message comes from malloc; what is freed here is wiped first, since seeds
 * and keys travel in such messages.
 */

/* Fields in one message, nested ones included: bounds what decoding takes. */
#define WIRE_PB_FIELDS 65536

/*
 * Decodes `in`; *out is the caller's, wire_pb_free().  RT_EFORMAT: not such a
 * message (bad varint, wire type, length, string not UTF-8); RT_ELIMIT: more
 * than WIRE_PB_FIELDS fields.
 */
int wire_pb_unpack(ProtobufCMessage **out,
    const ProtobufCMessageDescriptor *type, struct str in,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * Encodes `m` after `head` bytes that the caller fills; *out is malloc'ed,
 * `head` + *n bytes, wire_wipe_free().  RT_ELIMIT: more than `max` bytes.
 */
int wire_pb_pack(uint8_t **out, size_t *n, const ProtobufCMessage *m,
    size_t head, size_t max, struct rt_err *err) RT_MUST_CHECK;

/* A new message with every field at its default; never NULL. */
ProtobufCMessage *wire_pb_new(const ProtobufCMessageDescriptor *type);

/* Wipes every string and bytes field, then frees all of it; NULL is fine. */
void wire_pb_free(ProtobufCMessage *m);

/* Sets a bytes field to a copy of `in`; what was there is wiped and freed. */
void wire_pb_set(ProtobufCBinaryData *field, struct str in);
/* Appends a copy of `in` to a repeated bytes field. */
void wire_pb_add(ProtobufCBinaryData **field, size_t *n, struct str in);
/* Sets a string field to a copy of `in` (which has no NUL). */
void wire_pb_set_string(char **field, struct str in);
/* What a bytes field holds. */
static inline struct str
wire_pb_str(ProtobufCBinaryData field)
{
	return (struct str){(const char *)field.data, field.len};
}

/* Wipes `n` bytes and frees them; NULL is fine. */
void wire_wipe_free(void *p, size_t n);

#endif
