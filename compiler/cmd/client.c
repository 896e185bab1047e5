/* SPDX-License-Identifier: Apache-2.0 */
/* What a Coordinator has to be, by manifest and options (coordinator 16.1). */
#include <stdlib.h>
#include <string.h>

#include "compiler/cmd/client.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/manifest/refvalues.h"
#include "runtime/base/banned.h"

#define USER_PORT "1313"
#define ROOT_MAX ((size_t)64 << 10)
#define CRL_MAX ((size_t)1 << 20)
#define HASH_FILE "coordinator-policy.sha256"
#define DATA_FILE "coordinator-policy.hash"
#define DATA_MAX ((size_t)64 << 10)
#define DAY ((int64_t)86400)
#define WAIT_MS ((uint64_t)180000)

/* Address */

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT. */
static bool
split_address(struct client *c, struct str s)
{
	struct arena *a = c->run->arena;
	size_t end, colon;
	uint64_t n;

	if (str_starts(s, STR("["))) {
		end = str_chr(s, ']', 0);
		if (end == SIZE_MAX)
			return false;
		c->host = arena_cstr(a, str_sub(s, 1, end));
		colon = end + 1;
	} else {
		colon = str_chr(s, ':', 0);
		colon = colon == SIZE_MAX ? s.n : colon;
		c->host = arena_cstr(a, str_sub(s, 0, colon));
	}
	c->port = USER_PORT;
	if (c->host[0] == '\0')
		return false;
	if (colon >= s.n)
		return true;
	c->port = arena_cstr(a, str_sub(s, colon + 1, s.n));
	return s.p[colon] == ':' &&
	       str_u64(str_from(c->port), UINT16_MAX, &n) && n > 0;
}

static int
read_address(struct client *c)
{
	const char *s = opt_str(c->run, OPT_COORDINATOR);

	if (s == NULL)
		return cmd_fail(c->run, EXIT_USAGE,
		    "required flag(s) \"coordinator\" not set");
	if (!split_address(c, str_from(s)))
		return cmd_fail(c->run, EXIT_USAGE,
		    "parse flags: --coordinator: %s is not HOST:PORT (brackets "
		    "around an IPv6 address)%s",
		    s, opt_where(c->run, OPT_COORDINATOR));
	c->authority = arena_printf(c->run->arena,
	    strchr(c->host, ':') == NULL ? "%s:%s" : "[%s]:%s", c->host,
	    c->port)
			   .p;
	c->wait_ms = c->patient ? WAIT_MS : 0;
	return opt_duration(c->run, OPT_WAIT, &c->wait_ms);
}

/* Manifest */

/* What keeps the manifest from being used, a line each. */
static struct str
notes_text(struct arena *a, const struct manifest_notes *notes)
{
	const struct manifest_note *n;
	struct buf b = {0};
	struct str s;

	VEC_FOREACH(n, &notes->v)
		buf_printf(&b, "%s%.*s: %.*s", b.n > 0 ? "\n" : "",
		    STR_ARG(n->path), STR_ARG(n->text));
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

int
client_manifest(struct client *c, const char *before)
{
	struct run *r = c->run;
	struct manifest_notes notes = {0};
	enum manifest_verdict v;
	struct rt_err err;
	struct str text;

	c->manifest_path = opt_path(r, OPT_MANIFEST);
	if (file_read(&c->text, r->arena, c->manifest_path, MANIFEST_SIZE_MAX,
		&err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT,
		    "failed to read manifest file: %s", err.text);
	if (manifest_read(&c->m, r->arena, c->text, false, &err) != 0)
		return cmd_fail(r, EXIT_FINDINGS,
		    "%sfailed to unmarshal manifest: %s: %s", before,
		    c->manifest_path, err.text);
	v = manifest_validate(&notes, r->arena, &c->m);
	if (v == MANIFEST_OK || v == MANIFEST_NO_COORDINATOR)
		return EXIT_OK;
	text = notes_text(r->arena, &notes);
	return cmd_fail(r, EXIT_FINDINGS,
	    "%svalidating manifest: %.*s\n"
	    "'%s manifest validate %s' shows the same after an edit.",
	    before, STR_ARG(text), r->program, c->manifest_path);
}

/* The policy of the Coordinator */

static void
one_digest(struct client *c, struct str bytes)
{
	unsigned char(*p)[ATTEST_DIGEST_LEN] =
	    arena_alloc(c->run->arena, ATTEST_DIGEST_LEN);

	memcpy(p, bytes.p, ATTEST_DIGEST_LEN);
	c->digests = (const void *)p;
	c->ndigests = 1;
}

static int
given_digest(struct client *c, const char *hex)
{
	struct run *r = c->run;
	struct rt_err err;
	struct str bytes;
	size_t i, n = c->ndigests;

	if (rt_unhex(&bytes, r->arena, str_from(hex), &err) != 0)
		return cmd_fail(r, EXIT_USAGE,
		    "hex-decoding coordinator-policy-hash flag: %s", err.text);
	if (bytes.n != ATTEST_DIGEST_LEN)
		return cmd_fail(r, EXIT_USAGE,
		    "coordinator-policy-hash must be exactly 32 hex-encoded "
		    "bytes, got %zu",
		    bytes.n);
	for (i = 0; i < n; i++)
		if (memcmp(c->digests[i], bytes.p, ATTEST_DIGEST_LEN) == 0)
			break;
	if (n > 0 && i == n)
		diag_report(
		    &r->diags, COORDINATOR_HASH, loc_none, c->manifest_path);
	one_digest(c, bytes);
	return EXIT_OK;
}

static bool
hex_digest(struct client *c, struct str hex)
{
	struct str bytes;

	if (rt_unhex(&bytes, c->run->arena, str_trim(hex), NULL) != 0 ||
	    bytes.n != ATTEST_DIGEST_LEN)
		return false;
	one_digest(c, bytes);
	return true;
}

/* What `generate` left. */
static bool
file_digest(struct client *c)
{
	struct str text;

	return file_read(&text, c->run->arena,
		   workspace_path(c->run, HASH_FILE), 128, NULL) == 0 &&
	       hex_digest(c, text);
}

/*
 * What a release has: lines of platform and hash, the first of a platform
 * whose reference values the manifest has (cli 8.2).
 */
static bool
data_digest(struct client *c)
{
	struct arena *a = c->run->arena;
	const char *dir = getenv("CONTRASTC_DATA_DIR");
	const struct platform *p;
	struct refvalues *refs;
	struct str text, line;
	size_t at;

	if (dir == NULL ||
	    file_read(&text, a, arena_printf(a, "%s/" DATA_FILE, dir).p,
		DATA_MAX, NULL) != 0 ||
	    refvalues_load(&refs, a, NULL, dir, NULL) != 0)
		return false;
	while (text.n > 0) {
		line = str_sub(text, 0, str_chr(text, '\n', 0));
		text = str_sub(text, line.n + 1, text.n);
		at = str_chr(line, ' ', 0);
		p = platform_find(str_sub(line, 0, at));
		if (p != NULL && manifest_covers(&c->m, refs, p) &&
		    hex_digest(c, str_sub(line, at, line.n)))
			return true;
	}
	return false;
}

int
client_digests(struct client *c)
{
	const char *given = opt_str(c->run, OPT_COORDINATOR_HASH);

	c->ndigests =
	    attest_coordinator_digests(&c->digests, c->run->arena, &c->m);
	if (given != NULL)
		return given_digest(c, given);
	if (c->ndigests > 0 || file_digest(c) || data_digest(c))
		return EXIT_OK;
	return cmd_fail(c->run, EXIT_FINDINGS,
	    "no coordinator policy hash: pass --coordinator-policy-hash or add "
	    "the coordinator to your resources");
}

/* Validators */

static int
read_optional(struct client *c, struct str *out, enum opt_id id, size_t max)
{
	const char *path = opt_str(c->run, id);
	struct rt_err err;

	if (path == NULL || file_read(out, c->run->arena, path, max, &err) == 0)
		return EXIT_OK;
	return cmd_fail(
	    c->run, EXIT_ENVIRONMENT, "--%s: %s", opt_table[id].name, err.text);
}

static int
read_revocation(struct client *c)
{
	const char *mode = opt_str(c->run, OPT_REVOCATION);

	c->operator.no_revocation = strcmp(mode, "off") == 0;
	if (c->operator.no_revocation)
		diag_report(&c->run->diags, REVOCATION_OFF, loc_none);
	else if (strcmp(mode, "on") != 0)
		return cmd_fail(c->run, EXIT_USAGE,
		    "parse flags: --revocation: unknown value: %s", mode);
	return EXIT_OK;
}

static int
make_validators(struct client *c)
{
	struct run *r = c->run;
	struct rt_err err;
	int status, rc;

	c->operator.allow_simulated = opt_on(r, OPT_SIMULATED);
	status = read_revocation(c);
	if (status == EXIT_OK)
		status = read_optional(c, &c->operator.simulated_root,
		    OPT_SIMULATED_ROOT, ROOT_MAX);
	if (status == EXIT_OK)
		status = read_optional(
		    c, &c->operator.simulated_crl, OPT_SIMULATED_CRL, CRL_MAX);
	if (status != EXIT_OK)
		return status;
	rc = attest_validators_make(
	    &c->validators, r->arena, &c->m, &c->operator, & err);
	if (rc == 0)
		return EXIT_OK;
	if (rc == RT_EAUTH)
		return cmd_fail(r, EXIT_MISMATCH,
		    "getting validators: %s\nThe manifest is for simulated "
		    "hardware, which protects nothing. To accept it in a test, "
		    "give --insecure-allow-simulated-tee and --simulated-root "
		    "FILE, the roots that '%s simulated-tee init' made.",
		    err.text, r->program);
	return cmd_fail(r, EXIT_FINDINGS, "getting validators: %s", err.text);
}

/* Collateral */

static int
cache_dir(struct client *c, const char **out)
{
	const char *root = getenv("CONTRAST_CACHE_DIR");
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct arena *a = c->run->arena;

	if (root != NULL && root[0] != '\0')
		*out = arena_printf(a, "%s/kds", root).p;
	else if (xdg != NULL && xdg[0] != '\0')
		*out = arena_printf(a, "%s/contrast/kds", xdg).p;
	else if (home != NULL && home[0] != '\0')
		*out = arena_printf(a, "%s/.cache/contrast/kds", home).p;
	else
		return cmd_fail(c->run, EXIT_ENVIRONMENT,
		    "no place for collateral: set CONTRAST_CACHE_DIR, "
		    "XDG_CACHE_HOME or HOME");
	return EXIT_OK;
}

static int
read_age(struct client *c, int64_t *seconds)
{
	const char *days = opt_str(c->run, OPT_COLLATERAL_AGE);
	uint64_t n;

	if (days == NULL)
		return EXIT_OK;
	if (!str_u64(str_from(days), ATTEST_MAX_AGE_LIMIT / DAY, &n))
		return cmd_fail(c->run, EXIT_USAGE,
		    "parse flags: --max-collateral-age: not a number of days "
		    "from 0 to %d: %s",
		    (int)(ATTEST_MAX_AGE_LIMIT / DAY), days);
	*seconds = (int64_t)n * DAY;
	if (n > 0)
		diag_report(
		    &c->run->diags, COLLATERAL_OLD, loc_none, (uintmax_t)n);
	return EXIT_OK;
}

static int
open_store(struct client *c)
{
	struct attest_store_config *s = &c->store_config;
	struct rt_err err;
	int status;

	s->offline_dir = opt_str(c->run, OPT_COLLATERAL_DIR);
	s->offline = s->offline_dir != NULL || opt_on(c->run, OPT_OFFLINE);
	s->proxy = opt_str(c->run, OPT_COLLATERAL_PROXY);
	status = cache_dir(c, &s->cache_dir);
	if (status == EXIT_OK)
		status = read_age(c, &c->env.max_age);
	if (status != EXIT_OK)
		return status;
	c->store = attest_store_new(s);
	c->env.skew = ATTEST_SKEW;
	c->env.fetch = attest_store_fetch(c->store);
	if (atls_ctx_new(&c->atls, &err) == 0)
		return EXIT_OK;
	return cmd_fail(c->run, EXIT_INTERNAL, "TLS: %s", err.text);
}

static int
choose_dialect(struct client *c)
{
	enum profile p,
	    implied = c->m.format >= MANIFEST_2 ? PROFILE_LATEST : PROFILE_V12;
	int status = cmd_profile(c->run, implied, &p);

	c->dialect = p == PROFILE_V12 ? ATLS_BOTH : ATLS_ALPN;
	return status;
}

int
client_begin(struct client *c, const char *before)
{
	static int (*const steps[])(struct client *) = {
	    client_digests, make_validators, choose_dialect, open_store};
	size_t i;
	int status = read_address(c);

	if (status == EXIT_OK)
		status = client_manifest(c, before);
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (status == EXIT_OK)
			status = steps[i](c);
	if (status == EXIT_OK && opt_on(c->run, OPT_HTTP))
		diag_report(&c->run->diags, HTTP_API_UNUSED, loc_none);
	return status;
}

void
client_end(struct client *c)
{
	client_disconnect(c);
	atls_ctx_free(c->atls);
	attest_store_free(c->store);
	attest_validators_fini(&c->validators);
}
