/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/base/file.h"
#include "runtime/base/jv_pack.h"
#include "runtime/base/banned.h"

static struct jv *
json(struct arena *a, struct str text)
{
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, a, text, &err) < 0)
		fail_msg("%.*s: %s", STR_ARG(text), err.text);
	return v;
}

/* Order of members included. */
static void
check_same(const struct jv *got, const struct jv *want)
{
	struct buf b = {0}, c = {0};

	jv_print(&b, got, JV_COMPACT);
	jv_print(&c, want, JV_COMPACT);
	assert_str(buf_str(&b), buf_str(&c));
	buf_free(&b);
	buf_free(&c);
}

static void
jv_pack__round_trip(void **state)
{
	static const char *const texts[] = {"null", "true", "false", "0",
	    "-1.5e3", "\"\"", "\"a\\u0000\\n\"", "[]", "{}",
	    "[[],{},[1,\"x\"]]", "{\"b\":1,\"a\":{\"c\":[null]}}"};
	struct arena *a = arena_new();
	struct buf out = {0}, big = {0};
	struct jv *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		v = json(a, str_from(texts[i]));
		out.n = 0;
		assert_true(jv_pack(&out, v));
		check_same(jv_unpack(a, buf_str(&out)), v);
	}
	buf_fill(&big, 'x', (size_t)1 << 24);
	assert_false(jv_pack(&out, jv_string(a, buf_str(&big))));
	buf_free(&big);
	buf_free(&out);
	arena_free(a);
}

extern const struct str jv_packed_kata_4, jv_packed_contrast_metal,
    jv_packed_metal_v1_2, jv_packed_refvalues;

/* What is part of the program is what the files say. */
static void
jv_pack__files(void **state)
{
	static const struct {
		const struct str *packed;
		const char *path;
	} files[] = {
	    {&jv_packed_kata_4, "compiler/lower/target/kata-4.json"},
	    {&jv_packed_contrast_metal,
		"compiler/lower/target/contrast-metal.json"},
	    {&jv_packed_metal_v1_2, "compiler/lower/target/metal-v1.2.json"},
	    {&jv_packed_refvalues, "runtime/manifest/reference-values.json"},
	};
	struct arena *a = arena_new();
	struct rt_err err;
	struct str text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		assert_int_equal(
		    file_read(&text, a, files[i].path, 1 << 20, &err), 0);
		check_same(jv_unpack(a, *files[i].packed), json(a, text));
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jv_pack__round_trip),
	    cmocka_unit_test(jv_pack__files),
	};

	return cmocka_run_group_tests_name("jv_pack", tests, NULL, NULL);
}
