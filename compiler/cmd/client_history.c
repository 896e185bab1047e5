/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of a Coordinator as the ConfigMaps of its store (coordinator
 * 8.5): applied in a cluster, they are what a recovery starts from.
 */
#include <string.h>

#include "compiler/cmd/client.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* Names and base64 need no quotes in YAML; a name of digits alone does. */
static void
put(struct buf *b, const char *kind, struct str name, struct str value)
{
	buf_printf(b,
	    "%sapiVersion: v1\n"
	    "kind: ConfigMap\n"
	    "metadata:\n"
	    "  name: contrast-store-%s-%.*s\n"
	    "  labels:\n"
	    "    app.kubernetes.io/component: coordinator\n"
	    "    app.kubernetes.io/managed-by: contrast.edgeless.systems\n"
	    "    app.kubernetes.io/name: kvstore\n"
	    "binaryData:\n"
	    "  \"%.*s\": ",
	    b->n > 0 ? "---\n" : "", kind, STR_ARG(name), STR_ARG(name));
	rt_base64(b, value);
	buf_putc(b, '\n');
}

static void
put_transitions(
    struct buf *b, struct arena *a, const Userapi__GetManifestsResponse *res)
{
	/* manifest, previous; then the hash of both */
	unsigned char record[2 * SHA256_LEN], next[SHA256_LEN] = {0};
	struct str raw = {(const char *)record, sizeof(record)};
	size_t i;

	for (i = 0; i < res->n_manifests; i++) {
		struct str m = wire_pb_str(res->manifests[i]);

		rt_sha256(record, m);
		memcpy(record + SHA256_LEN, next, SHA256_LEN);
		manifest_transition(next, m, record + SHA256_LEN);
		put(b, "transitions", rt_hex(a, next, sizeof(next)), raw);
	}
}

/* Not there: a Coordinator that does not give its signature. */
static void
put_latest(struct buf *b, const Userapi__GetManifestsResponse *res)
{
	const Userapi__LatestTransition *t = res->latest_transition;
	struct buf raw = {0};

	if (t == NULL || t->signature.len == 0)
		return;
	buf_put(&raw, wire_pb_str(t->transition_hash));
	buf_put(&raw, wire_pb_str(t->signature));
	put(b, "transitions", STR("latest"), buf_str(&raw));
	buf_free(&raw);
}

struct str
client_history(struct arena *a, const Userapi__GetManifestsResponse *res)
{
	struct buf b = {0};
	struct str out, s;
	size_t i;

	for (i = 0; i < res->n_manifests; i++) {
		s = wire_pb_str(res->manifests[i]);
		put(&b, "manifests", rt_sha256_hex(a, s), s);
	}
	for (i = 0; i < res->n_policies; i++) {
		s = wire_pb_str(res->policies[i]);
		put(&b, "policies", rt_sha256_hex(a, s), s);
	}
	put_transitions(&b, a, res);
	put_latest(&b, res);
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}
