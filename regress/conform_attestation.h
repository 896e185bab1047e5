/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_CONFORM_ATTESTATION_H
#define CONTRASTC_REGRESS_CONFORM_ATTESTATION_H

#include "regress/conform.h"
#include "runtime/attest/attest.h"
#include "runtime/base/jv.h"

/* One case of cases.json, with the change of a mutation or without. */
struct attestation {
	struct conform *c;
	const char *dir;
	const struct jv *v;
	const char *name;
	const char *member; /* the file that is changed: "report"; or NULL */
	struct str changed;
	int64_t time; /* the case's clock */
	struct attest_result r;
	unsigned char digest[ATTEST_DIGEST_LEN]; /* that is expected */
};

/* The file that a member names; empty if it names none. */
struct str attestation_file(const struct attestation *t, const char *member);
/* The bytes of a member of hex digits; empty if there is none. */
struct str attestation_hex(
    const struct attestation *t, const struct jv *v, const char *member);
/* A number, or what to take where there is none. */
int64_t attestation_int(const struct jv *v, const char *member, int64_t none);
/* Counts a pass or fails the case. */
void attestation_judge(
    struct attestation *t, bool ok, const char *what, struct str detail);
/*
 * Are the result's claims those of the claims.json beside the file that a
 * member names, in order?
 */
void attestation_claims(struct attestation *t, const char *member);

/* One operation of a mutation; on the members of an object if `json`. */
bool attestation_change(
    struct buf *b, const struct jv *op, struct arena *a, bool json);

/*
 * Kinds of cases: run it, t->r has the code.  `finish` looks at what else
 * a case says once the code was as expected; NULL: nothing.
 */
void attestation_tdx(struct attestation *t);
void attestation_tdx_finish(struct attestation *t);
void attestation_tdreport(struct attestation *t);

#endif
