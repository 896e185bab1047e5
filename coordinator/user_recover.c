/* SPDX-License-Identifier: Apache-2.0 */
/* Recover by a person (coordinator 10.3). */
#include "coordinator/api_int.h"
#include "runtime/base/banned.h"

struct recover {
	EVP_PKEY *caller;
	const Userapi__RecoverRequest *req;
	int code; /* of the step that refused; 0: one of the guard's */
};

static int
authorise(void *arg, struct pki_seed *seed, EVP_PKEY **mesh_key,
    const struct manifest *m, struct str text, struct rt_err *err)
{
	struct recover *r = arg;
	struct co_owners owners = {0};
	struct arena *a = arena_new();
	int rc;

	(void)mesh_key;
	(void)text;
	r->code = WIRE_FAILED_PRECONDITION;
	rc = co_owners_seedshare(&owners, a, m, err);
	if (rc == 0) {
		r->code = WIRE_PERMISSION_DENIED;
		rc = r->caller == NULL
			 ? rt_err_set(
			       err, RT_EAUTH, "no peer certificates found")
			 : pki_owner_check(r->caller, owners.p, owners.n, err);
		if (rc != 0)
			(void)rt_err_wrap(err,
			    "peer not authorized to recover existing state");
	}
	if (rc == 0) {
		r->code = WIRE_INVALID_ARGUMENT;
		rc = pki_seed_read(seed, wire_pb_str(r->req->seed),
		    wire_pb_str(r->req->salt), err);
	}
	if (rc == 0)
		r->code = 0;
	arena_free(a);
	return rc;
}

/* Recovering beside replicas that serve would fork the mesh CA. */
static int
check_peers(const struct co_peers *p, bool force, struct wire_status *st)
{
	struct rt_err err;
	size_t n = 0;

	if (force || p == NULL || p->ready == NULL)
		return 0;
	if (p->ready(&n, p->arg, &err) != 0)
		return wire_fail(
		    st, WIRE_INTERNAL, "listing peers: %s", err.text);
	if (n == 0)
		return 0;
	return wire_fail(st, WIRE_FAILED_PRECONDITION,
	    "rejecting user recovery because %zu recovered peers are "
	    "available; wait for recovery from them, or force it",
	    n);
}

static int
check_phase(struct co_guard *g, struct wire_status *st)
{
	struct co_state *s;
	struct rt_err err;
	enum co_phase phase = co_guard_state(&s, g, &err);

	co_state_unref(s);
	switch (phase) {
	case CO_SERVING:
		return wire_fail(st, WIRE_FAILED_PRECONDITION,
		    "coordinator is already recovered");
	case CO_NO_STATE:
		return wire_fail(
		    st, WIRE_FAILED_PRECONDITION, "no state to recover from");
	case CO_UNREADABLE:
		return wire_fail(
		    st, WIRE_INTERNAL, "getting state: %s", err.text);
	case CO_RECOVERY:
	case CO_STALE:
	case CO_PHASES:
		break;
	}
	return 0;
}

static int
code_of(int rc)
{
	switch (rc) {
	case RT_EVERIFY:
		return WIRE_INVALID_ARGUMENT; /* a wrong seed, most likely */
	case RT_ENOTFOUND:
	case RT_ESTATE:
		return WIRE_FAILED_PRECONDITION;
	default:
		return WIRE_INTERNAL;
	}
}

int
co_recover(Userapi__RecoverResponse **res, struct co_guard *g,
    const struct co_peers *peers, EVP_PKEY *caller,
    const Userapi__RecoverRequest *req, struct wire_status *st)
{
	struct recover r = {.caller = caller, .req = req};
	struct rt_err err;
	int rc = check_phase(g, st);

	if (rc == 0)
		rc = check_peers(peers, req->force != 0, st);
	if (rc != 0)
		return rc;
	rc = co_guard_reset(g, authorise, &r, &err);
	if (rc != 0)
		return wire_fail(
		    st, r.code != 0 ? r.code : code_of(rc), "%s", err.text);
	*res = (void *)wire_pb_new(&userapi__recover_response__descriptor);
	return 0;
}
