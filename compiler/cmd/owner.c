/* SPDX-License-Identifier: Apache-2.0 */
/* Owners' keys, and the state that their signatures build on (cli 8.1, 8.4). */
#include <string.h>

#include <sys/stat.h>

#include "compiler/cmd/owner.h"
#include "runtime/base/file.h"
#include "runtime/pki/key.h"
#include "runtime/pki/sign.h"

#include "runtime/base/banned.h"

/* 64 hex digits. */
static bool
parse_hash(unsigned char out[SHA256_LEN], struct arena *a, struct str hex)
{
	struct str bytes;

	if (hex.n != PKI_PREPARED_LEN || rt_unhex(&bytes, a, hex, NULL) != 0)
		return false;
	memcpy(out, bytes.p, SHA256_LEN);
	return true;
}

static int
read_latest(unsigned char out[SHA256_LEN], struct run *r)
{
	const char *path = workspace_path(r, OWNER_LATEST);
	struct rt_err err;
	struct str text;
	int rc = file_read(&text, r->arena, path, PKI_PREPARED_LEN + 1, &err);

	if (rc == RT_ENOTFOUND) {
		memset(out, 0, SHA256_LEN);
		cmd_say(r,
		    "  No latest transition known: taking this for the first "
		    "manifest of the Coordinator");
		return EXIT_OK;
	}
	if (rc != 0 && rc != RT_ELIMIT)
		return cmd_fail(r, EXIT_ENVIRONMENT,
		    "reading latest transition: %s", err.text);
	if (rc == 0 && str_ends(text, STR("\n")))
		text.n--;
	if (rc == 0 && parse_hash(out, r->arena, text))
		return EXIT_OK;
	return cmd_fail(r, EXIT_FINDINGS,
	    "reading latest transition: %s: not 64 hexadecimal digits", path);
}

int
owner_previous(unsigned char out[SHA256_LEN], struct run *r)
{
	const char *given = opt_str(r, OPT_LATEST_TRANSITION);

	if (given == NULL)
		return read_latest(out, r);
	if (parse_hash(out, r->arena, str_from(given)))
		return EXIT_OK;
	return cmd_fail(r, EXIT_USAGE,
	    "parse flags: --latest-transition: not 64 hexadecimal digits%s",
	    opt_where(r, OPT_LATEST_TRANSITION));
}

bool
owner_listed(const struct manifest *m, struct arena *a, const EVP_PKEY *key)
{
	struct pki_owner_key k = {.private = true};

	if (pki_key_public(&k.der, a, key, NULL) != 0)
		return false;
	return manifest_list_has(&m->owner_keys, pki_owner_hex(a, &k)) ||
	       manifest_list_has(
		   &m->owner_digests, pki_owner_digest_hex(a, &k));
}

int
owner_key(EVP_PKEY **out, struct run *r, enum opt_id id, enum pki_owner kind,
    bool optional)
{
	static const char *const doing[] = {
	    [PKI_OWNER_WORKLOAD] = "loading workload owner key",
	    [PKI_OWNER_SEEDSHARE] =
		"decrypting seed: reading seedshare owner key"};
	const char *path = opt_path(r, id);
	struct pki_file f;
	struct rt_err err;
	int rc = pki_file_read(&f, path, &err);

	*out = NULL;
	if (rc != 0) {
		pki_file_free(&f);
		if (rc == RT_ENOTFOUND && optional)
			return EXIT_OK;
		return cmd_fail(
		    r, EXIT_ENVIRONMENT, "%s: %s", doing[kind], err.text);
	}
	rc = pki_owner_private(out, kind, pki_file_str(&f), &err);
	if (rc == 0 && (f.mode & (S_IRGRP | S_IROTH)) != 0)
		diag_report(&r->diags, OWNER_KEY_MODE, loc_none, path);
	pki_file_free(&f);
	if (rc == 0)
		return EXIT_OK;
	return cmd_fail(
	    r, EXIT_FINDINGS, "%s: %s: %s", doing[kind], path, err.text);
}
