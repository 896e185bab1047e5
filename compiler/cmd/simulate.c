/* SPDX-License-Identifier: Apache-2.0 */
/* simulate: the requests of a pod's life, and what its policy says to each. */
#include <unistd.h>

#include "compiler/analyse/requests.h"
#include "compiler/cmd/ask.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

struct simulate {
	struct run *run;
	struct requests *recorded; /* or NULL */
	struct buf out;
	/* of the pod */
	const struct ask_pod *pod;
	size_t asked, allowed, unexpected;
};

/* A request on its way to the policy. */
struct item {
	struct sim_request request;
	bool has_expected, expected;
};

static void
put(struct arena *a, struct jv *o, const char *key, struct str s)
{
	if (s.n > 0)
		jv_put_str(a, o, key, s);
}

static struct jv *
as_json(struct simulate *s, const struct item *it)
{
	struct arena *a = s->pod->arena;
	const struct sim_request *r = &it->request;
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "kind", r->kind);
	put(a, o, "container", r->name);
	if (s->recorded == NULL)
		put(a, o, "phase", str_from(sim_phase_name(r->phase)));
	put(a, o, "what", r->what);
	jv_set(a, o, STR("request"), r->input);
	return o;
}

static void
line(struct simulate *s, const struct jv *o)
{
	jv_print(&s->out, o, JV_COMPACT);
	buf_putc(&s->out, '\n');
}

/* The first line tells what the others belong to. */
static void
head(struct simulate *s, size_t requests)
{
	struct arena *a = s->pod->arena;
	struct jv *o = jv_object(a);

	jv_put_int(a, o, "version", 1);
	jv_put_str(a, o, "workload", s->pod->name);
	put(a, o, "target", s->pod->target);
	jv_put_str(a, o, "engine", str_from(s->pod->engine));
	jv_put_int(a, o, "requests", requests);
	line(s, o);
}

static void
verdict_json(
    struct simulate *s, const struct item *it, const struct agent_verdict *v)
{
	struct arena *a = s->pod->arena;
	struct jv *o = as_json(s, it);

	jv_set(a, o, STR("allowed"), jv_bool(a, v->allowed));
	jv_put_str(a, o, "status", str_from(agent_status_name(v->status)));
	put(a, o, "text", v->text);
	if (it->has_expected)
		jv_set(a, o, STR("expected"), jv_bool(a, it->expected));
	if (v->prints != NULL && v->prints->items.n > 0)
		jv_set(a, o, STR("prints"), jv_copy(a, v->prints));
	if (v->ops != NULL)
		jv_set(a, o, STR("ops"), jv_copy(a, v->ops));
	line(s, o);
}

static void
verdict_text(
    struct simulate *s, const struct item *it, const struct agent_verdict *v)
{
	const struct sim_request *r = &it->request;

	buf_printf(&s->out, "%s %.*s", v->allowed ? "allowed" : "refused",
	    STR_ARG(r->kind));
	if (r->name.n > 0)
		buf_printf(&s->out, " %.*s", STR_ARG(r->name));
	if (r->what.n > 0)
		buf_printf(&s->out, " %.*s", STR_ARG(r->what));
	/* The text begins with the kind. */
	if (!v->allowed)
		buf_put(&s->out, str_sub(v->text, r->kind.n, v->text.n));
	buf_putc(&s->out, '\n');
}

static void
ask(struct simulate *s, const struct item *it)
{
	const struct sim_request *r = &it->request;
	struct agent_verdict v;
	bool want = it->has_expected ? it->expected : true;

	agent_policy_ask(&v, s->pod->policy, s->pod->arena, r->kind, r->input);
	s->asked++;
	s->allowed += v.allowed;
	s->unexpected += v.allowed != want && !r->may_be_refused;
	(ask_json(s->run) ? verdict_json : verdict_text)(s, it, &v);
}

static void
one(struct simulate *s, const struct item *it)
{
	if (opt_on(s->run, OPT_ONLY_REQUESTS))
		line(s, as_json(s, it));
	else
		ask(s, it);
}

/* As the agent of the target would have it before it asks. */
static int
prepare(struct simulate *s, struct item *it, const struct recorded *from)
{
	struct arena *a = s->pod->arena;
	struct jv *input = from->input;
	struct rt_err err;

	*it = (struct item){
	    .has_expected = from->has_expected, .expected = from->expected};
	if (str_eqz(from->kind, "CopyFileRequest") &&
	    agent_copy_file(
		&input, a, sim_copy_form(s->pod->target), input, &err) != 0)
		return cmd_fail(s->run, EXIT_FINDINGS, "request %zu: %s",
		    from->line, err.text);
	it->request.kind = from->kind;
	it->request.what = from->what;
	it->request.input = agent_request_normalise(a, from->kind, input);
	it->request.name =
	    jv_get_str(jv_path(input, "OCI", "Annotations", NULL),
		STR("io.kubernetes.cri.container-name"));
	return EXIT_OK;
}

static int
recorded(struct simulate *s)
{
	const struct recorded *r;
	struct item it;
	int status;

	VEC_FOREACH(r, &s->recorded->list) {
		status = prepare(s, &it, r);
		if (status != EXIT_OK)
			return status;
		one(s, &it);
	}
	return EXIT_OK;
}

static void
simulated(struct simulate *s)
{
	const struct sim_request *r;

	VEC_FOREACH(r, &s->pod->sim->list)
		one(s, &(struct item){.request = *r});
}

/* What comes next is for the reader, not for a program. */
static void
tell(struct simulate *s)
{
	if (opt_on(s->run, OPT_ONLY_REQUESTS))
		return;
	cmd_say(s->run, "%.*s: %zu requests, %zu allowed, %zu unexpected",
	    STR_ARG(s->pod->name), s->asked, s->allowed, s->unexpected);
}

static int
pod(void *ctx, const struct ask_pod *p)
{
	struct simulate *s = ctx;
	int status = EXIT_OK;

	s->pod = p;
	s->asked = s->allowed = s->unexpected = 0;
	s->out.n = 0;
	if (s->recorded == NULL && p->sim == NULL)
		return cmd_fail(s->run, EXIT_USAGE,
		    "%.*s: name the resources that the policy is for, or "
		    "--requests: its text has not all data of the workload",
		    STR_ARG(p->name));
	if (ask_json(s->run) || opt_on(s->run, OPT_ONLY_REQUESTS))
		head(s,
		    s->recorded != NULL ? s->recorded->list.n : p->sim->list.n);
	else
		buf_printf(&s->out, "# %.*s\n", STR_ARG(p->name));
	if (s->recorded != NULL)
		status = recorded(s);
	else
		simulated(s);
	if (status == EXIT_OK)
		status = cmd_print(s->run, buf_str(&s->out));
	tell(s);
	return status == EXIT_OK && s->unexpected > 0 ? EXIT_FINDINGS : status;
}

static int
read_requests(struct simulate *s, struct requests *out)
{
	const char *path = opt_path(s->run, OPT_REQUESTS);
	struct str text;
	struct rt_err err;

	if (path == NULL)
		return EXIT_OK;
	if (file_read(&text, s->run->arena, path, REQUESTS_SIZE_MAX, &err) != 0)
		return cmd_fail(s->run, EXIT_ENVIRONMENT, "%s", err.text);
	if (requests_read(out, s->run->arena, text, &err) != 0)
		return cmd_fail(
		    s->run, EXIT_FINDINGS, "%s: %s", path, err.text);
	s->recorded = out;
	return EXIT_OK;
}

int
cmd_simulate(struct run *r)
{
	struct simulate s = {.run = r};
	struct requests requests = {0};
	int status = read_requests(&s, &requests);

	if (status == EXIT_OK)
		status = ask_pods(r, pod, NULL, &s);
	buf_free(&s.out);
	return status;
}
