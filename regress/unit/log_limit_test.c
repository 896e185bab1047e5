/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "regress/unit/unit.h"
#include "runtime/base/log_limit.h"
#include "runtime/base/banned.h"

static unsigned
passed(
    struct log_limit *l, struct str key, int64_t now, int n, unsigned *silent)
{
	unsigned count = 0;

	while (n-- > 0)
		count += log_limit_pass(l, key, now, silent);
	return count;
}

static void
log_limit__counts_what_it_keeps_back(void **state)
{
	struct log_limit l = {.lock = PTHREAD_MUTEX_INITIALIZER};
	const int64_t t = 1000000;
	unsigned silent = 9;

	(void)state;
	assert_int_equal(
	    passed(&l, STR("a"), t, 100, &silent), LOG_LIMIT_LINES);
	assert_int_equal(silent, 0);
	assert_int_equal(
	    passed(&l, STR("a"), t + LOG_LIMIT_MS - 1, 5, &silent), 0);
	assert_int_equal(passed(&l, STR("a"), t + LOG_LIMIT_MS, 1, &silent), 1);
	assert_int_equal(silent, 105 - LOG_LIMIT_LINES);
	assert_int_equal(passed(&l, STR("a"), t + LOG_LIMIT_MS, 1, &silent), 1);
	assert_int_equal(silent, 0);
}

/* However many addresses a peer has, the log has a limit. */
static void
log_limit__all_peers(void **state)
{
	struct log_limit l = {.lock = PTHREAD_MUTEX_INITIALIZER};
	unsigned silent, count = 0;
	char key[16];
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		count += passed(&l, str_from(key), LOG_LIMIT_MS, 1, &silent);
	}
	assert_int_equal(count, LOG_LIMIT_LINES * LOG_LIMIT_SLOTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(log_limit__counts_what_it_keeps_back),
	    cmocka_unit_test(log_limit__all_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
