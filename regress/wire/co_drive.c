/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls a Coordinator on 127.0.0.1 as the parties around it do, for tests.
 * DIR is what `contrastc simulated-tee init` makes; what is written goes to
 * the working directory.
 *
 *	co_drive manifest DIR       manifest.json, policies "a" (Coordinator)
 *	                            and "b" (ID web), owner.key, sharer.key
 *	co_drive set PORT           manifest.json; keeps seed.bin, salt.bin
 *	co_drive get PORT           prints the number of manifests
 *	co_drive recover PORT       with seed.bin, salt.bin, sharer.key
 *	co_drive mesh PORT DIR      NewMeshCert as the pod of DIR/hostdata:
 *	                            chain.pem, key.pem, mesh-ca.pem
 *	co_drive pods PORT DIR N    that N times, keeping nothing
 *	co_drive flood PORT N SLOW  N connections that say nothing, SLOW that
 *	                            stop in their first message; prints how
 *	                            many ms the slowest of ten calls takes
 * Exit status: the gRPC code, 99 if there was none.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "runtime/attest/attest_host.h"
#include "runtime/attest/party.h"
#include "runtime/base/file.h"
#include "runtime/base/jv.h"
#include "runtime/pki/key.h"
#include "runtime/pki/owner.h"
#include "runtime/pki/share.h"
#include "runtime/wire/client.h"
#include "runtime/wire/meshapi.pb-c.h"
#include "runtime/wire/userapi.pb-c.h"
#include "runtime/base/banned.h"

#define PATIENCE 20000

static struct arena *a;

static __attribute__((noreturn)) void
die(const char *what, const struct rt_err *err)
{
	fprintf(
	    stderr, "co_drive: %s: %s\n", what, err == NULL ? "" : err->text);
	exit(99);
}

static struct str
load(const char *path)
{
	struct str s;
	struct rt_err err;

	if (file_read(&s, a, path, (size_t)16 << 20, &err) != 0)
		die(path, &err);
	return s;
}

static void
save(const char *path, struct str s)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(s.p, 1, s.n, f) != s.n || fclose(f) != 0)
		die(path, NULL);
}

static void
save_key(const char *path, const EVP_PKEY *key)
{
	struct pki_secret pem = {0};

	if (pki_key_pem(&pem, key, NULL) != 0)
		die(path, NULL);
	save(path, pki_secret_str(&pem));
	pki_secret_free(&pem);
}

static EVP_PKEY *
load_key(const char *path, enum pki_owner kind)
{
	EVP_PKEY *key;
	struct rt_err err;

	if (pki_owner_private(&key, kind, load(path), &err) != 0)
		die(path, &err);
	return key;
}

static struct str
hex_of(const EVP_PKEY *key)
{
	struct str der = {0};

	if (pki_key_public(&der, a, key, NULL) != 0)
		die("key", NULL);
	return rt_hex(a, (const unsigned char *)der.p, der.n);
}

/* reference-values.json has an object of lists: the entry of ours. */
static struct str
entry_of(const char *dir)
{
	const char *path = arena_printf(a, "%s/reference-values.json", dir).p;
	struct buf b = {0};
	struct jv *v;

	if (jv_parse(&v, a, load(path), NULL) != 0 || v->members.n != 1)
		die(path, NULL);
	v = jv_getz(v->members.p[0].value, "simulated");
	if (v == NULL)
		die(path, NULL);
	jv_print(&b, v, JV_COMPACT);
	return arena_str(a, buf_str(&b));
}

static int
manifest(char **argv)
{
	EVP_PKEY *owner = EVP_EC_gen("P-384"), *sharer = EVP_RSA_gen(2048);

	save_key("owner.key", owner);
	save_key("sharer.key", sharer);
	save("manifest.json",
	    arena_printf(a,
		"{\"Policies\":{\"%.*s\":{\"SANs\":[\"localhost\"],\"Role\":"
		"\"coordinator\"},\"%.*s\":{\"SANs\":[\"web\"],"
		"\"WorkloadSecretID\":\"web\"}},\"ReferenceValues\":{"
		"\"simulated\":%.*s},\"WorkloadOwnerPubKeys\":[\"%.*s\"],"
		"\"SeedshareOwnerPubKeys\":[\"%.*s\"]}\n",
		STR_ARG(rt_sha256_hex(a, STR("a"))),
		STR_ARG(rt_sha256_hex(a, STR("b"))), STR_ARG(entry_of(argv[2])),
		STR_ARG(hex_of(owner)), STR_ARG(hex_of(sharer))));
	return 0;
}

/* A connection; we show evidence if `config` is given. */
struct drive {
	struct atls_ctx *ctx;
	struct attest_env env;
	struct attest_host host;
	struct attest_party party;
	struct atls_party us;
	struct atls_conn *conn;
	struct wire_client *client;
};

static void
open_drive(struct drive *d, const char *port, EVP_PKEY *key, const char *dir)
{
	int64_t deadline = rt_now_ms() + PATIENCE;
	struct rt_err err;
	int fd;

	*d = (struct drive){.us = {.key = key, .host = "127.0.0.1"}};
	d->party.env = &d->env;
	d->party.result.arena = a;
	if (dir != NULL) {
		d->host.simulated_gate = ATTEST_SIMULATED_GATE;
		d->host.simulated_config =
		    arena_printf(a, "%s/simulated-tee.json", dir).p;
		d->party.host = &d->host;
	}
	attest_party(&d->us, &d->party);
	if (atls_ctx_new(&d->ctx, &err) != 0 ||
	    wire_connect(&fd, "127.0.0.1", port, deadline, &err) != 0 ||
	    atls_connect(&d->conn, d->ctx, &d->us, fd, deadline, &err) != 0 ||
	    wire_client_new(
		&d->client, atls_io(d->conn), "127.0.0.1", 0, &err) != 0)
		die("connect", &err);
}

static int
call(void *res, struct drive *d, const char *path, const ProtobufCMessage *req,
    const ProtobufCMessageDescriptor *type)
{
	struct wire_status st = {0};
	struct rt_err err;
	int rc = wire_client_call((ProtobufCMessage **)res, d->client, path,
	    req, type, rt_now_ms() + PATIENCE, &st, &err);

	if (rc != 0)
		fprintf(stderr, "%d %s\n", st.code, err.text);
	wire_client_free(d->client);
	atls_ctx_free(d->ctx);
	return rc == 0 ? 0 : st.code != 0 ? st.code : 99;
}

static void
keep_seed(const Userapi__SetManifestResponse *r)
{
	struct pki_shares shares = {
	    .salt = wire_pb_str(r->seed_shares_doc->salt)};
	const Userapi__SeedShare *s = r->seed_shares_doc->seed_shares[0];
	struct pki_share one = {
	    str_from(s->public_key), wire_pb_str(s->encrypted_seed)};
	struct pki_seed seed = {0};

	VEC_PUSH(a, &shares.list, one);
	if (pki_shares_decrypt(&seed, &shares,
		load_key("sharer.key", PKI_OWNER_SEEDSHARE), NULL) != 0)
		die("seed share", NULL);
	save("seed.bin", pki_secret_str(&seed.seed));
	save("salt.bin", shares.salt);
}

static int
set(char **argv)
{
	Userapi__SetManifestRequest q = USERAPI__SET_MANIFEST_REQUEST__INIT;
	Userapi__SetManifestResponse *r = NULL;
	struct drive d;
	int rc;

	open_drive(
	    &d, argv[2], load_key("owner.key", PKI_OWNER_WORKLOAD), NULL);
	wire_pb_set(&q.manifest, load("manifest.json"));
	wire_pb_add(&q.policies, &q.n_policies, STR("a"));
	wire_pb_add(&q.policies, &q.n_policies, STR("b"));
	rc = call(&r, &d, "/edgelesssys.contrast.userapi.UserAPI/SetManifest",
	    &q.base, &userapi__set_manifest_response__descriptor);
	if (rc == 0 && r->seed_shares_doc != NULL)
		keep_seed(r);
	return rc;
}

static int
get_once(const char *port, size_t *n)
{
	Userapi__GetManifestsRequest q = USERAPI__GET_MANIFESTS_REQUEST__INIT;
	Userapi__GetManifestsResponse *r = NULL;
	struct drive d;
	int rc;

	open_drive(&d, port, NULL, NULL);
	rc = call(&r, &d, "/userapi.UserAPI/GetManifests", &q.base,
	    &userapi__get_manifests_response__descriptor);
	if (rc == 0)
		*n = r->n_manifests;
	return rc;
}

static int
get(char **argv)
{
	size_t n = 0;
	int rc = get_once(argv[2], &n);

	printf("%zu\n", n);
	return rc;
}

static int
recover(char **argv)
{
	Userapi__RecoverRequest q = USERAPI__RECOVER_REQUEST__INIT;
	Userapi__RecoverResponse *r = NULL;
	struct drive d;

	open_drive(
	    &d, argv[2], load_key("sharer.key", PKI_OWNER_SEEDSHARE), NULL);
	wire_pb_set(&q.seed, load("seed.bin"));
	wire_pb_set(&q.salt, load("salt.bin"));
	return call(&r, &d, "/edgelesssys.contrast.userapi.UserAPI/Recover",
	    &q.base, &userapi__recover_response__descriptor);
}

static int
mesh(char **argv)
{
	Meshapi__NewMeshCertRequest q = MESHAPI__NEW_MESH_CERT_REQUEST__INIT;
	Meshapi__NewMeshCertResponse *r = NULL;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct drive d;
	int rc;

	open_drive(&d, argv[2], key, argv[3]);
	rc = call(&r, &d, "/meshapi.MeshAPI/NewMeshCert", &q.base,
	    &meshapi__new_mesh_cert_response__descriptor);
	if (rc != 0)
		return rc;
	save_key("key.pem", key);
	save("chain.pem", wire_pb_str(r->cert_chain));
	save("mesh-ca.pem", wire_pb_str(r->mesh_ca_cert));
	save("root-ca.pem", wire_pb_str(r->root_ca_cert));
	save("secret.bin", wire_pb_str(r->workload_secret));
	return 0;
}

static int
pods(char **argv)
{
	Meshapi__NewMeshCertRequest q = MESHAPI__NEW_MESH_CERT_REQUEST__INIT;
	unsigned long n = strtoul(argv[4], NULL, 10);
	int rc = 0;

	while (n-- > 0 && rc == 0) {
		Meshapi__NewMeshCertResponse *r = NULL;
		struct drive d;

		open_drive(&d, argv[2], NULL, argv[3]);
		rc = call(&r, &d, "/meshapi.MeshAPI/NewMeshCert", &q.base,
		    &meshapi__new_mesh_cert_response__descriptor);
		if (rc == 0)
			wire_pb_free(&r->base);
	}
	return rc;
}

static int
flood(char **argv)
{
	struct rlimit all;
	unsigned long n = strtoul(argv[3], NULL, 10), i;
	unsigned long slow = strtoul(argv[4], NULL, 10);
	int64_t began, worst = 0;
	struct rt_err err;
	size_t got;
	int fd, rc = 0;

	if (getrlimit(RLIMIT_NOFILE, &all) != 0)
		die("limit", NULL);
	all.rlim_cur = all.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &all);
	for (i = 0; i < n + slow; i++) {
		if (wire_connect(&fd, "127.0.0.1", argv[2],
			rt_now_ms() + PATIENCE, &err) != 0)
			die("flood", &err);
		if (i >= n && write(fd, "\x16\x03\x01\x02", 4) != 4)
			die("flood", NULL);
	}
	for (i = 0; i < 10 && rc == 0; i++) {
		began = rt_now_ms();
		rc = get_once(argv[2], &got);
		if (rt_now_ms() - began > worst)
			worst = rt_now_ms() - began;
	}
	printf("%lld\n", (long long)worst);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int argc;
		int (*run)(char **argv);
	} verbs[] = {
	    {"manifest", 3, manifest},
	    {"set", 3, set},
	    {"get", 3, get},
	    {"recover", 3, recover},
	    {"mesh", 4, mesh},
	    {"pods", 5, pods},
	    {"flood", 5, flood},
	};
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);
	a = arena_new();
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (argc == verbs[i].argc &&
		    strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argv);
	return 2;
}
