/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_TDX_H
#define CONTRASTC_ATTEST_TDX_H

#include "runtime/attest/attest.h"
#include "runtime/base/buf.h"

/*
 * Intel TDX: quotes of version 4 and 5, the PCK chain inside them, Intel's
 * collateral and what follows from all three (attestation 10 to 14).  Parsers
 * return 0, or RT_EVERIFY with the code in `r`; what they give borrows from
 * the bytes that they read.
 */

/* Fields of a TD report's body (10.2); the last two only in TD 1.5. */
enum tdx_field {
	TDX_TEE_TCB_SVN,
	TDX_MR_SEAM,
	TDX_MR_SIGNER_SEAM,
	TDX_SEAM_ATTRIBUTES,
	TDX_TD_ATTRIBUTES,
	TDX_XFAM,
	TDX_MR_TD,
	TDX_MR_CONFIG_ID,
	TDX_MR_OWNER,
	TDX_MR_OWNER_CONFIG,
	TDX_RTMR0,
	TDX_RTMR1,
	TDX_RTMR2,
	TDX_RTMR3,
	TDX_REPORT_DATA,
	TDX_TEE_TCB_SVN_2,
	TDX_MR_SERVICE_TD,
	TDX_FIELD_N
};
struct tdx_field_info {
	const char *name;   /* "MRTD" */
	const char *member; /* "mr_td", as in the vectors and messages */
	uint16_t offset, size;
};
extern const struct tdx_field_info tdx_fields[TDX_FIELD_N];

#define TDX_HEADER_LEN 48
#define TDX_BODY_LEN 584    /* TD 1.0 */
#define TDX_BODY_15_LEN 648 /* TD 1.5 */
#define TDX_QE_REPORT_LEN 384
#define TDX_SIGNATURE_LEN 64 /* r, s: 32 bytes each, big endian */

/* A quote in its parts. */
struct tdx_quote {
	unsigned version;
	unsigned body_type; /* 2 or 3; version 4 has none and means 2 */
	struct str header, body;
	struct str is_signed; /* what the quote signature covers */
	uint32_t sig_len;
	struct str signature, attest_key;
	uint16_t cert_type; /* 6 */
	uint32_t cert_size;
	struct str qe_report, qe_signature, qe_auth;
	uint16_t chain_type;  /* 5 */
	struct str pck_chain; /* PEM, maybe with a NUL at its end */
	struct str extra;     /* after the signature data, not signed */
};

int tdx_quote_parse(struct tdx_quote *out, struct attest_result *r,
    struct str bytes) RT_MUST_CHECK;
/* The bytes again. */
void tdx_quote_write(struct buf *out, const struct tdx_quote *q);
/* Empty if the body has no such field. */
struct str tdx_quote_field(const struct tdx_quote *q, enum tdx_field f);

/*
 * The document (4.3): protobuf tdx.QuoteV4 or tdx.QuoteV5.  Decoding gives
 * the quote's bytes in the result's arena.
 */
int tdx_doc_decode(
    struct str *quote, struct attest_result *r, struct str doc) RT_MUST_CHECK;
void tdx_doc_encode(struct buf *out, const struct tdx_quote *q);

/* TDREPORT (17.5), 1024 bytes: one's own measurements without a quote. */
#define TDX_REPORT_LEN 1024
struct tdx_report {
	struct str type;                /* 4 bytes */
	struct str fields[TDX_FIELD_N]; /* empty: not in a TDREPORT */
};
int tdx_report_parse(struct tdx_report *out, struct attest_result *r,
    struct str bytes) RT_MUST_CHECK;

/* SGX extension of the PCK leaf (11.2). */
#define TDX_COMPONENTS 16
struct pck_ext {
	struct str ppid, cpu_svn, pce_id, fmspc, piid; /* piid: maybe empty */
	uint8_t component[TDX_COMPONENTS];
	uint16_t pce_svn;
	uint8_t sgx_type; /* 0 standard, 1 scalable, 2 with integrity */
	/* -1: not said */
	int8_t dynamic_platform, cached_keys, smt;
};
int pck_ext_parse(
    struct pck_ext *out, struct attest_result *r, struct str der) RT_MUST_CHECK;

/* TCB status (13); as bits in a policy. */
enum tcb_status {
	TCB_UP_TO_DATE,
	TCB_SW_HARDENING_NEEDED,
	TCB_CONFIGURATION_NEEDED,
	TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
	TCB_OUT_OF_DATE,
	TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	TCB_REVOKED,
	TCB_RELAUNCH_ADVISED,
	TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
	TCB_STATUS_N
};
const char *tcb_status_name(enum tcb_status s); /* "UpToDate" */
/* -1: unknown */
int tcb_status_find(struct str name);

struct tcb_advisories {
	VEC(struct str) v;
};

/* A level of a TDX module or of the QE. */
struct tcb_svn_level {
	uint16_t isvsvn;
	uint32_t order; /* in the text */
	enum tcb_status status;
	struct tcb_advisories advisories;
};
struct tcb_svn_levels {
	VEC(struct tcb_svn_level) v; /* descending */
};
/* A level of the platform. */
struct tcb_level {
	uint8_t sgx[TDX_COMPONENTS], tdx[TDX_COMPONENTS];
	uint16_t pce_svn;
	uint32_t order; /* in the text */
	enum tcb_status status;
	struct tcb_advisories advisories;
};
struct tdx_module {
	int version; /* xx of TDX_xx; -1: another name */
	struct str mr_signer, attributes, attributes_mask;
	struct tcb_svn_levels levels;
};

/* Times are seconds since 1970. */
struct tcb_info {
	int64_t issued, next_update;
	struct str fmspc, pce_id; /* bytes */
	uint32_t eval_number;
	bool has_module;
	struct tdx_module module;
	VEC(struct tdx_module) modules;
	VEC(struct tcb_level) levels; /* descending */
};
struct qe_identity {
	int64_t issued, next_update;
	uint32_t eval_number;
	struct str misc_select, misc_mask, attributes, attributes_mask;
	struct str mr_signer;
	uint16_t isv_prod_id;
	struct tcb_svn_levels levels;
};

/* The inner objects (12.2, 12.3): the bytes that are signed. */
int tcb_info_parse(struct tcb_info *out, struct attest_result *r,
    struct str text) RT_MUST_CHECK;
int qe_identity_parse(struct qe_identity *out, struct attest_result *r,
    struct str text) RT_MUST_CHECK;

/*
 * Collateral as one object (12.5).  An absent member is empty.  `signature`
 * is hex, CRLs are hex, both as they stand; the attached form of 4.4 is
 * understood as well.
 */
struct tdx_signed {
	struct str text, signature, chain;
};
struct tdx_collateral {
	struct str root_crl, pck_crl;
	struct tdx_signed tcb_info, qe_identity;
};
/* RT_EFORMAT, RT_ELIMIT; strings are copied to `a`. */
int tdx_collateral_parse(struct tdx_collateral *out, struct arena *a,
    struct str json, struct rt_err *err) RT_MUST_CHECK;
/*
 * Splits a response of Intel's service: the bytes of member `name` as they
 * stand, and the signature.  False: malformed.
 */
bool tdx_response_split(
    struct tdx_signed *out, struct arena *a, struct str body, const char *name);

/* What a verification requires; zero is the strictest but for the fields. */
struct tdx_policy {
	struct str want[TDX_FIELD_N]; /* empty: not compared */
	struct str min_tee_tcb_svn;   /* 16 bytes, or empty */
	uint16_t min_qe_svn, min_pce_svn;
	uint32_t min_eval_number;
	const struct str *piids; /* 16 bytes each; n = 0: any */
	size_t npiids;
	bool memory_integrity, smt_disabled, static_platform;
	bool allow_debug, allow_service_td, refuse_trailing;
	bool no_collateral, no_crl; /* go without, if there is none */
	uint32_t accept;   /* bits 1 << enum tcb_status; 0: UpToDate only */
	bool upstream_tcb; /* the module's status in place of the platform's */
	struct str root;   /* DER of the root certificate; empty: Intel's */
	const char *base_url, *root_crl_url; /* of the service; NULL: Intel */
};

/* Intel SGX Root CA, DER. */
extern const struct str tdx_root;

/*
 * Validation (14).  `report_data` and the digests of `e`, unless it is NULL,
 * are required beside the policy.  Collateral comes from `attached` (or
 * NULL), the quote's extra bytes and `env`.
 */
int tdx_verify(struct attest_result *r, struct str quote,
    const struct tdx_collateral *attached, const struct tdx_policy *p,
    const struct attest_expect *e, const struct attest_env *env) RT_MUST_CHECK;

/*
 * The policy of an entry of the manifest (15.2).  RT_EINVAL names a member
 * that cannot be used.
 */
struct manifest_tdx;
int tdx_policy_make(struct tdx_policy *out, struct arena *a,
    const struct manifest_tdx *m, struct rt_err *err) RT_MUST_CHECK;

extern const struct attest_platform attest_tdx;

#endif
