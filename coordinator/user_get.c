/* SPDX-License-Identifier: Apache-2.0 */
/* GetManifests (coordinator 10.2): all of it is public. */
#include <stdlib.h>
#include <string.h>

#include "coordinator/api_int.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

struct get {
	struct arena *arena;
	struct co_store *store;
	Userapi__GetManifestsResponse *res;
	struct map seen; /* hashes of policies, hex */
	VEC(struct str) hashes;
};

static void
note_policies(struct get *g, const struct manifest *m)
{
	const struct manifest_policy *p;

	VEC_FOREACH(p, &m->policies) {
		if (map_set(g->arena, &g->seen, p->hash, g) == NULL)
			VEC_PUSH(g->arena, &g->hashes, p->hash);
	}
}

static int
add_manifest(struct get *g, const struct co_transition *t, struct rt_err *err)
{
	struct manifest m = {0};
	struct str text;
	int rc =
	    co_history_manifest(&text, g->arena, g->store, t->manifest, err);

	if (rc == 0)
		rc = manifest_read(&m, g->arena, text, false, err);
	if (rc != 0)
		return rc;
	wire_pb_add(&g->res->manifests, &g->res->n_manifests, text);
	note_policies(g, &m);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
add_policy(struct get *g, struct str hex, struct rt_err *err)
{
	struct str raw, text;
	int rc = rt_unhex(&raw, g->arena, hex, err);

	if (rc == 0 && raw.n != SHA256_LEN)
		rc = rt_err_set(err, RT_EFORMAT, "a policy hash is too short");
	if (rc == 0)
		rc = co_history_policy(&text, g->arena, g->store,
		    (const unsigned char *)raw.p, err);
	if (rc == 0)
		wire_pb_add(&g->res->policies, &g->res->n_policies, text);
	return rc;
}

static int
collect(struct get *g, const struct co_state *s, struct rt_err *err)
{
	struct co_chain chain = {0};
	const struct co_transition *t;
	const struct str *hex;
	int rc = co_history_chain(
	    &chain, g->arena, g->store, s->latest.transition, err);

	VEC_FOREACH(t, &chain.v)
		if (rc == 0)
			rc = add_manifest(g, t, err);
	if (g->hashes.n > 0)
		qsort(g->hashes.p, g->hashes.n, sizeof(*g->hashes.p), compare);
	VEC_FOREACH(hex, &g->hashes)
		if (rc == 0)
			rc = add_policy(g, *hex, err);
	return rc;
}

static void
finish(Userapi__GetManifestsResponse *r, const struct co_state *s)
{
	struct str hash = {
	    (const char *)s->latest.transition, sizeof(s->latest.transition)};

	wire_pb_set(&r->root_ca, pki_ca_root_pem(s->ca));
	wire_pb_set(&r->mesh_ca, pki_ca_mesh_pem(s->ca));
	r->latest_transition =
	    (void *)wire_pb_new(&userapi__latest_transition__descriptor);
	wire_pb_set(&r->latest_transition->transition_hash, hash);
	wire_pb_set(&r->latest_transition->signature, s->latest.signature);
}

int
co_get_manifests(Userapi__GetManifestsResponse **res, struct co_guard *guard,
    struct wire_status *st)
{
	struct get g = {.arena = arena_new(), .store = co_guard_store(guard)};
	struct co_state *s;
	struct rt_err err;
	int rc = co_phase_fail(&s, guard, false, st);

	if (rc == 0) {
		g.res = (void *)wire_pb_new(
		    &userapi__get_manifests_response__descriptor);
		if (collect(&g, s, &err) == 0) {
			finish(g.res, s);
			*res = g.res;
		} else {
			wire_pb_free(&g.res->base);
			rc = wire_fail(
			    st, WIRE_INTERNAL, "getting history: %s", err.text);
		}
	}
	co_state_unref(s);
	arena_free(g.arena);
	return rc;
}
