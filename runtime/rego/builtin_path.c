/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.filter and json.remove (rego 9.3).  The paths, as arrays of segments,
 * are a sorted set: those with one prefix lie together, the shortest first.
 */
#include <stdio.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

/* "a/b~1c" without a slash in front: segments, ~1 a slash, ~0 a tilde. */
static rv
segment(struct rego_call *c, struct str s)
{
	struct buf *b;
	size_t i;

	if (str_chr(s, '~', 0) == SIZE_MAX)
		return rego_string(c, s);
	b = rego_text(c);
	for (i = 0; i < s.n; i++) {
		char next = i + 1 < s.n ? s.p[i + 1] : 0;

		if (s.p[i] == '~' && (next == '0' || next == '1')) {
			buf_putc(b, next == '0' ? '~' : '/');
			i++;
		} else
			buf_putc(b, s.p[i]);
	}
	return rego_text_done(c, b);
}

rv
rego_path_of(struct rego_call *c, struct str s)
{
	struct rv_builder b = {0};
	size_t i = 0, end;

	if (s.n == 0)
		return rv_empty_array;
	if (s.p[0] == '/')
		i++;
	for (;; i = end + 1) {
		end = str_chr(s, '/', i);
		if (end == SIZE_MAX)
			break;
		rv_push(c->heap, &b, segment(c, str_sub(s, i, end)));
	}
	rv_push(c->heap, &b, segment(c, str_sub(s, i, s.n)));
	return rv_array_close(c->heap, &b);
}

static bool
paths_of(struct rego_call *c, rv *out)
{
	struct rv_builder b = {0};
	rv list = c->args[1], v;
	size_t i;

	for (i = 0; i < rv_count(list); i++) {
		v = rv_items(list)[i];
		if (rv_type(v) == RV_TSTRING)
			v = rego_path_of(c, rv_str(v));
		if (rv_type(v) != RV_TARRAY) {
			(void)rego_bad_operand(c, 1,
			    "must be one of {set, array} containing string "
			    "paths or array of path segments but got %s",
			    rv_type_name(v));
			return false;
		}
		if (rv_count(v) > 0)
			rv_push(c->heap, &b, v);
	}
	*out = rv_set_close(c->heap, &b);
	return true;
}

/* Paths that are the same in their first `depth` segments. */
struct paths {
	const rv *p;
	size_t n, depth;
};

static size_t
bound(const struct rv_heap *h, struct paths all, rv key, bool after)
{
	size_t low = 0, high = all.n, mid;
	int c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = rv_compare(h, rv_items(all.p[mid])[all.depth], key);
		if (c < 0 || (c == 0 && after))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Those that go on with `key`; *whole: one ends there. */
static struct paths
narrow(const struct rv_heap *h, struct paths all, rv key, bool *whole)
{
	size_t from = bound(h, all, key, false);
	struct paths p = {
	    all.p + from, bound(h, all, key, true) - from, all.depth + 1};

	*whole = p.n > 0 && rv_count(p.p[0]) == p.depth;
	return p;
}

struct pruner {
	struct rego_call *c;
	bool filters; /* keeps what the paths name; else drops it */
};

static rv prune(const struct pruner *p, rv v, struct paths paths);

/* What remains of a member; RV_UNDEFINED: nothing. */
static rv
member(const struct pruner *p, struct paths all, rv key, rv v)
{
	bool whole;
	struct paths some = narrow(p->c->heap, all, key, &whole);

	if (some.n == 0)
		return p->filters ? RV_UNDEFINED : v;
	if (whole)
		return p->filters ? v : RV_UNDEFINED;
	return prune(p, v, some);
}

static rv
prune_object(const struct pruner *p, rv v, struct paths paths)
{
	struct rv_builder b = {0};
	size_t i;
	rv kept;

	for (i = 0; i < rv_count(v); i++) {
		kept = member(p, paths, rv_keys(v)[i], rv_values(v)[i]);
		if (kept != RV_UNDEFINED)
			rv_put(p->c->heap, &b, rv_keys(v)[i], kept);
	}
	return rv_object_close(p->c->heap, &b, NULL);
}

static rv
index_text(const struct pruner *p, size_t i)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", i);
	return rego_string(p->c, str_from(text));
}

static rv
prune_items(const struct pruner *p, rv v, struct paths paths)
{
	bool array = rv_type(v) == RV_TARRAY;
	struct rv_builder b = {0};
	rv kept, item;
	size_t i;

	for (i = 0; i < rv_count(v); i++) {
		item = rv_items(v)[i];
		kept = member(p, paths, array ? index_text(p, i) : item, item);
		if (kept != RV_UNDEFINED)
			rv_push(p->c->heap, &b, kept);
	}
	return array ? rv_array_close(p->c->heap, &b)
		     : rv_set_close(p->c->heap, &b);
}

static rv
prune(const struct pruner *p, rv v, struct paths paths)
{
	if (rv_type(v) == RV_TOBJECT)
		return prune_object(p, v, paths);
	return rv_type(v) >= RV_TARRAY ? prune_items(p, v, paths) : v;
}

static rv
run(struct rego_call *c, bool filters)
{
	struct pruner p = {c, filters};
	rv paths;

	if (!rego_want_object(c, 0) ||
	    !rego_want(
		c, 1, REGO_IS(RV_TSET) | REGO_IS(RV_TARRAY), "{set, array}") ||
	    !paths_of(c, &paths))
		return RV_UNDEFINED;
	return prune(&p, c->args[0],
	    (struct paths){rv_items(paths), rv_count(paths), 0});
}

rv
rego_fn_json_filter(struct rego_call *c)
{
	return run(c, true);
}

rv
rego_fn_json_remove(struct rego_call *c)
{
	return run(c, false);
}
