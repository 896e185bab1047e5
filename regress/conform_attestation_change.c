/* SPDX-License-Identifier: Apache-2.0 */
/* What mutations.json does to a file: its operations. */
#include "regress/conform_attestation.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

static struct str
operand(struct arena *a, const struct jv *op, size_t i)
{
	struct str raw = {"", 0};

	if (i >= op->items.n ||
	    rt_unhex(&raw, a, jv_str(op->items.p[i]), NULL) != 0)
		return (struct str){"", 0};
	return raw;
}

static size_t
number(const struct jv *op, size_t i)
{
	int64_t n = 0;

	return i < op->items.n && jv_to_int(op->items.p[i], &n) && n >= 0
		   ? (size_t)n
		   : 0;
}

static void
over(struct buf *b, const struct jv *op, struct arena *a, bool xor)
{
	struct str raw = operand(a, op, 2);
	size_t at = number(op, 1), i;

	for (i = 0; i < raw.n && at + i < b->n; i++)
		b->p[at + i] = (char)(xor? b->p[at + i] ^ raw.p[i] : raw.p[i]);
}

static void
op_xor(struct buf *b, const struct jv *op, struct arena *a)
{
	over(b, op, a, true);
}

static void
op_set(struct buf *b, const struct jv *op, struct arena *a)
{
	over(b, op, a, false);
}

static void
op_truncate(struct buf *b, const struct jv *op, struct arena *a)
{
	(void)a;
	if (number(op, 1) < b->n)
		b->n = number(op, 1);
}

static void
op_append(struct buf *b, const struct jv *op, struct arena *a)
{
	buf_put(b, operand(a, op, 1));
}

static void
op_delete(struct buf *b, const struct jv *op, struct arena *a)
{
	size_t at = number(op, 1), n = number(op, 2);

	(void)a;
	if (at > b->n || n > b->n - at)
		return;
	memmove(b->p + at, b->p + at + n, b->n - at - n);
	b->n -= n;
}

static void
op_reverse(struct buf *b, const struct jv *op, struct arena *a)
{
	size_t at = number(op, 1), n = number(op, 2), i;
	char t;

	(void)a;
	for (i = 0; at + n <= b->n && i < n / 2; i++) {
		t = b->p[at + i];
		b->p[at + i] = b->p[at + n - 1 - i];
		b->p[at + n - 1 - i] = t;
	}
}

/* Those of collateral, on the members of its object. */

static struct str
replace(struct arena *a, struct str s, struct str old, struct str new)
{
	size_t at = str_find(s, old, 0);

	if (at == SIZE_MAX)
		return s;
	return arena_printf(a, "%.*s%.*s%.*s", STR_ARG(str_sub(s, 0, at)),
	    STR_ARG(new), STR_ARG(str_sub(s, at + old.n, s.n)));
}

static struct str
xor_hex(struct arena *a, struct str hex, const struct jv *op)
{
	struct str raw, mask = operand(a, op, 3);
	int64_t at = 0;
	char *p;

	if (rt_unhex(&raw, a, hex, NULL) != 0 ||
	    !jv_to_int(op->items.p[2], &at) || mask.n != 1)
		return hex;
	at = at < 0 ? at + (int64_t)raw.n : at;
	p = arena_alloc(a, raw.n + 1);
	memcpy(p, raw.p, raw.n);
	if (at >= 0 && at < (int64_t)raw.n)
		p[at] = (char)(p[at] ^ mask.p[0]);
	return rt_hex(a, (const unsigned char *)p, raw.n);
}

static bool
change_member(struct jv *object, const struct jv *op, struct arena *a)
{
	struct str what = jv_str(op->items.p[0]);
	struct str name = jv_str(op->items.p[1]);
	struct str old = jv_get_str(object, name), new = old;

	if (str_eq(what, STR("drop"))) {
		jv_remove(object, name);
		return true;
	}
	if (str_eq(what, STR("text")))
		new = replace(
		    a, old, jv_str(op->items.p[2]), jv_str(op->items.p[3]));
	else if (str_eq(what, STR("xorhex")))
		new = xor_hex(a, old, op);
	else if (str_eq(what, STR("copy")))
		new = jv_get_str(object, jv_str(op->items.p[2]));
	else if (str_eq(what, STR("trunchex")))
		new = str_sub(old, 0, 2 * number(op, 2));
	else
		return false;
	(void)jv_set(a, object, name, jv_string(a, new));
	return true;
}

static const struct {
	const char *name;
	void (*apply)(struct buf *b, const struct jv *op, struct arena *a);
} operations[] = {
    {"xor", op_xor},
    {"set", op_set},
    {"truncate", op_truncate},
    {"append", op_append},
    {"delete", op_delete},
    {"reverse", op_reverse},
};

static bool
change_bytes(struct buf *b, const struct jv *op, struct arena *a)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (str_eqz(jv_str(op->items.p[0]), operations[i].name)) {
			operations[i].apply(b, op, a);
			return true;
		}
	}
	return false;
}

static bool
change_object(struct buf *b, const struct jv *op, struct arena *a)
{
	struct jv *object;

	if (jv_parse(&object, a, arena_str(a, buf_str(b)), NULL) != 0 ||
	    !change_member(object, op, a))
		return false;
	b->n = 0;
	jv_print(b, object, JV_COMPACT);
	return true;
}

bool
attestation_change(
    struct buf *b, const struct jv *op, struct arena *a, bool json)
{
	return json ? change_object(b, op, a) : change_bytes(b, op, a);
}
