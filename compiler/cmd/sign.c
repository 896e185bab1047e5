/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign: a workload owner's detached signature over the state that a Coordinator
 * takes on with a manifest (cli 2.5, 8.4), or the digits to be signed elsewhere.
 */
#include <string.h>

#include "compiler/cmd/owner.h"
#include "runtime/base/file.h"
#include "runtime/base/jv.h"
#include "runtime/pki/sign.h"

#include "runtime/base/banned.h"

struct sign {
	struct run *run;
	const char *out;
	struct str manifest; /* the file's bytes */
	struct manifest m;
	unsigned char previous[SHA256_LEN], next[SHA256_LEN];
	EVP_PKEY *key;        /* NULL with --prepare */
	struct str signature; /* empty with --prepare */
};

static int
check_options(struct sign *s)
{
	struct run *r = s->run;
	char **arg;

	s->out = opt_str(r, OPT_OUT);
	if (s->out == NULL)
		return cmd_fail(
		    r, EXIT_USAGE, "required flag(s) \"out\" not set");
	if (strcmp(s->out, "-") == 0 && opt_on(r, OPT_JSON))
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --json and --out - both mean standard output");
	VEC_FOREACH(arg, &r->args)
		diag_report(
		    &r->diags, ARGUMENT_IGNORED, loc_none, *arg, r->cmd->name);
	return EXIT_OK;
}

static int
read_manifest(struct sign *s)
{
	struct run *r = s->run;
	const char *path = opt_path(r, OPT_MANIFEST);
	struct rt_err err;

	if (file_read(&s->manifest, r->arena, path, MANIFEST_SIZE_MAX, &err) !=
	    0)
		return cmd_fail(r, EXIT_ENVIRONMENT,
		    "failed to read manifest file: %s", err.text);
	if (manifest_read(&s->m, r->arena, s->manifest, false, &err) != 0)
		return cmd_fail(r, EXIT_FINDINGS,
		    "failed to unmarshal manifest: %s: %s", path, err.text);
	if (s->m.format < MANIFEST_2)
		diag_report(&r->diags, OWNER_DIGESTS_ONLY, loc_none, path);
	return EXIT_OK;
}

static int
load_key(struct sign *s)
{
	struct run *r = s->run;
	int status =
	    owner_key(&s->key, r, OPT_OWNER_PRIVATE, PKI_OWNER_WORKLOAD, false);

	if (status == EXIT_OK && !owner_listed(&s->m, r->arena, s->key))
		diag_report(&r->diags, OWNER_KEY_UNLISTED, loc_none);
	return status;
}

static int
make_signature(struct sign *s)
{
	struct rt_err err;
	int status = load_key(s);

	if (status == EXIT_OK && pki_transition_sign(&s->signature,
				     s->run->arena, s->key, s->next, &err) != 0)
		status =
		    cmd_fail(s->run, EXIT_FINDINGS, "signing: %s", err.text);
	EVP_PKEY_free(s->key);
	return status;
}

static struct str
digits(const struct sign *s, const unsigned char hash[SHA256_LEN])
{
	return pki_transition_prepare(s->run->arena, hash);
}

static int
write_out(struct sign *s)
{
	struct run *r = s->run;
	struct str bytes =
	    s->signature.n > 0 ? s->signature : digits(s, s->next);
	struct file_set files;
	struct rt_err err;
	size_t changed;

	if (strcmp(s->out, "-") == 0)
		return cmd_print(r, bytes);
	file_set_init(&files, r->arena);
	file_set_add(&files, s->out, bytes, 0644);
	if (file_set_stage(&files, &err) != 0 ||
	    file_set_commit(&files, &changed, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "write %s", err.text);
	cmd_say(r,
	    s->signature.n > 0
		? "Transition hash signed and signature written to %s."
		: "Next transition hash written to %s.",
	    s->out);
	return EXIT_OK;
}

static int
print_json(const struct sign *s)
{
	struct arena *a = s->run->arena;
	struct jv *top = jv_object(a);
	struct buf b = {0}, sig = {0};
	int status;

	rt_base64(&sig, s->signature);
	jv_put_str(a, top, "apiVersion", STR("contrastc/v1"));
	jv_put_str(a, top, "kind", STR("Signature"));
	jv_put_str(a, top, "file", str_from(s->out));
	jv_put_str(a, top, "manifestHash", rt_sha256_hex(a, s->manifest));
	jv_put_str(a, top, "latestTransition", digits(s, s->previous));
	jv_put_str(a, top, "nextTransition", digits(s, s->next));
	jv_set(a, top, STR("signature"),
	    sig.n > 0 ? jv_string(a, buf_str(&sig)) : jv_new(a, JV_NULL));
	jv_print(&b, top, JV_PRETTY);
	buf_putc(&b, '\n');
	status = cmd_print(s->run, buf_str(&b));
	buf_free(&b);
	buf_free(&sig);
	return status;
}

static int
prepare(struct sign *s)
{
	int status = check_options(s);

	if (status == EXIT_OK)
		status = read_manifest(s);
	if (status == EXIT_OK)
		status = owner_previous(s->previous, s->run);
	if (status == EXIT_OK)
		manifest_transition(s->next, s->manifest, s->previous);
	return status;
}

int
cmd_sign(struct run *r)
{
	struct sign s = {.run = r};
	int status = prepare(&s);

	if (status == EXIT_OK && !opt_on(r, OPT_PREPARE))
		status = make_signature(&s);
	if (status == EXIT_OK && r->diags.errors > 0)
		status = cmd_status(r); /* -W error: nothing is written */
	if (status == EXIT_OK)
		status = write_out(&s);
	if (status == EXIT_OK && opt_on(r, OPT_JSON))
		status = print_json(&s);
	cmd_report(r);
	return status;
}
