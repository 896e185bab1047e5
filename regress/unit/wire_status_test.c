/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/wire/status.h"
#include "runtime/base/banned.h"

static void
percent__both_ways(void **state)
{
	static const char *const cases[][2] = {
	    {"", ""},
	    {"plain text", "plain text"},
	    {"100%", "100%25"},
	    {"a\nb\x7f", "a%0Ab%7F"},
	    {"\xc3\xa4", "%C3%A4"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = {0}, back = {0};

		wire_percent_encode(&b, str_from(cases[i][0]));
		assert_strz(buf_str(&b), cases[i][1]);
		wire_percent_decode(&back, buf_str(&b));
		assert_strz(buf_str(&back), cases[i][0]);
		buf_free(&b);
		buf_free(&back);
	}
}

static void
percent__bad_escapes_stay(void **state)
{
	static const char *const cases[] = {"%", "%4", "%zz", "a%g0b", "50%"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = {0};

		wire_percent_decode(&b, str_from(cases[i]));
		assert_strz(buf_str(&b), cases[i]);
		buf_free(&b);
	}
}

static void
timeout__parsed(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
	    {"1H", 3600000},
	    {"2M", 120000},
	    {"3S", 3000},
	    {"4m", 4},
	    {"1500u", 2},
	    {"1n", 1},
	    {"0n", 0},
	    {"99999999H", INT64_C(359999996400000)},
	};
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(wire_timeout_parse(&ms, str_from(cases[i].text)));
		assert_true(ms == cases[i].ms);
	}
}

static void
timeout__refuses(void **state)
{
	static const char *const cases[] = {
	    "", "S", "1", "1s", "-1S", "123456789S", "1 S", "1SS", "0x1S"};
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (wire_timeout_parse(&ms, str_from(cases[i])))
			fail_msg("accepted: %s", cases[i]);
	}
}

/* Eight digits at most, never longer than what was asked. */
static void
timeout__written(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
	    {1, "1m"},
	    {30000, "30000m"},
	    {99999999, "99999999m"},
	    {100000000, "100000S"},
	    {INT64_MAX, "99999999H"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = {0};

		wire_timeout_format(&b, cases[i].ms);
		assert_strz(buf_str(&b), cases[i].text);
		buf_free(&b);
	}
}

static void
code__words_and_http(void **state)
{
	(void)state;
	assert_string_equal(wire_code_word(0), "OK");
	assert_string_equal(wire_code_word(7), "PermissionDenied");
	assert_string_equal(wire_code_word(16), "Unauthenticated");
	assert_string_equal(wire_code_word(17), "Unknown");
	assert_string_equal(wire_code_word(-1), "Unknown");
	assert_int_equal(wire_code_of_http(404), 12);
	assert_int_equal(wire_code_of_http(503), 14);
	assert_int_equal(wire_code_of_http(418), 2);
}

static void
fail__long_text_is_marked(void **state)
{
	struct wire_status st;
	struct buf b = {0};

	(void)state;
	assert_int_equal(wire_fail(&st, WIRE_INTERNAL, "getting %s", "x"), 13);
	assert_string_equal(st.text, "getting x");
	while (b.n < 2000)
		buf_puts(&b, "\xc3\xa4");
	(void)wire_fail(&st, WIRE_INTERNAL, "%.*s", STR_ARG(buf_str(&b)));
	assert_true(str_ends(str_from(st.text), STR("\xc3\xa4\xe2\x80\xa6")));
	assert_true(str_is_utf8(str_from(st.text)));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(percent__both_ways),
	    cmocka_unit_test(percent__bad_escapes_stay),
	    cmocka_unit_test(timeout__parsed),
	    cmocka_unit_test(timeout__refuses),
	    cmocka_unit_test(timeout__written),
	    cmocka_unit_test(code__words_and_http),
	    cmocka_unit_test(fail__long_text_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
