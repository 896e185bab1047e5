/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds "tdx" and "tdreport" of the attestation theme. */
#include "regress/conform_attestation.h"
#include "runtime/attest/tdx.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

static int64_t
clock_of(void *arg)
{
	return ((const struct attestation *)arg)->time;
}

static bool
flag(const struct jv *v, const char *name, bool none)
{
	const struct jv *m = jv_get(v, str_from(name));

	return m == NULL ? none : jv_is(m, JV_TRUE);
}

static void
read_fields(struct tdx_policy *p, struct attestation *t, const struct jv *v)
{
	enum tdx_field f;

	for (f = 0; f < TDX_FIELD_N; f++) {
		if (f != TDX_TEE_TCB_SVN)
			p->want[f] =
			    attestation_hex(t, v, tdx_fields[f].member);
	}
}

static void
read_lists(struct tdx_policy *p, struct attestation *t, const struct jv *v)
{
	const struct jv *piids = jv_getz(v, "allowed_piids");
	const struct jv *accept = jv_getz(v, "accept_status");
	struct str *list;
	size_t i;
	int s;

	for (i = 0; accept != NULL && i < accept->items.n; i++) {
		s = tcb_status_find(jv_str(accept->items.p[i]));
		if (s < 0)
			conform_fail(t->c, t->name, "unknown status");
		else
			p->accept |= 1u << s;
	}
	if (piids == NULL || piids->items.n == 0)
		return;
	p->npiids = piids->items.n;
	p->piids = list = ARENA_ARRAY(t->c->arena, struct str, p->npiids);
	for (i = 0; i < p->npiids; i++) {
		if (rt_unhex(&list[i], t->c->arena, jv_str(piids->items.p[i]),
			NULL) != 0)
			conform_fail(t->c, t->name, "a PIID is not hex");
	}
}

static void
read_policy(struct tdx_policy *p, struct attestation *t)
{
	const struct jv *v = jv_getz(t->v, "policy");

	read_fields(p, t, v);
	read_lists(p, t, v);
	p->min_tee_tcb_svn = attestation_hex(t, v, "min_tee_tcb_svn");
	p->min_eval_number = (uint32_t)attestation_int(v, "min_eval_number", 0);
	p->min_qe_svn = (uint16_t)attestation_int(v, "min_qe_svn", 0);
	p->min_pce_svn = (uint16_t)attestation_int(v, "min_pce_svn", 0);
	p->memory_integrity = flag(v, "memory_integrity", false);
	p->smt_disabled = flag(v, "smt_disabled", false);
	p->static_platform = flag(v, "static_platform", false);
	p->allow_debug = flag(v, "allow_debug", false);
	p->allow_service_td = flag(v, "allow_service_td", false);
	p->refuse_trailing = !flag(v, "allow_trailing", true);
	p->no_collateral = !flag(v, "require_collateral", true);
	p->no_crl = !flag(v, "require_crl", true);
	p->root = attestation_file(t, "root");
}

void
attestation_tdx(struct attestation *t)
{
	struct attest_env env = {.now = clock_of, .now_arg = t};
	struct str quote = attestation_file(t, "quote");
	struct str text = attestation_file(t, "collateral");
	struct tdx_collateral collateral;
	struct tdx_policy policy = {0};
	struct rt_err err = {0};
	int rc;

	if (text.n > 0 &&
	    tdx_collateral_parse(&collateral, t->c->arena, text, &err) != 0) {
		conform_fail(t->c, t->name, "%s", err.text);
		return;
	}
	read_policy(&policy, t);
	rc = tdx_verify(
	    &t->r, quote, text.n > 0 ? &collateral : NULL, &policy, NULL, &env);
	if ((rc == 0) != (t->r.code == ATTEST_OK))
		conform_fail(t->c, t->name, "result and code disagree");
}

/* A document holds the same quote, and both give the same bytes again. */
static void
same_document(struct attestation *t)
{
	struct str quote = attestation_file(t, "quote"), got = {"", 0};
	struct str doc = attestation_file(t, "quote_pb");
	struct attest_result r = {.arena = t->c->arena};
	struct tdx_quote q;
	struct buf bytes = {0}, again = {0};
	bool ok;

	if (doc.n == 0)
		return;
	ok = tdx_doc_decode(&got, &r, doc) == 0 && str_eq(got, quote) &&
	     tdx_quote_parse(&q, &r, got) == 0;
	if (ok) {
		tdx_quote_write(&bytes, &q);
		tdx_doc_encode(&again, &q);
	}
	attestation_judge(t, ok && str_eq(buf_str(&bytes), quote),
	    "quote from its document", r.text);
	attestation_judge(
	    t, ok && str_eq(buf_str(&again), doc), "document again", r.text);
	buf_free(&bytes);
	buf_free(&again);
}

void
attestation_tdx_finish(struct attestation *t)
{
	struct str detail = jv_get_str(t->v, STR("detail"));

	if (tcb_status_find(detail) >= 0)
		attestation_judge(t,
		    t->r.status != NULL && str_eqz(detail, t->r.status),
		    "TCB status", str_from(t->r.status));
	same_document(t);
	if (t->r.code == ATTEST_OK)
		attestation_claims(t, "quote");
}

void
attestation_tdreport(struct attestation *t)
{
	const struct jv *rtmr = jv_getz(t->v, "rtmr");
	struct tdx_report report;
	enum tdx_field f;
	size_t i;

	if (tdx_report_parse(&report, &t->r, attestation_file(t, "file")) != 0)
		return;
	attestation_judge(t,
	    str_eq(report.type, attestation_hex(t, t->v, "report_type")),
	    "differs", STR("report_type"));
	for (f = 0; f < TDX_FIELD_N; f++) {
		struct str want =
		    attestation_hex(t, t->v, tdx_fields[f].member);

		if (want.n > 0)
			attestation_judge(t, str_eq(report.fields[f], want),
			    "differs", str_from(tdx_fields[f].member));
	}
	attestation_judge(t,
	    str_eq(report.fields[TDX_TD_ATTRIBUTES],
		attestation_hex(t, t->v, "attributes")),
	    "differs", STR("attributes"));
	for (i = 0; rtmr != NULL && i < 4 && i < rtmr->items.n; i++) {
		struct str want = {"", 0};

		if (rt_unhex(&want, t->c->arena, jv_str(rtmr->items.p[i]),
			NULL) != 0)
			want.n = 0;
		attestation_judge(t, str_eq(report.fields[TDX_RTMR0 + i], want),
		    "differs", STR("rtmr"));
	}
}
