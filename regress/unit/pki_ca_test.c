/* SPDX-License-Identifier: Apache-2.0 */
/* CA and mesh certificates; openssl verify and x509 look at them too. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "regress/unit/unit.h"
#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/pki/ca.h"
#include "runtime/pki/key.h"
#include "runtime/pki/seed.h"

#include "runtime/base/banned.h"

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct arena *a;
static EVP_PKEY *root_key, *leaf_key;
static struct pki_ca *ca;
static time_t now;
static char dir[256];

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct pki_seed s = {0};

	(void)state;
	a = arena_new();
	now = time(NULL);
	(void)snprintf(
	    dir, sizeof(dir), "%s/ca.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(dir) == NULL || pki_seed_new(&s, NULL) != 0 ||
	    pki_seed_key(&root_key, &s, PKI_ROOT_CA, NULL) != 0 ||
	    pki_key_new(&leaf_key, NID_X9_62_prime256v1, NULL) != 0)
		return -1;
	pki_seed_free(&s);
	return pki_ca_new(&ca, root_key, NULL, now, NULL);
}

static int
teardown(void **state)
{
	char cmd[300];

	(void)state;
	pki_ca_free(ca);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(leaf_key);
	arena_free(a);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

static X509 *
parse(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert_non_null(x);
	BIO_free(bio);
	return x;
}

static struct str
cn(const X509_NAME *n)
{
	const ASN1_STRING *s =
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, 0));

	assert_int_equal(X509_NAME_entry_count(n), 1);
	return arena_str(a, (struct str){(const char *)ASN1_STRING_get0_data(s),
				(size_t)ASN1_STRING_length(s)});
}

/* The numbers of the extensions and their criticality: "15! 37 19!". */
static struct str
outline(const X509 *x)
{
	struct buf b = {0};
	struct str s;
	int i;

	for (i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_get_ext(x, i);
		char oid[80];

		(void)OBJ_obj2txt(
		    oid, sizeof(oid), X509_EXTENSION_get_object(e), 1);
		buf_printf(&b, "%s%s%s", i == 0 ? "" : " ", oid,
		    X509_EXTENSION_get_critical(e) ? "!" : "");
	}
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

/* The contents of an extension in hex. */
static struct str
extension(const X509 *x, const char *oid)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	int at = X509_get_ext_by_OBJ(x, o, -1);
	const ASN1_OCTET_STRING *v;

	ASN1_OBJECT_free(o);
	if (at < 0)
		return STR("none");
	v = X509_EXTENSION_get_data(X509_get_ext(x, at));
	return rt_hex(
	    a, ASN1_STRING_get0_data(v), (size_t)ASN1_STRING_length(v));
}

static bool
is_time(const ASN1_TIME *t, time_t want)
{
	return ASN1_TIME_cmp_time_t(t, want) == 0;
}

static void
check_ca(struct str pem, const char *subject, const char *issuer, EVP_PKEY *key,
    EVP_PKEY *signer, const char *extensions)
{
	X509 *x = parse(pem);
	struct tm tm;

	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	assert_strz(cn(X509_get_subject_name(x)), subject);
	assert_strz(cn(X509_get_issuer_name(x)), issuer);
	assert_int_equal(X509_get_signature_nid(x), NID_ecdsa_with_SHA384);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(x), key), 1);
	assert_int_equal(X509_verify(x, signer), 1);
	assert_strz(outline(x), extensions);
	assert_strz(extension(x, "2.5.29.19"), "30030101ff");
	assert_strz(extension(x, "2.5.29.15"), "03020284");
	assert_true(is_time(X509_get0_notBefore(x), now - 3600));
	assert_non_null(gmtime_r(&now, &tm));
	tm.tm_year += 10;
	assert_true(is_time(X509_get0_notAfter(x), timegm(&tm)));
	assert_int_equal(ASN1_STRING_type(X509_NAME_ENTRY_get_data(
			     X509_NAME_get_entry(X509_get_subject_name(x), 0))),
	    V_ASN1_PRINTABLESTRING);
	X509_free(x);
}

static void
pki_ca_new__certificates(void **state)
{
#define ROOT "system:coordinator:root"
#define INTERMEDIATE "system:coordinator:intermediate"
	EVP_PKEY *mesh = pki_ca_mesh_key(ca);

	(void)state;
	check_ca(pki_ca_root_pem(ca), ROOT, ROOT, root_key, root_key,
	    "2.5.29.19! 2.5.29.15! 2.5.29.14");
	check_ca(pki_ca_intermediate_pem(ca), INTERMEDIATE, ROOT, mesh,
	    root_key, "2.5.29.19! 2.5.29.15! 2.5.29.14 2.5.29.35");
	check_ca(pki_ca_mesh_pem(ca), INTERMEDIATE, INTERMEDIATE, mesh, mesh,
	    "2.5.29.19! 2.5.29.15! 2.5.29.14");
	assert_true(str_starts(
	    pki_ca_mesh_pem(ca), STR("-----BEGIN CERTIFICATE-----\n")));
	assert_true(str_ends(
	    pki_ca_mesh_pem(ca), STR("\n-----END CERTIFICATE-----\n")));
}

static void
pki_ca_new__refuses_keys(void **state)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *p256 = EVP_EC_gen("P-256");
	struct pki_ca *none = NULL;
	struct str der;
	EVP_PKEY *public = NULL;

	(void)state;
	assert_int_equal(pki_ca_new(&none, rsa, NULL, now, NULL), RT_EINVAL);
	assert_int_equal(pki_ca_new(&none, p256, NULL, now, NULL), RT_EINVAL);
	assert_int_equal(
	    pki_ca_new(&none, root_key, p256, now, NULL), RT_EINVAL);
	assert_int_equal(pki_key_public(&der, a, root_key, NULL), 0);
	assert_int_equal(pki_key_from_spki(&public, der, NULL), 0);
	assert_int_equal(
	    pki_ca_new(&none, root_key, public, now, NULL), RT_EINVAL);
	assert_null(none);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(public);
}

static X509 *
issue(const struct pki_ca *from, const struct pki_leaf *leaf)
{
	struct rt_err err = {0};
	X509 *x = NULL;

	if (pki_ca_issue(&x, from, leaf, now, &err) != 0)
		fail_msg("%s", err.text);
	return x;
}

static void
pki_ca_issue__fields(void **state)
{
	static const struct pki_extension claims[] = {
	    {"1.3.9901.2.1.1", STR_INIT("\x02\x01\x05")},
	    {"1.3.9901.2.1.7", STR_INIT("\x01\x01\xff")},
	    {"1.3.9901.2.1.23", STR_INIT("\x04\x02hd")},
	};
	static const struct str sans[] = {STR_INIT("web.example"),
	    STR_INIT("spiffe://cluster/web"), STR_INIT("10.0.0.1"),
	    STR_INIT("*")};
	struct pki_leaf leaf = {.key = leaf_key,
	    .sans = sans,
	    .n_sans = 4,
	    .policy_hash = STR(HASH),
	    .peer = STR("fd00::7"),
	    .secret_id = STR("prod/web"),
	    .claims = claims,
	    .n_claims = 3};
	X509 *x = issue(ca, &leaf);
	struct str id;
	struct tm tm;

	(void)state;
	assert_strz(outline(x),
	    "2.5.29.15! 2.5.29.37 2.5.29.19! 2.5.29.35 2.5.29.17 "
	    "1.3.9901.2.1.1 1.3.9901.2.1.7 1.3.9901.2.1.23 1.3.9901.3.1");
	assert_strz(cn(X509_get_subject_name(x)), "web.example");
	assert_strz(cn(X509_get_issuer_name(x)), INTERMEDIATE);
	assert_strz(extension(x, "2.5.29.15"), "03020780");
	assert_strz(extension(x, "2.5.29.37"),
	    "301406082b0601050507030206082b06010505070301");
	assert_strz(extension(x, "2.5.29.19"), "3000");
	assert_strz(extension(x, "2.5.29.17"),
	    "303e820b7765622e6578616d706c6582012a87040a0000018710fd0000000000"
	    "000000000000000000078614"
	    "7370696666653a2f2f636c75737465722f776562");
	assert_strz(extension(x, "1.3.9901.2.1.7"), "0101ff");
	assert_strz(extension(x, "1.3.9901.3.1"), "040870726f642f776562");
	assert_int_equal(pki_cert_secret_id(&id, a, x, NULL), 0);
	assert_strz(id, "prod/web");
	assert_int_equal(X509_verify(x, pki_ca_mesh_key(ca)), 1);
	assert_int_equal(X509_get_signature_nid(x), NID_ecdsa_with_SHA384);
	assert_int_equal(X509_check_issued(pki_ca_mesh_cert(ca), x), X509_V_OK);
	assert_true(is_time(X509_get0_notBefore(x), now - 3600));
	assert_non_null(gmtime_r(&now, &tm));
	tm.tm_year++;
	assert_true(is_time(X509_get0_notAfter(x), timegm(&tm)));
	X509_free(x);
}

struct name_case {
	const char *sans[3], *peer, *cn, *names;
	int cn_type;
};

static struct str
names_of(const X509 *x)
{
	GENERAL_NAMES *l =
	    X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	struct buf b = {0};
	struct str s;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(l); i++) {
		int type = 0;
		const ASN1_STRING *v =
		    GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(l, i), &type);
		struct str bytes = {(const char *)ASN1_STRING_get0_data(v),
		    (size_t)ASN1_STRING_length(v)};

		if (type == GEN_IPADD)
			bytes =
			    rt_hex(a, (const unsigned char *)bytes.p, bytes.n);
		buf_printf(&b, "%s%s:%.*s", i == 0 ? "" : " ",
		    type == GEN_DNS   ? "dns"
		    : type == GEN_URI ? "uri"
				      : "ip",
		    STR_ARG(bytes));
	}
	GENERAL_NAMES_free(l);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
pki_ca_issue__names(void **state)
{
#define LONG                                                                   \
	"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"
	static const struct name_case cases[] = {
	    {{NULL}, "", HASH, "", V_ASN1_PRINTABLESTRING},
	    {{NULL}, "10.1.2.3", HASH, "ip:0a010203", V_ASN1_PRINTABLESTRING},
	    {{"*"}, "pod", "*", "dns:*", V_ASN1_UTF8STRING},
	    {{"10.0.0.1"}, "fe80::1%eth0", "10.0.0.1", "ip:0a000001",
		V_ASN1_PRINTABLESTRING},
	    {{"::ffff:1.2.3.4", "01.2.3.4"}, "", "01.2.3.4",
		"dns:01.2.3.4 ip:01020304", V_ASN1_PRINTABLESTRING},
	    {{"192.168.255.1", "fe80::1"}, "203.0.113.200", "192.168.255.1",
		"ip:c0a8ff01 ip:fe800000000000000000000000000001 ip:cb0071c8",
		V_ASN1_PRINTABLESTRING},
	    {{"host:8080"}, "", "host:8080", "uri:host:8080",
		V_ASN1_PRINTABLESTRING},
	    {{"8host:8080"}, "", "8host:8080", "dns:8host:8080",
		V_ASN1_PRINTABLESTRING},
	    {{"HTTPS://A.b/C d\xc3\xa9"}, "", "HTTPS://A.b/C d\xc3\xa9",
		"uri:https://A.b/C%20d%C3%A9", V_ASN1_UTF8STRING},
	    {{"x://h/%zz"}, "", "x://h/%zz", "dns:x://h/%zz",
		V_ASN1_UTF8STRING},
	    {{"x://h:1a/"}, "", "x://h:1a/", "dns:x://h:1a/",
		V_ASN1_PRINTABLESTRING},
	    {{"x://[::1]:80/p?q#f", "b", "a"}, "", "b",
		"dns:b dns:a uri:x://[::1]:80/p?q#f", V_ASN1_PRINTABLESTRING},
	    {{"x://[::1", "x:a\tb"}, "", "x://[::1", "dns:x://[::1 dns:x:a\tb",
		V_ASN1_UTF8STRING},
	    {{"x://u@h/", "x://u|@h/", "x://h|/"}, "", "x://u|@h/",
		"dns:x://u|@h/ dns:x://h|/ uri:x://u@h/", V_ASN1_UTF8STRING},
	    {{"x://%C3%a9/", "x://%41/", "x:#\t"}, "", "x://%41/",
		"dns:x://%41/ uri:x://%C3%a9/ uri:x:#%09", V_ASN1_UTF8STRING},
	    {{LONG}, "", LONG, "dns:" LONG, V_ASN1_PRINTABLESTRING},
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct name_case *c = &cases[i];
		struct str sans[3];
		struct pki_leaf leaf = {.key = leaf_key,
		    .sans = sans,
		    .policy_hash = STR(HASH),
		    .peer = str_from(c->peer)};
		X509 *x;

		for (k = 0; k < 3 && c->sans[k] != NULL; k++)
			sans[k] = str_from(c->sans[k]);
		leaf.n_sans = k;
		x = issue(ca, &leaf);
		assert_strz(cn(X509_get_subject_name(x)), c->cn);
		assert_strz(names_of(x), c->names);
		assert_int_equal(
		    ASN1_STRING_type(X509_NAME_ENTRY_get_data(
			X509_NAME_get_entry(X509_get_subject_name(x), 0))),
		    c->cn_type);
		X509_free(x);
	}
}

static void
pki_ca_issue__refuses(void **state)
{
	static const struct str bad[] = {STR_INIT("b\xc3\xa4r"), STR_INIT("")};
	static const struct pki_extension odd[] = {{"not an oid", {"", 0}}};
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *p521 = EVP_EC_gen("P-521");
	struct pki_leaf leaf = {.policy_hash = STR(HASH), .key = rsa};
	struct rt_err err = {0};
	X509 *x = NULL;

	(void)state;
	assert_int_equal(pki_ca_issue(&x, ca, &leaf, now, NULL), RT_EINVAL);
	leaf.key = p521;
	assert_int_equal(pki_ca_issue(&x, ca, &leaf, now, NULL), RT_EINVAL);
	leaf.key = leaf_key;
	leaf.n_sans = 1;
	leaf.sans = &bad[0];
	assert_int_equal(pki_ca_issue(&x, ca, &leaf, now, &err), RT_EINVAL);
	assert_string_equal(err.text,
	    "SAN 'b\xc3\xa4r' is no name that a certificate can hold");
	leaf.sans = &bad[1];
	assert_int_equal(pki_ca_issue(&x, ca, &leaf, now, NULL), RT_EINVAL);
	leaf.n_sans = 0;
	leaf.claims = odd;
	leaf.n_claims = 1;
	assert_int_equal(pki_ca_issue(&x, ca, &leaf, now, NULL), RT_ECRYPTO);
	assert_null(x);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(p521);
}

static void
pki_cert_secret_id__others(void **state)
{
	static const struct pki_extension two[] = {
	    {PKI_OID_SECRET_ID, STR_INIT("\x04\x01w")},
	    {PKI_OID_SECRET_ID, STR_INIT("\x04\x01w")}};
	static const struct pki_extension odd = {
	    PKI_OID_SECRET_ID, STR_INIT("\x0c\x01w")};
	struct pki_leaf leaf = {.policy_hash = STR(HASH), .key = leaf_key};
	X509 *x = issue(ca, &leaf);
	struct str id = STR("x");

	(void)state;
	assert_int_equal(pki_cert_secret_id(&id, a, x, NULL), 0);
	assert_int_equal(id.n, 0);
	X509_free(x);
	leaf.claims = two;
	leaf.n_claims = 2;
	x = issue(ca, &leaf);
	assert_int_equal(pki_cert_secret_id(&id, a, x, NULL), RT_EFORMAT);
	X509_free(x);
	leaf.claims = &odd;
	leaf.n_claims = 1;
	x = issue(ca, &leaf);
	assert_int_equal(pki_cert_secret_id(&id, a, x, NULL), RT_EFORMAT);
	X509_free(x);
}

/* A leap day has no tenth anniversary; years from 2050 on are written long. */
static void
pki_ca_new__calendar(void **state)
{
	struct tm tm = {.tm_year = 148, .tm_mon = 1, .tm_mday = 29};
	struct pki_ca *later = NULL;
	time_t leap = timegm(&tm);
	X509 *x;

	(void)state;
	assert_int_equal(pki_ca_new(&later, root_key, NULL, leap, NULL), 0);
	x = parse(pki_ca_root_pem(later));
	tm.tm_year += 10;
	tm.tm_mon = 2;
	tm.tm_mday = 1;
	assert_true(is_time(X509_get0_notAfter(x), timegm(&tm)));
	assert_int_equal(
	    ASN1_STRING_type(X509_get0_notBefore(x)), V_ASN1_UTCTIME);
	assert_int_equal(
	    ASN1_STRING_type(X509_get0_notAfter(x)), V_ASN1_GENERALIZEDTIME);
	X509_free(x);
	pki_ca_free(later);
}

/* Many connections are served from one CA and one seed at the same time. */
#define THREADS 4
#define ROUNDS 8

static void *
serve(void *arg)
{
	static const struct str san = STR_INIT("web");
	const struct pki_seed *s = arg;
	struct pki_leaf leaf = {.key = leaf_key,
	    .sans = &san,
	    .n_sans = 1,
	    .policy_hash = STR(HASH)};
	uintptr_t failed = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		struct pki_secret secret = {0};
		X509 *x = NULL;

		failed += pki_ca_issue(&x, ca, &leaf, now, NULL) != 0 ||
			  X509_verify(x, pki_ca_mesh_key(ca)) != 1;
		failed += pki_seed_workload(&secret, s, san, NULL) != 0;
		pki_secret_free(&secret);
		X509_free(x);
	}
	return (void *)failed;
}

static void
pki_ca_issue__threads(void **state)
{
	pthread_t threads[THREADS];
	struct pki_seed s = {0};
	void *failed;
	int i;

	(void)state;
	assert_int_equal(pki_seed_new(&s, NULL), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, serve, &s), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	pki_seed_free(&s);
}

/* openssl as the judge */

static void
put(const char *name, struct str text)
{
	struct file_set files;
	size_t changed;

	file_set_init(&files, a);
	file_set_add(&files, arena_printf(a, "%s/%s", dir, name).p, text, 0600);
	assert_int_equal(file_set_stage(&files, NULL), 0);
	assert_int_equal(file_set_commit(&files, &changed, NULL), 0);
}

static bool
shell(const char *command)
{
	char cmd[1024];

	(void)snprintf(
	    cmd, sizeof(cmd), "cd '%s' && %s >out 2>&1", dir, command);
	return system(cmd) == 0;
}

static void
openssl_verify__anchors_and_rotation(void **state)
{
	static const struct str sans[] = {
	    STR_INIT("web.example"), STR_INIT("10.0.0.1")};
	static const struct {
		const char *args;
		bool ok;
	} cases[] = {
	    {"-CAfile mesh.pem", true},
	    {"-CAfile root.pem -untrusted chain.pem", true},
	    {"-CAfile root.pem", false},
	    {"-CAfile other.pem", false},
	    /* after a new manifest: the root stays, the mesh CA does not */
	    {"-CAfile mesh2.pem", false},
	    {"-CAfile root2.pem -untrusted chain.pem", true},
	    /* a peer that has the same keys issues what ours verifies */
	    {"-CAfile mesh3.pem", true},
	    {"-CAfile mesh.pem -purpose sslserver -verify_hostname web.example",
		true},
	    {"-CAfile mesh.pem -purpose sslclient -verify_ip 10.0.0.1", true},
	    {"-CAfile mesh.pem -verify_hostname db.example", false},
	};
	struct pki_leaf leaf = {.key = leaf_key,
	    .sans = sans,
	    .n_sans = 2,
	    .policy_hash = STR(HASH),
	    .secret_id = STR("web")};
	struct pki_ca *next = NULL, *peer = NULL, *other = NULL;
	EVP_PKEY *stranger = EVP_EC_gen("P-384");
	struct str chain;
	size_t i;

	(void)state;
	if (system("openssl version >/dev/null 2>&1") != 0)
		skip();
	assert_int_equal(pki_ca_new(&next, root_key, NULL, now, NULL), 0);
	assert_int_equal(
	    pki_ca_new(&peer, root_key, pki_ca_mesh_key(ca), now, NULL), 0);
	assert_int_equal(pki_ca_new(&other, stranger, NULL, now, NULL), 0);
	assert_int_equal(
	    pki_ca_issue_chain(&chain, a, ca, &leaf, now, NULL), 0);
	put("root.pem", pki_ca_root_pem(ca));
	put("mesh.pem", pki_ca_mesh_pem(ca));
	put("mesh2.pem", pki_ca_mesh_pem(next));
	put("root2.pem", pki_ca_root_pem(next));
	put("mesh3.pem", pki_ca_mesh_pem(peer));
	put("other.pem", pki_ca_root_pem(other));
	put("chain.pem", chain);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *cmd = arena_printf(a,
		    "openssl verify -x509_strict %s chain.pem", cases[i].args)
				      .p;

		if (shell(cmd) != cases[i].ok)
			fail_msg("%s", cmd);
	}
	assert_true(shell("openssl x509 -in chain.pem -noout -text"));
	assert_true(shell("openssl x509 -in chain.pem -noout -text | "
			  "grep -q 'DNS:web.example, IP Address:10.0.0.1'"));
	assert_true(shell("openssl x509 -in chain.pem -noout -text | "
			  "grep -q '1.3.9901.3.1'"));
	pki_ca_free(next);
	pki_ca_free(peer);
	pki_ca_free(other);
	EVP_PKEY_free(stranger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pki_ca_new__certificates),
	    cmocka_unit_test(pki_ca_new__refuses_keys),
	    cmocka_unit_test(pki_ca_new__calendar),
	    cmocka_unit_test(pki_ca_issue__fields),
	    cmocka_unit_test(pki_ca_issue__names),
	    cmocka_unit_test(pki_ca_issue__refuses),
	    cmocka_unit_test(pki_ca_issue__threads),
	    cmocka_unit_test(pki_cert_secret_id__others),
	    cmocka_unit_test(openssl_verify__anchors_and_rotation),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
