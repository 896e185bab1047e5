/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_ATTEST_H
#define CONTRASTC_ATTEST_ATTEST_H

#include "runtime/base/arena.h"
#include "runtime/base/err.h"
#include "runtime/base/vec.h"

/*
 * Hardware evidence: issuing it and deciding whether evidence of a peer is
 * acceptable (attestation spec).  Nothing here opens a TLS session; clock and
 * collateral come through callbacks.
 */

/* Rejection codes, attest_code.def: exactly one per failed verification. */
enum attest_code {
	ATTEST_OK,
#define ATTEST_CODE(id, name, text) id,
#include "runtime/attest/attest_code.def"
#undef ATTEST_CODE
	ATTEST_CODE_N
};
/* "snp.tcb_min"; ATTEST_OK is "accept". */
const char *attest_code_name(enum attest_code code);
/* What it means: lower case, no full stop. */
const char *attest_code_text(enum attest_code code);

/* Sizes above which an item is rejected unread, in bytes (section 2). */
#define ATTEST_DOC_MAX ((size_t)256 << 10)
#define ATTEST_CERT_MAX ((size_t)8 << 10)
#define ATTEST_EXTRA_CRL_MAX ((size_t)64 << 10)
#define ATTEST_EXTRAS_MAX 16 /* entries */
#define ATTEST_EXTRA_KEY_MAX 64
#define ATTEST_CERT_TABLE_MAX ((size_t)64 << 10)
#define ATTEST_QUOTE_MAX ((size_t)32 << 10)
#define ATTEST_ATTACHED_MAX ((size_t)128 << 10)
#define ATTEST_ITEM_MAX ((size_t)1 << 20)
#define ATTEST_CHAIN_MAX ((size_t)16 << 10)

#define ATTEST_REPORT_DATA_LEN 64
#define ATTEST_DIGEST_LEN 32 /* host data: SHA-256 of policy or initdata */

/* The certificate extensions that carry evidence (4.1), dotted. */
#define ATTEST_OID_SNP "1.3.9901.2.1"
#define ATTEST_OID_TDX "1.3.9901.2.2"
#define ATTEST_OID_SIMULATED_SNP "2.25.48190264850086614854725510673523795758"

/* A comparison that failed; required and reported are text, hex for bytes. */
struct attest_mismatch {
	const char *validator; /* or NULL, from a single verification */
	enum attest_code code;
	const char *field; /* "MEASUREMENT", "REPORTED_TCB.snp" */
	struct str required, reported;
};

/* A fact about the peer for its mesh certificate (18). */
struct attest_claim {
	const char *oid; /* dotted */
	struct str der;  /* the extension's value */
};

/*
 * What a verification found.  `arena` is the caller's and is set before the
 * call, everything else zero.  Claims and digest are empty on failure.
 */
struct attest_result {
	struct arena *arena;
	enum attest_code code; /* the first failing step, or ATTEST_OK */
	struct str text;       /* why, for the log; one line */
	VEC(struct attest_mismatch) mismatches; /* every failing comparison */
	VEC(struct attest_claim) claims;        /* in order of emission */
	const char *validator;                  /* "snp-0-GENOA" */
	const char *status; /* TDX: converged TCB status, or NULL */
	bool simulated;     /* not protected by hardware */
	/* The policy or initdata digest, from HOST_DATA or MRCONFIGID. */
	unsigned char digest[ATTEST_DIGEST_LEN];
};

/*
 * Ends a verification: sets code and text unless an earlier step has done so.
 * Returns RT_EVERIFY, so: return attest_reject(…).
 */
int attest_reject(struct attest_result *r, enum attest_code code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/*
 * Records a failing comparison and, if it is the first, the code; the steps
 * that compare go on after it.  Both strings are copied.
 */
void attest_mismatch(struct attest_result *r, enum attest_code code,
    const char *field, struct str required, struct str reported);
/* Compares bytes; the mismatch has them in hex. */
bool attest_equal(struct attest_result *r, enum attest_code code,
    const char *field, struct str required, struct str reported);
/* A mismatch of numbers, unless reported >= required. */
bool attest_at_least(struct attest_result *r, enum attest_code code,
    const char *field, uint64_t required, uint64_t reported);
/* 0 if no step has failed so far, else RT_EVERIFY. */
int attest_outcome(const struct attest_result *r) RT_MUST_CHECK;

/*
 * Claims: `base` "." `n` with the DER of one value.  INTEGER (unsigned,
 * minimal), OCTET STRING (also empty), BOOLEAN.
 */
void attest_claim_int(
    struct attest_result *r, const char *base, unsigned n, uint64_t value);
void attest_claim_bytes(
    struct attest_result *r, const char *base, unsigned n, struct str value);
void attest_claim_bool(
    struct attest_result *r, const char *base, unsigned n, bool value);

/*
 * One item of collateral: vendor certificate, CRL, TCB info, QE identity.
 * Whatever its source, it is verified on use.
 */
struct attest_item {
	const char *url;  /* complete, parameters in the order of 7.1, 12.1 */
	const char *path; /* in the offline store (20.3) */
	const char *fallback; /* a second path there, or NULL */
	const char *chain;    /* header with the issuer chain, or NULL */
	bool expires;         /* else it never changes */
};
struct attest_body {
	struct str bytes; /* at most ATTEST_ITEM_MAX */
	struct str chain; /* PEM of the issuers, percent-decoded; or empty */
};
enum attest_source {
	ATTEST_CACHED,    /* if it never changes or was fetched lately */
	ATTEST_FETCHED,   /* from the network, or the offline store */
	ATTEST_CACHED_OLD /* what the network would have refreshed */
};
#define ATTEST_SOURCES 3

/*
 * Where collateral comes from.  `get` gives an item or RT_ENOTFOUND if that
 * source has none, RT_ENET, RT_EIO, RT_ELIMIT; `keep` is told of an item that
 * was fetched and has passed its checks.  Called from any thread.
 */
struct attest_fetch {
	int (*get)(void *arg, struct attest_body *out, struct arena *a,
	    const struct attest_item *item, enum attest_source from,
	    struct rt_err *err);
	void (*keep)(void *arg, const struct attest_item *item,
	    const struct attest_body *body);
	void *arg;
};

/*
 * Memory of the newest issue date per kind of item, against replay of older
 * ones (21).  One per process; any thread.
 */
struct attest_seen;
struct attest_seen *attest_seen_new(void);
/* Accepts NULL. */
void attest_seen_free(struct attest_seen *s);
/*
 * Was an item of this kind ("crl amd Genoa", "tcb 00806f050000") with a later
 * date seen?  Remembers the date otherwise.  `s` NULL: false.
 */
bool attest_seen_newer(struct attest_seen *s, const char *kind, int64_t issued);

#define ATTEST_SKEW 300 /* seconds, on lower bounds only */
#define ATTEST_SKEW_MAX 3600

/* What a verification needs of the world; const while it runs. */
struct attest_env {
	int64_t (*now)(void *arg); /* seconds since 1970; NULL: the system */
	void *now_arg;
	int64_t not_before; /* the program's build; 0: no check */
	int64_t skew;       /* seconds, at most ATTEST_SKEW_MAX */
	/* 0, or how far past nextUpdate collateral may be, in seconds (20.3) */
	int64_t max_age;
	const struct attest_fetch *fetch; /* NULL: what the evidence brings */
	struct attest_seen *seen;         /* or NULL */
};
#define ATTEST_MAX_AGE_LIMIT ((int64_t)90 * 86400)

/*
 * The one clock value of a verification; false: it is before the build of the
 * program (time.implausible is set).
 */
bool attest_now(
    int64_t *now, struct attest_result *r, const struct attest_env *env);
/* Is `now` within bounds, the lower one with skew? */
bool attest_in_time(
    const struct attest_env *env, int64_t now, int64_t from, int64_t to);

/*
 * Finds an item that passes `check` (0, or RT_EVERIFY with the code set in a
 * scratch result): cache, what the evidence brought (`attached`, empty: none),
 * network, old cache.  Returns 0; or RT_ENOTFOUND if no source had any; else
 * what the check said of the last one, with code and text in `r`.
 */
typedef int attest_check(
    void *arg, struct attest_result *r, const struct attest_body *body);
int attest_collect(struct attest_result *r, const struct attest_env *env,
    const struct attest_item *item, const struct attest_body *attached,
    attest_check *check, void *arg) RT_MUST_CHECK;

/* What this connection requires beside the reference values. */
struct attest_expect {
	unsigned char report_data[ATTEST_REPORT_DATA_LEN];
	/* Digests of which the evidence must have one; n = 0: any. */
	const unsigned char (*digests)[ATTEST_DIGEST_LEN];
	size_t ndigests;
};

/* A kind of evidence; one row of the table in attest.c each. */
struct attest_validator;
struct attest_host;
struct attest_platform {
	const char *name; /* "snp" */
	const char *oid;
	/* Decodes the document and verifies it.  0 or RT_EVERIFY. */
	int (*verify)(struct attest_result *r, struct str doc,
	    const struct attest_validator *v, const struct attest_expect *e,
	    const struct attest_env *env);
	/* Is the hardware here?  NULL: issues nothing. */
	bool (*present)(const struct attest_host *host);
	/* Evidence over the report data; `r` has an issue.… or sim.… code. */
	int (*issue)(struct str *doc, struct attest_result *r,
	    const struct attest_host *host,
	    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
	    const struct attest_env *env);
};
extern const struct attest_platform attest_snp, attest_simulated_snp;
/* The platform of an OID, or NULL. */
const struct attest_platform *attest_platform_find(const char *oid);

/* One reference value, ready to verify against. */
struct attest_validator {
	const char *name; /* "snp-0-GENOA", "tdx-1" */
	const struct attest_platform *platform;
	const void *policy; /* struct snp_policy, struct tdx_policy */
};

/*
 * Judges a document under an OID: the validators of its kind are tried in
 * order and the first that accepts decides.  0 accepts.  RT_ENOTFOUND: the OID
 * is not one of evidence.  RT_EVERIFY: the code is the last validator's, the
 * text names each with its code; doc.oid or sim.not_allowed if there is none
 * for this kind.
 */
int attest_verify(struct attest_result *r, const char *oid, struct str doc,
    const struct attest_validator *v, size_t n, const struct attest_expect *e,
    const struct attest_env *env) RT_MUST_CHECK;

/*
 * Evidence of this machine over the report data: its OID, and the document in
 * the result's arena.  RT_EVERIFY with an issue.… or sim.… code.
 */
int attest_issue(const char **oid, struct str *doc, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
    const struct attest_env *env) RT_MUST_CHECK;
/* What attest_issue() would issue here, or NULL. */
const struct attest_platform *attest_present(const struct attest_host *host);

#endif
