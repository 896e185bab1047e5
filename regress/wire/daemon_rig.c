/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of daemons need and no daemon has:
 *	daemon_rig platform DIR POLICY...
 *		founds a simulated platform in DIR (configuration, roots), and
 *		manifest.json for the files POLICY: the first is the
 *		Coordinator's, the second has a workload secret.  Pods choose
 *		with a line in DIR/hostdata.
 *	daemon_rig deny
 *		removes the start-up deny rule and prints how often it stood
 *	daemon_rig set PORT MANIFEST POLICY...
 *		sets the manifest; the Coordinator's evidence is not judged.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "runtime/attest/simulated.h"
#include "runtime/base/file.h"
#include "runtime/manifest/manifest.h"
#include "runtime/mesh/deny.h"
#include "runtime/wire/atls.h"
#include "runtime/wire/client.h"
#include "runtime/wire/userapi.pb-c.h"
#include "runtime/base/banned.h"

#define TCB 0x541700000000000a
#define FILE_LIMIT ((size_t)1 << 20)
#define CALL_MS 30000

static void
must(int rc, const struct rt_err *err)
{
	if (rc == 0)
		return;
	fprintf(stderr, "daemon_rig: %s\n", err->text);
	exit(1);
}

static void
put(struct arena *a, const char *dir, const char *name, struct str bytes)
{
	const char *path = arena_printf(a, "%s/%s", dir, name).p;
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n ||
	    fclose(f) != 0 || chmod(path, 0600) != 0) {
		perror(path);
		exit(1);
	}
}

static void
put_config(struct arena *a, const char *dir, const struct simulated *s)
{
	put(a, dir, "simulated-tee.json",
	    arena_printf(a,
		"{\"product\": \"Genoa\", \"vcekKey\": \"%s/vcek.key\", "
		"\"chain\": \"%s/chain.pem\", \"reportVersion\": 3, "
		"\"policy\": \"0x30000\", \"platformInfo\": \"0x25\", "
		"\"tcb\": {\"bootloader\": 10, \"tee\": 0, \"snp\": 23, "
		"\"microcode\": 84, \"fmc\": 0}, \"chipId\": \"%.*s\", "
		"\"measurement\": \"%096d\", "
		"\"hostDataFile\": \"%s/hostdata\", \"idBlock\": true}\n",
		dir, dir, STR_ARG(rt_hex(a, s->chip_id, SNP_CHIP_ID_LEN)), 5,
		dir));
	put(a, dir, "vcek.key", s->vcek_key);
	put(a, dir, "chain.pem",
	    arena_printf(a, "%.*s%.*s%.*s", STR_ARG(s->vcek), STR_ARG(s->ask),
		STR_ARG(s->ark)));
	put(a, dir, "roots.pem",
	    arena_printf(a, "%.*s%.*s", STR_ARG(s->ask), STR_ARG(s->ark)));
}

static void
add_policies(struct manifest *m, struct arena *a, int n, char **files)
{
	static const char *const roles[] = {"coordinator", ""};
	struct manifest_policy *p;
	struct rt_err err;
	struct str text;
	int i;

	for (i = 0; i < n; i++) {
		must(file_read(&text, a, files[i], FILE_LIMIT, &err), &err);
		p = manifest_policy_add(m, a, rt_sha256_hex(a, text));
		p->role = str_from(roles[i > 0]);
		manifest_list_add(&p->sans, a, STR("pod.example"));
		if (i == 1)
			p->secret_id = STR("apps/v1/Deployment/default/pod");
	}
}

static int
platform(int n, char **argv)
{
	const char *dir = argv[0];
	struct arena *a = arena_new();
	struct manifest m;
	struct simulated s;
	struct rt_err err;
	struct buf b = {0};
	struct manifest_snp v = {.platform = STR("Simulated-SNP"),
	    .product = STR("Genoa"),
	    .measurement = arena_printf(a, "%096d", 5),
	    .tcb = {{10, 0, 23, 84, -1}},
	    .has_guest_policy = true,
	    .guest_policy = {.smt = true},
	    .has_platform_info = true,
	    .platform_info = {.smt = true}};

	must(simulated_make(&s, a, SNP_GENOA, TCB, time(NULL), &err), &err);
	put_config(a, dir, &s);
	manifest_init(&m, MANIFEST_2);
	v.root_sha256 = str_from(s.root_sha256);
	VEC_PUSH(a, &m.refs.simulated, v);
	add_policies(&m, a, n - 1, argv + 1);
	manifest_write(&b, &m);
	put(a, dir, "manifest.json", buf_str(&b));
	buf_free(&b);
	simulated_fini(&s);
	arena_free(a);
	return 0;
}

static struct wire_client *
dial(const char *port)
{
	int64_t deadline = rt_now_ms() + CALL_MS;
	struct atls_party us = {.dialect = ATLS_ALPN};
	struct wire_client *client;
	struct atls_ctx *ctx;
	struct atls_conn *conn;
	struct rt_err err;
	int fd;

	must(atls_ctx_new(&ctx, &err), &err);
	must(wire_connect(&fd, "127.0.0.1", port, deadline, &err), &err);
	must(atls_connect(&conn, ctx, &us, fd, deadline, &err), &err);
	atls_ctx_free(ctx);
	must(wire_client_new(&client, atls_io(conn), "coordinator", 0, &err),
	    &err);
	return client;
}

static int
set(int n, char **argv)
{
	Userapi__SetManifestRequest *req =
	    (void *)wire_pb_new(&userapi__set_manifest_request__descriptor);
	struct wire_client *client = dial(argv[0]);
	struct arena *a = arena_new();
	ProtobufCMessage *res;
	struct wire_status st = {0};
	struct rt_err err;
	struct str text;
	int i;

	must(file_read(&text, a, argv[1], FILE_LIMIT, &err), &err);
	wire_pb_set(&req->manifest, text);
	for (i = 2; i < n; i++) {
		must(file_read(&text, a, argv[i], FILE_LIMIT, &err), &err);
		wire_pb_add(&req->policies, &req->n_policies, text);
	}
	must(wire_client_call(&res, client,
		 "/edgelesssys.contrast.userapi.UserAPI/SetManifest",
		 &req->base, &userapi__set_manifest_response__descriptor,
		 rt_now_ms() + CALL_MS, &st, &err),
	    &err);
	wire_pb_free(res);
	wire_pb_free(&req->base);
	wire_client_free(client);
	arena_free(a);
	return 0;
}

static int
deny(void)
{
	struct rt_err err;
	unsigned n;

	must(mesh_deny_remove(&n, &err), &err);
	printf("%u\n", n);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "deny") == 0)
		return deny();
	if (argc > 3 && strcmp(argv[1], "platform") == 0)
		return platform(argc - 2, argv + 2);
	if (argc > 3 && strcmp(argv[1], "set") == 0)
		return set(argc - 2, argv + 2);
	fputs("usage: daemon_rig deny | platform DIR POLICY... | "
	      "set PORT MANIFEST POLICY...\n",
	    stderr);
	return 2;
}
