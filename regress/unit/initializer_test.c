/* SPDX-License-Identifier: Apache-2.0 */
/* The Initializer without a network: configuration, files, answers, rule. */
#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "initializer/identity.h"
#include "regress/unit/unit.h"
#include "runtime/base/file.h"
#include "runtime/pki/key.h"
#include "runtime/base/banned.h"

static char dir[64];

static int
setup(void **state)
{
	*state = arena_new();
	(void)snprintf(dir, sizeof(dir), "/tmp/initializer.XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	static const char *const left[] = {"/tls-config", "/secrets", ""};
	struct arena *a = *state;
	size_t i;
	int f;

	for (f = 0; f < INIT_FILES; f++)
		(void)unlink(init_file_path(a, dir, (enum init_file)f));
	for (i = 0; i < 3; i++)
		(void)rmdir(arena_printf(a, "%s%s", dir, left[i]).p);
	arena_free(a);
	return 0;
}

static mode_t
mode_of(struct arena *a, enum init_file f)
{
	struct stat st;

	return stat(init_file_path(a, dir, f), &st) != 0 ? 0
							 : st.st_mode & 07777;
}

static void
files__modes_and_restart(void **state)
{
	struct arena *a = *state;
	struct str b[INIT_FILES] = {STR_INIT("chain"), STR_INIT("mesh"),
	    STR_INIT("root"), STR_INIT("key"), STR_INIT("00ff")};
	struct str text;

	assert_int_equal(init_files_prepare(a, dir, NULL), 0);
	assert_int_equal(init_files_write(a, dir, b, 0440, NULL), 0);
	assert_int_equal(mode_of(a, INIT_CHAIN), 0444);
	assert_int_equal(mode_of(a, INIT_KEY), 0440);
	assert_int_equal(mode_of(a, INIT_SECRET), 0400);
	/* once more: other bytes, other mode, no secret any more */
	b[INIT_ROOT_CA] = STR("another");
	b[INIT_SECRET] = STR("");
	assert_int_equal(init_files_write(a, dir, b, 0400, NULL), 0);
	assert_int_equal(mode_of(a, INIT_KEY), 0400);
	assert_int_equal(mode_of(a, INIT_SECRET), 0);
	assert_int_equal(
	    file_read(&text, a, init_file_path(a, dir, INIT_ROOT_CA), 99, NULL),
	    0);
	assert_str(text, STR("another"));
}

static void
files__all_or_none(void **state)
{
	struct arena *a = *state;
	const struct str b[INIT_FILES] = {STR_INIT("chain"), STR_INIT("mesh"),
	    STR_INIT("root"), STR_INIT("key"), STR_INIT("00ff")};
	const char *secret = init_file_path(a, dir, INIT_SECRET);
	struct rt_err err;

	assert_int_equal(init_files_prepare(a, dir, NULL), 0);
	/* a directory stands where the last file would go */
	assert_int_equal(mkdir(secret, 0700), 0);
	assert_int_equal(init_files_write(a, dir, b, 0400, &err), RT_EIO);
	assert_int_equal(mode_of(a, INIT_CHAIN), 0);
	assert_int_equal(mode_of(a, INIT_KEY), 0);
	assert_int_equal(rmdir(secret), 0);
}

static void
answer__is_judged(void **state)
{
	Meshapi__NewMeshCertResponse m = MESHAPI__NEW_MESH_CERT_RESPONSE__INIT;
	EVP_PKEY *key;
	struct rt_err err;

	(void)state;
	assert_int_equal(pki_key_new(&key, NID_X9_62_prime256v1, NULL), 0);
	assert_int_equal(init_answer_check(&m, key, &err), RT_EFORMAT);
	assert_non_null(strstr(err.text, "chain"));
	m.cert_chain.data = (uint8_t *)(uintptr_t) "no certificate";
	m.cert_chain.len = 14;
	assert_int_equal(init_answer_check(&m, key, &err), RT_EFORMAT);
	m.cert_chain.len = 0;
	EVP_PKEY_free(key);
}

static void
next__names_a_step(void **state)
{
	struct wire_status st = {.code = WIRE_PERMISSION_DENIED,
	    .text = "policy hash 00ff not found in manifest"};
	struct rt_err err = {.code = RT_EAUTH};

	(void)state;
	assert_non_null(
	    strstr(init_next_step(&st, &err), "contrastc generate"));
	st = (struct wire_status){0};
	assert_non_null(strstr(init_next_step(&st, &err), "reference values"));
	err.code = RT_ENET;
	assert_non_null(strstr(init_next_step(&st, &err), "contrastc set"));
	err.code = RT_EFORMAT;
	assert_null(init_next_step(&st, &err));
}

static void
config__words(void **state)
{
	static const char *const bad[][2] = {{"CONTRASTC_KEY_MODE", "0444"},
	    {"CONTRASTC_KEY_MODE", "0040"}, {"CONTRAST_ATLS_NONCE", "tls"},
	    {"CONTRAST_RETRY_SECONDS", "0"}, {"CONTRAST_MESH_PORT", "off"}};
	struct init_config c;
	struct rt_err err;
	size_t i;

	assert_int_equal(init_config_read(&c, *state, NULL, &err), 0);
	assert_int_equal(c.key_mode, 0400);
	assert_int_equal(c.retry, 5);
	assert_int_equal(c.nonce, ATLS_ALPN);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(setenv(bad[i][0], bad[i][1], 1), 0);
		assert_int_equal(
		    init_config_read(&c, *state, NULL, &err), RT_EINVAL);
		assert_non_null(strstr(err.text, bad[i][0]));
		assert_int_equal(unsetenv(bad[i][0]), 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(files__modes_and_restart),
	    TEST(files__all_or_none), TEST(answer__is_judged),
	    TEST(next__names_a_step), TEST(config__words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
