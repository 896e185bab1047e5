/* SPDX-License-Identifier: Apache-2.0 */
/* Nonces as they are sent: what is read, what is refused, fixed examples. */
#include <stdio.h>

#include "regress/unit/unit.h"
#include "runtime/base/encode.h"
#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define B64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define NAME_DER                                                               \
	"3037313530330603550403132c414145434177514642676349435"                \
	"16f4c4441304f4478415245684d554652595847426b61477877644868383d"
#define SPKI                                                                   \
	"3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c"   \
	"4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f"   \
	"9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define REPORT_DATA                                                            \
	"381366df17eb25fccd6cbc8037f064cd7ad6b9192e62ba0481142cd0cc85c6e8"     \
	"c7a7ad2d982be6877442ba5ed786e55990bfe26792c490a1dc40a9b0722ac135"

#define ENTRY                                                                  \
	"\x4e"                                                                 \
	"atls:v1:nonce:" HEX
#define H2 "\x02h2"
#define SERVER_NAME "\x00\x2f\x00\x00\x2c" B64

static struct arena *a;
static unsigned char nonce[ATLS_NONCE_LEN];

static int
setup(void **state)
{
	size_t i;

	(void)state;
	a = arena_new();
	for (i = 0; i < sizeof(nonce); i++)
		nonce[i] = (unsigned char)i;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct str
unhex(const char *z)
{
	struct str s;

	assert_int_equal(rt_unhex(&s, a, str_from(z), NULL), 0);
	return s;
}

/* clang-format off */
#define ALPN(n, body) STR_INIT("\x00" n body)
#define NONE {NULL, 0}
static const struct hello_case {
	const char *name;
	struct str alpn, server_name;
	const char *want; /* NULL: accepted, else a part of the message */
} hellos[] = {
	{"alpn", ALPN("\x52", ENTRY H2), NONE, NULL},
	{"alpn behind h2", ALPN("\x52", H2 ENTRY), NONE, NULL},
	{"sni", ALPN("\x03", H2), STR_INIT(SERVER_NAME), NULL},
	{"sni alone", NONE, STR_INIT(SERVER_NAME), NULL},
	{"both", ALPN("\x52", ENTRY H2), STR_INIT(SERVER_NAME), NULL},
	{"alpn and a host", ALPN("\x52", ENTRY H2),
	    STR_INIT("\x00\x06\x00\x00\x03" "a.b"), NULL},
	{"nothing", NONE, NONE, "no nonce"},
	{"no nonce", ALPN("\x03", H2), NONE, "no nonce"},
	{"empty host", ALPN("\x03", H2), STR_INIT("\x00\x03\x00\x00\x00"),
	    "no nonce"},
	{"host", ALPN("\x03", H2), STR_INIT("\x00\x06\x00\x00\x03" "a.b"),
	    "base64"},
	{"lower-cased base64", NONE, STR_INIT("\x00\x2f\x00\x00\x2c"
	    "aaecaw*fbgcicqoldA0odxarehmufryxgbkagxwdhh8="), "base64"},
	{"base64 with a blank", NONE, STR_INIT("\x00\x2f\x00\x00\x2c"
	    " AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), "base64"},
	{"base64 of 33 bytes", NONE, STR_INIT("\x00\x2f\x00\x00\x2c"
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8h"), "base64"},
	{"base64 of 31 bytes", NONE, STR_INIT("\x00\x2f\x00\x00\x2c"
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="), "base64"},
	{"version 2", ALPN("\x10", "\x0c" "atls:v2:nonc" H2),
	    STR_INIT(SERVER_NAME), "not supported"},
	{"first entry decides", ALPN("\x57", "\x04" "atls" ENTRY H2), NONE,
	    "not supported"},
	{"short hex", ALPN("\x14", "\x10" "atls:v1:nonce:00" H2), NONE,
	    "hex digits"},
	{"no hex", ALPN("\x52", "\x4e" "atls:v1:nonce:"
	    "g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	    H2), NONE, "hex digits"},
	{"list longer than the extension", ALPN("\x53", ENTRY H2), NONE,
	    "ALPN list"},
	{"list shorter", ALPN("\x51", ENTRY H2), NONE, "ALPN list"},
	{"entry longer than the list", ALPN("\x03", "\x03h2"), NONE,
	    "ALPN list"},
	{"broken behind the nonce", ALPN("\x52", ENTRY "\x03h2"), NONE,
	    "ALPN list"},
	{"one byte", STR_INIT("\x00"), NONE, "ALPN list"},
	{"empty name list", NONE, STR_INIT("\x00\x00"), "server name"},
	{"other kind of name", NONE, STR_INIT("\x00\x04\x01\x00\x01" "a"),
	    "server name"},
	{"cut name", NONE, STR_INIT("\x00\x04\x00\x00\x02" "a"),
	    "server name"},
};
/* clang-format on */

static void
hello__cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hellos) / sizeof(*hellos); i++) {
		const struct hello_case *c = &hellos[i];
		unsigned char got[ATLS_NONCE_LEN] = {0};
		struct rt_err err = {0};
		int r = atls_nonce_of_hello(got, c->alpn, c->server_name, &err);

		if (c->want == NULL && r != 0)
			fail_msg("%s: %s", c->name, err.text);
		if (c->want == NULL)
			assert_memory_equal(got, nonce, sizeof(got));
		else if (r != RT_EFORMAT || strstr(err.text, c->want) == NULL)
			fail_msg("%s: %d '%s'", c->name, r, err.text);
	}
}

static void
alpn__upper_case_hex(void **state)
{
	unsigned char got[ATLS_NONCE_LEN];
	struct str alpn = STR("\x00\x4f\x4e"
			      "atls:v1:nonce:000102030405060708090A0B0C0D0E0F"
			      "101112131415161718191A1B1C1D1E1F");

	(void)state;
	assert_int_equal(
	    atls_nonce_of_hello(got, alpn, (struct str){NULL, 0}, NULL), 0);
	assert_memory_equal(got, nonce, sizeof(got));
}

static void
alpn__written(void **state)
{
	struct buf b = {0};

	(void)state;
	atls_nonce_alpn(&b, nonce);
	assert_str(buf_str(&b), STR(ENTRY H2));
	b.n = 0;
	atls_nonce_alpn(&b, NULL);
	assert_str(buf_str(&b), STR(H2));
	buf_free(&b);
}

static void
base64__written(void **state)
{
	char text[ATLS_NONCE_B64];

	(void)state;
	atls_nonce_base64(text, nonce);
	assert_string_equal(text, B64);
}

static void
name__written(void **state)
{
	X509_NAME *name = atls_nonce_name(nonce);
	unsigned char *der = NULL;
	int n = i2d_X509_NAME(name, &der);

	(void)state;
	assert_int_equal(n, 57);
	assert_str(rt_hex(a, der, (size_t)n), STR(NAME_DER));
	OPENSSL_free(der);
	X509_NAME_free(name);
}

/* clang-format off */
static const struct name_case {
	const char *name, *der;
	bool good;
} names[] = {
	{"printable", NAME_DER, true},
	{"utf8", "3037313530330603550403" "0c2c"
	    "4141454341775146426763494351"
	    "6f4c4441304f4478415245684d554652595847426b61477877644868383d",
	    true},
	{"organisation", "303731353033060355040a" "132c"
	    "4141454341775146426763494351"
	    "6f4c4441304f4478415245684d554652595847426b61477877644868383d",
	    false},
	{"short", "300e310c300a06035504031303414145", false},
	{"empty", "3000", false},
};
/* clang-format on */

static int
read_names(unsigned char got[ATLS_NONCE_LEN], const char *der, int times,
    struct rt_err *err)
{
	STACK_OF(X509_NAME) *list = sk_X509_NAME_new_null();
	struct str s = unhex(der);
	int r;

	while (times-- > 0) {
		const unsigned char *p = (const unsigned char *)s.p;
		X509_NAME *n = d2i_X509_NAME(NULL, &p, (long)s.n);

		assert_non_null(n);
		assert_true(sk_X509_NAME_push(list, n) > 0);
	}
	r = atls_nonce_of_names(got, list, err);
	sk_X509_NAME_pop_free(list, X509_NAME_free);
	return r;
}

static void
names__cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsigned char got[ATLS_NONCE_LEN] = {0};
		int r = read_names(got, names[i].der, 1, NULL);

		if ((r == 0) != names[i].good)
			fail_msg("%s: %d", names[i].name, r);
		if (r == 0)
			assert_memory_equal(got, nonce, sizeof(got));
	}
}

static void
names__exactly_one(void **state)
{
	unsigned char got[ATLS_NONCE_LEN];
	struct rt_err err = {0};

	(void)state;
	assert_int_equal(read_names(got, NAME_DER, 2, &err), RT_EFORMAT);
	assert_non_null(strstr(err.text, "2 authorities"));
	assert_int_equal(read_names(got, NAME_DER, 0, NULL), RT_EFORMAT);
	assert_int_equal(atls_nonce_of_names(got, NULL, NULL), RT_EFORMAT);
}

static void
report_data__example(void **state)
{
	unsigned char got[ATLS_REPORT_DATA_LEN];

	(void)state;
	assert_int_equal(atls_report_data(got, unhex(SPKI), nonce, NULL), 0);
	assert_str(rt_hex(a, got, sizeof(got)), STR(REPORT_DATA));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hello__cases),
	    cmocka_unit_test(alpn__upper_case_hex),
	    cmocka_unit_test(alpn__written),
	    cmocka_unit_test(base64__written),
	    cmocka_unit_test(name__written),
	    cmocka_unit_test(names__cases),
	    cmocka_unit_test(names__exactly_one),
	    cmocka_unit_test(report_data__example),
	};

	return cmocka_run_group_tests_name(
	    "atls_nonce", tests, setup, teardown);
}
