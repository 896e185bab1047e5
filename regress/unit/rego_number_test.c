/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "regress/unit/rego_unit.h"
#include "runtime/rego/number.h"
#include "runtime/base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What each profile prints; NULL: no number, or no result. */
struct spelled {
	const char *in, *out[3];
};

static const struct spelled spelled[] = {
    {"0", {"0", "0", "0"}},
    {"-0", {"-0", "0", "0"}},
    {"-0.0", {"-0.0", "-0.0", "0"}},
    {"1.50", {"1.50", "1.5", "1.5"}},
    {"1e2", {"1e2", "100", "100"}},
    {"1E+2", {"1E+2", "100", "100"}},
    {"9223372036854775807",
	{"9223372036854775807", "9223372036854775807", "9223372036854775807"}},
    {"18446744073709551615", {"18446744073709551615", "18446744073709551615",
				 "18446744073709551615"}},
    {"-9223372036854775809", {"-9223372036854775809", "-9.223372036854776e18",
				 "-9.223372036854776e18"}},
    {"123456789012345678901234567890",
	{"123456789012345678901234567890", "1.2345678901234568e29",
	    "1.2345678901234568e29"}},
    {"0.00001", {"0.00001", "0.00001", "0.00001"}},
    {"0.0000012", {"0.0000012", "1.2e-6", "1.2e-6"}},
    {"1.5e300", {"1.5e300", "1.5e300", "1.5e300"}},
    {"1e400", {"1e400", NULL, NULL}},
    {"01", {NULL, NULL, NULL}},
    {"1.", {NULL, NULL, NULL}},
    {".5", {NULL, NULL, NULL}},
    {"-", {NULL, NULL, NULL}},
    {"1e", {NULL, NULL, NULL}},
    {"1e+", {NULL, NULL, NULL}},
    {"+1", {NULL, NULL, NULL}},
    {"1 ", {NULL, NULL, NULL}},
    {"0x1", {NULL, NULL, NULL}},
    {"1e1000001", {NULL, NULL, NULL}},
    {"1e-1000001", {NULL, NULL, NULL}},
};

static void
expect(const char *what, struct rv_heap *h, rv v, const char *want)
{
	if (v == RV_UNDEFINED || want == NULL) {
		if (v != RV_UNDEFINED || want != NULL)
			fail_msg("%s (%s): %s", what, h->profile->name,
			    want == NULL ? "is defined" : "is undefined");
		return;
	}
	if (!str_eqz(unit_text(h, v), want))
		fail_msg("%s (%s): got %s, want %s", what, h->profile->name,
		    unit_text(h, v).p, want);
}

static void
number__spellings(void **state)
{
	size_t i, p;

	(void)state;
	for (i = 0; i < COUNT(spelled); i++)
		for (p = 0; p < 3; p++)
			expect(spelled[i].in, &unit_heaps[p],
			    rv_number(&unit_heaps[p], str_from(spelled[i].in)),
			    spelled[i].out[p]);
}

struct sum {
	const char *a, *op, *b;
	const char *out[3];
};

static const struct sum sums[] = {
    {"1", "+", "2", {"3", "3", "3"}},
    {"0.1", "+", "0.2", {"0.3", "0.30000000000000004", "0.3"}},
    {"1", "/", "3",
	{"0.33333333333333333334", "0.3333333333333333", "0.3333333333333333"}},
    {"2", "/", "3",
	{"0.6666666666666666667", "0.6666666666666666", "0.6666666666666666"}},
    {"6", "/", "2", {"3", "3", "3"}},
    {"7", "/", "2", {"3.5", "3.5", "3.5"}},
    {"6.0", "/", "2", {"3", "3", "3"}},
    {"-7", "%", "3", {"-1", "-1", "-1"}},
    {"5", "%", "2.0", {"1", "1", "1"}},
    {"5.5", "%", "2", {NULL, NULL, NULL}},
    {"1", "%", "0", {NULL, NULL, NULL}},
    {"1", "/", "0", {NULL, NULL, NULL}},
    {"0.0", "*", "-1", {"0", "0", "0"}},
    {"1234567", "+", "0.5", {"1.2345675e+06", "1234567.5", "1234567.5"}},
    {"0.00001", "*", "1", {"1e-05", "0.00001", "0.00001"}},
    {"1e-7", "*", "1", {"1e-07", "1e-7", "1e-7"}},
    {"9223372036854775807", "+", "1",
	{"9223372036854775808", "9223372036854775808", "9223372036854775808"}},
    {"1e20", "*", "1.5", {"150000000000000000000", "1.5e20", "1.5e20"}},
    {"1.5", "*", "1.5", {"2.25", "2.25", "2.25"}},
    {"3", "-", "1.0", {"2", "2", "2"}},
    {"576460752303423488", "*", "4",
	{"2305843009213693952", "2305843009213693952", "2305843009213693952"}},
    {"-9223372036854775808", "/", "-1",
	{"9223372036854775808", "9223372036854775808", "9223372036854775808"}},
    {"12345678901234567890", "/", "5",
	{"2469135780246913578", "2469135780246913578", "2469135780246913578"}},
    {"9007199254740993", "*", "1.0",
	{"9007199254740993", "9007199254740993", "9007199254740993"}},
    {"1e15", "+", "0.25",
	{"1.00000000000000025e+15", "1000000000000000.2",
	    "1000000000000000.2"}},
};

static void
number__arithmetic(void **state)
{
	static const char ops[] = "+-*/%";
	const char *why;
	char what[100];
	size_t i, p;

	(void)state;
	for (i = 0; i < COUNT(sums); i++)
		for (p = 0; p < 3; p++) {
			struct rv_heap *h = &unit_heaps[p];
			rv v = rv_arith(h,
			    (enum rv_arith)(strchr(ops, sums[i].op[0]) - ops),
			    rv_number(h, str_from(sums[i].a)),
			    rv_number(h, str_from(sums[i].b)), &why);

			(void)snprintf(what, sizeof(what), "%s %s %s",
			    sums[i].a, sums[i].op, sums[i].b);
			expect(what, h, v, sums[i].out[p]);
			assert_int_equal(v == RV_UNDEFINED, why != NULL);
		}
}

static const struct {
	const char *in;
	const char *abs, *ceil, *floor, *round;
} rounds[] = {
    {"2.5", "2.5", "3", "2", "3"},
    {"-2.5", "2.5", "-2", "-3", "-3"},
    {"1.2", "1.2", "2", "1", "1"},
    {"-1.50", "1.5", "-1", "-2", "-2"},
    {"-5", "5", "-5", "-5", "-5"},
    {"1e2", "100", "100", "100", "100"},
    {"0.4999", "0.4999", "1", "0", "0"},
};

static void
number__rounding(void **state)
{
	size_t i, p;

	(void)state;
	for (i = 0; i < COUNT(rounds); i++)
		for (p = 0; p < 3; p++) {
			struct rv_heap *h = &unit_heaps[p];
			rv v = rv_number(h, str_from(rounds[i].in));

			expect("abs", h, rv_round(h, RV_ABS, v), rounds[i].abs);
			expect(
			    "ceil", h, rv_round(h, RV_CEIL, v), rounds[i].ceil);
			expect("floor", h, rv_round(h, RV_FLOOR, v),
			    rounds[i].floor);
			expect("round", h, rv_round(h, RV_ROUND, v),
			    rounds[i].round);
		}
}

/* Ascending; what stands on one line is equal and has one hash. */
static const char *const ordered[][3] = {
    {"-1e30", "-1000000000000000000000000000000", NULL},
    {"-9223372036854775809", NULL, NULL},
    {"-2", "-2.0", NULL},
    {"-1.5", "-15e-1", NULL},
    {"-0.5", NULL, NULL},
    {"0", "-0", "0.0"},
    {"1e-20", NULL, NULL},
    {"0.3", "0.30", "3e-1"},
    {"1", "1.0", "1e0"},
    {"9007199254740992", NULL, NULL},
    {"9007199254740993", NULL, NULL},
    {"18446744073709551615", NULL, NULL},
    {"1e30", "1000000000000000000000000000000", NULL},
};

static void
compare_lines(struct rv_heap *h, size_t i, size_t j)
{
	size_t a, b;
	int want = i < j ? -1 : i > j;

	for (a = 0; a < 3 && ordered[i][a] != NULL; a++)
		for (b = 0; b < 3 && ordered[j][b] != NULL; b++) {
			rv x = rv_number(h, str_from(ordered[i][a]));
			rv y = rv_number(h, str_from(ordered[j][b]));

			if (rv_number_compare(x, y) != want ||
			    (want == 0 && rv_hash(x) != rv_hash(y)))
				fail_msg("%s, %s (%s)", ordered[i][a],
				    ordered[j][b], h->profile->name);
		}
}

static void
number__order(void **state)
{
	size_t i, j, p;

	(void)state;
	for (p = 0; p < 3; p++)
		for (i = 0; i < COUNT(ordered); i++)
			for (j = 0; j < COUNT(ordered); j++)
				compare_lines(&unit_heaps[p], i, j);
}

static void
number__integers(void **state)
{
	struct rv_heap *h = &unit_heaps[OPA];
	static const int64_t some[] = {0, 1, -1, RV_INT_MAX, -RV_INT_MAX,
	    RV_INT_MAX + 1, INT64_MAX, INT64_MIN};
	int64_t n = 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(some); i++) {
		assert_true(rv_to_int64(rv_int(h, some[i]), &n));
		assert_true(n == some[i]);
	}
	assert_false(rv_to_int64(rv_number(h, STR("9223372036854775808")), &n));
	assert_false(rv_to_int64(rv_number(h, STR("1.5")), &n));
	assert_true(rv_to_int64(rv_number(h, STR("1e2")), &n));
	assert_true(n == 100);
	assert_true(rv_is_integer(rv_number(h, STR("10e-1"))));
	assert_false(rv_is_integer(rv_number(h, STR("1e-1"))));
}

static void
number__copies(void **state)
{
	struct arena *other = arena_new();
	struct rv_heap there = {.arena = other, .profile = &rego_profiles[OPA]};
	rv v = rv_number(&there, STR("1.50"));
	rv c = rv_copy(&unit_heaps[OPA], v);

	(void)state;
	arena_free(other);
	assert_strz(unit_text(&unit_heaps[OPA], c), "1.50");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(number__spellings),
	    cmocka_unit_test(number__arithmetic),
	    cmocka_unit_test(number__rounding),
	    cmocka_unit_test(number__order),
	    cmocka_unit_test(number__integers),
	    cmocka_unit_test(number__copies),
	};

	return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
