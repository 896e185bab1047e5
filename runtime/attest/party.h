/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_PARTY_H
#define CONTRASTC_ATTEST_PARTY_H

#include "runtime/attest/attest.h"
#include "runtime/wire/atls.h"

/*
 * Our side of an attested connection: attested TLS asks through callbacks,
 * and the answers come from here.  One for each connection; everything it
 * points to outlives the handshake.
 */
struct attest_party {
	const struct attest_env *env;
	const struct attest_host *host; /* NULL: we show no evidence */
	/* NULL: any peer is accepted, its evidence is not read. */
	const struct attest_validator *validators;
	size_t nvalidators;
	/* Digests of which the peer must have one; n = 0: any. */
	const unsigned char (*digests)[ATTEST_DIGEST_LEN];
	size_t ndigests;
	/* What was found about the peer; `arena` is the caller's. */
	struct attest_result result;
};
/* Fills what evidence needs, leaves the rest as it is. */
void attest_party(struct atls_party *out, struct attest_party *p);

#endif
