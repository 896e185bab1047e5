/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

struct jv *
jv_new(struct arena *a, enum jv_type type)
{
	struct jv *v = ARENA_NEW(a, struct jv);

	v->type = type;
	return v;
}

struct jv *
jv_bool(struct arena *a, bool b)
{
	return jv_new(a, b ? JV_TRUE : JV_FALSE);
}

struct jv *
jv_int(struct arena *a, int64_t n)
{
	struct jv *v = jv_new(a, JV_NUMBER);
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char text[20], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (n < 0)
		*--p = '-';
	v->text =
	    arena_str(a, (struct str){p, (size_t)(text + sizeof(text) - p)});
	return v;
}

struct jv *
jv_string(struct arena *a, struct str s)
{
	struct jv *v = jv_new(a, JV_STRING);

	v->text = s;
	return v;
}

struct jv *
jv_array(struct arena *a)
{
	return jv_new(a, JV_ARRAY);
}

struct jv *
jv_object(struct arena *a)
{
	return jv_new(a, JV_OBJECT);
}

struct jv *
jv_push(struct arena *a, struct jv *array, struct jv *value)
{
	VEC_PUSH(a, &array->items, value);
	return value;
}

static struct jv_member *
member(const struct jv *object, struct str key)
{
	struct jv_member *m;

	VEC_FOREACH(m, &object->members) {
		if (str_eq(m->key, key))
			return m;
	}
	return NULL;
}

struct jv *
jv_set(struct arena *a, struct jv *object, struct str key, struct jv *value)
{
	struct jv_member *m = member(object, key);

	if (m != NULL)
		m->value = value;
	else
		VEC_PUSH(a, &object->members, ((struct jv_member){key, value}));
	return value;
}

void
jv_put_str(struct arena *a, struct jv *object, const char *key, struct str s)
{
	jv_set(a, object, str_from(key), jv_string(a, s));
}

void
jv_put_int(struct arena *a, struct jv *object, const char *key, size_t n)
{
	jv_set(a, object, str_from(key), jv_int(a, (int64_t)n));
}

struct jv *
jv_get(const struct jv *object, struct str key)
{
	struct jv_member *m;

	if (object == NULL || object->type != JV_OBJECT)
		return NULL;
	m = member(object, key);
	return m == NULL ? NULL : m->value;
}

struct jv *
jv_path(const struct jv *v, ...)
{
	struct jv *at = NULL;
	const char *key;
	va_list ap;

	va_start(ap, v);
	while ((key = va_arg(ap, const char *)) != NULL) {
		at = jv_get(v, str_from(key));
		v = at;
	}
	va_end(ap);
	return at;
}

void
jv_remove(struct jv *object, struct str key)
{
	struct jv_member *m = member(object, key);

	if (m != NULL)
		VEC_REMOVE(&object->members, (size_t)(m - object->members.p));
}

struct jv *
jv_copy(struct arena *a, const struct jv *v)
{
	struct jv *c = jv_new(a, v->type);
	struct jv_member *m;
	struct jv **it;

	c->text = v->text;
	c->origin = v->origin;
	VEC_FOREACH(it, &v->items)
		VEC_PUSH(a, &c->items, jv_copy(a, *it));
	VEC_FOREACH(m, &v->members)
		VEC_PUSH(a, &c->members,
		    ((struct jv_member){m->key, jv_copy(a, m->value)}));
	return c;
}

bool
jv_equal(const struct jv *a, const struct jv *b)
{
	size_t i;

	if (a->type != b->type || !str_eq(a->text, b->text) ||
	    a->items.n != b->items.n || a->members.n != b->members.n)
		return false;
	for (i = 0; i < a->items.n; i++) {
		if (!jv_equal(a->items.p[i], b->items.p[i]))
			return false;
	}
	for (i = 0; i < a->members.n; i++) {
		const struct jv *v = jv_get(b, a->members.p[i].key);

		if (v == NULL || !jv_equal(a->members.p[i].value, v))
			return false;
	}
	return true;
}

bool
jv_is(const struct jv *v, enum jv_type type)
{
	return v != NULL && v->type == type;
}

struct str
jv_str(const struct jv *v)
{
	return jv_is(v, JV_STRING) ? v->text : (struct str){"", 0};
}

struct str
jv_get_str(const struct jv *object, struct str key)
{
	return jv_str(jv_get(object, key));
}

bool
jv_to_int(const struct jv *v, int64_t *out)
{
	char digits[24];
	char *end;
	long long n;

	if (!jv_is(v, JV_NUMBER) || v->text.n >= sizeof(digits))
		return false;
	memcpy(digits, v->text.p, v->text.n);
	digits[v->text.n] = '\0';
	errno = 0;
	n = strtoll(digits, &end, 10);
	if (errno != 0 || *end != '\0' || end == digits)
		return false;
	*out = n;
	return true;
}

static int
by_key(const void *a, const void *b)
{
	const struct jv_member *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

void
jv_sort(struct jv *object)
{
	if (object->members.n > 1)
		qsort(object->members.p, object->members.n,
		    sizeof(*object->members.p), by_key);
}

/* printing */

void
jv_print_escape(struct buf *out, unsigned char c)
{
	static const char two[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	const char *t;

	for (t = two; *t != '\0'; t += 2) {
		if ((unsigned char)t[0] == c) {
			buf_putc(out, '\\');
			buf_putc(out, t[1]);
			return;
		}
	}
	buf_printf(out, "\\u%04x", c);
}

#define EACH(byte) ((uint64_t)(byte)*0x0101010101010101)

/* Which of eight bytes are zero; exact as to whether any is. */
static uint64_t
zeros(uint64_t x)
{
	return (x - EACH(1)) & ~x & EACH(0x80);
}

/* The first byte at or after `i` that is not printed as it is. */
static size_t
next_odd(struct str s, size_t i)
{
	static const bool odd[256] = {
	    [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true};
	uint64_t x;

	for (; i + sizeof(x) <= s.n; i += sizeof(x)) {
		memcpy(&x, s.p + i, sizeof(x));
		if ((((x - EACH(0x20)) & ~x & EACH(0x80)) |
			zeros(x ^ EACH('"')) | zeros(x ^ EACH('\\'))) != 0)
			break;
	}
	while (i < s.n && !odd[(unsigned char)s.p[i]])
		i++;
	return i;
}

void
jv_print_string(struct buf *out, struct str s)
{
	size_t i, from = 0;
	char *p = buf_reserve(out, s.n + 2);

	*p = '"';
	out->n++;
	while ((i = next_odd(s, from)) < s.n) {
		buf_put(out, str_sub(s, from, i));
		jv_print_escape(out, (unsigned char)s.p[i]);
		from = i + 1;
	}
	buf_put(out, str_sub(s, from, s.n));
	buf_putc(out, '"');
}

size_t
jv_string_size(struct str s)
{
	size_t i, n = s.n + 2;

	for (i = next_odd(s, 0); i < s.n; i = next_odd(s, i + 1))
		n += strchr("\"\\\b\f\n\r\t", s.p[i]) != NULL && s.p[i] != '\0'
			 ? 1
			 : 5;
	return n;
}

static void
newline(struct buf *out, enum jv_style style, unsigned depth)
{
	if (style == JV_COMPACT)
		return;
	buf_putc(out, '\n');
	if (style == JV_PRETTY)
		buf_fill(out, ' ', 2 * (size_t)depth);
}

static void
print(struct buf *out, const struct jv *v, enum jv_style style, unsigned depth)
{
	bool array = v->type == JV_ARRAY;
	size_t i, n = array ? v->items.n : v->members.n;

	buf_putc(out, array ? '[' : '{');
	for (i = 0; i < n; i++) {
		const struct jv *item;

		if (i > 0)
			buf_putc(out, ',');
		newline(out, style, depth + 1);
		if (!array) {
			jv_print_string(out, v->members.p[i].key);
			buf_puts(out, style == JV_PRETTY ? ": " : ":");
		}
		item = array ? v->items.p[i] : v->members.p[i].value;
		switch (item->type) {
		case JV_ARRAY:
		case JV_OBJECT:
			print(out, item, style, depth + 1);
			break;
		case JV_NULL:
		case JV_FALSE:
		case JV_TRUE:
		case JV_NUMBER:
		case JV_STRING:
			jv_print(out, item, style);
			break;
		}
	}
	if (n > 0)
		newline(out, style, depth);
	buf_putc(out, array ? ']' : '}');
}

void
jv_print(struct buf *out, const struct jv *v, enum jv_style style)
{
	switch (v->type) {
	case JV_NULL:
		buf_puts(out, "null");
		break;
	case JV_FALSE:
		buf_puts(out, "false");
		break;
	case JV_TRUE:
		buf_puts(out, "true");
		break;
	case JV_NUMBER:
		buf_put(out, v->text);
		break;
	case JV_STRING:
		jv_print_string(out, v->text);
		break;
	case JV_ARRAY:
	case JV_OBJECT:
		print(out, v, style, 0);
		break;
	}
}
