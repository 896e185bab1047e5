/* SPDX-License-Identifier: Apache-2.0 */
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

/* Fills the value of key `k` of the first document. */
static const struct source *
prove(struct fixture *f, const struct source *user,
    const struct source *completed, struct str value)
{
	struct unit *u = f->units.list.p[0];
	struct filled fill = {u, yaml_getz(u->root, "k"), value};

	return emit_final(f->arena, &f->d, user, completed, &fill, 1);
}

static void
emit_final__fills_in(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {{"k: \"\"\n# end\n", "k: QUJD\n# end\n"},
	    {"{\"k\": \"\", \"b\": 1}", "{\"k\": \"QUJD\", \"b\": 1}"},
	    {"k: ''\r\nb: [x]\r\n", "k: QUJD\r\nb: [x]\r\n"}};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct source *s, *final;

		f->units.list.n = 0;
		s = read_source(f, cases[i].text);
		final = prove(f, s, s, STR("QUJD"));
		assert_non_null(final);
		assert_strz(final->text, cases[i].want);
	}
}

static void
emit_final__long_values(void **state)
{
	struct fixture *f = *state;
	const struct source *s = read_source(f, "k: \"\"\nb: 1\n");
	const struct source *final;
	struct buf b = {0};

	buf_fill(&b, 'A', 100000);
	final = prove(f, s, s, buf_str(&b));
	assert_non_null(final);
	assert_int_equal(final->text.n, 100000 + 9);
	buf_free(&b);
}

/* What could end a scalar early is no base64. */
static void
emit_final__refuses_other_text(void **state)
{
	struct fixture *f = *state;
	const struct source *s = read_source(f, "k: \"\"\n");

	assert_null(prove(f, s, s, STR("A\nb: 2")));
	assert_null(prove(f, s, s, STR("A # b")));
	assert_int_equal(f->d.list.p[0]->id, DIAG_EMIT_PROOF);
}

/* A byte outside of the edits that is not the user's. */
static void
emit_final__refuses_foreign_bytes(void **state)
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
	assert_null(prove(f, user, made, STR("QUJD")));
}

/* A tree that is not what the text says. */
static void
emit_final__refuses_another_tree(void **state)
{
	struct fixture *f = *state;
	const struct source *s = read_source(f, "k: \"\"\nb: 1\n");

	yaml_getz(f->units.list.p[0]->root, "b")->text = STR("2");
	assert_null(prove(f, s, s, STR("QUJD")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		emit_final__fills_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_final__long_values, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_final__refuses_other_text, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_final__refuses_foreign_bytes, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		emit_final__refuses_another_tree, setup, teardown)};

	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
