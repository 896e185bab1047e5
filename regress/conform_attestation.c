/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: cases.json with the code that a verifier must give, mutations.json
 * with changes to the files of a case.
 */
#include <glob.h>
#include <time.h>

#include "regress/conform_attestation.h"
#include "runtime/attest/snp.h"
#include "runtime/base/encode.h"
#include "runtime/manifest/idblock.h"

#include "runtime/base/banned.h"

/* Members */

struct str
attestation_file(const struct attestation *t, const char *member)
{
	struct str name = jv_get_str(t->v, str_from(member)), bytes;
	const char *path;

	if (t->member != NULL && strcmp(t->member, member) == 0)
		return t->changed;
	if (name.n == 0)
		return (struct str){"", 0};
	path = arena_printf(t->c->arena, "%s/%.*s", t->dir, STR_ARG(name)).p;
	if (conform_read(&bytes, t->c->arena, path))
		return bytes;
	conform_fail(t->c, t->name, "cannot read %s", path);
	return (struct str){"", 0};
}

struct str
attestation_hex(
    const struct attestation *t, const struct jv *v, const char *member)
{
	struct str raw;

	if (rt_unhex(
		&raw, t->c->arena, jv_get_str(v, str_from(member)), NULL) != 0)
		return (struct str){"", 0};
	return raw;
}

int64_t
attestation_int(const struct jv *v, const char *member, int64_t none)
{
	int64_t n;

	return jv_to_int(jv_get(v, str_from(member)), &n) ? n : none;
}

static int64_t
read_time(struct str s)
{
	struct tm tm = {0};
	char z[32] = {0};

	if (s.n >= sizeof(z))
		return 0;
	memcpy(z, s.p, s.n);
	return strptime(z, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL
		   ? 0
		   : (int64_t)timegm(&tm);
}

static int64_t
clock_of(void *arg)
{
	return ((const struct attestation *)arg)->time;
}

void
attestation_judge(
    struct attestation *t, bool ok, const char *what, struct str detail)
{
	if (ok)
		conform_pass(t->c);
	else
		conform_fail(t->c, t->name, "%s: %.*s", what, STR_ARG(detail));
}

/* SNP */

static void
list_add(struct conform *c, struct snp_list *l, const struct jv *hex)
{
	struct jv **it;
	struct str raw;

	if (hex == NULL)
		return;
	VEC_FOREACH(it, &hex->items) {
		if (rt_unhex(&raw, c->arena, jv_str(*it), NULL) == 0)
			VEC_PUSH(c->arena, &l->v, raw);
	}
}

static uint64_t
read_tcb(const struct jv *v, enum snp_product p)
{
	uint64_t tcb = 0, n;
	int i, byte;

	for (i = 0; i < SNP_PARTS; i++) {
		byte = snp_tcb_byte(p, (enum snp_part)i);
		n = (uint64_t)attestation_int(
		    v, snp_part_name((enum snp_part)i), 0);
		if (byte >= 0)
			tcb |= n << (8 * byte);
	}
	return tcb;
}

static void
read_policy(struct snp_policy *p, struct attestation *t)
{
	const struct jv *v = jv_getz(t->v, "policy");

	p->product = snp_product_find(jv_get_str(v, STR("product")));
	p->allow_vlek = true;
	p->revocation =
	    str_eq(jv_get_str(t->v, STR("revocation")), STR("required"));
	p->check_guest_policy = jv_getz(v, "guest_policy") != NULL;
	p->guest_policy = (uint64_t)attestation_int(v, "guest_policy", 0);
	p->check_platform_info = jv_getz(v, "platform_info") != NULL;
	p->platform_info = (uint64_t)attestation_int(v, "platform_info", 0);
	p->permit_provisional =
	    !jv_is(jv_getz(v, "permit_provisional"), JV_FALSE);
	p->vmpl = (int)attestation_int(v, "vmpl", -1);
	p->guest_svn = (uint32_t)attestation_int(v, "min_guest_svn", 0);
	p->tcb = read_tcb(jv_getz(v, "min_tcb"), p->product);
	p->launch_tcb = read_tcb(jv_getz(v, "min_launch_tcb"), p->product);
	p->mitigations =
	    (uint64_t)attestation_int(v, "min_mitigation_vector", 0);
	p->id_block = jv_getz(v, "id_key_digests") != NULL;
	list_add(t->c, &p->id_keys, jv_getz(v, "id_key_digests"));
	list_add(t->c, &p->chip_ids, jv_getz(v, "allowed_chip_ids"));
	p->measurement = attestation_hex(t, v, "measurement");
}

static void
read_expect(struct attest_expect *e, struct attestation *t, struct str report)
{
	const struct jv *v = jv_getz(t->v, "policy");
	struct str data = attestation_hex(t, v, "report_data");
	struct str digest = attestation_hex(t, v, "host_data");

	if (data.n == 0 && report.n == SNP_REPORT_LEN)
		data = str_sub(report, 0x50, 0x90);
	if (data.n == sizeof(e->report_data))
		memcpy(e->report_data, data.p, data.n);
	e->ndigests = digest.n == ATTEST_DIGEST_LEN;
	if (e->ndigests > 0)
		memcpy(t->digest, digest.p, digest.n);
	e->digests = &t->digest;
}

/* Every file of a pattern; one that is no root is none. */
static void
read_roots(struct snp_roots *roots, struct attestation *t)
{
	struct str pattern = jv_get_str(t->v, STR("roots")), pem;
	const char *path =
	    arena_printf(t->c->arena, "%s/%.*s", t->dir, STR_ARG(pattern)).p;
	glob_t g;
	size_t i;

	roots->simulated =
	    str_eq(jv_get_str(t->v, STR("platform")), STR("simulated"));
	if (glob(path, 0, NULL, &g) != 0)
		return;
	for (i = 0; i < g.gl_pathc; i++) {
		if (conform_read(&pem, t->c->arena, g.gl_pathv[i]) &&
		    snp_roots_add(roots, pem, NULL) != 0)
			continue;
	}
	globfree(&g);
}

static struct str
read_crl(struct attestation *t)
{
	const struct jv *crls = jv_getz(t->v, "crls");
	struct str bytes = {"", 0};

	if (crls == NULL || crls->items.n == 0)
		return bytes;
	if (!conform_read(&bytes, t->c->arena,
		arena_printf(t->c->arena, "%s/%.*s", t->dir,
		    STR_ARG(jv_str(crls->items.p[0])))
		    .p))
		conform_fail(t->c, t->name, "cannot read its CRL");
	return bytes;
}

/* A mutation names the leaf by its kind. */
static struct str
read_leaf(struct attestation *t, bool vlek)
{
	bool mine =
	    str_eq(jv_get_str(t->v, STR("leaf_kind")), STR("vlek")) == vlek;
	const char *kind = vlek ? "vlek" : "vcek";

	if (!mine)
		return (struct str){"", 0};
	if (t->member != NULL && strcmp(t->member, kind) == 0)
		return t->changed;
	return attestation_file(t, "leaf");
}

static void
run_snp(struct attestation *t)
{
	struct attest_env env = {.now = clock_of, .now_arg = t};
	struct snp_roots roots = {0};
	struct snp_policy policy = {.roots = &roots};
	struct attest_expect expect = {0};
	struct snp_evidence ev = {0};
	int rc;

	ev.report = attestation_file(t, "report");
	ev.vcek = read_leaf(t, false);
	ev.vlek = read_leaf(t, true);
	ev.crl = read_crl(t);
	read_roots(&roots, t);
	read_policy(&policy, t);
	read_expect(&expect, t, ev.report);
	rc = snp_verify(&t->r, &ev, &policy, &expect, &env);
	if ((rc == 0) != (t->r.code == ATTEST_OK))
		conform_fail(t->c, t->name, "result and code disagree");
	snp_roots_fini(&roots);
}

/* A document carries the same report and gives the same leaf. */
static void
same_document(struct attestation *t)
{
	struct str doc = attestation_file(t, "attestation_pb");
	struct attest_result r = {.arena = t->c->arena};
	struct snp_evidence ev = {0};
	struct buf again = {0};
	bool ok;

	if (doc.n == 0)
		return;
	ok = snp_doc_read(&ev, &r, doc) == 0 &&
	     str_eq(ev.report, attestation_file(t, "report")) &&
	     snp_doc_write(&again, &ev, SNP_PRODUCT_NONE, NULL) == 0;
	if (ok) {
		struct snp_evidence back = {0};

		ok = snp_doc_read(&back, &r, buf_str(&again)) == 0 &&
		     str_eq(back.report, ev.report) &&
		     str_eq(back.vcek, ev.vcek) && str_eq(back.vlek, ev.vlek);
	}
	attestation_judge(t, ok, "attestation.pb", r.text);
	buf_free(&again);
}

/* Beside the file that a member names. */
static const char *
claims_path(struct attestation *t, const char *member)
{
	struct str report = jv_get_str(t->v, str_from(member));

	return arena_printf(t->c->arena, "%s/%.*s/claims.json", t->dir,
	    STR_ARG(str_sub(report, 0, str_rchr(report, '/'))))
	    .p;
}

void
attestation_claims(struct attestation *t, const char *member)
{
	struct jv *v;
	struct str text;
	size_t i;

	if (!conform_read(&text, t->c->arena, claims_path(t, member)) ||
	    jv_parse(&v, t->c->arena, text, NULL) != 0)
		return;
	for (i = 0; i < v->items.n && i < t->r.claims.n; i++) {
		const struct attest_claim *c = &t->r.claims.p[i];

		if (!str_eqz(jv_get_str(v->items.p[i], STR("oid")), c->oid) ||
		    !str_eq(
			attestation_hex(t, v->items.p[i], "value"), c->der)) {
			attestation_judge(t, false, "claim", str_from(c->oid));
			return;
		}
	}
	attestation_judge(t, v->items.n == t->r.claims.n, "claims",
	    arena_printf(t->c->arena, "%zu of %zu", t->r.claims.n, v->items.n));
}

static void
finish_snp(struct attestation *t)
{
	same_document(t);
	if (t->r.code == ATTEST_OK)
		attestation_claims(t, "report");
}

/* "3.8": 115, "2": "Milan-B0", "4": "raw len=64 0a1b…" */
static bool
same_extension(
    struct conform *c, const struct snp_leaf *leaf, const struct jv_member *m)
{
	static const struct {
		const char *suffix;
		enum snp_part part;
	} parts[] = {{"3.1", SNP_BL}, {"3.2", SNP_TEE}, {"3.3", SNP_SNP},
	    {"3.8", SNP_UCODE}, {"3.9", SNP_FMC}};
	struct str want = jv_str(m->value), hex;
	int64_t n = 0;
	size_t i;

	if (str_eq(m->key, STR("2")))
		return str_eq(leaf->product_name, want);
	if (str_eq(m->key, STR("4"))) {
		hex = rt_hex(c->arena, (const unsigned char *)leaf->hwid.p,
		    leaf->hwid.n);
		return str_ends(want, hex);
	}
	if (!jv_to_int(m->value, &n))
		return true;
	if (str_eq(m->key, STR("1")))
		return leaf->struct_version == (unsigned)n;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (str_eqz(m->key, parts[i].suffix))
			return snp_tcb_part(leaf->tcb,
				   snp_tcb_byte(leaf->product,
				       parts[i].part)) == (unsigned)n;
	}
	return true;
}

static void
same_extensions(struct attestation *t, const struct snp_leaf *leaf)
{
	const struct jv *v = jv_getz(t->v, "extensions");
	const struct jv_member *m;

	if (v == NULL)
		return;
	VEC_FOREACH(m, &v->members) {
		attestation_judge(
		    t, same_extension(t->c, leaf, m), "extension", m->key);
	}
}

/* Only a leaf: its extensions, then its chain. */
static void
run_cert(struct attestation *t)
{
	enum snp_key key =
	    str_eq(jv_get_str(t->v, STR("leaf_kind")), STR("vlek")) ? SNP_VLEK
								    : SNP_VCEK;
	struct snp_roots roots = {0};
	struct snp_leaf leaf;
	const struct attest_env env = {0};
	int rc = RT_EVERIFY;

	read_roots(&roots, t);
	if (snp_leaf_parse(
		&leaf, &t->r, attestation_file(t, "leaf"), key, false) == 0) {
		same_extensions(t, &leaf);
		rc = snp_chain_check(&t->r, &leaf, &roots, &env, t->time);
	}
	if ((rc == 0) != (t->r.code == ATTEST_OK))
		conform_fail(t->c, t->name, "result and code disagree");
	snp_leaf_fini(&leaf);
	snp_roots_fini(&roots);
}

static void
run_idblock(struct attestation *t)
{
	struct str report = attestation_file(t, "report");
	struct str measurement = attestation_hex(t, t->v, "measurement");
	struct snp_report rep;
	struct idblock b;
	struct str key = {(const char *)b.key_digest, sizeof(b.key_digest)};
	struct str auth = {(const char *)b.auth, sizeof(b.auth)};
	struct str block = {(const char *)b.block, sizeof(b.block)};

	if (snp_report_parse(&rep, &t->r, report) != 0)
		return;
	if (measurement.n != IDBLOCK_MEASUREMENT_LEN ||
	    idblock_make(&b, (const unsigned char *)measurement.p,
		(uint64_t)attestation_int(t->v, "guest_policy", 0), NULL) != 0)
		return (void)attest_reject(
		    &t->r, ATTEST_SNP_ID_KEY, "no ID block");
	(void)attest_equal(&t->r, ATTEST_SNP_ID_KEY, "ID_KEY_DIGEST", key,
	    rep.f.id_key_digest);
	(void)attest_equal(&t->r, ATTEST_SNP_ID_KEY, "id_key_digest",
	    attestation_hex(t, t->v, "id_key_digest"), key);
	(void)attest_equal(&t->r, ATTEST_SNP_ID_KEY, "id_block",
	    attestation_file(t, "id_block"), block);
	(void)attest_equal(&t->r, ATTEST_SNP_ID_KEY, "id_auth",
	    attestation_file(t, "id_auth"), auth);
	(void)attest_equal(&t->r, ATTEST_SNP_ID_KEY, "id_key",
	    attestation_file(t, "id_key"),
	    str_sub(auth, 0x240, 0x240 + IDBLOCK_KEY_LEN));
}

/* Running */

static const struct {
	const char *kind;
	void (*run)(struct attestation *t);
	void (*finish)(struct attestation *t);
} kinds[] = {
    {"snp", run_snp, finish_snp},
    {"snp-cert", run_cert, NULL},
    {"snp-idblock", run_idblock, NULL},
    {"tdx", attestation_tdx, attestation_tdx_finish},
    {"tdreport", attestation_tdreport, NULL},
};
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool
is_expected(const struct jv *v, const char *code)
{
	const struct jv *also = jv_getz(v, "also");
	struct str want = jv_get_str(v, STR("expect"));
	size_t i;

	if (str_eqz(want, code) ||
	    (str_eq(want, STR("parse")) && strcmp(code, "accept") == 0))
		return true;
	for (i = 0; also != NULL && i < also->items.n; i++) {
		if (str_eqz(jv_str(also->items.p[i]), code))
			return true;
	}
	return false;
}

/* `want` says what to expect: the case itself, or a mutation of it. */
static void
run(struct attestation *t, const struct jv *want)
{
	struct str kind = jv_get_str(t->v, STR("kind"));
	const char *code;
	size_t i;

	for (i = 0; i < NKINDS && !str_eqz(kind, kinds[i].kind); i++)
		;
	if (i == NKINDS) {
		t->c->skipped++;
		return;
	}
	t->time = read_time(jv_get_str(t->v, STR("time")));
	t->r = (struct attest_result){.arena = t->c->arena};
	kinds[i].run(t);
	code = attest_code_name(t->r.code);
	if (!is_expected(want, code)) {
		conform_fail(t->c, t->name, "%s, not %.*s: %.*s", code,
		    STR_ARG(jv_get_str(want, STR("expect"))),
		    STR_ARG(t->r.text));
		return;
	}
	conform_pass(t->c);
	if (want == t->v && kinds[i].finish != NULL)
		kinds[i].finish(t);
}

static const struct jv *
load(struct conform *c, const char *dir, const char *name, const char *member)
{
	const char *path = conform_path(c->arena, dir, name);
	struct rt_err err = {0};
	struct jv *v = NULL;
	struct str text;

	if (!conform_read(&text, c->arena, path))
		conform_skip(c, path, "not there");
	else if (jv_parse(&v, c->arena, text, &err) != 0)
		conform_fail(c, path, "%s", err.text);
	return jv_get(v, str_from(member));
}

static const struct jv *
find_case(const struct jv *cases, struct str id)
{
	size_t i;

	for (i = 0; i < cases->items.n; i++) {
		if (str_eq(jv_get_str(cases->items.p[i], STR("id")), id))
			return cases->items.p[i];
	}
	return NULL;
}

static bool
change(struct attestation *t, const struct jv *m)
{
	bool json = strcmp(t->member, "collateral") == 0, ok = true;
	bool leaf =
	    strcmp(t->member, "vcek") == 0 || strcmp(t->member, "vlek") == 0;
	const struct jv *ops = jv_getz(m, "ops");
	const char *member = t->member;
	struct buf b = {0};
	size_t i;

	t->member = NULL;
	buf_put(&b, attestation_file(t, leaf ? "leaf" : member));
	t->member = member;
	for (i = 0; ops != NULL && i < ops->items.n && ok; i++)
		ok = attestation_change(&b, ops->items.p[i], t->c->arena, json);
	t->changed = arena_str(t->c->arena, buf_str(&b));
	buf_free(&b);
	return ok;
}

static void
run_mutation(struct attestation *t, const struct jv *cases, const struct jv *m)
{
	struct arena *a = t->c->arena;

	t->v = find_case(cases, jv_get_str(m, STR("base")));
	t->member = arena_cstr(a, jv_get_str(m, STR("file")));
	t->name =
	    arena_printf(a, "%.*s: %.*s", STR_ARG(jv_get_str(m, STR("base"))),
		STR_ARG(jv_get_str(m, STR("note"))))
		.p;
	if (t->v == NULL || !change(t, m))
		conform_fail(t->c, t->name, "no such case, or operation");
	else
		run(t, m);
}

void
conform_attestation(struct conform *c, const char *dir)
{
	const struct jv *cases = load(c, dir, "cases.json", "cases");
	const struct jv *m = load(c, dir, "mutations.json", "mutations");
	struct attestation t = {.c = c, .dir = dir};
	size_t i;

	for (i = 0; cases != NULL && i < cases->items.n; i++) {
		t = (struct attestation){
		    .c = c, .dir = dir, .v = cases->items.p[i]};
		t.name = arena_cstr(c->arena, jv_get_str(t.v, STR("id")));
		run(&t, t.v);
	}
	for (i = 0; cases != NULL && m != NULL && i < m->items.n; i++) {
		t = (struct attestation){.c = c, .dir = dir};
		run_mutation(&t, cases, m->items.p[i]);
	}
}
