/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/base/jv_pack.h"

#include <assert.h>

#include "runtime/base/banned.h"

#define COUNT_MAX ((size_t)0xffffff)

static bool
put_count(struct buf *out, size_t n)
{
	int i;

	for (i = 0; i < 3; i++)
		buf_putc(out, (char)(n >> 8 * i & 0xff));
	return n <= COUNT_MAX;
}

static bool
put_text(struct buf *out, struct str s)
{
	bool fits = put_count(out, s.n);

	buf_put(out, s);
	return fits;
}

bool
jv_pack(struct buf *out, const struct jv *v)
{
	const struct jv_member *m;
	bool fits;
	size_t i;

	buf_putc(out, (char)v->type);
	if (v->type == JV_OBJECT) {
		fits = put_count(out, v->members.n);
		VEC_FOREACH(m, &v->members)
			fits = put_text(out, m->key) &&
			       jv_pack(out, m->value) && fits;
		return fits;
	}
	if (v->type != JV_ARRAY)
		return put_text(out, v->text);
	fits = put_count(out, v->items.n);
	for (i = 0; i < v->items.n; i++)
		fits = jv_pack(out, v->items.p[i]) && fits;
	return fits;
}

struct unpacking {
	struct arena *arena;
	struct str s;
	size_t at;
};

static struct str
take(struct unpacking *u, size_t n)
{
	struct str s = {u->s.p + u->at, n};

	assert(n <= u->s.n - u->at);
	u->at += n;
	return s;
}

static size_t
take_count(struct unpacking *u)
{
	const unsigned char *p = (const unsigned char *)take(u, 3).p;

	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
}

static struct jv *
unpack(struct unpacking *u)
{
	enum jv_type type = (enum jv_type)take(u, 1).p[0];
	struct jv *v = jv_new(u->arena, type);
	size_t i, n = take_count(u);

	if (type == JV_OBJECT) {
		v->members.n = v->members.cap = n;
		v->members.p = ARENA_ARRAY(u->arena, struct jv_member, n);
		for (i = 0; i < n; i++) {
			v->members.p[i].key = take(u, take_count(u));
			v->members.p[i].value = unpack(u);
		}
	} else if (type == JV_ARRAY) {
		v->items.n = v->items.cap = n;
		v->items.p = ARENA_ARRAY(u->arena, struct jv *, n);
		for (i = 0; i < n; i++)
			v->items.p[i] = unpack(u);
	} else {
		v->text = take(u, n);
	}
	return v;
}

struct jv *
jv_unpack(struct arena *a, struct str packed)
{
	struct unpacking u = {a, packed, 0};

	return unpack(&u);
}
