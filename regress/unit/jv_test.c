/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "regress/unit/unit.h"
#include "runtime/base/jv.h"
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
jv_print__styles(void **state)
{
	static const struct {
		const char *text, *compact, *pretty, *lines;
	} cases[] = {{"[ ]", "[]", "[]", "[]"},
	    {"{\"a\" : [1, {}]}", "{\"a\":[1,{}]}",
		"{\n  \"a\": [\n    1,\n    {}\n  ]\n}",
		"{\n\"a\":[\n1,\n{}\n]\n}"},
	    {"\"\\u0001\\n\\\"\\/\xc3\xa4\"", "\"\\u0001\\n\\\"/\xc3\xa4\"",
		"\"\\u0001\\n\\\"/\xc3\xa4\"", "\"\\u0001\\n\\\"/\xc3\xa4\""},
	    {"null", "null", "null", "null"}, {"-12", "-12", "-12", "-12"}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *want[] = {
		    cases[i].compact, cases[i].pretty, cases[i].lines};
		struct rt_err err;
		struct jv *v;
		int s;

		if (jv_parse(&v, *state, str_from(cases[i].text), &err) != 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		for (s = JV_COMPACT; s <= JV_LINES; s++) {
			struct buf b = {0};

			jv_print(&b, v, (enum jv_style)s);
			assert_strz(buf_str(&b), want[s]);
			buf_free(&b);
		}
	}
}

static void
jv_parse__refuses(void **state)
{
	static const char *const cases[] = {"", "[", "[1,]",
	    "{\"a\":1,\"a\":2}", "\xef\xbb\xbf[]", "[] x", "\"\xff\"", "01",
	    "{a:1}", "nul"};
	struct buf deep = {0};
	struct rt_err err;
	struct jv *v;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (jv_parse(&v, *state, str_from(cases[i]), &err) !=
		    RT_EFORMAT)
			fail_msg("accepted: %s", cases[i]);
	}
	buf_fill(&deep, '[', JV_DEPTH_MAX + 1);
	buf_fill(&deep, ']', JV_DEPTH_MAX + 1);
	assert_int_equal(jv_parse(&v, *state, buf_str(&deep), &err), RT_ELIMIT);
	buf_free(&deep);
}

static void
jv_equal__objects_without_order(void **state)
{
	struct jv *x, *y;

	assert_int_equal(
	    jv_parse(&x, *state, STR("{\"a\":[1,\"s\"],\"b\":null}"), NULL), 0);
	assert_int_equal(
	    jv_parse(&y, *state, STR("{\"b\":null,\"a\":[1,\"s\"]}"), NULL), 0);
	assert_true(jv_equal(x, y));
	assert_true(jv_equal(x, jv_copy(*state, x)));
	jv_push(*state, jv_getz(y, "a"), jv_int(*state, 3));
	assert_false(jv_equal(x, y));
	assert_true(jv_path(x, "a", "b", NULL) == NULL);
}

struct places {
	struct buf text;
	struct arena *arena;
};

static void
put_place(void *arg, struct jv *v, struct loc at)
{
	struct places *p = arg;
	struct str s = loc_text(at);

	(void)v;
	buf_printf(&p->text, "%.*s;", STR_ARG(s));
}

static void
jv_places__ranges(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {" 12 ", "12;"},
	    {"[]", "[];"},
	    {" { } ", "{ };"},
	    {"[1,\"a\\\"]\",null]", "1;\"a\\\"]\";null;[1,\"a\\\"]\",null];"},
	    {"{\"a:,\" :\n[ {} ,{\"b\":-1.5e3}]}",
		"{};-1.5e3;{\"b\":-1.5e3};[ {} ,{\"b\":-1.5e3}];"
		"{\"a:,\" :\n[ {} ,{\"b\":-1.5e3}]};"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct source *s =
		    source_new(*state, STR("x"), str_from(cases[i].text));
		struct places p = {{0}, *state};
		struct jv *v;

		assert_int_equal(jv_parse(&v, *state, s->text, NULL), 0);
		jv_places(v, s, put_place, &p);
		assert_strz(buf_str(&p.text), cases[i].want);
		buf_free(&p.text);
	}
}

static void
jv_parse_at__tells_the_place(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {{"{\"a\": }", 6}, {"[1 2]", 3}, {"{\"a\":1", 5}, {"", 0}};
	struct rt_err err;
	struct jv *v;
	size_t i, at;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
		    jv_parse_at(&v, *state, str_from(cases[i].text), &at, &err),
		    RT_EFORMAT);
		if (at != cases[i].at)
			fail_msg("%s: %zu", cases[i].text, at);
		assert_null(strstr(err.text, "line"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(jv_print__styles, setup, teardown),
	    cmocka_unit_test_setup_teardown(jv_parse__refuses, setup, teardown),
	    cmocka_unit_test_setup_teardown(jv_places__ranges, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		jv_parse_at__tells_the_place, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		jv_equal__objects_without_order, setup, teardown)};

	return cmocka_run_group_tests_name("jv", tests, NULL, NULL);
}
