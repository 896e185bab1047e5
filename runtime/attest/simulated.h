/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_SIMULATED_H
#define CONTRASTC_ATTEST_SIMULATED_H

#include "runtime/attest/snp.h"

/*
 * The platform simulated-snp (attestation 19, DESIGN 4.12): evidence in the
 * form of SNP's, made without hardware and signed below a root of one's own.
 * It protects nothing; names and a critical marker keep it apart.
 */

struct attest_host;
/* Is any of the gates (19.4) open?  simulated_issue() wants all. */
bool simulated_present(const struct attest_host *host);
int simulated_issue(struct str *doc, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
    const struct attest_env *env) RT_MUST_CHECK;

/* A platform as simulated_make() founds it; PEM, in the arena. */
struct simulated {
	struct str ark, ask, vcek;             /* certificates */
	struct str ark_key, ask_key, vcek_key; /* PKCS #8; wiped by _fini() */
	char root_sha256[65]; /* for the manifest: TrustedRootSHA256 */
	unsigned char chip_id[SNP_CHIP_ID_LEN];
};
/*
 * Makes keys and certificates of a product (two RSA keys of 4096 bits: this
 * takes seconds) for a VCEK of this TCB.  RT_ECRYPTO.
 */
int simulated_make(struct simulated *out, struct arena *a,
    enum snp_product product, uint64_t tcb, int64_t now,
    struct rt_err *err) RT_MUST_CHECK;
void simulated_fini(struct simulated *s);

#endif
