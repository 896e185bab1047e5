/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/emit/emit.h"
#include "compiler/front/edit.h"
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"

struct fixture {
	struct arena *arena;
	struct diags d;
	struct units units;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct fixture *f = ARENA_NEW(a, struct fixture);

	f->arena = a;
	diags_init(&f->d, a);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static const struct source *
read_source(struct fixture *f, const char *text)
{
	struct source *s = source_new(f->arena, STR("a.yml"), str_from(text));

	assert_true(yaml_read(&f->units, f->arena, &f->d, s));
	return s;
}

/* Fills the value of key `k` of the first document; NULL: refused. */
static const char *
prove(struct fixture *f, const struct source *user, struct str value)
{
	struct unit *u = f->units.list.p[0];
	struct filled fill = {yaml_getz(u->root, "k"), value};
	struct loc in = {user, 0, (uint32_t)user->text.n};
	struct buf out = {0};
	const char *text = NULL;

	if (emit_document(&out, f->arena, &f->d, in, u, &fill, 1))
		text = arena_cstr(f->arena, buf_str(&out));
	else
		assert_int_equal(out.n, 0);
	buf_free(&out);
	return text;
}

static void
emit_document__fills_in(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {{"k: \"\"\n# end\n", "k: QUJD\n# end\n"},
	    {"{\"k\": \"\", \"b\": 1}", "{\"k\": \"QUJD\", \"b\": 1}"},
	    {"k: ''\r\nb: [x]\r\n", "k: QUJD\r\nb: [x]\r\n"}};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct source *s;
		const char *final;

		f->units.list.n = 0;
		s = read_source(f, cases[i].text);
		final = prove(f, s, STR("QUJD"));
		assert_non_null(final);
		assert_string_equal(final, cases[i].want);
	}
}

static void
emit_document__long_values(void **state)
{
	struct fixture *f = *state;
	const struct source *s = read_source(f, "k: \"\"\nb: 1\n");
	const char *final;
	struct buf b = {0};

	buf_fill(&b, 'A', 100000);
	final = prove(f, s, buf_str(&b));
	assert_non_null(final);
	assert_int_equal(strlen(final), 100000 + 9);
	buf_free(&b);
}

/* What could end a scalar early is no base64. */
static void
emit_document__refuses_other_text(void **state)
{
	struct fixture *f = *state;
	const struct source *s = read_source(f, "k: \"\"\n");

	assert_null(prove(f, s, STR("A\nb: 2")));
	assert_null(prove(f, s, STR("A # b")));
	assert_int_equal(f->d.list.p[0]->id, DIAG_EMIT_PROOF);
}

/* A byte outside of the edits that is not the user's. */
static void
emit_document__refuses_foreign_bytes(void **state)
{
	static const struct source_edit edits[] = {{0, 6, 0, 6, NULL}};
	struct fixture *f = *state;
	struct source *user =
	    source_new(f->arena, STR("a.yml"), STR("k: \"\"\nb: 1\n"));
	struct source *made =
	    source_new(f->arena, STR("a.yml"), STR("k: \"\"\nb: 2\n"));

	made->from = user;
	made->edits = edits;
	made->nedits = 1;
	assert_true(yaml_read(&f->units, f->arena, &f->d, made));
	assert_null(prove(f, user, STR("QUJD")));
}

/* A tree that is not what the text says. */
static void
emit_document__refuses_another_tree(void **state)
{
	struct fixture *f = *state;
	const struct source *s = read_source(f, "k: !!str \"\"\nb: 1\n");

	assert_string_equal(prove(f, s, STR("QUJD")), "k: !!str QUJD\nb: 1\n");
	yaml_getz(f->units.list.p[0]->root, "b")->text = STR("2");
	assert_null(prove(f, s, STR("QUJD")));
}

/* What the proof concludes is what a reader sees, quoted or plain. */
static void
emit_document__reads_back(void **state)
{
	static const char *const texts[] = {"k: \"\"", "k: \"\" # c\nb: 1\n",
	    "k:\n  \"\"\nb: 1\n", "k:\n  # c\n  \"\"\n", "k: \"\"\r\nb: 1\r\n",
	    "k: ''\n\n\n    # deep\n\nb: 1\n", "  k: ''\n  b: 1\n",
	    "b: 1\nk: \"\"\t \n", "? k\n: \"\"\n? b\n: 1\n",
	    "{b: [1], k: \"\"}", "{\"k\":\"\",\"b\":1}", "{k: ''\n}\n",
	    "a: &x 1\nk: \"\"\nb: *x\n", "k: &x \"\"\nb: *x\n",
	    "\xef\xbb\xbfk: \"\"\n", "k: \"\"\n\xc3\xa9: 1\n"};
	static const char *const values[] = {"QUJD", "H4sIAAAA/+==", "12",
	    "true", "TRUE", "0x1F", "+1", "/a", "null", "y", "1e5", "AAAA=="};
	struct fixture *f = *state;
	struct units again = {0};
	size_t i, k;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		for (k = 0; k < sizeof(values) / sizeof(*values); k++) {
			struct str value = str_from(values[k]);
			const struct source *s;
			const struct yaml_node *root;
			const char *final;

			f->units.list.n = again.list.n = 0;
			s = read_source(f, texts[i]);
			final = prove(f, s, value);
			assert_non_null(final);
			root = f->units.list.p[0]->root;
			yaml_getz(root, "k")->text = value;
			assert_true(yaml_read(&again, f->arena, &f->d,
			    source_new(f->arena, STR("b"), str_from(final))));
			assert_true(yaml_equal(again.list.p[0]->root, root));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		emit_document__fills_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_document__long_values, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_document__refuses_other_text, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_document__refuses_foreign_bytes, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_document__refuses_another_tree, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_document__reads_back, setup, teardown)};

	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
