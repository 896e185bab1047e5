/* SPDX-License-Identifier: Apache-2.0 */
/* Globs (rego 10.4) as patterns of PCRE2. */
#include "runtime/rego/regex_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

struct glob {
	struct str s;
	size_t i;
	struct buf *out;
	struct str delimiters; /* UTF-8 */
	unsigned depth;        /* of braces */
	struct rt_err *err;
};

static int
fail(struct glob *g, const char *what)
{
	return rt_err_set(
	    g->err, RT_EFORMAT, "glob: syntax error at %zu: %s", g->i, what);
}

static unsigned
next(struct glob *g)
{
	unsigned c;

	g->i += utf8_decode(&c, g->s, g->i);
	return c;
}

static char
at(const struct glob *g, size_t offset)
{
	return g->i + offset < g->s.n ? g->s.p[g->i + offset] : '\0';
}

/* One that is no delimiter. */
static void
put_any(struct glob *g)
{
	size_t i;
	unsigned c;

	if (g->delimiters.n == 0) {
		buf_puts(g->out, "(?s:.)");
		return;
	}
	buf_puts(g->out, "[^");
	for (i = 0; i < g->delimiters.n;) {
		i += utf8_decode(&c, g->delimiters, i);
		rx_put_char(g->out, c);
	}
	buf_putc(g->out, ']');
}

static void
star(struct glob *g)
{
	bool super = at(g, 1) == '*';

	while (at(g, 0) == '*')
		g->i++;
	if (super)
		buf_puts(g->out, "(?s:.)");
	else
		put_any(g);
	buf_putc(g->out, '*');
}

static int
class_char(struct glob *g, unsigned *c)
{
	if (at(g, 0) == '\\')
		g->i++;
	if (g->i >= g->s.n)
		return fail(g, "unexpected end of input");
	*c = next(g);
	return 0;
}

/* [abc] or one range, [a-z]; with ! what is none of it. */
static int class(struct glob *g)
{
	unsigned low, high;
	size_t n = 0;
	int rc = 0;

	g->i++;
	buf_puts(g->out, at(g, 0) == '!' ? "[^" : "[");
	g->i += at(g, 0) == '!';
	while (at(g, 0) != ']' && rc == 0) {
		rc = class_char(g, &low);
		if (rc != 0)
			break;
		rx_put_char(g->out, low);
		n++;
		if (at(g, 0) != '-')
			continue;
		g->i++;
		if (at(g, 0) == ']')
			return fail(g, "unexpected end of input");
		rc = class_char(g, &high);
		if (rc == 0 && high < low)
			rc = fail(g, "range hi character is less than lo");
		else if (rc == 0 && at(g, 0) != ']')
			rc = fail(g, "expected close range character");
		if (rc == 0) {
			buf_putc(g->out, '-');
			rx_put_char(g->out, high);
		}
	}
	if (rc == 0 && n == 0)
		rc = fail(g, "could not parse range");
	g->i++;
	buf_putc(g->out, ']');
	return rc;
}

static int
braces(struct glob *g)
{
	if (g->depth == RX_DEPTH_MAX)
		return fail(g, "braces nest too deeply");
	g->depth++;
	g->i++;
	buf_puts(g->out, "(?:");
	return 0;
}

static int
element(struct glob *g)
{
	char c = at(g, 0);

	if (c == '*') {
		star(g);
	} else if (c == '?') {
		put_any(g);
		g->i++;
	} else if (c == '[') {
		return class(g);
	} else if (c == '{') {
		return braces(g);
	} else if (c == ',' && g->depth > 0) {
		buf_putc(g->out, '|');
		g->i++;
	} else if (c == '}' && g->depth > 0) {
		buf_putc(g->out, ')');
		g->depth--;
		g->i++;
	} else {
		if (c == '\\' && ++g->i >= g->s.n)
			return fail(g, "trailing backslash");
		rx_put_char(g->out, next(g));
	}
	return 0;
}

int
rx_translate_glob(struct buf *out, struct str pattern, struct str delimiters,
    struct rt_err *err)
{
	struct glob g = {
	    .s = pattern, .out = out, .delimiters = delimiters, .err = err};
	int rc;

	buf_puts(out, "\\A(?:");
	while (g.i < pattern.n) {
		rc = element(&g);
		if (rc != 0)
			return rc;
	}
	if (g.depth > 0)
		return fail(&g, "unclosed `{`");
	buf_puts(out, ")\\z");
	return 0;
}
