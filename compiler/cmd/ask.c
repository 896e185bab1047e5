/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/analyse/whole.h"
#include "compiler/cmd/ask.h"
#include "compiler/cmd/generate.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define POLICY_MAX ((size_t)16 << 20) /* as much as the agent reads */

struct ask {
	struct run *run;
	struct generate *generate;
	ask_fn fn;
	ask_end_fn end;
	void *ctx;
	const struct whole *whole; /* --policy is one, or NULL */
	const char *path;          /* of it */
	size_t asked;
	int status;
};

bool
ask_json(const struct run *r)
{
	return opt_on(r, OPT_JSON) ||
	       str_eqz(str_from(opt_str(r, OPT_FORMAT)), "json");
}

static const struct rego_profile *
profile_of(struct ask *q, const struct ask_pod *p)
{
	const char *name = opt_is_set(q->run, OPT_ENGINE)
			       ? opt_str(q->run, OPT_ENGINE)
			       : p->engine;

	return rego_profile_find(str_from(name));
}

/* Loads the policy and asks; whatever it says, the next pod may follow. */
static int
ask(struct ask *q, struct ask_pod *p, struct str text)
{
	const struct rego_profile *profile = profile_of(q, p);
	struct agent_rego *rego;
	struct rt_err err;
	int status;

	if (profile == NULL)
		return cmd_fail(q->run, EXIT_USAGE,
		    "--engine: '%s' is none of kata, kata-0.2.8, kata-0.1.5, "
		    "opa",
		    opt_str(q->run, OPT_ENGINE));
	p->run = q->run;
	p->engine = profile->name;
	rego = agent_rego_new(profile);
	p->policy = agent_policy_new(p->arena, agent_rego_engine(rego));
	if (!opt_on(q->run, OPT_ONLY_REQUESTS) &&
	    agent_policy_load(p->policy, text, &err) != 0)
		status = cmd_fail(q->run, EXIT_FINDINGS,
		    "%.*s: the agent does not load the policy: %s",
		    STR_ARG(p->name), err.text);
	else
		status = q->fn(q->ctx, p);
	agent_rego_free(rego);
	q->asked++;
	return status;
}

/* What a workload is called by: its name, or more of it. */
static bool
is_wanted(struct ask *q, const struct work *w)
{
	struct str want = str_from(opt_str(q->run, OPT_WORKLOAD));
	struct arena *a = q->run->arena;

	return want.n == 0 || str_eq(want, w->name) ||
	       str_eq(want, arena_printf(a, "%.*s/%.*s", STR_ARG(w->kind_name),
				STR_ARG(w->name))) ||
	       str_eq(want,
		   arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(w->kind_name),
		       STR_ARG(w->object->ns), STR_ARG(w->name)));
}

static struct str
name_of(struct arena *a, const struct work *w)
{
	return arena_printf(a, "%.*s/%.*s%s%.*s", STR_ARG(w->kind_name),
	    STR_ARG(w->object->ns), w->object->ns.n > 0 ? "/" : "",
	    STR_ARG(w->name));
}

static const struct sim_hints *
hints(struct ask *q, const struct compiled *c)
{
	struct diags nobody;
	struct ir_workload *w;

	/* Lowering has said what there is to say. */
	diags_init(&nobody, c->arena);
	w = ir_build(c->arena, &nobody, c->work->object);
	return w == NULL ? NULL
			 : sim_hints_new(c->arena, w, &q->generate->data);
}

static bool
each(void *ctx, const struct compiled *c)
{
	struct ask *q = ctx;
	struct sim *sim;
	struct rt_err err;
	struct ask_pod p = {.arena = c->arena,
	    .object = c->work->object,
	    .data = c->data,
	    .target = str_from(c->target->target->name)};
	int status;

	if (!is_wanted(q, c->work))
		return true;
	p.name = name_of(c->arena, c->work);
	p.engine = sim_engine(p.target);
	if (sim_new(&sim, c->arena, c->data, hints(q, c), &err) != 0) {
		q->status = cmd_fail(q->run, EXIT_FINDINGS, "%.*s: %s",
		    STR_ARG(p.name), err.text);
		return true;
	}
	p.sim = sim;
	status =
	    ask(q, &p, q->whole != NULL ? q->whole->module : c->policy->text);
	if (status != EXIT_OK)
		q->status = status;
	return status == EXIT_OK || status == EXIT_FINDINGS;
}

/* The policy alone: what can be simulated is in its own data. */
static int
ask_alone(struct ask *q)
{
	struct run *r = q->run;
	struct ask_pod p = {.arena = r->arena, .name = str_from(q->path)};
	struct sim *sim;
	struct rt_err err;
	int code;

	p.data = q->whole->full ? q->whole->data : NULL;
	p.target = jv_str(jv_path(p.data, "contrastc", "profile", NULL));
	if (p.target.n == 0)
		p.target = str_from(opt_str(r, OPT_TARGET));
	p.engine = sim_engine(p.target);
	if (p.data != NULL) {
		code = sim_new(&sim, r->arena, p.data, NULL, &err);
		if (code != 0)
			return cmd_fail(
			    r, EXIT_FINDINGS, "%s: %s", q->path, err.text);
		p.sim = sim;
	}
	return ask(q, &p, q->whole->module);
}

/* --policy: rules for the compiler, or a policy as it is. */
static int
read_whole(struct ask *q, struct whole *w)
{
	const char *path = opt_path_if(q->run, OPT_RULES);
	struct str text;
	struct rt_err err;

	if (path == NULL)
		return EXIT_OK;
	if (file_read(&text, q->run->arena, path, POLICY_MAX, &err) != 0)
		return cmd_fail(q->run, EXIT_ENVIRONMENT, "%s", err.text);
	if (whole_read(w, q->run->arena, text, &err) != 0)
		return cmd_fail(
		    q->run, EXIT_FINDINGS, "%s: %s", path, err.text);
	q->path = path;
	q->whole = w->data == NULL ? NULL : w;
	return EXIT_OK;
}

static int
finish(struct ask *q, int status)
{
	if (q->status != EXIT_OK)
		status = q->status;
	else if (status == EXIT_OK && q->asked == 0 &&
		 opt_is_set(q->run, OPT_WORKLOAD))
		status = cmd_fail(q->run, EXIT_USAGE,
		    "--workload: no workload '%s' gets a policy",
		    opt_str(q->run, OPT_WORKLOAD));
	return q->end == NULL ? status : q->end(q->ctx, status);
}

static int
compile(struct ask *q)
{
	struct generate g = {.run = q->run,
	    .arena = q->run->arena,
	    .diags = &q->run->diags,
	    .each = each,
	    .each_ctx = q};
	int status = generate_options(&g);

	if (status != EXIT_OK)
		return status;
	if (q->whole != NULL)
		g.policy.rules = NULL;
	q->generate = &g;
	status = generate_compile(&g) ? EXIT_OK : cmd_status(q->run);
	status = finish(q, status);
	generate_close(&g);
	return status;
}

int
ask_pods(struct run *r, ask_fn fn, ask_end_fn end, void *ctx)
{
	struct ask q = {.run = r, .fn = fn, .end = end, .ctx = ctx};
	struct whole whole;
	int status = read_whole(&q, &whole);

	if (status != EXIT_OK)
		return status;
	if (r->args.n + r->opt[OPT_FILENAME].values.n > 0)
		return compile(&q);
	if (q.whole == NULL)
		return cmd_no_inputs(r);
	status = finish(&q, ask_alone(&q));
	cmd_report(r);
	return status;
}
