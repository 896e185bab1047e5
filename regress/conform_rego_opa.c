/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPA's suites: each case under both profiles.  Under the agent's, cases are
 * answered as in OPA but for those that a list names.
 */
#include <string.h>

#include "regress/rego_case.h"
#include "runtime/base/banned.h"

struct suite {
	struct conform *c;
	struct rego_topics topics;
	const struct rego_profile *profile;
	struct map deviations; /* note to struct jv */
	bool v0;
};

static struct str
printed(struct conform *c, const struct jv *v)
{
	struct buf b = {0};
	struct str s;

	if (v == NULL)
		return (struct str){NULL, 0};
	jv_print(&b, v, JV_COMPACT);
	s = arena_str(c->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
read_case(struct suite *s, struct rego_case *k, const struct jv *v)
{
	const struct jv *list = jv_getz(v, "modules"), *strict;
	size_t i;

	memset(k, 0, sizeof(*k));
	strict = jv_getz(v, "strict_error");
	k->profile = s->profile;
	k->v0 = s->v0;
	k->strict = strict != NULL && strict->type == JV_TRUE;
	k->query = jv_get_str(v, STR("query"));
	k->data = printed(s->c, jv_getz(v, "data"));
	k->input = printed(s->c, jv_getz(v, "input"));
	k->input_term = jv_get_str(v, STR("input_term"));
	for (i = 0;
	     jv_is(list, JV_ARRAY) && i < list->items.n && i < REGO_MODULES_MAX;
	     i++)
		k->modules[k->nmodules++] = jv_str(list->items.p[i]);
}

static const char *
compare(struct rego_answer *a, const struct jv *want, bool sort)
{
	struct rv_builder none = {0};
	enum rego_sort how;
	rv expected, got;

	if (a->heap == NULL)
		return "no answer";
	expected = want == NULL ? rv_array_close(a->heap, &none)
				: rego_expect(a, want);
	got = rego_plain(a, rv_array_close(a->heap, &a->results));
	how = sort ? REGO_SORT_ALL : REGO_SORT_TOP;
	expected = rego_sorted(a->heap, expected, how);
	got = rego_sorted(a->heap, got, how);
	if (rv_equal(expected, got))
		return NULL;
	return arena_printf(a->arena, "got %s, want %s", rego_show(a, got),
	    rego_show(a, expected))
	    .p;
}

static const char *
judge_error(struct rego_answer *a, const struct jv *v, bool codes)
{
	struct str code = jv_get_str(v, STR("want_error_code"));

	if (!a->failed)
		return arena_printf(a->arena, "accepted, want %.*s %.*s",
		    STR_ARG(code), STR_ARG(jv_get_str(v, STR("want_error"))))
		    .p;
	if (codes && code.n > 0 && !str_eq(code, a->code))
		return arena_printf(a->arena, "%.*s (%.*s), want %.*s",
		    STR_ARG(a->code), STR_ARG(a->text), STR_ARG(code))
		    .p;
	return NULL;
}

static const char *
judge(struct suite *s, struct rego_answer *a, const struct jv *v)
{
	const struct jv *sort = jv_getz(v, "sort_bindings");
	const struct jv *other =
	    map_get(&s->deviations, jv_get_str(v, STR("note")));
	bool fails = jv_getz(v, "want_error_code") != NULL ||
		     jv_getz(v, "want_error") != NULL;

	if (other != NULL && jv_getz(other, "result") == NULL)
		return a->failed ? NULL : "accepted, the agent fails";
	if (other == NULL && fails)
		return judge_error(a, v, s->deviations.n == 0);
	if (a->failed)
		return arena_printf(
		    a->arena, "%.*s: %.*s", STR_ARG(a->code), STR_ARG(a->text))
		    .p;
	return compare(a,
	    other != NULL ? jv_getz(other, "result")
			  : jv_getz(v, "want_result"),
	    sort != NULL && sort->type == JV_TRUE);
}

static void
suite_file(struct suite *s, struct str topic, const char *path)
{
	struct jv *doc, *cases;
	struct rego_answer a;
	struct rego_case k;
	struct str text, note;
	struct rt_err err;
	size_t i;

	if (!conform_read(&text, s->c->arena, path))
		return;
	if (jv_parse(&doc, s->c->arena, text, &err) < 0) {
		conform_skip(s->c, path, "not read as JSON: %s", err.text);
		return;
	}
	cases = jv_getz(doc, "cases");
	for (i = 0; jv_is(cases, JV_ARRAY) && i < cases->items.n; i++) {
		read_case(s, &k, cases->items.p[i]);
		note = jv_get_str(cases->items.p[i], STR("note"));
		rego_ask(&a, &k);
		rego_score(s->c, &s->topics, topic,
		    arena_cstr(s->c->arena, note),
		    judge(s, &a, cases->items.p[i]));
		rego_ask_end(&a);
	}
}

static void
read_deviations(struct suite *s, const char *path)
{
	const struct jv *list;
	struct str text;
	struct rt_err err;
	struct jv *doc;
	size_t i;

	if (!conform_read(&text, s->c->arena, path) ||
	    jv_parse(&doc, s->c->arena, text, &err) < 0)
		return;
	list = jv_getz(doc, "deviations");
	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		(void)map_set(s->c->arena, &s->deviations,
		    jv_get_str(list->items.p[i], STR("note")),
		    list->items.p[i]);
}

static void
run_suite(struct suite *s, const char *dir)
{
	const char **names;
	struct str topic;
	size_t i, n;

	names = conform_list(s->c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		topic = str_from(names[i]);
		if (str_ends(topic, STR(".json")))
			topic = str_sub(topic, 0, topic.n - 5);
		suite_file(s, topic, conform_path(s->c->arena, dir, names[i]));
	}
	rego_topics_print(&s->topics);
}

void
conform_rego_opa(struct conform *c, const char *dir)
{
	static const struct {
		const char *dir, *name, *profile, *deviations;
		bool v0;
	} suites[] = {
	    {"opa-v1", "opa-v1 as OPA", "opa", NULL, false},
	    {"opa-v0", "opa-v0 as OPA", "opa", NULL, true},
	    {"opa-v1", "opa-v1 as agent", "kata",
		"agent-profile/opa-v1-deviations.json", false},
	    {"opa-v0", "opa-v0 as agent", "kata",
		"agent-profile/opa-v0-deviations.json", true},
	};
	size_t i;

	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		struct suite s = {.c = c, .v0 = suites[i].v0};

		s.topics.suite = suites[i].name;
		s.profile = rego_profile_find(str_from(suites[i].profile));
		if (suites[i].deviations != NULL) {
			read_deviations(&s,
			    conform_path(c->arena, dir, suites[i].deviations));
			if (s.deviations.n == 0) {
				conform_skip(c, suites[i].name,
				    "its list of deviations is not there");
				continue;
			}
		}
		run_suite(&s, conform_path(c->arena, dir, suites[i].dir));
	}
}
