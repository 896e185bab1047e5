/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_FEATURE_H
#define CONTRASTC_POLICY_FEATURE_H

#include "runtime/base/jv.h"

/*
 * What a workload's policy data uses: the predicates that choose among the
 * modules of stdlib-rego/ (modules.def).
 */
#define MODULE(concern, variant, file, predicate)                              \
	bool predicate(const struct jv *policy_data);
#include "stdlib-rego/modules.def"
#undef MODULE

/*
 * May all patterns of variables be applied at once, or be joined to one?  Each
 * is anchored on both sides and matches no line break.
 */
bool feature_env_joined(const struct jv *policy_data);

#endif
