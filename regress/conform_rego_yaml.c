/* SPDX-License-Identifier: Apache-2.0 */
/* Suites in YAML (regorus, rego-cpp), and what both engines were asked. */
#include <string.h>

#include "compiler/front/yaml.h"
#include "regress/rego_case.h"
#include "runtime/base/banned.h"

struct suite {
	struct conform *c;
	struct rego_topics topics;
	const struct rego_profile *profile;
	bool bindings; /* results are bindings, otherwise values */
	bool v0;
};

static bool
is_decimal(struct str s)
{
	size_t i = s.n > 0 && s.p[0] == '-';

	if (i == s.n || (s.p[i] == '0' && s.n > i + 1))
		return false;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		;
	return i == s.n;
}

/*
 * As YAML 1.2 reads it: "y" and "no" are strings, keys are what is written.
 */
static struct jv *
yaml_value(struct arena *a, const struct yaml_node *n)
{
	struct yaml_pair *p;
	struct yaml_node **item;
	struct jv *out;
	struct str s;

	if (yaml_is(n, YAML_SEQ)) {
		out = jv_array(a);
		VEC_FOREACH(item, &n->items) {
			(void)jv_push(a, out, yaml_value(a, *item));
		}
		return out;
	}
	if (!yaml_is(n, YAML_MAP)) {
		s = loc_text(n->loc);
		/* Of any size, as it is spelled. */
		if (yaml_is(n, YAML_INT) && is_decimal(s)) {
			out = jv_new(a, JV_NUMBER);
			out->text = s;
			return out;
		}
		if (yaml_is(n, YAML_BOOL) && !str_eqz(s, "true") &&
		    !str_eqz(s, "false"))
			return jv_string(a, s);
		return yaml_to_jv(a, n);
	}
	out = jv_object(a);
	VEC_FOREACH(p, &n->pairs) {
		s = p->key->text;
		if (p->key->style == YAML_PLAIN)
			s = str_trim(loc_text(p->key->loc));
		(void)jv_set(a, out, s, yaml_value(a, p->value));
	}
	return out;
}

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

/* As sets are written: in their order. */
static struct jv *
in_order(struct rego_answer *a, struct jv *members)
{
	rv v = rego_sorted(a->heap, rego_expect(a, members), REGO_SORT_TOP);
	struct buf b = {0};
	struct rt_err err;
	struct jv *out;

	rv_print_json(&b, a->heap, v);
	if (jv_parse(&out, a->arena, buf_str(&b), &err) < 0)
		out = members;
	buf_free(&b);
	return out;
}

/* set!: and object!: are arrays and objects of JSON. */
static struct jv *
plain(struct rego_answer *a, const struct jv *v)
{
	struct jv *out, *members = jv_getz(v, "set!");
	const struct jv *pairs = jv_getz(v, "object!");
	size_t i;

	if (members != NULL)
		v = members;
	if (jv_is(v, JV_ARRAY)) {
		out = jv_array(a->arena);
		for (i = 0; i < v->items.n; i++)
			(void)jv_push(a->arena, out, plain(a, v->items.p[i]));
		return members != NULL ? in_order(a, out) : out;
	}
	if (!jv_is(v, JV_OBJECT))
		return jv_copy(a->arena, v);
	out = jv_object(a->arena);
	for (i = 0; pairs != NULL && i < pairs->items.n; i++) {
		const struct jv *p = pairs->items.p[i];
		const struct jv *key = jv_getz(p, "key");
		struct buf b = {0};

		jv_print(&b, plain(a, key), JV_COMPACT);
		(void)jv_set(a->arena, out,
		    jv_is(key, JV_STRING) ? jv_str(key)
					  : arena_str(a->arena, buf_str(&b)),
		    plain(a, jv_getz(p, "value")));
		buf_free(&b);
	}
	for (i = 0; pairs == NULL && i < v->members.n; i++)
		(void)jv_set(a->arena, out, v->members.p[i].key,
		    plain(a, v->members.p[i].value));
	return out;
}

static const char *
differs(struct rego_answer *a, rv got, const struct jv *want)
{
	rv expected = rego_expect(a, plain(a, want));

	got = got == RV_UNDEFINED ? got : rego_plain(a, got);
	if (str_eqz(jv_str(want), "#undefined"))
		return got == RV_UNDEFINED ? NULL : "defined";
	if (got != RV_UNDEFINED &&
	    rv_equal(rego_sorted(a->heap, got, REGO_SORT_ALL),
		rego_sorted(a->heap, expected, REGO_SORT_ALL)))
		return NULL;
	return arena_printf(a->arena, "got %s, want %s", rego_show(a, got),
	    rego_show(a, expected))
	    .p;
}

/* A solution may be written as a list of its variables. */
static rv
one_solution(struct rego_answer *a, rv list)
{
	struct rv_builder all = {0}, one = {0};
	size_t i;
	rv v;

	for (i = 0; i < rv_count(list); i++) {
		v = rv_items(list)[i];
		if (rv_type(v) != RV_TOBJECT || rv_count(v) != 1)
			return list;
		rv_put(a->heap, &all, rv_keys(v)[0], rv_values(v)[0]);
	}
	v = rv_object_close(a->heap, &all, NULL);
	if (rv_count(v) != rv_count(list))
		return list;
	rv_push(a->heap, &one, v);
	return rv_array_close(a->heap, &one);
}

static const char *
judge_bindings(struct rego_answer *a, const struct jv *want)
{
	struct rv_builder none = {0};
	rv got = rv_array_close(a->heap, &a->results);
	rv expected = want == NULL ? rv_array_close(a->heap, &none)
				   : rego_expect(a, want);

	got = rego_sorted(a->heap, rego_plain(a, got), REGO_SORT_ALL);
	if (rv_count(got) == 1 && rv_type(expected) == RV_TARRAY)
		expected = one_solution(a, expected);
	expected = rego_sorted(a->heap, expected, REGO_SORT_ALL);
	if (rv_equal(got, expected))
		return NULL;
	return arena_printf(a->arena, "got %s, want %s", rego_show(a, got),
	    rego_show(a, expected))
	    .p;
}

static bool
is_set(const struct jv *k, const char *option)
{
	const struct jv *v = jv_get(k, str_from(option));

	return v != NULL && v->type == JV_TRUE;
}

static const char *
judge(const struct suite *s, struct rego_answer *a, const struct jv *k)
{
	const struct jv *want = jv_getz(k, "want_result");
	bool fails = jv_getz(k, "error") != NULL ||
		     jv_getz(k, "want_error") != NULL ||
		     jv_getz(k, "want_error_code") != NULL;

	/* Some errors are those of regorus' other engine, not of the agent's. */
	if (fails && !a->failed && is_set(k, "allow_interpreter_success"))
		return NULL;
	if (fails)
		return a->failed ? NULL : "accepted, must fail";
	if (a->failed)
		return arena_printf(
		    a->arena, "%.*s: %.*s", STR_ARG(a->code), STR_ARG(a->text))
		    .p;
	if (s->bindings)
		return judge_bindings(a, want);
	if (want == NULL)
		return a->values.n == 0 ? NULL : "defined";
	if (a->values.n == 1 && a->values.v[0] == RV_TRUE &&
	    jv_is(want, JV_OBJECT) && rego_query_vars(a->query) > 0)
		return differs(a, a->results.v[0], want);
	return differs(
	    a, a->values.n > 0 ? a->values.v[0] : RV_UNDEFINED, want);
}

static const char *
unsuited(const struct jv *k)
{
	static const char *const members[] = {"host_await_builtins",
	    "host_await_responses", "host_await_responses_suspendable", "skip",
	    "execution_timer", "entry_points", "want_results", "want_output",
	    "execution_mode"};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (jv_get(k, str_from(members[i])) != NULL)
			return members[i];
	}
	return jv_getz(jv_getz(k, "input"), "many!") != NULL ? "many!" : NULL;
}

static void
run_case(
    struct suite *s, struct str topic, const char *path, const struct jv *v)
{
	struct rego_case k = {.profile = s->profile, .v0 = s->v0};
	const struct jv *list = jv_getz(v, "modules");
	const char *name = arena_printf(
	    s->c->arena, "%s: %.*s", path, STR_ARG(jv_get_str(v, STR("note"))))
			       .p;
	const char *bad = NULL;
	struct rego_answer a;
	size_t i;

	if (unsuited(v) != NULL) {
		conform_skip(s->c, name, "has %s", unsuited(v));
		return;
	}
	/* Those of regorus are strict, but where errors leave no result. */
	k.strict =
	    s->bindings ? is_set(v, "strict_error") : !is_set(v, "no_result");
	k.v0 |= is_set(v, "rego_v0");
	k.query = jv_get_str(v, STR("query"));
	k.data = printed(s->c, jv_getz(v, "data"));
	k.input = printed(s->c, jv_getz(v, "input"));
	for (i = 0;
	     jv_is(list, JV_ARRAY) && i < list->items.n && i < REGO_MODULES_MAX;
	     i++)
		k.modules[k.nmodules++] = jv_str(list->items.p[i]);
	/* Cases do not say which language they are in. */
	for (i = 0; i < 2; i++, k.v0 = !k.v0) {
		rego_ask(&a, &k);
		bad = judge(s, &a, v);
		if (bad != NULL)
			bad = arena_cstr(s->c->arena, str_from(bad));
		rego_ask_end(&a);
		if (bad == NULL)
			break;
	}
	rego_score(s->c, &s->topics, topic, name, bad);
}

static void
suite_file(struct suite *s, struct str topic, const char *path)
{
	struct diags d;
	struct units units = {0};
	struct unit **u;
	struct yaml_node *cases, **k;
	struct str text;

	if (!conform_read(&text, s->c->arena, path))
		return;
	diags_init(&d, s->c->arena);
	if (!yaml_read(&units, s->c->arena, &d,
		source_new(s->c->arena, str_from(path), text))) {
		conform_skip(s->c, path, "not read as YAML: %s",
		    d.list.n > 0 ? d.list.p[0]->text.p : "?");
		return;
	}
	VEC_FOREACH(u, &units.list) {
		cases = yaml_getz((*u)->root, "cases");
		if (!yaml_is(cases, YAML_SEQ))
			continue;
		VEC_FOREACH(k, &cases->items) {
			run_case(s, topic, path, yaml_value(s->c->arena, *k));
		}
	}
}

#define DEPTH_MAX 8

static void
suite_tree(struct suite *s, const char *dir, struct str topic, int depth)
{
	const char **names, *path;
	size_t i, n;

	names = conform_list(s->c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		path = conform_path(s->c->arena, dir, names[i]);
		if (str_eqz(str_from(names[i]), "rego-extensions"))
			conform_skip(s->c, path,
			    "operators that the agent's engine does not have");
		else if (strstr(names[i], ".yaml") != NULL)
			suite_file(
			    s, topic.n > 0 ? topic : str_from(names[i]), path);
		else if (depth < DEPTH_MAX)
			suite_tree(s, path, str_from(names[i]), depth + 1);
	}
}

void
conform_rego_yaml(struct conform *c, const char *dir)
{
	static const struct {
		const char *dir, *profile;
		bool bindings, v0;
	} suites[] = {
	    {"regorus-interpreter", "kata-all", false, true},
	    {"regorus-rvm", "kata-all", false, false},
	    {"regocpp", "opa", true, false},
	};
	size_t i;

	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		struct suite s = {.c = c, .bindings = suites[i].bindings};
		struct rego_profile all;

		s.v0 = suites[i].v0;
		s.topics.suite = suites[i].dir;
		s.profile = rego_profile_find(STR("opa"));
		if (strcmp(suites[i].profile, "opa") != 0) {
			/* The agent's engine with every built-in there is. */
			all = *rego_profile_find(STR("kata"));
			all.builtins = s.profile->builtins;
			s.profile = &all;
		}
		suite_tree(&s, conform_path(c->arena, dir, suites[i].dir),
		    (struct str){NULL, 0}, 0);
		rego_topics_print(&s.topics);
	}
}
