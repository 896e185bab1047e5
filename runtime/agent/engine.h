/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_AGENT_ENGINE_H
#define CONTRASTC_AGENT_ENGINE_H

#include "runtime/agent/policy.h"
#include "runtime/rego/engine.h"

/* The engine of runtime/rego, as the agent uses it (rego 12). */
struct agent_rego;
struct agent_rego *agent_rego_new(const struct rego_profile *profile);
/* Accepts NULL. */
void agent_rego_free(struct agent_rego *r);
/* Valid as long as `r`. */
const struct agent_engine *agent_rego_engine(const struct agent_rego *r);

#endif
