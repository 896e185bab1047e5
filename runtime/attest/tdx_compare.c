/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy wants of a TD and its platform (14, step 6).  Every failing
 * comparison is recorded, the first one gives the code.
 */
#include "runtime/attest/tdx_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define ATTRIBUTE_DEBUG ((uint64_t)1)
/* DEBUG, SEPT_VE_DISABLE, PKS, PERFMON (10.2). */
#define ATTRIBUTES_KNOWN                                                       \
	(ATTRIBUTE_DEBUG | (uint64_t)1 << 28 | (uint64_t)1 << 30 |             \
	    (uint64_t)1 << 63)
#define XFAM_FIXED 0x3u
#define XFAM_KNOWN 0x0006dbe7u
#define SGX_WITH_INTEGRITY 2

/* In the order of the checks. */
static const struct {
	enum tdx_field field;
	enum attest_code code;
} equal[] = {
    {TDX_TD_ATTRIBUTES, ATTEST_TDX_TD_ATTRIBUTES},
    {TDX_XFAM, ATTEST_TDX_XFAM},
    {TDX_MR_SEAM, ATTEST_TDX_MR_SEAM},
    {TDX_MR_TD, ATTEST_TDX_MR_TD},
    {TDX_RTMR0, ATTEST_TDX_RTMR0},
    {TDX_RTMR1, ATTEST_TDX_RTMR1},
    {TDX_RTMR2, ATTEST_TDX_RTMR2},
    {TDX_RTMR3, ATTEST_TDX_RTMR3},
    {TDX_MR_CONFIG_ID, ATTEST_TDX_MR_CONFIG_ID},
    {TDX_MR_OWNER, ATTEST_TDX_MR_OWNER},
    {TDX_MR_OWNER_CONFIG, ATTEST_TDX_MR_OWNER_CONFIG},
    {TDX_REPORT_DATA, ATTEST_TDX_REPORT_DATA},
};

struct comparison {
	struct attest_result *r;
	const struct tdx_quote *q;
	const struct pck_ext *pck;
	const struct tdx_policy *p;
	const struct attest_expect *e;
};

static struct str
hex(struct attest_result *r, struct str s)
{
	return rt_hex(r->arena, (const unsigned char *)s.p, s.n);
}

/* A field whose bits are not as they must be. */
static void
bits(struct comparison *c, enum attest_code code, enum tdx_field f,
    const char *required)
{
	attest_mismatch(c->r, code, tdx_fields[f].name, str_from(required),
	    hex(c->r, tdx_quote_field(c->q, f)));
}

/* Sanity of fields for which the policy has no value. */
static void
check_bits(struct comparison *c)
{
	uint64_t attributes =
	    tdx_u64(tdx_quote_field(c->q, TDX_TD_ATTRIBUTES), 0);
	uint64_t xfam = tdx_u64(tdx_quote_field(c->q, TDX_XFAM), 0);

	if (c->p->want[TDX_TD_ATTRIBUTES].n == 0 &&
	    (attributes & ~ATTRIBUTES_KNOWN) != 0)
		bits(c, ATTEST_TDX_TD_ATTRIBUTES, TDX_TD_ATTRIBUTES,
		    "no bits but DEBUG, SEPT_VE_DISABLE, PKS, PERFMON");
	if (c->p->want[TDX_XFAM].n == 0 &&
	    ((xfam & XFAM_FIXED) != XFAM_FIXED ||
		(xfam & ~(uint64_t)XFAM_KNOWN) != 0))
		bits(c, ATTEST_TDX_XFAM, TDX_XFAM,
		    "bits 0 and 1, and none outside 0x0006dbe7");
}

/* MRCONFIGID is a digest and zeros (16). */
static void
check_digest(struct comparison *c)
{
	struct str id = tdx_quote_field(c->q, TDX_MR_CONFIG_ID);
	char want[48] = {0};
	struct str required = {want, sizeof(want)};
	size_t i;

	if (c->e->ndigests == 0) {
		memcpy(want, id.p, ATTEST_DIGEST_LEN);
		(void)attest_equal(
		    c->r, ATTEST_TDX_MR_CONFIG_ID, "MRCONFIGID", required, id);
		return;
	}
	for (i = 0; i < c->e->ndigests; i++) {
		memcpy(want, c->e->digests[i], ATTEST_DIGEST_LEN);
		if (str_eq(required, id))
			return;
	}
	for (i = 0; i < c->e->ndigests; i++) {
		memcpy(want, c->e->digests[i], ATTEST_DIGEST_LEN);
		(void)attest_equal(
		    c->r, ATTEST_TDX_MR_CONFIG_ID, "MRCONFIGID", required, id);
	}
}

static void
check_field(struct comparison *c, enum tdx_field f, enum attest_code code)
{
	struct str got = tdx_quote_field(c->q, f);

	if (c->p->want[f].n > 0)
		(void)attest_equal(
		    c->r, code, tdx_fields[f].name, c->p->want[f], got);
	if (f == TDX_MR_CONFIG_ID && c->e != NULL)
		check_digest(c);
	if (f == TDX_REPORT_DATA && c->e != NULL)
		(void)attest_equal(c->r, code, tdx_fields[f].name,
		    (struct str){(const char *)c->e->report_data,
			ATTEST_REPORT_DATA_LEN},
		    got);
}

static void
check_service_td(struct comparison *c)
{
	static const char zero[48];
	struct str got = tdx_quote_field(c->q, TDX_MR_SERVICE_TD);
	struct str want = c->p->want[TDX_MR_SERVICE_TD];

	if (got.n == 0 || c->p->allow_service_td)
		return;
	if (want.n == 0)
		want = (struct str){zero, sizeof(zero)};
	(void)attest_equal(
	    c->r, ATTEST_TDX_MR_SERVICE_TD, "MRSERVICETD", want, got);
}

/* Each byte for itself. */
static void
check_tee_tcb_svn(struct comparison *c)
{
	struct str want = c->p->min_tee_tcb_svn;
	struct str got = tdx_quote_field(c->q, TDX_TEE_TCB_SVN);
	size_t i;

	for (i = 0; i < want.n && i < got.n; i++) {
		if (tdx_byte(got, i) >= tdx_byte(want, i))
			continue;
		attest_mismatch(c->r, ATTEST_TDX_TEE_TCB_SVN_MIN, "TEE_TCB_SVN",
		    hex(c->r, want), hex(c->r, got));
		return;
	}
}

static void
check_piid(struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->p->npiids; i++) {
		if (str_eq(c->p->piids[i], c->pck->piid))
			return;
	}
	if (c->p->npiids > 0)
		attest_mismatch(c->r, ATTEST_TDX_PIID, "PIID",
		    STR("one of the allowed ones"), hex(c->r, c->pck->piid));
}

/* A flag of the configuration that has to be there and false. */
static void
check_off(struct comparison *c, enum attest_code code, const char *field,
    bool required, int flag)
{
	if (required && flag != 0)
		attest_mismatch(c->r, code, field, STR("false"),
		    flag < 0 ? STR("not said") : STR("true"));
}

static void
check_platform(struct comparison *c)
{
	const struct tdx_policy *p = c->p;

	check_piid(c);
	if (p->memory_integrity && c->pck->sgx_type != SGX_WITH_INTEGRITY)
		attest_mismatch(c->r, ATTEST_TDX_MEMORY_INTEGRITY, "SGX type",
		    STR("2"),
		    arena_printf(
			c->r->arena, "%u", (unsigned)c->pck->sgx_type));
	check_off(c, ATTEST_TDX_SMT, "SMT", p->smt_disabled, c->pck->smt);
	check_off(c, ATTEST_TDX_STATIC_PLATFORM, "dynamic platform",
	    p->static_platform, c->pck->dynamic_platform);
}

void
tdx_compare(struct attest_result *r, const struct tdx_quote *q,
    const struct pck_ext *pck, const struct tdx_policy *p,
    const struct attest_expect *e)
{
	struct comparison c = {r, q, pck, p, e};
	uint64_t attributes = tdx_u64(tdx_quote_field(q, TDX_TD_ATTRIBUTES), 0);
	size_t i;

	if ((attributes & ATTRIBUTE_DEBUG) != 0 && !p->allow_debug)
		bits(&c, ATTEST_TDX_DEBUG, TDX_TD_ATTRIBUTES, "bit 0 clear");
	check_bits(&c);
	for (i = 0; i < sizeof(equal) / sizeof(equal[0]); i++)
		check_field(&c, equal[i].field, equal[i].code);
	check_service_td(&c);
	check_tee_tcb_svn(&c);
	(void)attest_at_least(r, ATTEST_TDX_QE_SVN_MIN, "QE SVN", p->min_qe_svn,
	    tdx_u16(q->header, 10));
	(void)attest_at_least(r, ATTEST_TDX_PCE_SVN_MIN, "PCE SVN",
	    p->min_pce_svn, tdx_u16(q->header, 8));
	check_platform(&c);
}
