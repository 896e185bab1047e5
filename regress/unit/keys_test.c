/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "compiler/emit/keys.h"
#include "regress/unit/unit.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/manifest/der.h"

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

/* A key as OpenSSL writes it in some structure. */
static struct str
encoded(EVP_PKEY *k, int selection, const char *structure)
{
	OSSL_ENCODER_CTX *ctx =
	    OSSL_ENCODER_CTX_new_for_pkey(k, selection, "PEM", structure, NULL);
	unsigned char *p = NULL;
	size_t n = 0;
	struct str s = {"", 0};

	if (OSSL_ENCODER_to_data(ctx, &p, &n) == 1)
		s = arena_str(a, (struct str){(const char *)p, n});
	OPENSSL_free(p);
	OSSL_ENCODER_CTX_free(ctx);
	return s;
}

/* What OpenSSL says is the public part. */
static struct str
public_der(EVP_PKEY *k, enum key_kind kind)
{
	unsigned char *p = NULL;
	int n = kind == KEY_WORKLOAD ? i2d_PUBKEY(k, &p) : i2d_PublicKey(k, &p);
	struct str s = arena_str(a, (struct str){(const char *)p, (size_t)n});

	OPENSSL_free(p);
	return s;
}

static void
check(enum key_kind kind, struct str pem, struct str der, bool private)
{
	struct owner_key k = {0};
	struct rt_err err = {0};

	assert_true(pem.n > 0);
	if (keys_public(&k, a, kind, pem, &err) != 0)
		fail_msg("%s in\n%.*s", err.text, STR_ARG(pem));
	assert_str(
	    keys_hex(a, &k), rt_hex(a, (const unsigned char *)der.p, der.n));
	assert_int_equal(k.private, private);
}

#define PRIVATE (OSSL_KEYMGMT_SELECT_ALL)
#define PUBLIC                                                                 \
	(OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_ALL_PARAMETERS)

static void
keys_public__ec_forms(void **state)
{
	static const char *const curves[] = {
	    "P-224", "P-256", "P-384", "P-521"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		EVP_PKEY *k = EVP_EC_gen(curves[i]);
		struct str der = public_der(k, KEY_WORKLOAD);
		struct str sec1 = encoded(k, PRIVATE, "type-specific");
		struct str with = arena_printf(a,
		    "text before\n-----BEGIN EC PARAMETERS-----\n"
		    "BgUrgQQAIg==\n-----END EC PARAMETERS-----\n%.*s",
		    STR_ARG(sec1));

		assert_true(der_is_ec_spki(der));
		check(KEY_WORKLOAD, sec1, der, true);
		check(KEY_WORKLOAD, with, der, true);
		check(KEY_WORKLOAD, encoded(k, PRIVATE, "PrivateKeyInfo"), der,
		    true);
		check(KEY_WORKLOAD, encoded(k, PUBLIC, "SubjectPublicKeyInfo"),
		    der, false);
		/* forms that are normalised */
		EVP_PKEY_set_utf8_string_param(k,
		    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed");
		check(KEY_WORKLOAD, encoded(k, PUBLIC, "SubjectPublicKeyInfo"),
		    der, false);
		check(KEY_WORKLOAD, encoded(k, PRIVATE, "type-specific"), der,
		    true);
		EVP_PKEY_set_utf8_string_param(
		    k, OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
		check(KEY_WORKLOAD, encoded(k, PUBLIC, "SubjectPublicKeyInfo"),
		    der, false);
		check(KEY_WORKLOAD, encoded(k, PRIVATE, "type-specific"), der,
		    true);
		EVP_PKEY_set_int_param(k, OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, 0);
		check(KEY_WORKLOAD, encoded(k, PRIVATE, "PrivateKeyInfo"), der,
		    true);
		EVP_PKEY_free(k);
	}
}

static void
keys_public__rsa_forms(void **state)
{
	EVP_PKEY *k = EVP_RSA_gen(1024);
	struct str der = public_der(k, KEY_SEEDSHARE), odd;
	struct buf b = {0};

	(void)state;
	assert_true(der_is_rsa_pkcs1(der));
	check(KEY_SEEDSHARE, encoded(k, PRIVATE, "type-specific"), der, true);
	check(KEY_SEEDSHARE, encoded(k, PRIVATE, "PrivateKeyInfo"), der, true);
	check(KEY_SEEDSHARE, encoded(k, PUBLIC, "SubjectPublicKeyInfo"), der,
	    false);
	check(KEY_SEEDSHARE, encoded(k, PUBLIC, "type-specific"), der, false);
	rt_base64(&b, der);
	odd = arena_printf(a,
	    "-----BEGIN PUBLIC KEY-----\n%.*s\n-----END PUBLIC KEY-----\n",
	    STR_ARG(buf_str(&b)));
	check(KEY_SEEDSHARE, odd, der, false);
	buf_free(&b);
	EVP_PKEY_free(k);
}

struct error_case {
	enum key_kind kind;
	const char *pem, *error;
};

static void
keys_public__errors(void **state)
{
#define BLOCK(label, body)                                                     \
	"-----BEGIN " label "-----\n" body "-----END " label "-----\n"
	static const struct error_case cases[] = {
	    {KEY_WORKLOAD, "", "failed to decode PEM block"},
	    {KEY_WORKLOAD, "hello", "failed to decode PEM block"},
	    {KEY_SEEDSHARE, "hello",
		"decoding seedshare owner key: no key found"},
	    {KEY_WORKLOAD, BLOCK("RSA PRIVATE KEY", "MAA=\n"),
		"unsupported PEM block type: RSA PRIVATE KEY"},
	    {KEY_SEEDSHARE, BLOCK("EC PRIVATE KEY", "MAA=\n"),
		"unsupported PEM block type: EC PRIVATE KEY"},
	    {KEY_WORKLOAD, BLOCK("CERTIFICATE", "MAA=\n"),
		"unsupported PEM block type: CERTIFICATE"},
	    {KEY_WORKLOAD, BLOCK("EC PARAMETERS", "BgUrgQQAIg==\n"),
		"failed to decode PEM block"},
	    {KEY_WORKLOAD, BLOCK("EC PRIVATE KEY", "MAA=\n"),
		"parsing EC private key: not a key of this kind"},
	    {KEY_WORKLOAD, BLOCK("PUBLIC KEY", "MAA=\n"),
		"parsing EC public key: not a key of this kind"},
	    {KEY_SEEDSHARE, BLOCK("RSA PRIVATE KEY", "MAA=\n"),
		"parsing seedshare owner key: not a key of this kind"},
	    {KEY_WORKLOAD,
		BLOCK("EC PRIVATE KEY",
		    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
		    "00112233445566778899AABBCCDDEEFF\n\nMAA=\n"),
		"the key is encrypted with a password; decrypt it first"},
	    {KEY_WORKLOAD, BLOCK("ENCRYPTED PRIVATE KEY", "MAA=\n"),
		"the key is encrypted with a password; decrypt it first"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct owner_key k = {0};
		struct rt_err err = {0};

		assert_int_equal(keys_public(&k, a, cases[i].kind,
				     str_from(cases[i].pem), &err),
		    RT_EFORMAT);
		assert_string_equal(err.text, cases[i].error);
	}
}

/* Another kind of key under a label that fits. */
static void
keys_public__wrong_algorithm(void **state)
{
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct owner_key k = {0};

	(void)state;
	assert_int_equal(keys_public(&k, a, KEY_WORKLOAD,
			     encoded(ed, PRIVATE, "PrivateKeyInfo"), NULL),
	    RT_EFORMAT);
	assert_int_equal(keys_public(&k, a, KEY_WORKLOAD,
			     encoded(ed, PUBLIC, "SubjectPublicKeyInfo"), NULL),
	    RT_EFORMAT);
	assert_int_equal(keys_public(&k, a, KEY_SEEDSHARE,
			     encoded(ed, PUBLIC, "SubjectPublicKeyInfo"), NULL),
	    RT_EFORMAT);
	EVP_PKEY_free(ed);
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
	assert_true(keys_load(&made, a, &d, KEY_WORKLOAD, paths, 1));
	assert_int_equal(mode_of(paths[0]), 0);
	assert_true(keys_write(&made, &d));
	assert_null(made.list.p[0].pem);
	assert_int_equal(mode_of(paths[0]), 0600);
	assert_true(keys_load(&again, a, &d, KEY_WORKLOAD, paths, 1));
	assert_null(again.list.p[0].pem);
	assert_str(
	    keys_digest(a, &again.list.p[0]), keys_digest(a, &made.list.p[0]));
	assert_int_equal(file_read(&text, a, paths[0], 1 << 20, NULL), 0);
	assert_true(str_starts(text, STR("-----BEGIN EC PRIVATE KEY-----\n")));
	assert_int_equal(d.errors + d.warnings, 0);
	/* with two paths both must exist */
	assert_false(keys_load(&again, a, &d, KEY_WORKLOAD, paths, 2));
	assert_int_equal(d.errors, 1);
	/* who else may read it */
	assert_int_equal(chmod(paths[0], 0640), 0);
	assert_true(keys_load(&again, a, &d, KEY_WORKLOAD, paths, 1));
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
	assert_true(keys_load(&made, a, &d, KEY_WORKLOAD, p, 1));
	f = fopen(p[0], "w");
	assert_non_null(f);
	(void)fclose(f);
	assert_false(keys_write(&made, &d));
	assert_int_equal(d.errors, 1);
	keys_wipe(&made);
	assert_null(made.list.p[0].pem);
}

static void
keys_make__seedshare(void **state)
{
	struct owner_key k = {0};
	char *pem = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(keys_make(&pem, &n, KEY_SEEDSHARE, NULL), 0);
	assert_true(str_starts(
	    (struct str){pem, n}, STR("-----BEGIN RSA PRIVATE KEY-----\n")));
	assert_int_equal(
	    keys_public(&k, a, KEY_SEEDSHARE, (struct str){pem, n}, NULL), 0);
	assert_int_equal(k.der.n, 526);
	OPENSSL_clear_free(pem, n);
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
	for (i = 0; i <= (int)KEY_FILE_MAX; i++)
		(void)fputc('x', f);
	(void)fclose(f);
	diags_init(&d, a);
	assert_false(keys_load(&k, a, &d, KEY_WORKLOAD, p, 2));
	assert_int_equal(d.errors, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_public__ec_forms),
	    cmocka_unit_test(keys_public__rsa_forms),
	    cmocka_unit_test(keys_public__errors),
	    cmocka_unit_test(keys_public__wrong_algorithm),
	    cmocka_unit_test(keys_load__makes_a_missing_key),
	    cmocka_unit_test(keys_write__never_replaces),
	    cmocka_unit_test(keys_make__seedshare),
	    cmocka_unit_test(keys_load__refuses_odd_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
