/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/mutant.h"
#include "runtime/base/banned.h"

#define DEEPEST 25 /* four times this is what JSON readers take */
#define LONGEST ((size_t)1 << 14)

/* A place of a request. */
struct spot {
	struct jv *v;
	struct str key; /* the nearest member that it is in */
};

struct making {
	struct mutants *m;
	struct arena *arena;
	struct spot at;
	size_t left; /* places before the one that is looked for */
};

/* SplitMix64. */
static uint64_t
next(struct mutants *m)
{
	uint64_t z = m->seed += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

size_t
mutants_below(struct mutants *m, size_t n)
{
	return (size_t)(next(m) % n);
}

#define ONE_OF(m, list)                                                        \
	((list)[mutants_below((m), sizeof(list) / sizeof(*(list)))])

static size_t
count(const struct jv *v)
{
	const struct jv_member *member;
	struct jv *const *item;
	size_t n = 1;

	VEC_FOREACH(item, &v->items)
		n += count(*item);
	VEC_FOREACH(member, &v->members)
		n += count(member->value);
	return n;
}

/* True: `at` is the place. */
static bool
find(struct making *g, struct jv *v, struct str key)
{
	struct jv_member *member;
	struct jv **item;

	if (g->left-- == 0) {
		g->at = (struct spot){v, key};
		return true;
	}
	VEC_FOREACH(item, &v->items) {
		if (find(g, *item, key))
			return true;
	}
	VEC_FOREACH(member, &v->members) {
		if (find(g, member->value, member->key))
			return true;
	}
	return false;
}

/* Any place but the request itself; of one that is empty, that. */
static struct spot
choose(struct making *g, const struct jv *request)
{
	size_t n = count(request);

	g->left = n == 1 ? 0 : 1 + mutants_below(g->m, n - 1);
	(void)find(g, (struct jv *)(uintptr_t)request, STR(""));
	return g->at;
}

static struct jv *
number(struct making *g)
{
	static const char *const spelled[] = {"0", "1", "-1", "2", "7", "127",
	    "128", "136", "255", "256", "65535", "2147483647", "-2147483648",
	    "4294967295", "4294967296", "9007199254740993",
	    "9223372036854775807", "-9223372036854775808",
	    "9223372036854775808", "18446744073709551615",
	    "18446744073709551616", "123456789012345678901234567890", "0.5",
	    "-2.25", "1e3", "1e15", "1.5e10"};
	struct jv *v = jv_new(g->arena, JV_NUMBER);

	v->text = str_from(ONE_OF(g->m, spelled));
	return v;
}

static struct jv *
text(struct making *g)
{
	static const char *const spelled[] = {"", " ", ".", "..", "/", "/..",
	    "a/../b", "\\", "\"", "'", "%s", "%d%n", "$", "$(", "$(host-name)",
	    "$(sandbox-name)", "$(bundle-id)", "$$", "^.*$", "[", "(?i)a", "=",
	    "A=B=C", "\n", "\r\n", "\t", "\xc3\xa9", "e\xcc\x81",
	    "\xe2\x80\xa8", "\xe2\x80\xae", "\xf0\x9f\x98\x80", "\xef\xbb\xbf",
	    "\xef\xbf\xbf", "\x7f", "\x01", "\xc4\xb0", "\xc3\x9f", "0", "true",
	    "null", "{}", "agent_policy:1: x", "lo", "127.0.0.1", "::1", "CAP_",
	    "CAP_SYS_ADMIN", "rw", "ro", "network", "cgroup", "mount", "blk",
	    "scsi", "overlay", "image_guest_pull", "/dev/vfio/devices/vfio0",
	    "sandbox_name"};

	if (mutants_below(g->m, 64) == 0)
		return jv_string(g->arena, STR("\0"));
	return jv_string(g->arena, str_from(ONE_OF(g->m, spelled)));
}

static void
retype(struct making *g)
{
	struct arena *a = g->arena;
	struct jv *as[] = {jv_new(a, JV_NULL), jv_bool(a, false),
	    jv_bool(a, true), number(g), text(g), jv_array(a), jv_object(a)};

	*g->at.v = *ONE_OF(g->m, as);
}

static void
renumber(struct making *g)
{
	*g->at.v = *number(g);
}

static void
retext(struct making *g)
{
	*g->at.v = *text(g);
}

/* A piece of a text replaced by another, or by nothing. */
static void
edit(struct making *g)
{
	struct str s = jv_str(g->at.v), with = jv_str(text(g));
	size_t at, end;

	if (!jv_is(g->at.v, JV_STRING)) {
		retype(g);
		return;
	}
	at = mutants_below(g->m, s.n + 1);
	end = at + mutants_below(g->m, 3);
	if (end > s.n)
		end = s.n;
	s = arena_printf(g->arena, "%.*s%.*s%.*s", STR_ARG(str_sub(s, 0, at)),
	    STR_ARG(with), STR_ARG(str_sub(s, end, s.n)));
	if (str_is_utf8(s))
		g->at.v->text = s;
}

static void
repeat(struct making *g)
{
	struct str s = jv_str(g->at.v);
	struct buf b = {0};

	if (s.n == 0)
		s = STR("x");
	while (b.n < LONGEST >> mutants_below(g->m, 10))
		buf_put(&b, s);
	*g->at.v = *jv_string(g->arena, arena_str(g->arena, buf_str(&b)));
	buf_free(&b);
}

static void
nest(struct making *g)
{
	struct arena *a = g->arena;
	size_t n = 1 + mutants_below(g->m, DEEPEST);
	struct jv *v = jv_copy(a, g->at.v), *out;

	for (; n > 0; n--) {
		out = n % 2 == 0 ? jv_array(a) : jv_object(a);
		if (n % 2 == 0)
			(void)jv_push(a, out, v);
		else
			(void)jv_set(a, out, g->at.key, v);
		v = out;
	}
	*g->at.v = *v;
}

static const struct jv *
any(struct making *g)
{
	return g->m->all.p[mutants_below(g->m, g->m->all.n)];
}

/* Some part of some request. */
static struct jv *
foreign(struct making *g)
{
	struct making of = *g;

	return jv_copy(g->arena, choose(&of, any(g)).v);
}

static void
grow(struct making *g)
{
	struct jv *v = g->at.v;

	if (v->type == JV_ARRAY)
		(void)jv_push(g->arena, v, foreign(g));
	else if (v->type == JV_OBJECT)
		(void)jv_set(g->arena, v, jv_str(text(g)), foreign(g));
	else
		*v = *foreign(g);
}

/* Elements or members change places: two, or half of them. */
static void
permute(struct making *g)
{
	struct jv *v = g->at.v, *kept;
	size_t n = v->items.n, turns, i, k;

	if (n < 2) {
		grow(g);
		return;
	}
	turns = mutants_below(g->m, 2) == 0 ? 1 : n / 2;
	for (; turns > 0; turns--) {
		i = mutants_below(g->m, n);
		k = mutants_below(g->m, n);
		kept = v->items.p[i];
		v->items.p[i] = v->items.p[k];
		v->items.p[k] = kept;
	}
}

static void
duplicate(struct making *g)
{
	struct jv *v = g->at.v;
	size_t n = v->items.n;

	if (n == 0)
		grow(g);
	else
		(void)jv_push(g->arena, v,
		    jv_copy(g->arena, v->items.p[mutants_below(g->m, n)]));
}

static void
drop(struct making *g)
{
	struct jv *v = g->at.v;

	if (v->items.n > 0)
		VEC_REMOVE(&v->items, mutants_below(g->m, v->items.n));
	else if (v->members.n > 0)
		VEC_REMOVE(&v->members, mutants_below(g->m, v->members.n));
	else
		retype(g);
}

/* A member of the same name of another request. */
static bool
find_member(struct making *g, struct jv *v, struct str key)
{
	struct jv_member *member;
	struct jv **item;

	VEC_FOREACH(item, &v->items) {
		if (find_member(g, *item, key))
			return true;
	}
	VEC_FOREACH(member, &v->members) {
		if (str_eq(member->key, key)) {
			g->at.v = member->value;
			return true;
		}
		if (find_member(g, member->value, key))
			return true;
	}
	return false;
}

static void
swap(struct making *g)
{
	struct making of = *g;

	if (find_member(&of, jv_copy(g->arena, any(g)), g->at.key) &&
	    of.at.v->type == g->at.v->type)
		*g->at.v = *of.at.v;
	else
		grow(g);
}

static void (*const steps[])(struct making *) = {retype, renumber, retext, edit,
    edit, repeat, nest, grow, permute, duplicate, drop, swap, swap, swap};

struct jv *
mutants_make(struct mutants *m, struct arena *a, const struct jv *request)
{
	struct making g = {.m = m, .arena = a};
	struct jv *made = jv_copy(a, request);
	size_t n = 1 + mutants_below(m, 16);

	/* Mostly one step: more of them are refused for the first. */
	for (n = n > 12 ? n - 12 : 1; n > 0; n--) {
		g.at = choose(&g, made);
		ONE_OF(m, steps)(&g);
		if (made->type != JV_OBJECT)
			made = jv_object(a);
	}
	return made;
}
