/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/rego_ast.h"
#include "runtime/base/banned.h"

struct world {
	struct arena *arena;
	struct diags diags;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct world *w = ARENA_NEW(a, struct world);

	w->arena = a;
	diags_init(&w->diags, a);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	arena_free(((struct world *)*state)->arena);
	return 0;
}

/* "o": profile opa, "0": starts as v0. */
static struct rego_options
options(const char *mode)
{
	return (struct rego_options){
	    .opa = strchr(mode, 'o') != NULL, .v0 = strchr(mode, '0') != NULL};
}

static struct rego_module *
parse(struct world *w, const char *mode, const char *rules)
{
	struct rego_options o = options(mode);
	struct str text = arena_printf(w->arena, "package p\n\n%s", rules);

	diags_init(&w->diags, w->arena);
	return rego_parse(w->arena, &w->diags,
	    source_new(w->arena, STR("test.rego"), text), &o);
}

static struct str
print(struct world *w, const struct rego_module *m, const char *mode, bool fmt)
{
	struct rego_options o = options(mode);
	struct buf b = {0};
	struct str s;

	if (fmt)
		rego_fmt(&b, w->arena, m, &o);
	else
		rego_print(&b, m);
	s = arena_str(w->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

/* What is printed reads as the same tree and prints the same text. */
static void
check_round(struct world *w, const char *name, const char *mode,
    const struct rego_module *m, bool fmt)
{
	struct rego_options o = options(mode);
	struct str text = print(w, m, mode, fmt), again;
	struct rego_module *m2 = rego_parse(w->arena, &w->diags,
	    source_new(w->arena, STR("again.rego"), text), &o);

	if (m2 == NULL || !rego_module_equal(m, m2))
		fail_msg("%s: printed:\n%s", name, text.p);
	again = print(w, m2, mode, fmt);
	if (!str_eq(text, again))
		fail_msg("%s: first:\n%s\nthen:\n%s", name, text.p, again.p);
}

struct form {
	const char *mode;
	const char *in;
	const char *out; /* NULL: as `in` */
};

static const struct form forms[] = {
    {"", "x := 1", NULL},
    {"", "x := -1.5e+3", NULL},
    {"", "x=1", "x := 1"},
    {"", "default allow := false", NULL},
    {"", "default f(_) := 1", NULL},
    {"", "x := a.b[0][c].d[\"in\"]", NULL},
    {"", "x := a[\"b\"]", "x := a.b"},
    {"", "x := [1, \"a\", `b\\c`, true, false, null]", NULL},
    {"", "x := {}", NULL},
    {"", "x := set()", NULL},
    {"", "x := {1, 2,}", "x := {1, 2}"},
    {"", "x := {\"a\": 1, \"b\": {\"c\": []}}", NULL},
    {"", "x := [y | some y in z]", NULL},
    {"", "x := {y | some y in z}", NULL},
    {"", "x := {k: v | some k, v in z}", NULL},
    {"", "x := [y | y := z[_]; y > 1]", NULL},
    {"", "x := [y |\n y := z[_]; y > 1]", "x := [y |\n\ty := z[_]\n\ty > 1\n]"},
    {"", "x := [(a | b)]", NULL},
    {"", "x := {(a | b), 5}", NULL},
    {"o", "x := {a | b, 5}", "x := {(a | b), 5}"},
    {"", "x := {{1} | {2}}", NULL}, /* a comprehension */
    {"", "x := a + b * c - d / e % f", NULL},
    {"o", "x := a + b * c - d", "x := (a + (b * c)) - d"},
    {"o", "p if {\n\ta + b == c * d\n\t(a + b) * c\n\tx := a + b + c\n}",
	"p if {\n\ta + b == c * d\n\t(a + b) * c\n\tx := (a + b) + c\n}"},
    {"", "x := (a + b) * c", NULL},
    {"", "x := a - (b - c)", NULL},
    {"", "x := 1 -1", "x := 1 - 1"},
    {"", "x := 1-1*2", "x := 1 - 1 * 2"},
    {"", "x := {1} | {2} & {2, 3}", NULL},
    {"", "x := 1 == 1 == true", NULL},
    {"", "x := 1 in [1] in [true]", NULL},
    {"o", "x := 1 in [1] in [true]", NULL},
    {"", "x := (1, 2 in xs)", NULL},
    {"", "x := [(1, 2 in xs), 3 in ys]", NULL},
    {"", "x := f(1, g(2))[3].a", NULL},
    {"", "x := data.a.f(1)", NULL},
    {"", "x := 1\n\t+ 2", "x := 1 + 2"},
    {"", "x := 1\n\t-2", "x := 1 - 2"},
    {"", "x := {\n\t\"a\": 1,\n\t\"b\": 2\n}",
	"x := {\n\t\"a\": 1,\n\t\"b\": 2,\n}"},
    {"", "x := [1, 2,\n3, 4]", "x := [\n\t1, 2,\n\t3, 4,\n]"},
    {"", "x := [1, 2\n]", "x := [1, 2]"},
    {"", "x := f(1,\n2)", "x := f(\n\t1,\n\t2,\n)"},
    {"", "x := f(\n1, 2)", "x := f(1, 2)"},
    {"", "x := f(1, {\n\"a\": 1\n})", "x := f(1, {\n\t\"a\": 1,\n})"},
    {"", "x := f(a, [\n1], 2)", "x := f(\n\ta, [\n\t\t1,\n\t],\n\t2,\n)"},
    {"", "p if x", NULL},
    {"", "p if { x }", "p if x"},
    {"", "p if {\n\tx\n}", NULL},
    {"", "p if {1}", "p if 1"},
    {"", "p if true", "p := true"},
    {"", "x := 3 if { true }", "x := 3"},
    {"", "p := true if x", "p if x"},
    {"", "p if {\"a\": 1}", NULL},
    {"", "p if {1} == x", NULL},
    {"", "p if {a | b}.c", NULL},
    {"", "p if { {1, 2} }", "p if {\n\t{1, 2}\n}"},
    {"o", "p if { a | b }", "p if {a | b}"}, /* a comprehension */
    {"o", "p if {\n\t(a | b) == c\n\td\n}", NULL},
    {"", "p if { a; b }", "p if {\n\ta\n\tb\n}"},
    {"", "p if {\n\ta; b\n\n\n\tc\n}", "p if {\n\ta\n\tb\n\n\tc\n}"},
    {"", "p if {\n\ta\n\t[b] = c\n}", NULL},
    {"", "p := v if {\n\tx\n} else := w if {\n\ty\n} else := z", NULL},
    {"", "p if {\n\tx\n}\nelse := 2 if y", "p if {\n\tx\n}\n\nelse := 2 if y"},
    {"", "p if x else := 3", "p if x\n\nelse := 3"},
    {"", "p if { x\n} else := 3", "p if x\n\nelse := 3"},
    {"", "p if not x", NULL},
    {"", "p if x with input.a as 1 with data.b as [2]", NULL},
    {"", "p if {\n\tx with input.a as 1\n\twith data.b as 2 with c as 3\n}",
	"p if {\n\tx with input.a as 1\n"
	"\t\twith data.b as 2 with c as 3\n}"},
    {"", "p if {\n\tsome x, y\n\tq[x][y]\n}", NULL},
    {"", "p if {\n\tsome x,\n\ty\n\tq[x][y]\n}",
	"p if {\n\tsome x,\n\t\ty\n\tq[x][y]\n}"},
    {"", "p if some 1, {\"a\": v} in xs", NULL},
    {"", "p if {\n\tevery k, v in {1, 2} { k == v }\n}", NULL},
    {"", "p if {\n\tevery v in xs {\n\t\tv\n\t\tw\n\t}\n}", NULL},
    {"", "p if every v in xs { v; w }", "p if every v in xs { v; w}"},
    {"", "p contains x if x := 1", NULL},
    {"", "p contains \"x\"", NULL},
    {"", "contains(x) := y if y := x", NULL},
    {"", "p[x] := y if x := y", NULL},
    {"", "p[x] if x := 1", NULL},
    {"", "p.a := 1", "p[\"a\"] := 1"}, /* as older engines read it */
    {"", "p.a := 1\np.b.c := 2", NULL},
    {"", "a.b.c := 1", NULL},
    {"", "a[x].b contains y if y := x", NULL},
    {"", "f(x, [a, \"b\"], {\"k\": v}) := x", NULL},
    {"", "f() := 1", NULL},
    {"", "a := 1\nb if x\ndefault c := 2\nd := [\n1]\ne := 1\n\n\nf := 1",
	"a := 1\nb if x\n\ndefault c := 2\n\nd := [\n\t1,\n]\n\ne := 1\n\n"
	"f := 1"},
    {"0", "a = 1\nb = 2", "a = 1\n\nb = 2"},
    {"0", "p { x }", "p {\n\tx\n}"},
    {"0", "p[x] { x = 1 }", "p[x] {\n\tx = 1\n}"},
    {"0", "p = 1 { x } { y }", "p = 1 {\n\tx\n}\n\np = 1 {\n\ty\n}"},
    {"0", "p {\n\tx\n} else = 2 {\n\ty\n}", NULL},
    {"0", "if := in", NULL},
    {"0", "every(contains) := contains", NULL},
    {"0", "p = {1} { x }", "p = {1} {\n\tx\n}"},
    {"0", "p { true }", "p = true"},
    {"0", "import future.keywords.if\n\np { x }",
	"import future.keywords.if\n\np if x"},
    {"o", "x := $\"a{b}\\{c{$\"{d}\"}\"", NULL},
    {"o", "x := input.package.in", NULL},
    {"o", "x := input[\"package\"].in", NULL},
    {"",
	"import data.b\nimport data.c as d # c\nimport data.a\n\n# x\n"
	"import input.z\nimport data.z\nx := 1",
	"import data.a\nimport data.b\nimport data.c as d # c\n\n# x\n"
	"import data.z\nimport input.z\n\nx := 1"},
    {"", "import future.keywords.in\nimport rego.v1 # v", "import rego.v1 # v"},
    {"", "# a\n\n# b\nx := 1 # c\n\n# d", NULL},
    {"", "x := 1 # a\n# b\ny := 2", "x := 1 # a\n\n# b\ny := 2"},
    {"", "p if {\n\t# a\n\tx # b\n\n\t# c\n\ty\n\t# d\n}", NULL},
    {"", "p if { # a\n\tx } # b", "p if { # a\n\tx # b\n}"},
    {"", "p if {\n\tx\n} else := 2 if { # a\n\ty\n}",
	"p if {\n\tx\n} # a\n\nelse := 2 if {\n\ty\n}"},
    {"", "x := [ # a\n1,\n# b\n2\n# c\n] # d",
	"x := [\n\t1, # a\n\t# b\n\t2,\n\t# c\n] # d"},
    /* Where a comment would lose its place, the source stays. */
    {"", "x := [\n  # a\n1,   # b\n ]", NULL},
    {"", "x := [ # a\n 1, # b\n  2]", NULL},
    {"", "# METADATA\n# x: y\n# METADATA\nx := 1",
	"# METADATA\n# x: y\n\n# METADATA\nx := 1"},
    {"", "x := \"\\u00e4\\ud83d\\ude00\\n\"", NULL},
};

static void
rego_fmt__forms(void **state)
{
	struct world *w = *state;
	const struct form *f;
	struct rego_module *m;
	struct str want, got;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		f = &forms[i];
		m = parse(w, f->mode, f->in);
		if (m == NULL)
			fail_msg("%s: %s", f->in, w->diags.list.p[0]->text.p);
		got = print(w, m, f->mode, true);
		want = arena_printf(w->arena, "package p\n\n%s\n",
		    f->out == NULL ? f->in : f->out);
		if (!str_eq(want, got))
			fail_msg("%s: got\n%s", f->in, got.p);
		check_round(w, f->in, f->mode, m, true);
		check_round(w, f->in, f->mode, m, false);
	}
}

struct reject {
	const char *mode;
	const char *in;
	unsigned line, col; /* of the module with its two lines above */
	const char *text;   /* part of the message */
};

static const struct reject rejects[] = {
    {"", "x := ", 3, 6, "unexpected the end of the text"},
    {"", "x := [1, 2", 3, 6, "']' is missing"},
    {"", "x := [1, 2}", 3, 11, "unexpected '}', expected ']'"},
    {"", "x := 1)", 3, 7, "no bracket is open"},
    {"", "x := [,]", 3, 7, "expected an expression"},
    {"", "x := 01", 3, 6, "malformed number"},
    {"", "x := 1a", 3, 6, "malformed number"},
    {"", "x := 1.", 3, 6, "malformed number"},
    {"", "x := .5", 3, 6, "a digit is missing"},
    {"", "x := \"a", 3, 6, "malformed string"},
    {"", "x := \"a\\q\"", 3, 6, "malformed escape"},
    {"", "x := `a", 3, 6, "malformed raw string"},
    {"", "x := \"\\ud800\"", 3, 6, "surrogate"},
    {"", "x := !a", 3, 6, "malformed character"},
    {"", "x := \xff", 3, 6, "not UTF-8"},
    {"", "x", 3, 1, "a rule needs"},
    {"", "p { x }", 3, 3, "'if' is missing"},
    {"", "p[x] { x }", 3, 6, "'if' is missing"},
    {"", "p if { }", 3, 9, NULL},
    {"", "p if {\n\tx;\n}", 5, 1, "expected an expression"},
    {"", "x := a.in", 3, 8, "'in' is a keyword"},
    {"", "x := a .b", 3, 8, "unexpected"},
    {"", "x := count (y)", 3, 12, "unexpected"},
    {"", "x := \"a\".b", 3, 9, "unexpected"},
    {"", "x := f(1)(2)", 3, 10, "unexpected"},
    {"", "x := a[b](1)", 3, 6, "only a named function"},
    {"", "x := 1, 2", 3, 6, "only 'k, v in xs'"},
    {"", "x := 1\nimport data.a", 4, 1, "imports must stand above"},
    {"", "import x.y\nx := 1", 3, 8, "an import starts with"},
    {"", "import rego.v3\nx := 1", 3, 8, "unknown import"},
    {"o", "import future.keywords.iff\nx := 1", 3, 8, "unknown import"},
    {"", "import data.x as input\nx := 1", 3, 1, "cannot be named"},
    {"", "p if every [x] in y { x }", 3, 12, "variables only"},
    {"", "p if some a.b", 3, 11, "variables only"},
    {"", "p contains x if y else := 1", 3, 19, "partial rule"},
    {"", "p if x with a[b] as 1", 3, 13, "plain path"},
    {"", "if := 1", 3, 1, "unexpected 'if'"},
    {"0", "p if { x }", 3, 1, "a rule needs"},
};

static void
rego_parse__rejects(void **state)
{
	struct world *w = *state;
	const struct reject *r;
	const struct diag *g;
	struct place at;
	size_t i;

	for (i = 0; i < sizeof(rejects) / sizeof(rejects[0]); i++) {
		r = &rejects[i];
		if (parse(w, r->mode, r->in) != NULL) {
			if (r->text == NULL)
				continue;
			fail_msg("accepted: %s", r->in);
		}
		assert_int_equal(w->diags.list.n, 1);
		g = w->diags.list.p[0];
		at = source_place(w->arena, g->loc.source, g->loc.off);
		if (r->text == NULL)
			continue;
		if (strstr(g->text.p, r->text) == NULL || at.line != r->line ||
		    at.col != r->col)
			fail_msg(
			    "%s: %u:%u: %s", r->in, at.line, at.col, g->text.p);
	}
}

/* Nesting is refused, not followed down. */
static void
rego_parse__depth(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *open, *middle, *close;
	} cases[] = {{"[", "1", "]"}, {"(", "1", ")"}, {"{1:", "1", "}"},
	    {"f(", "1", ")"}, {"1+", "1", ""}, {"[x|x:=", "1", "]"},
	    {"a[", "1", "]"}};
	struct buf b = {0};
	size_t i, n, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (n = 100; n <= 100000; n *= 10) {
			b.n = 0;
			buf_puts(&b, "x := ");
			for (k = 0; k < n; k++)
				buf_puts(&b, cases[i].open);
			buf_puts(&b, cases[i].middle);
			for (k = 0; k < n; k++)
				buf_puts(&b, cases[i].close);
			buf_putc(&b, 0);
			if ((parse(w, "o", b.p) == NULL) != (n > 100))
				fail_msg("%s %zu", cases[i].open, n);
			if (n > 100)
				assert_non_null(
				    strstr(w->diags.list.p[0]->text.p,
					"too many nested"));
		}
	}
	buf_free(&b);
}

/* Every node covers exactly its bytes. */
static void
rego_parse__places(void **state)
{
	struct world *w = *state;
	struct rego_module *m = parse(w, "",
	    "f(x) := y if {\n\ty := x.a[0] + 1 # c\n\tnot z with input as 2\n}");
	struct rego_rule *r;

	assert_non_null(m);
	r = m->rules.p[0];
	assert_true(str_eqz(loc_text(r->head_loc), "f(x) := y"));
	assert_true(str_starts(loc_text(r->body->loc), STR("{\n")));
	assert_true(str_eqz(loc_text(r->body->p[0]->loc), "y := x.a[0] + 1"));
	assert_true(
	    str_eqz(loc_text(r->body->p[0]->terms[0]->args[1]->args[0]->loc),
		"x.a[0]"));
	assert_true(
	    str_eqz(loc_text(r->body->p[1]->loc), "not z with input as 2"));
	assert_true(str_eqz(loc_text(m->comments.p[0]), "# c"));
}

static void
rego_parse__explain(void **state)
{
	struct world *w = *state;
	struct rego_module *m = parse(w, "",
	    "# explain: root\np if x\n\n# explain: far\n\n# other\nq if x\n"
	    "r if x\n# explain: last\n\ns if x");

	assert_non_null(m);
	assert_true(str_eqz(m->rules.p[0]->explain, "root"));
	assert_true(str_eqz(m->rules.p[1]->explain, ""));
	assert_true(str_eqz(m->rules.p[2]->explain, ""));
	assert_true(str_eqz(m->rules.p[3]->explain, "last"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rego_fmt__forms, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		rego_parse__rejects, setup, teardown),
	    cmocka_unit_test_setup_teardown(rego_parse__depth, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		rego_parse__places, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		rego_parse__explain, setup, teardown),
	};

	return cmocka_run_group_tests_name("rego", tests, NULL, NULL);
}
