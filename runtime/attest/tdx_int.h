/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_TDX_INT_H
#define CONTRASTC_ATTEST_TDX_INT_H

#include <openssl/x509.h>

#include "runtime/attest/tdx.h"

static inline uint16_t
tdx_u16(struct str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
tdx_u32(struct str s, size_t at)
{
	return (uint32_t)tdx_u16(s, at) | (uint32_t)tdx_u16(s, at + 2) << 16;
}

static inline uint64_t
tdx_u64(struct str s, size_t at)
{
	return (uint64_t)tdx_u32(s, at) | (uint64_t)tdx_u32(s, at + 4) << 32;
}

static inline unsigned
tdx_byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

/* Fields of the QE report (10.4). */
enum qe_field {
	QE_CPU_SVN,
	QE_MISC_SELECT,
	QE_RESERVED1,
	QE_ATTRIBUTES,
	QE_MR_ENCLAVE,
	QE_RESERVED2,
	QE_MR_SIGNER,
	QE_RESERVED3,
	QE_ISV_PROD_ID,
	QE_ISV_SVN,
	QE_RESERVED4,
	QE_REPORT_DATA,
	QE_FIELD_N
};
struct qe_field_info {
	uint16_t offset, size;
};
extern const struct qe_field_info qe_fields[QE_FIELD_N];
struct str tdx_qe_field(const struct tdx_quote *q, enum qe_field f);

/* What signs what inside a quote: QE report, attestation key, quote. */
int tdx_check_signatures(const struct tdx_quote *q, struct attest_result *r,
    X509 *leaf) RT_MUST_CHECK;
/* A raw public key x, y on P-256; NULL: no point of the curve. */
EVP_PKEY *tdx_key(struct str xy);

/* One kind of certificate in Intel's tree (11.1). */
enum intel_cert { INTEL_ROOT, INTEL_CA, INTEL_LEAF, INTEL_SIGNER };

/* Codes that the steps of a chain's checks have. */
struct intel_codes {
	enum attest_code parse, profile, root, chain, time;
};
#define INTEL_CHAIN_MAX 3
/* A chain, leaf first, that has passed its checks. */
struct intel_chain {
	X509 *x[INTEL_CHAIN_MAX];
	size_t n;
};
struct intel_check {
	const enum intel_cert *kinds; /* leaf first */
	size_t n;
	const struct intel_codes *codes;
	const struct attest_env *env;
	int64_t now;
	struct str root; /* DER of the trusted one */
};
/* On success the chain is the caller's. */
int intel_chain_read(struct intel_chain *out, struct attest_result *r,
    struct str pem, const struct intel_check *c) RT_MUST_CHECK;
void intel_chain_free(struct intel_chain *c);
/* "platform" or "processor" */
const char *intel_ca_name(const X509 *ca);
/* The SGX extension of a leaf. */
int pck_read(
    struct pck_ext *out, struct attest_result *r, X509 *leaf) RT_MUST_CHECK;

/* A CRL (12.6): DER, or as hex or PEM; NULL: it is none. */
X509_CRL *intel_crl_parse(struct arena *a, struct str text);
/* The same, checked; NULL with the code set. */
X509_CRL *intel_crl_read(struct attest_result *r, struct str text, X509 *issuer,
    const char *kind, const struct attest_env *env, int64_t now);
bool intel_crl_lists(X509_CRL *crl, const X509 *x);

/*
 * Items of collateral, strings in `a`.  `ca` NULL: the root's CRL; `number` 0:
 * the newest text, else the evaluation that is asked for.
 */
struct attest_item intel_item_crl(struct arena *a, const struct tdx_policy *p,
    const char *fmspc, const X509 *ca);
struct attest_item intel_item_tcb(struct arena *a, const struct tdx_policy *p,
    const char *fmspc, uint32_t number);
struct attest_item intel_item_qe(struct arena *a, const struct tdx_policy *p,
    const char *fmspc, uint32_t number);

/* What the platform evaluates to. */
struct tcb_verdict {
	enum tcb_status status;
	struct tcb_advisories advisories;
};
int tcb_module_check(struct attest_result *r, const struct tcb_info *t,
    const struct tdx_quote *q);
int tcb_qe_check(struct attest_result *r, const struct qe_identity *id,
    const struct tdx_quote *q);
int tcb_evaluate(struct tcb_verdict *out, struct attest_result *r,
    const struct tcb_info *t, const struct qe_identity *id,
    const struct tdx_quote *q, const struct pck_ext *pck, bool upstream);

/* Collateral that has passed its checks; free with tdx_trust_free(). */
struct tdx_trust {
	bool has; /* false: there is none, and none is required */
	struct tcb_info tcb;
	struct qe_identity qe;
};
int tdx_trust_collect(struct tdx_trust *out, struct attest_result *r,
    const struct tdx_collateral *attached, const struct intel_chain *pck,
    const struct pck_ext *ext, const struct tdx_policy *p,
    const struct attest_env *env, int64_t now) RT_MUST_CHECK;

void tdx_compare(struct attest_result *r, const struct tdx_quote *q,
    const struct pck_ext *pck, const struct tdx_policy *p,
    const struct attest_expect *e);
void tdx_claims(struct attest_result *r, const struct tdx_quote *q);

#endif
