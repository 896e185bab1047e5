/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/policy/specialise.h"
#include "runtime/base/banned.h"

/* Rules behind package and imports; the text that comes of one pass. */
struct special {
	const char *opt, *rules, *data, *text;
};

/* The text of the policy without its first lines. */
static struct str
special(struct arena *a, const struct special *c)
{
	struct policy_options o = {.target = "kata-4"};
	struct policy_linker *l;
	struct policy p = {0};
	struct diags d;
	struct rt_err err;
	struct jv *data;
	size_t at;

	diags_init(&d, a);
	assert_true(policy_passes(&o.passes, c->opt));
	assert_int_equal(jv_parse(&data, a, str_from(c->data), &err), 0);
	o.rules = source_new(a, STR("rules.rego"),
	    arena_printf(a, "package agent_policy\n\n%s", c->rules));
	l = policy_linker_new(a, &d, &o);
	if (!policy_link(&p, a, l, data))
		fail_msg("%s: %s", c->rules, d.list.p[0]->text.p);
	p.text = arena_str(a, p.text);
	policy_linker_free(l);
	at = str_find(p.text, STR("SetPolicyRequest"), 0);
	return str_sub(p.text, at, p.text.n);
}

static void
check(const struct special *c, size_t n)
{
	struct arena *a = arena_new();
	struct str got;
	size_t i;

	for (i = 0; i < n; i++) {
		got = special(a, &c[i]);
		if (!str_eqz(got, c[i].text))
			fail_msg("%s: got\n%.*s", c[i].rules, STR_ARG(got));
	}
	arena_free(a);
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof(*cases))

#define PASS(name) "full,no-fold,no-simplify,no-names" name
#define ONLY_SELECT PASS(",no-tabulate,no-unroll,no-functions")
#define ONLY_TABULATE PASS(",no-select,no-unroll,no-functions")
#define ONLY_UNROLL PASS(",no-select,no-tabulate,no-functions")
#define ONLY_FUNCTIONS PASS(",no-select,no-tabulate,no-unroll")

static const struct special selects[] = {
    {ONLY_SELECT,
	"SetPolicyRequest if want.a == input.a\n\nwant := policy_data.l[i]\n\n"
	"i := input.i",
	"{\"l\":[{\"a\":1,\"b\":2},{\"a\":3}]}",
	"SetPolicyRequest if want.a==input.a\nwant:={\"a\":1} if i==0\n"
	"want:={\"a\":3} if i==1\ni:=input.i\npolicy_data := {}"},
    /* another reader: the list would stand twice */
    {ONLY_SELECT,
	"SetPolicyRequest if {\n\twant.a == input.a\n\tpolicy_data.l[0].a == 1\n"
	"}\n\nwant := policy_data.l[i]\n\ni := input.i",
	"{\"l\":[{\"a\":1},{\"a\":3}]}",
	"SetPolicyRequest if {want.a==input.a\npolicy_data.l[0].a==1}\n"
	"want:=policy_data.l[i]\ni:=input.i\n"
	"policy_data := {\"l\":[{\"a\":1},{\"a\":3}]}"},
    /* a name that is that of a variable somewhere */
    {ONLY_SELECT,
	"SetPolicyRequest if {\n\twant.a == input.a\n\tsome i in input.b\n\t"
	"i == 1\n}\n\nwant := policy_data.l[i]\n\ni := input.i",
	"{\"l\":[{\"a\":1},{\"a\":3}]}",
	"SetPolicyRequest if {want.a==input.a\nsome i in input.b\ni==1}\n"
	"want:=policy_data.l[i]\ni:=input.i\n"
	"policy_data := {\"l\":[{\"a\":1},{\"a\":3}]}"},
};

static void
specialise__select(void **state)
{
	(void)state;
	CHECK(selects);
}

static const struct special tables[] = {
    {ONLY_TABULATE,
	"SetPolicyRequest if m == [1]\n\nm := [i |\n\tsome i, c in policy_data.l\n"
	"\tc.a.b == input.a\n\tobject.get(c.a, \"d\", null) == input.d\n]",
	"{\"l\":[{\"a\":{\"b\":\"x\",\"d\":\"y\"},\"e\":1},{\"a\":{\"b\":\"z\"}}]}",
	"SetPolicyRequest if m==[1]\nm:=[i|some i,c in [[\"x\",\"y\"],[\"z\",null]]\n"
	"c[0]==input.a\nc[1]==input.d]\npolicy_data := {}"},
    {ONLY_TABULATE,
	"SetPolicyRequest if {\n\tsome c in policy_data.l\n\tc.a == input.a\n}",
	"{\"l\":[{\"a\":1},{\"a\":2}]}",
	"SetPolicyRequest if {some c in [1,2]\nc==input.a}\npolicy_data := {}"},
    /* not in each element */
    {ONLY_TABULATE,
	"SetPolicyRequest if {\n\tsome c in policy_data.l\n\tc.a == input.a\n}",
	"{\"l\":[{\"a\":1},{}]}",
	"SetPolicyRequest if {some c in policy_data.l\nc.a==input.a}\n"
	"policy_data := {\"l\":[{\"a\":1},{}]}"},
    /* the element itself */
    {ONLY_TABULATE,
	"SetPolicyRequest if {\n\tsome c in policy_data.l\n\tc.a == input.a\n"
	"\tcount(c) == 1\n}",
	"{\"l\":[{\"a\":1},{\"a\":2}]}",
	"SetPolicyRequest if {some c in policy_data.l\nc.a==input.a\n"
	"count(c)==1}\npolicy_data := {\"l\":[{\"a\":1},{\"a\":2}]}"},
};

static void
specialise__tabulate(void **state)
{
	(void)state;
	CHECK(tables);
}

static const struct special loops[] = {
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tsome k, p in policy_data.l\n"
	"\tregex.match(p, input.a)\n\tk == input.k\n}",
	"{\"l\":[\"^a$\"]}",
	"SetPolicyRequest if {regex.match(\"^a$\",input.a)\n0==input.k}\n"
	"policy_data := {}"},
    /* a rule for each element */
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tsome p in policy_data.l\n\tp == input.a\n}",
	"{\"l\":[1,2]}",
	"SetPolicyRequest if 1==input.a\nSetPolicyRequest if 2==input.a\n"
	"policy_data := {}"},
    /* it would print twice */
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tprint(\"x\")\n\tsome p in policy_data.l\n"
	"\tp == input.a\n}",
	"{\"l\":[1,2]}",
	"SetPolicyRequest if {print(\"x\")\nsome p in policy_data.l\n"
	"p==input.a}\npolicy_data := {\"l\":[1,2]}"},
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tevery k, v in policy_data.l {\n"
	"\t\tinput.a[k] == v\n\t}\n}",
	"{\"l\":{\"x\":1,\"y\":[2]}}",
	"SetPolicyRequest if {input.a.x==1\ninput.a.y==[2]}\n"
	"policy_data := {}"},
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tevery v in policy_data.l {\n\t\tinput.a == v\n"
	"\t}\n}",
	"{\"l\":[]}", "SetPolicyRequest if true\npolicy_data := {}"},
    /* several solutions in an every are one outside of it */
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tevery v in policy_data.l {\n"
	"\t\tinput.a[_] == v\n\t}\n}",
	"{\"l\":[1]}",
	"SetPolicyRequest if {every v in policy_data.l {input.a[_]==v}}\n"
	"policy_data := {\"l\":[1]}"},
    /* a member that is not there */
    {ONLY_UNROLL,
	"SetPolicyRequest if {\n\tsome v in policy_data.l\n\tnot v.a\n}",
	"{\"l\":[{\"b\":1}]}",
	"SetPolicyRequest if {some v in policy_data.l\nnot v.a}\n"
	"policy_data := {\"l\":[{}]}"},
};

static void
specialise__unroll(void **state)
{
	(void)state;
	CHECK(loops);
}

static const struct special functions[] = {
    {ONLY_FUNCTIONS,
	"SetPolicyRequest if {\n\tf(\"a\", input.x)\n\tf(\"a\", input.y)\n}\n\n"
	"f(p, x) if startswith(x, p)",
	"{}",
	"SetPolicyRequest if {f(input.x)\nf(input.y)}\n"
	"f(x) if startswith(x,\"a\")\npolicy_data := {}"},
    /* the last parameter stays */
    {ONLY_FUNCTIONS, "SetPolicyRequest if f(\"a\")\n\nf(p) if input.x == p",
	"{}",
	"SetPolicyRequest if f(\"a\")\nf(p) if input.x==p\npolicy_data := {}"},
    /* definitions that cannot hold go */
    {ONLY_FUNCTIONS,
	"SetPolicyRequest if {\n\tf(\"a\", input.x)\n\tf(\"b\", input.x)\n}\n\n"
	"f(p, x) if {\n\tp == \"a\"\n\tx.some_member == 1\n}\n\n"
	"f(p, x) if {\n\tp == \"b\"\n\tx.some_member == 2\n}",
	"{}",
	"SetPolicyRequest if {f_1(input.x)\nf_2(input.x)}\n"
	"f_1(x) if {\"a\"==\"a\"\nx.some_member==1}\n"
	"f_2(x) if {\"b\"==\"b\"\nx.some_member==2}\npolicy_data := {}"},
    {ONLY_FUNCTIONS,
	"SetPolicyRequest if {\n\tf(\"a\", input.x)\n\tf(input.z, input.x)\n}\n\n"
	"f(p, x) if startswith(x, p)",
	"{}",
	"SetPolicyRequest if {f(\"a\",input.x)\nf(input.z,input.x)}\n"
	"f(p,x) if startswith(x,p)\npolicy_data := {}"},
};

static void
specialise__functions(void **state)
{
	(void)state;
	CHECK(functions);
}

static const struct special closed[] = {
    /* another document may be there */
    {"full,no-names",
	"SetPolicyRequest if {\n\tsome p in policy_data.l\n\tp == input.a\n"
	"\tx with data.agent_policy.policy_data as {}\n}\n\nx if input.b",
	"{\"l\":[1]}",
	"SetPolicyRequest if {some p in policy_data.l\np==input.a\n"
	"x with data.agent_policy.policy_data as {}}\nx if input.b\n"
	"policy_data := {\"l\":[1]}"},
    {"none", "SetPolicyRequest if input.a\n\nx := policy_data.b", "{\"b\":[1]}",
	"SetPolicyRequest if input.a\nx:=policy_data.b\n"
	"policy_data := {\"b\":[1]}"},
};

static void
specialise__closed(void **state)
{
	(void)state;
	CHECK(closed);
}

static void
policy_passes__words(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned bits;
	} words[] = {
	    {"shake", true, 0},
	    {"none", true, SPEC_GIVEN},
	    {"none,no-fold", true, SPEC_GIVEN},
	    {"full,no-unroll", true,
		SPEC_GIVEN | (((1u << SPEC_PASSES) - 1) & ~SPEC_BIT(UNROLL))},
	    {"ful", false, 0},
	    {"full,", false, 0},
	    {"full,no-", false, 0},
	    {"full,unroll", false, 0},
	    {"full,no-unrolls", false, 0},
	    {"", false, 0},
	};
	unsigned got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		got = 0;
		if (policy_passes(&got, words[i].text) != words[i].ok)
			fail_msg("%s", words[i].text);
		if (words[i].ok)
			assert_int_equal(got, words[i].bits);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(specialise__select),
	    cmocka_unit_test(specialise__tabulate),
	    cmocka_unit_test(specialise__unroll),
	    cmocka_unit_test(specialise__functions),
	    cmocka_unit_test(specialise__closed),
	    cmocka_unit_test(policy_passes__words),
	};

	return cmocka_run_group_tests_name("specialise", tests, NULL, NULL);
}
