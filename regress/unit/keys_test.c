/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/emit/keys.h"
#include "regress/unit/unit.h"
#include "runtime/base/file.h"

#include "runtime/base/banned.h"

static struct arena *a;
static char dir[256];

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	a = arena_new();
	(void)snprintf(
	    dir, sizeof(dir), "%s/keys.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	char cmd[300];

	(void)state;
	arena_free(a);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

static const char *
path(const char *name)
{
	return arena_printf(a, "%s/%s", dir, name).p;
}

static mode_t
mode_of(const char *p)
{
	struct stat st;

	return stat(p, &st) == 0 ? st.st_mode & 07777 : 0;
}

/* Made in memory, written once, read again. */
static void
keys_load__makes_a_missing_key(void **state)
{
	const char *paths[] = {path("wo.pem"), path("other.pem")};
	struct owner_keys made, again;
	struct diags d;
	struct str text;
	mode_t mask = umask(0);

	(void)state;
	diags_init(&d, a);
	assert_true(keys_load(&made, a, &d, PKI_OWNER_WORKLOAD, paths, 1));
	assert_int_equal(mode_of(paths[0]), 0);
	assert_true(keys_write(&made, &d));
	assert_null(made.list.p[0].pem.p);
	assert_int_equal(mode_of(paths[0]), 0600);
	assert_true(keys_load(&again, a, &d, PKI_OWNER_WORKLOAD, paths, 1));
	assert_null(again.list.p[0].pem.p);
	assert_str(pki_owner_digest_hex(a, &again.list.p[0].key),
	    pki_owner_digest_hex(a, &made.list.p[0].key));
	assert_int_equal(file_read(&text, a, paths[0], 1 << 20, NULL), 0);
	assert_true(str_starts(text, STR("-----BEGIN EC PRIVATE KEY-----\n")));
	assert_int_equal(d.errors + d.warnings, 0);
	/* with two paths both must exist */
	assert_false(keys_load(&again, a, &d, PKI_OWNER_WORKLOAD, paths, 2));
	assert_int_equal(d.errors, 1);
	/* who else may read it */
	assert_int_equal(chmod(paths[0], 0640), 0);
	assert_true(keys_load(&again, a, &d, PKI_OWNER_WORKLOAD, paths, 1));
	assert_int_equal(d.warnings, 1);
	umask(mask);
}

static void
keys_write__never_replaces(void **state)
{
	const char *p[] = {path("race.pem")};
	struct owner_keys made;
	struct diags d;
	FILE *f;

	(void)state;
	diags_init(&d, a);
	assert_true(keys_load(&made, a, &d, PKI_OWNER_WORKLOAD, p, 1));
	f = fopen(p[0], "w");
	assert_non_null(f);
	(void)fclose(f);
	assert_false(keys_write(&made, &d));
	assert_int_equal(d.errors, 1);
	keys_wipe(&made);
	assert_null(made.list.p[0].pem.p);
}

static void
keys_load__refuses_odd_files(void **state)
{
	const char *p[] = {path("."), path("big.pem")};
	struct owner_keys k;
	struct diags d;
	FILE *f = fopen(p[1], "w");
	int i;

	(void)state;
	assert_non_null(f);
	for (i = 0; i <= (int)PKI_FILE_MAX; i++)
		(void)fputc('x', f);
	(void)fclose(f);
	diags_init(&d, a);
	assert_false(keys_load(&k, a, &d, PKI_OWNER_WORKLOAD, p, 2));
	assert_int_equal(d.errors, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_load__makes_a_missing_key),
	    cmocka_unit_test(keys_write__never_replaces),
	    cmocka_unit_test(keys_load__refuses_odd_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
