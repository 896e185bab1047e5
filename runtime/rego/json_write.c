/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON text and in Rego's notation, as each engine writes them. */
#include <stdlib.h>

#include "runtime/rego/number.h"
#include "runtime/rego/unicode.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static bool
put_escape(struct buf *out, const struct rv_heap *h, unsigned c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *which = c > 0 && c < 0x80 ? strchr(from, (int)c) : NULL;
	bool html =
	    h->profile->escapes_html &&
	    (c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029);

	if (which != NULL) {
		buf_putc(out, '\\');
		buf_putc(out, to[which - from]);
	} else if (c < 0x20 || html)
		buf_printf(out, "\\u%04x", c);
	else
		return false;
	return true;
}

void
rv_quote_json(struct buf *out, const struct rv_heap *h, struct str s)
{
	unsigned c;
	size_t i, start = 0, n;

	buf_putc(out, '"');
	for (i = 0; i < s.n; i += n) {
		n = 1;
		c = (unsigned char)s.p[i];
		if (c >= 0x80)
			n = utf8_decode(&c, s, i);
		else if (c >= 0x20 && c != '"' && c != '\\' && c != '<' &&
			 c != '>' && c != '&')
			continue;
		buf_put(out, str_sub(s, start, i));
		start = i + n;
		if (!put_escape(out, h, c))
			utf8_put(out, c);
	}
	buf_put(out, str_sub(s, start, s.n));
	buf_putc(out, '"');
}

/* strconv.Quote of Go: what is not printed gets the shortest escape. */
static void
go_escape(struct buf *out, unsigned c)
{
	static const char from[] = "\"\\\a\b\f\n\r\t\v", to[] = "\"\\abfnrtv";
	const char *which = c > 0 && c < 0x80 ? strchr(from, (int)c) : NULL;

	if (which != NULL)
		buf_printf(out, "\\%c", to[which - from]);
	else if (c < 0x20 || c == 0x7f)
		buf_printf(out, "\\x%02x", c);
	else if (c < 0x10000)
		buf_printf(out, "\\u%04x", c);
	else
		buf_printf(out, "\\U%08x", c);
}

void
rv_quote_go(struct buf *out, struct str s)
{
	unsigned c;
	size_t i, n;

	buf_putc(out, '"');
	for (i = 0; i < s.n; i += n) {
		n = utf8_decode(&c, s, i);
		if (c == 0xfffd && n == 1)
			buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
		else if (c != '"' && c != '\\' && unicode_is_printed(c))
			utf8_put(out, c);
		else
			go_escape(out, c);
	}
	buf_putc(out, '"');
}

static void print_json(struct buf *out, const struct rv_heap *h, rv v);

static void
print_array(struct buf *out, const struct rv_heap *h, rv v)
{
	size_t i;

	buf_putc(out, '[');
	for (i = 0; i < rv_count(v); i++) {
		if (i > 0)
			buf_putc(out, ',');
		print_json(out, h, rv_items(v)[i]);
	}
	buf_putc(out, ']');
}

/* A member with its name as text. */
struct member {
	struct str name;
	rv value;
	size_t place;
};

static int
by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c != 0 ? c : (x->place < y->place ? -1 : 1);
}

/* OPA: sorted by text, one of each name. */
static size_t
sort_members(struct member *m, size_t n)
{
	size_t i, kept = 0;

	qsort(m, n, sizeof(*m), by_name);
	for (i = 0; i < n; i++)
		if (i + 1 == n || !str_eq(m[i].name, m[i + 1].name))
			m[kept++] = m[i];
	return kept;
}

static void
key_text(struct buf *out, const struct rv_heap *h, rv key)
{
	if (rv_type(key) == RV_TSTRING)
		buf_put(out, rv_str(key));
	else
		print_json(out, h, key);
}

/* The names of all members one after the other in `text`. */
static struct member *
members(struct buf *text, const struct rv_heap *h, rv v)
{
	size_t i, n = rv_count(v);
	struct member *m = rt_calloc(n, sizeof(*m));

	for (i = 0; i < n; i++) {
		size_t start = text->n;

		key_text(text, h, rv_keys(v)[i]);
		m[i] = (struct member){
		    {NULL, text->n - start}, rv_values(v)[i], i};
	}
	for (i = 0, n = 0; i < rv_count(v); i++) {
		m[i].name.p = text->p + n;
		n += m[i].name.n;
	}
	return m;
}

static bool
has_names(rv v)
{
	size_t i;

	for (i = 0; i < rv_count(v); i++)
		if (rv_type(rv_keys(v)[i]) != RV_TSTRING)
			return false;
	return true;
}

static void
print_member(
    struct buf *out, const struct rv_heap *h, size_t i, struct str name, rv v)
{
	if (i > 0)
		buf_putc(out, ',');
	rv_quote_json(out, h, name);
	buf_putc(out, ':');
	print_json(out, h, v);
}

static void
print_odd_object(struct buf *out, const struct rv_heap *h, rv v)
{
	struct buf text = {0};
	struct member *m = members(&text, h, v);
	size_t i, n = rv_count(v);

	if (rv_is_go(h))
		n = sort_members(m, n);
	for (i = 0; i < n; i++)
		print_member(out, h, i, m[i].name, m[i].value);
	free(m);
	buf_free(&text);
}

static void
print_object(struct buf *out, const struct rv_heap *h, rv v)
{
	size_t i;

	buf_putc(out, '{');
	if (has_names(v))
		for (i = 0; i < rv_count(v); i++)
			print_member(
			    out, h, i, rv_str(rv_keys(v)[i]), rv_values(v)[i]);
	else
		print_odd_object(out, h, v);
	buf_putc(out, '}');
}

static void
print_scalar(struct buf *out, const struct rv_heap *h, rv v)
{
	if (v == RV_NULL)
		buf_puts(out, "null");
	else if (rv_type(v) == RV_TBOOL)
		buf_puts(out, v == RV_TRUE ? "true" : "false");
	else if (rv_type(v) == RV_TNUMBER)
		rv_number_print(out, h, v);
	else
		buf_puts(out, "<undefined>");
}

static void
print_json(struct buf *out, const struct rv_heap *h, rv v)
{
	enum rv_type t = rv_type(v);

	if (t == RV_TSTRING)
		rv_quote_json(out, h, rv_str(v));
	else if (t == RV_TOBJECT)
		print_object(out, h, v);
	else if (t == RV_TARRAY || t == RV_TSET)
		print_array(out, h, v);
	else
		print_scalar(out, h, v);
}

void
rv_print_json(struct buf *out, const struct rv_heap *h, rv v)
{
	print_json(out, h, v);
}

static void
print_text(struct buf *out, const struct rv_heap *h, struct str s)
{
	if (rv_is_go(h))
		rv_quote_go(out, s);
	else
		rv_quote_json(out, h, s);
}

static void
print_items(struct buf *out, const struct rv_heap *h, rv v)
{
	bool members = rv_type(v) == RV_TOBJECT;
	size_t i;

	for (i = 0; i < rv_count(v); i++) {
		if (i > 0)
			buf_puts(out, ", ");
		rv_print(out, h, rv_items(v)[i]);
		if (!members)
			continue;
		buf_puts(out, ": ");
		rv_print(out, h, rv_values(v)[i]);
	}
}

void
rv_print(struct buf *out, const struct rv_heap *h, rv v)
{
	enum rv_type t = rv_type(v);

	if (t == RV_TSTRING) {
		print_text(out, h, rv_str(v));
	} else if (t < RV_TARRAY) {
		print_scalar(out, h, v);
	} else if (t == RV_TSET && rv_count(v) == 0 && rv_is_go(h)) {
		buf_puts(out, "set()");
	} else {
		buf_putc(out, t == RV_TARRAY ? '[' : '{');
		print_items(out, h, v);
		buf_putc(out, t == RV_TARRAY ? ']' : '}');
	}
}
