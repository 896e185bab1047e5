/* SPDX-License-Identifier: Apache-2.0 */
/* The platforms of SEV-SNP as rows of the table; issuing on hardware. */
#include "runtime/attest/attest_host.h"
#include "runtime/attest/attest_x509.h"
#include "runtime/attest/simulated.h"
#include "runtime/attest/snp_int.h"
#include "runtime/base/banned.h"

static int
verify(struct attest_result *r, struct str doc,
    const struct attest_validator *v, const struct attest_expect *e,
    const struct attest_env *env)
{
	struct snp_evidence ev = {0};

	if (snp_doc_read(&ev, r, doc) != 0)
		return RT_EVERIFY;
	return snp_verify(r, &ev, v->policy, e, env);
}

/* Endorsements */

struct wish {
	const struct snp_report *report;
	struct str leaf;
	enum snp_product product;
};

static int
check_leaf(void *arg, struct attest_result *r, const struct attest_body *body)
{
	struct wish *w = arg;
	struct snp_leaf leaf;

	if (snp_leaf_parse(&leaf, r, body->bytes, w->report->key, false) == 0 &&
	    snp_binding_check(r, w->report, &leaf) == 0) {
		w->leaf = body->bytes;
		w->product = leaf.product;
	}
	snp_leaf_fini(&leaf);
	return attest_outcome(r);
}

static void
find_leaf(struct wish *w, struct snp_evidence *ev, struct arena *a,
    const struct attest_env *env)
{
	struct attest_result scratch = {.arena = a};
	struct str *slot = w->report->key == SNP_VLEK ? &ev->vlek : &ev->vcek;
	struct attest_body own = {.bytes = *slot};
	struct attest_item item;

	if (slot->n > 0 && check_leaf(w, &scratch, &own) == 0)
		return;
	if (w->report->key == SNP_VLEK || w->product == SNP_PRODUCT_NONE)
		return;
	snp_item_vcek(&item, a, w->product, w->report->f.chip_id,
	    w->report->f.reported_tcb);
	scratch = (struct attest_result){.arena = a};
	if (attest_collect(&scratch, env, &item, NULL, check_leaf, w) == 0)
		*slot = w->leaf;
}

static void
find_list(const struct wish *w, struct snp_evidence *ev, struct arena *a,
    const struct attest_env *env)
{
	const struct snp_root *root =
	    snp_roots_find(snp_roots_amd(), w->product, w->report->key);
	struct attest_result scratch = {.arena = a};
	struct str own = ev->crl;
	int64_t now;

	ev->crl = (struct str){"", 0};
	if (root != NULL && attest_now(&now, &scratch, env) &&
	    snp_crl_check(&ev->crl, &scratch, root, own, env, now) != 0)
		return;
	if (ev->crl.n > ATTEST_EXTRA_CRL_MAX)
		ev->crl.n = 0;
}

void
snp_endorse(
    struct snp_evidence *ev, struct arena *a, const struct attest_env *env)
{
	struct attest_result scratch = {.arena = a};
	struct snp_report report;
	struct wish w = {.report = &report};

	if (snp_report_parse(&report, &scratch, ev->report) != 0)
		return;
	w.product = report.product;
	find_leaf(&w, ev, a, env);
	find_list(&w, ev, a, env);
}

/* Issuing */

static bool
present(const struct attest_host *host)
{
	struct arena *a = arena_new();
	bool yes = str_eq(tsm_provider(a, host), STR(TSM_PROVIDER_SNP)) ||
		   attest_host_has(host, "/dev/sev-guest");

	arena_free(a);
	return yes;
}

static int
get_report(struct tsm_report *out, struct attest_result *r,
    const struct attest_host *host, const unsigned char *report_data)
{
	if (str_eq(tsm_provider(r->arena, host), STR(TSM_PROVIDER_SNP)))
		return tsm_report(out, r, host, report_data);
	return sev_guest_report(out, r, host, report_data);
}

/* A host may append to the report; nothing before its end may be missing. */
static int
issue(struct str *doc, struct attest_result *r, const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
    const struct attest_env *env)
{
	struct snp_evidence ev = {0};
	struct tsm_report got;
	struct snp_table table;
	struct buf b = {0};
	struct rt_err err = {0};

	if (get_report(&got, r, host, report_data) != 0)
		return RT_EVERIFY;
	ev.report = str_sub(got.outblob, 0, SNP_REPORT_LEN);
	if (got.auxblob.n > 0 && snp_table_read(&table, got.auxblob)) {
		ev.vcek = str_sub(table.vcek, 0, ATTEST_CERT_MAX);
		ev.vlek = str_sub(table.vlek, 0, ATTEST_CERT_MAX);
		ev.crl = table.crl;
	}
	snp_endorse(&ev, r->arena, env);
	if (snp_doc_write(&b, &ev, SNP_PRODUCT_NONE, &err) != 0) {
		buf_free(&b);
		return attest_reject(r, ATTEST_ISSUE_DEVICE, "%s", err.text);
	}
	*doc = arena_str(r->arena, buf_str(&b));
	buf_free(&b);
	return 0;
}

const struct attest_platform attest_snp = {
    "snp", ATTEST_OID_SNP, verify, present, issue};
const struct attest_platform attest_simulated_snp = {"simulated-snp",
    ATTEST_OID_SIMULATED_SNP, verify, simulated_present, simulated_issue};
