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
/* The nth of these names, by byte order; empty: there are no more. */
struct str agent_request_kind(size_t n);
/*
 * The request as the agent would serialise it: unknown members dropped,
 * missing ones added with their defaults, recursively (policy-model 3.1).
 * NULL if the kind is unknown; members of a wrong type are kept.
 */
struct jv *agent_request_normalise(
    struct arena *a, struct str kind, const struct jv *request);

/*
 * What an agent makes of a CopyFileRequest before it asks the policy: it
 * differs between generations (policy-model 3.2).
 */
enum agent_copy {
	AGENT_COPY_REDUCED, /* from 3.29 on: file_type, symlink_target */
	AGENT_COPY_DATA,    /* before: the data itself */
	AGENT_COPY_LINK     /* azl: symlink_src */
};
/*
 * The request in that form, from whichever form it has.  RT_EFORMAT: a link
 * whose target is no UTF-8, or data that are no bytes: the agent fails before
 * it asks.
 */
int agent_copy_file(struct jv **out, struct arena *a, enum agent_copy form,
    const struct jv *request, struct rt_err *err) RT_MUST_CHECK;

#endif
