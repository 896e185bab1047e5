/* SPDX-License-Identifier: Apache-2.0 */
/* The options about images, registries and the cache. */
#include <string.h>

#include "compiler/cmd/images.h"
#include "runtime/base/banned.h"

#define JOBS_MAX 64

static int
sources(struct run *r, struct img_options *o)
{
	const char **v;

	VEC_FOREACH(v, &r->opt[OPT_IMAGES].values)
		VEC_PUSH(r->arena, &o->images_files, str_from(*v));
	VEC_FOREACH(v, &r->opt[OPT_IMAGE_SOURCE].values) {
		struct str s = str_from(*v);

		if (str_starts(s, STR("oci-layout:")))
			VEC_PUSH(r->arena, &o->layouts, str_sub(s, 11, s.n));
		else if (str_starts(s, STR("docker-archive:")))
			VEC_PUSH(r->arena, &o->archives, str_sub(s, 15, s.n));
		else
			return cmd_fail(r, EXIT_USAGE,
			    "parse flags: --image-source %s: expected "
			    "oci-layout:DIR or docker-archive:FILE",
			    *v);
	}
	return EXIT_OK;
}

static int
numbers(struct run *r, struct img_registry_options *o)
{
	const char *jobs = opt_str(r, OPT_JOBS);
	uint64_t n;
	int status = opt_duration(r, OPT_TIMEOUT, &o->timeout);

	if (status != EXIT_OK)
		return status;
	if (!str_u64(str_from(jobs), JOBS_MAX, &n) || n == 0)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --jobs: %s is no number from 1 to %d%s", jobs,
		    JOBS_MAX, opt_where(r, OPT_JOBS));
	o->jobs = (unsigned)n;
	return EXIT_OK;
}

/*
 * A file of somebody else may name any registry, and would get the password:
 * the user says whose it is.
 */
static int
check_hosts(struct run *r, const struct img_registry_options *o)
{
	static const enum opt_id secrets[] = {
	    OPT_REGISTRY_USERNAME, OPT_REGISTRY_PASSWORD, OPT_REGISTRY_TOKEN};
	size_t i;

	for (i = 0; i < 3; i++)
		if (o->hosts.n == 0 && opt_str(r, secrets[i]) != NULL)
			return cmd_fail(r, EXIT_USAGE,
			    "parse flags: --%s needs --registry-host: the "
			    "registry that it is for",
			    opt_table[secrets[i]].name);
	if ((o->username == NULL) != (o->password == NULL))
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --registry-username and "
		    "--registry-password go together");
	return EXIT_OK;
}

static void
texts(struct run *r, struct img_registry_options *o)
{
	const char **v;

	VEC_FOREACH(v, &r->opt[OPT_PLAIN_HTTP].values)
		VEC_PUSH(r->arena, &o->plain_http, str_from(*v));
	VEC_FOREACH(v, &r->opt[OPT_INSECURE_REGISTRY].values)
		VEC_PUSH(r->arena, &o->plain_http, str_from(*v));
	VEC_FOREACH(v, &r->opt[OPT_REGISTRY_MIRROR].values)
		VEC_PUSH(r->arena, &o->mirrors, str_from(*v));
	VEC_FOREACH(v, &r->opt[OPT_REGISTRY_HOST].values)
		VEC_PUSH(r->arena, &o->hosts, str_from(*v));
	o->username = opt_str(r, OPT_REGISTRY_USERNAME);
	o->password = opt_str(r, OPT_REGISTRY_PASSWORD);
	o->token = opt_str(r, OPT_REGISTRY_TOKEN);
	o->authfile = opt_str(r, OPT_AUTHFILE);
	o->cacert = opt_str(r, OPT_REGISTRY_CACERT);
	o->client_cert = opt_str(r, OPT_REGISTRY_CLIENT_CERT);
	o->client_key = opt_str(r, OPT_REGISTRY_CLIENT_KEY);
	o->cache = opt_str(r, OPT_CACHE);
	o->no_cache = opt_on(r, OPT_NO_CACHE);
}

static int
registry(struct run *r, struct img_registry_options *o)
{
	struct rt_err err;
	int status;

	texts(r, o);
	status = numbers(r, o);
	if (status == EXIT_OK)
		status = check_hosts(r, o);
	if (status == EXIT_OK && img_registry_check(o, &err) != 0)
		status = cmd_fail(r, EXIT_USAGE, "parse flags: %s", err.text);
	return status == EXIT_OK ? progress_start(r, o) : status;
}

int
cmd_images(struct run *r, struct img_options *o)
{
	struct img_registry_options *reg =
	    ARENA_NEW(r->arena, struct img_registry_options);
	struct rt_err err;
	int status = sources(r, o);

	o->lock_path = opt_path(r, OPT_LOCK_FILE);
	o->locked = opt_on(r, OPT_LOCKED);
	o->offline = opt_on(r, OPT_OFFLINE);
	o->platform = str_from(opt_str(r, OPT_IMAGE_PLATFORM));
	o->registry = reg;
	if (status == EXIT_OK && img_platform_check(o->platform, &err) != 0)
		status = cmd_fail(r, EXIT_USAGE,
		    "parse flags: --image-platform: %s", err.text);
	return status == EXIT_OK ? registry(r, reg) : status;
}
