/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several patterns as one.  The agent compiles a pattern each time that it is
 * applied, and that costs by its size: what patterns begin with alike stands
 * once.  Only for patterns that feature_env_joined() has seen: each matches a
 * whole line or nothing, so the order of alternatives says nothing.
 */
#include <string.h>

#include "compiler/policy/index_int.h"
#include "runtime/base/banned.h"

/* Far below the depth that regular expressions may have. */
#define DEPTH_MAX 32

/* The rest of a pattern: what cannot be cut, each with its quantifier. */
struct tail {
	const struct str *p;
	size_t n;
};

static size_t
class_end(struct str s, size_t i)
{
	for (i++; i < s.n && s.p[i] != ']'; i++)
		i += s.p[i] == '\\';
	return i + 1;
}

static size_t
group_end(struct str s, size_t i)
{
	size_t depth = 0;

	do {
		if (s.p[i] == '[') {
			i = class_end(s, i);
			continue;
		}
		depth += s.p[i] == '(';
		depth -= s.p[i] == ')';
		i += s.p[i] == '\\' ? 2 : 1;
	} while (i < s.n && depth > 0);
	return i;
}

static size_t
atom_end(struct str s, size_t i)
{
	if (s.p[i] == '[')
		return class_end(s, i);
	if (s.p[i] == '(')
		return group_end(s, i);
	return i + (s.p[i] == '\\' ? 2 : 1);
}

static size_t
quantifier_end(struct str s, size_t i)
{
	size_t close;

	while (i < s.n && strchr("*+?{", s.p[i]) != NULL) {
		close = s.p[i] == '{' ? str_chr(s, '}', i) : i;
		if (close == SIZE_MAX)
			return s.n;
		i = close + 1;
	}
	return i;
}

/* Without the anchors, which all have. */
static struct tail
split(struct arena *a, struct str s)
{
	struct str *p = ARENA_ARRAY(a, struct str, s.n);
	size_t at = 1, end, n = 0, last = s.n - 1;

	for (s.n = last; at < s.n; at = end) {
		end = quantifier_end(s, atom_end(s, at));
		p[n++] = str_sub(s, at, end);
	}
	return (struct tail){p, n};
}

static void
put(struct buf *out, const struct tail *t, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_put(out, t->p[i]);
}

static bool
same_start(const struct tail *a, const struct tail *b, size_t n)
{
	return a->n > n && b->n > n && str_eq(a->p[n], b->p[n]);
}

/* How much all of them begin with. */
static size_t
common(const struct tail *t, size_t n)
{
	size_t i, k;

	for (k = 0;; k++)
		for (i = 0; i < n; i++)
			if (!same_start(&t[0], &t[i], k))
				return k;
}

/* Brings those that begin as the first does to the front, in their order. */
static size_t
gather(struct tail *t, size_t n)
{
	struct tail one;
	size_t i, k = 1;

	for (i = 1; i < n; i++) {
		if (!same_start(&t[0], &t[i], 0))
			continue;
		one = t[i];
		memmove(&t[k + 1], &t[k], (i - k) * sizeof(*t));
		t[k++] = one;
	}
	return k;
}

static void join(struct buf *out, struct tail *t, size_t n, unsigned depth);

/* Those that begin alike: the beginning, then what follows in each. */
static void
join_group(struct buf *out, struct tail *t, size_t n, unsigned depth)
{
	size_t i, begin = common(t, n), empty = 0, k = 0;

	put(out, &t[0], begin);
	for (i = 0; i < n; i++) {
		empty += t[i].n == begin;
		if (t[i].n > begin)
			t[k++] = (struct tail){t[i].p + begin, t[i].n - begin};
	}
	if (k == 0)
		return;
	buf_puts(out, "(?:");
	join(out, t, k, depth + 1);
	buf_puts(out, empty > 0 ? ")?" : ")");
}

static void
join(struct buf *out, struct tail *t, size_t n, unsigned depth)
{
	size_t k;

	for (; n > 0; t += k, n -= k) {
		k = depth < DEPTH_MAX ? gather(t, n) : 1;
		if (k == 1)
			put(out, &t[0], t[0].n);
		else
			join_group(out, t, k, depth);
		if (n > k)
			buf_putc(out, '|');
	}
}

struct jv *
index_factor(struct arena *a, const struct jv *patterns)
{
	struct tail *t = ARENA_ARRAY(a, struct tail, patterns->items.n);
	struct jv *out = jv_array(a);
	struct buf b = {0};
	size_t i;

	for (i = 0; i < patterns->items.n; i++)
		t[i] = split(a, patterns->items.p[i]->text);
	buf_puts(&b, "^(?:");
	join(&b, t, patterns->items.n, 0);
	buf_puts(&b, ")$");
	jv_push(a, out, jv_string(a, arena_str(a, buf_str(&b))));
	buf_free(&b);
	return out;
}
