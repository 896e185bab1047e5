/* SPDX-License-Identifier: Apache-2.0 */
/* The options of generate, as what the rooms take. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/cmd/generate.h"
#include "compiler/cmd/images.h"
#include "runtime/base/banned.h"

#define LIST_MAX ((size_t)16 << 20)

/* The index of the option's word; -1 and a message if it has none such. */
static int
word(struct run *r, enum opt_id option, const char *const *words)
{
	const char *v = opt_str(r, option);
	struct str known;
	int i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcmp(v, words[i]) == 0)
			return i;
	}
	for (known = str_from(words[0]), i = 1; words[i] != NULL; i++)
		known = arena_printf(
		    r->arena, "%.*s, %s", STR_ARG(known), words[i]);
	(void)cmd_fail(r, EXIT_USAGE,
	    "parse flags: --%s: unknown value: %s%s (one of: %.*s)",
	    opt_table[option].name, v, opt_where(r, option), STR_ARG(known));
	return -1;
}

static int
platform(struct generate *g)
{
	return cmd_platform(g->run, &g->pass.platform);
}

/* What the platform implies, unless one is given. */
static int
profile(struct generate *g)
{
	enum profile implied = PROFILE_V12;

	if (g->pass.platform != NULL)
		implied = g->pass.platform->profile;
	if (g->pass.coco)
		implied = PROFILE_LATEST;
	return cmd_profile(g->run, implied, &g->pass.profile);
}

static int
replacements(struct generate *g)
{
	const char *path = opt_str(g->run, OPT_REPLACEMENTS);
	struct rt_err err;

	if (path == NULL)
		return EXIT_OK;
	g->pass.replacements_file = str_from(path);
	if (file_read(&g->pass.replacements, g->arena, path, LIST_MAX, &err) ==
	    0)
		return EXIT_OK;
	return cmd_fail(g->run, EXIT_ENVIRONMENT,
	    "patch targets: opening image replacements file %s: %s", path,
	    err.text);
}

static int
completing(struct generate *g)
{
	static const char *const deny[] = {"auto", "on", "off", NULL};
	static const char *const where[] = {"both", "template", "object", NULL};
	static const char *const id[] = {"qualified", "name", NULL};
	struct run *r = g->run;
	int d, w, i;

	if ((d = word(r, OPT_STARTUP_DENY, deny)) < 0 ||
	    (w = word(r, OPT_ANNOTATION_LOCATION, where)) < 0 ||
	    (i = word(r, OPT_SECRET_ID_FORMAT, id)) < 0)
		return EXIT_USAGE;
	g->secret_id_format = (enum secret_id_format)i;
	g->pass.startup_deny = (enum startup_deny)d;
	g->pass.annotation_location = (enum annotation_location)w;
	g->pass.skip_initializer = opt_on(r, OPT_SKIP_INITIALIZER);
	g->pass.skip_service_mesh = opt_on(r, OPT_SKIP_MESH);
	g->pass.inject_image_store = opt_on(r, OPT_IMAGE_STORE);
	g->pass.debug_shell = opt_on(r, OPT_DEBUG_SHELL);
	g->pass.strict = opt_on(r, OPT_STRICT);
	return replacements(g);
}

static int
images(struct generate *g)
{
	g->pass.pin_images = opt_on(g->run, OPT_PIN_IMAGES);
	return cmd_images(g->run, &g->image_options);
}

static int
user_rules(struct generate *g)
{
	const char *path = opt_path_if(g->run, OPT_RULES);
	struct rt_err err;
	struct str text;

	if (path == NULL)
		return EXIT_OK;
	if (file_read(&text, g->arena, path, LIST_MAX, &err) != 0)
		return cmd_fail(g->run, EXIT_ENVIRONMENT,
		    "generate policies: reading policy rules: %s", err.text);
	g->policy.rules = source_new(g->arena, str_from(path), text);
	return EXIT_OK;
}

static int
passes(struct generate *g)
{
	const char *v = opt_str(g->run, OPT_PASSES);

	if (policy_passes(&g->policy.passes, v))
		return EXIT_OK;
	return cmd_fail(g->run, EXIT_USAGE,
	    "parse flags: --opt: unknown value: %s%s (none, shake or full, "
	    "then ,no-PASS)",
	    v, opt_where(g->run, OPT_PASSES));
}

static int
policies(struct generate *g)
{
	static const char *const styles[] = {"specialised", "full", NULL};
	static const char *const denials[] = {"markers", "none", NULL};
	static const char *const access[] = {"production", "debug", NULL};
	static const char *const order[] = {"auto", "on", "off", NULL};
	struct run *r = g->run;
	const char **v;
	int s, d, a, o;

	if ((s = word(r, OPT_POLICY_STYLE, styles)) < 0 ||
	    (d = word(r, OPT_DENIALS, denials)) < 0 ||
	    (a = word(r, OPT_ACCESS, access)) < 0 ||
	    (o = word(r, OPT_START_ORDER, order)) < 0 || passes(g) != EXIT_OK)
		return EXIT_USAGE;
	g->policy.style = s == 0 ? POLICY_SPECIALISED : POLICY_FULL;
	g->policy.denials = d == 0;
	g->policy.debug_shell = g->pass.debug_shell;
	g->lower.debug = g->policy.debug_access = a == 1;
	if (a == 1)
		diag_report(g->diags, ACCESS_DEBUG, r->opt[OPT_ACCESS].loc);
	g->lower.start_order = o == 1 || (o == 0 && !g->pass.coco);
	g->lower.no_sidecar_omitted = opt_on(r, OPT_NO_SIDECAR_OMITTED);
	g->lower.env_complete = opt_on(r, OPT_ENV_COMPLETE);
	g->lower.unique_containers = opt_on(r, OPT_UNIQUE_CONTAINERS);
	g->lenient = opt_on(r, OPT_LENIENT);
	g->settings_source.path = opt_path_if(r, OPT_SETTINGS);
	VEC_FOREACH(v, &r->opt[OPT_SETTINGS_PATCH].values)
		VEC_PUSH(g->arena, &g->settings_source.patches, str_from(*v));
	g->target = opt_str(r, OPT_TARGET);
	return user_rules(g);
}

static int
exclusive(struct generate *g)
{
	struct run *r = g->run;

	if (opt_is_set(r, OPT_DISABLE_UPDATES) &&
	    (opt_is_set(r, OPT_OWNER_KEY) || opt_is_set(r, OPT_OWNER_KEY_OLD)))
		return cmd_fail(r, EXIT_USAGE,
		    "if any flags in the group [add-workload-owner-key "
		    "disable-updates] are set none of the others can be; "
		    "[add-workload-owner-key disable-updates] were all set");
	if (generate_is_plan(g) && opt_is_set(r, OPT_GIT_COMMIT))
		return cmd_fail(r, EXIT_USAGE,
		    "--git-commit needs a run that writes: not with --check "
		    "or --dry-run");
	if (generate_is_plan(g) && opt_str(r, OPT_OUTPUT) != NULL &&
	    strcmp(opt_str(r, OPT_OUTPUT), "-") == 0)
		return cmd_fail(r, EXIT_USAGE,
		    "--check and --dry-run compare files: not with --output -");
	if (r->args.n + r->opt[OPT_FILENAME].values.n == 0)
		return cmd_no_inputs(r);
	return EXIT_OK;
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* --output, before anything is read. */
static int
output(struct generate *g)
{
	const char *path = opt_str(g->run, OPT_OUTPUT), *dir = ".";
	struct str base;
	struct stat st;

	if (path == NULL || strcmp(path, "-") == 0)
		return EXIT_OK;
	base = str_basename(str_from(path));
	if (base.p == path + 1)
		dir = "/";
	else if (base.p != path)
		dir = arena_cstr(g->arena,
		    str_sub(str_from(path), 0, strlen(path) - base.n - 1));
	if (stat(dir, &st) != 0 && errno != ENOTDIR)
		return cmd_fail(g->run, EXIT_ENVIRONMENT, "parse flags: %s: %s",
		    dir, strerror(errno));
	if (!is_dir(dir))
		return cmd_fail(g->run, EXIT_ENVIRONMENT,
		    "parse flags: not a directory: %s", dir);
	if (base.n == 0 || is_dir(path))
		return cmd_fail(g->run, EXIT_ENVIRONMENT,
		    "parse flags: output file %s is a directory", path);
	return EXIT_OK;
}

static const char *
handler(void *refvalues, const struct platform *p)
{
	return refvalues_handler(refvalues, p);
}

static int
reference_values(struct generate *g)
{
	struct rt_err err;

	if (refvalues_load(&g->refvalues, g->arena,
		opt_str(g->run, OPT_REFERENCE_FILE),
		getenv("CONTRASTC_DATA_DIR"), &err) != 0)
		return cmd_fail(
		    g->run, EXIT_ENVIRONMENT, "reference values: %s", err.text);
	g->pass.handler = handler;
	g->pass.handler_arg = g->refvalues;
	return EXIT_OK;
}

/* --target and --initdata override what the platform implies. */
static int
carrier(struct generate *g)
{
	const struct target *t;

	if (opt_is_set(g->run, OPT_INITDATA)) {
		g->pass.carrier = opt_on(g->run, OPT_INITDATA)
				      ? CARRIER_IS_INITDATA
				      : CARRIER_IS_POLICY;
	} else if (g->target != NULL) {
		t = target_find(str_from(g->target));
		if (t == NULL)
			return cmd_fail(g->run, EXIT_USAGE,
			    "parse flags: unknown target: %s%s\n"
			    "'%s version' lists the targets.",
			    g->target, opt_where(g->run, OPT_TARGET),
			    g->run->program);
		g->pass.carrier =
		    t->initdata ? CARRIER_IS_INITDATA : CARRIER_IS_POLICY;
	}
	return EXIT_OK;
}

int
generate_options(struct generate *g)
{
	static int (*const steps[])(struct generate *) = {exclusive, output,
	    platform, profile, completing, images, policies, carrier,
	    reference_values};
	size_t i;
	int status;

	g->pass.coco = opt_on(g->run, OPT_COCO);
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if ((status = steps[i](g)) != EXIT_OK)
			return status;
	}
	g->cross.profile = g->pass.profile;
	g->cross.id_is_name = g->secret_id_format == SECRET_ID_NAME;
	return EXIT_OK;
}

const char *
generate_target_name(const struct generate *g, const struct platform *p)
{
	if (g->target != NULL)
		return g->target;
	return p == NULL ? "kata-4" : cmd_target_of(p, g->pass.profile);
}
