/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/attest/attest_pb.h"
#include "runtime/base/banned.h"

#define VARINT_MAX 10
#define NUMBER_MAX 0x1fffffff /* of a field */

static bool
take_varint(uint64_t *out, struct str *in)
{
	uint64_t v = 0;
	size_t i;
	unsigned char c;

	for (i = 0; i < VARINT_MAX && i < in->n; i++) {
		c = (unsigned char)in->p[i];
		if (i == VARINT_MAX - 1 && c > 1)
			return false;
		v |= (uint64_t)(c & 0x7f) << (7 * i);
		if (c < 0x80) {
			*out = v;
			*in = str_sub(*in, i + 1, in->n);
			return true;
		}
	}
	return false;
}

static bool
take_fixed(uint64_t *out, struct str *in, size_t len)
{
	size_t i;

	if (len > in->n)
		return false;
	*out = 0;
	for (i = 0; i < len; i++)
		*out |= (uint64_t)(unsigned char)in->p[i] << (8 * i);
	*in = str_sub(*in, len, in->n);
	return true;
}

static bool
take_bytes(struct str *out, struct str *in)
{
	uint64_t len;

	if (!take_varint(&len, in) || len > in->n)
		return false;
	*out = str_sub(*in, 0, (size_t)len);
	*in = str_sub(*in, (size_t)len, in->n);
	return true;
}

int
pb_next(struct pb_field *f, struct str *in)
{
	uint64_t tag;
	bool ok = false;

	*f = (struct pb_field){0};
	if (in->n == 0)
		return 0;
	if (!take_varint(&tag, in) || tag >> 3 == 0 || tag >> 3 > NUMBER_MAX)
		return -1;
	f->number = (uint32_t)(tag >> 3);
	f->type = (unsigned)(tag & 7);
	if (f->type == PB_VARINT)
		ok = take_varint(&f->value, in);
	else if (f->type == PB_BYTES)
		ok = take_bytes(&f->text, in);
	else if (f->type == PB_FIXED64 || f->type == PB_FIXED32)
		ok = take_fixed(&f->value, in, f->type == PB_FIXED64 ? 8 : 4);
	return ok ? 1 : -1;
}

static unsigned
wire_type(enum pb_kind kind)
{
	return kind == PB_U32 || kind == PB_U64 ? PB_VARINT : PB_BYTES;
}

static bool
store(void *out, const struct pb_row *row, const struct pb_field *f)
{
	char *at = (char *)out + row->offset;
	struct str *s = (struct str *)(void *)at;

	if (row->kind == PB_U32 && f->value > UINT32_MAX)
		return false;
	if (row->kind == PB_U32)
		*(uint32_t *)(void *)at = (uint32_t)f->value;
	else if (row->kind == PB_U64)
		*(uint64_t *)(void *)at = f->value;
	else if (row->kind == PB_ONCE && s->p != NULL)
		return false;
	else
		*s = f->text;
	return true;
}

bool
pb_read(void *out, const struct pb_row *rows, size_t n, struct str in)
{
	struct pb_field f;
	size_t i;
	int more;

	while ((more = pb_next(&f, &in)) == 1) {
		for (i = 0; i < n && rows[i].number != f.number; i++)
			;
		if (i < n && wire_type(rows[i].kind) == f.type &&
		    !store(out, &rows[i], &f))
			return false;
	}
	return more == 0;
}

static void
put_raw(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_putc(out, (char)(v | 0x80));
		v >>= 7;
	}
	buf_putc(out, (char)v);
}

void
pb_put_varint(struct buf *out, uint32_t number, uint64_t v)
{
	put_raw(out, (uint64_t)number << 3 | PB_VARINT);
	put_raw(out, v);
}

void
pb_put_bytes(struct buf *out, uint32_t number, struct str s)
{
	put_raw(out, (uint64_t)number << 3 | PB_BYTES);
	put_raw(out, s.n);
	buf_put(out, s);
}

void
pb_write(struct buf *out, const struct pb_row *rows, size_t n, const void *in)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const void *at = (const char *)in + rows[i].offset;
		const struct str *s = at;
		uint64_t v =
		    rows[i].kind == PB_U32
			? *(const uint32_t *)at
			: (rows[i].kind == PB_U64 ? *(const uint64_t *)at : 0);

		if (wire_type(rows[i].kind) == PB_VARINT && v != 0)
			pb_put_varint(out, rows[i].number, v);
		else if (wire_type(rows[i].kind) == PB_BYTES &&
			 (rows[i].kind == PB_ONCE ? s->p != NULL : s->n > 0))
			pb_put_bytes(out, rows[i].number, *s);
	}
}
