/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, extracts or compares the policies of annotated resources (cli 2.8). */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/cmd/cmd.h"
#include "compiler/emit/extract.h"
#include "compiler/front/input.h"
#include "runtime/base/file.h"
#include "runtime/base/map.h"
#include "runtime/manifest/manifest.h"
#include "runtime/base/banned.h"

bool
cmd_read_policies(struct run *r, struct workload_policies *out)
{
	struct k8s_objects objects = {0};
	struct inputs in = {0};
	bool ok = true;
	size_t i;

	if (!cmd_inputs(r, &in))
		return false;
	for (i = 0; i < in.list.n; i++) {
		struct units units = {0};

		ok &= yaml_read(
			  &units, r->arena, &r->diags, in.list.p[i].source) &&
		      k8s_objects_read(&objects, r->arena, &r->diags, &units);
	}
	return extract_policies(
		   out, r->arena, &r->diags, &objects, SECRET_ID_QUALIFIED) &&
	       ok;
}

static struct str
or_dash(struct str s)
{
	return s.n == 0 ? STR("-") : s;
}

static void
list(struct run *r, struct buf *b, const struct workload_policies *w)
{
	const struct workload_policy *p;

	VEC_FOREACH(p, &w->list)
		buf_printf(b, "%.*s  %.*s/%.*s/%.*s  %.*s  %.*s\n",
		    STR_ARG(p->hash), STR_ARG(p->kind), STR_ARG(p->ns),
		    STR_ARG(p->name), STR_ARG(or_dash(p->role)),
		    STR_ARG(p->secret_id));
	(void)r;
}

/* The member Policies of a manifest. */
static void
as_json(struct run *r, struct buf *b, const struct workload_policies *w)
{
	const struct workload_policy *p;
	struct manifest m;

	manifest_init(&m, MANIFEST_1_2);
	m.policies_set = true;
	VEC_FOREACH(p, &w->list) {
		struct manifest_policy *e;

		if (manifest_policy_find(&m, p->hash) != NULL)
			continue;
		e = manifest_policy_add(&m, r->arena, p->hash);
		manifest_list_add(&e->sans, r->arena, p->name);
		manifest_list_add(&e->sans, r->arena, STR("*"));
		e->secret_id = p->secret_id;
		e->role = p->role;
	}
	manifest_write_policies(b, &m);
}

static int
extract(struct run *r, const char *dir, const struct workload_policies *w)
{
	const struct workload_policy *p;
	struct file_set files;
	struct rt_err err;
	size_t changed;

	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		return cmd_fail(
		    r, EXIT_ENVIRONMENT, "create %s: %s", dir, strerror(errno));
	file_set_init(&files, r->arena);
	VEC_FOREACH(p, &w->list)
		file_set_add(&files,
		    arena_printf(r->arena, "%s/%s.%.*s.%s", dir,
			p->initdata ? "initdata" : "policy", STR_ARG(p->hash),
			p->initdata ? "toml" : "rego")
			.p,
		    p->document, 0644);
	if (file_set_stage(&files, &err) != 0 ||
	    file_set_commit(&files, &changed, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "write %s", err.text);
	return EXIT_OK;
}

/* Both sets of hashes, each side's surplus named. */
static int
compare(struct run *r, const struct workload_policies *w)
{
	const char *path = opt_path(r, OPT_MANIFEST);
	const struct workload_policy *p;
	const struct manifest_policy *e;
	struct manifest m;
	struct rt_err err;
	struct str text;
	int status = EXIT_OK;
	struct map have = {0};

	if (file_read(&text, r->arena, path, MANIFEST_SIZE_MAX, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "%s", err.text);
	if (manifest_read(&m, r->arena, text, false, &err) != 0)
		return cmd_fail(r, EXIT_FINDINGS, "%s: %s", path, err.text);
	VEC_FOREACH(p, &w->list) {
		(void)map_set(r->arena, &have, p->hash, r);
		if (manifest_policy_find(&m, p->hash) == NULL)
			status = cmd_fail(r, EXIT_FINDINGS,
			    "policy %.*s of %.*s not found in manifest",
			    STR_ARG(p->hash), STR_ARG(p->name));
	}
	VEC_FOREACH(e, &m.policies) {
		if (map_get(&have, e->hash) == NULL)
			status = cmd_fail(r, EXIT_FINDINGS,
			    "policy %.*s of the manifest belongs to no "
			    "workload",
			    STR_ARG(e->hash));
	}
	return status;
}

int
cmd_policies(struct run *r)
{
	struct workload_policies w = {0};
	struct buf b = {0};
	int status = EXIT_OK;

	if (r->args.n + r->opt[OPT_FILENAME].values.n == 0)
		return cmd_no_inputs(r);
	if (!cmd_read_policies(r, &w)) {
		cmd_report(r);
		return cmd_status(r);
	}
	(opt_on(r, OPT_JSON) ? as_json : list)(r, &b, &w);
	status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	if (status == EXIT_OK && opt_is_set(r, OPT_EXTRACT))
		status = extract(r, opt_str(r, OPT_EXTRACT), &w);
	if (status == EXIT_OK && opt_is_set(r, OPT_MANIFEST))
		status = compare(r, &w);
	cmd_report(r);
	return status;
}
