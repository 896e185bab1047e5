/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say for what platform a command works (DESIGN 5). */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "runtime/base/banned.h"

int
cmd_platform(struct run *r, const struct platform **out)
{
	const char *name = opt_str(r, OPT_PLATFORM);
	const struct platform *p;

	*out = NULL;
	if (name == NULL)
		return EXIT_OK;
	p = platform_find(str_from(name));
	if (p == NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: invalid reference-values platform: "
		    "unknown platform: %s%s\n"
		    "'%s version' lists the platforms.",
		    name, opt_where(r, OPT_PLATFORM), r->program);
	if (p->insecure && !opt_on(r, OPT_INSECURE))
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: platform %s has no hardware protection: "
		    "allow it with --INSECURE",
		    p->name);
	*out = p;
	return EXIT_OK;
}

/* --profile or --compat, whichever layer is higher. */
int
cmd_profile(struct run *r, enum profile implied, enum profile *out)
{
	static const struct {
		const char *name;
		enum profile profile;
	} names[] = {{"v1.2", PROFILE_V12}, {"1.2", PROFILE_V12},
	    {"latest", PROFILE_LATEST}};
	enum opt_id id = r->opt[OPT_COMPAT].from > r->opt[OPT_PROFILE].from
			     ? OPT_COMPAT
			     : OPT_PROFILE;
	const char *v = opt_str(r, id);
	size_t i;

	*out = implied;
	if (v == NULL || v[0] == '\0')
		return EXIT_OK;
	for (i = 0; i < 3; i++) {
		if (strcmp(v, names[i].name) == 0) {
			*out = names[i].profile;
			return EXIT_OK;
		}
	}
	return cmd_fail(r, EXIT_USAGE, "parse flags: unknown profile: %s%s", v,
	    opt_where(r, id));
}

const char *
cmd_target_of(const struct platform *p, enum profile profile)
{
	return profile == PROFILE_V12 ? p->target_v12 : p->target_latest;
}
