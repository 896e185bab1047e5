/* SPDX-License-Identifier: Apache-2.0 */
/* SetManifest (coordinator 10.1). */
#include <string.h>

#include <openssl/crypto.h>

#include "coordinator/api_int.h"
#include "runtime/pki/share.h"
#include "runtime/pki/sign.h"
#include "runtime/base/banned.h"

struct set {
	struct arena *arena;
	struct co_guard *guard;
	EVP_PKEY *caller;
	const Userapi__SetManifestRequest *req;
	struct co_state *old; /* NULL: first set */
	struct co_update update;
	struct manifest next;
	struct pki_seed seed; /* first set */
	struct pki_shares shares;
	struct wire_status *st;
};

/* The hash that the new transition will follow. */
static const unsigned char *
previous(const struct set *s)
{
	static const co_hash zero;

	return s->old == NULL ? zero : s->old->latest.transition;
}

static int
check_previous(struct set *s)
{
	struct str sent = wire_pb_str(s->req->previous_transition_hash);

	if (sent.n == 0 || (sent.n == SHA256_LEN &&
			       memcmp(sent.p, previous(s), SHA256_LEN) == 0))
		return 0;
	return wire_fail(s->st, WIRE_FAILED_PRECONDITION,
	    "previous transition hash does not match latest state");
}

/* Against the owners of `m`, which must be known as keys. */
static int
check_signature(struct set *s, const struct manifest *m)
{
	struct rt_err err;
	co_hash next;

	manifest_transition(next, s->update.text, previous(s));
	if (pki_transition_verify(m->owner_keys.v.p, m->owner_keys.v.n, next,
		wire_pb_str(s->req->signature), &err) == 0)
		return 0;
	return wire_fail(s->st, WIRE_PERMISSION_DENIED,
	    "validating manifest signature: %s", err.text);
}

static int
check_caller(struct set *s)
{
	struct co_owners owners = {0};
	struct rt_err err;
	int rc = co_owners_workload(&owners, s->arena, &s->old->manifest, &err);

	if (rc == 0 && owners.n == 0)
		return wire_fail(s->st, WIRE_PERMISSION_DENIED,
		    "validating peer: setting manifest is disabled");
	if (s->caller == NULL)
		return wire_fail(s->st, WIRE_PERMISSION_DENIED,
		    "validating peer: no peer certificates found");
	if (rc == 0)
		rc = pki_owner_check(s->caller, owners.p, owners.n, &err);
	if (rc == 0)
		return 0;
	return wire_fail(s->st, WIRE_PERMISSION_DENIED,
	    "validating peer: peer not authorized: %s", err.text);
}

/* Shares were made once, for the owners of the first set. */
static int
check_seedshare(struct set *s)
{
	const struct manifest_list *a = &s->old->manifest.seedshare_keys;
	const struct manifest_list *b = &s->next.seedshare_keys;
	bool same = a->v.n == b->v.n;
	size_t i;

	for (i = 0; same && i < a->v.n; i++)
		same = str_eq(a->v.p[i], b->v.p[i]);
	return same ? 0
		    : wire_fail(s->st, WIRE_PERMISSION_DENIED,
			  "changes to seedshare owners are not allowed");
}

static int
authorise_update(struct set *s)
{
	int rc = s->req->signature.len > 0
		     ? check_signature(s, &s->old->manifest)
		     : check_caller(s);

	return rc != 0 ? rc : check_seedshare(s);
}

/* Anyone may set the first one; the seed is drawn for its owners. */
static int
begin(struct set *s)
{
	const struct manifest_list *owners = &s->next.seedshare_keys;
	struct rt_err err;
	int rc;

	if (s->req->signature.len > 0 &&
	    (rc = check_signature(s, &s->next)) != 0)
		return rc;
	rc = pki_seed_new(&s->seed, &err);
	if (rc == 0)
		rc = pki_shares_make(&s->shares, s->arena, &s->seed,
		    owners->v.p, owners->v.n, &err);
	s->update.seed = &s->seed;
	if (rc == 0)
		return 0;
	return wire_fail(s->st,
	    rc == RT_ECRYPTO ? WIRE_INTERNAL : WIRE_INVALID_ARGUMENT,
	    "initializing seed engine: %s", err.text);
}

static int
read_request(struct set *s)
{
	struct str *p = ARENA_ARRAY(s->arena, struct str, s->req->n_policies);
	struct rt_err err;
	size_t i;

	for (i = 0; i < s->req->n_policies; i++)
		p[i] = wire_pb_str(s->req->policies[i]);
	s->update = (struct co_update){.text = wire_pb_str(s->req->manifest),
	    .policies = p,
	    .npolicies = s->req->n_policies};
	if (co_update_check(&s->next, s->arena, &s->update,
		co_guard_rules(s->guard), &err) == 0)
		return 0;
	return wire_fail(s->st, WIRE_INVALID_ARGUMENT, "%s", err.text);
}

static Userapi__SeedShareDocument *
document(const struct pki_shares *shares)
{
	Userapi__SeedShareDocument *d =
	    (void *)wire_pb_new(&userapi__seed_share_document__descriptor);
	Userapi__SeedShare *to;
	const struct pki_share *from;

	wire_pb_set(&d->salt, shares->salt);
	if (shares->list.n > 0)
		d->seed_shares =
		    rt_calloc(shares->list.n, sizeof(*d->seed_shares));
	VEC_FOREACH(from, &shares->list) {
		to = (void *)wire_pb_new(&userapi__seed_share__descriptor);
		wire_pb_set_string(&to->public_key, from->public_key);
		wire_pb_set(&to->encrypted_seed, from->encrypted);
		d->seed_shares[d->n_seed_shares++] = to;
	}
	return d;
}

static Userapi__SetManifestResponse *
answer(const struct set *s, const struct co_state *now)
{
	Userapi__SetManifestResponse *r =
	    (void *)wire_pb_new(&userapi__set_manifest_response__descriptor);

	wire_pb_set(&r->root_ca, pki_ca_root_pem(now->ca));
	wire_pb_set(&r->mesh_ca, pki_ca_mesh_pem(now->ca));
	if (s->old == NULL)
		r->seed_shares_doc = document(&s->shares);
	return r;
}

static int
apply(Userapi__SetManifestResponse **res, struct set *s)
{
	struct co_state *now;
	struct rt_err err;
	int rc = co_guard_update(&now, s->guard, s->old, &s->update, &err);

	if (rc == RT_ESTATE)
		return wire_fail(
		    s->st, WIRE_FAILED_PRECONDITION, "%s", err.text);
	if (rc != 0)
		return wire_fail(s->st, WIRE_INTERNAL,
		    "updating Coordinator state: %s", err.text);
	*res = answer(s, now);
	co_state_unref(now);
	return 0;
}

static int
run(Userapi__SetManifestResponse **res, struct set *s)
{
	int rc = read_request(s);

	if (rc == 0)
		rc = check_previous(s);
	if (rc == 0)
		rc = s->old == NULL ? begin(s) : authorise_update(s);
	return rc != 0 ? rc : apply(res, s);
}

int
co_set_manifest(Userapi__SetManifestResponse **res, struct co_guard *g,
    EVP_PKEY *caller, const Userapi__SetManifestRequest *req,
    struct wire_status *st)
{
	struct set s = {.arena = arena_new(),
	    .guard = g,
	    .caller = caller,
	    .req = req,
	    .st = st};
	int rc = co_phase_fail(&s.old, g, true, st);

	if (rc == 0)
		rc = run(res, &s);
	co_state_unref(s.old);
	pki_seed_free(&s.seed);
	arena_free(s.arena);
	return rc;
}
