/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

/* A file that is missing sends neither half of it nor what others have. */
static void
creds__unreadable_file(void **state)
{
	struct img_registry_options o = {
	    .username = "user", .password = "@/dev/null/no"};
	struct arena *a = arena_new();
	struct img_creds c = {0};

	(void)state;
	VEC_PUSH(a, &o.hosts, STR("r.example"));
	img_creds_find(&c, a, &o, STR("r.example"), STR("x"));
	assert_false(c.found);
	assert_int_equal(c.user.n + c.password.n + c.token.n, 0);
	assert_non_null(strstr(arena_cstr(a, c.origin),
	    "--registry-password (names a file that cannot be read)"));
	img_creds_wipe(&c);
	o.password = "x";
	img_creds_find(&c, a, &o, STR("r.example"), STR("x"));
	assert_true(c.found);
	img_creds_wipe(&c);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(creds__unreadable_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
