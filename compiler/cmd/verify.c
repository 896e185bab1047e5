/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: proves what a Coordinator is and which manifest it enforces, and
 * writes down what a data owner needs (cli 2.3, coordinator 16.4).
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "compiler/cmd/client.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define DIR_NAME "verify"
#define CA_MAX ((size_t)1 << 20)

struct verify {
	struct run *run;
	struct client client;
	const char *dir;
	Userapi__GetManifestsResponse *res;
	struct str latest; /* hex */
	struct file_set files;
};

static void
add(struct verify *v, struct str name, struct str bytes)
{
	file_set_add(&v->files,
	    arena_printf(v->run->arena, "%s/%.*s", v->dir, STR_ARG(name)).p,
	    bytes, 0644);
}

/* Initdata is TOML that names its version; a policy is a Rego module. */
static bool
is_initdata(struct str document)
{
	return str_find(document, STR("package agent_policy"), 0) >
	       str_find(document, STR("algorithm"), 0);
}

static void
collect(struct verify *v)
{
	const Userapi__GetManifestsResponse *res = v->res;
	struct arena *a = v->run->arena;
	size_t i;

	for (i = 0; i < res->n_manifests; i++)
		add(v, arena_printf(a, "manifest.%zu.json", i),
		    wire_pb_str(res->manifests[i]));
	for (i = 0; i < res->n_policies; i++) {
		struct str d = wire_pb_str(res->policies[i]);
		bool initdata = is_initdata(d);

		add(v,
		    arena_printf(a, "%s.%.*s.%s",
			initdata ? "initdata" : "policy",
			STR_ARG(rt_sha256_hex(a, d)),
			initdata ? "toml" : "rego"),
		    d);
	}
	add(v, STR("latest-transition"), v->latest);
	add(v, STR("history.yml"), client_history(a, res));
}

/* Files of earlier runs */

/* Is it a name that only `verify` gives: manifest.N.json and the like? */
static bool
is_ours(struct str name)
{
	static const struct {
		struct str prefix, suffix;
		size_t digits; /* hex; 0: decimal, any number */
	} forms[] = {{STR_INIT("manifest."), STR_INIT(".json"), 0},
	    {STR_INIT("policy."), STR_INIT(".rego"), 64},
	    {STR_INIT("initdata."), STR_INIT(".toml"), 64}};
	struct str middle;
	uint64_t n;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!str_starts(name, forms[i].prefix) ||
		    !str_ends(name, forms[i].suffix) ||
		    name.n <= forms[i].prefix.n + forms[i].suffix.n)
			continue;
		middle = str_sub(
		    name, forms[i].prefix.n, name.n - forms[i].suffix.n);
		if (forms[i].digits == 0)
			return str_u64(middle, UINT32_MAX, &n);
		return middle.n == forms[i].digits;
	}
	return false;
}

static bool
is_new(const struct verify *v, struct str name)
{
	const struct file_out *f;

	VEC_FOREACH(f, &v->files.files)
		if (str_eq(str_basename(str_from(f->path)), name))
			return true;
	return false;
}

static void
remove_old(const struct verify *v)
{
	DIR *d = opendir(v->dir);
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		struct str name = str_from(e->d_name);

		if (is_ours(name) && !is_new(v, name))
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d != NULL)
		(void)closedir(d);
}

static int
write_files(struct verify *v)
{
	struct rt_err err;
	size_t changed;

	if (file_set_stage(&v->files, &err) == 0 &&
	    file_set_commit(&v->files, &changed, &err) == 0)
		return EXIT_OK;
	return cmd_fail(v->run, EXIT_ENVIRONMENT, "write %s", err.text);
}

/* Everything but the CA files, so that a user can look. */
static int
write_state(struct verify *v)
{
	int status;

	if (file_make_dirs(v->run->arena, v->dir, 0755) != 0)
		return cmd_fail(v->run, EXIT_ENVIRONMENT, "create %s: %s",
		    v->dir, strerror(errno));
	file_set_init(&v->files, v->run->arena);
	collect(v);
	remove_old(v);
	status = write_files(v);
	if (status == EXIT_OK)
		cmd_say(v->run,
		    "✔️ Wrote Coordinator configuration and keys to %s",
		    v->dir);
	return status;
}

/* Checks */

static bool
has_document(const struct verify *v, struct str hash)
{
	struct arena *a = v->run->arena;
	size_t i;

	for (i = 0; i < v->res->n_policies; i++)
		if (str_eq(rt_sha256_hex(a, wire_pb_str(v->res->policies[i])),
			hash))
			return true;
	return false;
}

/* Does a manifest of the history have a policy with this hash? */
static bool
is_known(const struct verify *v, struct str hash)
{
	struct arena *a = v->run->arena;
	struct manifest m;
	size_t i;

	for (i = 0; i < v->res->n_manifests; i++)
		if (manifest_read(&m, a, wire_pb_str(v->res->manifests[i]),
			true, NULL) == 0 &&
		    manifest_policy_find(&m, hash) != NULL)
			return true;
	return false;
}

static int
check_documents(struct verify *v)
{
	const struct manifest_policy *p;
	struct str hash;
	size_t i;

	for (i = 0; i < v->res->n_policies; i++) {
		hash = rt_sha256_hex(
		    v->run->arena, wire_pb_str(v->res->policies[i]));
		if (!is_known(v, hash))
			return cmd_fail(v->run, EXIT_MISMATCH,
			    "failed to verify Coordinator manifest: no "
			    "manifest of the history has the policy %.*s",
			    STR_ARG(hash));
	}

	VEC_FOREACH(p, &v->client.m.policies)
		if (!has_document(v, p->hash))
			return cmd_fail(v->run, EXIT_MISMATCH,
			    "failed to verify Coordinator manifest: no document "
			    "for policy hash %.*s",
			    STR_ARG(p->hash));
	return EXIT_OK;
}

static int
check_chain(struct verify *v)
{
	if (client_chain(&v->latest, v->run->arena, v->res))
		return EXIT_OK;
	return cmd_fail(v->run, EXIT_MISMATCH,
	    "failed to verify Coordinator manifest: the history of manifests "
	    "does not lead to the latest transition");
}

static const char *const ca_names[] = {
    "coordinator-root-ca.pem", "mesh-ca.pem", "mesh-root.pem"};
#define CA_NAMES (sizeof(ca_names) / sizeof(*ca_names))

static const char *
ca_path(struct verify *v, size_t i)
{
	return arena_printf(v->run->arena, "%s/%s", v->dir, ca_names[i]).p;
}

/* The root of before, under a name that nobody trusts by mistake. */
static const char *
former_root(struct verify *v)
{
	return arena_printf(v->run->arena, "%s.former", ca_path(v, 0)).p;
}

/*
 * Nobody picks up the CA of a Coordinator that was refused; that its root has
 * changed is still noticed.
 */
static void
remove_cas(struct verify *v)
{
	size_t i;

	(void)rename(ca_path(v, 0), former_root(v));
	for (i = 1; i < CA_NAMES; i++)
		(void)unlink(ca_path(v, i));
}

/* The key of a certificate, or NULL. */
static EVP_PKEY *
key_of(struct str pem)
{
	BIO *b = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = b == NULL ? NULL : PEM_read_bio_X509(b, NULL, NULL, NULL);
	EVP_PKEY *key = x == NULL ? NULL : X509_get_pubkey(x);

	X509_free(x);
	BIO_free(b);
	return key;
}

/* A recovered Coordinator issues its root again, for the key of the seed. */
static bool
is_same_root(struct str old, struct str new)
{
	EVP_PKEY *a = key_of(old), *b = key_of(new);
	bool same = a != NULL && b != NULL && EVP_PKEY_eq(a, b) == 1;

	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	return same;
}

/* Another key than in this file means that the seed was drawn anew. */
static int
check_root_of(struct verify *v, const char *path)
{
	struct str old;

	if (file_read(&old, v->run->arena, path, CA_MAX, NULL) != 0 ||
	    is_same_root(old, wire_pb_str(v->res->root_ca)))
		return EXIT_OK;
	if (!opt_on(v->run, OPT_SAME_ROOT)) {
		diag_report(&v->run->diags, ROOT_CHANGED, loc_none, path);
		return EXIT_OK;
	}
	return cmd_fail(v->run, EXIT_MISMATCH,
	    "failed to verify Coordinator manifest: the root CA is not the one "
	    "in %s: the Coordinator was set up anew\nIf that was you, remove "
	    "the file, or leave --same-root away.",
	    path);
}

/* What verify, or set, wrote before. */
static int
check_root(struct verify *v)
{
	const char *const paths[] = {
	    ca_path(v, 0), former_root(v), workspace_path(v->run, ca_names[0])};
	int status = EXIT_OK;
	size_t i;

	for (i = 0; i < 3 && status == EXIT_OK; i++)
		status = check_root_of(v, paths[i]);
	return status;
}

static int
check_api(struct verify *v)
{
	const char *want = opt_str(v->run, OPT_MINIMUM_API);
	struct str has = v->client.m.min_api;

	if (want == NULL ||
	    manifest_api_version(has) >= manifest_api_version(str_from(want)))
		return EXIT_OK;
	return cmd_fail(v->run, EXIT_MISMATCH,
	    "failed to verify Coordinator manifest: MinimumAPIVersion is %.*s, "
	    "not %s or above",
	    STR_ARG(has.n > 0 ? has : STR("not set")), want);
}

static int
write_cas(struct verify *v)
{
	struct str root = wire_pb_str(v->res->root_ca);
	struct str mesh = wire_pb_str(v->res->mesh_ca);
	size_t i;

	file_set_init(&v->files, v->run->arena);
	for (i = 0; i < CA_NAMES; i++)
		add(v, str_from(ca_names[i]), i == 0 ? root : mesh);
	return write_files(v);
}

static int
judge(struct verify *v)
{
	int status = client_compare(
	    &v->client, v->res, "failed to verify Coordinator manifest");

	if (status == EXIT_OK)
		status = check_documents(v);
	if (status == EXIT_OK)
		status = check_api(v);
	if (status == EXIT_OK)
		status = check_root(v);
	if (status == EXIT_OK && v->run->diags.errors > 0)
		status = EXIT_MISMATCH; /* -W error */
	return status;
}

static int
fetch(struct verify *v)
{
	int status = client_connect(&v->client);

	if (status == EXIT_OK)
		status = client_state(&v->res, &v->client, "getting manifests");
	if (status != EXIT_OK)
		return status;
	cmd_say(v->run,
	    "✔️ Successfully verified Coordinator CVM based on reference "
	    "values from manifest");
	return check_chain(v);
}

static int
print(struct verify *v)
{
	struct arena *a = v->run->arena;
	struct jv *top = client_json(&v->client, "Verification");

	jv_put_str(a, top, "directory", str_from(v->dir));
	jv_put_int(a, top, "generation", v->res->n_manifests);
	jv_put_int(a, top, "policies", v->res->n_policies);
	jv_put_str(a, top, "latestTransition", v->latest);
	return client_print(&v->client, top);
}

static int
check_options(struct verify *v)
{
	const char *version = opt_str(v->run, OPT_MINIMUM_API);

	if (version == NULL || manifest_api_version(str_from(version)) > 0)
		return EXIT_OK;
	return cmd_fail(v->run, EXIT_USAGE,
	    "parse flags: --minimum-api-version: not v1, v2, ...: %s%s",
	    version, opt_where(v->run, OPT_MINIMUM_API));
}

static int
run(struct verify *v)
{
	int status = check_options(v);

	if (status == EXIT_OK)
		status = client_begin(&v->client, "getting manifests: ");
	if (status == EXIT_OK)
		status = fetch(v);
	if (status == EXIT_OK)
		status = write_state(v);
	if (status == EXIT_OK)
		status = judge(v);
	if (status == EXIT_MISMATCH)
		remove_cas(v);
	if (status == EXIT_OK)
		status = write_cas(v);
	if (status != EXIT_OK)
		return status;
	(void)unlink(former_root(v));
	cmd_say(v->run,
	    "✔️ Manifest active at Coordinator matches expected manifest");
	cmd_say(v->run, "  Please verify the manifest history and policies");
	return print(v);
}

int
cmd_verify(struct run *r)
{
	struct verify v = {.run = r,
	    .dir = workspace_path(r, DIR_NAME),
	    .client = {.run = r, .dialing = "failed to dial coordinator"}};
	char **arg;
	int status;

	VEC_FOREACH(arg, &r->args)
		diag_report(
		    &r->diags, ARGUMENT_IGNORED, loc_none, *arg, r->cmd->name);
	status = run(&v);
	cmd_report(r);
	client_end(&v.client);
	if (v.res != NULL)
		wire_pb_free(&v.res->base);
	return status;
}
