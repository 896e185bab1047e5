/* SPDX-License-Identifier: Apache-2.0 */
/* set: gives a Coordinator its manifest (cli 2.2, coordinator 16.2). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "compiler/cmd/client.h"
#include "compiler/cmd/owner.h"
#include "compiler/emit/extract.h"
#include "runtime/base/file.h"
#include "runtime/pki/share.h"
#include "runtime/pki/sign.h"
#include "runtime/base/banned.h"

#define UPSTREAM_MAX ((size_t)4 << 20) /* what Contrast's own servers take */
#define SHARES "seed-shares.json"
#define ROOT_CA "coordinator-root-ca.pem"
#define MESH_CA "mesh-ca.pem"

struct set {
	struct run *run;
	struct client client;
	struct workload_policies policies;
	EVP_PKEY *key;
	Userapi__SetManifestRequest *req;
	Userapi__SetManifestResponse *res;
};

/* Seed shares that come cannot be asked for again. */
static int
check_workspace(struct set *s)
{
	struct run *r = s->run;
	const char *dir = workspace_path(r, ".");

	if (file_make_dirs(r->arena, dir, 0755) == 0 && access(dir, W_OK) == 0)
		return EXIT_OK;
	return cmd_fail(r, EXIT_ENVIRONMENT,
	    "cannot write to %s: %s\nNothing was sent: the answer has files "
	    "to keep there.",
	    dir, strerror(errno));
}

static int
check_options(struct set *s)
{
	struct run *r = s->run;

	if (opt_is_set(r, OPT_LATEST_TRANSITION) && !opt_on(r, OPT_ATOMIC))
		return cmd_fail(r, EXIT_USAGE,
		    "\"latest-transition\" flag cannot be set without \"atomic\" "
		    "flag");
	if (r->args.n == 0 && r->opt[OPT_FILENAME].values.n == 0)
		return cmd_no_inputs(r);
	return EXIT_OK;
}

/* Owner */

static int
read_signature(struct set *s, const char *path)
{
	struct str sig;
	struct rt_err err;
	int rc = file_read(&sig, s->run->arena, path, PKI_SIGNATURE_MAX, &err);

	if (rc != 0)
		return cmd_fail(s->run,
		    rc == RT_ELIMIT ? EXIT_FINDINGS : EXIT_ENVIRONMENT,
		    "reading signature: %s", err.text);
	if (sig.n == 0)
		return cmd_fail(s->run, EXIT_FINDINGS,
		    "reading signature: %s is empty", path);
	wire_pb_set(&s->req->signature, sig);
	return EXIT_OK;
}

static int
load_owner(struct set *s)
{
	struct run *r = s->run;
	const struct manifest *m = &s->client.m;
	const char *signature = opt_str(r, OPT_SIGNATURE);
	int status;

	if (m->owner_keys.v.n + m->owner_digests.v.n == 0)
		diag_report(&r->diags, OWNER_NONE, loc_none);
	if (signature != NULL)
		return read_signature(s, signature);
	status =
	    owner_key(&s->key, r, OPT_OWNER_PRIVATE, PKI_OWNER_WORKLOAD, true);
	if (status != EXIT_OK)
		return status;
	if (s->key == NULL)
		cmd_say(r, "  No workload owner key at %s: setting as nobody",
		    opt_path(r, OPT_OWNER_PRIVATE));
	else if (!owner_listed(m, r->arena, s->key))
		diag_report(&r->diags, OWNER_KEY_UNLISTED, loc_none);
	s->client.key = s->key;
	return EXIT_OK;
}

/* Policies */

static bool
has_hash(const struct workload_policies *w, size_t n, struct str hash)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_eq(w->list.p[i].hash, hash))
			return true;
	return false;
}

/* Each document once; the lines name what only one side has. */
static size_t
compare(struct set *s, struct buf *lines)
{
	const struct workload_policies *w = &s->policies;
	const struct manifest *m = &s->client.m;
	const struct manifest_policy *p;
	size_t i, distinct = 0;

	for (i = 0; i < w->list.n; i++) {
		const struct workload_policy *it = &w->list.p[i];

		if (has_hash(w, i, it->hash))
			continue;
		distinct++;
		wire_pb_add(
		    &s->req->policies, &s->req->n_policies, it->document);
		if (manifest_policy_find(m, it->hash) == NULL)
			buf_printf(lines,
			    "\npolicy %.*s not found in manifest (%.*s)",
			    STR_ARG(it->name), STR_ARG(it->hash));
	}
	VEC_FOREACH(p, &m->policies)
		if (!has_hash(w, w->list.n, p->hash))
			buf_printf(lines,
			    "\npolicy %.*s not found in the resources",
			    STR_ARG(p->hash));
	return distinct;
}

static int
check_policies(struct set *s)
{
	struct run *r = s->run;
	const struct manifest *m = &s->client.m;
	struct buf lines = {0};
	struct str text;
	size_t n;

	if (!cmd_read_policies(r, &s->policies))
		return cmd_status(r);
	n = compare(s, &lines);
	text = arena_str(r->arena, buf_str(&lines));
	buf_free(&lines);
	if (text.n == 0)
		return EXIT_OK;
	if (n != m->policies.n)
		text = arena_printf(r->arena,
		    "policy count mismatch: %zu policies in deployment, but "
		    "%zu in manifest%.*s",
		    n, m->policies.n, STR_ARG(text));
	else
		text = str_sub(text, 1, text.n);
	return cmd_fail(r, EXIT_FINDINGS,
	    "checking policies match manifest: %.*s\nRun '%s generate' again, "
	    "or name all the files that it wrote.",
	    STR_ARG(text), r->program);
}

/* Request */

static int
finish_request(struct set *s)
{
	unsigned char previous[SHA256_LEN];
	int status;

	wire_pb_set(&s->req->manifest, s->client.text);
	if (opt_on(s->run, OPT_ATOMIC)) {
		status = owner_previous(previous, s->run);
		if (status != EXIT_OK)
			return status;
		wire_pb_set(&s->req->previous_transition_hash,
		    (struct str){(const char *)previous, sizeof(previous)});
	}
	if (protobuf_c_message_get_packed_size(&s->req->base) > UPSTREAM_MAX)
		diag_report(&s->run->diags, REQUEST_LARGE, loc_none);
	return EXIT_OK;
}

static int
fail(struct set *s, int status, const struct wire_status *st)
{
	struct run *r = s->run;

	if (st->code == WIRE_PERMISSION_DENIED)
		cmd_say(r,
		    s->key == NULL && s->req->signature.len == 0
			? "Permission denied. Specify a workload owner key with "
			  "--workload-owner-key."
			: "Permission denied. Ensure you are using a trusted "
			  "workload owner key.");
	return client_fail(&s->client, status, "setting manifest", st);
}

static int
send(struct set *s)
{
	ProtobufCMessage *res = NULL;
	struct wire_status st;
	int status = client_connect(&s->client);

	if (status != EXIT_OK)
		return status;
	status = client_call(&res, &s->client, "SetManifest", &s->req->base,
	    &userapi__set_manifest_response__descriptor, &st);
	if (status != EXIT_OK)
		return fail(s, status, &st);
	s->res = (void *)res;
	cmd_say(s->run, "✔️ Manifest set successfully");
	return EXIT_OK;
}

/* Results */

static struct str
shares_text(struct set *s)
{
	const Userapi__SeedShareDocument *d = s->res->seed_shares_doc;
	struct pki_shares shares = {.salt = wire_pb_str(d->salt)};
	struct arena *a = s->run->arena;
	struct buf b = {0};
	struct str text;
	size_t i;

	for (i = 0; i < d->n_seed_shares; i++) {
		struct pki_share one = {str_from(d->seed_shares[i]->public_key),
		    wire_pb_str(d->seed_shares[i]->encrypted_seed)};

		VEC_PUSH(a, &shares.list, one);
	}
	pki_shares_write(&b, a, &shares);
	text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return text;
}

/* Shares of another deployment are not lost. */
static void
add_shares(struct set *s, struct file_set *files)
{
	struct run *r = s->run;
	const char *path = workspace_path(r, SHARES);
	struct str text = shares_text(s), old;

	if (file_read(&old, r->arena, path, PKI_SHARES_FILE_MAX, NULL) == 0 &&
	    !str_eq(old, text)) {
		file_set_add(
		    files, arena_printf(r->arena, "%s.bak", path).p, old, 0600);
		cmd_say(r, "  Kept the seed shares of before in %s.bak", path);
	}
	file_set_add(files, path, text, 0600);
	cmd_say(r, "✔️ Seed shares received");
}

static bool
exists(struct run *r, const char *name)
{
	struct str s;

	return file_read(&s, r->arena, workspace_path(r, name),
		   PKI_SHARES_FILE_MAX, NULL) == 0;
}

/*
 * The answer to a first set may have been lost; an update is known by what an
 * earlier run has left.
 */
static bool
shares_are_lost(struct set *s)
{
	return s->client.m.seedshare_keys.v.n > 0 &&
	       s->res->seed_shares_doc == NULL && !exists(s->run, SHARES) &&
	       !exists(s->run, ROOT_CA) && !exists(s->run, "verify/" ROOT_CA);
}

static int
write_results(struct set *s)
{
	struct run *r = s->run;
	bool lost = shares_are_lost(s);
	struct file_set files;
	struct rt_err err;
	size_t changed;

	file_set_init(&files, r->arena);
	if (s->res->seed_shares_doc != NULL)
		add_shares(s, &files);
	file_set_add(&files, workspace_path(r, ROOT_CA),
	    wire_pb_str(s->res->root_ca), 0644);
	file_set_add(&files, workspace_path(r, MESH_CA),
	    wire_pb_str(s->res->mesh_ca), 0644);
	if (file_set_stage(&files, &err) != 0 ||
	    file_set_commit(&files, &changed, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "write %s", err.text);
	if (!lost)
		return EXIT_OK;
	return cmd_fail(r, EXIT_FINDINGS,
	    "manifest is set but no seed shares were received; this deployment "
	    "cannot be recovered\nIf somebody else holds its " SHARES
	    ", all is well. If this was the first set, start the Coordinator "
	    "again without its history and set once more.");
}

static int
print(struct set *s)
{
	struct arena *a = s->run->arena;
	struct jv *top = client_json(&s->client, "Set"), *files = jv_array(a);

	jv_set(a, top, STR("seedShares"),
	    jv_bool(a, s->res->seed_shares_doc != NULL));
	jv_push(
	    a, files, jv_string(a, str_from(workspace_path(s->run, ROOT_CA))));
	jv_push(
	    a, files, jv_string(a, str_from(workspace_path(s->run, MESH_CA))));
	if (s->res->seed_shares_doc != NULL)
		jv_push(a, files,
		    jv_string(a, str_from(workspace_path(s->run, SHARES))));
	jv_set(a, top, STR("files"), files);
	return client_print(&s->client, top);
}

static int
run(struct set *s)
{
	static int (*const steps[])(struct set *) = {
	    load_owner, check_policies, finish_request, check_workspace};
	size_t i;
	int status = check_options(s);

	if (status == EXIT_OK)
		status = client_begin(&s->client, "");
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (status == EXIT_OK)
			status = steps[i](s);
	if (status == EXIT_OK && s->run->diags.errors > 0)
		status = cmd_status(s->run); /* -W error: nothing is sent */
	if (status == EXIT_OK)
		status = send(s);
	if (status == EXIT_OK)
		status = write_results(s);
	return status == EXIT_OK ? print(s) : status;
}

int
cmd_set(struct run *r)
{
	struct set s = {.run = r,
	    .client = {.run = r,
		.dialing = "failed to dial coordinator",
		.patient = true}};
	int status;

	s.req = (void *)wire_pb_new(&userapi__set_manifest_request__descriptor);
	status = run(&s);
	cmd_report(r);
	client_end(&s.client);
	wire_pb_free(&s.req->base);
	if (s.res != NULL)
		wire_pb_free(&s.res->base);
	EVP_PKEY_free(s.key);
	return status;
}
