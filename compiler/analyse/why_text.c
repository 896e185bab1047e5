/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Denials in texts.  The agent's message travels through ttrpc, shim,
 * containerd, kubelet and kubectl, and several of them quote it; how often it
 * was escaped is seen from the first quotation mark in it.
 */
#include <string.h>

#include "compiler/analyse/why_int.h"
#include "runtime/base/banned.h"

static const char blocked[] = "Request is blocked by policy:";
static const char mark[] = "agent_policy:";

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Backslashes before the first quotation mark: 2^depth - 1 of them. */
static unsigned
depth_of(struct str s)
{
	size_t quote = str_chr(s, '"', 0), n = 0;
	unsigned depth = 0;

	if (quote == SIZE_MAX)
		return 0;
	while (n < quote && s.p[quote - 1 - n] == '\\')
		n++;
	while (n > 0 && depth < 8) {
		n /= 2;
		depth++;
	}
	return depth;
}

static int
hex_digit(char c)
{
	return is_digit(c)            ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/*
 * "u003c" or "x3c", as Go writes '<': the characters behind the backslash, or
 * 0.  Markers are ASCII, so nothing else is looked at.
 */
static size_t
hex_escape(char *out, struct str s)
{
	size_t n = s.n > 0 && s.p[0] == 'u' ? 5 : s.p[0] == 'x' ? 3 : 0, i;
	int value = 0;

	for (i = 1; i < n && n <= s.n; i++) {
		if (hex_digit(s.p[i]) < 0 || value > 0x7f >> 4)
			return 0;
		value = value << 4 | hex_digit(s.p[i]);
	}
	if (n == 0 || n > s.n)
		return 0;
	*out = (char)value;
	return n;
}

/* What a quoted string stands for, as Go, Rust and C quote. */
static struct str
unescape(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t i, n = 0, more;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n) {
			i++;
			more = hex_escape(&p[n], str_sub(s, i, s.n));
			if (more > 0) {
				i += more - 1;
				n++;
				continue;
			}
			p[n++] = s.p[i] == 'n'   ? '\n'
				 : s.p[i] == 't' ? '\t'
				 : s.p[i] == 'r' ? '\r'
						 : s.p[i];
		} else {
			p[n++] = s.p[i];
		}
	}
	return (struct str){p, n};
}

/* "agent_policy:7: ": the length, or 0; the oldest engine has two blanks. */
static size_t
mark_length(struct str s)
{
	size_t i = sizeof(mark) - 1;

	if (!str_starts(s, str_from(mark)) || i >= s.n || !is_digit(s.p[i]))
		return 0;
	while (i < s.n && is_digit(s.p[i]))
		i++;
	if (!str_starts(str_sub(s, i, s.n), STR(": ")))
		return 0;
	return str_starts(str_sub(s, i, s.n), STR(":  ")) ? i + 3 : i + 2;
}

/* A word up to a blank; `*s` goes on behind it. */
static struct str
word(struct str *s)
{
	size_t end = str_chr(*s, ' ', 0);
	struct str w;

	if (end == SIZE_MAX)
		end = s->n;
	w = str_sub(*s, 0, end);
	*s = str_sub(*s, end + 1, s->n);
	return w;
}

/* The end of a JSON text, or of its first bytes. */
static size_t
json_end(struct str s)
{
	size_t i, level = 0;
	bool quoted = false;

	if (s.n > WHY_FOUND_MAX)
		s.n = WHY_FOUND_MAX;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{'))
			level++;
		else if (!quoted && (c == ']' || c == '}') && level > 0)
			level--;
		else if (!quoted && level == 0 &&
			 (c == ' ' || c == ',' || c == '\n'))
			return i;
		if (!quoted && level == 0 && (c == '"' || c == ']' || c == '}'))
			return i + 1;
	}
	return s.n;
}

static void
set_found(struct why_marker *m, struct arena *a, struct str s)
{
	size_t end = json_end(s);
	struct jv *v;

	m->found = arena_str(a, str_sub(s, 0, end));
	m->cut = jv_parse(&v, a, m->found, NULL) != 0;
}

/* The length of what consists of such characters. */
static size_t
span(struct str s, bool (*is)(char))
{
	size_t i = 0;

	while (i < s.n && is(s.p[i]))
		i++;
	return i;
}

static bool
is_check(char c)
{
	return is_letter(c) || c == '-';
}

/* The container's index; there is none in what the policy does not know. */
static void
container(struct why_marker *m, struct str *s)
{
	static const struct str unknown = STR_INIT("<undefined>");
	size_t digits = span(*s, is_digit);
	uint64_t n;

	if (digits > 0 && str_u64(str_sub(*s, 0, digits), 100000, &n)) {
		m->container = (size_t)n;
		*s = str_sub(*s, digits + 1, s->n);
	} else if (str_starts(*s, unknown)) {
		*s = str_sub(*s, unknown.n + 1, s->n);
	}
}

/* "CHECK CONTAINER POINTER FOUND": all of them may be missing. */
static struct why_marker
marker(struct arena *a, struct str s)
{
	struct why_marker m = {.container = SIM_NO_CONTAINER};
	size_t check = span(s, is_check);

	m.check = arena_str(a, str_sub(s, 0, check));
	if (check > 0)
		s = str_sub(s, check + 1, s.n);
	container(&m, &s);
	if (s.n > 0 && s.p[0] == '/') {
		m.pointer = arena_str(a, word(&s));
		set_found(&m, a, s);
	}
	return m;
}

static void
markers(struct why_denial *d, struct arena *a, struct str s)
{
	size_t at = str_find(s, str_from(mark), 0), next, skip;

	while (at != SIZE_MAX) {
		skip = mark_length(str_sub(s, at, s.n));
		next = str_find(s, str_from(mark), at + 1);
		if (skip > 0)
			VEC_PUSH(a, &d->markers,
			    marker(a, str_sub(s, at + skip,
					  next == SIZE_MAX ? s.n : next - 1)));
		at = next;
	}
}

static bool
same(const struct why_denial *a, const struct why_denial *b)
{
	size_t i;

	if (!str_eq(a->kind, b->kind) || a->markers.n != b->markers.n)
		return false;
	for (i = 0; i < a->markers.n; i++) {
		const struct why_marker *x = &a->markers.p[i];
		const struct why_marker *y = &b->markers.p[i];

		if (!str_eq(x->check, y->check) ||
		    !str_eq(x->pointer, y->pointer) ||
		    !str_eq(x->found, y->found) || x->container != y->container)
			return false;
	}
	return true;
}

static void
add(struct why_denials *out, struct arena *a, struct why_denial *d)
{
	struct why_denial **it;

	VEC_FOREACH(it, &out->list) {
		if (same(*it, d))
			return;
	}
	VEC_PUSH(a, &out->list, d);
}

/* The message ends with its line, or where the next one begins. */
static struct str
message(struct arena *a, struct str text, size_t at)
{
	size_t end = str_chr(text, '\n', at);
	size_t next = str_find(text, str_from(blocked), at + 1);
	struct str s;
	unsigned depth;

	if (end > next)
		end = next;
	s = str_sub(text, at + sizeof(blocked) - 1, end);
	for (depth = depth_of(s); depth > 0; depth--)
		s = unescape(a, s);
	return s;
}

int
why_read(struct why_denials *out, struct arena *a, struct str text,
    struct rt_err *err)
{
	size_t at = 0, number = 0, from;

	if (text.n > WHY_TEXT_MAX)
		return rt_err_set(err, RT_ELIMIT, "a text of more than %zu MiB",
		    WHY_TEXT_MAX >> 20);
	while ((at = str_find(text, str_from(blocked), at)) != SIZE_MAX) {
		struct why_denial *d = ARENA_NEW(a, struct why_denial);

		d->number = ++number;
		for (from = at; from > 0 && is_letter(text.p[from - 1]);)
			from--;
		d->kind = arena_str(
		    a, str_sub(text, from, at + sizeof("Request") - 1));
		markers(d, a, message(a, text, at));
		if (agent_request_known(d->kind))
			add(out, a, d);
		at++;
	}
	return 0;
}

void
why_prints(struct why_denial *out, struct arena *a, struct str kind,
    const struct jv *prints)
{
	struct jv **it;

	*out = (struct why_denial){.kind = kind};
	if (prints == NULL)
		return;
	VEC_FOREACH(it, &prints->items)
		markers(out, a, jv_str(*it));
}
