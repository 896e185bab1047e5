/* SPDX-License-Identifier: Apache-2.0 */
/* What a Coordinator says of itself, and what becomes of it (coordinator 16.4). */
#include <string.h>

#include "compiler/cmd/client.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

int
client_state(
    Userapi__GetManifestsResponse **res, struct client *c, const char *before)
{
	Userapi__GetManifestsRequest req = USERAPI__GET_MANIFESTS_REQUEST__INIT;
	ProtobufCMessage *m = NULL;
	struct wire_status st;
	int status = client_call(&m, c, "GetManifests", &req.base,
	    &userapi__get_manifests_response__descriptor, &st);

	*res = (void *)m;
	return status == EXIT_OK ? status : client_fail(c, status, before, &st);
}

bool
client_chain(struct str *latest, struct arena *a,
    const Userapi__GetManifestsResponse *res)
{
	unsigned char hash[SHA256_LEN] = {0}, next[SHA256_LEN];
	const Userapi__LatestTransition *t = res->latest_transition;
	size_t i;

	for (i = 0; i < res->n_manifests; i++) {
		manifest_transition(next, wire_pb_str(res->manifests[i]), hash);
		memcpy(hash, next, sizeof(hash));
	}
	*latest = rt_hex(a, hash, sizeof(hash));
	return t == NULL || str_eq(wire_pb_str(t->transition_hash),
				(struct str){(const char *)hash, sizeof(hash)});
}

/* Do both say the same, apart from their layout? */
static bool
is_same_meaning(struct client *c, struct str active)
{
	struct arena *a = c->run->arena;
	struct jv *x, *y;

	return jv_parse(&x, a, active, NULL) == 0 &&
	       jv_parse(&y, a, c->text, NULL) == 0 && jv_equal(x, y);
}

int
client_compare(struct client *c, const Userapi__GetManifestsResponse *res,
    const char *before)
{
	struct run *r = c->run;
	struct str active;

	if (res->n_manifests == 0)
		return cmd_fail(
		    r, EXIT_MISMATCH, "%s: manifest history is empty", before);
	active = wire_pb_str(res->manifests[res->n_manifests - 1]);
	if (str_eq(active, c->text))
		return EXIT_OK;
	return cmd_fail(r, EXIT_MISMATCH,
	    "%s: active manifest does not match expected manifest\n%s", before,
	    is_same_meaning(c, active)
		? "Both mean the same, but their bytes differ: keep the file "
		  "as it was set, without another layout."
		: "They differ in content. Compare the last "
		  "verify/manifest.N.json with the expected file; do not send "
		  "secrets to the deployment before you know why.");
}

struct jv *
client_json(struct client *c, const char *kind)
{
	struct arena *a = c->run->arena;
	struct jv *top = jv_object(a);

	jv_put_str(a, top, "apiVersion", STR("contrastc/v1"));
	jv_put_str(a, top, "kind", str_from(kind));
	jv_put_str(a, top, "coordinator", str_from(c->authority));
	jv_set(a, top, STR("simulated"), jv_bool(a, c->party.result.simulated));
	jv_put_str(a, top, "manifestHash", rt_sha256_hex(a, c->text));
	return top;
}

int
client_print(struct client *c, const struct jv *top)
{
	struct buf b = {0};
	int status;

	if (!opt_on(c->run, OPT_JSON))
		return EXIT_OK;
	jv_print(&b, top, JV_PRETTY);
	buf_putc(&b, '\n');
	status = cmd_print(c->run, buf_str(&b));
	buf_free(&b);
	return status;
}
