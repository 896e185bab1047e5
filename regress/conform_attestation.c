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
		&leaf, &t->r, attestation_file(t, "leaf"), key, false) == 0)
		rc = snp_chain_check(&t->r, &leaf, &roots, &env, t->time);
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

/* Operations of mutations */

static struct str
operand(struct arena *a, const struct jv *op, size_t i)
{
	struct str raw = {"", 0};

	if (i >= op->items.n ||
	    rt_unhex(&raw, a, jv_str(op->items.p[i]), NULL) != 0)
		return (struct str){"", 0};
	return raw;
}

static size_t
number(const struct jv *op, size_t i)
{
	int64_t n = 0;

	return i < op->items.n && jv_to_int(op->items.p[i], &n) && n >= 0
		   ? (size_t)n
		   : 0;
}

static void
over(struct buf *b, const struct jv *op, struct arena *a, bool xor)
{
	struct str raw = operand(a, op, 2);
	size_t at = number(op, 1), i;

	for (i = 0; i < raw.n && at + i < b->n; i++)
		b->p[at + i] = (char)(xor? b->p[at + i] ^ raw.p[i] : raw.p[i]);
}

static void
op_xor(struct buf *b, const struct jv *op, struct arena *a)
{
	over(b, op, a, true);
}

static void
op_set(struct buf *b, const struct jv *op, struct arena *a)
{
	over(b, op, a, false);
}

static void
op_truncate(struct buf *b, const struct jv *op, struct arena *a)
{
	(void)a;
	if (number(op, 1) < b->n)
		b->n = number(op, 1);
}

static void
op_append(struct buf *b, const struct jv *op, struct arena *a)
{
	buf_put(b, operand(a, op, 1));
}

static void
op_delete(struct buf *b, const struct jv *op, struct arena *a)
{
	size_t at = number(op, 1), n = number(op, 2);

	(void)a;
	if (at > b->n || n > b->n - at)
		return;
	memmove(b->p + at, b->p + at + n, b->n - at - n);
	b->n -= n;
}

static void
op_reverse(struct buf *b, const struct jv *op, struct arena *a)
{
	size_t at = number(op, 1), n = number(op, 2), i;
	char t;

	(void)a;
	for (i = 0; at + n <= b->n && i < n / 2; i++) {
		t = b->p[at + i];
		b->p[at + i] = b->p[at + n - 1 - i];
		b->p[at + n - 1 - i] = t;
	}
}

/* Those of collateral, on the members of its object. */

static struct str
replace(struct arena *a, struct str s, struct str old, struct str new)
{
	size_t at = str_find(s, old, 0);

	if (at == SIZE_MAX)
		return s;
	return arena_printf(a, "%.*s%.*s%.*s", STR_ARG(str_sub(s, 0, at)),
	    STR_ARG(new), STR_ARG(str_sub(s, at + old.n, s.n)));
}

static struct str
xor_hex(struct arena *a, struct str hex, const struct jv *op)
{
	struct str raw, mask = operand(a, op, 3);
	int64_t at = 0;
	char *p;

	if (rt_unhex(&raw, a, hex, NULL) != 0 ||
	    !jv_to_int(op->items.p[2], &at) || mask.n != 1)
		return hex;
	at = at < 0 ? at + (int64_t)raw.n : at;
	p = arena_alloc(a, raw.n + 1);
	memcpy(p, raw.p, raw.n);
	if (at >= 0 && at < (int64_t)raw.n)
		p[at] = (char)(p[at] ^ mask.p[0]);
	return rt_hex(a, (const unsigned char *)p, raw.n);
}

static bool
change_member(struct jv *object, const struct jv *op, struct arena *a)
{
	struct str what = jv_str(op->items.p[0]);
	struct str name = jv_str(op->items.p[1]);
	struct str old = jv_get_str(object, name), new = old;

	if (str_eq(what, STR("drop"))) {
		jv_remove(object, name);
		return true;
	}
	if (str_eq(what, STR("text")))
		new = replace(
		    a, old, jv_str(op->items.p[2]), jv_str(op->items.p[3]));
	else if (str_eq(what, STR("xorhex")))
		new = xor_hex(a, old, op);
	else if (str_eq(what, STR("copy")))
		new = jv_get_str(object, jv_str(op->items.p[2]));
	else if (str_eq(what, STR("trunchex")))
		new = str_sub(old, 0, 2 * number(op, 2));
	else
		return false;
	(void)jv_set(a, object, name, jv_string(a, new));
	return true;
}

static const struct {
	const char *name;
	void (*apply)(struct buf *b, const struct jv *op, struct arena *a);
} operations[] = {
    {"xor", op_xor},
    {"set", op_set},
    {"truncate", op_truncate},
    {"append", op_append},
    {"delete", op_delete},
    {"reverse", op_reverse},
};

static bool
change_bytes(struct buf *b, const struct jv *op, struct arena *a)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (str_eqz(jv_str(op->items.p[0]), operations[i].name)) {
			operations[i].apply(b, op, a);
			return true;
		}
	}
	return false;
}

static bool
change_object(struct buf *b, const struct jv *op, struct arena *a)
{
	struct jv *object;

	if (jv_parse(&object, a, arena_str(a, buf_str(b)), NULL) != 0 ||
	    !change_member(object, op, a))
		return false;
	b->n = 0;
	jv_print(b, object, JV_COMPACT);
	return true;
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
		ok = json ? change_object(&b, ops->items.p[i], t->c->arena)
			  : change_bytes(&b, ops->items.p[i], t->c->arena);
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
