/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that are put together (rego 9.2). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

/* The first element that is no string; RV_UNDEFINED: none. */
static rv
not_string(rv list)
{
	size_t i;

	for (i = 0; i < rv_count(list); i++)
		if (rv_type(rv_items(list)[i]) != RV_TSTRING)
			return rv_items(list)[i];
	return RV_UNDEFINED;
}

static bool
want_strings_in(struct rego_call *c, unsigned i)
{
	rv list = c->args[i], odd = not_string(list);

	if (odd == RV_UNDEFINED)
		return true;
	(void)rego_bad_operand(c, i,
	    "must be %s of strings but got %s containing %s",
	    rv_type_name(list), rv_type_name(list), rv_type_name(odd));
	return false;
}

rv
rego_fn_concat(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	rv list = c->args[1];
	size_t i;

	if (!rego_want_string(c, 0) ||
	    !rego_want(
		c, 1, REGO_IS(RV_TSET) | REGO_IS(RV_TARRAY), "{set, array}") ||
	    !want_strings_in(c, 1))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(list) && rego_text_fits(c, b); i++) {
		if (i > 0)
			buf_put(b, rego_str(c, 0));
		buf_put(b, rv_str(rv_items(list)[i]));
	}
	return rego_text_done(c, b);
}

/* Between all characters and at both ends. */
static void
interleave(struct rego_call *c, struct buf *b, struct str s, struct str with)
{
	size_t i, n;
	unsigned ch;

	buf_put(b, with);
	for (i = 0; i < s.n && rego_text_fits(c, b); i += n) {
		n = utf8_decode(&ch, s, i);
		buf_put(b, str_sub(s, i, i + n));
		buf_put(b, with);
	}
}

rv
rego_fn_replace(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct str s, old, new;
	size_t i = 0, at;

	if (!rego_want_strings(c, 3))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	old = rego_str(c, 1);
	new = rego_str(c, 2);
	if (old.n == 0) {
		interleave(c, b, s, new);
		return rego_text_done(c, b);
	}
	while ((at = str_find(s, old, i)) < SIZE_MAX && rego_text_fits(c, b)) {
		buf_put(b, str_sub(s, i, at));
		buf_put(b, new);
		i = at + old.n;
	}
	if (i == 0)
		return c->args[0];
	buf_put(b, str_sub(s, i, s.n));
	return rego_text_done(c, b);
}

/*
 * The first key that stands at byte `i`; SIZE_MAX: none.  The empty one stands
 * everywhere, but counts once between two characters.
 */
static size_t
key_at(rv map, struct str s, size_t i, bool empty_done)
{
	size_t k;

	for (k = 0; k < rv_count(map); k++) {
		struct str key = rv_str(rv_keys(map)[k]);

		if ((key.n > 0 || !empty_done) &&
		    str_starts(str_sub(s, i, s.n), key))
			return k;
	}
	return SIZE_MAX;
}

static void
replace_n(struct rego_call *c, struct buf *b, rv map, struct str s)
{
	bool empty_done = false;
	size_t i = 0, k, n;
	unsigned ch;

	while (rego_text_fits(c, b)) {
		k = key_at(map, s, i, empty_done);
		if (k < SIZE_MAX) {
			buf_put(b, rv_str(rv_values(map)[k]));
			n = rv_str(rv_keys(map)[k]).n;
			empty_done = n == 0;
		} else if (i < s.n) {
			n = utf8_decode(&ch, s, i);
			buf_put(b, str_sub(s, i, i + n));
			empty_done = false;
		} else
			break;
		i += n;
	}
}

rv
rego_fn_strings_replace_n(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	rv map = c->args[0];
	size_t i;

	if (!rego_want_object(c, 0) || !rego_want_string(c, 1))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(map); i++)
		if (rv_type(rv_keys(map)[i]) != RV_TSTRING)
			return rego_bad_operand(
			    c, 0, "non-string key found in pattern object");
		else if (rv_type(rv_values(map)[i]) != RV_TSTRING)
			return rego_bad_operand(
			    c, 0, "non-string value found in pattern object");
	replace_n(c, b, map, rego_str(c, 1));
	return rego_text_done(c, b);
}

rv
rego_fn_strings_reverse(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct str s;
	size_t i, n;
	unsigned ch;
	char *end;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	end = buf_reserve(b, s.n + 1) + s.n;
	b->n = s.n;
	for (i = 0; i < s.n; i += n) {
		n = utf8_decode(&ch, s, i);
		end -= n;
		memcpy(end, s.p + i, n);
	}
	return rego_text_done(c, b);
}

/* A string counts as a list of one. */
static size_t
texts(struct rego_call *c, unsigned i, const rv **items)
{
	if (rv_type(c->args[i]) != RV_TSTRING)
		return rego_items(c->args[i], items);
	*items = &c->args[i];
	return 1;
}

static bool
want_texts(struct rego_call *c, unsigned i)
{
	return rego_want(c, i,
		   REGO_IS(RV_TSTRING) | REGO_IS(RV_TSET) | REGO_IS(RV_TARRAY),
		   "{string, set, array}") &&
	       (rv_type(c->args[i]) == RV_TSTRING || want_strings_in(c, i));
}

static rv
any_match(struct rego_call *c, bool (*matches)(struct str, struct str))
{
	const rv *a = NULL, *b = NULL;
	size_t i, k, n, m;

	if (!want_texts(c, 0) || !want_texts(c, 1))
		return RV_UNDEFINED;
	n = texts(c, 0, &a);
	m = texts(c, 1, &b);
	for (i = 0; i < n; i++)
		for (k = 0; k < m; k++)
			if (matches(rv_str(a[i]), rv_str(b[k])))
				return RV_TRUE;
	return RV_FALSE;
}

rv
rego_fn_strings_any_prefix_match(struct rego_call *c)
{
	return any_match(c, str_starts);
}

rv
rego_fn_strings_any_suffix_match(struct rego_call *c)
{
	return any_match(c, str_ends);
}
