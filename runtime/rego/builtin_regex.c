/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions and globs (rego 9.5, 10). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/regex.h"
#include "runtime/rego/unicode.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static enum regex_syntax
syntax(const struct rego_call *c)
{
	static const enum regex_syntax of[] = {
	    REGEX_GO, REGEX_RUST, REGEX_RUST_OLD};

	return of[c->heap->profile->regex];
}

/* What is over the limits is no verdict: the evaluation ends. */
static void
regex_failed(struct rego_call *c, const struct rt_err *err)
{
	(void)rego_fail(c, REGO_EBUILTIN, "%.200s", err->text);
	if (err->code == RT_ELIMIT)
		c->fault->aborts = true;
}

static bool
compile(struct rego_call *c, const struct regex **out, struct str pattern)
{
	struct rt_err err = {0};

	if (regex_compile(
		out, c->env->regexes, syntax(c), pattern, STR(""), &err) == 0)
		return true;
	regex_failed(c, &err);
	return false;
}

/* Pattern and subject are operands; the subject must be UTF-8. */
static bool
operands(struct rego_call *c, const struct regex **r, unsigned pattern,
    unsigned subject)
{
	if (!rego_want_string(c, pattern) || !rego_want_string(c, subject))
		return false;
	if (!(rv_head(c->args[subject])->flags & RV_F_ASCII) &&
	    !str_is_utf8(rego_str(c, subject))) {
		(void)rego_bad_operand(c, subject, "must be UTF-8");
		return false;
	}
	return compile(c, r, rego_str(c, pattern));
}

/* 1: a match; 0: none; -1: the evaluation ends. */
static int
search(struct rego_call *c, const size_t **at, const struct regex *r,
    struct str s, size_t from)
{
	struct rt_err err = {0};
	int rc = regex_search(at, r, s, from, &err);

	if (rc >= 0)
		return rc;
	regex_failed(c, &err);
	return -1;
}

static rv
matches(struct rego_call *c, const struct regex *r, struct str s)
{
	struct rt_err err = {0};
	int rc = regex_matches(r, s, &err);

	if (rc >= 0)
		return rv_bool(rc == 1);
	regex_failed(c, &err);
	return RV_UNDEFINED;
}

rv
rego_fn_regex_match(struct rego_call *c)
{
	const struct regex *r;

	if (!operands(c, &r, 0, 1))
		return RV_UNDEFINED;
	return matches(c, r, rego_str(c, 1));
}

rv
rego_fn_regex_is_valid(struct rego_call *c)
{
	const struct regex *r;
	struct rt_err err = {0};

	if (rv_type(c->args[0]) != RV_TSTRING)
		return RV_FALSE;
	if (regex_compile(&r, c->env->regexes, syntax(c), rego_str(c, 0),
		STR(""), &err) == 0)
		return RV_TRUE;
	if (err.code != RT_ELIMIT)
		return RV_FALSE;
	regex_failed(c, &err);
	return RV_UNDEFINED;
}

/*
 * All matches from left to right that do not overlap; an empty one right
 * behind another does not count.
 */
struct finder {
	struct rego_call *c;
	const struct regex *r;
	struct str s;
	size_t from, last; /* last: end of the previous match, SIZE_MAX */
	const size_t *at;
	bool failed;
};

static bool
find_next(struct finder *f)
{
	unsigned ch;
	int rc;

	while (f->from <= f->s.n) {
		rc = search(f->c, &f->at, f->r, f->s, f->from);
		f->failed = rc < 0 || f->c->heap->full;
		if (rc <= 0 || f->failed)
			return false;
		if (f->at[1] > f->at[0] || f->at[1] != f->last) {
			f->last = f->at[1];
			f->from = f->at[1];
			if (f->at[1] == f->at[0])
				f->from += f->from < f->s.n
					       ? utf8_decode(&ch, f->s, f->from)
					       : 1;
			return true;
		}
		f->from =
		    f->at[1] +
		    (f->at[1] < f->s.n ? utf8_decode(&ch, f->s, f->at[1]) : 1);
	}
	return false;
}

static struct finder
finder(struct rego_call *c, const struct regex *r, struct str s)
{
	return (struct finder){.c = c, .r = r, .s = s, .last = SIZE_MAX};
}

static rv
group_text(const struct finder *f, size_t i)
{
	size_t from = f->at[2 * i], to = f->at[2 * i + 1];

	if (from == SIZE_MAX || to < from)
		return rv_empty_string;
	return rego_string(f->c, str_sub(f->s, from, to));
}

static rv
find_texts(struct rego_call *c, bool groups)
{
	struct rv_builder out = {0}, one = {0};
	const struct regex *r;
	struct finder f;
	int64_t n;
	size_t i;

	if (!operands(c, &r, 0, 1) || !rego_want_integer(c, 2, &n))
		return RV_UNDEFINED;
	f = finder(c, r, rego_str(c, 1));
	while ((n < 0 || (uint64_t)n > out.n) && find_next(&f)) {
		for (i = 0; i <= (groups ? regex_groups(r) : 0); i++)
			rv_push(
			    c->heap, groups ? &one : &out, group_text(&f, i));
		if (groups)
			rv_push(c->heap, &out, rv_array_close(c->heap, &one));
	}
	return f.failed ? RV_UNDEFINED : rv_array_close(c->heap, &out);
}

rv
rego_fn_regex_find_n(struct rego_call *c)
{
	return find_texts(c, false);
}

rv
rego_fn_regex_find_all_string_submatch_n(struct rego_call *c)
{
	return find_texts(c, true);
}

/* Go leaves out an empty match at the start and an empty rest after one. */
rv
rego_fn_regex_split(struct rego_call *c)
{
	struct rv_builder out = {0};
	const struct regex *r;
	struct finder f;
	struct str s;
	size_t from = 0, end = 0;
	bool go = rego_is_go(c);

	if (!operands(c, &r, 0, 1))
		return RV_UNDEFINED;
	s = rego_str(c, 1);
	f = finder(c, r, s);
	if (go && s.n == 0 && rego_str(c, 0).n > 0) {
		rv_push(c->heap, &out, c->args[1]);
		return rv_array_close(c->heap, &out);
	}
	while (find_next(&f)) {
		end = f.at[0];
		if (!go || f.at[1] != 0)
			rv_push(c->heap, &out,
			    rego_string(c, str_sub(s, from, end)));
		from = f.at[1];
	}
	if (!go || end != s.n)
		rv_push(c->heap, &out, rego_string(c, str_sub(s, from, s.n)));
	return f.failed ? RV_UNDEFINED : rv_array_close(c->heap, &out);
}

static bool
is_name_char(unsigned ch)
{
	return ch == '_' || (ch >= '0' && ch <= '9') ||
	       ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z');
}

static void
put_group(struct buf *out, const struct finder *f, size_t i)
{
	size_t from = f->at[2 * i], to = f->at[2 * i + 1];

	if (from != SIZE_MAX && to >= from)
		buf_put(out, str_sub(f->s, from, to));
}

static void
put_reference(struct buf *out, const struct finder *f, struct str name)
{
	uint64_t n;
	size_t i;

	if (str_u64(name, 100000, &n)) {
		if (n <= regex_groups(f->r))
			put_group(out, f, (size_t)n);
		return;
	}
	for (i = 1; i <= regex_groups(f->r); i++)
		if (str_eq(regex_group_name(f->r, i), name) &&
		    f->at[2 * i] != SIZE_MAX) {
			put_group(out, f, i);
			return;
		}
}

/* After a dollar sign: $$, $name, ${name}; 0: it is only a dollar sign. */
static size_t
reference(struct buf *out, const struct finder *f, struct str t, size_t i)
{
	bool braces = i < t.n && t.p[i] == '{';
	size_t start = i + braces, end = start;

	if (i < t.n && t.p[i] == '$') {
		buf_putc(out, '$');
		return i + 1;
	}
	while (end < t.n && is_name_char((unsigned char)t.p[end]))
		end++;
	if (end == start || (braces && (end == t.n || t.p[end] != '}')))
		return 0;
	put_reference(out, f, str_sub(t, start, end));
	return end + braces;
}

static void
expand(struct buf *out, const struct finder *f, struct str t)
{
	size_t i = 0, dollar, after;

	while ((dollar = str_chr(t, '$', i)) < SIZE_MAX) {
		buf_put(out, str_sub(t, i, dollar));
		after = reference(out, f, t, dollar + 1);
		if (after == 0)
			buf_putc(out, '$');
		i = after > 0 ? after : dollar + 1;
	}
	buf_put(out, str_sub(t, i, t.n));
}

rv
rego_fn_regex_replace(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	const struct regex *r;
	struct finder f;
	struct str s;
	size_t from = 0;

	if (!operands(c, &r, 1, 0) || !rego_want_string(c, 2))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	f = finder(c, r, s);
	while (find_next(&f) && rego_text_fits(c, b)) {
		buf_put(b, str_sub(s, from, f.at[0]));
		expand(b, &f, rego_str(c, 2));
		from = f.at[1];
	}
	if (f.failed)
		return RV_UNDEFINED;
	buf_put(b, str_sub(s, from, s.n));
	return rego_text_done(c, b);
}

/* Characters with a meaning in patterns. */
static void
put_literal(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != 0 && strchr("\\.+*?()|[]{}^$", s.p[i]) != NULL)
			buf_putc(out, '\\');
		buf_putc(out, s.p[i]);
	}
}

static bool
unbalanced(struct rego_call *c)
{
	(void)rego_fail(c, REGO_EBUILTIN, "unbalanced braces in \"%.*s\"",
	    STR_ARG(str_clip(rego_str(c, 0), 150)));
	return false;
}

/* The end of what opens at `i`; SIZE_MAX: it stays open. */
static size_t
closing(struct str t, size_t i, char open, char close)
{
	size_t level = 0;

	for (; i < t.n; i++) {
		if (t.p[i] == open)
			level++;
		else if (t.p[i] == close && --level == 0)
			return i;
	}
	return SIZE_MAX;
}

static bool
template_pattern(struct rego_call *c, struct buf *out, char open, char close)
{
	struct str t = rego_str(c, 0);
	size_t i = 0, start, end;

	buf_putc(out, '^');
	for (; i < t.n; i = end + 1) {
		for (start = i; start < t.n && t.p[start] != open; start++)
			if (t.p[start] == close)
				return unbalanced(c);
		put_literal(out, str_sub(t, i, start));
		if (start == t.n)
			break;
		end = closing(t, start, open, close);
		if (end == SIZE_MAX)
			return unbalanced(c);
		buf_putc(out, '(');
		buf_put(out, str_sub(t, start + 1, end));
		buf_putc(out, ')');
	}
	buf_putc(out, '$');
	return true;
}

rv
rego_fn_regex_template_match(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	const struct regex *r;
	unsigned i;

	if (!rego_want_strings(c, 4))
		return RV_UNDEFINED;
	for (i = 2; i < 4; i++)
		if (rego_str(c, i).n != 1)
			return rego_fail(c, REGO_EBUILTIN,
			    "%s delimiter has to be exactly one character "
			    "long but is %zu long",
			    i == 2 ? "start" : "end", rego_str(c, i).n);
	if (!str_is_utf8(rego_str(c, 1)))
		return rego_bad_operand(c, 1, "must be UTF-8");
	if (!template_pattern(c, b, rego_str(c, 2).p[0], rego_str(c, 3).p[0]) ||
	    !compile(c, &r, buf_str(b)))
		return RV_UNDEFINED;
	return matches(c, r, rego_str(c, 1));
}

/* Delimiters one after the other: none given: a point; null: none at all. */
static bool
delimiters(struct rego_call *c, struct buf *out)
{
	rv list = c->args[1];
	size_t i;

	if (!rego_want(
		c, 1, REGO_IS(RV_TARRAY) | REGO_IS(RV_TNULL), "{array, null}"))
		return false;
	if (list == RV_NULL)
		return true;
	for (i = 0; i < rv_count(list); i++) {
		rv v = rv_items(list)[i];

		if (rv_type(v) != RV_TSTRING || utf8_count(rv_str(v)) != 1) {
			(void)rego_bad_operand(c, 1,
			    "must be array of %s but got array containing %s",
			    rv_type(v) == RV_TSTRING ? "runes" : "strings",
			    rv_type_name(v));
			return false;
		}
		utf8_put_valid(out, rv_str(v));
	}
	if (rv_count(list) == 0)
		buf_putc(out, '.');
	return true;
}

rv
rego_fn_glob_match(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	const struct regex *r;
	struct rt_err err = {0};

	if (!rego_want_string(c, 0) || !delimiters(c, b) ||
	    !rego_want_string(c, 2))
		return RV_UNDEFINED;
	if (!str_is_utf8(rego_str(c, 2)))
		return rego_bad_operand(c, 2, "must be UTF-8");
	if (regex_compile(&r, c->env->regexes, REGEX_GLOB, rego_str(c, 0),
		buf_str(b), &err) != 0) {
		regex_failed(c, &err);
		return RV_UNDEFINED;
	}
	return matches(c, r, rego_str(c, 2));
}

rv
rego_fn_glob_quote_meta(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct str s;
	size_t i;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	for (i = 0; i < s.n; i++) {
		if (s.p[i] != 0 && strchr("*?\\[]{}", s.p[i]) != NULL)
			buf_putc(b, '\\');
		buf_putc(b, s.p[i]);
	}
	return rego_text_done(c, b);
}
