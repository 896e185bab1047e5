/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_SIMULATED_INT_H
#define CONTRASTC_ATTEST_SIMULATED_INT_H

#include "runtime/attest/simulated.h"

/* The configuration; paths and slices live in the result's arena. */
struct simulated_config {
	enum snp_product product;
	const char *key, *chain, *host_data;
	int64_t version;
	uint64_t policy, platform_info, tcb;
	struct str chip_id, measurement;
	bool id_block;
};

/* sim.not_enabled, and which gate is closed. */
int simulated_closed(struct attest_result *r, const char *gate);
int simulated_read_config(struct simulated_config *c, struct attest_result *r,
    struct str text) RT_MUST_CHECK;

#endif
