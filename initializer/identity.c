/* SPDX-License-Identifier: Apache-2.0 */
/* One call of NewMeshCert over attested TLS. */
#include <stdio.h>
#include <unistd.h>

#include "initializer/identity.h"
#include "runtime/attest/party.h"
#include "runtime/base/log.h"
#include "runtime/wire/client.h"
#include "runtime/wire/pb.h"
#include "runtime/base/banned.h"

#define CALL_MS 30000
#define ANSWER_MAX ((size_t)256 << 10)

/* What a failure most often comes from; the first line that fits counts. */
static const struct {
	int status; /* of the call; 0: there was no answer */
	const char *text;
	int code; /* of the error, where there was no answer */
	const char *next;
} steps[] = {
    {WIRE_PERMISSION_DENIED, "not found in manifest", 0,
	"the manifest that is set does not have this pod's policy: run "
	"'contrastc generate' on the deployed resources, then 'contrastc set', "
	"and roll the workload out again"},
    {WIRE_PERMISSION_DENIED, "", 0,
	"run 'contrastc verify' and compare the manifest with the deployment"},
    {WIRE_UNAVAILABLE, "handshake failed", 0,
	"the Coordinator refuses this pod's evidence: compare its log with the "
	"reference values of the manifest"},
    {WIRE_UNIMPLEMENTED, "", 0,
	"COORDINATOR_HOST names something that is no Coordinator"},
    {0, "", RT_EAUTH,
	"the Coordinator refuses this pod's evidence: compare its log with the "
	"reference values of the manifest"},
    {0, "", RT_ENET,
	"a Coordinator that has no manifest, or waits for 'contrastc recover', "
	"closes connections: run 'contrastc set', or see that its address is "
	"right"},
    {0, "", RT_ECRYPTO,
	"this pod cannot attest: see that it runs in a confidential guest, with "
	"the runtime class of the platform"},
};

const char *
init_next_step(const struct wire_status *st, const struct rt_err *err)
{
	struct str text = str_from(st->text);
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].status != st->code ||
		    (st->code == 0 && steps[i].code != err->code))
			continue;
		if (str_find(text, str_from(steps[i].text), 0) != SIZE_MAX)
			return steps[i].next;
	}
	return NULL;
}

static int
dial(struct wire_client **out, const struct init_asker *i,
    struct attest_party *party, int64_t deadline, struct rt_err *err)
{
	const char *host = i->config->text[INIT_HOST];
	struct atls_party us = {
	    .key = i->key, .dialect = i->config->nonce, .host = host};
	struct atls_conn *conn;
	char port[8], authority[512];
	int fd, rc;

	(void)snprintf(
	    port, sizeof(port), "%d", i->config->port[INIT_MESH_PORT]);
	(void)snprintf(authority, sizeof(authority),
	    str_chr(str_from(host), ':', 0) == SIZE_MAX ? "%s:%s" : "[%s]:%s",
	    host, port);
	rc = wire_connect(&fd, host, port, deadline, err);
	if (rc != 0)
		return rc;
	attest_party(&us, party);
	rc = atls_connect(&conn, i->atls, &us, fd, deadline, err);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	return wire_client_new(out, atls_io(conn), authority, ANSWER_MAX, err);
}

static int
call(Meshapi__NewMeshCertResponse **out, struct wire_status *st,
    const struct init_asker *i, struct rt_err *err)
{
	Meshapi__NewMeshCertRequest req = MESHAPI__NEW_MESH_CERT_REQUEST__INIT;
	struct attest_party party = {.env = i->env, .host = i->host};
	int64_t deadline = rt_now_ms() + CALL_MS;
	struct wire_client *client = NULL;
	ProtobufCMessage *m = NULL;
	int rc = dial(&client, i, &party, deadline, err);

	if (rc == 0)
		rc =
		    wire_client_call(&m, client, "/meshapi.MeshAPI/NewMeshCert",
			&req.base, &meshapi__new_mesh_cert_response__descriptor,
			deadline, st, err);
	wire_client_free(client);
	*out = (Meshapi__NewMeshCertResponse *)m;
	return rc;
}

int
init_ask(Meshapi__NewMeshCertResponse **out, const char **next,
    const struct init_asker *i, struct rt_err *err)
{
	struct wire_status st = {0};
	int rc;

	*next = NULL;
	*out = NULL;
	rc = call(out, &st, i, err);
	if (rc != 0) {
		*next = init_next_step(&st, err);
		return rc;
	}
	rc = init_answer_check(*out, i->key, err);
	if (rc != 0) {
		wire_pb_free(&(*out)->base);
		*out = NULL;
	}
	return rc;
}
