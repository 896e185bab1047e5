/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/attest/attest.h"
#include "runtime/attest/attest_pb.h"
#include "runtime/base/banned.h"

static void
reject__keeps_the_first_code(void **state)
{
	struct attest_result r = {.arena = arena_new()};

	(void)state;
	assert_int_equal(attest_outcome(&r), 0);
	assert_true(attest_equal(
	    &r, ATTEST_SNP_MEASUREMENT, "MEASUREMENT", STR("ab"), STR("ab")));
	assert_false(attest_equal(
	    &r, ATTEST_SNP_MEASUREMENT, "MEASUREMENT", STR("ab"), STR("ac")));
	assert_false(
	    attest_at_least(&r, ATTEST_SNP_GUEST_SVN, "GUEST_SVN", 2, 1));
	assert_int_equal(r.code, ATTEST_SNP_MEASUREMENT);
	assert_int_equal(r.mismatches.n, 2);
	assert_string_equal(
	    r.text.p, "MEASUREMENT: required 6162, reported 6163");
	assert_string_equal(r.mismatches.p[1].required.p, "at least 2");
	assert_int_equal(attest_outcome(&r), RT_EVERIFY);
	assert_string_equal(
	    attest_code_name(ATTEST_SNP_GUEST_SVN), "snp.guest_svn");
	arena_free(r.arena);
}

static void
claim__is_minimal_der(void **state)
{
	static const struct {
		uint64_t v;
		struct str der;
	} ints[] = {{0, STR_INIT("\x02\x01\0")},
	    {127, STR_INIT("\x02\x01\x7f")}, {128, STR_INIT("\x02\x02\0\x80")},
	    {256, STR_INIT("\x02\x02\1\0")},
	    {UINT64_MAX,
		STR_INIT("\x02\x09\0\xff\xff\xff\xff\xff\xff\xff\xff")}};
	struct attest_result r = {.arena = arena_new()};
	char big[300] = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		attest_claim_int(&r, "1.2", (unsigned)i, ints[i].v);
		assert_true(str_eq(r.claims.p[i].der, ints[i].der));
	}
	assert_string_equal(r.claims.p[3].oid, "1.2.3");
	attest_claim_bytes(&r, "1.2", 9, STR(""));
	assert_true(str_eq(r.claims.p[i].der, STR("\x04\0")));
	attest_claim_bytes(&r, "1.2", 9, (struct str){big, sizeof(big)});
	assert_true(str_starts(r.claims.p[i + 1].der, STR("\x04\x82\x01\x2c")));
	attest_claim_bool(&r, "1.2", 9, true);
	assert_true(str_eq(r.claims.p[i + 2].der, STR("\x01\x01\xff")));
	arena_free(r.arena);
}

struct message {
	uint32_t small;
	uint64_t large;
	struct str data, inner;
};
static const struct pb_row rows[] = {
    {1, PB_U32, offsetof(struct message, small)},
    {2, PB_U64, offsetof(struct message, large)},
    {3, PB_DATA, offsetof(struct message, data)},
    {4, PB_ONCE, offsetof(struct message, inner)},
};

static void
pb__round_trip(void **state)
{
	struct message m = {7, UINT64_MAX, STR("abc"), STR("")}, got = {0};
	struct buf b = {0};

	(void)state;
	pb_write(&b, rows, 4, &m);
	assert_true(pb_read(&got, rows, 4, buf_str(&b)));
	assert_int_equal(got.small, 7);
	assert_true(got.large == UINT64_MAX);
	assert_true(str_eq(got.data, STR("abc")));
	assert_non_null(got.inner.p);
	buf_free(&b);
}

static void
pb__rules(void **state)
{
	static const struct {
		const char *name;
		struct str in;
		bool ok;
	} cases[] = {
	    {"empty", STR_INIT(""), true},
	    {"unknown fields",
		STR_INIT("\x48\1\x51\1\2\3\4\5\6\7\x8\x5d\1\2\3\4"), true},
	    {"group", STR_INIT("\x4b\x4c"), false},
	    {"field 0", STR_INIT("\0\1"), false},
	    {"32 bits", STR_INIT("\x08\xff\xff\xff\xff\x0f"), true},
	    {"33 bits", STR_INIT("\x08\xff\xff\xff\xff\x1f"), false},
	    {"11 bytes",
		STR_INIT("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"),
		false},
	    {"65 bits",
		STR_INIT("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
		false},
	    {"length beyond", STR_INIT("\x1a\2a"), false},
	    {"cut", STR_INIT("\x08"), false},
	    {"last wins", STR_INIT("\x1a\1a\x1a\1b"), true},
	    {"message twice", STR_INIT("\x22\0\x22\0"), false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message m = {0};

		if (pb_read(&m, rows, 4, cases[i].in) != cases[i].ok)
			fail_msg("%s", cases[i].name);
		if (str_eqz(str_from(cases[i].name), "last wins"))
			assert_true(str_eq(m.data, STR("b")));
	}
}

static int64_t
clock_of(void *arg)
{
	return *(int64_t *)arg;
}

static void
time__bounds_are_inclusive(void **state)
{
	int64_t clock = 100, now;
	struct attest_env env = {
	    .now = clock_of, .now_arg = &clock, .not_before = 100, .skew = 5};
	struct attest_result r = {.arena = arena_new()};

	(void)state;
	assert_true(attest_now(&now, &r, &env));
	assert_true(attest_in_time(&env, now, 105, 100));
	assert_false(attest_in_time(&env, now, 106, 200));
	assert_false(attest_in_time(&env, now, 50, 99));
	clock = 99;
	assert_false(attest_now(&now, &r, &env));
	assert_int_equal(r.code, ATTEST_TIME_IMPLAUSIBLE);
	arena_free(r.arena);
}

static void
seen__refuses_older(void **state)
{
	struct attest_seen *s = attest_seen_new();

	(void)state;
	assert_false(attest_seen_newer(s, "crl", 10));
	assert_false(attest_seen_newer(s, "crl", 10));
	assert_true(attest_seen_newer(s, "crl", 9));
	assert_false(attest_seen_newer(s, "other", 9));
	assert_false(attest_seen_newer(NULL, "crl", 1));
	attest_seen_free(s);
}

/* A source says which letters it has; "b" is bad, "g" good. */
static int
get(void *arg, struct attest_body *out, struct arena *a,
    const struct attest_item *item, enum attest_source from, struct rt_err *err)
{
	const char *have = arg;

	(void)a, (void)item;
	if (have[from] == '-')
		return rt_err_set(err, RT_ENOTFOUND, "none");
	out->bytes = (struct str){have + from, 1};
	return 0;
}

static int
check(void *arg, struct attest_result *r, const struct attest_body *body)
{
	(*(int *)arg)++;
	if (str_eq(body->bytes, STR("g")))
		return 0;
	return attest_reject(r, ATTEST_SNP_CRL_INVALID, "bad");
}

static void
collect__order(void **state)
{
	static const struct {
		char have[4];
		struct str attached;
		int rc, checks;
	} cases[] = {
	    {"g--", STR_INIT(""), 0, 1},
	    {"bgg", STR_INIT(""), 0, 2},
	    {"---", STR_INIT(""), RT_ENOTFOUND, 0},
	    {"---", STR_INIT("g"), 0, 1},
	    {"-b-", STR_INIT("b"), RT_EVERIFY, 2},
	    {"-bg", STR_INIT(""), 0, 2},
	};
	struct attest_item item = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char have[4];
		struct attest_fetch f = {get, NULL, have};
		struct attest_env env = {.fetch = &f};
		struct attest_body at = {.bytes = cases[i].attached};
		struct attest_result r = {.arena = arena_new()};
		int n = 0;

		memcpy(have, cases[i].have, sizeof(have));
		assert_int_equal(
		    attest_collect(&r, &env, &item, &at, check, &n),
		    cases[i].rc);
		assert_int_equal(n, cases[i].checks);
		assert_int_equal(r.code, cases[i].rc == RT_EVERIFY
					     ? ATTEST_SNP_CRL_INVALID
					     : ATTEST_OK);
		arena_free(r.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reject__keeps_the_first_code),
	    cmocka_unit_test(claim__is_minimal_der),
	    cmocka_unit_test(pb__round_trip),
	    cmocka_unit_test(pb__rules),
	    cmocka_unit_test(time__bounds_are_inclusive),
	    cmocka_unit_test(seen__refuses_older),
	    cmocka_unit_test(collect__order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
