/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text (RFC 8259) to values.  No recursion: open collections are frames,
 * their items lie on one stack until the collection is closed.
 */
#include "runtime/base/vec.h"
#include "runtime/rego/number.h"
#include "runtime/rego/unicode.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

struct frame {
	size_t start; /* of its items */
	bool object;
};

struct reader {
	struct rv_heap *heap;
	const char *at, *begin, *end;
	VEC(rv) stack;
	struct frame frames[RV_JSON_DEPTH_MAX];
	size_t depth;
	struct buf text; /* a string with escapes: memory of the arena */
	struct rt_err *err;
};

static int
fail(struct reader *r, const char *what)
{
	return rt_err_set(r->err, RT_EFORMAT, "JSON text, byte %zu: %s",
	    (size_t)(r->at - r->begin), what);
}

static int
full(struct reader *r)
{
	return rt_err_set(
	    r->err, RT_ELIMIT, "JSON text: no room for its values");
}

static void
blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' ||
				     *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

static void
push(struct reader *r, rv v)
{
	VEC_PUSH(r->heap->arena, &r->stack, v);
}

static bool
hex4(struct reader *r, unsigned *out)
{
	unsigned v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		char c = r->at < r->end ? *r->at : 0;
		char low = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			v = v * 16 + (unsigned)(c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v * 16 + (unsigned)(low - 'a' + 10);
		else
			return false;
		r->at++;
	}
	*out = v;
	return true;
}

/* After \u.  A surrogate alone: U+FFFD in OPA, an error in the agent. */
static int
unicode_escape(struct reader *r)
{
	unsigned c, low;
	const char *after;

	if (!hex4(r, &c))
		return fail(r, "bad escape");
	after = r->at;
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 &&
	    r->at[0] == '\\' && r->at[1] == 'u') {
		r->at += 2;
		if (hex4(r, &low) && low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		else
			r->at = after;
	}
	if (c >= 0xd800 && c < 0xe000) {
		if (!rv_is_go(r->heap))
			return fail(r, "surrogate alone");
		c = 0xfffd;
	}
	utf8_put(&r->text, c);
	return 0;
}

/* After the backslash. */
static int
escape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;
	char c;

	if (r->at == r->end)
		return fail(r, "string without end");
	c = *r->at++;
	if (c == 'u')
		return unicode_escape(r);
	which = c != '\0' ? strchr(from, c) : NULL;
	if (which == NULL)
		return fail(r, "bad escape");
	buf_putc(&r->text, to[which - from]);
	return 0;
}

/* The next byte that is a quote, a backslash or a control. */
static const char *
special(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

static int
string_end(struct reader *r, struct str s)
{
	struct buf fixed = {0};

	if (str_is_utf8(s)) {
		push(r, rv_string(r->heap, s));
		return 0;
	}
	if (!rv_is_go(r->heap))
		return fail(r, "invalid UTF-8");
	utf8_put_valid(&fixed, s);
	push(r, rv_string(r->heap, buf_str(&fixed)));
	buf_free(&fixed);
	return 0;
}

/* Room for a string with an escape here: none is shorter than its text. */
static void
text_room(struct reader *r, const char *start)
{
	const char *end = r->at;
	size_t n;

	while (end + 1 < r->end && *end == '\\')
		end = special(end + 2, r->end);
	n = (size_t)(end - start) + 4;
	r->text = (struct buf){arena_alloc(r->heap->arena, n), 0, n};
}

/* After the quote. */
static int
string(struct reader *r)
{
	const char *start = r->at;
	struct str part;
	int rc;

	r->text.p = NULL;
	for (;;) {
		r->at = special(start, r->end);
		if (r->at == r->end)
			return fail(r, "string without end");
		part = (struct str){start, (size_t)(r->at - start)};
		if (*r->at == '"') {
			r->at++;
			if (r->text.p == NULL)
				return string_end(r, part);
			buf_put(&r->text, part);
			return string_end(r, buf_str(&r->text));
		}
		if (*r->at != '\\')
			return fail(r, "control character in a string");
		if (r->text.p == NULL)
			text_room(r, start);
		buf_put(&r->text, part);
		r->at++;
		rc = escape(r);
		if (rc != 0)
			return rc;
		start = r->at;
	}
}

static int
word(struct reader *r, struct str w, rv v)
{
	if ((size_t)(r->end - r->at) < w.n || memcmp(r->at, w.p, w.n) != 0)
		return fail(r, "unexpected character");
	r->at += w.n;
	push(r, v);
	return 0;
}

static bool
is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
	       c == 'e' || c == 'E';
}

static int
number(struct reader *r)
{
	const char *start = r->at;
	rv v;

	while (r->at < r->end && is_number_char(*r->at))
		r->at++;
	v = rv_number(r->heap, (struct str){start, (size_t)(r->at - start)});
	if (v == RV_UNDEFINED) {
		r->at = start;
		return fail(r, "bad number");
	}
	push(r, v);
	return 0;
}

static int
open(struct reader *r, bool object)
{
	if (r->depth == RV_JSON_DEPTH_MAX)
		return rt_err_set(r->err, RT_ELIMIT,
		    "JSON text, byte %zu: more than %d levels",
		    (size_t)(r->at - r->begin), RV_JSON_DEPTH_MAX);
	r->at++;
	r->frames[r->depth++] = (struct frame){r->stack.n, object};
	return 0;
}

static void
close(struct reader *r)
{
	struct frame f = r->frames[--r->depth];
	size_t n = r->stack.n - f.start;
	rv *items = n == 0 ? NULL : r->stack.p + f.start;
	rv v = f.object ? rv_object_of(r->heap, items, n / 2, NULL)
			: rv_array_of(r->heap, items, n);

	r->at++;
	r->stack.n = f.start;
	push(r, v);
}

/* A value begins: a scalar is done at once. */
static int
begin(struct reader *r)
{
	switch (r->at < r->end ? *r->at : 0) {
	case '{':
		return open(r, true);
	case '[':
		return open(r, false);
	case '"':
		r->at++;
		return string(r);
	case 't':
		return word(r, STR("true"), RV_TRUE);
	case 'f':
		return word(r, STR("false"), RV_FALSE);
	case 'n':
		return word(r, STR("null"), RV_NULL);
	default:
		return number(r);
	}
}

/* A name and its colon. */
static int
name(struct reader *r)
{
	int rc;

	if (r->at == r->end || *r->at != '"')
		return fail(r, "a name must be here");
	r->at++;
	rc = string(r);
	if (rc != 0)
		return rc;
	blanks(r);
	if (r->at == r->end || *r->at != ':')
		return fail(r, "a colon must be here");
	r->at++;
	blanks(r);
	return 0;
}

/* After a value or an opening: closes what ends; *more: a value follows. */
static int
next(struct reader *r, bool opened, bool *more)
{
	struct frame *f;
	char c;

	for (*more = false; r->depth > 0; opened = false) {
		f = &r->frames[r->depth - 1];
		blanks(r);
		c = r->at < r->end ? *r->at : 0;
		if (c == (f->object ? '}' : ']')) {
			close(r);
			continue;
		}
		if (!opened && c != ',')
			return fail(r, "a comma or an end must be here");
		r->at += !opened;
		blanks(r);
		*more = true;
		return f->object ? name(r) : 0;
	}
	return 0;
}

static int
document(struct reader *r)
{
	bool more = true;
	size_t depth;
	int rc;

	blanks(r);
	while (more) {
		depth = r->depth;
		rc = begin(r);
		if (rc == 0)
			rc = next(r, r->depth > depth, &more);
		if (rc != 0)
			return rc;
		if (r->heap->full)
			return full(r);
	}
	blanks(r);
	return r->at < r->end ? fail(r, "text after the value") : 0;
}

int
rv_parse_json(rv *out, struct rv_heap *h, struct str text, struct rt_err *err)
{
	struct reader r = {.heap = h,
	    .at = text.p,
	    .begin = text.p,
	    .end = text.p + text.n,
	    .err = err};
	int rc;

	rc = text.n == 0 ? fail(&r, "empty") : document(&r);

	if (rc == 0)
		*out = r.stack.p[0];
	return rc;
}
