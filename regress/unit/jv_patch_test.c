/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/base/jv_patch.h"
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

static struct jv *
parse(struct arena *a, const char *text)
{
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, a, str_from(text), &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return v;
}

static const struct {
	const char *doc, *patch, *want; /* NULL: fails */
	int code;
} cases[] = {
    /* add */
    {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\",\"value\":2}]",
	"{\"a\":1,\"b\":2}", 0},
    {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}",
	0},
    {"[1,3]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":2}]", "[1,2,3]", 0},
    {"[1]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":2}]", "[1,2]", 0},
    {"[1]", "[{\"op\":\"add\",\"path\":\"/-\",\"value\":[2]}]", "[1,[2]]", 0},
    {"[1]", "[{\"op\":\"add\",\"path\":\"/2\",\"value\":2}]", NULL,
	RT_ENOTFOUND},
    {"[1]", "[{\"op\":\"add\",\"path\":\"/01\",\"value\":2}]", NULL,
	RT_ENOTFOUND},
    {"[1]", "[{\"op\":\"add\",\"path\":\"/x\",\"value\":2}]", NULL,
	RT_ENOTFOUND},
    {"{}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":2}]", NULL,
	RT_ENOTFOUND},
    {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":2}]", NULL,
	RT_ENOTFOUND},
    {"{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL, RT_EFORMAT},
    {"{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", NULL, RT_EFORMAT},
    {"{}", "[{\"op\":\"add\",\"path\":\"\",\"value\":[]}]", "[]", 0},
    {"{}", "[{\"op\":\"add\",\"path\":\"/\",\"value\":1}]", "{\"\":1}", 0},
    {"{}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":null}]", "{\"a\":null}",
	0},
    /* escapes */
    {"{}", "[{\"op\":\"add\",\"path\":\"/a~1b~0c~01\",\"value\":1}]",
	"{\"a/b~c~1\":1}", 0},
    {"{}", "[{\"op\":\"add\",\"path\":\"/a~2\",\"value\":1}]", NULL,
	RT_EFORMAT},
    {"{}", "[{\"op\":\"add\",\"path\":\"/a~\",\"value\":1}]", NULL, RT_EFORMAT},
    /* remove */
    {"{\"a\":1,\"b\":2}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", "{\"b\":2}",
	0},
    {"[1,2,3]", "[{\"op\":\"remove\",\"path\":\"/1\"}]", "[1,3]", 0},
    {"[1]", "[{\"op\":\"remove\",\"path\":\"/-\"}]", NULL, RT_ENOTFOUND},
    {"[]", "[{\"op\":\"remove\",\"path\":\"/0\"}]", NULL, RT_ENOTFOUND},
    {"{}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", NULL, RT_ENOTFOUND},
    /* replace */
    {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":[]}]",
	"{\"a\":[]}", 0},
    {"[1,2]", "[{\"op\":\"replace\",\"path\":\"/0\",\"value\":9}]", "[9,2]", 0},
    {"{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]", NULL,
	RT_ENOTFOUND},
    {"{}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":1}]", "1", 0},
    /* move */
    {"{\"a\":{\"b\":1},\"c\":{}}",
	"[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/c/d\"}]",
	"{\"a\":{},\"c\":{\"d\":1}}", 0},
    {"[1,2,3]", "[{\"op\":\"move\",\"from\":\"/0\",\"path\":\"/2\"}]",
	"[2,3,1]", 0},
    {"[[1],[2]]", "[{\"op\":\"move\",\"from\":\"/0\",\"path\":\"/0/0\"}]", NULL,
	RT_EFORMAT},
    {"{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a\"}]",
	"{\"a\":1}", 0},
    {"{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/ab\"}]",
	"{\"ab\":1}", 0},
    {"{}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]", NULL,
	RT_ENOTFOUND},
    {"{}", "[{\"op\":\"move\",\"path\":\"/b\"}]", NULL, RT_EFORMAT},
    /* copy */
    {"{\"a\":[1]}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/0\"}]",
	"{\"a\":[[1],1]}", 0},
    {"{\"a\":[1]}",
	"[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},"
	"{\"op\":\"add\",\"path\":\"/b/-\",\"value\":2}]",
	"{\"a\":[1],\"b\":[1,2]}", 0},
    /* test */
    {"{\"a\":{\"x\":1,\"y\":[2]}}",
	"[{\"op\":\"test\",\"path\":\"/a\",\"value\":{\"y\":[2],\"x\":1}}]",
	"{\"a\":{\"x\":1,\"y\":[2]}}", 0},
    {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":\"1\"}]", NULL,
	RT_EVERIFY},
    {"{}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]", NULL,
	RT_ENOTFOUND},
    /* the patch itself */
    {"{}", "{}", NULL, RT_EFORMAT},
    {"{}", "[1]", NULL, RT_EFORMAT},
    {"{}", "[{\"op\":\"spam\",\"path\":\"\"}]", NULL, RT_EFORMAT},
    {"{}", "[{\"op\":\"remove\"}]", NULL, RT_EFORMAT},
    {"{}", "[]", "{}", 0},
};

static void
jv_patch__operations(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct jv *doc = parse(*state, cases[i].doc), *was = doc;
		struct jv *patch = parse(*state, cases[i].patch);
		struct rt_err err = {0};
		int r = jv_patch(&doc, *state, patch, NULL, &err);

		if (r != cases[i].code)
			fail_msg("%s: %d (%s)", cases[i].patch, r, err.text);
		if (r != 0) {
			assert_ptr_equal(doc, was);
			assert_true(err.text[0] != '\0');
		} else if (!jv_equal(doc, parse(*state, cases[i].want))) {
			fail_msg("%s", cases[i].patch);
		}
		/* What was given is never changed. */
		assert_true(jv_equal(was, parse(*state, cases[i].doc)));
	}
}

static void
jv_patch__names_the_operation(void **state)
{
	struct jv *doc = parse(*state, "{}");
	struct rt_err err;

	assert_int_equal(jv_patch(&doc, *state,
			     parse(*state, "[{\"op\":\"add\",\"path\":\"/a\","
					   "\"value\":1},{\"op\":\"remove\","
					   "\"path\":\"/b\"}]"),
			     NULL, &err),
	    RT_ENOTFOUND);
	assert_string_equal(
	    err.text, "operation 1 (remove '/b'): no such path");
}

/* Each copy of the document into itself doubles it. */
static void
jv_patch__copies_are_bounded(void **state)
{
	struct jv *doc = parse(*state, "{\"a\":[1,2,3,4]}");
	struct buf b = {0};
	struct rt_err err;
	int i;

	buf_putc(&b, '[');
	for (i = 0; i < 40; i++)
		buf_printf(&b,
		    "%s{\"op\":\"copy\",\"from\":\"/a\","
		    "\"path\":\"/b%d\"},{\"op\":\"copy\",\"from\":\"\","
		    "\"path\":\"/a/-\"}",
		    i > 0 ? "," : "", i);
	buf_putc(&b, ']');
	buf_putc(&b, '\0');
	assert_int_equal(
	    jv_patch(&doc, *state, parse(*state, b.p), NULL, &err), RT_ELIMIT);
	buf_free(&b);
}

static void
jv_patch__depth_is_bounded(void **state)
{
	struct jv *doc = parse(*state, "{\"a\":1}");
	struct buf b = {0};
	struct rt_err err;
	int i;

	buf_puts(&b, "[{\"op\":\"add\",\"path\":\"/a\",\"value\":");
	buf_fill(&b, '[', 40);
	buf_fill(&b, ']', 40);
	buf_puts(&b, "},{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a");
	for (i = 0; i < 39; i++)
		buf_puts(&b, "/0");
	buf_puts(&b, "/-\"}]");
	buf_putc(&b, '\0');
	assert_int_equal(
	    jv_patch(&doc, *state, parse(*state, b.p), NULL, &err), RT_ELIMIT);
	buf_free(&b);
}

static void
jv_pointer__finds(void **state)
{
	struct jv *doc = parse(*state, "{\"a/b\":[10,{\"c~d\":20}],\"\":30}");
	static const struct {
		const char *pointer, *want;
	} table[] = {{"/a~1b/0", "10"}, {"/a~1b/1/c~0d", "20"}, {"/", "30"},
	    {"/a~1b/2", NULL}, {"/x", NULL}, {"x", NULL}, {"/a~1b/-", NULL},
	    {"/a~1b/00", NULL}, {"/a~1b/0/x", NULL}, {"/~2", NULL}};
	size_t i;

	assert_ptr_equal(jv_pointer(doc, STR("")), doc);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct jv *v =
		    jv_pointer(doc, str_from(table[i].pointer));

		if (table[i].want == NULL)
			assert_null(v);
		else
			assert_strz(v->text, table[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		jv_patch__operations, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		jv_patch__names_the_operation, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		jv_patch__copies_are_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		jv_patch__depth_is_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(jv_pointer__finds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
