/* SPDX-License-Identifier: Apache-2.0 */
/* The validation procedure for TDX (14), step by step. */
#include "runtime/attest/attest_x509.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

#define LEAF_FIRST                                                             \
	{                                                                      \
		INTEL_LEAF, INTEL_CA, INTEL_ROOT                               \
	}

static const struct intel_codes pck_codes = {ATTEST_TDX_PCK_PARSE,
    ATTEST_TDX_PCK_PROFILE, ATTEST_TDX_ROOT, ATTEST_TDX_PCK_CHAIN,
    ATTEST_TDX_CERT_TIME};

struct verification {
	struct attest_result *r;
	const struct tdx_policy *p;
	const struct attest_expect *e;
	const struct attest_env *env;
	int64_t now;
	struct tdx_quote q;
	struct intel_chain chain;
	struct pck_ext pck;
};

/* Steps 1 to 3: nothing is fetched for a quote that is forged. */
static int
authenticate(struct verification *v, struct str quote)
{
	static const enum intel_cert tree[] = LEAF_FIRST;
	const struct intel_check check = {tree, 3, &pck_codes, v->env, v->now,
	    v->p->root.n > 0 ? v->p->root : tdx_root};

	if (tdx_quote_parse(&v->q, v->r, quote) != 0)
		return RT_EVERIFY;
	if (v->p->refuse_trailing && v->q.extra.n > 0)
		return attest_reject(v->r, ATTEST_TDX_TRAILING,
		    "%zu bytes after the signature data", v->q.extra.n);
	if (intel_chain_read(&v->chain, v->r, v->q.pck_chain, &check) != 0 ||
	    pck_read(&v->pck, v->r, v->chain.x[0]) != 0)
		return RT_EVERIFY;
	return tdx_check_signatures(&v->q, v->r, v->chain.x[0]);
}

/* A peer may attach collateral (4.4); it is a hint like any other source. */
static bool
attached_to(struct tdx_collateral *out, const struct verification *v)
{
	struct str s = v->q.extra;

	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	return s.n > 0 && s.n <= ATTEST_ATTACHED_MAX && s.p[0] == '{' &&
	       tdx_collateral_parse(out, v->r->arena, s, NULL) == 0;
}

/* "UpToDate or SWHardeningNeeded" */
static struct str
accepted_names(struct arena *a, uint32_t accept)
{
	struct buf b = {0};
	struct str out;
	int i;

	for (i = 0; i < TCB_STATUS_N; i++) {
		if ((accept & 1u << i) != 0)
			buf_printf(&b, "%s%s", b.n > 0 ? " or " : "",
			    tcb_status_name((enum tcb_status)i));
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static struct str
status_text(struct arena *a, const struct tcb_verdict *t)
{
	const struct str *s;
	struct buf b = {0};
	struct str out;

	buf_puts(&b, tcb_status_name(t->status));
	VEC_FOREACH(s, &t->advisories.v)
		buf_printf(&b, "%s%.*s", s == t->advisories.v.p ? ": " : ", ",
		    STR_ARG(*s));
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* A revoked platform is never accepted, whatever the policy says. */
static void
judge_status(struct verification *v, const struct tcb_verdict *t)
{
	uint32_t accept =
	    v->p->accept == 0 ? 1u << TCB_UP_TO_DATE : v->p->accept;

	accept &= ~(1u << TCB_REVOKED);
	v->r->status = tcb_status_name(t->status);
	if ((accept & 1u << t->status) == 0)
		attest_mismatch(v->r, ATTEST_TDX_TCB_STATUS, "TCB status",
		    accepted_names(v->r->arena, accept),
		    status_text(v->r->arena, t));
}

/* Steps 4 and 5. */
static void
evaluate(struct verification *v, const struct tdx_collateral *attached)
{
	struct tdx_collateral own;
	struct tdx_trust trust = {0};
	struct tcb_verdict verdict = {0};
	int module, qe;

	if (attached == NULL && attached_to(&own, v))
		attached = &own;
	if (tdx_trust_collect(&trust, v->r, attached, &v->chain, &v->pck, v->p,
		v->env, v->now) != 0 ||
	    !trust.has)
		return;
	module = tcb_module_check(v->r, &trust.tcb, &v->q);
	qe = tcb_qe_check(v->r, &trust.qe, &v->q);
	if (module == 0 && qe == 0 &&
	    tcb_evaluate(&verdict, v->r, &trust.tcb, &trust.qe, &v->q, &v->pck,
		v->p->upstream_tcb) == 0)
		judge_status(v, &verdict);
}

static void
conclude(struct verification *v)
{
	struct str id = tdx_quote_field(&v->q, TDX_MR_CONFIG_ID);

	if (v->r->code != ATTEST_OK)
		return;
	memcpy(v->r->digest, id.p, ATTEST_DIGEST_LEN);
	tdx_claims(v->r, &v->q);
}

int
tdx_verify(struct attest_result *r, struct str quote,
    const struct tdx_collateral *attached, const struct tdx_policy *p,
    const struct attest_expect *e, const struct attest_env *env)
{
	struct verification v = {.r = r, .p = p, .e = e, .env = env};

	if (!attest_now(&v.now, r, env))
		return RT_EVERIFY;
	if (authenticate(&v, quote) == 0) {
		evaluate(&v, attached);
		tdx_compare(r, &v.q, &v.pck, p, e);
		conclude(&v);
	}
	intel_chain_free(&v.chain);
	return attest_outcome(r);
}
