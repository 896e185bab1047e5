/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns that stand for one text, or for a few: the agent compares texts
 * in no time, and needs as much for one pattern as for fifty comparisons.
 */
#include "compiler/policy/index_int.h"
#include "runtime/base/banned.h"

/* Few targets have one optional directory, some have two. */
#define OPTIONS_MAX 3

/* What follows the directory of a shared file: bundle, a number, the name. */
static const struct str file_end = STR_INIT("$(bundle-id)-[a-z0-9]{16}-");

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '_';
}

static size_t
plain_end(struct str s, size_t at)
{
	while (at < s.n && is_plain(s.p[at]))
		at++;
	return at;
}

/* Without anchors and the dots that a name has; false if more is to it. */
static bool
is_text(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_plain(s.p[i]) && s.p[i] != '.')
			return false;
	return s.n > 0;
}

/* Takes plain text, or "(x)?" or "(?:x)?", from the front of a pattern. */
static bool
next_piece(struct str *piece, bool *optional, struct str *s)
{
	size_t from = 0, end;

	*optional = s->p[0] == '(';
	if (*optional)
		from = str_starts(*s, STR("(?:")) ? 3 : 1;
	end = plain_end(*s, from);
	*piece = str_sub(*s, from, end);
	*s = str_sub(*s, end, s->n);
	if (!*optional)
		return piece->n > 0;
	if (!str_starts(*s, STR(")?")))
		return false;
	*s = str_sub(*s, 2, s->n);
	return true;
}

/* Is the pattern plain text with few optional parts? */
static bool
is_finite(struct str s, size_t *options)
{
	struct str piece;
	bool optional;

	while (s.n > 0) {
		if (!next_piece(&piece, &optional, &s))
			return false;
		*options += optional;
	}
	return *options <= OPTIONS_MAX;
}

/* Appends to each of the texts; an optional part doubles them. */
static void
append(struct arena *a, struct jv *list, struct str s)
{
	struct str piece, text;
	bool optional;
	size_t i, n;

	while (s.n > 0 && next_piece(&piece, &optional, &s)) {
		n = list->items.n;
		for (i = 0; i < n; i++) {
			text = arena_printf(a, "%.*s%.*s",
			    STR_ARG(list->items.p[i]->text), STR_ARG(piece));
			if (optional)
				jv_push(a, list, jv_string(a, text));
			else
				list->items.p[i] = jv_string(a, text);
		}
	}
}

/* The directory of shared files: "^$(cpath)" and what follows, or nothing. */
static bool
shared_dir(const struct jv *common, struct str *dir, struct str *rest)
{
	static const struct str token = STR_INIT("^$(cpath)");
	struct str s = jv_get_str(common, STR("sfprefix"));
	size_t options = 0;

	*dir = jv_get_str(common, STR("mount_source_cpath"));
	if (dir->n == 0)
		*dir = jv_get_str(common, STR("cpath"));
	if (dir->n == 0 || !str_starts(s, token) || !str_ends(s, file_end))
		return false;
	*rest = str_sub(s, token.n, s.n - file_end.n);
	return is_finite(*dir, &options) && is_finite(*rest, &options);
}

bool
index_has_dirs(const struct jv *common)
{
	struct str dir, rest;

	return shared_dir(common, &dir, &rest);
}

struct jv *
index_dirs(struct arena *a, const struct jv *common)
{
	struct jv *out = jv_array(a);
	struct str dir, rest;

	if (!shared_dir(common, &dir, &rest))
		return out;
	jv_push(a, out, jv_string(a, STR("")));
	append(a, out, dir);
	append(a, out, rest);
	return out;
}

bool
index_file(struct str *name, struct str pattern, const struct jv *common)
{
	struct str prefix = jv_get_str(common, STR("sfprefix"));

	if (str_starts(pattern, STR("$(sfprefix)")))
		prefix = STR("$(sfprefix)");
	if (!str_starts(pattern, prefix) || !str_ends(pattern, STR("$")) ||
	    pattern.n <= prefix.n || !index_has_dirs(common))
		return false;
	*name = str_sub(pattern, prefix.n, pattern.n - 1);
	return is_text(*name);
}

bool
index_text(struct str *text, struct str pattern)
{
	struct str inner;

	if (pattern.n < 2 || pattern.p[0] != '^' ||
	    pattern.p[pattern.n - 1] != '$')
		return false;
	inner = str_sub(pattern, 1, pattern.n - 1);
	if (!is_text(inner))
		return false;
	*text = inner;
	return true;
}

bool
index_is_pattern(struct str s)
{
	return str_starts(s, STR("^")) || str_starts(s, STR("$("));
}

/* The path of the root file system around the bundle's id, in three parts. */
struct root {
	struct str dir, before, behind;
};

static const struct jv *
root_path(const struct jv *pd)
{
	const struct jv *list = jv_getz(pd, "containers"), *path, *first = NULL;
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		path = jv_path(list->items.p[i], "OCI", "Root", "Path", NULL);
		first = i == 0 ? path : first;
		if (path == NULL || !jv_equal(path, first))
			return NULL;
	}
	return first;
}

static bool
root_parts(struct root *r, const struct jv *pd)
{
	static const struct str id = STR_INIT("$(bundle-id)"),
				dir = STR_INIT("$(cpath)");
	const struct jv *common = jv_getz(pd, "common");
	struct str s = jv_str(root_path(pd));
	size_t at;

	*r = (struct root){0};
	if (str_eqz(s, "$(root_path)")) {
		s = jv_get_str(common, STR("root_path"));
	} else if (str_starts(s, dir)) {
		r->dir = jv_get_str(common, STR("cpath"));
		s = str_sub(s, dir.n, s.n);
	}
	at = str_find(s, id, 0);
	if (at == SIZE_MAX)
		return false;
	r->before = str_sub(s, 0, at);
	r->behind = str_sub(s, at + id.n, s.n);
	return r->dir.n == plain_end(r->dir, 0) &&
	       r->before.n == plain_end(r->before, 0) &&
	       r->behind.n == plain_end(r->behind, 0);
}

bool
index_has_root(const struct jv *policy_data)
{
	struct root r;

	return root_parts(&r, policy_data);
}

struct jv *
index_root(struct arena *a, const struct jv *policy_data)
{
	struct jv *out = jv_array(a);
	struct root r;

	if (!root_parts(&r, policy_data))
		return out;
	jv_push(a, out,
	    jv_string(a, arena_printf(a, "%.*s%.*s", STR_ARG(r.dir),
			     STR_ARG(r.before))));
	jv_push(a, out, jv_string(a, r.behind));
	return out;
}
