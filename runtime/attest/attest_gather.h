/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_GATHER_H
#define CONTRASTC_ATTEST_GATHER_H

#include "runtime/attest/snp.h"
#include "runtime/attest/tdx.h"

/* A file of the offline store (20.3), its path in there. */
struct attest_file {
	const char *path;
	struct str bytes;
};
struct attest_files {
	VEC(struct attest_file) v;
};

/* Whom to trust; NULL: the vendors. */
struct attest_trust {
	const struct snp_roots *amd;
	struct tdx_policy intel; /* root and URLs alone count */
};

/*
 * Fetches what it takes to verify this evidence: a report or quote as hardware
 * gives it, or the document in a certificate.  It is verified with that, but
 * compared with no reference values.  A VCEK that comes with it is taken, what
 * expires is not: `env->fetch` is asked for what is new (ATTEST_FETCHED) alone.
 * Files are in the result's arena.  0, or RT_EVERIFY with the code in `r`; then
 * there are no files.
 */
int attest_gather(struct attest_files *out, struct attest_result *r,
    struct str evidence, const struct attest_trust *trust,
    const struct attest_env *env) RT_MUST_CHECK;

/*
 * From when to when a file of the store is valid, by its path there and what
 * it says of itself; signatures are checked on use.  RT_EFORMAT: it is not
 * what it is named.  RT_ENOTFOUND: no verification looks for such a path.
 */
int attest_file_validity(int64_t *from, int64_t *to, struct arena *a,
    const struct attest_file *f, struct rt_err *err) RT_MUST_CHECK;
/* Patterns of the paths there, for glob(3); NULL at the end. */
const char *attest_file_pattern(size_t i);

#endif
