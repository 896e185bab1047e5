/* SPDX-License-Identifier: Apache-2.0 */
/* Owner keys: every form of cli 8.1, public and private, and callers. */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "regress/unit/unit.h"
#include "runtime/base/buf.h"
#include "runtime/pki/der.h"
#include "runtime/pki/key.h"
#include "runtime/pki/owner.h"

#include "runtime/base/banned.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
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
public_der(EVP_PKEY *k, enum pki_owner kind)
{
	unsigned char *p = NULL;
	int n = kind == PKI_OWNER_WORKLOAD ? i2d_PUBKEY(k, &p)
					   : i2d_PublicKey(k, &p);
	struct str s = arena_str(a, (struct str){(const char *)p, (size_t)n});

	OPENSSL_free(p);
	return s;
}

/* The private key of the same text, or the refusal of a public one. */
static void
check_private(enum pki_owner kind, struct str pem, struct str der, bool private)
{
	EVP_PKEY *k = NULL;
	struct rt_err err = {0};
	struct str got = {"", 0};
	int rc = pki_owner_private(&k, kind, pem, &err);

	if (!private) {
		assert_int_equal(rc, RT_EFORMAT);
		assert_string_equal(err.text,
		    kind == PKI_OWNER_WORKLOAD
			? "workload owner key is not an EC private key"
			: "seedshare owner key is not an RSA private key");
		assert_null(k);
		return;
	}
	if (rc != 0)
		fail_msg("%s in\n%.*s", err.text, STR_ARG(pem));
	assert_int_equal(pki_key_public(&got, a, k, NULL), 0);
	assert_true(str_eq(got, der));
	EVP_PKEY_free(k);
}

static void
check_public(enum pki_owner kind, struct str pem, struct str der, bool private)
{
	struct pki_owner_key k = {0};
	struct rt_err err = {0};

	assert_true(pem.n > 0);
	if (pki_owner_public(&k, a, kind, pem, &err) != 0)
		fail_msg("%s in\n%.*s", err.text, STR_ARG(pem));
	assert_str(pki_owner_hex(a, &k),
	    rt_hex(a, (const unsigned char *)der.p, der.n));
	assert_int_equal(k.private, private);
	check_private(kind, pem, der, private);
}

#define PRIVATE (OSSL_KEYMGMT_SELECT_ALL)
#define PUBLIC                                                                 \
	(OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_ALL_PARAMETERS)

/* Another y, and one that is no number below the prime. */
static void
check_no_point(struct str der)
{
	char *other = (char *)(uintptr_t)arena_str(a, der).p;

	other[der.n - 1] ^= 1;
	assert_false(der_is_ec_spki((struct str){other, der.n}));
	memset(other + der.n - 28, 0xff, 28);
	assert_false(der_is_ec_spki((struct str){other, der.n}));
}

static struct str
with_crlf(struct str s)
{
	struct buf b = {0};
	struct str out;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			buf_puts(&b, " \r");
		buf_putc(&b, s.p[i]);
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
pki_owner_public__ec_forms(void **state)
{
	static const char *const curves[] = {
	    "P-224", "P-256", "P-384", "P-521"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		EVP_PKEY *k = EVP_EC_gen(curves[i]);
		struct str der = public_der(k, PKI_OWNER_WORKLOAD);
		struct str sec1 = encoded(k, PRIVATE, "type-specific");
		struct str with = arena_printf(a,
		    "text before\n-----BEGIN EC PARAMETERS-----\n"
		    "BgUrgQQAIg==\n-----END EC PARAMETERS-----\n%.*s",
		    STR_ARG(sec1));

		assert_true(der_is_ec_spki(der));
		check_no_point(der);
		check_public(PKI_OWNER_WORKLOAD, sec1, der, true);
		check_public(PKI_OWNER_WORKLOAD, with, der, true);
		check_public(PKI_OWNER_WORKLOAD, with_crlf(with), der, true);
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PRIVATE, "PrivateKeyInfo"), der, true);
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PUBLIC, "SubjectPublicKeyInfo"), der, false);
		/* forms that are normalised */
		EVP_PKEY_set_utf8_string_param(k,
		    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed");
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PUBLIC, "SubjectPublicKeyInfo"), der, false);
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PRIVATE, "type-specific"), der, true);
		EVP_PKEY_set_utf8_string_param(
		    k, OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PUBLIC, "SubjectPublicKeyInfo"), der, false);
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PRIVATE, "type-specific"), der, true);
		EVP_PKEY_set_int_param(k, OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, 0);
		check_public(PKI_OWNER_WORKLOAD,
		    encoded(k, PRIVATE, "PrivateKeyInfo"), der, true);
		EVP_PKEY_free(k);
	}
}

static void
pki_owner_public__rsa_forms(void **state)
{
	EVP_PKEY *k = EVP_RSA_gen(1024);
	struct str der = public_der(k, PKI_OWNER_SEEDSHARE), odd;
	struct buf b = {0};

	(void)state;
	assert_true(der_is_rsa_pkcs1(der));
	check_public(PKI_OWNER_SEEDSHARE, encoded(k, PRIVATE, "type-specific"),
	    der, true);
	check_public(PKI_OWNER_SEEDSHARE, encoded(k, PRIVATE, "PrivateKeyInfo"),
	    der, true);
	check_public(PKI_OWNER_SEEDSHARE,
	    encoded(k, PUBLIC, "SubjectPublicKeyInfo"), der, false);
	check_public(PKI_OWNER_SEEDSHARE, encoded(k, PUBLIC, "type-specific"),
	    der, false);
	rt_base64(&b, der);
	odd = arena_printf(a,
	    "-----BEGIN PUBLIC KEY-----\n%.*s\n-----END PUBLIC KEY-----\n",
	    STR_ARG(buf_str(&b)));
	check_public(PKI_OWNER_SEEDSHARE, odd, der, false);
	buf_free(&b);
	EVP_PKEY_free(k);
}

struct error_case {
	enum pki_owner kind;
	const char *pem, *error;
};

static void
pki_owner_public__errors(void **state)
{
#define BLOCK(label, body)                                                     \
	"-----BEGIN " label "-----\n" body "-----END " label "-----\n"
	static const struct error_case cases[] = {
	    {PKI_OWNER_WORKLOAD, "", "failed to decode PEM block"},
	    {PKI_OWNER_WORKLOAD, "hello", "failed to decode PEM block"},
	    {PKI_OWNER_SEEDSHARE, "hello",
		"decoding seedshare owner key: no key found"},
	    {PKI_OWNER_WORKLOAD, "-----BEGIN PUBLIC KEY-----\nMAA=\n",
		"failed to decode PEM block"},
	    {PKI_OWNER_WORKLOAD,
		"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END EC KEY-----\n",
		"failed to decode PEM block"},
	    {PKI_OWNER_WORKLOAD, BLOCK("PUBLIC KEY", "MAA\n"),
		"failed to decode PEM block"},
	    {PKI_OWNER_WORKLOAD, BLOCK("RSA PRIVATE KEY", "MAA=\n"),
		"unsupported PEM block type: RSA PRIVATE KEY"},
	    {PKI_OWNER_SEEDSHARE, BLOCK("EC PRIVATE KEY", "MAA=\n"),
		"unsupported PEM block type: EC PRIVATE KEY"},
	    {PKI_OWNER_WORKLOAD, BLOCK("CERTIFICATE", "MAA=\n"),
		"unsupported PEM block type: CERTIFICATE"},
	    {PKI_OWNER_WORKLOAD, BLOCK("EC PARAMETERS", "BgUrgQQAIg==\n"),
		"failed to decode PEM block"},
	    {PKI_OWNER_WORKLOAD, BLOCK("EC PRIVATE KEY", "MAA=\n"),
		"parsing EC private key: not a key of this kind"},
	    {PKI_OWNER_WORKLOAD, BLOCK("PUBLIC KEY", "MAA=\n"),
		"parsing EC public key: not a key of this kind"},
	    {PKI_OWNER_SEEDSHARE, BLOCK("RSA PRIVATE KEY", "MAA=\n"),
		"parsing seedshare owner key: not a key of this kind"},
	    {PKI_OWNER_WORKLOAD,
		BLOCK("EC PRIVATE KEY",
		    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
		    "00112233445566778899AABBCCDDEEFF\n\nMAA=\n"),
		"the key is encrypted with a password; decrypt it first"},
	    {PKI_OWNER_WORKLOAD, BLOCK("ENCRYPTED PRIVATE KEY", "MAA=\n"),
		"the key is encrypted with a password; decrypt it first"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_owner_key k = {0};
		EVP_PKEY *key = NULL;
		struct rt_err err = {0};

		assert_int_equal(pki_owner_public(&k, a, cases[i].kind,
				     str_from(cases[i].pem), &err),
		    RT_EFORMAT);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(pki_owner_private(&key, cases[i].kind,
				     str_from(cases[i].pem), NULL),
		    RT_EFORMAT);
		assert_null(key);
	}
}

/* Another kind of key under a label that fits. */
static void
pki_owner_public__wrong_algorithm(void **state)
{
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct pki_owner_key k = {0};

	(void)state;
	assert_int_equal(pki_owner_public(&k, a, PKI_OWNER_WORKLOAD,
			     encoded(ed, PRIVATE, "PrivateKeyInfo"), NULL),
	    RT_EFORMAT);
	assert_int_equal(pki_owner_public(&k, a, PKI_OWNER_WORKLOAD,
			     encoded(ed, PUBLIC, "SubjectPublicKeyInfo"), NULL),
	    RT_EFORMAT);
	assert_int_equal(pki_owner_public(&k, a, PKI_OWNER_SEEDSHARE,
			     encoded(ed, PUBLIC, "SubjectPublicKeyInfo"), NULL),
	    RT_EFORMAT);
	EVP_PKEY_free(ed);
}

/* The private number is not the one of the public point. */
static void
pki_owner_private__parts_that_do_not_fit(void **state)
{
	EVP_PKEY *one = EVP_EC_gen("P-384"), *two = EVP_EC_gen("P-384"), *k;
	unsigned char *der = NULL, *other = NULL;
	int n = i2d_PrivateKey(one, &der), m = i2d_PrivateKey(two, &other);
	struct buf b = {0};
	struct str pem;

	(void)state;
	assert_int_equal(n, m);
	/* SEQUENCE, version, OCTET STRING of 48 bytes at 8 */
	memcpy(der + 8, other + 8, 48);
	rt_base64(&b, (struct str){(const char *)der, (size_t)n});
	pem = arena_printf(a,
	    "-----BEGIN EC PRIVATE KEY-----\n%.*s\n"
	    "-----END EC PRIVATE KEY-----\n",
	    STR_ARG(buf_str(&b)));
	assert_int_equal(
	    pki_owner_private(&k, PKI_OWNER_WORKLOAD, pem, NULL), RT_EFORMAT);
	buf_free(&b);
	OPENSSL_free(der);
	OPENSSL_free(other);
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
}

static void
pki_owner_make__both_kinds(void **state)
{
	static const struct {
		const char *start;
		size_t n;
	} want[] = {{"-----BEGIN EC PRIVATE KEY-----\n", 120},
	    {"-----BEGIN RSA PRIVATE KEY-----\n", 526}};
	int kind;

	(void)state;
	for (kind = 0; kind < PKI_OWNERS; kind++) {
		struct pki_owner_key k = {0};
		struct pki_secret pem = {0};

		assert_int_equal(
		    pki_owner_make(&pem, (enum pki_owner)kind, NULL), 0);
		assert_true(str_starts(
		    pki_secret_str(&pem), str_from(want[kind].start)));
		assert_int_equal(pki_owner_public(&k, a, (enum pki_owner)kind,
				     pki_secret_str(&pem), NULL),
		    0);
		assert_int_equal(k.der.n, want[kind].n);
		check_private(
		    (enum pki_owner)kind, pki_secret_str(&pem), k.der, true);
		pki_secret_free(&pem);
	}
}

/* A caller is known by the digest that the manifest has. */
static void
pki_owner_check__callers(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-384"), *rsa = EVP_RSA_gen(2048);
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	unsigned char allowed[2][SHA256_LEN];

	(void)state;
	rt_sha256(allowed[0], public_der(rsa, PKI_OWNER_SEEDSHARE));
	rt_sha256(allowed[1], public_der(ec, PKI_OWNER_WORKLOAD));
	assert_int_equal(pki_owner_check(ec, allowed, 2, NULL), 0);
	assert_int_equal(pki_owner_check(rsa, allowed, 2, NULL), 0);
	assert_int_equal(pki_owner_check(ec, allowed, 1, NULL), RT_EAUTH);
	assert_int_equal(pki_owner_check(rsa, allowed, 0, NULL), RT_EAUTH);
	assert_int_equal(pki_owner_check(ed, allowed, 2, NULL), RT_EFORMAT);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pki_owner_public__ec_forms),
	    cmocka_unit_test(pki_owner_public__rsa_forms),
	    cmocka_unit_test(pki_owner_public__errors),
	    cmocka_unit_test(pki_owner_public__wrong_algorithm),
	    cmocka_unit_test(pki_owner_private__parts_that_do_not_fit),
	    cmocka_unit_test(pki_owner_make__both_kinds),
	    cmocka_unit_test(pki_owner_check__callers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
