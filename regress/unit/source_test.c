/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/base/source.h"
#include "runtime/base/banned.h"

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
source_place__code_points(void **state)
{
	/* byte order mark, a two-byte character, CRLF, a tab */
	struct source *s = source_new(*state, STR("f"),
	    STR("\xef\xbb\xbf"
		"a\xc3\xa4"
		"b\r\n\tx\n"));
	static const struct {
		size_t off;
		uint32_t line, col;
	} cases[] = {{0, 1, 1}, {3, 1, 1}, {4, 1, 2}, {6, 1, 3}, {9, 2, 1},
	    {10, 2, 2}, {12, 3, 1}, {99, 3, 1}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct place p = source_place(*state, s, cases[i].off);

		if (p.line != cases[i].line || p.col != cases[i].col)
			fail_msg(
			    "offset %zu: %u:%u", cases[i].off, p.line, p.col);
	}
	assert_str(source_line(*state, s, 1), STR("a\xc3\xa4"
						  "b"));
	assert_str(source_line(*state, s, 2), STR("\tx"));
	assert_str(source_line(*state, s, 9), STR(""));
}

static void
loc_user__through_edits(void **state)
{
	/* user "abcdef": "X" inserted at 2, "de" replaced by "YY Y" */
	static const struct source_edit edits[] = {
	    {2, 1, 2, 0, "inserted"}, {4, 4, 3, 2, NULL}};
	struct source *user = source_new(*state, STR("u"), STR("abcdef"));
	struct source *made = source_new(*state, STR("u"), STR("abXcYY Yf"));
	static const struct {
		uint32_t off, want;
		bool inserted;
	} cases[] = {{0, 0, false}, {1, 1, false}, {2, 2, true}, {3, 2, false},
	    {5, 3, false}, {8, 5, false}};
	const char *what;
	size_t i;

	made->from = user;
	made->edits = edits;
	made->nedits = 2;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct loc l =
		    loc_user((struct loc){made, cases[i].off, 1}, &what);

		if (l.source != user || l.off != cases[i].want ||
		    (what != NULL) != cases[i].inserted)
			fail_msg("offset %u: %u", cases[i].off, l.off);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		source_place__code_points, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		loc_user__through_edits, setup, teardown)};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
