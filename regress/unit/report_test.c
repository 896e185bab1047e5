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
report_text__excerpt_and_marker(void **state)
{
	struct fixture *f = *state;
	struct source *s = source_new(
	    f->arena, STR("a.yml"), STR("x: 1\n\tk\xc3\xa4y: \x01v\n"));

	diag_report(&f->d, INTERNAL, ((struct loc){s, 6, 4}), "why");
	report_text(&f->out, f->arena, &f->d, &plain);
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
	report_text(&f->out, f->arena, &f->d, &plain);
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
	report_text(&f->out, f->arena, &f->d, &one);
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
	report_text(&f->out, f->arena, &f->d, &two);
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
	report_json(&f->out, f->arena, &f->d);
	assert_int_equal(jv_parse(&v, f->arena, buf_str(&f->out), NULL), 0);
	v = jv_getz(v, "diagnostics")->items.p[0];
	assert_strz(jv_get_str(v, STR("name")), "internal");
	assert_strz(jv_getz(v, "line")->text, "1");
	assert_strz(jv_getz(v, "column")->text, "4");
	assert_strz(jv_getz(v, "endColumn")->text, "5");
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
	    cmocka_unit_test(diag_table__complete)};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
