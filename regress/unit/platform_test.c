/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "regress/unit/unit.h"
#include "runtime/base/jv_patch.h"
#include "runtime/manifest/refvalues.h"

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

static void
platform_find__any_case(void **state)
{
	size_t i;

	(void)state;
	assert_null(platform_find(STR("")));
	assert_null(platform_find(STR("Metal-QEMU")));
	assert_string_equal(
	    platform_find(STR("aks-clh-SNP"))->name, "AKS-CLH-SNP");
	for (i = 0; i < nplatforms; i++)
		assert_ptr_equal(
		    platform_find(str_from(platforms[i].name)), &platforms[i]);
	assert_true(platform_find(STR("metal-qemu-insecure-gpu"))->insecure);
	assert_true(platform_find(STR("metal-qemu-insecure-gpu"))->gpu);
	assert_true(platform_find(STR("simulated-snp"))->simulated);
	assert_false(platform_find(STR("simulated-snp"))->insecure);
	assert_null(platform_find(STR("aks-clh-snp"))->target_latest);
}

struct handler_case {
	const char *handler, *platform, *hash;
};

static void
platform_of_handler__forms(void **state)
{
	static const struct handler_case cases[] = {
	    {"contrast-cc-metal-qemu-snp-0123abcd", "Metal-QEMU-SNP",
		"0123abcd"},
	    {"contrast-cc-metal-qemu-snp", "Metal-QEMU-SNP", ""},
	    {"contrast-cc-metal-qemu-snp-gpu", "Metal-QEMU-SNP-GPU", ""},
	    {"contrast-cc-metal-qemu-snp-gpu-0a", "Metal-QEMU-SNP-GPU", "0a"},
	    {"contrast-insecure-metal-qemu", "Metal-QEMU-Insecure", ""},
	    {"contrast-insecure-metal-qemu-gpu-1", "Metal-QEMU-Insecure-GPU",
		"1"},
	    {"contrast-cc-simulated-snp-00000000", "Simulated-SNP", "00000000"},
	    {"contrast-cc-metal-qemu-snp-", NULL, NULL},
	    {"contrast-cc-metal-qemu-snp-a-b", NULL, NULL},
	    {"contrast-cc", NULL, NULL},
	    {"kata", NULL, NULL},
	    {"", NULL, NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str hash = {"", 0};
		const struct platform *p =
		    platform_of_handler(str_from(cases[i].handler), &hash);

		if (cases[i].platform == NULL) {
			assert_null(p);
			continue;
		}
		assert_non_null(p);
		assert_string_equal(p->name, cases[i].platform);
		assert_strz(hash, cases[i].hash);
	}
}

static struct refvalues *
embedded(void)
{
	struct refvalues *r = NULL;
	struct rt_err err = {0};

	if (refvalues_load(&r, a, NULL, NULL, &err) != 0)
		fail_msg("%s", err.text);
	return r;
}

/* Every platform that hardware or we can attest has data, all placeholders. */
static void
refvalues__embedded_data(void **state)
{
	const struct refvalues *r = embedded();
	size_t i;

	(void)state;
	for (i = 0; i < nplatforms; i++) {
		const struct platform *p = &platforms[i];
		const char *h = refvalues_handler(r, p);

		if (p->insecure) {
			assert_null(h);
			continue;
		}
		assert_non_null(h);
		assert_true(strlen(h) <= 63);
		assert_ptr_equal(platform_of_handler(str_from(h), NULL), p);
		assert_true(refvalues_is_placeholder(r, p));
	}
}

struct new_case {
	const char *platform;
	enum manifest_format format;
	size_t snp, tdx, simulated, missing;
};

static void
manifest_add_platform__gives_what_the_user_fills_in(void **state)
{
	static const struct new_case cases[] = {
	    {"AKS-CLH-SNP", MANIFEST_1_2, 1, 0, 0, 0},
	    {"AKS-CLH-SNP", MANIFEST_1_10, 1, 0, 0, 0},
	    {"K3s-QEMU-SNP", MANIFEST_1_2, 2, 0, 0, 8},
	    {"Metal-QEMU-SNP-GPU", MANIFEST_2, 2, 0, 0, 8},
	    {"RKE2-QEMU-TDX", MANIFEST_1_7, 0, 1, 0, 2},
	    {"Metal-QEMU-TDX", MANIFEST_2, 0, 1, 0, 1},
	    {"Simulated-SNP", MANIFEST_1_2, 0, 0, 1, 1},
	    {"Simulated-SNP", MANIFEST_2, 0, 0, 1, 1},
	};
	const struct refvalues *r = embedded();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct new_case *c = &cases[i];
		const struct platform *p = platform_find(str_from(c->platform));
		struct manifest_notes notes = {0};
		struct manifest m;

		manifest_init(&m, c->format);
		assert_int_equal(manifest_add_platform(&m, a, r, p, NULL), 0);
		assert_int_equal(m.refs.snp.n, c->snp);
		assert_int_equal(m.refs.tdx.n, c->tdx);
		assert_int_equal(m.refs.simulated.n, c->simulated);
		assert_int_equal(manifest_validate(&notes, a, &m),
		    c->missing > 0 ? MANIFEST_EXPECTED_MISSING
				   : MANIFEST_NO_COORDINATOR);
		/* and a placeholder in each entry */
		assert_int_equal(
		    notes.v.n, c->missing + c->snp + c->tdx + c->simulated);
		assert_true(manifest_covers(&m, r, p));
		assert_true(manifest_has_placeholder(&m));
	}
}

static bool
covers(const struct refvalues *r, enum manifest_format f, const char *from,
    const char *measurement, const char *platform)
{
	struct manifest m;
	struct manifest_snp *s;

	manifest_init(&m, f);
	assert_int_equal(manifest_add_platform(
			     &m, a, r, platform_find(str_from(from)), NULL),
	    0);
	VEC_FOREACH(s, &m.refs.snp) {
		s->measurement = str_from(measurement);
		if (f < MANIFEST_2)
			s->platform = STR("");
	}
	return manifest_covers(&m, r, platform_find(str_from(platform)));
}

static void
manifest_covers__by_name_or_measurement(void **state)
{
	struct refvalues *r = embedded(), *known = NULL;

	(void)state;
	assert_int_equal(refvalues_parse(&known, a,
			     STR("{\"contrast-cc-metal-qemu-snp-1\":{\"snp\":["
				 "{\"trustedMeasurement\":\"ab\"}]}}"),
			     NULL),
	    0);
	/* the name decides, also where the user entered a measurement */
	assert_true(
	    covers(r, MANIFEST_2, "Metal-QEMU-SNP", "ab", "Metal-QEMU-SNP"));
	assert_false(
	    covers(r, MANIFEST_2, "Metal-QEMU-SNP", "ab", "K3s-QEMU-SNP"));
	/* without names and without data: the kind of hardware */
	assert_true(
	    covers(r, MANIFEST_1_2, "Metal-QEMU-SNP", "ab", "K3s-QEMU-SNP"));
	assert_false(
	    covers(r, MANIFEST_1_2, "Metal-QEMU-SNP", "ab", "K3s-QEMU-TDX"));
	/* with data the measurement */
	assert_true(covers(
	    known, MANIFEST_1_2, "Metal-QEMU-SNP", "ab", "Metal-QEMU-SNP"));
	assert_false(covers(
	    known, MANIFEST_1_2, "Metal-QEMU-SNP", "cd", "Metal-QEMU-SNP"));
	assert_false(
	    covers(known, MANIFEST_2, "Metal-QEMU-SNP", "ab", "Simulated-SNP"));
}

static void
manifest_add_platform__none(void **state)
{
	struct manifest m;
	struct rt_err err = {0};

	(void)state;
	manifest_init(&m, MANIFEST_2);
	assert_int_equal(manifest_add_platform(&m, a, embedded(),
			     platform_find(STR("Metal-QEMU-Insecure")), &err),
	    RT_ENOTFOUND);
	assert_string_equal(err.text,
	    "no embedded reference values found for platform: "
	    "Metal-QEMU-Insecure");
}

struct data_case {
	const char *text, *error;
};

static void
refvalues_parse__errors(void **state)
{
	static const struct data_case cases[] = {
	    {"[]", "expected an object"},
	    {"{\"kata\":{}}", "invalid handler name: kata"},
	    {"{\"contrast-cc-metal-qemu-snp\":{}}",
		"invalid handler name: contrast-cc-metal-qemu-snp"},
	    {"{\"contrast-cc-metal-qemu-snp-1\":{},"
	     "\"contrast-cc-metal-qemu-snp-2\":{}}",
		"two handlers for platform Metal-QEMU-SNP"},
	    {"{\"contrast-cc-metal-qemu-snp-1\":{\"snp\":[{\"x\":1}]}}",
		"contrast-cc-metal-qemu-snp-1: snp[0].x: unknown member, "
		"ignored"},
	    {"{\"contrast-cc-metal-qemu-snp-1\":{\"snp\":[1]}}",
		"contrast-cc-metal-qemu-snp-1: snp[0]: expected an object or "
		"null"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct refvalues *r = NULL;
		struct rt_err err = {0};

		assert_int_equal(
		    refvalues_parse(&r, a, str_from(cases[i].text), &err),
		    RT_EFORMAT);
		assert_string_equal(err.text, cases[i].error);
	}
}

static void
refvalues_load__places(void **state)
{
	struct refvalues *r = NULL;
	struct rt_err err = {0};

	(void)state;
	assert_int_equal(
	    refvalues_load(&r, a, "/nonexistent/f", NULL, &err), RT_ENOTFOUND);
	assert_int_equal(refvalues_load(&r, a, NULL, "/nonexistent", &err), 0);
	assert_non_null(
	    refvalues_handler(r, platform_find(STR("AKS-CLH-SNP"))));
}

static void
patch(struct manifest *m, const char *text, int want)
{
	struct jv *v = NULL;
	struct rt_err err = {0};

	assert_int_equal(jv_parse(&v, a, str_from(text), &err), 0);
	if (manifest_patch_refs(m, a, v, &err) != want)
		fail_msg("%s: %s", text, err.text);
}

static void
manifest_patch_refs__entries(void **state)
{
	struct manifest m;

	(void)state;
	manifest_init(&m, MANIFEST_2);
	assert_int_equal(manifest_add_platform(&m, a, embedded(),
			     platform_find(STR("Metal-QEMU-SNP")), NULL),
	    0);
	patch(&m,
	    "[[{\"op\":\"test\",\"path\":\"/ProductName\",\"value\":"
	    "\"Genoa\"},{\"op\":\"replace\",\"path\":"
	    "\"/MinimumTCB/SNPVersion\",\"value\":23}]]",
	    0);
	assert_int_equal(m.refs.snp.p[0].tcb.v[TCB_SNP], -1);
	assert_int_equal(m.refs.snp.p[1].tcb.v[TCB_SNP], 23);
	patch(
	    &m, "[[{\"op\":\"remove\",\"path\":\"/Nothing\"}]]", RT_ENOTFOUND);
	patch(&m, "{}", RT_EFORMAT);
	patch(&m,
	    "[[{\"op\":\"replace\",\"path\":\"/MinimumTCB/SNPVersion\","
	    "\"value\":256}]]",
	    RT_EFORMAT);
}

static void
manifest_purge_refs__drops_incomplete(void **state)
{
	struct manifest m;

	(void)state;
	manifest_init(&m, MANIFEST_2);
	assert_int_equal(manifest_add_platform(&m, a, embedded(),
			     platform_find(STR("Metal-QEMU-SNP")), NULL),
	    0);
	memset(&m.refs.snp.p[0].tcb, 0, sizeof(m.refs.snp.p[0].tcb));
	manifest_purge_refs(&m, a);
	assert_int_equal(m.refs.snp.n, 1);
	assert_strz(m.refs.snp.p[0].product, "Milan");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(platform_find__any_case),
	    cmocka_unit_test(platform_of_handler__forms),
	    cmocka_unit_test(refvalues__embedded_data),
	    cmocka_unit_test(
		manifest_add_platform__gives_what_the_user_fills_in),
	    cmocka_unit_test(manifest_add_platform__none),
	    cmocka_unit_test(manifest_covers__by_name_or_measurement),
	    cmocka_unit_test(refvalues_parse__errors),
	    cmocka_unit_test(refvalues_load__places),
	    cmocka_unit_test(manifest_patch_refs__entries),
	    cmocka_unit_test(manifest_purge_refs__drops_incomplete),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
