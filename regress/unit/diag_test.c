/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of findings that come behind others, and memory that is used again. */
#include <string.h>

#include "regress/unit/unit.h"
#include "runtime/base/diag.h"
#include "runtime/base/banned.h"

static void
diags_join__order_and_counts(void **state)
{
	struct arena *a = arena_new();
	struct source *s = source_new(a, STR("a.yml"), STR("a: 1\n"));
	struct loc at = {s, 3, 1};
	struct diags d, later;

	(void)state;
	diags_init(&d, a);
	d.level[DIAG_NO_WORKLOAD] = DIAG_AS_WARNING;
	diags_branch(&later, &d);
	diag_report(&later, NO_WORKLOAD, loc_none);
	diag_report(&later, INPUT_READ, at, "a.yml", "late");
	diag_report(&later, INPUT_READ, at, "a.yml", "twice");
	diag_report(&d, INPUT_READ, at, "a.yml", "early");
	diag_report(&d, INPUT_READ, at, "a.yml", "twice");
	diags_join(&d, &later);
	assert_int_equal(d.list.n, 4);
	assert_int_equal(d.errors, 3);
	assert_int_equal(d.warnings, 1);
	assert_int_equal(d.list.p[2]->id, DIAG_NO_WORKLOAD);
	assert_true(str_ends(d.list.p[0]->text, STR("early")));
	assert_true(str_ends(d.list.p[3]->text, STR("late")));
	/* what is equal to a joined one is dropped, too */
	diag_report(&d, INPUT_READ, at, "a.yml", "late");
	assert_int_equal(d.list.n, 4);
	arena_free(a);
}

static void
arena_reset__starts_again(void **state)
{
	struct arena *a = arena_new();
	size_t i, k;
	char *p;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 1000; k++) {
			p = arena_alloc(a, 1 + k * 37 % 40000);
			assert_int_equal(p[k * 37 % 40000], 0);
			memset(p, 'x', 1 + k * 37 % 40000);
		}
		assert_true(arena_used(a) > 1000000);
		assert_strz(arena_printf(a, "%0100d", 7),
		    arena_printf(a, "%s%d",
			"0000000000000000000000000000000000000000000000000"
			"00000000000000000000000000000000000000000000000000",
			7)
			.p);
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(diags_join__order_and_counts),
	    cmocka_unit_test(arena_reset__starts_again)};

	return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
