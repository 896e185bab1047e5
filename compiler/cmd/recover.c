/* SPDX-License-Identifier: Apache-2.0 */
/* recover: gives a restarted Coordinator its seed back (cli 2.4). */
#include <openssl/evp.h>

#include "compiler/cmd/client.h"
#include "compiler/cmd/owner.h"
#include "runtime/base/file.h"
#include "runtime/pki/share.h"
#include "runtime/base/banned.h"

struct recover {
	struct run *run;
	struct client client;
	EVP_PKEY *seedshare, *workload;
	struct pki_seed seed;
	Userapi__GetManifestsResponse *res;
};

static int
read_shares(struct recover *rec, struct pki_shares *shares)
{
	struct run *r = rec->run;
	const char *path = opt_path(r, OPT_SEED);
	struct rt_err err;
	struct str text;

	if (file_read(&text, r->arena, path, PKI_SHARES_FILE_MAX, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT,
		    "decrypting seed: reading seed shares: %s", err.text);
	if (pki_shares_read(shares, r->arena, text, &err) == 0)
		return EXIT_OK;
	return cmd_fail(r, EXIT_FINDINGS,
	    "decrypting seed: unmarshaling seed shares: %s: %s", path,
	    err.text);
}

static int
decrypt(struct recover *rec)
{
	struct run *r = rec->run;
	struct pki_shares shares = {0};
	struct rt_err err;
	int rc, status = owner_key(&rec->seedshare, r, OPT_SEEDSHARE_PRIVATE,
		    PKI_OWNER_SEEDSHARE, false);

	if (status == EXIT_OK)
		status = read_shares(rec, &shares);
	if (status == EXIT_OK)
		status = owner_key(&rec->workload, r, OPT_OWNER_PRIVATE,
		    PKI_OWNER_WORKLOAD, true);
	if (status != EXIT_OK)
		return status;
	rc = pki_shares_decrypt(&rec->seed, &shares, rec->seedshare, &err);
	if (rc == 0)
		return EXIT_OK;
	if (rc == RT_ENOTFOUND)
		return cmd_fail(r, EXIT_FINDINGS,
		    "decrypting seed: %s\n%s has shares for other keys than "
		    "%s.",
		    err.text, opt_path(r, OPT_SEED),
		    opt_path(r, OPT_SEEDSHARE_PRIVATE));
	return cmd_fail(r, EXIT_FINDINGS,
	    "decrypting seed: decrypting seed share: %s", err.text);
}

static int
call(struct recover *rec, struct wire_status *st)
{
	Userapi__RecoverRequest *req =
	    (void *)wire_pb_new(&userapi__recover_request__descriptor);
	ProtobufCMessage *res = NULL;
	int status;

	wire_pb_set(&req->seed, pki_secret_str(&rec->seed.seed));
	wire_pb_set(&req->salt,
	    (struct str){(const char *)rec->seed.salt, PKI_SALT_LEN});
	req->force = opt_on(rec->run, OPT_FORCE_RECOVER);
	status = client_call(&res, &rec->client, "Recover", &req->base,
	    &userapi__recover_response__descriptor, st);
	wire_pb_free(&req->base);
	if (res != NULL)
		wire_pb_free(res);
	return status;
}

/* Contrast 1.2 knows the caller by the workload owner's key. */
static int
send(struct recover *rec)
{
	struct client *c = &rec->client;
	struct wire_status st = {0};
	int status;

	c->key = rec->seedshare;
	status = client_connect(c);
	if (status != EXIT_OK)
		return status;
	status = call(rec, &st);
	if (st.code == WIRE_PERMISSION_DENIED && rec->workload != NULL) {
		struct wire_status second = {0};

		client_disconnect(c);
		c->key = rec->workload;
		status = client_connect(c);
		if (status != EXIT_OK)
			return status;
		status = call(rec, &second);
		if (second.code != WIRE_PERMISSION_DENIED)
			st = second;
	}
	return status == EXIT_OK ? status
				 : client_fail(c, status, "recovering", &st);
}

/* The host may have given it an older history. */
static int
check(struct recover *rec)
{
	struct run *r = rec->run;
	int status = client_state(&rec->res, &rec->client, "recovering");

	if (status == EXIT_OK)
		status = client_compare(&rec->client, rec->res, "recovering");
	if (status != EXIT_OK)
		return status;
	cmd_say(r, "✔️ Successfully recovered the Coordinator");
	cmd_say(r,
	    "  The mesh CA is a new one: restart the workloads, and fetch "
	    "mesh-ca.pem with '%s verify'",
	    r->program);
	return EXIT_OK;
}

static int
print(struct recover *rec)
{
	struct arena *a = rec->run->arena;
	struct jv *top = client_json(&rec->client, "Recovery");

	jv_put_int(a, top, "generation", rec->res->n_manifests);
	return client_print(&rec->client, top);
}

static int
run(struct recover *rec)
{
	int status = client_begin(&rec->client, "");

	if (status == EXIT_OK)
		status = decrypt(rec);
	if (status == EXIT_OK && rec->run->diags.errors > 0)
		status = cmd_status(rec->run); /* -W error */
	if (status == EXIT_OK)
		status = send(rec);
	if (status == EXIT_OK)
		status = check(rec);
	return status == EXIT_OK ? print(rec) : status;
}

int
cmd_recover(struct run *r)
{
	struct recover rec = {.run = r,
	    .client = {
		.run = r, .dialing = "dialing coordinator", .patient = true}};
	char **arg;
	int status;

	VEC_FOREACH(arg, &r->args)
		diag_report(
		    &r->diags, ARGUMENT_IGNORED, loc_none, *arg, r->cmd->name);
	status = run(&rec);
	cmd_report(r);
	client_end(&rec.client);
	if (rec.res != NULL)
		wire_pb_free(&rec.res->base);
	pki_seed_free(&rec.seed);
	EVP_PKEY_free(rec.seedshare);
	EVP_PKEY_free(rec.workload);
	return status;
}
