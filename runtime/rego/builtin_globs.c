/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.globs_match: is there a text that two simple patterns share?  A
 * pattern is a row of characters, points and sets, each alone, with + or *.
 */
#include <stdarg.h>
#include <stdio.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define TOKENS_MAX 2000

struct range {
	unsigned low, high;
};

struct token {
	struct range *ranges; /* of the arena */
	size_t n;
	bool optional, repeats;
};

struct pattern {
	struct rego_call *c;
	struct str s;
	size_t i;
	size_t place; /* in characters, for errors */
	struct token *tokens;
	size_t n;
};

static bool bad(struct pattern *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static bool
bad(struct pattern *p, const char *fmt, ...)
{
	char text[120];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)rego_fail(p->c, REGO_EBUILTIN,
	    "input:%.*s, pos:%zu, %s: the input provided is invalid",
	    STR_ARG(str_clip(p->s, 60)), p->place, text);
	return false;
}

static unsigned
next(struct pattern *p)
{
	unsigned c;

	p->i += utf8_decode(&c, p->s, p->i);
	p->place++;
	return c;
}

static bool
escaped(struct pattern *p, unsigned *c)
{
	*c = next(p);
	if (*c != '\\')
		return true;
	if (p->i >= p->s.n) {
		p->place--;
		return bad(p, "input ends with a \\ (escape) character");
	}
	*c = next(p);
	return true;
}

static struct token *
add_token(struct pattern *p, size_t ranges)
{
	struct token *t = &p->tokens[p->n++];

	*t = (struct token){
	    .ranges = ARENA_ARRAY(p->c->heap->arena, struct range, ranges)};
	return t;
}

static void
add_range(struct token *t, unsigned low, unsigned high)
{
	t->ranges[t->n++] = (struct range){low, high};
}

/* After the bracket. */
static bool
set(struct pattern *p)
{
	struct token *t = add_token(p, p->s.n);
	unsigned c, high;

	while (p->i < p->s.n) {
		if (p->s.p[p->i] == ']') {
			(void)next(p);
			return true;
		}
		if (!escaped(p, &c))
			return false;
		high = c;
		if (p->i < p->s.n && p->s.p[p->i] == '-') {
			(void)next(p);
			if (p->i >= p->s.n || p->s.p[p->i] == ']')
				return bad(p,
				    "range character '-' must be followed by "
				    "a Unicode character");
			if (!escaped(p, &high))
				return false;
			if (high < c)
				return bad(p,
				    "range is out of order: '%c' comes "
				    "before '%c' in Unicode",
				    (char)high, (char)c);
		}
		add_range(t, c, high);
	}
	return bad(p, "found [ without matching ]");
}

static bool
flag(struct pattern *p, char c, bool after_token)
{
	struct token *t;

	p->place++;
	p->i++;
	if (!after_token)
		return bad(p, "flag '%c' must be preceded by a non-flag", c);
	t = &p->tokens[p->n - 1];
	t->repeats = true;
	t->optional = c == '*';
	return true;
}

static bool
single(struct pattern *p)
{
	struct token *t = add_token(p, 1);
	unsigned c;

	if (p->s.p[p->i] == '.') {
		(void)next(p);
		add_range(t, 0, 0x10ffff);
		return true;
	}
	if (!escaped(p, &c))
		return false;
	add_range(t, c, c);
	return true;
}

static bool
read_pattern(struct pattern *p)
{
	bool after_token = false;

	if (p->s.n > TOKENS_MAX)
		return bad(p, "more than %d bytes", TOKENS_MAX);
	p->tokens = ARENA_ARRAY(p->c->heap->arena, struct token, p->s.n + 1);
	while (p->i < p->s.n && !p->c->heap->full) {
		char c = p->s.p[p->i];

		if (c == '+' || c == '*') {
			if (!flag(p, c, after_token))
				return false;
			after_token = false;
			continue;
		}
		if (c == ']') {
			p->place++;
			return bad(p, "set-close ']' with no preceding '['");
		}
		if (c == '[')
			(void)next(p);
		if (!(c == '[' ? set(p) : single(p)))
			return false;
		after_token = true;
	}
	return true;
}

static bool
overlap(const struct token *a, const struct token *b)
{
	size_t i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (a->ranges[i].low <= b->ranges[k].high &&
			    b->ranges[k].low <= a->ranges[i].high)
				return true;
	return false;
}

/*
 * A state is how far both patterns are; `seen` is a bit set of them.  A token
 * that repeats may be left once it was used: that is a state of its own,
 * "place + used".
 */
struct search {
	const struct pattern *a, *b;
	unsigned char *seen;
	size_t *queue, n;
};

/* Twice the token's number, and 1 if it was used. */
static void
visit(struct search *s, size_t i, size_t k)
{
	size_t state = i * (2 * s->b->n + 2) + k;

	if (s->seen[state])
		return;
	s->seen[state] = 1;
	s->queue[s->n++] = state;
}

static bool
may_leave(const struct pattern *p, size_t at)
{
	return p->tokens[at / 2].optional || (at & 1);
}

static size_t
after(const struct pattern *p, size_t at)
{
	return p->tokens[at / 2].repeats ? at | 1 : at / 2 * 2 + 2;
}

static void
step(struct search *s, size_t i, size_t k)
{
	bool a_ends = i / 2 == s->a->n, b_ends = k / 2 == s->b->n;

	if (!a_ends && may_leave(s->a, i))
		visit(s, i / 2 * 2 + 2, k);
	if (!b_ends && may_leave(s->b, k))
		visit(s, i, k / 2 * 2 + 2);
	if (!a_ends && !b_ends &&
	    overlap(&s->a->tokens[i / 2], &s->b->tokens[k / 2]))
		visit(s, after(s->a, i), after(s->b, k));
}

static rv
intersects(
    struct rego_call *c, const struct pattern *a, const struct pattern *b)
{
	size_t width = 2 * b->n + 2, states = (2 * a->n + 2) * width, i;
	struct search s = {.a = a, .b = b};

	if (!rv_room(c->heap, states * (1 + sizeof(size_t))))
		return RV_UNDEFINED;
	s.seen = ARENA_ARRAY(c->heap->arena, unsigned char, states);
	s.queue = ARENA_ARRAY(c->heap->arena, size_t, states);
	visit(&s, 0, 0);
	for (i = 0; i < s.n; i++) {
		size_t x = s.queue[i] / width, y = s.queue[i] % width;

		if (x / 2 == a->n && y / 2 == b->n)
			return RV_TRUE;
		step(&s, x, y);
	}
	return RV_FALSE;
}

rv
rego_fn_regex_globs_match(struct rego_call *c)
{
	struct pattern a = {.c = c}, b = {.c = c};

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	a.s = rego_str(c, 0);
	b.s = rego_str(c, 1);
	if (!read_pattern(&a) || !read_pattern(&b) || c->heap->full)
		return RV_UNDEFINED;
	return intersects(c, &a, &b);
}
