/* SPDX-License-Identifier: Apache-2.0 */
/* Seed shares: made, written, read, decrypted; openssl is the other side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "regress/unit/unit.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/pki/key.h"
#include "runtime/pki/owner.h"
#include "runtime/pki/share.h"

#include "runtime/base/banned.h"

#define OWNERS 2

static struct arena *a;
static EVP_PKEY *keys[OWNERS];
static struct str owners[OWNERS];
static struct pki_seed seed;

static int
setup(void **state)
{
	struct str der;
	int i;

	(void)state;
	a = arena_new();
	for (i = 0; i < OWNERS; i++) {
		keys[i] = EVP_RSA_gen(2048);
		if (pki_key_public(&der, a, keys[i], NULL) != 0)
			return -1;
		owners[i] = rt_hex(a, (const unsigned char *)der.p, der.n);
	}
	return pki_seed_new(&seed, NULL);
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < OWNERS; i++)
		EVP_PKEY_free(keys[i]);
	pki_seed_free(&seed);
	arena_free(a);
	return 0;
}

static struct pki_shares
made(void)
{
	struct pki_shares s = {0};
	struct rt_err err = {0};

	if (pki_shares_make(&s, a, &seed, owners, OWNERS, &err) != 0)
		fail_msg("%s", err.text);
	return s;
}

static struct str
written(const struct pki_shares *s)
{
	struct buf b = {0};
	struct str text;

	pki_shares_write(&b, a, s);
	text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return text;
}

/* Each owner alone gets the whole seed back from the file. */
static void
pki_shares__round(void **state)
{
	struct pki_shares s = made(), again = {0};
	struct str text = written(&s);
	int i;

	(void)state;
	assert_true(str_starts(text,
	    STR("{\n  \"SeedShares\": [\n    {\n      \"PublicKey\": \"3082")));
	assert_true(str_ends(text, STR("=\"\n}")));
	assert_int_equal(pki_shares_read(&again, a, text, NULL), 0);
	assert_int_equal(again.list.n, OWNERS);
	for (i = 0; i < OWNERS; i++) {
		struct pki_seed got = {0};

		assert_str(again.list.p[i].public_key, owners[i]);
		assert_int_equal(again.list.p[i].encrypted.n, 256);
		assert_int_equal(
		    pki_shares_decrypt(&got, &again, keys[i], NULL), 0);
		assert_true(pki_seed_equal(&got, &seed));
		pki_seed_free(&got);
	}
}

/* Upper-case hex is the same key. */
static void
pki_shares_decrypt__letter_case(void **state)
{
	struct pki_shares s = made();
	struct pki_seed got = {0};
	char *p = arena_alloc(a, owners[1].n);
	size_t i;

	(void)state;
	for (i = 0; i < owners[1].n; i++)
		p[i] = (char)(owners[1].p[i] >= 'a' ? owners[1].p[i] - 32
						    : owners[1].p[i]);
	s.list.p[1].public_key = (struct str){p, owners[1].n};
	assert_int_equal(pki_shares_decrypt(&got, &s, keys[1], NULL), 0);
	pki_seed_free(&got);
}

static void
pki_shares_decrypt__refuses(void **state)
{
	EVP_PKEY *stranger = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-384");
	struct pki_shares s = made();
	struct pki_seed got = {0};
	struct rt_err err = {0};
	struct str first = s.list.p[0].encrypted;

	(void)state;
	assert_int_equal(
	    pki_shares_decrypt(&got, &s, stranger, &err), RT_ENOTFOUND);
	assert_string_equal(err.text, "no matching seed share found");
	assert_int_equal(pki_shares_decrypt(&got, &s, ec, NULL), RT_ENOTFOUND);
	/* the share of somebody else under one's own name */
	s.list.p[0].encrypted = s.list.p[1].encrypted;
	assert_int_equal(
	    pki_shares_decrypt(&got, &s, keys[0], &err), RT_ECRYPTO);
	s.list.p[0].encrypted = str_sub(first, 0, first.n - 1);
	assert_int_equal(
	    pki_shares_decrypt(&got, &s, keys[0], NULL), RT_ECRYPTO);
	s.list.p[0].encrypted = first;
	s.salt = str_sub(s.salt, 0, 31);
	assert_int_equal(
	    pki_shares_decrypt(&got, &s, keys[0], NULL), RT_EINVAL);
	assert_null(got.seed.p);
	EVP_PKEY_free(stranger);
	EVP_PKEY_free(ec);
}

static void
pki_shares_make__refuses(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-384");
	struct str der, bad[4] = {STR("zz"), STR("3000")};
	struct pki_shares s = {0};
	struct rt_err err = {0};
	int i;

	(void)state;
	assert_int_equal(pki_key_public(&der, a, small, NULL), 0);
	bad[2] = rt_hex(a, (const unsigned char *)der.p, der.n);
	assert_int_equal(pki_key_public(&der, a, ec, NULL), 0);
	bad[3] = rt_hex(a, (const unsigned char *)der.p, der.n);
	for (i = 0; i < 4; i++) {
		struct str list[] = {owners[0], bad[i]};

		assert_int_equal(
		    pki_shares_make(&s, a, &seed, list, 2, &err), RT_EINVAL);
		assert_true(str_starts(
		    str_from(err.text), STR("seed share owner 1: ")));
	}
	assert_int_equal(s.list.n, 0);
	EVP_PKEY_free(small);
	EVP_PKEY_free(ec);
}

#define SALT "\"salt\":\"gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8=\""

static void
pki_shares_read__errors(void **state)
{
	static const struct {
		const char *text, *error;
		int rc;
	} cases[] = {
	    {"[]", "SeedShares: not an array", RT_EFORMAT},
	    {"{" SALT "}", "SeedShares: not an array", RT_EFORMAT},
	    {"{\"SeedShares\":[]}", "salt: not a string", RT_EFORMAT},
	    {"{\"SeedShares\":[],\"salt\":\"AAAA\"}",
		"salt: 3 bytes instead of 32", RT_EFORMAT},
	    {"{\"SeedShares\":[{}]," SALT "}",
		"SeedShares[0]: PublicKey: not hexadecimal", RT_EFORMAT},
	    {"{\"SeedShares\":[7]," SALT "}",
		"SeedShares[0]: PublicKey: not hexadecimal", RT_EFORMAT},
	    {"{\"SeedShares\":[{\"PublicKey\":\"30\"}]," SALT "}",
		"SeedShares[0]: EncryptedSeed: not a string", RT_EFORMAT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_shares s = {0};
		struct rt_err err = {0};

		assert_int_equal(
		    pki_shares_read(&s, a, str_from(cases[i].text), &err),
		    cases[i].rc);
		assert_string_equal(err.text, cases[i].error);
	}
}

/* Any layout, unknown members, no share at all. */
static void
pki_shares_read__lenient(void **state)
{
	struct pki_shares s = {0};

	(void)state;
	assert_int_equal(
	    pki_shares_read(&s, a,
		STR("\n{ \"x\" : 1,\t" SALT ", \"SeedShares\" :[ ] }\n"), NULL),
	    0);
	assert_int_equal(s.list.n, 0);
	assert_int_equal((unsigned char)s.salt.p[31], 0x9f);
}

static void
pki_shares_read__too_many(void **state)
{
	struct pki_shares s = {0};
	struct buf b = {0};
	int i;

	(void)state;
	buf_puts(&b, "{\"SeedShares\":[");
	for (i = 0; i <= PKI_SHARES_MAX; i++)
		buf_puts(&b, i == 0 ? "{}" : ",{}");
	buf_puts(&b, "]," SALT "}");
	assert_int_equal(pki_shares_read(&s, a, buf_str(&b), NULL), RT_ELIMIT);
	buf_free(&b);
}

/* What another implementation encrypts with these parameters. */
static void
pki_shares_decrypt__made_by_openssl(void **state)
{
	static const char script[] =
	    "cd '%s' && openssl rsa -in key.pem -pubout -out pub.pem "
	    "2>/dev/null && "
	    "openssl pkeyutl -encrypt -pubin -inkey pub.pem -in seed -out "
	    "share -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 "
	    "-pkeyopt rsa_mgf1_md:sha256 -pkeyopt "
	    "rsa_oaep_label:736565647368617265 && rm -f key.pem pub.pem seed";
	const char *tmp = getenv("TMPDIR");
	char dir[256], cmd[1024], clean[300];
	struct pki_secret pem = {0};
	struct pki_shares s = made();
	struct pki_seed got = {0};
	struct file_set files;
	size_t changed;

	(void)state;
	if (system("openssl version >/dev/null 2>&1") != 0)
		skip();
	(void)snprintf(
	    dir, sizeof(dir), "%s/shares.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(pki_key_pem(&pem, keys[0], NULL), 0);
	file_set_init(&files, a);
	file_set_add(&files, arena_printf(a, "%s/key.pem", dir).p,
	    pki_secret_str(&pem), 0600);
	file_set_add(&files, arena_printf(a, "%s/seed", dir).p,
	    pki_secret_str(&seed.seed), 0600);
	assert_int_equal(file_set_stage(&files, NULL), 0);
	assert_int_equal(file_set_commit(&files, &changed, NULL), 0);
	(void)snprintf(cmd, sizeof(cmd), script, dir);
	assert_int_equal(system(cmd), 0);
	assert_int_equal(file_read(&s.list.p[0].encrypted, a,
			     arena_printf(a, "%s/share", dir).p, 1 << 20, NULL),
	    0);
	assert_int_equal(pki_shares_decrypt(&got, &s, keys[0], NULL), 0);
	assert_true(pki_seed_equal(&got, &seed));
	pki_seed_free(&got);
	pki_secret_free(&pem);
	(void)snprintf(clean, sizeof(clean), "rm -rf '%s'", dir);
	assert_int_equal(system(clean), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pki_shares__round),
	    cmocka_unit_test(pki_shares_decrypt__letter_case),
	    cmocka_unit_test(pki_shares_decrypt__refuses),
	    cmocka_unit_test(pki_shares_make__refuses),
	    cmocka_unit_test(pki_shares_read__errors),
	    cmocka_unit_test(pki_shares_read__lenient),
	    cmocka_unit_test(pki_shares_read__too_many),
	    cmocka_unit_test(pki_shares_decrypt__made_by_openssl),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
