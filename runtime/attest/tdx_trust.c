/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collateral that has passed its checks (14, step 4): both revocation lists,
 * TCB info and QE identity.  Each item is looked for on its own; which code a
 * failure has follows the order of the procedure, not that of the search.
 */
#include "runtime/attest/attest_x509.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* The two signed texts: what differs between them. */
struct kind {
	const char *name; /* member of the response */
	struct intel_codes codes;
	enum attest_code signature, format, time;
};

static const struct kind kinds[] = {
    {"tcbInfo",
	{ATTEST_TDX_TCBINFO_CHAIN, ATTEST_TDX_TCBINFO_CHAIN,
	    ATTEST_TDX_TCBINFO_CHAIN, ATTEST_TDX_TCBINFO_CHAIN,
	    ATTEST_TDX_TCBINFO_CHAIN},
	ATTEST_TDX_TCBINFO_SIGNATURE, ATTEST_TDX_TCBINFO_FORMAT,
	ATTEST_TDX_TCBINFO_TIME},
    {"enclaveIdentity",
	{ATTEST_TDX_QEID_CHAIN, ATTEST_TDX_QEID_CHAIN, ATTEST_TDX_QEID_CHAIN,
	    ATTEST_TDX_QEID_CHAIN, ATTEST_TDX_QEID_CHAIN},
	ATTEST_TDX_QEID_SIGNATURE, ATTEST_TDX_QEID_FORMAT,
	ATTEST_TDX_QEID_TIME},
};
enum { TCB, QE, SIGNED };
enum { ROOT, PCK, CRLS };

/* The search for all of it. */
struct search {
	struct tdx_trust *out;
	struct arena *arena;
	const struct tdx_policy *p;
	const struct attest_env *env;
	int64_t now;
	const struct intel_chain *pck;
	const struct pck_ext *ext;
	const char *fmspc; /* hex */
	X509_CRL *crl[CRLS];
	struct intel_chain signer[SIGNED];
};

/* One of the signed texts in it. */
struct signed_search {
	struct search *s;
	int which;
	const struct tdx_signed *attached;
	const struct attest_body *attached_body;
};

/* The parts of a text, wherever it comes from. */
static bool
split(struct tdx_signed *out, const struct signed_search *c,
    const struct attest_body *body)
{
	struct tdx_collateral all;
	struct arena *a = c->s->arena;

	if (body == c->attached_body) {
		*out = *c->attached;
		return true;
	}
	if (tdx_response_split(out, a, body->bytes, kinds[c->which].name)) {
		out->chain = body->chain;
		return true;
	}
	if (tdx_collateral_parse(&all, a, body->bytes, NULL) != 0)
		return false;
	*out = c->which == TCB ? all.tcb_info : all.qe_identity;
	return out->text.n > 0;
}

static int
check_signer(struct signed_search *c, struct attest_result *r,
    const struct tdx_signed *text)
{
	static const enum intel_cert tree[] = {INTEL_SIGNER, INTEL_ROOT};
	const struct kind *k = &kinds[c->which];
	struct intel_chain *chain = &c->s->signer[c->which];
	const struct intel_check check = {tree, 2, &k->codes, c->s->env,
	    c->s->now, c->s->p->root.n > 0 ? c->s->p->root : tdx_root};
	struct str signature;

	intel_chain_free(chain);
	if (intel_chain_read(chain, r, text->chain, &check) != 0)
		return RT_EVERIFY;
	if (text->signature.n != 2 * TDX_SIGNATURE_LEN ||
	    rt_unhex(&signature, c->s->arena, text->signature, NULL) != 0 ||
	    !attest_ecdsa_verify(
		X509_get0_pubkey(chain->x[0]), signature, text->text))
		return attest_reject(
		    r, k->signature, "the signer did not sign %s", k->name);
	return 0;
}

static int
check_time(const struct signed_search *c, struct attest_result *r,
    int64_t issued, int64_t next)
{
	const struct kind *k = &kinds[c->which];
	const struct attest_env *env = c->s->env;
	const char *seen =
	    c->which == TCB ? arena_printf(c->s->arena, "tcb %s", c->s->fmspc).p
			    : "qe intel";

	if (!attest_in_time(env, c->s->now, issued, next + env->max_age))
		return attest_reject(
		    r, k->time, "%s is not valid now", k->name);
	if (attest_seen_newer(env->seen, seen, issued))
		return attest_reject(
		    r, k->time, "a newer %s was seen", k->name);
	return 0;
}

static int
check_tcb(struct signed_search *c, struct attest_result *r, struct str text)
{
	struct tcb_info t;
	bool ok;

	if (tcb_info_parse(&t, r, text) != 0 ||
	    check_time(c, r, t.issued, t.next_update) != 0)
		return RT_EVERIFY;
	ok = attest_equal(
	    r, ATTEST_TDX_TCBINFO_MISMATCH, "FMSPC", t.fmspc, c->s->ext->fmspc);
	if (!attest_equal(r, ATTEST_TDX_TCBINFO_MISMATCH, "PCE-ID", t.pce_id,
		c->s->ext->pce_id) ||
	    !ok)
		return RT_EVERIFY;
	c->s->out->tcb = t;
	return 0;
}

static int
check_qe(struct signed_search *c, struct attest_result *r, struct str text)
{
	struct qe_identity id;

	if (qe_identity_parse(&id, r, text) != 0 ||
	    check_time(c, r, id.issued, id.next_update) != 0)
		return RT_EVERIFY;
	c->s->out->qe = id;
	return 0;
}

static int
check_signed(void *arg, struct attest_result *r, const struct attest_body *body)
{
	struct signed_search *c = arg;
	struct tdx_signed text;

	if (!split(&text, c, body))
		return attest_reject(r, kinds[c->which].format,
		    "the response has no %s with a signature",
		    kinds[c->which].name);
	if (check_signer(c, r, &text) != 0)
		return RT_EVERIFY;
	return c->which == TCB ? check_tcb(c, r, text.text)
			       : check_qe(c, r, text.text);
}

/* Revocation lists. */

struct crl_search {
	struct search *s;
	int which;
};

static const char *const crl_names[] = {"root CRL", "PCK CRL"};

/* The list itself, or that of the object that has all collateral. */
static struct str
crl_of(const struct crl_search *c, struct str text)
{
	struct tdx_collateral all;

	if (text.n == 0 || text.p[0] != '{')
		return text;
	if (tdx_collateral_parse(&all, c->s->arena, text, NULL) != 0)
		return (struct str){"", 0};
	return c->which == ROOT ? all.root_crl : all.pck_crl;
}

static int
check_crl(void *arg, struct attest_result *r, const struct attest_body *body)
{
	struct crl_search *c = arg;
	const struct intel_chain *pck = c->s->pck;
	X509 *issuer = pck->x[c->which == ROOT ? pck->n - 1 : 1];
	const char *kind = c->which == ROOT
			       ? crl_names[ROOT]
			       : arena_printf(c->s->arena, "PCK CRL (%s)",
				     intel_ca_name(issuer))
				     .p;

	X509_CRL_free(c->s->crl[c->which]);
	c->s->crl[c->which] = intel_crl_read(
	    r, crl_of(c, body->bytes), issuer, kind, c->s->env, c->s->now);
	return c->s->crl[c->which] == NULL ? RT_EVERIFY : 0;
}

static int
collect_crl(struct search *s, struct attest_result *r,
    const struct tdx_collateral *attached, int which)
{
	struct crl_search c = {s, which};
	struct attest_item item = intel_item_crl(
	    s->arena, s->p, s->fmspc, which == ROOT ? NULL : s->pck->x[1]);
	struct attest_body body = {0};

	if (attached != NULL)
		body.bytes =
		    which == ROOT ? attached->root_crl : attached->pck_crl;
	return attest_collect(r, s->env, &item, &body, check_crl, &c);
}

static struct attest_item
item_of(const struct search *s, int which, uint32_t number)
{
	return which == TCB ? intel_item_tcb(s->arena, s->p, s->fmspc, number)
			    : intel_item_qe(s->arena, s->p, s->fmspc, number);
}

static uint32_t
eval_number(const struct search *s, int which)
{
	return which == TCB ? s->out->tcb.eval_number : s->out->qe.eval_number;
}

static int
collect_signed(struct search *s, struct attest_result *r,
    const struct tdx_signed *attached, int which)
{
	struct attest_body body = {0};
	struct signed_search c = {s, which, attached, &body};
	struct attest_item item = item_of(s, which, 0);
	struct attest_result again = {.arena = s->arena};
	int rc;

	if (attached != NULL && attached->signature.n > 0 &&
	    attached->chain.n > 0)
		body.bytes = attached->text;
	rc = attest_collect(r, s->env, &item, &body, check_signed, &c);
	if (rc != 0 || eval_number(s, which) >= s->p->min_eval_number)
		return rc;
	/* The service keeps newer data than the usual one for who asks. */
	item = item_of(s, which, s->p->min_eval_number);
	(void)!attest_collect(&again, s->env, &item, NULL, check_signed, &c);
	return 0;
}

/* What each search came to. */
struct findings {
	struct attest_result crl[CRLS], text[SIGNED];
	int crl_rc[CRLS], text_rc[SIGNED];
};

static bool
found_nothing(const struct findings *f)
{
	return f->crl_rc[ROOT] == RT_ENOTFOUND &&
	       f->crl_rc[PCK] == RT_ENOTFOUND &&
	       f->text_rc[TCB] == RT_ENOTFOUND &&
	       f->text_rc[QE] == RT_ENOTFOUND;
}

/* Takes over what a search of its own has found wrong. */
static int
take_over(struct attest_result *r, const struct attest_result *from)
{
	const struct attest_mismatch *m;

	VEC_FOREACH(m, &from->mismatches)
		attest_mismatch(r, m->code, m->field, m->required, m->reported);
	return attest_reject(r, from->code, "%.*s", STR_ARG(from->text));
}

static int
judge_crl(struct search *s, struct attest_result *r, const struct findings *f,
    int which)
{
	if (f->crl_rc[which] == RT_ENOTFOUND && !s->p->no_crl)
		return attest_reject(r, ATTEST_TDX_CRL_MISSING,
		    "there is no %s", crl_names[which]);
	if (f->crl_rc[which] != 0 && f->crl_rc[which] != RT_ENOTFOUND)
		return take_over(r, &f->crl[which]);
	/* The root's list has CAs, the CA's has leaves. */
	if (s->crl[which] != NULL &&
	    intel_crl_lists(s->crl[which], s->pck->x[which == ROOT ? 1 : 0]))
		return attest_reject(r, ATTEST_TDX_REVOKED,
		    "the %s lists a certificate of the PCK chain",
		    crl_names[which]);
	return 0;
}

static int
judge_signed(struct search *s, struct attest_result *r,
    const struct findings *f, int which)
{
	if (f->text_rc[which] != 0)
		return take_over(r, &f->text[which]);
	if (s->crl[ROOT] != NULL &&
	    intel_crl_lists(s->crl[ROOT], s->signer[which].x[0]))
		return attest_reject(r, ATTEST_TDX_REVOKED,
		    "the root CRL lists the signer of %s", kinds[which].name);
	return 0;
}

static int
judge(struct search *s, struct attest_result *r, const struct findings *f)
{
	int i;

	if (found_nothing(f) && s->p->no_collateral)
		return 0;
	for (i = 0; i < SIGNED; i++) {
		if (f->text_rc[i] == RT_ENOTFOUND)
			return attest_reject(r, ATTEST_TDX_COLLATERAL_MISSING,
			    "there is no %s", kinds[i].name);
	}
	for (i = 0; i < CRLS; i++) {
		if (judge_crl(s, r, f, i) != 0)
			return RT_EVERIFY;
	}
	for (i = 0; i < SIGNED; i++) {
		if (judge_signed(s, r, f, i) != 0)
			return RT_EVERIFY;
	}
	for (i = 0; i < SIGNED; i++)
		(void)attest_at_least(r, ATTEST_TDX_EVAL_NUMBER,
		    "tcbEvaluationDataNumber", s->p->min_eval_number,
		    eval_number(s, i));
	s->out->has = true;
	return attest_outcome(r);
}

static void
search_fini(struct search *s)
{
	int i;

	for (i = 0; i < CRLS; i++)
		X509_CRL_free(s->crl[i]);
	for (i = 0; i < SIGNED; i++)
		intel_chain_free(&s->signer[i]);
}

int
tdx_trust_collect(struct tdx_trust *out, struct attest_result *r,
    const struct tdx_collateral *attached, const struct intel_chain *pck,
    const struct pck_ext *ext, const struct tdx_policy *p,
    const struct attest_env *env, int64_t now)
{
	struct search s = {.out = out,
	    .arena = r->arena,
	    .p = p,
	    .env = env,
	    .now = now,
	    .pck = pck,
	    .ext = ext};
	struct findings f = {0};
	int i, rc;

	s.fmspc = arena_cstr(
	    r->arena, rt_hex(r->arena, (const unsigned char *)ext->fmspc.p,
			  ext->fmspc.n));
	for (i = 0; i < CRLS; i++) {
		f.crl[i].arena = r->arena;
		f.crl_rc[i] = collect_crl(&s, &f.crl[i], attached, i);
	}
	for (i = 0; i < SIGNED; i++) {
		f.text[i].arena = r->arena;
		f.text_rc[i] = collect_signed(&s, &f.text[i],
		    attached == NULL ? NULL
				     : (i == TCB ? &attached->tcb_info
						 : &attached->qe_identity),
		    i);
	}
	rc = judge(&s, r, &f);
	search_fini(&s);
	return rc;
}
