/* SPDX-License-Identifier: Apache-2.0 */
/* What a mesh certificate says of a TD (18). */
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

#define BASE ATTEST_OID_TDX

static void
header_claims(struct attest_result *r, const struct tdx_quote *q)
{
	struct str h = q->header;

	attest_claim_int(r, BASE, 1, q->version);
	attest_claim_int(r, BASE, 2, tdx_u16(h, 2));
	attest_claim_int(r, BASE, 3, tdx_u32(h, 4));
	attest_claim_bytes(r, BASE, 4, str_sub(h, 10, 12));
	attest_claim_bytes(r, BASE, 5, str_sub(h, 8, 10));
	attest_claim_bytes(r, BASE, 6, str_sub(h, 12, 28));
	attest_claim_bytes(r, BASE, 7, str_sub(h, 28, TDX_HEADER_LEN));
}

/* The body's fields from 8 on, in order. */
static void
body_claims(struct attest_result *r, const struct tdx_quote *q)
{
	enum tdx_field f;

	for (f = 0; f <= TDX_REPORT_DATA; f++)
		attest_claim_bytes(r, BASE, 8 + f, tdx_quote_field(q, f));
}

/* QE report: numbers follow the order of its fields. */
static void
qe_claims(struct attest_result *r, const struct tdx_quote *q)
{
	enum qe_field f;

	for (f = 0; f < QE_FIELD_N; f++) {
		struct str s = tdx_qe_field(q, f);

		if (f == QE_MISC_SELECT)
			attest_claim_int(r, BASE, 29 + f, tdx_u32(s, 0));
		else if (f == QE_ISV_PROD_ID || f == QE_ISV_SVN)
			attest_claim_int(r, BASE, 29 + f, tdx_u16(s, 0));
		else
			attest_claim_bytes(r, BASE, 29 + f, s);
	}
}

void
tdx_claims(struct attest_result *r, const struct tdx_quote *q)
{
	header_claims(r, q);
	body_claims(r, q);
	attest_claim_int(r, BASE, 23, q->sig_len);
	attest_claim_bytes(r, BASE, 24, q->signature);
	attest_claim_bytes(r, BASE, 25, q->attest_key);
	attest_claim_int(r, BASE, 26, q->cert_type);
	attest_claim_int(r, BASE, 27, q->cert_size);
	qe_claims(r, q);
	attest_claim_bytes(r, BASE, 41, q->qe_signature);
	attest_claim_int(r, BASE, 42, q->qe_auth.n);
	attest_claim_bytes(r, BASE, 43, q->qe_auth);
	attest_claim_int(r, BASE, 44, q->chain_type);
	attest_claim_int(r, BASE, 45, q->pck_chain.n);
	attest_claim_bytes(r, BASE, 46, q->pck_chain);
	attest_claim_bytes(r, BASE, 47, q->extra);
	if (q->body_type == 3) {
		attest_claim_bytes(
		    r, BASE, 48, tdx_quote_field(q, TDX_TEE_TCB_SVN_2));
		attest_claim_bytes(
		    r, BASE, 49, tdx_quote_field(q, TDX_MR_SERVICE_TD));
	}
}
