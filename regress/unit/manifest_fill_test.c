/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/emit/manifest_fill.h"
#include "regress/unit/unit.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

static struct arena *a;
static struct diags d;

static int
setup(void **state)
{
	(void)state;
	a = arena_new();
	diags_init(&d, a);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static size_t
count(enum diag_id id)
{
	struct diag **it;
	size_t n = 0;

	VEC_FOREACH(it, &d.list)
		n += (*it)->id == id;
	return n;
}

/* extraction */

/* A workload of this kind with annotations in its pod template. */
static const char *
workload(const char *api, const char *kind, const char *meta, const char *annot)
{
	return arena_printf(a,
	    "apiVersion: %s\nkind: %s\nmetadata: {%s}\nspec:\n  template:\n"
	    "    metadata:\n      annotations: {%s}\n"
	    "    spec: {containers: []}\n---\n",
	    api, kind, meta, annot)
	    .p;
}

#define POLICY_A "io.katacontainers.config.agent.policy: cG9saWN5IGE="
#define POLICY_B "io.katacontainers.config.agent.policy: cG9saWN5IGI="
#define ROLE "contrast.edgeless.systems/pod-role: "
#define ID "contrast.edgeless.systems/workload-secret-id: "

static bool
extract(
    struct workload_policies *w, const char *text, enum secret_id_format format)
{
	const struct source *s = source_new(a, STR("in.yml"), str_from(text));
	struct units u = {0};
	struct k8s_objects o = {0};

	memset(w, 0, sizeof(*w));
	diags_init(&d, a);
	assert_true(yaml_read(&u, a, &d, s));
	assert_true(k8s_objects_read(&o, a, &d, &u));
	return extract_policies(w, a, &d, &o, format);
}

static struct str
hash_of(const char *policy)
{
	return rt_sha256_hex(a, str_from(policy));
}

struct extract_case {
	const char *api, *kind, *meta, *annot;
	/* "ROLE SECRET-ID", empty: none, NULL: an error */
	const char *want;
};

static void
extract_policies__entries(void **state)
{
	static const struct extract_case cases[] = {
	    {"apps/v1", "Deployment", "name: web, namespace: shop", POLICY_A,
		" apps/v1/Deployment/shop/web"},
	    {"v1", "ReplicationController", "name: rc", POLICY_A,
		" core/v1/ReplicationController/default/rc"},
	    {"apps/v1", "StatefulSet", "name: c",
		POLICY_A ", " ROLE "coordinator",
		"coordinator apps/v1/StatefulSet/default/c"},
	    {"apps/v1", "DaemonSet", "name: i",
		POLICY_A ", " ROLE "contrast-node-installer", ""},
	    {"apps/v1", "Deployment", "name: web", POLICY_A ", " ID "mine",
		" mine"},
	    {"apps/v1", "Deployment", "name: web", POLICY_A ", " ID "''",
		" apps/v1/Deployment/default/web"},
	    {"apps/v1", "Deployment", "name: web, annotations: {" ID "object}",
		POLICY_A, " object"},
	    {"apps/v1", "Deployment", "name: web", "", ""},
	    {"apps/v1", "Deployment", "name: web",
		"io.katacontainers.config.agent.policy: ''", ""},
	    {"apps/v1", "Deployment", "name: web", POLICY_A ", " ROLE "boss",
		NULL},
	    {"apps/v1", "Deployment", "generateName: web-", POLICY_A, NULL},
	    {"apps/v1", "Deployment", "name: web",
		"io.katacontainers.config.agent.policy: '*'", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct extract_case *c = &cases[i];
		struct workload_policies w;
		bool ok =
		    extract(&w, workload(c->api, c->kind, c->meta, c->annot),
			SECRET_ID_QUALIFIED);

		assert_int_equal(ok, c->want != NULL);
		assert_int_equal(d.errors, ok ? 0 : 1);
		if (!ok || c->want[0] == '\0') {
			assert_int_equal(w.list.n, 0);
			continue;
		}
		assert_strz(
		    arena_printf(a, "%.*s %.*s", STR_ARG(w.list.p[0].role),
			STR_ARG(w.list.p[0].secret_id)),
		    c->want);
		assert_str(w.list.p[0].hash, hash_of("policy a"));
	}
}

static void
extract_policies__name_format(void **state)
{
	struct workload_policies w;

	(void)state;
	assert_true(extract(&w,
	    workload(
		"apps/v1", "Deployment", "name: web", POLICY_A ", " ID "x"),
	    SECRET_ID_NAME));
	assert_strz(w.list.p[0].secret_id, "web");
	assert_strz(w.list.p[0].other_id, "x");
	assert_strz(extract_place(a, &w.list.p[0]), "Deployment/default/web");
}

/* filling */

static const char *
two(const char *annot_a, const char *annot_b)
{
	return arena_printf(a, "%s%s",
	    workload("apps/v1", "Deployment", "name: one", annot_a),
	    workload("apps/v1", "Deployment", "name: two", annot_b))
	    .p;
}

static bool
fill(struct manifest *m, const struct fill_options *o, const char *text)
{
	struct workload_policies w;

	assert_true(extract(&w, text, SECRET_ID_QUALIFIED));
	return fill_policies(m, a, &d, o, &w);
}

static void
fill_policies__same_policy(void **state)
{
	struct fill_options o = {0};
	struct manifest m;

	(void)state;
	manifest_init(&m, MANIFEST_2);
	assert_true(fill(&m, &o, two(POLICY_A, POLICY_B)));
	assert_int_equal(m.policies.n, 2);
	assert_int_equal(d.warnings, 0);
	assert_true(fill(&m, &o, two(POLICY_A, POLICY_A)));
	assert_int_equal(m.policies.n, 1);
	assert_strz(m.policies.p[0].sans.v.p[0], "one");
	assert_strz(m.policies.p[0].sans.v.p[1], "*");
	assert_int_equal(count(DIAG_POLICY_SAME), 1);
	assert_false(
	    fill(&m, &o, two(POLICY_A, POLICY_A ", " ROLE "coordinator")));
	assert_int_equal(count(DIAG_POLICY_SAME_ROLE), 1);
}

static void
fill_policies__old_entries(void **state)
{
	struct fill_options o = {0};
	struct manifest m;
	struct manifest_policy *p;

	(void)state;
	manifest_init(&m, MANIFEST_2);
	/* an ID of v1.2 under the same hash is kept */
	p = manifest_policy_add(&m, a, hash_of("policy a"));
	manifest_list_add(&p->sans, a, STR("one"));
	manifest_list_add(&p->sans, a, STR("one.example"));
	p->secret_id = STR("one");
	assert_true(fill(&m, &o, two(POLICY_A, POLICY_B)));
	assert_int_equal(count(DIAG_SECRET_ID_KEPT), 1);
	p = manifest_policy_find(&m, hash_of("policy a"));
	assert_strz(p->secret_id, "one");
	assert_strz(p->sans.v.p[1], "*");
	/* under another hash it changes, with a warning */
	assert_true(fill(
	    &m, &o, workload("apps/v1", "Deployment", "name: one", POLICY_B)));
	assert_int_equal(count(DIAG_SECRET_ID_CHANGED), 1);
	/* edits */
	p = manifest_policy_find(&m, hash_of("policy b"));
	manifest_list_add(&p->sans, a, STR("ip.example"));
	p->secret_id = STR("own");
	o.keep_policy_edits = true;
	assert_true(fill(&m, &o, two(POLICY_A, POLICY_B)));
	p = manifest_policy_find(&m, hash_of("policy b"));
	assert_strz(p->secret_id, "own");
	assert_int_equal(p->sans.v.n, 3);
	o.keep_policy_edits = false;
	assert_true(fill(&m, &o, two(POLICY_A, POLICY_B)));
	p = manifest_policy_find(&m, hash_of("policy b"));
	assert_strz(p->secret_id, "apps/v1/Deployment/default/two");
}

static void
fill_owners__union(void **state)
{
	struct owner_keys w = {.kind = PKI_OWNER_WORKLOAD},
			  s = {.kind = PKI_OWNER_SEEDSHARE};
	struct owner_key k = {.key.der = STR("\x30\x01")};
	struct fill_options o = {0};
	struct manifest m;

	(void)state;
	manifest_init(&m, MANIFEST_2);
	manifest_list_add(&m.owner_keys, a, STR("ff"));
	VEC_PUSH(a, &w.list, k);
	VEC_PUSH(a, &s.list, k);
	fill_owners(&m, a, &o, &w);
	fill_owners(&m, a, &o, &w);
	fill_owners(&m, a, &o, &s);
	assert_int_equal(m.owner_keys.v.n, 2);
	assert_strz(m.owner_keys.v.p[0], "3001");
	assert_int_equal(m.seedshare_keys.v.n, 1);
	o.disable_updates = true;
	fill_owners(&m, a, &o, &w);
	fill_owners(&m, a, &o, &s);
	assert_false(m.owner_keys.set);
	assert_true(m.seedshare_keys.set);
	m.format = MANIFEST_1_2;
	o.disable_updates = false;
	fill_owners(&m, a, &o, &w);
	assert_str(m.owner_digests.v.p[0], hash_of("\x30\x01"));
}

/* start values */

static const struct platform *platform_list[2];

static void
options(struct fill_options *o, const char *p1, const char *p2)
{
	struct refvalues *r = NULL;

	assert_int_equal(refvalues_load(&r, a, NULL, NULL, NULL), 0);
	memset(o, 0, sizeof(*o));
	platform_list[0] = platform_find(str_from(p1));
	platform_list[1] = p2 == NULL ? NULL : platform_find(str_from(p2));
	o->path = "manifest.json";
	o->profile = platform_list[0]->profile;
	o->format = -1;
	o->platforms = platform_list;
	o->nplatforms = p2 == NULL ? 1 : 2;
	o->refvalues = r;
	diags_init(&d, a);
}

static void
fill_start__new(void **state)
{
	struct fill_options o;
	struct manifest m;
	struct fill_result r;
	struct workload_policies none = {0};

	(void)state;
	/* listing order, not the order of use */
	options(&o, "Metal-QEMU-SNP", "AKS-CLH-SNP");
	assert_true(fill_start(&m, a, &d, &o, NULL, NULL));
	assert_int_equal(m.format, MANIFEST_2);
	assert_int_equal(m.refs.snp.n, 3);
	assert_strz(m.refs.snp.p[0].platform, "AKS-CLH-SNP");
	assert_int_equal(count(DIAG_REFERENCE_PLACEHOLDER), 1);
	assert_true(fill_check(&r, a, &d, &o, &m, &none));
	assert_int_equal(r.verdict, MANIFEST_EXPECTED_MISSING);
	assert_int_equal(r.missing.v.n, 8 + 3);
	assert_strz(
	    r.missing.v.p[0].path, "ReferenceValues.snp[0].TrustedMeasurement");
	assert_int_equal(r.coordinator_hash.n, 0);
	o.require_coordinator = true;
	assert_false(fill_check(&r, a, &d, &o, &m, &none));
	/* placeholders alone are reason enough for the hint */
	options(&o, "AKS-CLH-SNP", NULL);
	assert_true(fill_start(&m, a, &d, &o, NULL, NULL));
	assert_true(fill_check(&r, a, &d, &o, &m, &none));
	assert_int_equal(r.verdict, MANIFEST_EXPECTED_MISSING);
	options(&o, "K3s-QEMU-TDX", NULL);
	assert_true(fill_start(&m, a, &d, &o, NULL, NULL));
	assert_int_equal(m.format, MANIFEST_1_2);
	options(&o, "Metal-QEMU-Insecure", NULL);
	assert_false(fill_start(&m, a, &d, &o, NULL, NULL));
	assert_int_equal(count(DIAG_REFERENCE_NONE), 1);
}

static const struct source *
written(const struct manifest *m)
{
	struct buf b = {0};
	struct str text;

	manifest_write(&b, m);
	text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return source_new(a, STR("manifest.json"), text);
}

static void
fill_start__old(void **state)
{
	struct fill_options o;
	struct manifest m, again;
	const struct source *old;

	(void)state;
	options(&o, "AKS-CLH-SNP", NULL);
	assert_true(fill_start(&m, a, &d, &o, NULL, NULL));
	m.refs.snp.p[0].tcb.v[TCB_SNP] = 99;
	old = written(&m);
	/* kept, in its format */
	options(&o, "AKS-CLH-SNP", NULL);
	assert_true(fill_start(&again, a, &d, &o, old, NULL));
	assert_str(written(&again)->text, old->text);
	assert_int_equal(d.warnings, 0);
	/* another platform now */
	options(&o, "Simulated-SNP", NULL);
	assert_true(fill_start(&again, a, &d, &o, old, NULL));
	assert_str(written(&again)->text, old->text);
	assert_int_equal(count(DIAG_REFERENCE_OTHER_PLATFORM), 1);
	/* upward only */
	options(&o, "AKS-CLH-SNP", NULL);
	o.format = MANIFEST_1_10;
	assert_true(fill_start(&again, a, &d, &o, old, NULL));
	assert_int_equal(again.format, MANIFEST_1_10);
	o.format = MANIFEST_1_7;
	assert_false(fill_start(&m, a, &d, &o, written(&again), NULL));
	assert_int_equal(count(DIAG_MANIFEST_CONVERT), 1);
}

static void
fill_start__broken(void **state)
{
	struct fill_options o;
	struct manifest m;

	(void)state;
	options(&o, "AKS-CLH-SNP", NULL);
	assert_false(
	    fill_start(&m, a, &d, &o, source_new(a, STR("m"), STR("{")), NULL));
	assert_int_equal(count(DIAG_MANIFEST_READ), 1);
	assert_false(fill_start(&m, a, &d, &o,
	    source_new(a, STR("m"),
		STR("{\"Policies\":{\"x\":{}},\"ReferenceValues\":{}}")),
	    NULL));
	assert_int_equal(count(DIAG_MANIFEST_INVALID), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(extract_policies__entries),
	    cmocka_unit_test(extract_policies__name_format),
	    cmocka_unit_test(fill_policies__same_policy),
	    cmocka_unit_test(fill_policies__old_entries),
	    cmocka_unit_test(fill_owners__union),
	    cmocka_unit_test(fill_start__new),
	    cmocka_unit_test(fill_start__old),
	    cmocka_unit_test(fill_start__broken),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
