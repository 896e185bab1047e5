/* SPDX-License-Identifier: Apache-2.0 */
/* Strings: searching, cutting, case (rego 9.2). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

rv
rego_fn_contains(struct rego_call *c)
{
	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	return rv_bool(str_find(rego_str(c, 0), rego_str(c, 1), 0) < SIZE_MAX);
}

rv
rego_fn_startswith(struct rego_call *c)
{
	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	return rv_bool(str_starts(rego_str(c, 0), rego_str(c, 1)));
}

rv
rego_fn_endswith(struct rego_call *c)
{
	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	return rv_bool(str_ends(rego_str(c, 0), rego_str(c, 1)));
}

/* True if there is something to search; OPA refuses the empty string. */
static bool
want_search(struct rego_call *c)
{
	if (!rego_want_strings(c, 2))
		return false;
	if (rego_str(c, 1).n > 0 || !rego_is_go(c))
		return true;
	(void)rego_fail(c, REGO_EBUILTIN, "empty search character");
	return false;
}

rv
rego_fn_indexof(struct rego_call *c)
{
	size_t at;

	if (!want_search(c))
		return RV_UNDEFINED;
	at = str_find(rego_str(c, 0), rego_str(c, 1), 0);
	if (at == SIZE_MAX)
		return rego_int(c, -1);
	return rego_int(c, (int64_t)utf8_count(str_sub(rego_str(c, 0), 0, at)));
}

rv
rego_fn_indexof_n(struct rego_call *c)
{
	struct rv_builder b = {0};
	struct str s, sub;
	size_t i;
	unsigned ch;
	int64_t n = 0;

	if (!want_search(c))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	sub = rego_str(c, 1);
	for (i = 0; i < s.n && !c->heap->full; n++) {
		if (str_starts(str_sub(s, i, s.n), sub))
			rv_push(c->heap, &b, rego_int(c, n));
		i += utf8_decode(&ch, s, i);
	}
	return rv_array_close(c->heap, &b);
}

rv
rego_fn_substring(struct rego_call *c)
{
	int64_t from, n;
	struct str s;
	size_t start, end;

	if (!rego_want_string(c, 0) || !rego_want_integer(c, 1, &from) ||
	    !rego_want_integer(c, 2, &n))
		return RV_UNDEFINED;
	if (from < 0)
		return rego_fail(c, REGO_EBUILTIN, "negative offset");
	s = rego_str(c, 0);
	start = utf8_skip(s, 0, (size_t)from);
	end = n < 0 ? s.n : utf8_skip(s, start, (size_t)n);
	return rego_string(c, str_sub(s, start, end));
}

/* Each code point, or what stands between the delimiters. */
static void
split(struct rego_call *c, struct rv_builder *b, struct str s, struct str d)
{
	size_t i = 0, end;
	unsigned ch;

	while (d.n == 0 && i < s.n && !c->heap->full) {
		end = i + utf8_decode(&ch, s, i);
		rv_push(c->heap, b, rego_string(c, str_sub(s, i, end)));
		i = end;
	}
	if (d.n == 0)
		return;
	while ((end = str_find(s, d, i)) < SIZE_MAX && !c->heap->full) {
		rv_push(c->heap, b, rego_string(c, str_sub(s, i, end)));
		i = end + d.n;
	}
	rv_push(c->heap, b, rego_string(c, str_sub(s, i, s.n)));
}

rv
rego_fn_split(struct rego_call *c)
{
	struct rv_builder b = {0};

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	split(c, &b, rego_str(c, 0), rego_str(c, 1));
	return rv_array_close(c->heap, &b);
}

/* The first n parts; with n < 0 the last ones. */
rv
rego_fn_strings_split_n(struct rego_call *c)
{
	struct rv_builder b = {0};
	int64_t n;
	size_t first = 0;

	if (!rego_want_strings(c, 2) || !rego_want_integer(c, 2, &n))
		return RV_UNDEFINED;
	split(c, &b, rego_str(c, 0), rego_str(c, 1));
	if (n >= 0 && (uint64_t)n < b.n)
		b.n = (size_t)n;
	else if (n < 0 && 0 - (uint64_t)n < b.n)
		first = b.n - (size_t)(0 - (uint64_t)n);
	return rv_array_of(c->heap, b.v + first, b.n - first);
}

static bool
in_set(struct str set, unsigned ch)
{
	unsigned member;
	size_t i;

	for (i = 0; i < set.n;) {
		i += utf8_decode(&member, set, i);
		if (member == ch)
			return true;
	}
	return false;
}

enum { LEFT = 1, RIGHT = 2 };

/* `set` NULL: white space. */
static struct str
trim(struct str s, const struct str *set, int sides)
{
	unsigned ch;
	size_t n, at;

	while ((sides & LEFT) && s.n > 0) {
		n = utf8_decode(&ch, s, 0);
		if (!(set != NULL ? in_set(*set, ch) : unicode_is_space(ch)))
			break;
		s = str_sub(s, n, s.n);
	}
	while ((sides & RIGHT) && s.n > 0) {
		at = s.n - 1;
		while (at > 0 && s.n - at < 4 &&
		       ((unsigned char)s.p[at] & 0xc0) == 0x80)
			at--;
		if (at + utf8_decode(&ch, s, at) < s.n) { /* stray bytes */
			at = s.n - 1;
			ch = 0xfffd;
		}
		if (!(set != NULL ? in_set(*set, ch) : unicode_is_space(ch)))
			break;
		s.n = at;
	}
	return s;
}

static rv
trim_set(struct rego_call *c, int sides)
{
	struct str set;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	set = rego_str(c, 1);
	return rego_string(c, trim(rego_str(c, 0), &set, sides));
}

rv
rego_fn_trim(struct rego_call *c)
{
	return trim_set(c, LEFT | RIGHT);
}

rv
rego_fn_trim_left(struct rego_call *c)
{
	return trim_set(c, LEFT);
}

rv
rego_fn_trim_right(struct rego_call *c)
{
	return trim_set(c, RIGHT);
}

rv
rego_fn_trim_space(struct rego_call *c)
{
	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	return rego_string(c, trim(rego_str(c, 0), NULL, LEFT | RIGHT));
}

rv
rego_fn_trim_prefix(struct rego_call *c)
{
	struct str s, prefix;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	prefix = rego_str(c, 1);
	return str_starts(s, prefix) ? rego_string(c, str_sub(s, prefix.n, s.n))
				     : c->args[0];
}

rv
rego_fn_trim_suffix(struct rego_call *c)
{
	struct str s, suffix;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	suffix = rego_str(c, 1);
	return str_ends(s, suffix)
		   ? rego_string(c, str_sub(s, 0, s.n - suffix.n))
		   : c->args[0];
}

rv
rego_fn_upper(struct rego_call *c)
{
	struct buf *b = rego_text(c);

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	unicode_put_upper(b, rego_str(c, 0), c->heap->profile->full_case);
	return rego_text_done(c, b);
}

rv
rego_fn_lower(struct rego_call *c)
{
	struct buf *b = rego_text(c);

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	unicode_put_lower(b, rego_str(c, 0), c->heap->profile->full_case);
	return rego_text_done(c, b);
}

/* OPA: those that do not overlap; the agent: all. */
rv
rego_fn_strings_count(struct rego_call *c)
{
	struct str s, sub;
	size_t i = 0;
	int64_t n = 0;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	sub = rego_str(c, 1);
	if (sub.n == 0 && !rego_is_go(c))
		return rego_fail(c, REGO_EBUILTIN, "empty search string");
	if (sub.n == 0)
		return rego_int(c, (int64_t)utf8_count(s) + 1);
	for (; (i = str_find(s, sub, i)) < SIZE_MAX; n++)
		i += rego_is_go(c) ? sub.n : 1;
	return rego_int(c, n);
}
