/* SPDX-License-Identifier: Apache-2.0 */
/* What Intel says of the firmware that made a quote (13). */
#include "runtime/attest/tdx_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* Where TEE_TCB_SVN has the module's SVN, its version, and the loader's. */
enum { SVN_MODULE, SVN_VERSION, SVN_LOADER };

#define BIT(status) (1u << (status))
#define OUTDATED                                                               \
	(BIT(TCB_OUT_OF_DATE) | BIT(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED))
#define CONFIGURATION                                                          \
	(BIT(TCB_CONFIGURATION_NEEDED) |                                       \
	    BIT(TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED) |                   \
	    BIT(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED))
/* Statuses of a platform that is not behind. */
#define CURRENT                                                                \
	(BIT(TCB_UP_TO_DATE) | BIT(TCB_SW_HARDENING_NEEDED) |                  \
	    BIT(TCB_CONFIGURATION_NEEDED) |                                    \
	    BIT(TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED))

static struct str
masked(struct arena *a, struct str value, struct str mask)
{
	struct str s = arena_str(a, value);
	char *p = arena_array(a, s.n, 1);
	size_t i;

	for (i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] & mask.p[i]);
	return (struct str){p, s.n};
}

static const struct tdx_module *
module_of(const struct tcb_info *t, unsigned version)
{
	const struct tdx_module *m;

	if (version == 0)
		return t->has_module ? &t->module : NULL;
	VEC_FOREACH(m, &t->modules) {
		if (m->version == (int)version)
			return m;
	}
	return NULL;
}

static int
no_module(struct attest_result *r, unsigned version)
{
	attest_mismatch(r, ATTEST_TDX_MODULE_IDENTITY, "TDX module",
	    STR("a module of the TCB info"),
	    arena_printf(r->arena, "TDX_%02X", version));
	return RT_EVERIFY;
}

int
tcb_module_check(struct attest_result *r, const struct tcb_info *t,
    const struct tdx_quote *q)
{
	static const char zero[8];
	const enum attest_code code = ATTEST_TDX_MODULE_IDENTITY;
	struct str svn = tdx_quote_field(q, TDX_TEE_TCB_SVN);
	struct str seam = tdx_quote_field(q, TDX_SEAM_ATTRIBUTES);
	unsigned version = tdx_byte(svn, SVN_VERSION);
	const struct tdx_module *m = module_of(t, version);
	bool ok;

	if (m == NULL)
		return no_module(r, version);
	ok = attest_equal(r, code, "MRSIGNERSEAM", m->mr_signer,
	    tdx_quote_field(q, TDX_MR_SIGNER_SEAM));
	/* Intel's library wants zeros whatever the mask leaves out. */
	ok = attest_equal(r, code, "SEAMATTRIBUTES",
		 (struct str){zero, sizeof(zero)}, seam) &&
	     attest_equal(r, code, "SEAMATTRIBUTES", m->attributes,
		 masked(r->arena, seam, m->attributes_mask)) &&
	     ok;
	return ok ? 0 : RT_EVERIFY;
}

int
tcb_qe_check(struct attest_result *r, const struct qe_identity *id,
    const struct tdx_quote *q)
{
	const enum attest_code code = ATTEST_TDX_QE_IDENTITY;
	unsigned product = tdx_u16(tdx_qe_field(q, QE_ISV_PROD_ID), 0);
	bool ok;

	ok = attest_equal(r, code, "QE MISCSELECT", id->misc_select,
	    masked(r->arena, tdx_qe_field(q, QE_MISC_SELECT), id->misc_mask));
	ok = attest_equal(r, code, "QE ATTRIBUTES", id->attributes,
		 masked(r->arena, tdx_qe_field(q, QE_ATTRIBUTES),
		     id->attributes_mask)) &&
	     ok;
	ok = attest_equal(r, code, "QE MRSIGNER", id->mr_signer,
		 tdx_qe_field(q, QE_MR_SIGNER)) &&
	     ok;
	if (product != id->isv_prod_id) {
		attest_mismatch(r, code, "QE ISVPRODID",
		    arena_printf(r->arena, "%u", (unsigned)id->isv_prod_id),
		    arena_printf(r->arena, "%u", product));
		ok = false;
	}
	return ok ? 0 : RT_EVERIFY;
}

/* The first level that an SVN reaches. */
static const struct tcb_svn_level *
svn_level(const struct tcb_svn_levels *levels, unsigned svn)
{
	const struct tcb_svn_level *l;

	VEC_FOREACH(l, &levels->v) {
		if (l->isvsvn <= svn)
			return l;
	}
	return NULL;
}

static bool
sgx_reaches(const struct tcb_level *l, const struct pck_ext *pck)
{
	size_t i;

	for (i = 0; i < TDX_COMPONENTS; i++) {
		if (pck->component[i] < l->sgx[i])
			return false;
	}
	return pck->pce_svn >= l->pce_svn;
}

/* A module of its own version has levels of its own for the first two. */
static bool
tdx_reaches(const struct tcb_level *l, struct str svn)
{
	size_t i = tdx_byte(svn, SVN_VERSION) > 0 ? 2 : 0;

	for (; i < TDX_COMPONENTS; i++) {
		if (tdx_byte(svn, i) < l->tdx[i])
			return false;
	}
	return true;
}

/* The first level that SGX, and if `svn` is given TDX too, reaches. */
static const struct tcb_level *
platform_level(
    const struct tcb_info *t, const struct pck_ext *pck, const struct str *svn)
{
	const struct tcb_level *l;

	VEC_FOREACH(l, &t->levels) {
		if (sgx_reaches(l, pck) &&
		    (svn == NULL || tdx_reaches(l, *svn)))
			return l;
	}
	return NULL;
}

/* How a status changes with that of a part (13, step 5). */
static enum tcb_status
converge(enum tcb_status s, enum tcb_status part)
{
	static const enum tcb_status outdated[TCB_STATUS_N] = {
	    [TCB_UP_TO_DATE] = TCB_OUT_OF_DATE,
	    [TCB_SW_HARDENING_NEEDED] = TCB_OUT_OF_DATE,
	    [TCB_CONFIGURATION_NEEDED] = TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	    [TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] =
		TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	    [TCB_OUT_OF_DATE] = TCB_OUT_OF_DATE,
	    [TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] =
		TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	    [TCB_REVOKED] = TCB_REVOKED,
	    [TCB_RELAUNCH_ADVISED] = TCB_RELAUNCH_ADVISED,
	    [TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] =
		TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
	};

	if (part == TCB_REVOKED)
		return TCB_REVOKED;
	return part == TCB_OUT_OF_DATE ? outdated[s] : s;
}

struct parts {
	const struct tcb_level *platform;
	const struct tcb_svn_level *module, *qe; /* module: may be NULL */
};

static int
not_found(struct attest_result *r, const char *what, struct str reported)
{
	attest_mismatch(r, ATTEST_TDX_TCB_NOT_FOUND, what,
	    STR("a level that Intel lists"), reported);
	return RT_EVERIFY;
}

static struct str
platform_svns(struct arena *a, const struct pck_ext *pck, struct str svn)
{
	struct str sgx = rt_hex(a, pck->component, TDX_COMPONENTS);
	struct str tdx = rt_hex(a, (const unsigned char *)svn.p, svn.n);

	return arena_printf(a, "SGX %.*s, PCESVN %u, TDX %.*s", STR_ARG(sgx),
	    (unsigned)pck->pce_svn, STR_ARG(tdx));
}

static int
find_parts(struct parts *out, struct attest_result *r, const struct tcb_info *t,
    const struct qe_identity *id, const struct tdx_quote *q,
    const struct pck_ext *pck)
{
	struct str svn = tdx_quote_field(q, TDX_TEE_TCB_SVN);
	unsigned version = tdx_byte(svn, SVN_VERSION);
	unsigned qe = tdx_u16(tdx_qe_field(q, QE_ISV_SVN), 0);
	const struct tdx_module *m = module_of(t, version);

	out->platform = platform_level(t, pck, &svn);
	if (out->platform == NULL)
		return not_found(r, "TCB", platform_svns(r->arena, pck, svn));
	if (m == NULL && version > 0)
		return no_module(r, version);
	if (version > 0) {
		out->module = svn_level(&m->levels, tdx_byte(svn, SVN_MODULE));
		if (out->module == NULL)
			return not_found(r, "TDX module SVN",
			    arena_printf(
				r->arena, "%u", tdx_byte(svn, SVN_MODULE)));
	}
	out->qe = svn_level(&id->levels, qe);
	if (out->qe == NULL)
		return not_found(
		    r, "QE ISVSVN", arena_printf(r->arena, "%u", qe));
	return 0;
}

/* Would a TD that was started now be up to date? */
static int
would_be_current(bool *out, struct attest_result *r, const struct tcb_info *t,
    struct str now)
{
	const struct tcb_level *newest = &t->levels.p[0];
	unsigned version = tdx_byte(now, SVN_VERSION);
	const struct tdx_module *m = module_of(t, version);
	unsigned want = newest->tdx[0];

	*out = false;
	if (version > 0 && m == NULL)
		return no_module(r, version);
	if (version > 0 && m->levels.v.n == 0)
		return 0;
	if (version > 0)
		want = m->levels.v.p[0].isvsvn;
	*out = tdx_byte(now, SVN_MODULE) >= want &&
	       tdx_byte(now, SVN_LOADER) >= newest->tdx[2];
	return 0;
}

/* The relaunch check (13, step 6). */
static int
relaunch(enum tcb_status *s, struct attest_result *r, const struct parts *p,
    const struct tcb_info *t, const struct tdx_quote *q,
    const struct pck_ext *pck)
{
	struct str now = tdx_quote_field(q, TDX_TEE_TCB_SVN_2);
	const struct tcb_level *sgx = platform_level(t, pck, NULL);
	bool current;

	if (now.n == 0 || p->module == NULL || sgx == NULL ||
	    p->qe->status != TCB_UP_TO_DATE ||
	    p->module->status != TCB_OUT_OF_DATE ||
	    (BIT(sgx->status) & CURRENT) == 0 || (BIT(*s) & OUTDATED) == 0)
		return 0;
	if (would_be_current(&current, r, t, now) != 0)
		return RT_EVERIFY;
	if (!current)
		return 0;
	*s = ((BIT(*s) | BIT(sgx->status)) & CONFIGURATION) != 0
		 ? TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
		 : TCB_RELAUNCH_ADVISED;
	return 0;
}

static void
add_advisories(struct arena *a, struct tcb_advisories *out,
    const struct tcb_advisories *more)
{
	const struct str *s;

	VEC_FOREACH(s, &more->v)
		VEC_PUSH(a, &out->v, *s);
}

int
tcb_evaluate(struct tcb_verdict *out, struct attest_result *r,
    const struct tcb_info *t, const struct qe_identity *id,
    const struct tdx_quote *q, const struct pck_ext *pck, bool upstream)
{
	struct parts p = {0};
	enum tcb_status s;

	if (find_parts(&p, r, t, id, q, pck) != 0)
		return RT_EVERIFY;
	add_advisories(r->arena, &out->advisories, &p.platform->advisories);
	add_advisories(r->arena, &out->advisories, &p.qe->advisories);
	s = p.platform->status;
	if (p.module != NULL) {
		add_advisories(
		    r->arena, &out->advisories, &p.module->advisories);
		s = upstream ? p.module->status : converge(s, p.module->status);
	}
	if (!upstream && relaunch(&s, r, &p, t, q, pck) != 0)
		return RT_EVERIFY;
	out->status = converge(s, p.qe->status);
	return 0;
}
