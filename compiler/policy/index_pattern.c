/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of variables and arguments with all that is known before the
 * policy runs: what their tokens stand for, and everything else quoted.
 */
#include "compiler/policy/index_int.h"
#include "runtime/base/banned.h"

struct token {
	struct str name;
	struct str member;  /* of policy_data.common, or empty */
	struct str pattern; /* else */
};

/* Those of the settings' patterns, in the order in which they are replaced. */
static const struct token settings[] = {
    {STR_INIT("$(ipv4_a)"), STR_INIT("ipv4_a"), STR_INIT("")},
    {STR_INIT("$(ip_p)"), STR_INIT("ip_p"), STR_INIT("")},
    {STR_INIT("$(svc_name_downward_env)"), STR_INIT("svc_name_downward_env"),
	STR_INIT("")},
    {STR_INIT("$(dns_label)"), STR_INIT("dns_label"), STR_INIT("")},
};

/* Those of lowering, quoted; the sandbox's are replaced by tokens.rego. */
static const struct token values[] = {
    {STR_INIT("\\$\\(pod-ip\\)"), STR_INIT("ipv4_a"), STR_INIT("")},
    {STR_INIT("\\$\\(host-ip\\)"), STR_INIT("ipv4_a"), STR_INIT("")},
    {STR_INIT("\\$\\(host-name\\)"), STR_INIT("dns_label"), STR_INIT("")},
    {STR_INIT("\\$\\(node-name\\)"), STR_INIT("dns_label"), STR_INIT("")},
    {STR_INIT("\\$\\(pod-uid\\)"), STR_INIT(""),
	STR_INIT("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")},
    {STR_INIT("\\$\\(resource-field\\)"), STR_INIT(""), STR_INIT("[0-9]+")},
    {STR_INIT("\\$\\(todo-annotation\\)"), STR_INIT(""), STR_INIT("(?s:.*)")},
};

static struct str
replace_all(struct arena *a, struct str s, struct str old, struct str new)
{
	struct buf out = {0};
	size_t at = 0, next = str_find(s, old, 0);

	if (next == SIZE_MAX)
		return s;
	for (; next != SIZE_MAX; next = str_find(s, old, at)) {
		buf_put(&out, str_sub(s, at, next));
		buf_put(&out, new);
		at = next + old.n;
	}
	buf_put(&out, str_sub(s, at, s.n));
	s = arena_str(a, buf_str(&out));
	buf_free(&out);
	return s;
}

/* Without all that the tokens stand for there is no pattern: s.p NULL. */
static struct str
expand(struct arena *a, struct str s, const struct token *t, size_t n,
    const struct jv *common)
{
	const struct jv *value;
	size_t i;

	for (i = 0; i < n; i++) {
		value = jv_get(common, t[i].member);
		if (t[i].member.n > 0 && !jv_is(value, JV_STRING))
			return (struct str){NULL, 0};
		s = replace_all(a, s, t[i].name,
		    t[i].member.n > 0 ? value->text : t[i].pattern);
	}
	return s;
}

/* A text as a pattern for itself, in every dialect. */
static struct str
quote(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, 2 * s.n);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		if (str_chr(STR("\\.+*?()|[]{}^$"), s.p[i], 0) != SIZE_MAX)
			out[n++] = '\\';
		out[n++] = s.p[i];
	}
	return (struct str){out, n};
}

static struct str
pattern_of(struct arena *a, struct str s, const struct jv *common)
{
	return expand(
	    a, quote(a, s), values, sizeof(values) / sizeof(*values), common);
}

static bool
has_token(struct str s)
{
	return str_find(s, STR("$("), 0) != SIZE_MAX;
}

struct jv *
index_env(struct arena *a, const struct jv *list, const struct jv *common)
{
	struct jv *out = jv_array(a);
	struct str s;
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		if (!jv_is(list->items.p[i], JV_STRING))
			continue;
		s = expand(a, list->items.p[i]->text, settings,
		    sizeof(settings) / sizeof(*settings), common);
		if (s.p != NULL)
			jv_push(a, out, jv_string(a, s));
	}
	return out;
}

/* Do the patterns for all containers have it? */
static bool
is_known(const struct jv *env, struct str pattern)
{
	struct str s;
	size_t i;

	for (i = 0; i < env->items.n; i++) {
		s = env->items.p[i]->text;
		if (s.n == pattern.n + 2 && s.p[0] == '^' &&
		    s.p[s.n - 1] == '$' &&
		    str_eq(str_sub(s, 1, s.n - 1), pattern))
			return true;
	}
	return false;
}

struct jv *
index_templates(struct arena *a, const struct jv *list, const struct jv *env,
    const struct jv *common)
{
	struct jv *out = jv_array(a);
	struct str s;
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		s = jv_str(list->items.p[i]);
		if (!has_token(s))
			continue;
		s = pattern_of(a, s, common);
		if (s.p != NULL && !is_known(env, s))
			jv_push(a, out, jv_string(a, s));
	}
	return out;
}

/* None has a token: they are compared only. */
static bool
are_plain(const struct jv *list)
{
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		if (has_token(jv_str(list->items.p[i])))
			return false;
	}
	return true;
}

struct jv *
index_arguments(struct arena *a, const struct jv *list, const struct jv *common)
{
	struct jv *out = jv_array(a);
	struct str s;
	size_t i;

	if (are_plain(list))
		return out;
	for (i = 0; i < list->items.n; i++) {
		s = replace_all(
		    a, jv_str(list->items.p[i]), STR("$$"), STR("$"));
		s = pattern_of(a, s, common);
		if (s.p == NULL)
			return jv_array(a);
		jv_push(a, out, jv_string(a, s));
	}
	return out;
}
