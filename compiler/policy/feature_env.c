/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/policy/feature.h"

#include "runtime/base/banned.h"

/*
 * Variables and arguments: which run-time tokens occur, and may all patterns
 * be applied at once to all variables joined by line breaks (env.rego)?  That
 * needs patterns that are anchored on both sides and cannot match a line
 * break; otherwise the slower env_each.rego is linked.
 */

/* X(token): what stands for a value known at run time only (W19). */
#define TOKENS(X)                                                              \
	X("$(sandbox-name)")                                                   \
	X("$(sandbox-namespace)")                                              \
	X("$(host-name)")                                                      \
	X("$(node-name)")                                                      \
	X("$(pod-uid)")                                                        \
	X("$(pod-ip)")                                                         \
	X("$(host-ip)")                                                        \
	X("$(resource-field)")                                                 \
	X("$(todo-annotation)")

static bool
has_token(struct str s)
{
	static const struct str tokens[] = {
#define X(token) STR_INIT(token),
	    TOKENS(X)
#undef X
	};
	size_t i;

	if (str_find(s, STR("$("), 0) == SIZE_MAX)
		return false;
	for (i = 0; i < sizeof(tokens) / sizeof(*tokens); i++)
		if (str_find(s, tokens[i], 0) != SIZE_MAX)
			return true;
	return false;
}

/* Calls `test` with each string of `member` of each container's process. */
static bool
any_text(const struct jv *pd, struct str member,
    bool (*test)(const struct jv *pd, struct str text))
{
	const struct jv *containers, *list;
	size_t i, j;

	containers = jv_getz(pd, "containers");
	for (i = 0; jv_is(containers, JV_ARRAY) && i < containers->items.n;
	     i++) {
		list = jv_get(
		    jv_path(containers->items.p[i], "OCI", "Process", NULL),
		    member);
		for (j = 0; jv_is(list, JV_ARRAY) && j < list->items.n; j++)
			if (test(pd, jv_str(list->items.p[j])))
				return true;
	}
	return false;
}

static bool
is_template(const struct jv *pd, struct str text)
{
	(void)pd;
	return has_token(text);
}

static const struct jv *
env_patterns(const struct jv *pd)
{
	return jv_path(pd, "request_defaults", "CreateContainerRequest",
	    "allow_env_regex", NULL);
}

/* HOSTNAME is in every container, and a pattern says the same. */
static bool
is_usual(const struct jv *pd, struct str text)
{
	const struct jv *list;
	size_t i;

	if (!str_eqz(text, "HOSTNAME=$(host-name)"))
		return false;
	list = env_patterns(pd);
	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (str_eqz(
			jv_str(list->items.p[i]), "^HOSTNAME=$(dns_label)$"))
			return true;
	return false;
}

static bool
is_env_template(const struct jv *pd, struct str text)
{
	return has_token(text) && !is_usual(pd, text);
}

/* A value that may hold a line break where the pattern stands. */
static bool
is_wide_template(const struct jv *pd, struct str text)
{
	return is_env_template(pd, text) &&
	       (str_chr(text, '\n', 0) != SIZE_MAX ||
		   str_find(text, STR("$(todo-annotation)"), 0) != SIZE_MAX);
}

/* May what follows a backslash never match a line break? */
static bool
escape_is_safe(char c)
{
	bool letter;

	letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	return c == 'd' || c == 'w' || c == 'b' ||
	       (!letter && (unsigned char)c > ' ');
}

/* Walks a pattern; `depth` of parentheses, `in` a class. */
struct walk {
	size_t depth;
	bool in_class, whole;
};

/* One character, and the two after it (NUL at the end). */
static bool
step_is_safe(struct walk *w, char c, char next, char after)
{
	if ((unsigned char)c < ' ')
		return false;
	if (w->in_class) {
		w->in_class = c != ']';
		return strchr("()[|&~", c) == NULL;
	}
	switch (c) {
	case '[':
		w->in_class = true;
		return next != '^' && next != ']';
	case '(':
		w->depth++;
		return next != '?' || after == ':';
	case ')':
		return w->depth-- > 0;
	case '|':
		return w->depth > 0 || !w->whole;
	default:
		return true;
	}
}

/*
 * One line at most, whatever it is used for: no negated or named class, no
 * flag, no control character.  With `whole`, no alternative outside of
 * parentheses either.
 */
static bool
pattern_is_safe(struct str p, bool whole)
{
	/* The others are fine wherever they stand. */
	static const bool special[256] = {[0 ... ' ' - 1] = true,
	    ['\\'] = true,
	    ['['] = true,
	    [']'] = true,
	    ['('] = true,
	    [')'] = true,
	    ['|'] = true,
	    ['&'] = true,
	    ['~'] = true};
	struct walk w = {.whole = whole};
	size_t i;

	for (i = 0; i < p.n; i++) {
		if (!special[(unsigned char)p.p[i]])
			continue;
		if (p.p[i] == '\\') {
			if (++i == p.n || !escape_is_safe(p.p[i]))
				return false;
		} else if (!step_is_safe(&w, p.p[i],
			       i + 1 < p.n ? p.p[i + 1] : '\0',
			       i + 2 < p.n ? p.p[i + 2] : '\0')) {
			return false;
		}
	}
	return w.depth == 0 && !w.in_class;
}

static bool
pattern_is_anchored(struct str p)
{
	size_t i, slashes = 0;

	if (p.n < 2 || p.p[0] != '^' || p.p[p.n - 1] != '$')
		return false;
	for (i = p.n - 1; i > 0 && p.p[i - 1] == '\\'; i--)
		slashes++;
	return slashes % 2 == 0;
}

/* Texts that stand in the patterns for tokens of their own. */
static bool
parts_are_safe(const struct jv *pd)
{
	static const struct str names[] = {
	    STR_INIT("ipv4_a"),
	    STR_INIT("ip_p"),
	    STR_INIT("svc_name_downward_env"),
	    STR_INIT("dns_label"),
	};
	const struct jv *common;
	size_t i;

	common = jv_getz(pd, "common");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!pattern_is_safe(jv_get_str(common, names[i]), true))
			return false;
	return true;
}

bool
feature_env_joined(const struct jv *pd)
{
	const struct jv *list;
	struct str p;
	size_t i;

	list = env_patterns(pd);
	if (!jv_is(list, JV_ARRAY) || list->items.n == 0)
		return false;
	for (i = 0; i < list->items.n; i++) {
		p = jv_str(list->items.p[i]);
		if (!pattern_is_anchored(p) || !pattern_is_safe(p, true))
			return false;
	}
	return parts_are_safe(pd);
}

bool
feature_args_plain(const struct jv *pd)
{
	return !any_text(pd, STR("Args"), is_template);
}

bool
feature_env_lines(const struct jv *pd)
{
	return !any_text(pd, STR("Env"), is_env_template) &&
	       feature_env_joined(pd);
}

bool
feature_env_tokens(const struct jv *pd)
{
	return !any_text(pd, STR("Env"), is_wide_template) &&
	       feature_env_joined(pd);
}

bool
feature_tokens(const struct jv *pd)
{
	return !feature_args_plain(pd) || !feature_env_lines(pd);
}

bool
feature_tokens_exec(const struct jv *pd)
{
	return feature_exec(pd) && !feature_exec_any(pd) && feature_tokens(pd);
}
