/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_SNP_INT_H
#define CONTRASTC_ATTEST_SNP_INT_H

#include "runtime/attest/snp.h"

/* Names and marker of the simulated platform (19.3). */
#define SNP_SIMULATED_O "contrastc simulated platform (no confidentiality)"
extern const struct str snp_simulated_marker; /* DER of a UTF8String */

/* Has the name the attributes of 6.1 (or 19.3) and this CN (p NULL: any)? */
bool snp_name_is(const X509_NAME *name, struct str cn, bool simulated);
/* RSASSA-PSS with SHA-384 throughout, salt of 48 bytes, trailer 1? */
bool snp_alg_is_pss(const X509_ALGOR *alg);

/* What binds a leaf to a report: TCB and chip (step 8). */
int snp_binding_check(struct attest_result *r, const struct snp_report *rep,
    const struct snp_leaf *leaf) RT_MUST_CHECK;
/*
 * Revocation of the intermediate that was used (7.2); *used (or NULL) gets the
 * list that decided.
 */
int snp_crl_check(struct str *used, struct attest_result *r,
    const struct snp_root *root, struct str attached,
    const struct attest_env *env, int64_t now) RT_MUST_CHECK;

/* Steps 9 and 10: every comparison is made. */
void snp_compare(struct attest_result *r, const struct snp_report *rep,
    const struct snp_leaf *leaf, const struct snp_policy *policy,
    const struct attest_expect *expect);
/* Claims in order (18). */
void snp_claims(struct attest_result *r, const struct snp_fields *f,
    enum snp_product product, const char *base);

#endif
