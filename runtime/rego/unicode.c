/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

struct range {
	unsigned first, last;
};

static const struct range printed[] = {
#define PRINTED(first, last) {first, last},
#include "runtime/rego/unicode.def"
#undef PRINTED
};

struct mapping {
	struct range r;
	unsigned step;
	int add;
};

static const struct mapping uppers[] = {
#define UPPER(first, last, step, add) {{first, last}, step, add},
#include "runtime/rego/unicode.def"
#undef UPPER
};

static const struct mapping lowers[] = {
#define LOWER(first, last, step, add) {{first, last}, step, add},
#include "runtime/rego/unicode.def"
#undef LOWER
};

static const struct {
	struct range r;
	const char *text;
} fulls[] = {
#define FULL_UPPER(c, text) {{c, c}, text},
#include "runtime/rego/unicode.def"
#undef FULL_UPPER
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

size_t
utf8_decode(unsigned *out, struct str s, size_t i)
{
	static const struct {
		unsigned char mask, lead;
		unsigned least;
	} forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800},
	    {0xf8, 0xf0, 0x10000}};
	unsigned char c = (unsigned char)s.p[i];
	size_t n, k;
	unsigned v;

	*out = 0xfffd;
	for (n = 0; n < 4 && (c & forms[n].mask) != forms[n].lead; n++)
		;
	if (n == 4 || s.n - i <= n)
		return 1;
	v = c & (unsigned char)~forms[n].mask;
	for (k = 1; k <= n; k++) {
		c = (unsigned char)s.p[i + k];
		if ((c & 0xc0) != 0x80)
			return 1;
		v = v << 6 | (c & 0x3fu);
	}
	if (v < forms[n].least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return 1;
	*out = v;
	return n + 1;
}

void
utf8_put(struct buf *out, unsigned c)
{
	static const struct {
		unsigned below;
		unsigned char lead, shift;
	} forms[] = {{0x80, 0, 0}, {0x800, 0xc0, 6}, {0x10000, 0xe0, 12},
	    {~0u, 0xf0, 18}};
	unsigned shift;
	size_t i = 0;

	while (c >= forms[i].below)
		i++;
	shift = forms[i].shift;
	buf_putc(out, (char)(forms[i].lead | (c >> shift)));
	while (shift > 0) {
		shift -= 6;
		buf_putc(out, (char)(0x80 | ((c >> shift) & 0x3f)));
	}
}

void
utf8_put_valid(struct buf *out, struct str s)
{
	unsigned c;
	size_t i;

	for (i = 0; i < s.n;) {
		i += utf8_decode(&c, s, i);
		utf8_put(out, c);
	}
}

size_t
utf8_skip(struct str s, size_t i, size_t n)
{
	unsigned c;

	for (; n > 0 && i < s.n; n--)
		i += utf8_decode(&c, s, i);
	return i;
}

size_t
utf8_count(struct str s)
{
	size_t i, n = 0;
	unsigned c;

	for (i = 0; i < s.n; n++)
		i += utf8_decode(&c, s, i);
	return n;
}

/* Each element begins with its range. */
static int
by_range(const void *key, const void *element)
{
	unsigned c = *(const unsigned *)key;
	const struct range *r = element;

	return c < r->first ? -1 : c > r->last;
}

bool
unicode_is_printed(unsigned c)
{
	if (c < 0x80)
		return c >= 0x20 && c < 0x7f;
	return bsearch(&c, printed, COUNT(printed), sizeof(printed[0]),
		   by_range) != NULL;
}

bool
unicode_is_space(unsigned c)
{
	return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static unsigned
mapped(const struct mapping *m, size_t n, unsigned c)
{
	m = bsearch(&c, m, n, sizeof(*m), by_range);
	if (m == NULL || (c - m->r.first) % m->step != 0)
		return c;
	return (unsigned)((int)c + m->add);
}

unsigned
unicode_upper(unsigned c)
{
	if (c < 0x80)
		return c >= 'a' && c <= 'z' ? c - 32 : c;
	return mapped(uppers, COUNT(uppers), c);
}

unsigned
unicode_lower(unsigned c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	return mapped(lowers, COUNT(lowers), c);
}

static const char *
full_upper(unsigned c)
{
	size_t i;

	for (i = 0; i < COUNT(fulls); i++)
		if (fulls[i].r.first == c)
			return fulls[i].text;
	return NULL;
}

void
unicode_put_upper(struct buf *out, struct str s, bool full)
{
	const char *text;
	unsigned c;
	size_t i;

	for (i = 0; i < s.n;) {
		i += utf8_decode(&c, s, i);
		text = full && c >= 0x80 ? full_upper(c) : NULL;
		if (text != NULL)
			buf_puts(out, text);
		else
			utf8_put(out, unicode_upper(c));
	}
}

static bool
is_cased(unsigned c)
{
	return unicode_upper(c) != c || unicode_lower(c) != c;
}

/* Word_Break MidLetter and its like, marks: between the letters of a word. */
static bool
is_ignored(unsigned c)
{
	return c == '\'' || c == '.' || c == ':' || c == '^' || c == '`' ||
	       c == 0xa8 || c == 0xad || c == 0xaf || c == 0xb4 || c == 0xb7 ||
	       c == 0xb8 || (c >= 0x2b0 && c <= 0x36f) || c == 0x2019;
}

static bool
cased_before(struct str s, size_t i)
{
	unsigned c = 0;

	while (i > 0) {
		do
			i--;
		while (i > 0 && ((unsigned char)s.p[i] & 0xc0) == 0x80);
		(void)utf8_decode(&c, s, i);
		if (!is_ignored(c))
			return is_cased(c);
	}
	return false;
}

static bool
cased_after(struct str s, size_t i)
{
	unsigned c;

	while (i < s.n) {
		i += utf8_decode(&c, s, i);
		if (!is_ignored(c))
			return is_cased(c);
	}
	return false;
}

#define SIGMA 0x3a3
#define FINAL_SIGMA 0x3c2
#define DOTTED_I 0x130

void
unicode_put_lower(struct buf *out, struct str s, bool full)
{
	unsigned c;
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = utf8_decode(&c, s, i);
		if (full && c == DOTTED_I)
			buf_puts(out, "i\xcc\x87");
		else if (full && c == SIGMA && cased_before(s, i) &&
			 !cased_after(s, i + n))
			utf8_put(out, FINAL_SIGMA);
		else
			utf8_put(out, unicode_lower(c));
	}
}
