/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pod HOST PORT DIR: what an Initializer does first.  Attests itself to the
 * Mesh API on the simulated platform and writes key and certificates to DIR.
 * Exit status 1: refused or failed, with the reason; 2: usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/obj_mac.h>

#include "runtime/attest/attest_host.h"
#include "runtime/attest/party.h"
#include "runtime/base/file.h"
#include "runtime/pki/key.h"
#include "runtime/wire/client.h"
#include "runtime/wire/meshapi.pb-c.h"
#include "runtime/wire/sandbox.h"
#include "runtime/base/banned.h"

#define TIME_MS 20000

struct pod {
	struct arena *arena;
	EVP_PKEY *key;
	struct atls_ctx *ctx;
	struct wire_client *client;
	struct attest_host host;
	struct attest_env env;
	struct attest_party party;
	Meshapi__NewMeshCertResponse *res;
	int64_t deadline;
};

static int
dial(struct pod *p, char **argv, struct rt_err *err)
{
	struct atls_party us = {
	    .key = p->key, .dialect = ATLS_BOTH, .host = argv[1]};
	struct atls_conn *conn;
	int fd, rc;

	p->host.simulated_gate = getenv("CONTRASTC_SIMULATED_TEE");
	p->host.simulated_config = getenv("CONTRASTC_SIMULATED_TEE_CONFIG");
	p->party = (struct attest_party){.env = &p->env, .host = &p->host};
	attest_party(&us, &p->party);
	rc = wire_connect(&fd, argv[1], argv[2], p->deadline, err);
	if (rc != 0)
		return rc;
	rc = atls_connect(&conn, p->ctx, &us, fd, p->deadline, err);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	return wire_client_new(&p->client, atls_io(conn), argv[1], 0, err);
}

static int
ask(struct pod *p, struct rt_err *err)
{
	Meshapi__NewMeshCertRequest req = MESHAPI__NEW_MESH_CERT_REQUEST__INIT;
	ProtobufCMessage *res = NULL;
	struct wire_status st = {0};
	int rc =
	    wire_client_call(&res, p->client, "/meshapi.MeshAPI/NewMeshCert",
		&req.base, &meshapi__new_mesh_cert_response__descriptor,
		p->deadline, &st, err);

	p->res = (void *)res;
	return rc == 0 ? 0 : rt_err_set(err, rc, "%s", st.text);
}

static int
write_files(struct pod *p, const char *dir, struct rt_err *err)
{
	const struct {
		const char *name;
		ProtobufCBinaryData data;
	} parts[] = {{"certChain.pem", p->res->cert_chain},
	    {"mesh-ca.pem", p->res->mesh_ca_cert},
	    {"coordinator-root-ca.pem", p->res->root_ca_cert}};
	struct pki_secret pem = {0};
	struct file_set files;
	size_t i, changed;
	int rc = pki_key_pkcs8_pem(&pem, p->key, err);

	file_set_init(&files, p->arena);
	for (i = 0; i < 3; i++)
		file_set_add(&files,
		    arena_printf(p->arena, "%s/%s", dir, parts[i].name).p,
		    wire_pb_str(parts[i].data), 0644);
	file_set_add(&files, arena_printf(p->arena, "%s/key.pem", dir).p,
	    pki_secret_str(&pem), 0600);
	if (rc == 0)
		rc = file_set_stage(&files, err);
	if (rc == 0)
		rc = file_set_commit(&files, &changed, err);
	pki_secret_free(&pem);
	return rc;
}

int
main(int argc, char **argv)
{
	struct pod p = {.deadline = wire_now() + TIME_MS};
	struct rt_err err = {0};
	int rc;

	if (argc != 4) {
		fprintf(stderr, "usage: pod HOST PORT DIR\n");
		return 2;
	}
	p.arena = arena_new();
	rc = sandbox_harden(SANDBOX_COORDINATOR, &err);
	if (rc == 0)
		rc = pki_key_new(&p.key, NID_secp384r1, &err);
	if (rc == 0)
		rc = atls_ctx_new(&p.ctx, &err);
	if (rc == 0)
		rc = dial(&p, argv, &err);
	if (rc == 0)
		rc = ask(&p, &err);
	if (rc == 0)
		rc = write_files(&p, argv[3], &err);
	if (rc != 0)
		fprintf(stderr, "pod: %s\n", err.text);
	if (p.res != NULL)
		wire_pb_free(&p.res->base);
	wire_client_free(p.client);
	atls_ctx_free(p.ctx);
	EVP_PKEY_free(p.key);
	arena_free(p.arena);
	return rc == 0 ? 0 : 1;
}
