/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/example.h"
#include "regress/unit/unit.h"
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

static void
example__texts(void **state)
{
	static const struct {
		const char *pattern, *text; /* NULL: none */
	} cases[] = {
	    {"", ""},
	    {"^web$", "web"},
	    {"a|b", "a"},
	    {"(a|b)c", "ac"},
	    {"x*y+z?", "y"},
	    {"(?:ab){3}", "ababab"},
	    {"a{2,}b{0,4}", "aa"},
	    {"a{,2}", "a{,2}"},
	    {"a{x}", "a{x}"},
	    {"\\.\\-\\$\\t", ".-$\t"},
	    {"^(?:/passthrough)?/x$", "/x"},
	    {"[]a]{2}", "a]"},
	    {"(", NULL},
	    {")", NULL},
	    {"a)", NULL},
	    {"[a", NULL},
	    {"*", NULL},
	    {"\\", NULL},
	    {"\\pL", NULL},
	    {"(?i)a", NULL},
	    {"(?=a)", NULL},
	    {"(((a{999}){999}){999})", NULL},
	};
	struct str s;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ok = example_of(&s, *state, str_from(cases[i].pattern));
		if (ok != (cases[i].text != NULL))
			fail_msg("%s: %d", cases[i].pattern, ok);
		if (ok)
			assert_strz(s, cases[i].text);
	}
}

/* Members of a class, wherever they are in it. */
static void
example__classes(void **state)
{
	struct str s;
	size_t i;

	assert_true(example_of(
	    &s, *state, STR("[0-9a-f]{8}-[^a-z]{4}-\\d{4}-[\\w.]{4}")));
	assert_int_equal(s.n, 8 + 1 + 4 + 1 + 4 + 1 + 4);
	for (i = 0; i < 8; i++)
		assert_true((s.p[i] >= '0' && s.p[i] <= '9') ||
			    (s.p[i] >= 'a' && s.p[i] <= 'f'));
	for (i = 9; i < 13; i++)
		assert_false(s.p[i] >= 'a' && s.p[i] <= 'z');
	for (i = 14; i < 18; i++)
		assert_true(s.p[i] >= '0' && s.p[i] <= '9');
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(example__texts, setup, teardown),
	    cmocka_unit_test_setup_teardown(example__classes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
