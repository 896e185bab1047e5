/* SPDX-License-Identifier: Apache-2.0 */
/* A new manifest (coordinator 9.4): checked, stored, made the latest. */
#include <string.h>

#include "coordinator/guard_int.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

/* Documents by their hash in hex. */
static struct map
by_hash(struct arena *a, const struct co_update *u)
{
	struct map m = {0};
	size_t i;

	for (i = 0; i < u->npolicies; i++)
		(void)map_set(a, &m, rt_sha256_hex(a, u->policies[i]),
		    (void *)(uintptr_t)&u->policies[i]);
	return m;
}

static int
check_policies(struct arena *a, const struct manifest *m,
    const struct co_update *u, struct rt_err *err)
{
	struct map documents = by_hash(a, u);
	const struct manifest_policy *p;
	struct str raw;

	VEC_FOREACH(p, &m->policies) {
		if (p->hash.n != 2 * SHA256_LEN ||
		    rt_unhex(&raw, a, p->hash, NULL) != 0)
			return rt_err_set(err, RT_EINVAL,
			    "policy hash %.*s is not 64 hex digits",
			    (int)(p->hash.n < 80 ? p->hash.n : 80), p->hash.p);
		if (map_get(&documents, p->hash) == NULL)
			return rt_err_set(err, RT_ENOTFOUND,
			    "no policy provided for hash %.*s",
			    STR_ARG(p->hash));
	}
	return 0;
}

/* "1_web": would be the key of version 1 of the transit engine's "web". */
static bool
is_transit_id(struct str id)
{
	size_t n = 0;

	while (n < id.n && id.p[n] >= '0' && id.p[n] <= '9')
		n++;
	return n > 0 && n < id.n && id.p[n] == '_';
}

static int
check_rules(
    const struct manifest *m, const struct co_rules *rules, struct rt_err *err)
{
	const struct manifest_policy *p;

	if (m->refs.simulated.n > 0 && !rules->simulated)
		return rt_err_set(err, RT_EINVAL,
		    "validating manifest: sim.not_allowed: this Coordinator "
		    "does not accept simulated reference values");
	if (m->min_api.n > 0 && manifest_api_version(m->min_api) == 0)
		return rt_err_set(err, RT_EINVAL,
		    "validating manifest: MinimumAPIVersion: expected v1, v2, "
		    "...");
	VEC_FOREACH(p, &m->policies)
		if (rules->transit && is_transit_id(p->secret_id))
			return rt_err_set(err, RT_EINVAL,
			    "validating manifest: WorkloadSecretID '%.*s' "
			    "begins like a key of the transit engine",
			    (int)(p->secret_id.n < 80 ? p->secret_id.n : 80),
			    p->secret_id.p);
	return 0;
}

int
co_update_check(struct manifest *out, struct arena *a,
    const struct co_update *u, const struct co_rules *rules, struct rt_err *err)
{
	struct manifest_notes notes = {0};
	enum manifest_verdict v;
	int rc = manifest_read(out, a, u->text, false, err);

	if (rc != 0)
		return rt_err_wrap(err, "unmarshaling manifest");
	v = manifest_validate(&notes, a, out);
	if (v != MANIFEST_OK && v != MANIFEST_NO_COORDINATOR)
		return rt_err_set(err, RT_EINVAL,
		    "validating manifest: %.*s: %.*s",
		    STR_ARG(notes.v.p[0].path), STR_ARG(notes.v.p[0].text));
	rc = check_rules(out, rules, err);
	return rc != 0 ? rc : check_policies(a, out, u, err);
}

static int
put_policies(struct co_guard *g, const struct manifest *m,
    const struct co_update *u, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct map documents = by_hash(a, u);
	const struct manifest_policy *p;
	co_hash hash;
	int rc = 0;

	VEC_FOREACH(p, &m->policies) {
		const struct str *text = map_get(&documents, p->hash);

		rc = co_history_put_policy(hash, g->store, *text, err);
		if (rc != 0)
			break;
	}
	arena_free(a);
	return rc;
}

/* What fails here leaves no trace but values that nothing points at. */
static int
prepare(struct co_state *s, const struct co_state *old,
    const struct co_update *u, struct rt_err *err)
{
	int rc = co_state_manifest(s, u->text, err);

	if (rc == 0)
		rc = co_state_keys(
		    s, u->seed != NULL ? u->seed : &old->seed, err);
	if (rc == 0)
		rc = co_state_ca(s, NULL, err);
	return rc;
}

static int
publish(struct co_state *s, struct co_guard *g, const struct co_state *old,
    const struct co_update *u, struct rt_err *err)
{
	static const co_hash zero;
	struct co_transition t;
	int rc = put_policies(g, &s->manifest, u, err);

	if (rc == 0)
		rc = co_history_put_manifest(&t, g->store, s->text,
		    old == NULL ? zero : old->latest.transition, err);
	if (rc == 0)
		rc = co_history_advance(&s->latest, s->arena, g->store,
		    old == NULL ? NULL : &old->latest, t.hash, s->signing, err);
	s->generation = old == NULL ? 1 : old->generation + 1;
	if (rc == RT_ESTATE)
		return rt_err_set(err, RT_ESTATE,
		    "coordinator state was updated concurrently");
	return rc;
}

int
co_guard_update(struct co_state **out, struct co_guard *g, struct co_state *old,
    const struct co_update *u, struct rt_err *err)
{
	struct co_state *s = co_state_new();
	int rc;

	*out = NULL;
	(void)pthread_mutex_lock(&g->updating);
	rc = prepare(s, old, u, err);
	if (rc == 0)
		rc = publish(s, g, old, u, err);
	/* A state that came there meanwhile is newer than ours. */
	if (rc == 0)
		(void)co_guard_put(g, old, s);
	(void)pthread_mutex_unlock(&g->updating);
	if (rc == 0)
		*out = s;
	else
		co_state_unref(s);
	return rc;
}
