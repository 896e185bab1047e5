/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

struct world {
	struct arena *arena;
	struct diags diags;
	struct policy_options options;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct world *w = ARENA_NEW(a, struct world);

	w->arena = a;
	diags_init(&w->diags, a);
	w->options.target = "kata-4";
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	arena_free(((struct world *)*state)->arena);
	return 0;
}

static struct jv *
json(struct world *w, const char *text)
{
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, w->arena, str_from(text), &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return v;
}

/* With a linker of its own. */
static bool
link_data(struct world *w, struct policy *out, const char *data)
{
	struct policy_linker *l =
	    policy_linker_new(w->arena, &w->diags, &w->options);
	bool ok = policy_link(out, w->arena, l, json(w, data));

	if (ok)
		out->text = arena_str(w->arena, out->text);
	policy_linker_free(l);
	return ok;
}

/* The text of rules of a test's own with data; "" and findings on an error. */
static struct str
link_rules(struct world *w, const char *rules, const char *data)
{
	struct policy p = {0};
	struct str text =
	    arena_printf(w->arena, "package agent_policy\n\n%s", rules);

	diags_init(&w->diags, w->arena);
	w->options.rules = source_new(w->arena, STR("rules.rego"), text);
	if (!link_data(w, &p, data))
		return STR("");
	return p.text;
}

struct link_case {
	const char *rules, *data, *text; /* text: behind package and imports */
};

/* Line ends do not matter here. */
static struct str
joined(struct world *w, struct str s)
{
	char *out = arena_alloc(w->arena, s.n + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\n')
			out[n++] = s.p[i];
	}
	return (struct str){out, n};
}

/* Data that no rule reads goes; what is read in part keeps that part. */
static const struct link_case live[] = {
    {"XRequest := 1", "{\"a\":1}", "policy_data := {}"},
    {"SetPolicyRequest if input.x == policy_data.a[_].b",
	"{\"a\":[{\"b\":1,\"c\":2},{\"d\":3}],\"e\":4}",
	"policy_data := {\"a\":[{\"b\":1},{}]}"},
    {"SetPolicyRequest if {\n\tsome k, v in policy_data.a\n\tv.b == k\n}",
	"{\"a\":{\"x\":{\"b\":1,\"c\":2},\"y\":{}}}",
	"policy_data := {\"a\":{\"x\":{\"b\":1},\"y\":{}}}"},
    {"SetPolicyRequest if {\n\tv := policy_data.a\n\tf(v)\n}\n\n"
     "f(x) if x.b == input",
	"{\"a\":{\"b\":{\"c\":1},\"d\":2}}",
	"policy_data := {\"a\":{\"b\":{\"c\":1}}}"},
    {"SetPolicyRequest if g.b == input\n\ng := policy_data.a",
	"{\"a\":{\"b\":[1,{\"c\":2}],\"d\":2}}",
	"policy_data := {\"a\":{\"b\":[1,{\"c\":2}]}}"},
    {"SetPolicyRequest if object.get(policy_data.a, \"b\", 0) == input",
	"{\"a\":{\"b\":[1],\"d\":2}}", "policy_data := {\"a\":{\"b\":[1]}}"},
    {"SetPolicyRequest if count(policy_data.a) == input",
	"{\"a\":[{\"b\":1},{\"c\":2}]}", "policy_data := {\"a\":[1,1]}"},
    {"SetPolicyRequest if policy_data.a[input]",
	"{\"a\":{\"b\":\"long\",\"c\":false,\"d\":null}}",
	"policy_data := {\"a\":{\"b\":1,\"c\":false,\"d\":1}}"},
    {"SetPolicyRequest if input == [x | x := policy_data.a[_].b]",
	"{\"a\":[{\"b\":{\"c\":1}}]}",
	"policy_data := {\"a\":[{\"b\":{\"c\":1}}]}"},
    {"SetPolicyRequest if input == policy_data", "{\"a\":{\"b\":1}}",
	"policy_data := {\"a\":{\"b\":1}}"},
    {"SetPolicyRequest if f(1) with data.x as 2\n\nf(x) if x == input",
	"{\"a\":{\"b\":[2]}}", "policy_data := {\"a\":{\"b\":[2]}}"},
    {"SetPolicyRequest if data.agent_policy.policy_data.a[input] == 1",
	"{\"a\":{\"b\":2},\"c\":3}", "policy_data := {\"a\":{\"b\":2}}"},
    {"SetPolicyRequest if {\n\tevery c in policy_data.a { c.x in input }\n}",
	"{\"a\":[{\"x\":1,\"y\":2}]}", "policy_data := {\"a\":[{\"x\":1}]}"},
};

static void
policy_link__live_data(void **state)
{
	struct world *w = *state;
	struct str got;
	size_t i, at;

	for (i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		got = joined(w, link_rules(w, live[i].rules, live[i].data));
		at = str_find(got, STR("policy_data := "), 0);
		if (at == SIZE_MAX)
			fail_msg("%s: %s", live[i].rules,
			    w->diags.list.p[0]->text.p);
		if (!str_eqz(str_sub(got, at, got.n), live[i].text))
			fail_msg("%s: got %.*s", live[i].rules,
			    STR_ARG(str_sub(got, at, got.n)));
	}
}

/* Rules: what no request reaches goes, what is known is put in. */
static const struct link_case rules[] = {
    {"SetPolicyRequest if a\n\na if input.x\n\nb if input.y", "{}",
	"import future.keywords.if\nSetPolicyRequest if a\na if input.x\n"},
    {"default SetPolicyRequest := false", "{}",
	"default SetPolicyRequest:=false\n"},
    {"SetPolicyRequest if policy_data.a == true", "{\"a\":true}",
	"import future.keywords.if\nSetPolicyRequest if true==true\n"},
    {"default SetPolicyRequest := false\n\n"
     "SetPolicyRequest if policy_data.a == true",
	"{\"a\":false}", "default SetPolicyRequest:=false\n"},
    {"SetPolicyRequest if {\n\tpolicy_data.a == \"x\"\n\tinput.b\n}",
	"{\"a\":\"x\"}",
	"import future.keywords.if\nSetPolicyRequest if input.b\n"},
    {"SetPolicyRequest if {\n\tok\n\tinput.b\n}\n\nok := true", "{}",
	"import future.keywords.if\nSetPolicyRequest if input.b\n"},
    {"SetPolicyRequest if input.a == policy_data.n", "{\"n\":12}",
	"import future.keywords.if\nSetPolicyRequest if input.a==12\n"},
    /* A literal before may abort: the dead body stays. */
    {"default SetPolicyRequest := false\n\n"
     "SetPolicyRequest if {\n\tinput.x + 1 == 2\n\tpolicy_data.a == true\n}",
	"{\"a\":false}",
	"import future.keywords.if\ndefault SetPolicyRequest:=false\n"
	"SetPolicyRequest if {input.x + 1==2\nfalse==true}\n"},
    {"import data.lib as l\n\nSetPolicyRequest if l.x", "{}",
	"import future.keywords.if\nimport data.lib as l\n"
	"SetPolicyRequest if l.x\n"},
    /* v0 forms come out as rules that v0 and v1 read alike. */
    {"SetPolicyRequest { a[input.x] }\n\na[x] { x = 1 }", "{}",
	"import future.keywords.if\nimport future.keywords.contains\n"
	"SetPolicyRequest if a[input.x]\na contains x if x=1\n"},
    {"SetPolicyRequest = 1 { input.x } { input.y }", "{}",
	"import future.keywords.if\nSetPolicyRequest:=1 if input.x\n"
	"SetPolicyRequest:=1 if input.y\n"},
};

static void
policy_link__rules(void **state)
{
	static const struct str package = STR_INIT("package agent_policy\n");
	struct world *w = *state;
	struct str got;
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		got = link_rules(w, rules[i].rules, rules[i].data);
		if (got.n == 0)
			fail_msg("%s: %s", rules[i].rules,
			    w->diags.list.p[0]->text.p);
		got = str_sub(
		    got, package.n, str_find(got, STR("policy_data := "), 0));
		if (!str_eqz(got, rules[i].text))
			fail_msg("%s: got\n%.*s", rules[i].rules, STR_ARG(got));
	}
}

static void
policy_link__refuses(void **state)
{
	static const struct {
		const char *rules;
		enum diag_id id;
	} cases[] = {
	    {"p if", DIAG_REGO_SYNTAX},
	    {"p if x == 1", DIAG_REGO_UNSAFE},
	    {"p if { not x }", DIAG_REGO_UNSAFE},
	    {"p if {\n\tprint(input.x[i])\n\tsome i in [i]\n}",
		DIAG_REGO_UNSAFE},
	    {"p if {\n\tx := 1\n\tx := 2\n}", DIAG_REGO_ASSIGNED},
	    {"p if q\n\nq if p", DIAG_REGO_RECURSION},
	    {"f(x) := f(x)", DIAG_REGO_RECURSION},
	    {"p if time.now_ns() > 1", DIAG_REGO_FUNCTION},
	    {"p if count(1, 2, 3)", DIAG_REGO_ARITY},
	    {"p := 1\n\np(x) := x", DIAG_REGO_CONFLICT},
	    {"default p := 1\n\ndefault p := 2", DIAG_REGO_DEFAULTS},
	    {"default p := input.x", DIAG_REGO_DEFAULT_VALUE},
	    {"input := 1", DIAG_REGO_SHADOW},
	    {"import data.a\nimport data.b.a\np := a",
		DIAG_REGO_IMPORT_SHADOWS},
	    {"p := a .b", DIAG_REGO_SYNTAX},
	};
	struct world *w = *state;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool found = false;

		assert_int_equal(link_rules(w, cases[i].rules, "{}").n, 0);
		for (k = 0; k < w->diags.list.n; k++)
			found |= w->diags.list.p[k]->id == cases[i].id;
		if (!found)
			fail_msg("%s: %s", cases[i].rules,
			    w->diags.list.p[0]->text.p);
	}
}

/* Markers come from the bodies of rules that are marked. */
static void
policy_link__denials(void **state)
{
	static const struct link_case cases[] = {
	    {"default SetPolicyRequest := false\n\n# explain: set\n"
	     "SetPolicyRequest if input.a.b == 1",
		"{}",
		"SetPolicyRequest if mark_eq(\"/a/b\",input.a.b,1) "
		"else:=mark(\"set\",\"/a/b\")\n"},
	    {"default SetPolicyRequest := false\n\nSetPolicyRequest if p\n\n"
	     "# explain: p\np if {\n\tx := input.a\n\tx.b[_]\n\tx[\"c/d\"] == 2\n}",
		"{}",
		"p if {x:=input.a\nx.b[_]\n"
		"mark_eq(\"/a/c~1d\",x[\"c/d\"],2)} else:=mark(\"p\",\"/a\")\n"},
	    {"SetPolicyRequest if p\n\n# explain: p\np if input.a\n\np if input.b",
		"{}", "p if p_body else:=mark_name(\"p\")\n"},
	    {"SetPolicyRequest if {\n\tf(input.x)\n}\n\n# explain: f\n"
	     "f(y) if {\n\tevery e in y.l { e in [1] }\n}",
		"{}",
		"f(y,at_path) if {every at_key,e in y.l "
		"{mark_in(sprintf(\"%v/l/%v\",[at_path,at_key]),e,[1])}} "
		"else:=mark(\"f\",concat(\"\",[at_path,\"/l\"]))\n"},
	    /* Its value is looked at: left alone. */
	    {"SetPolicyRequest if p == input.y\n\n# explain: p\np if input.a",
		"{}", "p if input.a\n"},
	    {"SetPolicyRequest := [p]\n\n# explain: p\np if input.a", "{}",
		"p if input.a\n"},
	    /* Without a default the answer would change from none to false. */
	    {"# explain: set\nSetPolicyRequest if input.a == 1", "{}",
		"SetPolicyRequest if input.a==1\n"},
	};
	struct world *w = *state;
	struct str got;
	size_t i;

	w->options.denials = true;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = link_rules(w, cases[i].rules, cases[i].data);
		if (str_find(got, str_from(cases[i].text), 0) == SIZE_MAX)
			fail_msg("%s: got\n%.*s", cases[i].rules, STR_ARG(got));
	}
}

/* All modules of stdlib-rego: each reads, and prints as the same tree. */
static void
policy_stdlib__modules(void **state)
{
	static const struct rego_options o = {0};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < stdlib_count(); i++) {
		struct stdlib_module m = stdlib_at(i);
		struct rego_module *one, *two;
		struct buf b = {0};

		one = rego_parse(w->arena, &w->diags,
		    source_new(w->arena, str_from(m.file), m.text), &o);
		if (one == NULL)
			fail_msg("%s: %s", m.file, w->diags.list.p[0]->text.p);
		rego_fmt(&b, w->arena, one, &o);
		two = rego_parse(w->arena, &w->diags,
		    source_new(w->arena, str_from(m.file),
			arena_str(w->arena, buf_str(&b))),
		    &o);
		assert_non_null(two);
		assert_true(rego_module_equal(one, two));
		buf_free(&b);
	}
}

/*
 * What the linker makes of the library passes the checks that a user's rules
 * must pass, and is the same text each time.
 */
static void
policy_link__stdlib(void **state)
{
	static const char *const datas[] = {"{}",
	    "{\"containers\":[],\"contrastc\":{\"profile\":\"metal-v1.2\"}}",
	    "{\"containers\":[{\"OCI\":{\"Process\":{}}}],\"contrastc\":"
	    "{\"profile\":\"contrast-metal\",\"checks\":{\"image_pull\":"
	    "\"required\"}}}"};
	static const struct rego_options o = {.given = "policy_data"};
	struct world *w = *state;
	struct rego_module *m;
	struct policy p, q;
	struct loc where;
	const char *why;
	size_t i;
	int style;

	w->options.denials = true;
	for (i = 0; i < 2 * sizeof(datas) / sizeof(datas[0]); i++) {
		style = i % 2 == 0 ? POLICY_SPECIALISED : POLICY_FULL;
		w->options.style = style;
		assert_true(link_data(w, &p, datas[i / 2]));
		assert_true(link_data(w, &q, datas[i / 2]));
		assert_true(str_eq(p.text, q.text));
		m = rego_parse(w->arena, &w->diags,
		    source_new(w->arena, STR("policy.rego"), p.text), &o);
		if (m == NULL || !rego_check(w->arena, &w->diags, &m, 1, &o))
			fail_msg(
			    "%s: %s", datas[i / 2], w->diags.list.p[0]->text.p);
		if (!rego_portable(m, &where, &why))
			fail_msg("%s: %.*s", why, STR_ARG(loc_text(where)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		policy_link__live_data, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_link__rules, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_link__refuses, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_link__denials, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_stdlib__modules, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_link__stdlib, setup, teardown),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
