/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_INDEX_H
#define CONTRASTC_POLICY_INDEX_H

#include "runtime/base/jv.h"

/*
 * The policy data as the rules of stdlib-rego/ read them: what several
 * containers have in common stands once, in tables, and a container has the
 * indexes.  Only members are added, and values are shared, not copied:
 *
 *	contrastc.tables  {mounts [mount], storages [storage], linux [Linux],
 *	                  capabilities [[string]]}
 *	containers[].at   {mounts [n], storages [n], linux n,
 *	                  capabilities [n]: one of each set, by name}
 *
 * Storages that are the image itself are not among them.
 */
struct jv *policy_index(struct arena *a, const struct jv *policy_data);

#endif
