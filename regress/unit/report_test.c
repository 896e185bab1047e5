/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/report/report.h"
#include "regress/unit/unit.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

struct fixture {
	struct arena *arena;
	struct diags d;
	struct buf out;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct fixture *f = ARENA_NEW(a, struct fixture);

	f->arena = a;
	diags_init(&f->d, a);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	buf_free(&f->out);
	arena_free(f->arena);
	return 0;
}

static const struct report_options plain = {false, false, 0, 0};

static void
render(struct fixture *f, report_format *format, const struct report_options *o)
{
	struct report r;

	report_make(&r, f->arena, &f->d, o);
	f->out.n = 0;
	format(&f->out, &r);
}

static void
report_text__excerpt_and_marker(void **state)
{
	struct fixture *f = *state;
	struct source *s = source_new(
	    f->arena, STR("a.yml"), STR("x: 1\n\tk\xc3\xa4y: \x01v\n"));

	diag_report(&f->d, INTERNAL, ((struct loc){s, 6, 4}), "why");
	render(f, report_text, &plain);
	assert_strz(buf_str(&f->out),
	    "a.yml:2:2: error: internal error: why [internal]\n"
	    "    2 | \tk\xc3\xa4y: \\x01v\n"
	    "      | \t^~~\n"
	    "1 error, 0 warnings\n");
}

static void
report_text__inserted_text(void **state)
{
	static const struct source_edit edits[] = {
	    {5, 6, 5, 0, "the injected Initializer"}};
	struct fixture *f = *state;
	struct source *user = source_new(f->arena, STR("a.yml"), STR("a: 1\n"));
	struct source *made =
	    source_new(f->arena, STR("a.yml"), STR("a: 1\nb: 22\n"));

	made->from = user;
	made->edits = edits;
	made->nedits = 1;
	diag_report(&f->d, INTERNAL, ((struct loc){made, 8, 2}), "why");
	render(f, report_text, &plain);
	assert_strz(buf_str(&f->out),
	    "a.yml:2:1: error: internal error: why [internal]\n"
	    "    + | b: 22\n"
	    "      |    ^~\n"
	    "a.yml:2:1: note: in the injected Initializer\n"
	    "1 error, 0 warnings\n");
}

static void
report_text__merges_equal_and_limits(void **state)
{
	struct fixture *f = *state;
	struct report_options one = {false, false, 0, 1};

	diag_report(&f->d, INTERNAL, loc_none, "a");
	diag_report(&f->d, INTERNAL, loc_none, "a");
	diag_report(&f->d, INTERNAL, loc_none, "b");
	render(f, report_text, &one);
	assert_strz(buf_str(&f->out),
	    "error: internal error: a [internal]\n"
	    "1 more not shown\n2 errors, 0 warnings\n");
}

/* By file and place; an error is shown before what is beside it. */
static void
report_text__order(void **state)
{
	struct fixture *f = *state;
	struct report_options two = {false, true, 0, 2};
	struct source *a = source_new(f->arena, STR("a"), STR("k: v\nl: w\n"));
	struct source *b = source_new(f->arena, STR("b"), STR("k: v\n"));

	diag_report(&f->d, NO_WORKLOAD, loc_none);
	diag_report(&f->d, INTERNAL, ((struct loc){b, 0, 1}), "b");
	diag_report(&f->d, HOST_NETWORK, ((struct loc){a, 5, 1}));
	diag_report(&f->d, PULL_SECRETS, ((struct loc){a, 5, 1}));
	diag_report(&f->d, INTERNAL, ((struct loc){a, 3, 1}), "a");
	diags_sort(&f->d);
	assert_int_equal(f->d.list.p[0]->loc.off, 3);
	assert_int_equal(f->d.list.p[1]->id, DIAG_HOST_NETWORK);
	assert_int_equal(f->d.list.p[2]->id, DIAG_PULL_SECRETS);
	assert_ptr_equal(f->d.list.p[3]->loc.source, b);
	assert_null(f->d.list.p[4]->loc.source);
	render(f, report_text, &two);
	assert_int_equal(
	    str_find(buf_str(&f->out), STR("host-network"), 0), SIZE_MAX);
	assert_true(
	    str_find(buf_str(&f->out), STR("3 more not shown"), 0) != SIZE_MAX);
}

static void
report_json__members(void **state)
{
	struct fixture *f = *state;
	struct source *s = source_new(f->arena, STR("a.yml"), STR("k: v\n"));
	struct jv *v;

	diag_report(&f->d, INTERNAL, ((struct loc){s, 3, 1}), "why");
	render(f, report_json, &plain);
	assert_int_equal(jv_parse(&v, f->arena, buf_str(&f->out), NULL), 0);
	v = jv_getz(v, "diagnostics")->items.p[0];
	assert_strz(jv_get_str(v, STR("name")), "internal");
	assert_strz(jv_getz(v, "line")->text, "1");
	assert_strz(jv_getz(v, "column")->text, "4");
	assert_strz(jv_getz(v, "endColumn")->text, "5");
}

/* An error in a file of an odd name, a warning and a note without place. */
static void
add_odd(struct fixture *f)
{
	struct source *s =
	    source_new(f->arena, STR("a b,\xff:1.yml"), STR("k: v\n"));

	diag_report(&f->d, INTERNAL, ((struct loc){s, 3, 1}),
	    "<a> & \"b\"; 5%]\n#\x01");
	diag_report(&f->d, INPUT_IGNORED, loc_none, "x");
	diag_report(&f->d, SETTINGS_OPEN, loc_none, "y");
}

static void
report__escapes(void **state)
{
	static const struct {
		report_format *format;
		const char *want;
	} cases[] = {
	    {report_junit,
		"<testcase classname=\"a b,\\xff:1.yml\" name=\"internal at "
		"1:4\">\n      <failure type=\"internal\" message=\"error: "
		"internal error: &lt;a&gt; &amp; &quot;b&quot;; "
		"5%]\\x0a#\\x01\"></failure>"},
	    {report_junit, "tests=\"3\" failures=\"1\" errors=\"0\" "
			   "skipped=\"2\">"},
	    {report_github,
		"::error file=a b%2C\\xff%3A1.yml,line=1,col=4,endLine=1,"
		"endColumn=5,title=internal::internal error: <a> & \"b\"; "
		"5%25]%0A#\x01\n::warning title=input-ignored::ignoring x: "
		"not a .yml/.yaml file\n"},
	    {report_github_summary,
		"| error | a b,\\\\xff:1.yml:1:4 | internal error: \\<a\\> "
		"\\& \"b\"; 5%\\] \\#\x01 (internal) |\n"},
	    {report_azuredevops,
		"##vso[task.logissue type=error;sourcepath=a b,\\xff:1.yml;"
		"linenumber=1;columnnumber=4;code=internal;]internal error: "
		"<a> & \"b\"%3B 5%AZP25%5D%0A#\x01\n##vso[task.logissue "
		"type=warning;code=input-ignored;]ignoring x"},
	    {report_tap,
		"TAP version 13\n1..3\nnot ok 1 - a b,\\\\xff:1.yml:1:4: "
		"internal error: <a> & \"b\"; 5%]\\x0a\\#\\x01 "
		"[internal]\nok 2 - ignoring x: not a .yml/.yaml file "
		"[input-ignored] # SKIP warning\nok 3 - "},
	    {report_sarif, "\"uri\": \"a%20b,%5Cxff%3A1.yml\""},
	    {report_gitlab, "\"severity\": \"info\""},
	};
	struct fixture *f = *state;
	size_t i;

	add_odd(f);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		render(f, cases[i].format, &plain);
		if (str_find(buf_str(&f->out), str_from(cases[i].want), 0) ==
		    SIZE_MAX)
			fail_msg("%s\nnot in\n%.*s", cases[i].want,
			    STR_ARG(buf_str(&f->out)));
	}
}

static void
report_text__hides_lines_of_secrets(void **state)
{
	struct fixture *f = *state;
	struct source *s =
	    source_new(f->arena, STR("a.yml"), STR("k: hunter2\nl: shown\n"));

	diag_report(&f->d, INTERNAL, ((struct loc){s, 0, 1}), "before");
	diag_report(&f->d, INTERNAL, ((struct loc){s, 3, 7}), "it")->hidden =
	    true;
	diag_report(&f->d, INTERNAL, ((struct loc){s, 9, 1}), "behind");
	diag_report(&f->d, INTERNAL, ((struct loc){s, 14, 1}), "below");
	render(f, report_text, &plain);
	assert_int_equal(
	    str_find(buf_str(&f->out), STR("hunter2"), 0), SIZE_MAX);
	assert_true(str_find(buf_str(&f->out), STR("l: shown"), 0) != SIZE_MAX);
}

static size_t
lines_of(struct fixture *f, struct str begin)
{
	struct str all = buf_str(&f->out);
	size_t at = 0, n = 0;

	while (at < all.n) {
		n += str_starts(str_sub(all, at, all.n), begin);
		at = str_chr(all, '\n', at) + 1;
	}
	return n;
}

static void
report_github__folds(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 10; i++)
		diag_report(&f->d, INTERNAL, loc_none,
		    arena_printf(f->arena, "%d", i).p);
	render(f, report_github, &plain);
	assert_int_equal(lines_of(f, STR("::error title=internal")), 10);
	diag_report(&f->d, INTERNAL, loc_none, "more");
	render(f, report_github, &plain);
	assert_int_equal(lines_of(f, STR("::error title=internal")), 9);
	assert_int_equal(
	    lines_of(f, STR("::error title=contrastc::and 2 more")), 1);
}

/* Equal findings differ by their order, and lines do not matter. */
static void
report_gitlab__fingerprints(void **state)
{
	struct fixture *f = *state;
	struct source *s =
	    source_new(f->arena, STR("a"), STR("k: v\nl: w\nm: x\n"));
	struct jv *v, *w;

	diag_report(&f->d, INTERNAL, ((struct loc){s, 0, 1}), "a");
	diag_report(&f->d, INTERNAL, ((struct loc){s, 5, 1}), "a");
	render(f, report_gitlab, &plain);
	assert_int_equal(jv_parse(&v, f->arena, buf_str(&f->out), NULL), 0);
	diags_init(&f->d, f->arena);
	diag_report(&f->d, INTERNAL, ((struct loc){s, 10, 1}), "a");
	render(f, report_gitlab, &plain);
	assert_int_equal(jv_parse(&w, f->arena, buf_str(&f->out), NULL), 0);
	assert_strz(jv_get_str(w->items.p[0], STR("fingerprint")),
	    jv_get_str(v->items.p[0], STR("fingerprint")).p);
	assert_false(str_eq(jv_get_str(v->items.p[0], STR("fingerprint")),
	    jv_get_str(v->items.p[1], STR("fingerprint"))));
}

/* Every entry of the table is complete and its name well formed. */
static void
diag_table__complete(void **state)
{
	int i;
	size_t k;

	(void)state;
	for (i = 0; i < DIAG_COUNT; i++) {
		struct str name = str_from(diag_table[i].name);

		for (k = 0; k < name.n; k++) {
			if ((name.p[k] < 'a' || name.p[k] > 'z') &&
			    (name.p[k] < '0' || name.p[k] > '9') &&
			    name.p[k] != '-')
				fail_msg("%s", name.p);
		}
		if (diag_by_name(name) != i)
			fail_msg("%s: twice", name.p);
		if (diag_table[i].explain == NULL ||
		    diag_table[i].explain[0] == '\0')
			fail_msg("%s: no explanation", name.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		report_text__excerpt_and_marker, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_text__inserted_text, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_text__merges_equal_and_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_text__order, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_json__members, setup, teardown),
	    cmocka_unit_test_setup_teardown(report__escapes, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_text__hides_lines_of_secrets, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_github__folds, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		report_gitlab__fingerprints, setup, teardown),
	    cmocka_unit_test(diag_table__complete)};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
