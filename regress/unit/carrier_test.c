/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/policy/carrier.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

static const struct str known =
    STR_INIT("package agent_policy\n\ndefault SetPolicyRequest := false\n");

/*
 * With the first `rules` bytes as rules, the first `shared` of them a stem,
 * behind other policies.
 */
static struct policy
fill_from(struct arena *a, struct str text, size_t rules, size_t shared,
    bool initdata, bool debug_shell)
{
	struct policy_options o = {
	    .initdata = initdata, .debug_shell = debug_shell};
	struct carrier_rules all = {str_sub(text, 0, rules), rules / 2, shared};
	struct carrier_stem *stem = carrier_stem_new();
	struct carrier *c[2];
	struct policy p;
	struct buf *b;
	size_t i;

	c[0] = carrier_new(&o, stem, &all);
	c[1] = carrier_new(&o, stem, &all);
	/* The second begins like the first, half of what comes. */
	for (i = 0; i < 6; i++) {
		b = carrier_begin(c[i / 3]);
		buf_put(b, str_sub(text, rules,
			       rules + (text.n - rules) / (i % 3 + 1)));
		buf_puts(b, i % 3 == 1 ? "another" : "\r'");
		carrier_end(&p, a, c[i / 3]);
	}
	buf_put(carrier_begin(c[1]), str_sub(text, rules, SIZE_MAX));
	carrier_end(&p, a, c[1]);
	p.text = arena_str(a, p.text);
	p.document = arena_str(a, p.document);
	carrier_free(c[0]);
	carrier_free(c[1]);
	carrier_stem_free(stem);
	return p;
}

static struct policy
fill(struct arena *a, struct str text, bool initdata, bool debug_shell)
{
	return fill_from(a, text, 0, 0, initdata, debug_shell);
}

/* Where a stem ends changes nothing; where the rules end, the packing. */
static void
carrier_end__any_cut(void **state)
{
	static const struct str texts[] = {STR_INIT("a''b\n"),
	    STR_INIT("a'''b"), STR_INIT("''"), STR_INIT("a\rb\n"),
	    STR_INIT("abcdefghi'jklmnopqrstuvwx''y")};
	struct arena *a = arena_new();
	struct policy p, q, r;
	struct rt_err err;
	size_t i, at, stem;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		p = fill(a, texts[i], true, false);
		assert_true(str_eq(p.text, texts[i]));
		for (at = 1; at <= texts[i].n; at++) {
			q = fill_from(a, texts[i], at, 0, true, false);
			assert_true(str_eq(q.text, p.text));
			assert_true(str_eq(q.document, p.document));
			assert_true(str_eq(q.digest, p.digest));
			assert_int_equal(
			    policy_carrier_decode(&r, a, q.carrier, true, &err),
			    0);
			assert_true(str_eq(r.document, p.document));
			for (stem = 1; stem <= at; stem++) {
				r = fill_from(
				    a, texts[i], at, stem, true, false);
				assert_true(str_eq(r.carrier, q.carrier));
			}
		}
	}
	arena_free(a);
}

/* The answers of policy-model 10.2. */
static void
carrier_end__known_answers(void **state)
{
	struct arena *a = arena_new();
	struct policy p;

	(void)state;
	p = fill(a, known, false, false);
	assert_true(str_eqz(p.digest,
	    "b066e9a75297510dacf439df23638bfdae2b7874fde49daa53d64109b8c63325"));
	assert_true(str_eqz(p.carrier,
	    "cGFja2FnZSBhZ2VudF9wb2xpY3kKCmRlZmF1bHQgU2V0UG9saWN5UmVxdWVzdCA"
	    "6PSBmYWxzZQo="));
	p = fill(a, known, true, false);
	assert_int_equal(p.document.n, 127);
	assert_true(str_eqz(p.digest,
	    "aeeabbbe98a238a5a90c6acd9e21222734aa85464974f84c54cdca471e95b005"));
	arena_free(a);
}

/* Every text comes back as it was. */
static void
carrier_decode__round_trip(void **state)
{
	static const struct str texts[] = {STR_INIT(""), STR_INIT("x"),
	    STR_INIT("\n\n"), STR_INIT("a\r\nb\r"), STR_INIT("'"),
	    STR_INIT("''"), STR_INIT("a'''b"), STR_INIT("\"\"\"\"\""),
	    STR_INIT("a\\b\tc\x01\x1f\x7f"),
	    STR_INIT("\xc3\xa4\xf0\x9f\x98\x80"), STR_INIT("a'''\"\"\"\\"),
	    STR_INIT("'''\r")};
	struct arena *a = arena_new();
	struct policy p, q;
	struct rt_err err;
	size_t i;
	int shell;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (shell = 0; shell < 2; shell++) {
			p = fill(a, texts[i], true, shell);
			if (policy_carrier_decode(
				&q, a, p.carrier, true, &err) < 0)
				fail_msg("%zu: %s", i, err.text);
			assert_true(str_eq(q.text, texts[i]));
			assert_true(str_eq(q.digest, p.digest));
			assert_true(str_eq(q.document, p.document));
		}
		p = fill(a, texts[i], false, false);
		assert_int_equal(
		    policy_carrier_decode(&q, a, p.carrier, false, &err), 0);
		assert_true(str_eq(q.text, texts[i]));
	}
	arena_free(a);
}

static struct str
pack(struct arena *a, struct str document)
{
	struct buf gz = {0}, b64 = {0};
	struct str s;

	rt_gzip(&gz, document);
	rt_base64(&b64, buf_str(&gz));
	s = arena_str(a, buf_str(&b64));
	buf_free(&gz);
	buf_free(&b64);
	return s;
}

#define HEAD "version = \"0.1.0\"\nalgorithm = \"sha256\"\n"

static void
carrier_decode__documents(void **state)
{
	static const struct {
		const char *document, *text, *error;
	} cases[] = {
	    {HEAD "[data]\n\"policy.rego\" = \"x\"", "x", NULL},
	    {HEAD "[data]\npolicy.rego = 'x'", NULL,
		"'policy' is not a string"},
	    {HEAD "data.\"policy.rego\" = 'x'", "x", NULL},
	    {HEAD "other = [1, {a = 2}]\ndata = {\"policy.rego\" = 'x'}", "x",
		NULL},
	    {"version = \"0.1.0\"\nalgorithm = \"sha-256\"\n[data]\n"
	     "\"policy.rego\" = \"x\"\n\"aa.toml\" = ''",
		"x", NULL},
	    {HEAD, NULL, "the table 'data' is missing"},
	    {HEAD "data = 1", NULL, "the table 'data' is missing"},
	    {HEAD "[data]\na = \"\"", NULL, "there is no 'policy.rego'"},
	    {HEAD "[data]\n\"a/b\" = \"\"", NULL, "'a/b' is no file name"},
	    {HEAD "[data]\n\"\" = \"\"", NULL, "is no file name"},
	    {"version = \"0.2.0\"", NULL, "'version' is not"},
	    {"version = \"0.1.0\"\nalgorithm = \"md5\"", NULL,
		"'algorithm' is not"},
	    {"version = ", NULL, "line 1"},
	};
	struct arena *a = arena_new();
	struct policy p;
	struct rt_err err;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rc = policy_carrier_decode(
		    &p, a, pack(a, str_from(cases[i].document)), true, &err);
		if (cases[i].text != NULL && rc < 0)
			fail_msg("%s: %s", cases[i].document, err.text);
		if (cases[i].text != NULL)
			assert_true(str_eqz(p.text, cases[i].text));
		else if (rc != RT_EFORMAT ||
			 strstr(err.text, cases[i].error) == NULL)
			fail_msg("%s: %s", cases[i].document, err.text);
	}
	arena_free(a);
}

static void
carrier_decode__limits(void **state)
{
	struct arena *a = arena_new();
	struct buf big = {0};
	struct policy p;
	struct rt_err err;

	(void)state;
	assert_int_equal(
	    policy_carrier_decode(&p, a, STR("!"), false, &err), RT_EFORMAT);
	assert_int_equal(
	    policy_carrier_decode(&p, a, STR("AAAA"), true, &err), RT_EFORMAT);
	/* What inflates to more than a policy may have. */
	buf_fill(&big, 'x', ((size_t)16 << 20) + 1);
	assert_int_equal(
	    policy_carrier_decode(&p, a, pack(a, buf_str(&big)), true, &err),
	    RT_ELIMIT);
	buf_free(&big);
	buf_fill(&big, 'A', ((size_t)1 << 20) + 4);
	assert_int_equal(
	    policy_carrier_decode(&p, a, buf_str(&big), false, &err),
	    RT_ELIMIT);
	buf_free(&big);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(carrier_end__known_answers),
	    cmocka_unit_test(carrier_end__any_cut),
	    cmocka_unit_test(carrier_decode__round_trip),
	    cmocka_unit_test(carrier_decode__documents),
	    cmocka_unit_test(carrier_decode__limits),
	};

	return cmocka_run_group_tests_name("carrier", tests, NULL, NULL);
}
