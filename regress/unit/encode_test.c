/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/base/encode.h"
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

/* How the bytes are cut changes nothing, also beyond zlib's window. */
static void
gzip__pieces(void **state)
{
	static const size_t sizes[] = {0, 1, 30000, 32768, 65536, 300000};
	struct buf plain = {0}, whole = {0}, pieces = {0};
	struct rt_gzip *head, *g;
	struct str text, out;
	size_t i, at, k;

	for (i = 0; plain.n < 300000; i++)
		buf_printf(&plain, "%zu of %zu\n", i, i * i % 1013);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		text = str_sub(buf_str(&plain), 0, sizes[i]);
		whole.n = 0;
		rt_gzip(&whole, text);
		assert_int_equal(
		    rt_gunzip(&out, *state, buf_str(&whole), 300000, NULL), 0);
		assert_str(out, text);
		for (k = 0; k < 5; k++) {
			at = sizes[i] / 4 * k;
			head = rt_gzip_new();
			rt_gzip_put(head, str_sub(text, 0, at));
			g = rt_gzip_copy(head);
			/* The other copy goes its own way. */
			rt_gzip_put(head, str_sub(buf_str(&plain), 7, 50000));
			rt_gzip_put(g, str_sub(text, at, at + 100));
			rt_gzip_put(g, str_sub(text, at + 100, text.n));
			pieces.n = 0;
			rt_gzip_end(&pieces, g);
			assert_str(buf_str(&pieces), buf_str(&whole));
			rt_gzip_free(g);
			rt_gzip_free(head);
		}
	}
	rt_gzip_free(NULL);
	buf_free(&plain);
	buf_free(&whole);
	buf_free(&pieces);
}

static void
sha256__pieces(void **state)
{
	unsigned char whole[SHA256_LEN], pieces[SHA256_LEN];
	struct rt_sha256 head = {0}, h;
	struct buf b = {0};
	size_t n;

	(void)state;
	buf_fill(&b, 'x', 200);
	rt_sha256_put(&head, str_sub(buf_str(&b), 0, 65));
	for (n = 65; n <= 200; n++) {
		h = head;
		rt_sha256_put(&h, str_sub(buf_str(&b), 65, n));
		rt_sha256_end(pieces, &h);
		rt_sha256(whole, str_sub(buf_str(&b), 0, n));
		assert_memory_equal(pieces, whole, SHA256_LEN);
	}
	buf_free(&b);
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
	    cmocka_unit_test_setup_teardown(gzip__pieces, setup, teardown),
	    cmocka_unit_test(sha256__pieces),
	    cmocka_unit_test_setup_teardown(hex__both_ways, setup, teardown)};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
