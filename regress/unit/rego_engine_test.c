/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and what their document is, under both profiles; limits; state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/rego/engine.h"
#include "runtime/base/banned.h"

struct engine {
	struct rego_program *p;
	struct rego_eval *e;
	struct buf prints;
};

static void
print(void *arg, struct str file, struct place at, struct str text)
{
	struct engine *g = arg;

	buf_printf(&g->prints, "%.*s:%u: %.*s\n", STR_ARG(file), at.line,
	    STR_ARG(text));
}

/* NULL, or why it does not load. */
static const char *
load(struct engine *g, const char *profile, const char *text, const char *data,
    const struct rego_limits *limits)
{
	static struct rt_err err;
	struct arena *a = arena_new();
	struct rego_options o = {.opa = strcmp(profile, "opa") == 0};
	struct rego_compile c = {
	    .profile = rego_profile_find(str_from(profile)), .prints = true};
	struct rego_module *m;
	struct diags d;
	const char *bad = NULL;

	memset(g, 0, sizeof(*g));
	diags_init(&d, a);
	m = rego_parse(a, &d, source_new(a, STR("m"), str_from(text)), &o);
	c.modules = &m;
	c.nmodules = 1;
	c.data = str_from(data);
	if (m == NULL || !rego_check(a, &d, &m, 1, &o))
		bad = "not checked";
	else if (rego_program_new(&g->p, &c, &err) < 0)
		bad = err.text;
	arena_free(a);
	if (bad != NULL)
		return bad;
	g->e = rego_eval_new(g->p, limits);
	rego_eval_prints(g->e, print, g);
	return NULL;
}

static void
unload(struct engine *g)
{
	rego_eval_free(g->e);
	rego_program_free(g->p);
	buf_free(&g->prints);
}

/* The document of the rule as JSON, "undefined", or the fault. */
static void
ask(struct engine *g, struct buf *out, const char *rule, const char *input)
{
	struct rt_err err = {0};
	rv v;

	out->n = 0;
	rego_eval_reset(g->e);
	if (input != NULL) {
		assert_int_equal(rv_parse_json(&v, rego_eval_heap(g->e),
				     str_from(input), &err),
		    0);
		rego_eval_input(g->e, v);
	}
	if (rego_eval_rule(&v, g->e, str_from(rule), &err) < 0)
		buf_puts(out, rego_eval_fault(g->e)->fault.text);
	else if (v == RV_UNDEFINED)
		buf_puts(out, "undefined");
	else
		rv_print_json(out, rego_eval_heap(g->e), v);
	buf_putc(out, '\0');
}

static const char input[] =
    "{\"x\":1,\"list\":[\"a\",\"b\"],\"o\":{\"k\":{\"v\":2}}}";

/* The rule is p; `kata` NULL: as in OPA. */
static const struct {
	const char *name, *text, *opa, *kata;
} cases[] = {
    {"constant", "p := [1, {\"a\": null}]", "[1,{\"a\":null}]", NULL},
    {"undefined", "p := input.nothing", "undefined", NULL},
    {"false fails a literal", "p if input.x == 2", "undefined", NULL},
    {"default", "default p := 3\np := 4 if input.x == 2", "3", NULL},
    {"conflict", "p := v if v := input.list[_]",
	"complete rules must not produce multiple outputs", NULL},
    {"same value twice", "p := 1 if input.list[_]", "1", NULL},
    {"else", "p := 1 if input.x == 2 else := 2 if input.x == 1 else := 3", "2",
	NULL},
    {"function", "f(x, [y, \"b\"]) := x + y\np := f(1, [2, \"b\"])", "3", NULL},
    {"function without value", "f(x) := 1 if x == 2\np := f(3)", "undefined",
	NULL},
    {"functions that disagree",
	"f(x) := true if x == 1\nf(x) := false if x > 0\np if not f(1)",
	"functions must not produce multiple outputs for same inputs", NULL},
    {"set", "p contains v if some v in input.list", "[\"a\",\"b\"]", NULL},
    {"some in a number", "p contains v if some v in input.x", "[]",
	"`some .. in collection` expects array/set/object. Got `1`"},
    {"some in nothing", "p contains v if some v in input.y", "[]", NULL},
    {"a number's members", "p contains v if v := input.x[_]", "[]", NULL},
    {"object", "p[k] := v if some k, v in input.o", "{\"k\":{\"v\":2}}", NULL},
    {"object conflict", "p[1] := v if some v in input.list",
	"object keys must be unique", NULL},
    {"deep heads",
	"p[x].y contains z if {\n\tsome x in input.list\n\tz := 1\n}",
	"{\"a\":{\"y\":[1]},\"b\":{\"y\":[1]}}", NULL},
    {"every", "p if every v in input.list { v != \"c\" }", "true", NULL},
    {"every of nothing", "p if every v in [] { v }", "true", NULL},
    {"every over a number", "p if every v in input.x { v }", "undefined", NULL},
    {"comprehensions",
	"p := [a, s, o] if {\n\ta := [v | v := input.list[_]]\n"
	"\ts := {1 | input.list[_]}\n\to := {v: k | some k, v in input.list}\n}",
	"[[\"a\",\"b\"],[1],{\"a\":0,\"b\":1}]", NULL},
    {"literals out of order", "p := y if {\n\ty = x + 1\n\tx = input.x\n}", "2",
	NULL},
    {"unification", "p := [x, y] if [x, {\"k\": y}, 3] = [1, {\"k\": 2}, 3]",
	"[1,2]", NULL},
    {"print binds nothing",
	"p := i if {\n\tprint(input.nothing[i])\n\tinput.list[i] == \"b\"\n}",
	"1", NULL},
    {"iteration binds", "p := i if input.list[i] == \"b\"", "1", NULL},
    {"a bound key is a look-up",
	"p if {\n\ti := 1\n\tinput.list[i] == \"b\"\n}", "true", NULL},
    {"not, plain", "p if not input.nothing", "true", NULL},
    {"not, compared", "p if not input.nothing == 1", "true", NULL},
    {"not, a call", "p if not count(input.nothing) == 1", "undefined", "true"},
    {"not, in", "p if not \"a\" in input.nothing", "undefined", "true"},
    {"operands of a wrong type",
	"default p := 1\np := 2 if input.list + 1 == 2", "1", "!"},
    {"an abort of one definition",
	"f(x) := x + 1\nf(x) := 7 if is_array(x)\np := f(input.list)", "7",
	"7"},
    {"with input", "q := input.x\np := v if v := q with input.x as 9", "9",
	NULL},
    {"with, then without",
	"q := input.x\n"
	"p := [q, v, q] if v := q with input as {\"x\": 5}",
	"[1,5,1]", NULL},
    {"with data", "q := 1\np := v if v := q with data.t.q as 2", "2", NULL},
    {"with a function", "f(x) := 1\ng(x) := x\np := v if v := f(8) with f as g",
	"8", NULL},
    {"with a built-in", "p := v if v := count([]) with count as 4", "4", NULL},
    {"base data", "p := data.base.k", "\"v\"", NULL},
    {"a document", "p := x if x := data.base", "{\"k\":\"v\"}", NULL},
    {"a rule that is called", "f() := 3\np := [f(), f]", "[3,3]", NULL},
    {"object pattern",
	"p := x if {\n\to := {\"k\": 1, \"m\": 2}\n"
	"\t{\"k\": x} = o\n}",
	"undefined", "1"},
    {"result as an argument", "p := n if count(input.list, n)", "2", NULL},
};

static void
check(const char *profile, size_t i, const char *want)
{
	char text[512];
	struct engine g;
	struct buf got = {0};
	const char *bad;

	(void)snprintf(text, sizeof(text), "package t\n%s\n", cases[i].text);
	bad = load(&g, profile, text, "{\"base\":{\"k\":\"v\"}}", NULL);
	if (bad != NULL)
		fail_msg("%s (%s): %s", cases[i].name, profile, bad);
	ask(&g, &got, "data.t.p", input);
	if (want[0] == '!' && rego_eval_fault(g.e)->fault.code == REGO_FINE)
		fail_msg("%s (%s): %s", cases[i].name, profile, got.p);
	else if (want[0] != '!' && strcmp(got.p, want) != 0)
		fail_msg("%s (%s): got %s, want %s", cases[i].name, profile,
		    got.p, want);
	buf_free(&got);
	unload(&g);
}

static void
rego_eval_rule__cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check("opa", i, cases[i].opa);
		check("kata", i,
		    cases[i].kata != NULL ? cases[i].kata : cases[i].opa);
	}
}

/* The oldest engine of agents. */
static void
rego_eval_rule__oldest(void **state)
{
	struct engine g;
	struct buf got = {0};

	(void)state;
	assert_null(load(&g, "kata-0.1.5",
	    "package t\np if {\n\tevery v in input.x { v }\n"
	    "\tregex.match(\"^[0-9a-f]{1000}([0-9a-f]{1000})?\", \"\")\n}\n"
	    "q if every v in input.x { v }\n",
	    "", NULL));
	ask(&g, &got, "data.t.q", input);
	assert_string_equal(got.p, "true");
	ask(&g, &got, "data.t.p", input);
	assert_string_equal(got.p, "undefined");
	buf_free(&got);
	unload(&g);
}

static void
rego_eval_prints__lines(void **state)
{
	static const char text[] =
	    "package t\np if {\n\tprint(\"a\", input.x, input.no)\n}\n";
	struct engine g;
	struct buf got = {0};

	(void)state;
	assert_null(load(&g, "kata", text, "", NULL));
	ask(&g, &got, "data.t.p", input);
	assert_string_equal(got.p, "true");
	buf_putc(&g.prints, '\0');
	assert_string_equal(g.prints.p, "m:3: a 1 <undefined>\n");
	buf_free(&got);
	unload(&g);
}

/* An evaluation that is cut short is no verdict. */
static void
rego_eval_rule__limits(void **state)
{
	static const char text[] =
	    "package t\nn := numbers.range(1, 300)\ndefault p := true\n"
	    "p := false if {\n\tn[_] + n[_] + n[_] == 0\n}\n"
	    "q := [x | n[_]; n[_]; x := n]\n";
	static const struct {
		struct rego_limits limits;
		const char *rule, *want;
	} runs[] = {
	    {{.instructions = 1000}, "data.t.p", "instruction limit reached"},
	    {{.memory = 100000}, "data.t.q", "memory limit reached"},
	    {{.nanoseconds = 1}, "data.t.p", "time limit reached"},
	};
	struct buf got = {0};
	struct engine g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		assert_null(load(&g, "opa", text, "", &runs[i].limits));
		ask(&g, &got, runs[i].rule, NULL);
		assert_string_equal(got.p, runs[i].want);
		assert_int_equal(
		    rego_eval_fault(g.e)->fault.code, REGO_ECANCEL);
		unload(&g);
	}
	buf_free(&got);
}

/* State that the caller replaces is seen by the next query. */
static void
rego_eval_data__stays(void **state)
{
	struct engine g;
	struct buf got = {0};
	struct rt_err err = {0};
	int i;
	rv v;

	(void)state;
	assert_null(
	    load(&g, "kata", "package t\np := data.s\n", "{\"s\":0}", NULL));
	for (i = 0; i < 3; i++) {
		ask(&g, &got, "data.t.p", NULL);
		assert_int_equal(got.p[0], '0' + i);
		buf_printf((got.n = 0, &got), "{\"s\":%d}", i + 1);
		assert_int_equal(
		    rv_parse_json(&v, rego_eval_heap(g.e), buf_str(&got), &err),
		    0);
		rego_eval_data(g.e, v);
	}
	buf_free(&got);
	unload(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rego_eval_rule__cases),
	    cmocka_unit_test(rego_eval_rule__oldest),
	    cmocka_unit_test(rego_eval_prints__lines),
	    cmocka_unit_test(rego_eval_rule__limits),
	    cmocka_unit_test(rego_eval_data__stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
