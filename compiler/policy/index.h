/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_INDEX_H
#define CONTRASTC_POLICY_INDEX_H

#include "runtime/base/jv.h"

/*
 * The policy data as the rules of stdlib-rego/ read them: what several
 * containers have in common stands once, in tables, and a container has the
 * indexes.  Only members are added, and values are shared, not copied:
 *
 *	tables      mounts [[destination, kind, source or null, name of a
 *	            shared file]], kinds [[type, options]], volumes [storage],
 *	            linux [Linux], capabilities [[set, what its name stands
 *	            for]], env [pattern],
 *	            shared [directory], root [before the bundle's id, behind
 *	            it], pod [name, namespace, network namespace, directory of
 *	            logs, [name of a container]], annotations [key],
 *	            members of policy_data
 *	containers  mounts [n], volumes [n], linux n, capabilities [n], one of
 *	            each set by name, layers [[name, root hash]], the upper
 *	            first, templates [pattern] of variables and arguments
 *	            [pattern] where a token is, members of each
 *
 * Patterns hold no token but those of the sandbox's name and namespace.
 * Storages that are the image itself are not among the volumes.  The tables
 * lie at the top because the agent reads deep data slowly.
 */
struct jv *policy_index(struct arena *a, const struct jv *policy_data);
/* The same for data of several workloads, which have values in common. */
struct index_memory;
struct index_memory *index_memory_new(struct arena *a);
struct jv *policy_index_next(
    struct arena *a, struct index_memory *m, const struct jv *policy_data);

/* Is the storage a layer of the image, or what lays layers over each other? */
bool policy_is_layer(const struct jv *storage);

#endif
