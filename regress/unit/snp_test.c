/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SEV-SNP without vectors: roots, launch digests, certificate tables, names
 * of collateral; and, with them, the codes that no vector has.
 */
#include <stdlib.h>
#include <time.h>

#include <openssl/x509.h>

#include "regress/unit/unit.h"
#include "runtime/attest/snp.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

#define VECTORS "vectors/attestation/"

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct str
vector(struct arena *a, const char *name)
{
	const char *shared = getenv("SHARED");
	struct str s = {0};
	const char *path = arena_printf(
	    a, "%s/" VECTORS "%s", shared == NULL ? "../shared" : shared, name)
			       .p;

	if (file_read(&s, a, path, (size_t)1 << 20, NULL) != 0) {
		print_message("%s is not there\n", path);
		skip();
	}
	return s;
}

static struct str
hex(struct arena *a, struct str s)
{
	return rt_hex(a, (const unsigned char *)s.p, s.n);
}

static struct str
fingerprint(struct arena *a, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	struct str s =
	    rt_sha256_hex(a, (struct str){(const char *)der, (size_t)n});

	OPENSSL_free(der);
	return s;
}

static void
roots__are_amds(void **state)
{
	static const struct {
		enum snp_product product;
		enum snp_key key;
		const char *ca, *ark;
	} want[] = {
	    {SNP_MILAN, SNP_VCEK,
		"67d303bd3905fd38db8b20e0793699870e7fa612eaad5dec358293fd8c0bac1b",
		"69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"},
	    {SNP_MILAN, SNP_VLEK,
		"c5e081f59b7efab1fe2f8b505e159704e72f29cab7ef7cf628a05a42439082f5",
		"69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"},
	    {SNP_GENOA, SNP_VCEK,
		"5464738c1546aed5f2cecf1dc98c5c960a92e8913238a61711bc90ec6e828521",
		"4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"},
	    {SNP_GENOA, SNP_VLEK,
		"197e610743a917d6b9bb982a5a9226ccc0a15b611be0619e626aca9151457372",
		"4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"},
	    {SNP_TURIN, SNP_VCEK,
		"5b77ef5fe7a7a004fd9032668fba9d0fda22f88c4442069a479636a6ae3b3185",
		"1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"},
	    {SNP_TURIN, SNP_VLEK,
		"104e10a8bd060a3c20a434261a57d0588fd65a88915b4f65b08bdecaf8df1a3c",
		"1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"},
	};
	const struct snp_roots *amd = snp_roots_amd();
	size_t i;

	assert_int_equal(amd->n, 6);
	for (i = 0; i < 6; i++) {
		const struct snp_root *r =
		    snp_roots_find(amd, want[i].product, want[i].key);

		assert_non_null(r);
		assert_true(r->sound);
		assert_strz(fingerprint(*state, r->ca), want[i].ca);
		assert_strz(fingerprint(*state, r->ark), want[i].ark);
	}
}

static void
roots__rotated_need_amds_root(void **state)
{
	struct snp_roots roots = {0};

	assert_int_equal(
	    snp_roots_add_rotated(&roots,
		vector(*state, "synthetic/roots/amd/genoa_vcek.pem"), NULL),
	    RT_EAUTH);
	assert_int_equal(roots.n, 0);
	assert_int_equal(snp_roots_add_rotated(&roots,
			     vector(*state, "roots/amd/genoa_vcek.pem"), NULL),
	    0);
	assert_int_equal(roots.n, 1);
	snp_roots_fini(&roots);
}

static void
launch__vcpus(void **state)
{
	struct arena *a = *state;
	struct jv *v, *digests;
	size_t i, k;

	assert_int_equal(
	    jv_parse(&v, a, vector(a, "synthetic/vcpu_extend.json"), NULL), 0);
	for (i = 0; i < v->items.n; i++) {
		enum snp_product p =
		    snp_product_find(jv_get_str(v->items.p[i], STR("product")));
		struct str one = {0}, d = {0}, ap = {0};
		uint32_t apeip;

		digests = jv_getz(v->items.p[i], "launch_digest_by_vcpus");
		assert_int_equal(
		    rt_unhex(
			&ap, a, jv_get_str(v->items.p[i], STR("apeip")), NULL),
		    0);
		apeip = (uint32_t)((unsigned char)ap.p[0] << 24 |
				   (unsigned char)ap.p[1] << 16 |
				   (unsigned char)ap.p[2] << 8 |
				   (unsigned char)ap.p[3]);
		for (k = 0; k < digests->members.n; k++) {
			assert_int_equal(
			    rt_unhex(&d, a, jv_str(digests->members.p[k].value),
				NULL),
			    0);
			if (k == 0)
				one = d;
			assert_int_equal(
			    snp_find_vcpus(one, apeip, p, d), k + 1);
		}
		assert_true(k > 1);
		assert_int_equal(snp_find_vcpus(one, apeip ^ 1, p, d), 0);
	}
}

static void
item__names(void **state)
{
	struct arena *a = *state;
	char id[SNP_CHIP_ID_LEN] = {0x0a, 1};
	struct str chip = {id, sizeof(id)};
	struct attest_item it;

	snp_item_vcek(&it, a, SNP_TURIN, chip, 0x0800000004030201);
	assert_string_equal(it.url,
	    "https://kdsintf.amd.com/vcek/v1/Turin/0a01000000000000"
	    "?fmcSPL=1&blSPL=2&teeSPL=3&snpSPL=4&ucodeSPL=8");
	assert_string_equal(it.path, "amd/Turin/vcek/0a01000000000000/"
				     "bl02_tee03_snp04_ucode08_fmc01_vcek.der");
	snp_item_vcek(&it, a, SNP_GENOA, chip, 0x541700000000000a);
	assert_non_null(
	    strstr(it.url, "?blSPL=10&teeSPL=0&snpSPL=23&ucodeSPL=84"));
	assert_non_null(strstr(it.path, "/bl10_tee00_snp23_ucode84_vcek.der"));
	assert_false(it.expires);
	snp_item_crl(&it, a, SNP_GENOA, SNP_VLEK);
	assert_string_equal(
	    it.url, "https://kdsintf.amd.com/vlek/v1/Genoa/crl");
	assert_true(it.expires);
}

/* Certificate tables */

#define ENTRY 24

static void
put_entry(char *p, const unsigned char *guid, uint32_t off, uint32_t len)
{
	size_t i;

	memcpy(p, guid, 16);
	for (i = 0; i < 4; i++) {
		p[16 + i] = (char)(off >> (8 * i));
		p[20 + i] = (char)(len >> (8 * i));
	}
}

static void
table__reads_and_refuses(void **state)
{
	static const unsigned char vcek[16] = {0x63, 0xda, 0x75, 0x8d, 0xe6,
	    0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd};
	static const struct {
		uint32_t off, len;
		size_t size;
		bool ok;
	} cases[] = {
	    {48, 4, 52, true}, {48, 0, 52, true},
	    {47, 4, 52, false},            /* inside the header */
	    {48, 5, 52, false},            /* beyond the end */
	    {0xfffffff0, 0x20, 52, false}, /* the sum overflows */
	    {52, 0, 52, true}, {53, 0, 52, false},
	    {48, 0, 40, false}, /* no terminator */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char t[52] = {0};
		struct snp_table out;

		put_entry(t, vcek, cases[i].off, cases[i].len);
		memcpy(t + 48, "abcd", 4);
		if (snp_table_read(&out, (struct str){t, cases[i].size}) !=
		    cases[i].ok)
			fail_msg("case %zu", i);
		assert_true(cases[i].ok || out.vcek.p == NULL);
		if (i == 0)
			assert_str(out.vcek, STR("abcd"));
	}
}

/* Policies over one good report */

struct good {
	struct snp_roots roots;
	struct snp_evidence ev;
	struct attest_expect expect;
	struct snp_policy policy;
	struct snp_fields f;
};

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return 1748736000; /* 2025-06-01 */
}

static void
good_init(struct good *g, struct arena *a)
{
	*g = (struct good){0};
	assert_int_equal(
	    snp_roots_add(&g->roots,
		vector(a, "synthetic/roots/amd/genoa_vcek.pem"), NULL),
	    0);
	g->ev.report = vector(a, "synthetic/snp/genoa-v3-ok/report.bin");
	g->ev.vcek = vector(a, "synthetic/snp/genoa-v3-ok/vcek.der");
	snp_report_fields(&g->f, g->ev.report);
	memcpy(g->expect.report_data, g->f.report_data.p, 64);
	g->policy = (struct snp_policy){.roots = &g->roots,
	    .product = SNP_GENOA,
	    .permit_provisional = true,
	    .vmpl = 0};
}

static enum attest_code
verify(struct good *g, struct arena *a, size_t *mismatches)
{
	struct attest_env env = {.now = clock_of};
	struct attest_result r = {.arena = a};
	int rc = snp_verify(&r, &g->ev, &g->policy, &g->expect, &env);

	assert_int_equal(rc == 0, r.code == ATTEST_OK);
	assert_int_equal(r.claims.n > 0, rc == 0);
	if (mismatches != NULL)
		*mismatches = r.mismatches.n;
	return r.code;
}

static void
verify__codes_without_vectors(void **state)
{
	struct arena *a = *state;
	struct str other = STR("0123456789abcdef0123456789abcdef");
	struct good g;
	size_t i;

	for (i = 0; i < 9; i++) {
		static const enum attest_code want[] = {ATTEST_OK,
		    ATTEST_SNP_FW_VERSION, ATTEST_SNP_FW_VERSION,
		    ATTEST_SNP_FAMILY_ID, ATTEST_SNP_IMAGE_ID,
		    ATTEST_SNP_REPORT_ID, ATTEST_SNP_REPORT_ID,
		    ATTEST_SNP_AUTHOR_KEY, ATTEST_SNP_CHIP_NOT_ALLOWED};

		good_init(&g, a);
		if (i == 1)
			g.policy.build = 255;
		if (i == 2)
			g.policy.api_major = 9;
		if (i == 3)
			g.policy.family_id = str_sub(other, 0, 16);
		if (i == 4)
			g.policy.image_id = str_sub(other, 0, 16);
		if (i == 5)
			g.policy.report_id = other;
		if (i == 6)
			g.policy.report_id_ma = other;
		if (i == 7)
			g.policy.author_key = true;
		if (i == 8)
			VEC_PUSH(a, &g.policy.chip_ids.v, other);
		assert_string_equal(attest_code_name(verify(&g, a, NULL)),
		    attest_code_name(want[i]));
		snp_roots_fini(&g.roots);
	}
}

static void
verify__reports_every_comparison(void **state)
{
	struct good g;
	size_t n;

	good_init(&g, *state);
	g.policy.build = 255;
	g.policy.vmpl = 3;
	g.policy.measurement = hex(*state, g.f.measurement);
	g.policy.mitigations = 1;
	g.expect.report_data[0] ^= 1;
	assert_int_equal(verify(&g, *state, &n), ATTEST_SNP_FW_VERSION);
	assert_int_equal(n, 6);
	snp_roots_fini(&g.roots);
}

static void
verify__vlek_must_be_allowed(void **state)
{
	struct arena *a = *state;
	struct good g;

	good_init(&g, a);
	assert_int_equal(
	    snp_roots_add(&g.roots,
		vector(a, "synthetic/roots/amd/genoa_vlek.pem"), NULL),
	    0);
	g.ev.report = vector(a, "synthetic/snp/genoa-vlek-ok/report.bin");
	g.ev.vlek = vector(a, "synthetic/snp/genoa-vlek-ok/vlek.der");
	snp_report_fields(&g.f, g.ev.report);
	memcpy(g.expect.report_data, g.f.report_data.p, 64);
	assert_int_equal(verify(&g, a, NULL), ATTEST_SNP_ROOT);
	g.policy.allow_vlek = true;
	assert_int_equal(verify(&g, a, NULL), ATTEST_OK);
	snp_roots_fini(&g.roots);
}

/* Collateral that a callback gives */

struct shop {
	struct str bytes;
	bool vcek;
	int asked, kept;
};

static int
get(void *arg, struct attest_body *out, struct arena *a,
    const struct attest_item *item, enum attest_source from, struct rt_err *err)
{
	struct shop *s = arg;

	(void)a;
	s->asked++;
	if (from != ATTEST_FETCHED ||
	    (strstr(item->url, "/crl") == NULL) != s->vcek)
		return rt_err_set(err, RT_ENOTFOUND, "none");
	out->bytes = s->bytes;
	return 0;
}

static void
keep(void *arg, const struct attest_item *item, const struct attest_body *body)
{
	(void)item, (void)body;
	((struct shop *)arg)->kept++;
}

static void
verify__fetches(void **state)
{
	struct arena *a = *state;
	struct shop s = {.vcek = true};
	struct attest_fetch fetch = {get, keep, &s};
	struct attest_env env = {.now = clock_of, .fetch = &fetch};
	struct attest_result r = {.arena = a};
	struct good g;

	good_init(&g, a);
	s.bytes = g.ev.vcek;
	g.ev.vcek = STR("");
	assert_int_equal(snp_verify(&r, &g.ev, &g.policy, &g.expect, &env), 0);
	assert_int_equal(s.kept, 1);
	/* one of another TCB is replaced */
	g.ev.vcek = vector(a, "synthetic/snp/genoa-tcb-cert-lower/vcek.der");
	r = (struct attest_result){.arena = a};
	assert_int_equal(snp_verify(&r, &g.ev, &g.policy, &g.expect, &env), 0);
	assert_int_equal(s.kept, 2);
	/* and a list of revocations */
	s = (struct shop){.bytes = vector(a, "synthetic/crl/genoa_ok.der")};
	g.ev.vcek = vector(a, "synthetic/snp/genoa-v3-ok/vcek.der");
	g.policy.revocation = true;
	r = (struct attest_result){.arena = a};
	assert_int_equal(snp_verify(&r, &g.ev, &g.policy, &g.expect, &env), 0);
	assert_int_equal(s.kept, 1);
	snp_roots_fini(&g.roots);
}

static void
verify__refuses_older_list(void **state)
{
	struct arena *a = *state;
	struct attest_env env = {.now = clock_of, .seen = attest_seen_new()};
	struct attest_result r = {.arena = a};
	struct good g;

	good_init(&g, a);
	g.policy.revocation = true;
	g.ev.crl = vector(a, "synthetic/crl/genoa_ok.der");
	assert_int_equal(snp_verify(&r, &g.ev, &g.policy, &g.expect, &env), 0);
	assert_false(attest_seen_newer(env.seen, "crl amd Genoa", INT64_MAX));
	assert_int_equal(
	    snp_verify(&r, &g.ev, &g.policy, &g.expect, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SNP_CRL_STALE);
	attest_seen_free(env.seen);
	snp_roots_fini(&g.roots);
}

/* Documents */

static void
doc__sizes(void **state)
{
	struct arena *a = *state;
	struct attest_result r = {.arena = a};
	struct snp_evidence ev;

	assert_int_equal(snp_doc_read(&ev, &r, STR("")), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_DOC_EMPTY);
	r.code = ATTEST_OK;
	assert_int_equal(snp_doc_read(&ev, &r, STR("\x0a\x01")), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_DOC_PROTO);
	r.code = ATTEST_OK;
	assert_int_equal(snp_doc_read(&ev, &r, STR("\x0a\0")), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SNP_SIZE);
}

static void
doc__limits(void **state)
{
	static const char zero[ATTEST_EXTRA_CRL_MAX + 1];
	struct arena *a = *state;
	struct str report = vector(a, "snp/milan-v2-a/report.bin");
	const struct {
		size_t vcek, crl;
		enum attest_code code;
	} cases[] = {
	    {ATTEST_CERT_MAX, ATTEST_EXTRA_CRL_MAX, ATTEST_OK},
	    {ATTEST_CERT_MAX + 1, 0, ATTEST_DOC_SIZE},
	    {0, ATTEST_EXTRA_CRL_MAX + 1, ATTEST_DOC_SIZE},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snp_evidence ev = {.report = report,
		    .vcek = {zero, cases[i].vcek},
		    .crl = {zero, cases[i].crl}};
		struct attest_result r = {.arena = a};
		struct snp_evidence out = {0};
		struct buf doc = {0};

		assert_int_equal(snp_doc_write(&doc, &ev, SNP_MILAN, NULL), 0);
		assert_int_equal(snp_doc_read(&out, &r, buf_str(&doc)) == 0,
		    cases[i].code == ATTEST_OK);
		assert_int_equal(r.code, cases[i].code);
		assert_true(
		    cases[i].code != ATTEST_OK || str_eq(out.crl, ev.crl));
		buf_free(&doc);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(roots__are_amds),
	    TEST(roots__rotated_need_amds_root),
	    TEST(launch__vcpus),
	    TEST(item__names),
	    TEST(table__reads_and_refuses),
	    TEST(verify__codes_without_vectors),
	    TEST(verify__reports_every_comparison),
	    TEST(verify__vlek_must_be_allowed),
	    TEST(verify__fetches),
	    TEST(verify__refuses_older_list),
	    TEST(doc__sizes),
	    TEST(doc__limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
