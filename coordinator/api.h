/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_API_H
#define CONTRASTC_COORDINATOR_API_H

#include "coordinator/guard.h"
#include "runtime/wire/meshapi.pb-c.h"
#include "runtime/wire/pb.h"
#include "runtime/wire/status.h"
#include "runtime/wire/userapi.pb-c.h"

/*
 * The calls of User API and Mesh API (coordinator 10 and 11), from request
 * and caller to response or status (3.5).  Nothing here knows a socket; all of
 * it is safe for many threads.
 *
 * 0 and a new message in *res (wire_pb_free()), or a code of enum wire_code
 * with its text in *st.
 */

/* Replicas that could hand over the state without a person. */
struct co_peers {
	/* How many are ready; NULL: there are none.  0 or RT_E…. */
	int (*ready)(size_t *n, void *arg, struct rt_err *err);
	void *arg;
};

/* `caller`: the key of the client certificate, or NULL without one. */
int co_set_manifest(Userapi__SetManifestResponse **res, struct co_guard *g,
    EVP_PKEY *caller, const Userapi__SetManifestRequest *req,
    struct wire_status *st);
int co_get_manifests(Userapi__GetManifestsResponse **res, struct co_guard *g,
    struct wire_status *st);
int co_recover(Userapi__RecoverResponse **res, struct co_guard *g,
    const struct co_peers *peers, EVP_PKEY *caller,
    const Userapi__RecoverRequest *req, struct wire_status *st);

/* A pod whose evidence the manifest of `state` has accepted. */
struct co_pod {
	struct co_state *state;
	co_hash policy;  /* host data of the evidence */
	EVP_PKEY *key;   /* of its certificate */
	struct str peer; /* address without port; empty: left out */
	const struct pki_extension *claims;
	size_t nclaims;
};
int co_new_mesh_cert(Meshapi__NewMeshCertResponse **res,
    const struct co_pod *pod, struct wire_status *st);
int co_mesh_recover(Meshapi__RecoverResponse **res, const struct co_pod *pod,
    struct wire_status *st);

#endif
