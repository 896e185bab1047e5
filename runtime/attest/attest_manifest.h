/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_MANIFEST_H
#define CONTRASTC_ATTEST_MANIFEST_H

#include "runtime/attest/snp.h"
#include "runtime/manifest/manifest.h"

/*
 * What the operator says at run time, from a place that the untrusted host
 * cannot set (DESIGN 4.12, attestation 19.4).
 */
struct attest_operator {
	bool allow_simulated;
	struct str simulated_root; /* PEM: intermediate, root; or empty */
	struct str simulated_crl;  /* DER, or empty */
	bool no_revocation;        /* for laboratories */
	uint32_t tdx_accept;   /* bits 1 << enum tcb_status; 0: UpToDate only */
	bool tdx_upstream_tcb; /* the TDX module in place of the platform */
};

/* The reference values of a manifest, ready to verify against (15). */
struct attest_validators {
	VEC(struct attest_validator) v;
	struct snp_roots simulated;
};
/*
 * Memory is the arena's, but for the simulated roots: the caller ends it with
 * attest_validators_fini(), also after a failure.  RT_EINVAL names a value
 * that cannot be used; RT_EAUTH begins with the code sim.…: the manifest has
 * simulated values that are not allowed.
 */
int attest_validators_make(struct attest_validators *out, struct arena *a,
    const struct manifest *m, const struct attest_operator *op,
    struct rt_err *err) RT_MUST_CHECK;
void attest_validators_fini(struct attest_validators *v);

/*
 * Digests that Coordinators of the manifest may have (16), for struct
 * attest_expect; none: n = 0.
 */
size_t attest_coordinator_digests(
    const unsigned char (**out)[ATTEST_DIGEST_LEN], struct arena *a,
    const struct manifest *m);

#endif
