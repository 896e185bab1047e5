/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the expression, which both reads and writes: an atom that is
 * repeated is read again for each time, one that is absent is read without
 * writing.
 */
#include <string.h>

#include "compiler/analyse/example.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

#define DEPTH_MAX 32
#define STEPS_MAX 100000 /* repeats within repeats */

struct example {
	struct str p;
	size_t at, steps;
	unsigned depth;
	bool mute, failed;
	struct buf out;
};

struct set {
	bool has[256];
};

static int
peek(const struct example *e)
{
	return e->at < e->p.n ? (unsigned char)e->p.p[e->at] : -1;
}

static bool
take(struct example *e, const char *word)
{
	if (!str_starts(str_sub(e->p, e->at, e->p.n), str_from(word)))
		return false;
	e->at += strlen(word);
	return true;
}

static void
put(struct example *e, char c)
{
	if (e->mute)
		return;
	if (e->out.n >= EXAMPLE_MAX)
		e->failed = true;
	else
		buf_putc(&e->out, c);
}

static void
add(struct set *s, unsigned from, unsigned to)
{
	for (; from <= to && from < sizeof(s->has); from++)
		s->has[from] = true;
}

/* \d, \w and \s; false: it is none of them. */
static bool
add_class(struct set *s, int c)
{
	static const struct {
		char name;
		const char *ranges; /* pairs */
	} classes[] = {
	    {'d', "09"}, {'w', "azAZ09__"}, {'s', "  "}, {'S', "az"}};
	const char *r;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (classes[i].name != c)
			continue;
		for (r = classes[i].ranges; *r != '\0'; r += 2)
			add(s, (unsigned char)r[0], (unsigned char)r[1]);
		return true;
	}
	return false;
}

/* Which member: another one at another place, so that ids look like ids. */
static char
member(const struct example *e, const struct set *s)
{
	size_t i, n = 0, pick;

	for (i = ' '; i < 127; i++)
		n += s->has[i];
	if (n == 0)
		return '\0';
	pick = (e->out.n * 7 + 3) % n;
	for (i = ' '; i < 127; i++) {
		if (s->has[i] && pick-- == 0)
			break;
	}
	return (char)i;
}

static void
put_member(struct example *e, const struct set *s)
{
	char c = member(e, s);

	if (c == '\0')
		e->failed = true;
	else
		put(e, c);
}

static unsigned
class_char(struct example *e)
{
	int c = peek(e);

	e->at++;
	if (c != '\\')
		return (unsigned)c;
	c = peek(e);
	e->at++;
	return c == 'n' ? '\n' : c == 't' ? '\t' : (unsigned)c;
}

static void
class_item(struct example *e, struct set *s)
{
	unsigned from, to;

	if (peek(e) == '\\' && e->at + 1 < e->p.n &&
	    add_class(s, e->p.p[e->at + 1])) {
		e->at += 2;
		return;
	}
	if (take(e, "[:")) {
		e->failed = true;
		return;
	}
	from = to = class_char(e);
	if (peek(e) == '-' && e->at + 1 < e->p.n && e->p.p[e->at + 1] != ']') {
		e->at++;
		to = class_char(e);
	}
	add(s, from, to);
}

/* Behind the `[`. */
static void class(struct example *e)
{
	bool negated = take(e, "^"), first = true;
	struct set s = {0};
	size_t i;

	while (peek(e) >= 0 && (peek(e) != ']' || first) && !e->failed) {
		class_item(e, &s);
		first = false;
	}
	if (!take(e, "]"))
		e->failed = true;
	for (i = 0; negated && i < sizeof(s.has); i++)
		s.has[i] = !s.has[i];
	put_member(e, &s);
}

static void
escape(struct example *e)
{
	struct set s = {0};
	int c = peek(e);

	e->at++;
	if (add_class(&s, c))
		put_member(e, &s);
	else if (c == 'b' || c == 'A' || c == 'z')
		return;
	else if (c < 0 || strchr("BDPQWpux", c) != NULL)
		e->failed = true;
	else
		put(e, c == 'n' ? '\n' : c == 't' ? '\t' : (char)c);
}

static void alternatives(struct example *e);

/* Behind the `(`. */
static void
group(struct example *e)
{
	if (take(e, "?") && !take(e, ":")) {
		e->failed = true;
		return;
	}
	alternatives(e);
	if (!take(e, ")"))
		e->failed = true;
}

static void
atom(struct example *e)
{
	int c = peek(e);

	e->at++;
	if (c == '[')
		class(e);
	else if (c == '(')
		group(e);
	else if (c == '\\')
		escape(e);
	else if (c == '*' || c == '+' || c == '?')
		e->failed = true;
	else if (c != '^' && c != '$')
		put(e, (char)c);
}

/* {n}, {n,} or {n,m}; anything else is literal. */
static bool
counted(struct example *e, size_t *least)
{
	size_t end = str_chr(e->p, '}', e->at), comma;
	struct str s;
	uint64_t n;

	if (peek(e) != '{' || end == SIZE_MAX)
		return false;
	s = str_sub(e->p, e->at + 1, end);
	comma = str_chr(s, ',', 0);
	if (!str_u64(comma == SIZE_MAX ? s : str_sub(s, 0, comma), 1000, &n))
		return false;
	e->at = end + 1;
	*least = (size_t)n;
	return true;
}

/* How often what was read last must be there. */
static size_t
repeats(struct example *e)
{
	size_t least = 1;

	if (take(e, "*") || take(e, "?"))
		least = 0;
	else if (!take(e, "+") && !counted(e, &least))
		return 1;
	(void)take(e, "?"); /* lazy */
	return least;
}

static void
repeated(struct example *e)
{
	size_t start = e->at, i, n, end;
	bool mute = e->mute;

	e->mute = true;
	atom(e);
	n = repeats(e);
	end = e->at;
	e->mute = mute;
	for (i = 0; !mute && !e->failed && i < n; i++) {
		if (++e->steps > STEPS_MAX)
			e->failed = true;
		e->at = start;
		atom(e);
	}
	e->at = end;
}

/* The first is written, the others are only read. */
static void
alternatives(struct example *e)
{
	bool mute = e->mute;

	if (++e->depth > DEPTH_MAX)
		e->failed = true;
	while (!e->failed && peek(e) >= 0 && peek(e) != ')') {
		if (take(e, "|"))
			e->mute = true;
		else
			repeated(e);
	}
	e->mute = mute;
	e->depth--;
}

bool
example_of(struct str *out, struct arena *a, struct str pattern)
{
	struct example e = {.p = pattern};

	alternatives(&e);
	if (e.at < pattern.n)
		e.failed = true;
	*out = arena_str(a, buf_str(&e.out));
	buf_free(&e.out);
	return !e.failed;
}
