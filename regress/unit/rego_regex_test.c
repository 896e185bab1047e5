/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions and globs in both dialects (rego 10). */
#include <stdio.h>

#include "regress/unit/rego_call.h"
#include "runtime/base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct call_case cases[] = {
    {"regex.is_valid", "[1]", SAME("false")},
    {"regex.is_valid", "[\"[\"]", SAME("false")},
    {"regex.is_valid", "[\"a(b\"]", SAME("false")},
    {"regex.match", "[\"[\",\"a\"]", SAME("!error parsing regexp: missing closing ]: `[`")},
    {"regex.match", "[\"a{1001}\",\"a\"]", {"!error parsing regexp: invalid repeat count: `{1001}`", "false"}},
    {"regex.match", "[\"(a{100}){100}\",\"a\"]", {"!error parsing regexp: invalid repeat count: `{100}`", "!the agent's engine"}},
    {"regex.match", "[\"a**\",\"a\"]", {"!error parsing regexp: invalid nested repetition operator: `**`", "true"}},
    {"regex.match", "[\"a++\",\"a\"]", {"!error parsing regexp: invalid nested repetition operator: `++`", "true"}},
    {"regex.match", "[\"*\",\"a\"]", SAME("!error parsing regexp: missing argument to repetition operator: `*`")},
    {"regex.match", "[\"a)\",\"a\"]", SAME("!error parsing regexp: unexpected ): `a)`")},
    {"regex.match", "[\"(a\",\"a\"]", SAME("!error parsing regexp: missing closing ): `(a`")},
    {"regex.match", "[\"\\\\8\",\"a\"]", SAME("!error parsing regexp: invalid escape sequence: `\\8`")},
    {"regex.match", "[\"(a)\\\\1\",\"aa\"]", SAME("!invalid escape sequence")},
    {"regex.match", "[\"\\\\\",\"a\"]", SAME("!error parsing regexp: trailing backslash at end of expression: ``")},
    {"regex.match", "[\"[z-a]\",\"a\"]", SAME("!error parsing regexp: invalid character class range: `z-a`")},
    {"regex.match", "[\"[a-\\\\d]\",\"a\"]", SAME("!error parsing regexp: invalid escape sequence: `\\d`")},
    {"regex.match", "[\"[[:foo:]]\",\"a\"]", {"!error parsing regexp: invalid character class range: `[:foo:]`", "false"}},
    {"regex.match", "[\"\\\\p{Foo}\",\"a\"]", SAME("!error parsing regexp: invalid character class range: `\\p{Foo}`")},
    {"regex.match", "[\"(?=a)\",\"a\"]", SAME("!error parsing regexp: invalid or unsupported Perl syntax: `(?=`")},
    {"regex.match", "[\"(?<=a)\",\"a\"]", SAME("!invalid or unsupported Perl syntax")},
    {"regex.match", "[\"(?>a)\",\"a\"]", SAME("!invalid or unsupported Perl syntax")},
    {"regex.match", "[\"(?i-)a\",\"a\"]", SAME("!error parsing regexp: invalid or unsupported Perl syntax: `(?i-)`")},
    {"regex.match", "[\"a{2,1}\",\"a\"]", SAME("!error parsing regexp: invalid repeat count: `{2,1}`")},
    {"regex.match", "[\"^a{,2}$\",\"a{,2}\"]", {"true", "!invalid repeat count"}},
    {"regex.match", "[\"\\\\pN\",\"1\"]", SAME("true")},
    {"regex.match", "[\"^\\\\p{Greek}$\",\"α\"]", SAME("true")},
    {"regex.match", "[\"^\\\\p{^Greek}$\",\"a\"]", SAME("true")},
    {"regex.match", "[\"^\\\\Q.*\\\\E$\",\".*\"]", {"true", "!invalid escape sequence"}},
    {"regex.match", "[\"\\\\Z\",\"a\"]", SAME("!invalid escape sequence")},
    {"regex.match", "[\"\\\\C\",\"a\"]", SAME("!invalid escape sequence")},
    {"regex.match", "[\"^\\\\_\\\\-\\\\.$\",\"_-.\"]", SAME("true")},
    {"regex.match", "[\"^[[:^alpha:]]$\",\"1\"]", SAME("true")},
    {"regex.match", "[\"[^\\\\n]\",\"\\n\"]", SAME("false")},
    {"regex.match", "[\"\\\\d\",\"٣\"]", {"false", "true"}},
    {"regex.match", "[\"\\\\w\",\"é\"]", {"false", "true"}},
    {"regex.match", "[\"\\\\bé\",\"aé\"]", {"true", "false"}},
    {"regex.match", "[\"^[\\\\W]$\",\"é\"]", {"true", "false"}},
    {"regex.match", "[\"^[^\\\\W]$\",\"é\"]", {"false", "true"}},
    {"regex.match", "[\"[[:alpha:]]\",\"é\"]", SAME("false")},
    {"regex.match", "[\"^\\\\141\\\\012$\",\"a\\n\"]", {"true", "!invalid escape sequence"}},
    {"regex.match", "[\"^\\\\x61\\\\x{62}\\\\t$\",\"ab\\t\"]", SAME("true")},
    {"regex.match", "[\"\\\\x{110000}\",\"a\"]", SAME("!invalid escape sequence")},
    {"regex.match", "[\"^\\\\u0061$\",\"a\"]", {"!invalid escape sequence", "true"}},
    {"regex.match", "[\"a$\",\"a\\n\"]", SAME("false")},
    {"regex.match", "[\"(?m)a$\",\"a\\n\"]", SAME("true")},
    {"regex.match", "[\"(?m)^$\",\"a\\n\"]", SAME("true")},
    {"regex.match", "[\"a.c\",\"a\\nc\"]", SAME("false")},
    {"regex.match", "[\"(?s)a.c\",\"a\\nc\"]", SAME("true")},
    {"regex.match", "[\"(?i)straße\",\"STRAßE\"]", SAME("true")},
    {"regex.match", "[\"(?i:a)b\",\"Ab\"]", SAME("true")},
    {"regex.match", "[\"(?i:a)b\",\"AB\"]", SAME("false")},
    {"regex.match", "[\"(?i)[a-c]+$\",\"ABC\"]", SAME("true")},
    {"regex.match", "[\"(?x) a b # c\",\"ab\"]", {"!invalid or unsupported Perl syntax", "true"}},
    {"regex.match", "[\"^[a-z&&[^aeiou]]$\",\"b\"]", {"false", "true"}},
    {"regex.match", "[\"^[a-z&&[^aeiou]]$\",\"a\"]", SAME("false")},
    {"regex.match", "[\"^[a-z--b]$\",\"b\"]", {"true", "false"}},
    {"regex.match", "[\"^[a-c~~b-d]$\",\"d\"]", {"true", "true"}},
    {"regex.match", "[\"^[a[bc]]$\",\"b\"]", {"false", "true"}},
    {"regex.match", "[\"^[]a]$\",\"]\"]", SAME("true")},
    {"regex.match", "[\"^[^]a]$\",\"b\"]", SAME("true")},
    {"regex.match", "[\"^[a-]$\",\"-\"]", SAME("true")},
    {"regex.match", "[\"{a\",\"{a\"]", {"true", "!invalid repeat count"}},
    {"regex.match", "[\"a]}\",\"a]}\"]", SAME("true")},
    {"regex.match", "[\"\",\"x\"]", SAME("true")},
    {"regex.match", "[\"a|\",\"x\"]", SAME("true")},
    {"regex.match", "[\"(?P<n>a)(?<m>b)\",\"ab\"]", SAME("true")},
    {"regex.match", "[\"(?P<>a)\",\"ab\"]", SAME("!invalid named capture")},
    {"regex.match", "[\"(a*)*$\",\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"]", SAME("true")},
    {"regex.find_n", "[\"a*\",\"baac\",-1]", SAME("[\"\",\"aa\",\"\"]")},
    {"regex.find_n", "[\"a\",\"aaa\",2]", SAME("[\"a\",\"a\"]")},
    {"regex.find_n", "[\"a\",\"aaa\",0]", SAME("[]")},
    {"regex.find_n", "[\"(?U)a+\",\"aa\",-1]", SAME("[\"a\",\"a\"]")},
    {"regex.find_n", "[\"(?U)a+?\",\"aa\",-1]", SAME("[\"aa\"]")},
    {"regex.find_n", "[\"a+?\",\"aa\",-1]", SAME("[\"a\",\"a\"]")},
    {"regex.find_n", "[\"a|ab\",\"ab\",-1]", SAME("[\"a\"]")},
    {"regex.find_all_string_submatch_n", "[\"a(x*)(y)?\",\"-axx-ay-\",-1]", SAME("[[\"axx\",\"xx\",\"\"],[\"ay\",\"\",\"y\"]]")},
    {"regex.split", "[\"\",\"abc\"]", {"[\"a\",\"b\",\"c\"]", "[\"\",\"a\",\"b\",\"c\",\"\"]"}},
    {"regex.split", "[\",\",\",a,,b,\"]", SAME("[\"\",\"a\",\"\",\"b\",\"\"]")},
    {"regex.split", "[\"\",\"\"]", {"[]", "[\"\",\"\"]"}},
    {"regex.split", "[\"a\",\"\"]", SAME("[\"\"]")},
    {"regex.split", "[\"x*\",\"axb\"]", {"[\"a\",\"b\"]", "[\"\",\"a\",\"b\",\"\"]"}},
    {"regex.replace", "[\"abc\",\"x*\",\"-\"]", SAME("\"-a-b-c-\"")},
    {"regex.replace", "[\"foobar\",\"(?P<a>o+)b\",\"$a-${a}-$1x-${1}x-$$-$\"]", SAME("\"foo-oo--oox-$-$ar\"")},
    {"regex.replace", "[\"a1b2\",\"[0-9]\",\"<$0>\"]", {"\"a\\u003c1\\u003eb\\u003c2\\u003e\"", "\"a<1>b<2>\""}},
    {"regex.template_match", "[\"urn:foo:{.*}\",\"urn:foo:bar\",\"{\",\"}\"]", SAME("true")},
    {"regex.template_match", "[\"urn.foo:{.*}\",\"urn:foo:bar\",\"{\",\"}\"]", SAME("false")},
    {"regex.template_match", "[\"urn:foo:{.*\",\"urn:foo:bar\",\"{\",\"}\"]", SAME("!unbalanced braces in \"urn:foo:{.*\"")},
    {"regex.template_match", "[\"a}\",\"a\",\"{\",\"}\"]", SAME("!unbalanced braces")},
    {"regex.template_match", "[\"a\",\"a\",\"{{\",\"}\"]", SAME("!start delimiter has to be exactly one character long but is 2 long")},
    {"regex.globs_match", "[\"a.*b\",\"acb\"]", SAME("true")},
    {"regex.globs_match", "[\"[a-c]+\",\"b*\"]", SAME("true")},
    {"regex.globs_match", "[\"[a-c]+\",\"d*\"]", SAME("false")},
    {"regex.globs_match", "[\"\",\"a*\"]", SAME("true")},
    {"regex.globs_match", "[\"[a-z]+\\\\[[0-9]+\\\\]\",\"foo\\\\[1\\\\]\"]", SAME("true")},
    {"regex.globs_match", "[\"pqrs]\",\"[a-b]+\"]", SAME("!input:pqrs], pos:5, set-close ']' with no preceding '[': the input provided is invalid")},
    {"regex.globs_match", "[\"[a\",\"b\"]", SAME("!input:[a, pos:2, found [ without matching ]")},
    {"regex.globs_match", "[\"*a\",\"b\"]", SAME("!pos:1, flag '*' must be preceded by a non-flag")},
    {"regex.globs_match", "[\"a+*\",\"b\"]", SAME("!pos:3, flag '*' must be preceded by a non-flag")},
    {"regex.globs_match", "[\"a\\\\\",\"b\"]", SAME("!pos:1, input ends with a \\ (escape) character")},
    {"regex.globs_match", "[\"[z-a]\",\"b\"]", SAME("!pos:4, range is out of order: 'a' comes before 'z' in Unicode")},
    {"regex.globs_match", "[\"[a-]\",\"b\"]", SAME("!pos:3, range character '-' must be followed by a Unicode character")},
    {"glob.match", "[\"*.b\",null,\"a.b\"]", SAME("true")},
    {"glob.match", "[\"*\",[],\"a.b\"]", SAME("false")},
    {"glob.match", "[\"**\",[],\"a.b\"]", SAME("true")},
    {"glob.match", "[\"***\",[],\"a.b\"]", SAME("true")},
    {"glob.match", "[\"api.**.com\",[\".\"],\"api.cdn.github.com\"]", SAME("true")},
    {"glob.match", "[\"{a,{b,c}}d\",[],\"cd\"]", SAME("true")},
    {"glob.match", "[\"{,a}b\",[],\"b\"]", SAME("true")},
    {"glob.match", "[\"{}\",[],\"\"]", SAME("true")},
    {"glob.match", "[\"[!abc]at\",[],\"cat\"]", SAME("false")},
    {"glob.match", "[\"[a-c]at\",[],\"bat\"]", SAME("true")},
    {"glob.match", "[\"a\\\\*\",[],\"a*\"]", SAME("true")},
    {"glob.match", "[\"}\",[],\"}\"]", SAME("true")},
    {"glob.match", "[\"a,b\",[],\"a,b\"]", SAME("true")},
    {"glob.match", "[\"[a-c-e]\",[],\"-\"]", SAME("!glob.match: glob: syntax error")},
    {"glob.match", "[\"[]\",[],\"a\"]", SAME("!could not parse range")},
    {"glob.match", "[\"[a\",[],\"a\"]", SAME("!unexpected end of input")},
    {"glob.match", "[\"{a\",[],\"a\"]", SAME("!unclosed `{`")},
    {"glob.match", "[\"[z-a]\",[],\"a\"]", SAME("!range hi character is less than lo")},
    {"glob.match", "[\"a\\\\\",[],\"a\"]", SAME("!trailing backslash")},
    {"glob.match", "[\"*\",[\"ab\"],\"x\"]", SAME("!operand 2 must be array of runes but got array containing string")},
    {"glob.match", "[\"*\",1,\"x\"]", SAME("!operand 2 must be one of {array, null} but got number")},
    {"glob.quote_meta", "[\"*?\\\\[]{}-a!,\"]", SAME("\"\\\\*\\\\?\\\\\\\\\\\\[\\\\]\\\\{\\\\}-a!,\"")},
};
/* clang-format on */

static void
regex__cases(void **state)
{
	(void)state;
	call_check_all(cases, COUNT(cases));
}

/* Too many steps are no verdict: the evaluation ends. */
static void
regex__limits(void **state)
{
	static const struct {
		const char *name, *args;
	} hostile[] = {
	    {"regex.find_n",
		"[\"(a|a)*(a|a)*(a|a)*(a|a)*(a|a)*(a|a)*$\", "
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", 1]"},
	    {"regex.match", "[\"(((((x{900}y){900}z){900})))\", \"a\"]"}};
	struct rego_fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hostile); i++) {
		assert_true(
		    call_builtin(&fault, &unit_heaps[KATA], hostile[i].name,
			hostile[i].args) == RV_UNDEFINED);
		assert_int_equal(fault.code, REGO_EBUILTIN);
		assert_true(fault.aborts);
	}
}

/* More patterns than are kept. */
static void
regex__cache(void **state)
{
	struct rego_fault fault;
	char args[64];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)snprintf(args, sizeof(args), "[\"^(%d)$\",\"%d\"]",
		    i % 600, i % 600);
		assert_true(call_builtin(&fault, &unit_heaps[OPA],
				"regex.match", args) == RV_TRUE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(regex__cases),
	    cmocka_unit_test(regex__limits),
	    cmocka_unit_test(regex__cache),
	};

	return cmocka_run_group_tests(tests, unit_setup, call_teardown);
}
