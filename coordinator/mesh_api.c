/* SPDX-License-Identifier: Apache-2.0 */
/* Mesh API (coordinator 11): what an attested pod gets. */
#include <time.h>

#include "coordinator/api_int.h"
#include "runtime/pki/key.h"
#include "runtime/base/banned.h"

/* The entry of the pod's policy, or the status. */
static int
entry_of(const struct manifest_policy **out, struct arena *a,
    const struct co_pod *pod, struct wire_status *st)
{
	struct str hash = rt_hex(a, pod->policy, sizeof(pod->policy));

	*out = manifest_policy_find(&pod->state->manifest, hash);
	if (*out != NULL)
		return 0;
	return wire_fail(st, WIRE_PERMISSION_DENIED,
	    "policy hash %.*s not found in manifest; generate writes it into "
	    "the manifest, set activates that",
	    STR_ARG(hash));
}

static int
secret_of(Meshapi__NewMeshCertResponse *r, const struct co_state *s,
    struct str id, struct rt_err *err)
{
	struct pki_secret secret = {0};
	int rc;

	if (id.n == 0)
		return 0;
	rc = pki_seed_workload(&secret, &s->seed, id, err);
	if (rc == 0)
		wire_pb_set(&r->workload_secret, pki_secret_str(&secret));
	pki_secret_free(&secret);
	return rc;
}

static int
issue(Meshapi__NewMeshCertResponse *r, struct arena *a,
    const struct co_pod *pod, const struct manifest_policy *p,
    struct rt_err *err)
{
	const struct pki_ca *ca = pod->state->ca;
	struct pki_leaf leaf = {.key = pod->key,
	    .sans = p->sans.v.p,
	    .n_sans = p->sans.v.n,
	    .policy_hash = p->hash,
	    .peer = pod->peer,
	    .secret_id = p->secret_id,
	    .claims = pod->claims,
	    .n_claims = pod->nclaims};
	struct str chain;
	int rc = pki_ca_issue_chain(&chain, a, ca, &leaf, time(NULL), err);

	if (rc == 0)
		rc = secret_of(r, pod->state, p->secret_id, err);
	if (rc != 0)
		return rc;
	wire_pb_set(&r->cert_chain, chain);
	wire_pb_set(&r->mesh_ca_cert, pki_ca_mesh_pem(ca));
	wire_pb_set(&r->root_ca_cert, pki_ca_root_pem(ca));
	return 0;
}

int
co_new_mesh_cert(Meshapi__NewMeshCertResponse **res, const struct co_pod *pod,
    struct wire_status *st)
{
	struct arena *a = arena_new();
	const struct manifest_policy *p;
	Meshapi__NewMeshCertResponse *r;
	struct rt_err err;
	int rc = entry_of(&p, a, pod, st);

	if (rc == 0) {
		r = (void *)wire_pb_new(
		    &meshapi__new_mesh_cert_response__descriptor);
		rc = issue(r, a, pod, p, &err);
		if (rc == 0) {
			*res = r;
		} else {
			wire_pb_free(&r->base);
			rc = wire_fail(st, WIRE_INTERNAL,
			    "issuing certificate: %s", err.text);
		}
	}
	arena_free(a);
	return rc;
}

static int
hand_over(
    Meshapi__RecoverResponse *r, const struct co_state *s, struct rt_err *err)
{
	struct str salt = {(const char *)s->seed.salt, PKI_SALT_LEN};
	struct pki_secret pem = {0};
	int rc = pki_key_pem(&pem, pki_ca_mesh_key(s->ca), err);

	if (rc == 0) {
		wire_pb_set(&r->seed, pki_secret_str(&s->seed.seed));
		wire_pb_set(&r->salt, salt);
		wire_pb_set(&r->mesh_ca_key, pki_secret_str(&pem));
		wire_pb_set(&r->latest_manifest, s->text);
	}
	pki_secret_free(&pem);
	return rc;
}

int
co_mesh_recover(Meshapi__RecoverResponse **res, const struct co_pod *pod,
    struct wire_status *st)
{
	struct arena *a = arena_new();
	const struct manifest_policy *p;
	Meshapi__RecoverResponse *r;
	struct rt_err err;
	int rc = entry_of(&p, a, pod, st);

	if (rc == 0 && !str_eqz(p->role, "coordinator"))
		rc = wire_fail(st, WIRE_PERMISSION_DENIED,
		    "role \"%.*s\" not allowed to recover", STR_ARG(p->role));
	if (rc == 0) {
		r = (void *)wire_pb_new(&meshapi__recover_response__descriptor);
		if (hand_over(r, pod->state, &err) == 0) {
			*res = r;
		} else {
			wire_pb_free(&r->base);
			rc = wire_fail(st, WIRE_INTERNAL, "%s", err.text);
		}
	}
	arena_free(a);
	return rc;
}
