/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "regress/unit/rego_unit.h"
#include "runtime/rego/number.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *in, *opa, *kata; /* NULL: refused */
} texts[] = {
    {"null", "null", "null"},
    {" [ 1 , \"a\" , { } , [ ] ] ", "[1,\"a\",{},[]]", "[1,\"a\",{},[]]"},
    {"{\"b\":1,\"a\":2,\"b\":3}", "{\"a\":2,\"b\":3}", "{\"a\":2,\"b\":3}"},
    {"\"\\u0041\\ud83d\\ude00\\n\"", "\"A\xf0\x9f\x98\x80\\n\"",
	"\"A\xf0\x9f\x98\x80\\n\""},
    {"\"\\ud800x\"", "\"\xef\xbf\xbdx\"", NULL},
    {"\"\\udc00\"", "\"\xef\xbf\xbd\"", NULL},
    {"\"\\ud800\\u0041\"",
	"\"\xef\xbf\xbd"
	"A\"",
	NULL},
    {"\"\xff\"", "\"\xef\xbf\xbd\"", NULL},
    {"\"<&>\xe2\x80\xa8\\u007f\\b\\f\\u0001\"",
	"\"\\u003c\\u0026\\u003e\\u2028\x7f\\b\\f\\u0001\"",
	"\"<&>\xe2\x80\xa8\x7f\\b\\f\\u0001\""},
    {"[1.50,1e2]", "[1.50,1e2]", "[1.5,100]"},
    {"", NULL, NULL},
    {" ", NULL, NULL},
    {"[", NULL, NULL},
    {"[1", NULL, NULL},
    {"[1,]", NULL, NULL},
    {"[,1]", NULL, NULL},
    {"{", NULL, NULL},
    {"{\"a\"}", NULL, NULL},
    {"{\"a\":}", NULL, NULL},
    {"{\"a\":1,}", NULL, NULL},
    {"{a:1}", NULL, NULL},
    {"{1:1}", NULL, NULL},
    {"[1]]", NULL, NULL},
    {"[1}", NULL, NULL},
    {"tru", NULL, NULL},
    {"nul", NULL, NULL},
    {"True", NULL, NULL},
    {"\"a", NULL, NULL},
    {"\"\\x\"", NULL, NULL},
    {"\"\\u12\"", NULL, NULL},
    {"\"\\", NULL, NULL},
    {"\"\n\"", NULL, NULL},
    {"1 2", NULL, NULL},
    {"01", NULL, NULL},
    {"NaN", NULL, NULL},
};

static void
check_text(struct rv_heap *h, const char *in, const char *want)
{
	struct rt_err err = {0};
	rv v;
	int rc = rv_parse_json(&v, h, str_from(in), &err);

	if ((rc == 0) != (want != NULL))
		fail_msg("%s (%s): %s", in, h->profile->name,
		    rc == 0 ? "accepted" : err.text);
	if (rc == 0)
		assert_strz(unit_text(h, v), want);
	else
		assert_true(rc == RT_EFORMAT && err.text[0] != '\0');
}

static void
json__texts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		check_text(&unit_heaps[OPA], texts[i].in, texts[i].opa);
		check_text(&unit_heaps[KATA], texts[i].in, texts[i].kata);
	}
}

static int
nested(size_t depth)
{
	struct buf b = {0};
	rv v;
	int rc;

	buf_fill(&b, '[', depth);
	buf_fill(&b, ']', depth);
	rc = rv_parse_json(&v, &unit_heaps[KATA], buf_str(&b), NULL);
	buf_free(&b);
	return rc;
}

static void
json__depth(void **state)
{
	(void)state;
	assert_int_equal(nested(RV_JSON_DEPTH_MAX), 0);
	assert_int_equal(nested(RV_JSON_DEPTH_MAX + 1), RT_ELIMIT);
}

/* Ascending in OPA; objects and sets are made below. */
static size_t
ladder(rv *out, struct rv_heap *h)
{
	static const char *const json[] = {"null", "false", "true", "-1", "0",
	    "1.5", "2", "\"\"", "\"A\"", "\"a\"", "\"aa\"", "\"\xc3\xa9\"",
	    "[]", "[1]", "[1,2]", "[2]", "{}", "{\"a\":1}", "{\"a\":1,\"b\":1}",
	    "{\"a\":2}", "{\"b\":0}"};
	struct rv_builder b = {0};
	size_t i;

	for (i = 0; i < COUNT(json); i++)
		out[i] = unit_json(h, json[i]);
	out[i++] = rv_empty_set;
	rv_push(h, &b, RV_NULL);
	out[i++] = rv_set_close(h, &b);
	rv_push(h, &b, rv_int(h, 1));
	rv_push(h, &b, RV_NULL);
	out[i++] = rv_set_close(h, &b);
	return i;
}

static int
sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

static int
rank(const struct rv_heap *h, rv v)
{
	return h->profile->set_first && rv_type(v) >= RV_TOBJECT
		   ? 20 - (int)rv_type(v)
		   : (int)rv_type(v);
}

static void
value__order(void **state)
{
	rv v[40];
	size_t i, j, n, p;

	(void)state;
	for (p = 0; p < 2; p++) {
		struct rv_heap *h = &unit_heaps[p];

		n = ladder(v, h);
		for (i = 0; i < n; i++)
			for (j = 0; j < n; j++) {
				int want = i < j ? -1 : i > j;
				int a = rank(h, v[i]), b = rank(h, v[j]);

				if (a != b)
					want = a < b ? -1 : 1;
				assert_int_equal(
				    sign(rv_compare(h, v[i], v[j])), want);
				assert_int_equal(rv_equal(v[i], v[j]), i == j);
			}
	}
}

static void
value__equal_ones_have_equal_hashes(void **state)
{
	struct rv_heap *h = &unit_heaps[OPA];
	static const char *const pairs[][2] = {{"[1,2.0]", "[1.0,2]"},
	    {"{\"a\":1,\"b\":[]}", "{\"b\":[],\"a\":1e0}"},
	    {"\"\\u0061\"", "\"a\""}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++) {
		rv a = unit_json(h, pairs[i][0]), b = unit_json(h, pairs[i][1]);

		assert_true(rv_equal(a, b));
		assert_true(rv_hash(a) == rv_hash(b));
		assert_true(rv_equal(a, b));
	}
}

/* Many members, from a sequence that visits each residue, each key twice. */
static void
object__many(void **state)
{
	struct rv_heap *h = &unit_heaps[OPA];
	struct rv_builder b = {0};
	rv o, clash = RV_UNDEFINED;
	int64_t i;

	(void)state;
	for (i = 0; i < 2000; i++)
		rv_put(h, &b, rv_int(h, i * 7 % 1000), rv_int(h, i));
	o = rv_object_close(h, &b, NULL);
	assert_int_equal(rv_count(o), 1000);
	for (i = 0; i < 1000; i++) {
		assert_true(rv_keys(o)[i] == rv_int(h, i));
		assert_true(
		    rv_int_of(rv_object_get(h, o, rv_int(h, i))) >= 1000);
	}
	assert_true(rv_object_get(h, o, rv_int(h, 1000)) == RV_UNDEFINED);
	rv_put(h, &b, RV_TRUE, RV_NULL);
	rv_put(h, &b, RV_TRUE, RV_NULL);
	assert_int_equal(rv_count(rv_object_close(h, &b, &clash)), 1);
	assert_true(clash == RV_UNDEFINED);
	rv_put(h, &b, RV_TRUE, RV_NULL);
	rv_put(h, &b, RV_TRUE, RV_FALSE);
	assert_true(rv_object_close(h, &b, &clash) == RV_UNDEFINED);
	assert_true(clash == RV_TRUE);
}

static void
set__many(void **state)
{
	struct rv_heap *h = &unit_heaps[OPA];
	struct rv_builder b = {0};
	rv s;
	int64_t i;

	(void)state;
	for (i = 0; i < 3000; i++)
		rv_push(h, &b, rv_int(h, i * 11 % 500));
	s = rv_set_close(h, &b);
	assert_int_equal(rv_count(s), 500);
	for (i = 0; i < 500; i++)
		assert_true(rv_get(h, s, rv_int(h, i)) == rv_int(h, i));
	assert_true(rv_get(h, s, rv_int(h, 500)) == RV_UNDEFINED);
}

static void
value__get(void **state)
{
	struct rv_heap *h = &unit_heaps[OPA];
	rv a = unit_json(h, "[10,20]");

	(void)state;
	assert_true(rv_get(h, a, rv_int(h, 1)) == rv_int(h, 20));
	assert_true(rv_get(h, a, rv_int(h, 2)) == RV_UNDEFINED);
	assert_true(rv_get(h, a, rv_int(h, -1)) == RV_UNDEFINED);
	assert_true(rv_get(h, a, rv_string(h, STR("0"))) == RV_UNDEFINED);
	assert_true(rv_get(h, RV_TRUE, RV_TRUE) == RV_UNDEFINED);
}

static void
value__odd_keys(void **state)
{
	static const char *const want[] = {"{\"1\":0,\"[1]\":2,\"a\":1}",
	    "{\"1\":0,\"a\":1,\"[1]\":3,\"[1]\":2}"};
	size_t p;

	(void)state;
	for (p = 0; p < 2; p++) {
		struct rv_heap *h = &unit_heaps[p];
		struct rv_builder b = {0}, s = {0};

		rv_push(h, &s, rv_int(h, 1));
		rv_put(h, &b, unit_json(h, "[1]"), rv_int(h, 3));
		rv_put(h, &b, rv_set_close(h, &s), rv_int(h, 2));
		rv_put(h, &b, rv_string(h, STR("a")), rv_int(h, 1));
		rv_put(h, &b, rv_int(h, 1), rv_int(h, 0));
		assert_strz(
		    unit_text(h, rv_object_close(h, &b, NULL)), want[p]);
	}
}

static void
value__notation(void **state)
{
	static const char *const want[] = {
	    "[1, {\"a\": \"<\\u2028\xc3\xa9\\x01\\t\"}, set(), {null, 2}]",
	    "[1, {\"a\": \"<\xe2\x80\xa8\xc3\xa9\\u0001\\t\"}, {}, {null, 2}]"};
	size_t p;

	(void)state;
	for (p = 0; p < 2; p++) {
		struct rv_heap *h = &unit_heaps[p];
		struct rv_builder b = {0}, s = {0};
		struct buf out = {0};

		rv_push(h, &s, rv_int(h, 2));
		rv_push(h, &s, RV_NULL);
		rv_push(h, &b, rv_int(h, 1));
		rv_push(h, &b,
		    unit_json(h, "{\"a\":\"<\\u2028\\u00e9\\u0001\\t\"}"));
		rv_push(h, &b, rv_empty_set);
		rv_push(h, &b, rv_set_close(h, &s));
		rv_print(&out, h, rv_array_close(h, &b));
		assert_strz(buf_str(&out), want[p]);
		buf_free(&out);
	}
}

static void
string__interned(void **state)
{
	struct arena *a = arena_new();
	struct rv_interns *t = rv_interns_new(a);
	struct rv_heap h = unit_heaps[OPA];
	char name[20];
	rv first = rv_intern(t, STR("one"));
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "k%d", i);
		(void)rv_intern(t, str_from(name));
	}
	h.interns = t;
	assert_true(rv_intern(t, STR("one")) == first);
	assert_true(rv_string(&h, STR("one")) == first);
	assert_true(rv_string(&h, STR("two")) != rv_string(&h, STR("two")));
	assert_true(rv_equal(rv_string(&unit_heaps[OPA], STR("one")), first));
	arena_free(a);
}

static void
string__counts(void **state)
{
	rv s = rv_string(&unit_heaps[OPA], STR("a\xc3\xa9\xf0\x9f\x98\x80"));

	(void)state;
	assert_int_equal(rv_string_count(&unit_heaps[OPA], s), 3);
	assert_int_equal(rv_string_count(&unit_heaps[KATA], s), 4);
}

static void
heap__limits(void **state)
{
	struct arena *a = arena_new();
	struct rv_heap h = {
	    .arena = a, .profile = &rego_profiles[OPA], .limit = 4096};
	struct rv_builder b = {0};
	rv v = RV_NULL;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		rv_push(&h, &b, rv_int(&h, i));
	assert_true(h.full);
	assert_true(arena_used(a) <= 4096);
	h.limit = 0;
	h.full = false;
	for (i = 0; i < RV_DEPTH_MAX; i++) {
		b.n = 0;
		rv_push(&h, &b, v);
		v = rv_array_close(&h, &b);
	}
	assert_false(h.full);
	rv_push(&h, &b, v);
	(void)rv_array_close(&h, &b);
	assert_true(h.full);
	arena_free(a);
}

static void
value__copies(void **state)
{
	struct arena *other = arena_new();
	struct rv_heap there = {.arena = other, .profile = &rego_profiles[OPA]};
	rv v = unit_json(&there, "{\"a\":[1,\"x\",{}],\"b\":1.25}");
	rv c = rv_copy(&unit_heaps[OPA], v);

	(void)state;
	arena_free(other);
	assert_strz(
	    unit_text(&unit_heaps[OPA], c), "{\"a\":[1,\"x\",{}],\"b\":1.25}");
}

static const struct {
	const char *in, *upper, *lower, *full_upper, *full_lower;
} letters[] = {
    {"aBc1", "ABC1", "abc1", "ABC1", "abc1"},
    {"\xc3\x9f", "\xc3\x9f", "\xc3\x9f", "SS", "\xc3\x9f"},
    {"\xce\x91\xce\xa3", "\xce\x91\xce\xa3", "\xce\xb1\xcf\x83",
	"\xce\x91\xce\xa3", "\xce\xb1\xcf\x82"},
    {"\xce\xa3", "\xce\xa3", "\xcf\x83", "\xce\xa3", "\xcf\x83"},
    {"\xc4\x81\xc5\x89", "\xc4\x80\xc5\x89", "\xc4\x81\xc5\x89",
	"\xc4\x80\xca\xbcN", "\xc4\x81\xc5\x89"},
};

static void
unicode__case(void **state)
{
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(letters); i++) {
		struct str in = str_from(letters[i].in);

		b.n = 0;
		unicode_put_upper(&b, in, false);
		assert_strz(buf_str(&b), letters[i].upper);
		b.n = 0;
		unicode_put_lower(&b, in, false);
		assert_strz(buf_str(&b), letters[i].lower);
		b.n = 0;
		unicode_put_upper(&b, in, true);
		assert_strz(buf_str(&b), letters[i].full_upper);
		b.n = 0;
		unicode_put_lower(&b, in, true);
		assert_strz(buf_str(&b), letters[i].full_lower);
	}
	buf_free(&b);
}

static void
profile__names(void **state)
{
	(void)state;
	assert_true(rego_profile_find(STR("opa")) == &rego_profiles[OPA]);
	assert_true(rego_profile_find(STR("kata")) == &rego_profiles[KATA]);
	assert_null(rego_profile_find(STR("kata-9")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json__texts),
	    cmocka_unit_test(json__depth),
	    cmocka_unit_test(value__order),
	    cmocka_unit_test(value__equal_ones_have_equal_hashes),
	    cmocka_unit_test(object__many),
	    cmocka_unit_test(set__many),
	    cmocka_unit_test(value__get),
	    cmocka_unit_test(value__odd_keys),
	    cmocka_unit_test(value__notation),
	    cmocka_unit_test(string__interned),
	    cmocka_unit_test(string__counts),
	    cmocka_unit_test(heap__limits),
	    cmocka_unit_test(value__copies),
	    cmocka_unit_test(unicode__case),
	    cmocka_unit_test(profile__names),
	};

	return cmocka_run_group_tests(tests, unit_setup, unit_teardown);
}
