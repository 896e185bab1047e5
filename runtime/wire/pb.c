/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protobuf-c with what it lacks: limits before it allocates, UTF-8 of strings
 * (proto3 demands it, Go's decoder refuses), and wiping.
 */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "runtime/base/arena.h"
#include "runtime/wire/pb.h"
#include "runtime/base/banned.h"

/* Nested messages; ours have two levels. */
#define DEPTH_MAX 16

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

struct scan {
	struct str in;
	size_t at;
	size_t *fields; /* of the whole message */
	int depth;
};

static int
bad(struct rt_err *err, const char *what)
{
	return rt_err_set(err, RT_EFORMAT, "protobuf: %s", what);
}

static bool
varint(struct scan *s, uint64_t *out)
{
	unsigned shift;

	for (*out = 0, shift = 0; shift < 70 && s->at < s->in.n; shift += 7) {
		unsigned char c = (unsigned char)s->in.p[s->at++];

		/* the tenth byte holds one bit */
		if (shift == 63 && c > 1)
			return false;
		*out |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			return true;
	}
	return false;
}

static bool
take(struct scan *s, struct str *value, uint64_t n)
{
	if (n > s->in.n - s->at)
		return false;
	*value = (struct str){s->in.p + s->at, (size_t)n};
	s->at += (size_t)n;
	return true;
}

static bool
skip(struct scan *s, unsigned wire, struct str *value)
{
	uint64_t n;

	switch (wire) {
	case VARINT:
		return varint(s, &n);
	case FIXED64:
		return take(s, value, 8);
	case FIXED32:
		return take(s, value, 4);
	case BYTES:
		return varint(s, &n) && take(s, value, n);
	default:
		return false;
	}
}

static int scan_message(
    struct scan *s, const ProtobufCMessageDescriptor *type, struct rt_err *);

static int
scan_value(struct scan *s, const ProtobufCFieldDescriptor *f, struct str value,
    struct rt_err *err)
{
	struct scan inner = {value, 0, s->fields, s->depth + 1};

	if (f->type == PROTOBUF_C_TYPE_STRING) {
		/* a NUL would cut it short in C */
		if (str_is_utf8(value) && str_chr(value, '\0', 0) == SIZE_MAX)
			return 0;
		return bad(err, "a string is not UTF-8 text");
	}
	if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		return scan_message(&inner, f->descriptor, err);
	return 0;
}

static int
scan_field(
    struct scan *s, const ProtobufCMessageDescriptor *type, struct rt_err *err)
{
	const ProtobufCFieldDescriptor *f;
	struct str value = {0};
	uint64_t tag;

	if (!varint(s, &tag) || tag >> 3 == 0 || tag > UINT32_MAX)
		return bad(err, "malformed tag");
	if (!skip(s, tag & 7, &value))
		return bad(err, "malformed field");
	if (++*s->fields > WIRE_PB_FIELDS)
		return rt_err_set(err, RT_ELIMIT,
		    "protobuf: more than %d fields", WIRE_PB_FIELDS);
	f = protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
	if (f == NULL || (tag & 7) != BYTES)
		return 0;
	return scan_value(s, f, value, err);
}

static int
scan_message(
    struct scan *s, const ProtobufCMessageDescriptor *type, struct rt_err *err)
{
	int r = 0;

	if (s->depth > DEPTH_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "protobuf: messages nested too deep");
	while (r == 0 && s->at < s->in.n)
		r = scan_field(s, type, err);
	return r;
}

int
wire_pb_unpack(ProtobufCMessage **out, const ProtobufCMessageDescriptor *type,
    struct str in, struct rt_err *err)
{
	size_t fields = 0;
	struct scan s = {in, 0, &fields, 0};
	ProtobufCMessage *m;
	int r = scan_message(&s, type, err);

	if (r != 0)
		return r;
	m = protobuf_c_message_unpack(
	    type, NULL, in.n, (const uint8_t *)(in.n == 0 ? "" : in.p));
	if (m == NULL)
		return bad(err, "malformed message");
	*out = m;
	return 0;
}

int
wire_pb_pack(uint8_t **out, size_t *n, const ProtobufCMessage *m, size_t head,
    size_t max, struct rt_err *err)
{
	size_t size = protobuf_c_message_get_packed_size(m);

	if (size > max)
		return rt_err_set(err, RT_ELIMIT,
		    "a message of %zu bytes is over the limit of %zu", size,
		    max);
	*out = rt_malloc(head + size + 1);
	*n = protobuf_c_message_pack(m, *out + head);
	return 0;
}

ProtobufCMessage *
wire_pb_new(const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *m = rt_malloc(type->sizeof_message);

	type->message_init(m);
	return m;
}

static void wipe_message(ProtobufCMessage *m);

/* One value of a field; `p` points at its member. */
static void
wipe_value(const ProtobufCFieldDescriptor *f, void *p)
{
	ProtobufCBinaryData *data = p;
	char *text = *(char **)p;

	if (f->type == PROTOBUF_C_TYPE_BYTES && data->data != NULL)
		OPENSSL_cleanse(data->data, data->len);
	else if (f->type == PROTOBUF_C_TYPE_STRING && text != NULL &&
		 text != f->default_value) /* a constant */
		OPENSSL_cleanse(text, strlen(text));
	else if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		wipe_message(*(ProtobufCMessage **)p);
}

static void
wipe_repeated(const ProtobufCFieldDescriptor *f, char *items, size_t n)
{
	size_t size = f->type == PROTOBUF_C_TYPE_BYTES
			  ? sizeof(ProtobufCBinaryData)
			  : sizeof(void *);
	size_t i;

	for (i = 0; i < n; i++)
		wipe_value(f, items + i * size);
}

static bool
has_bytes(const ProtobufCFieldDescriptor *f)
{
	return f->type == PROTOBUF_C_TYPE_BYTES ||
	       f->type == PROTOBUF_C_TYPE_STRING ||
	       f->type == PROTOBUF_C_TYPE_MESSAGE;
}

static void
wipe_field(ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	char *at = (char *)m + f->offset;

	if (!has_bytes(f))
		return;
	if (f->label == PROTOBUF_C_LABEL_REPEATED)
		wipe_repeated(f, *(char **)at,
		    *(size_t *)((char *)m + f->quantifier_offset));
	else
		wipe_value(f, at);
}

static void
wipe_message(ProtobufCMessage *m)
{
	unsigned i;

	if (m == NULL)
		return;
	for (i = 0; i < m->descriptor->n_fields; i++)
		wipe_field(m, &m->descriptor->fields[i]);
	for (i = 0; i < m->n_unknown_fields; i++)
		OPENSSL_cleanse(
		    m->unknown_fields[i].data, m->unknown_fields[i].len);
}

void
wire_pb_free(ProtobufCMessage *m)
{
	if (m == NULL)
		return;
	wipe_message(m);
	protobuf_c_message_free_unpacked(m, NULL);
}

static ProtobufCBinaryData
copy(struct str in)
{
	ProtobufCBinaryData d = {in.n, NULL};

	if (in.n > 0) {
		d.data = rt_malloc(in.n);
		memcpy(d.data, in.p, in.n);
	}
	return d;
}

void
wire_pb_set(ProtobufCBinaryData *field, struct str in)
{
	ProtobufCBinaryData d = copy(in);

	wire_wipe_free(field->data, field->len);
	*field = d;
}

void
wire_pb_add(ProtobufCBinaryData **field, size_t *n, struct str in)
{
	*field = rt_realloc(*field, (*n + 1) * sizeof(**field));
	(*field)[(*n)++] = copy(in);
}

void
wire_pb_set_string(char **field, struct str in)
{
	char *z = rt_malloc(in.n + 1);

	if (in.n > 0)
		memcpy(z, in.p, in.n);
	z[in.n] = '\0';
	if (*field != NULL && *field != protobuf_c_empty_string)
		wire_wipe_free(*field, strlen(*field));
	*field = z;
}

void
wire_wipe_free(void *p, size_t n)
{
	if (p == NULL)
		return;
	OPENSSL_cleanse(p, n);
	free(p);
}
