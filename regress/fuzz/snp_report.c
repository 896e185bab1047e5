/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an SNP report: what passes the format checks is made again
 * from its fields, byte for byte; a policy over it never accepts, since
 * nothing is signed.
 */
#include <stdlib.h>

#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attest_result r = {.arena = arena_new()};
	struct str raw = {(const char *)data, size};
	struct snp_policy policy = {
	    .roots = snp_roots_amd(), .check_platform_info = true};
	struct snp_evidence ev = {.report = raw};
	struct attest_expect e = {0};
	struct attest_env env = {0};
	unsigned char again[SNP_REPORT_LEN];
	struct snp_report rep;

	if (snp_report_parse(&rep, &r, raw) == 0) {
		/* the message has no room for a stepping above 15 */
		if (!snp_report_build(again, &rep.f) ||
		    (memcmp(again, data, sizeof(again)) != 0 &&
			data[0x18a] < 16))
			abort();
	} else if (r.code == ATTEST_OK) {
		abort();
	}
	r = (struct attest_result){.arena = r.arena};
	if (snp_verify(&r, &ev, &policy, &e, &env) == 0)
		abort();
	arena_free(r.arena);
	return 0;
}
