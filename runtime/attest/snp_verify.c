/* SPDX-License-Identifier: Apache-2.0 */
/* The validation procedure (attestation 9). */
#include <openssl/err.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/snp_int.h"
#include "runtime/base/banned.h"

struct job {
	struct attest_result *r;
	const struct snp_policy *policy;
	const struct attest_env *env;
	struct snp_report report;
	struct snp_leaf leaf;
	int64_t now;
};

static bool
is_zero(struct str s)
{
	size_t i;
	char all = 0;

	for (i = 0; i < s.n; i++)
		all |= s.p[i];
	return all == 0;
}

/* Step 8: what binds the leaf to the report. */

int
snp_binding_check(struct attest_result *r, const struct snp_report *rep,
    const struct snp_leaf *leaf)
{
	size_t len = snp_hwid_len(leaf->product);
	struct str chip = rep->f.chip_id;

	if (leaf->tcb != rep->f.reported_tcb) {
		attest_mismatch(r, ATTEST_SNP_TCB_CERT, "REPORTED_TCB",
		    arena_printf(r->arena, "%016jx", (uintmax_t)leaf->tcb),
		    arena_printf(
			r->arena, "%016jx", (uintmax_t)rep->f.reported_tcb));
		return RT_EVERIFY;
	}
	if (leaf->key == SNP_VLEK || is_zero(chip))
		return 0;
	if (attest_equal(r, ATTEST_SNP_CHIP_ID, "CHIP_ID", leaf->hwid,
		str_sub(chip, 0, len)) &&
	    is_zero(str_sub(chip, len, chip.n)))
		return 0;
	return attest_reject(r, ATTEST_SNP_CHIP_ID,
	    "bytes after the hardware id in CHIP_ID are not zero");
}

/* Step 4: the leaf. */

static int
check_product(
    const struct job *j, struct attest_result *r, const struct snp_leaf *leaf)
{
	enum snp_product want = j->policy->product;
	enum snp_product chip = j->report.product;

	if (chip != SNP_PRODUCT_NONE && chip != leaf->product)
		return attest_reject(r, ATTEST_SNP_PRODUCT,
		    "the report is of %s, its %s of %s", snp_product_name(chip),
		    snp_key_name(leaf->key), snp_product_name(leaf->product));
	if (want != SNP_PRODUCT_NONE && want != leaf->product) {
		attest_mismatch(r, ATTEST_SNP_PRODUCT, "product",
		    str_from(snp_product_name(want)),
		    str_from(snp_product_name(leaf->product)));
		return RT_EVERIFY;
	}
	return 0;
}

static int
parse_leaf(struct snp_leaf *out, const struct job *j, struct attest_result *r,
    struct str der)
{
	if (snp_leaf_parse(
		out, r, der, j->report.key, j->policy->roots->simulated) != 0)
		return RT_EVERIFY;
	return check_product(j, r, out);
}

static int
check_fetched(
    void *arg, struct attest_result *r, const struct attest_body *body)
{
	struct job *j = arg;
	struct snp_leaf leaf;

	if (body->bytes.n > ATTEST_CERT_MAX)
		return attest_reject(r, ATTEST_SNP_CERT_PARSE,
		    "a certificate of %zu bytes", body->bytes.n);
	if (parse_leaf(&leaf, j, r, body->bytes) == 0 &&
	    snp_binding_check(r, &j->report, &leaf) == 0) {
		snp_leaf_fini(&j->leaf);
		j->leaf = leaf;
		return 0;
	}
	snp_leaf_fini(&leaf);
	return attest_outcome(r);
}

/* AMD gives a VCEK to everybody who knows chip and TCB. */
static int
fetch_leaf(struct job *j, struct attest_result *r)
{
	enum snp_product p = j->report.product != SNP_PRODUCT_NONE
				 ? j->report.product
				 : j->policy->product;
	struct attest_item item;

	if (j->report.key != SNP_VCEK || p == SNP_PRODUCT_NONE ||
	    j->policy->roots->simulated || is_zero(j->report.f.chip_id))
		return RT_ENOTFOUND;
	snp_item_vcek(
	    &item, r->arena, p, j->report.f.chip_id, j->report.f.reported_tcb);
	return attest_collect(r, j->env, &item, NULL, check_fetched, j);
}

static int
find_leaf(struct job *j, const struct snp_evidence *ev)
{
	struct str der = j->report.key == SNP_VLEK ? ev->vlek : ev->vcek;
	struct attest_result scratch = {.arena = j->r->arena};
	int rc;

	if (der.n == 0) {
		rc = fetch_leaf(j, j->r);
		if (rc != RT_ENOTFOUND)
			return rc;
		return attest_reject(j->r, ATTEST_SNP_CERT_MISSING,
		    "there is no %s", snp_key_name(j->report.key));
	}
	if (parse_leaf(&j->leaf, j, j->r, der) != 0)
		return RT_EVERIFY;
	/* One of before a firmware update is replaced if that is possible. */
	if (snp_binding_check(&scratch, &j->report, &j->leaf) != 0) {
		scratch = (struct attest_result){.arena = j->r->arena};
		(void)fetch_leaf(j, &scratch);
	}
	return 0;
}

/* Step 6; nobody publishes lists for the simulated platform. */
static int
check_revocation(struct job *j, const struct snp_evidence *ev)
{
	const struct snp_policy *p = j->policy;
	struct attest_env env = *j->env;

	if (!p->revocation)
		return 0;
	if (p->roots->simulated)
		env.fetch = NULL;
	return snp_crl_check(NULL, j->r,
	    snp_roots_find(p->roots, j->leaf.product, j->leaf.key),
	    p->crl.n > 0 ? p->crl : ev->crl, &env, j->now);
}

/* Steps 4 to 8. */
static int
check_signatures(struct job *j, const struct snp_evidence *ev)
{
	const struct snp_policy *p = j->policy;

	if (find_leaf(j, ev) != 0)
		return RT_EVERIFY;
	if (j->leaf.key == SNP_VLEK && !p->allow_vlek)
		return attest_reject(j->r, ATTEST_SNP_ROOT,
		    "reports signed with a VLEK are not allowed");
	if (snp_chain_check(j->r, &j->leaf, p->roots, j->env, j->now) != 0 ||
	    check_revocation(j, ev) != 0)
		return RT_EVERIFY;
	if (!attest_ecdsa_verify_le(X509_get0_pubkey(j->leaf.x),
		str_sub(j->report.f.signature, 0, 144),
		str_sub(j->report.raw, 0, SNP_SIGNED_LEN)))
		return attest_reject(j->r, ATTEST_SNP_SIGNATURE,
		    "the report is not signed by its %s",
		    snp_key_name(j->leaf.key));
	return snp_binding_check(j->r, &j->report, &j->leaf);
}

static void
accept(struct job *j)
{
	bool simulated = j->policy->roots->simulated;

	snp_claims(j->r, &j->report.f, j->leaf.product,
	    simulated ? ATTEST_OID_SIMULATED_SNP : ATTEST_OID_SNP);
	j->r->simulated = simulated;
	memcpy(j->r->digest, j->report.f.host_data.p, sizeof(j->r->digest));
}

int
snp_verify(struct attest_result *r, const struct snp_evidence *ev,
    const struct snp_policy *policy, const struct attest_expect *expect,
    const struct attest_env *env)
{
	struct job j = {.r = r, .policy = policy, .env = env};
	int rc;

	ERR_clear_error();
	if (!attest_now(&j.now, r, env))
		return RT_EVERIFY;
	rc = snp_report_parse(&j.report, r, ev->report);
	if (rc == 0)
		rc = check_signatures(&j, ev);
	if (rc == 0) {
		snp_compare(r, &j.report, &j.leaf, policy, expect);
		rc = attest_outcome(r);
	}
	if (rc == 0)
		accept(&j);
	snp_leaf_fini(&j.leaf);
	ERR_clear_error();
	return rc;
}
