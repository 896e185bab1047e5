/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_AGENT_AGENT_H
#define CONTRASTC_AGENT_AGENT_H

#include "runtime/base/jv.h"

/*
 * The Kata agent's requests (policy-model 3 and 4): agent_request.def and
 * agent_message.def are the catalogue.
 */

/* Is this a query name that a supported agent may ask? */
bool agent_request_known(struct str kind);
/*
 * The request as the agent would serialise it: unknown members dropped,
 * missing ones added with their defaults, recursively (policy-model 3.1).
 * NULL if the kind is unknown; members of a wrong type are kept.
 */
struct jv *agent_request_normalise(
    struct arena *a, struct str kind, const struct jv *request);

#endif
