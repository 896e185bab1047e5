/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"

static void
str_u64__bounds(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, want;
		bool ok;
	} cases[] = {{"0", 9, 0, true}, {"007", 9, 7, true},
	    {"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
	    {"18446744073709551616", UINT64_MAX, 0, false},
	    {"99999999999999999999", UINT64_MAX, 0, false}, {"10", 9, 0, false},
	    {"", 9, 0, false}, {"+1", 9, 0, false}, {"1 ", 9, 0, false},
	    {"-1", 9, 0, false}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t v = 0;

		if (str_u64(str_from(cases[i].text), cases[i].max, &v) !=
			cases[i].ok ||
		    v != cases[i].want)
			fail_msg("%s", cases[i].text);
	}
}

static void
str_is_utf8__forms(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {{"", true}, {"abc", true}, {"\xc3\xa4", true},
	    {"\xe2\x82\xac", true}, {"\xf0\x9f\x98\x80", true},
	    {"\xf4\x8f\xbf\xbf", true}, {"\xf4\x90\x80\x80", false},
	    {"\xed\xa0\x80", false}, {"\xc0\x80", false},
	    {"\xe0\x80\x80", false}, {"\xf0\x80\x80\x80", false},
	    {"\x80", false}, {"\xc3", false}, {"\xe2\x82", false},
	    {"\xff", false}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (str_is_utf8(str_from(cases[i].text)) != cases[i].ok)
			fail_msg("case %zu", i);
	}
}

static void
str_distance__names(void **state)
{
	(void)state;
	assert_int_equal(str_distance(STR("image"), STR("image")), 0);
	assert_int_equal(str_distance(STR("imgae"), STR("image")), 2);
	assert_int_equal(str_distance(STR(""), STR("abc")), 3);
	assert_int_equal(str_distance(STR("kitten"), STR("sitting")), 3);
}

static void
str_find__edges(void **state)
{
	(void)state;
	assert_true(str_find(STR("aXbX"), STR("X"), 2) == 3);
	assert_true(str_find(STR("ab"), STR("abc"), 0) == SIZE_MAX);
	assert_true(str_find(STR("ab"), STR(""), 2) == 2);
	assert_true(str_find(STR("ab"), STR("a"), 9) == SIZE_MAX);
	assert_str(str_sub(STR("abc"), 2, 99), STR("c"));
	assert_str(str_sub(STR("abc"), 9, 1), STR(""));
	assert_str(str_trim(STR(" \ta b\r\n")), STR("a b"));
	assert_str(str_basename(STR("a/b/c")), STR("c"));
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(str_u64__bounds),
	    cmocka_unit_test(str_is_utf8__forms),
	    cmocka_unit_test(str_distance__names),
	    cmocka_unit_test(str_find__edges)};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
