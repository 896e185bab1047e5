/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_CLIENT_H
#define CONTRASTC_CMD_CLIENT_H

#include "compiler/cmd/cmd.h"
#include "runtime/attest/attest_manifest.h"
#include "runtime/attest/attest_store.h"
#include "runtime/attest/party.h"
#include "runtime/base/jv.h"
#include "runtime/wire/client.h"
#include "runtime/wire/userapi.pb-c.h"

/*
 * How commands talk to a Coordinator (coordinator 16.1): the manifest says
 * what it has to be, attested TLS proves that it is, User API calls follow.
 * Functions return an exit status, after the message if it is not EXIT_OK.
 */
struct client {
	struct run *run;
	const char *dialing; /* how the message of a failed connection begins */
	bool patient;  /* waits three minutes for one that is not there yet */
	EVP_PKEY *key; /* to show, or NULL; the caller's */

	const char *manifest_path;
	struct str text; /* of the manifest, bytes of the file */
	struct manifest m;

	/* ours */
	const char *host, *port, *authority;
	struct attest_operator operator;
	struct attest_validators validators;
	const unsigned char (*digests)[ATTEST_DIGEST_LEN];
	size_t ndigests;
	struct attest_store_config store_config;
	struct attest_store *store;
	struct attest_env env;
	struct attest_party party;
	enum atls_dialect dialect;
	struct atls_ctx *atls;
	struct wire_client *wire;
	uint64_t wait_ms;
};

/*
 * Everything before the connection: address, manifest, what is accepted, where
 * collateral comes from.  `before` begins the messages about what the manifest
 * says.  End with client_end(), also after a failure.
 */
int client_begin(struct client *c, const char *before);
/* Parts of it, in this order. */
int client_manifest(struct client *c, const char *before);
int client_digests(struct client *c);
void client_end(struct client *c);

/*
 * Connects and verifies the Coordinator; waits for one that cannot be reached
 * yet, as long as --timeout says.
 */
int client_connect(struct client *c);
void client_disconnect(struct client *c);

/*
 * A call of the User API by its method's name; the response is the caller's,
 * wire_pb_free().  EXIT_OK, or the status that belongs to the code in *st;
 * nothing is printed.
 */
int client_call(ProtobufCMessage **res, struct client *c, const char *method,
    const ProtobufCMessage *req, const ProtobufCMessageDescriptor *response,
    struct wire_status *st);
/* Prints "Error: BEFORE: rpc error: code = … desc = …" and what to do. */
int client_fail(struct client *c, int status, const char *before,
    const struct wire_status *st);

/* GetManifests, with its message. */
int client_state(
    Userapi__GetManifestsResponse **res, struct client *c, const char *before);
/*
 * Do the manifests lead to the latest transition?  *latest is the hash that
 * they give, hex.
 */
bool client_chain(struct str *latest, struct arena *a,
    const Userapi__GetManifestsResponse *res);
/*
 * YAML of the ConfigMaps that hold this history where a Coordinator keeps it
 * in a cluster.
 */
struct str client_history(
    struct arena *a, const Userapi__GetManifestsResponse *res);
/* Is the active manifest the expected one?  The message begins with `before`. */
int client_compare(struct client *c, const Userapi__GetManifestsResponse *res,
    const char *before);

/* With --json: the object of a command, and its printing. */
struct jv *client_json(struct client *c, const char *kind);
int client_print(struct client *c, const struct jv *top);

#endif
