/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"
#include "runtime/base/encode.h"

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

/* RFC 4648 section 10. */
static void
base64__rfc4648(void **state)
{
	static const char *const cases[][2] = {{"", ""}, {"f", "Zg=="},
	    {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = {0};
		struct str back;

		rt_base64(&b, str_from(cases[i][0]));
		assert_strz(buf_str(&b), cases[i][1]);
		assert_int_equal(
		    rt_unbase64(&back, *state, buf_str(&b), NULL), 0);
		assert_strz(back, cases[i][0]);
		buf_free(&b);
	}
}

static void
unbase64__refuses(void **state)
{
	static const char *const cases[] = {
	    "Z", "Zg", "Zg=", "Zg==Zg==", "Zm9v=", "Zm 9v", "Zm9v!", "===="};
	struct str out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (rt_unbase64(&out, *state, str_from(cases[i]), NULL) == 0)
			fail_msg("accepted: %s", cases[i]);
	}
	assert_int_equal(rt_unbase64(&out, *state, STR("Zm\r\n9v\n"), NULL), 0);
	assert_strz(out, "foo");
}

static void
sha256__known(void **state)
{
	assert_strz(rt_sha256_hex(*state, STR("abc")),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_strz(rt_sha256_hex(*state, (struct str){NULL, 0}),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
gzip__round_trip_and_limit(void **state)
{
	struct buf plain = {0}, z = {0}, two = {0};
	struct rt_err err;
	struct str out;

	buf_fill(&plain, 'x', 100000);
	rt_gzip(&z, buf_str(&plain));
	assert_memory_equal(z.p, "\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
	assert_int_equal(rt_gunzip(&out, *state, buf_str(&z), 100000, NULL), 0);
	assert_str(out, buf_str(&plain));
	assert_int_equal(
	    rt_gunzip(&out, *state, buf_str(&z), 99999, &err), RT_ELIMIT);
	buf_put(&two, buf_str(&z));
	buf_put(&two, buf_str(&z));
	assert_int_equal(
	    rt_gunzip(&out, *state, buf_str(&two), 200000, NULL), 0);
	assert_int_equal(out.n, 200000);
	assert_int_equal(rt_gunzip(&out, *state,
			     str_sub(buf_str(&z), 0, z.n - 4), 100000, &err),
	    RT_EFORMAT);
	buf_free(&plain);
	buf_free(&z);
	buf_free(&two);
}

static void
hex__both_ways(void **state)
{
	struct str out;

	assert_int_equal(rt_unhex(&out, *state, STR("00fFA5"), NULL), 0);
	assert_strz(
	    rt_hex(*state, (const unsigned char *)out.p, out.n), "00ffa5");
	assert_int_equal(rt_unhex(&out, *state, STR("0"), NULL), RT_EFORMAT);
	assert_int_equal(rt_unhex(&out, *state, STR("0g"), NULL), RT_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(base64__rfc4648, setup, teardown),
	    cmocka_unit_test_setup_teardown(unbase64__refuses, setup, teardown),
	    cmocka_unit_test_setup_teardown(sha256__known, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		gzip__round_trip_and_limit, setup, teardown),
	    cmocka_unit_test_setup_teardown(hex__both_ways, setup, teardown)};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
