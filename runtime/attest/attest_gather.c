/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral for evidence, as files of an offline store (attestation 20.3). */
#include "runtime/attest/attest_gather.h"
#include "runtime/attest/attest_store.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

/* Passes requests on and writes down what has passed its checks. */
struct recorder {
	struct attest_files *files;
	struct arena *arena;
	const struct attest_fetch *from;
};

static bool
has_file(const struct attest_files *files, const char *path)
{
	const struct attest_file *f;

	VEC_FOREACH(f, &files->v)
		if (strcmp(f->path, path) == 0)
			return true;
	return false;
}

static void
add(struct recorder *rec, const char *path, struct str bytes)
{
	struct attest_file f = {path, arena_str(rec->arena, bytes)};

	if (bytes.n > 0 && !has_file(rec->files, path))
		VEC_PUSH(rec->arena, &rec->files->v, f);
}

static int
get(void *arg, struct attest_body *out, struct arena *a,
    const struct attest_item *item, enum attest_source from, struct rt_err *err)
{
	const struct recorder *rec = arg;

	if (rec->from == NULL || from != ATTEST_FETCHED)
		return rt_err_set(err, RT_ENOTFOUND, "only what is new");
	return rec->from->get(rec->from->arg, out, a, item, from, err);
}

static void
keep(void *arg, const struct attest_item *item, const struct attest_body *body)
{
	struct recorder *rec = arg;

	add(rec, item->path, body->bytes);
	if (body->chain.n > 0)
		add(rec, attest_store_chain_path(rec->arena, item),
		    body->chain);
}

/* The product, for reports that do not say: that of their certificate. */
static enum snp_product
product_of(const struct snp_evidence *ev, const struct snp_report *report,
    struct arena *a)
{
	struct attest_result scratch = {.arena = a};
	struct snp_leaf leaf = {.product = report->product};

	if (leaf.product == SNP_PRODUCT_NONE && ev->vcek.n > 0 &&
	    snp_leaf_parse(&leaf, &scratch, ev->vcek, SNP_VCEK, false) != 0)
		leaf.product = SNP_PRODUCT_NONE;
	snp_leaf_fini(&leaf);
	return leaf.product;
}

static int
gather_snp(struct recorder *rec, struct attest_result *r,
    struct snp_evidence *ev, const struct attest_trust *trust,
    const struct attest_env *env)
{
	struct snp_policy p = {.roots = trust->amd,
	    .allow_vlek = true,
	    .revocation = true,
	    .permit_provisional = true,
	    .vmpl = -1};
	struct attest_expect e = {0};
	struct snp_report report;
	struct attest_item item;

	if (snp_report_parse(&report, r, ev->report) != 0)
		return RT_EVERIFY;
	ev->crl = (struct str){"", 0};
	p.product = product_of(ev, &report, r->arena);
	memcpy(e.report_data, report.f.report_data.p, sizeof(e.report_data));
	if (snp_verify(r, ev, &p, &e, env) != 0)
		return RT_EVERIFY;
	if (report.key == SNP_VCEK) {
		snp_item_vcek(&item, r->arena, p.product, report.f.chip_id,
		    report.f.reported_tcb);
		add(rec, item.path, ev->vcek);
	}
	return 0;
}

static int
gather_tdx(struct attest_result *r, struct str quote,
    const struct attest_trust *trust, const struct attest_env *env)
{
	struct tdx_policy p = {.accept = ~0u,
	    .allow_debug = true,
	    .allow_service_td = true,
	    .root = trust->intel.root,
	    .base_url = trust->intel.base_url,
	    .root_crl_url = trust->intel.root_crl_url};
	struct tdx_quote q;

	if (tdx_quote_parse(&q, r, quote) != 0)
		return RT_EVERIFY;
	return tdx_verify(
	    r, str_sub(quote, 0, quote.n - q.extra.n), NULL, &p, NULL, env);
}

/* A quote begins with version and kind of attestation key. */
static bool
is_quote(struct str s)
{
	return s.n > 4 && (tdx_u16(s, 0) == 4 || tdx_u16(s, 0) == 5) &&
	       tdx_u16(s, 2) <= 3;
}

static int
gather(struct recorder *rec, struct attest_result *r, struct str in,
    const struct attest_trust *trust, const struct attest_env *env)
{
	struct attest_result other = {.arena = r->arena};
	struct snp_evidence ev = {.report = in};
	struct str quote = in;

	if (is_quote(in))
		return gather_tdx(r, quote, trust, env);
	if (in.n == SNP_REPORT_LEN || snp_doc_read(&ev, &other, in) == 0)
		return gather_snp(rec, r, &ev, trust, env);
	if (tdx_doc_decode(&quote, r, in) == 0)
		return gather_tdx(r, quote, trust, env);
	return RT_EVERIFY;
}

int
attest_gather(struct attest_files *out, struct attest_result *r,
    struct str evidence, const struct attest_trust *trust,
    const struct attest_env *env)
{
	struct attest_trust whom = {0};
	struct recorder rec = {out, r->arena, env->fetch};
	const struct attest_fetch fetch = {get, keep, &rec};
	struct attest_env own = *env;
	int rc;

	if (trust != NULL)
		whom = *trust;
	if (whom.amd == NULL)
		whom.amd = snp_roots_amd();
	own.fetch = &fetch;
	*out = (struct attest_files){0};
	rc = gather(&rec, r, evidence, &whom, &own);
	if (rc != 0)
		*out = (struct attest_files){0};
	return rc;
}
