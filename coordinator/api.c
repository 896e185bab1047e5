/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "coordinator/api_int.h"
#include "runtime/base/banned.h"

int
co_owners_workload(struct co_owners *out, struct arena *a,
    const struct manifest *m, struct rt_err *err)
{
	bool keys = m->format == MANIFEST_2;
	const struct manifest_list *l =
	    keys ? &m->owner_keys : &m->owner_digests;
	const struct str *hex;
	struct str raw;
	int rc;

	out->p = ARENA_ARRAY(a, co_hash, l->v.n);
	VEC_FOREACH(hex, &l->v) {
		if ((rc = rt_unhex(&raw, a, *hex, err)) != 0)
			return rc;
		if (keys)
			rt_sha256(out->p[out->n++], raw);
		else if (raw.n == SHA256_LEN)
			memcpy(out->p[out->n++], raw.p, SHA256_LEN);
		else
			return rt_err_set(
			    err, RT_EFORMAT, "an owner's digest is too short");
	}
	return 0;
}

int
co_owners_seedshare(struct co_owners *out, struct arena *a,
    const struct manifest *m, struct rt_err *err)
{
	const struct str *hex;
	struct str raw;
	int rc;

	out->p = ARENA_ARRAY(a, co_hash, m->seedshare_keys.v.n);
	VEC_FOREACH(hex, &m->seedshare_keys.v) {
		if ((rc = rt_unhex(&raw, a, *hex, err)) != 0)
			return rc;
		rt_sha256(out->p[out->n++], raw);
	}
	return 0;
}

int
co_phase_fail(struct co_state **out, struct co_guard *g, bool or_none,
    struct wire_status *st)
{
	struct rt_err err;
	enum co_phase phase = co_guard_state(out, g, &err);

	if (phase == CO_SERVING || (phase == CO_NO_STATE && or_none))
		return 0;
	co_state_unref(*out);
	*out = NULL;
	if (phase == CO_UNREADABLE)
		return wire_fail(
		    st, WIRE_INTERNAL, "getting state: %s", err.text);
	return wire_fail(
	    st, WIRE_FAILED_PRECONDITION, "%s", co_phase_texts[phase]);
}
