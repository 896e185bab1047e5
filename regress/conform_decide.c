/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole pods against their policies.  DIR holds a folder a workload: data
 * (the text in full style, whose policy data tell the requests) and
 * text.STYLE.ENGINE, each decided by that engine.  What a runtime sends is
 * allowed in its order and refused in another; each request changed at every
 * place is decided alike by every text, and a refusal says why.
 */
#include <string.h>

#include "compiler/analyse/mutate.h"
#include "compiler/analyse/simulate.h"
#include "regress/conform.h"
#include "regress/conform_policy.h"
#include "regress/judge.h"
#include "runtime/agent/agent.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

#define MUTATIONS_TRIED (MUTATE_M(CHANGED) | MUTATE_M(ADDED))

struct decider {
	const char *name; /* STYLE.ENGINE */
	const char *engine;
	struct str text;
	struct judge *judge;
	bool prints;
};

struct decide {
	struct conform *c;
	struct arena *arena;
	const char *dir, *program;
	const struct jv *data; /* style full */
	struct sim *sim;
	bool fresh;          /* so is the container that was created last */
	struct map *changed; /* commands of containers that had their turn */
	VEC(struct decider) deciders;
	/* of the request that is being changed */
	struct str kind;
	struct jv *request;
};

static bool
restart(struct decide *d)
{
	struct decider *it;

	VEC_FOREACH(it, &d->deciders) {
		judge_stop(it->judge);
		it->judge =
		    judge_start(d->arena, d->program, it->engine, it->text);
		if (it->judge == NULL)
			return false;
	}
	return true;
}

/* One decision of all; false: they differ, or there is none. */
static bool
decide(struct decide *d, bool *allowed, struct str *failed, const char *what)
{
	struct decider *it;
	const char *why;
	bool first = true, verdict;

	VEC_FOREACH(it, &d->deciders) {
		why =
		    judge_ask(it->judge, d->kind, d->request, &verdict, failed);
		if (why == NULL && failed->n > 0)
			why = arena_cstr(d->arena, *failed);
		if (why != NULL || (!first && verdict != *allowed)) {
			conform_fail(d->c, d->dir, "%.*s%s: %s %s",
			    STR_ARG(d->kind), what, it->name,
			    why != NULL ? why
			    : verdict   ? "alone allows it"
					: "alone refuses it");
			return false;
		}
		*allowed = verdict;
		first = false;
	}
	return !first;
}

static struct str
markers(struct decide *d, const struct decider *from)
{
	const struct jv *prints = judge_prints(from->judge);
	struct buf b = {0};
	struct str s;

	if (prints != NULL)
		jv_print(&b, prints, JV_COMPACT);
	s = arena_str(d->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

/*
 * Checks that cannot tell which of several places is wrong: the container is
 * found by its annotations; a block volume's mount names its storage.
 */
static const struct {
	const char *check, *path;
	bool alone; /* not what is in it */
} elsewhere[] = {
    {"container ", "/OCI/Annotations", false}, {"container ", "/OCI", true},
    {"mounts ", "/storages", false},
    {"image ", "/container_id", true}, /* the pause container's is known */
};

static bool
is_elsewhere(struct str print, struct str path)
{
	size_t i;

	for (i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
		struct str place = str_from(elsewhere[i].path);

		if (str_find(print, str_from(elsewhere[i].check), 0) !=
			SIZE_MAX &&
		    str_starts(path, place) &&
		    (!elsewhere[i].alone || path.n == place.n))
			return true;
	}
	return false;
}

/* One of two places is in the other. */
static bool
related(struct str a, struct str b)
{
	struct str shorter = a.n < b.n ? a : b, longer = a.n < b.n ? b : a;

	return str_starts(longer, shorter) &&
	       (longer.n == shorter.n || longer.p[shorter.n] == '/');
}

/* "agent_policy:LINE: CHECK CONTAINER POINTER FOUND": is it of this place? */
static bool
is_marker(struct str print, struct str path)
{
	size_t at = str_find(print, STR(" /"), 0), end;

	if (at == SIZE_MAX)
		return str_find(print, STR(": "), 0) != SIZE_MAX;
	end = str_chr(print, ' ', at + 1);
	return related(
	    str_sub(print, at + 1, end == SIZE_MAX ? print.n : end), path);
}

static bool
has_marker(const struct judge *j, struct str path)
{
	const struct jv *prints = judge_prints(j);
	struct jv **it;

	if (prints == NULL)
		return false;
	VEC_FOREACH(it, &prints->items) {
		if (is_marker(jv_str(*it), path) ||
		    is_elsewhere(jv_str(*it), path))
			return true;
	}
	return false;
}

static void
check_markers(struct decide *d, struct str path)
{
	struct decider *it;

	VEC_FOREACH(it, &d->deciders) {
		if (it->prints == has_marker(it->judge, path))
			conform_pass(d->c);
		else
			conform_fail(d->c, d->dir, "%.*s%.*s: %s %s; %.*s",
			    STR_ARG(d->kind), STR_ARG(path), it->name,
			    it->prints ? "refuses without its marker"
				       : "prints although it shall not",
			    STR_ARG(markers(d, it)));
	}
}

static void
changed(void *ctx, enum mutation m, struct str path)
{
	struct decide *d = ctx;
	bool allowed = false;
	struct str failed = {0};
	const char *what =
	    arena_printf(d->arena, "%.*s %s", STR_ARG(path), mutation_name(m))
		.p;

	if (!decide(d, &allowed, &failed, what))
		return;
	conform_pass(d->c);
	if (!allowed && str_eqz(d->kind, "CreateContainerRequest"))
		check_markers(d, path);
}

static bool
expect(struct decide *d, const char *kind, const struct jv *request, bool want,
    const char *what)
{
	struct str failed = {0};
	bool allowed = !want;

	d->kind = str_from(kind);
	d->request = agent_request_normalise(d->arena, d->kind, request);
	if (!decide(d, &allowed, &failed, what))
		return false;
	if (allowed == want) {
		conform_pass(d->c);
		return true;
	}
	conform_fail(d->c, d->dir, "%s%s: %s; %.*s", kind, what,
	    allowed ? "allowed" : "refused",
	    STR_ARG(markers(d, &d->deciders.p[d->deciders.n - 1])));
	return false;
}

static bool
setting(const struct decide *d, struct str name)
{
	return jv_is(
	    jv_get(jv_getz(d->data, "request_defaults"), name), JV_TRUE);
}

/* What is decided by a switch of the settings, once a container runs. */
static void
switches(struct decide *d, const struct jv *container)
{
	static const char *const names[] = {
	    "WriteStreamRequest", "CloseStdinRequest"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		(void)expect(
		    d, names[i], container, setting(d, str_from(names[i])), "");
	(void)expect(d, "SetPolicyRequest", container, false, "");
	(void)expect(d, "ReseedRandomDevRequest", container, false, "");
}

/* A command that nothing runs. */
static void
other_command(struct decide *d, const struct sim_request *r)
{
	struct jv *request = jv_copy(d->arena, r->input);
	struct jv *args = jv_path(request, "process", "Args", NULL);

	args->items.p[0] = jv_string(d->arena, STR("/no/such/command"));
	(void)expect(d, "ExecProcessRequest", request, false, "");
}

/* Pods share the pause container, the Initializer and the mesh: once each. */
static bool
is_new(struct decide *d, size_t k)
{
	const struct jv *c = jv_getz(d->data, "containers")->items.p[k];
	struct buf b = {0};
	struct str key;
	bool known;

	jv_print(&b, jv_path(c, "OCI", "Process", "Args", NULL), JV_COMPACT);
	key = arena_str(d->c->arena, buf_str(&b));
	buf_free(&b);
	known = map_get(d->changed, key) != NULL;
	(void)map_set(d->c->arena, d->changed, key, d);
	return !known;
}

static bool
is_kind(const struct sim_request *r, const char *kind)
{
	return str_eqz(r->kind, kind);
}

/* What is changed at every place, the same for many pods only once. */
static bool
to_change(struct decide *d, const struct sim_request *r)
{
	if (is_kind(r, "CreateSandboxRequest"))
		return true;
	if (is_kind(r, "CreateContainerRequest"))
		return d->fresh = is_new(d, r->container);
	if (is_kind(r, "CopyFileRequest"))
		return r->container == 0;
	return is_kind(r, "ExecProcessRequest") && d->fresh;
}

static bool
ask(struct decide *d, const struct sim_request *r)
{
	bool want = !r->may_be_refused || setting(d, r->kind);
	const char *what = arena_printf(d->arena, " of container %.*s %.*s",
	    STR_ARG(r->name), STR_ARG(r->what))
			       .p;
	bool ok =
	    expect(d, arena_cstr(d->arena, r->kind), r->input, want, what);

	if (ok && to_change(d, r))
		mutate_request(
		    d->arena, d->request, MUTATIONS_TRIED, changed, d);
	return ok;
}

static void
in_order(struct decide *d)
{
	const struct sim_request *r;

	if (!restart(d))
		return;
	VEC_FOREACH(r, &d->sim->list) {
		if (!ask(d, r) && r->phase == SIM_SANDBOX)
			return;
		if (is_kind(r, "StatsContainerRequest"))
			switches(d, r->input);
		if (is_kind(r, "ExecProcessRequest"))
			other_command(d, r);
	}
}

/* A pod that has its sandbox and nothing else. */
static bool
sandbox(struct decide *d)
{
	const struct sim_request *r;

	if (!restart(d))
		return false;
	VEC_FOREACH(r, &d->sim->list) {
		if (r->container == 0 && is_kind(r, "CreateContainerRequest"))
			return expect(d, "CreateContainerRequest", r->input,
			    true, " of the sandbox");
	}
	return false;
}

static const struct jv *
create_request(const struct decide *d, size_t k)
{
	const struct sim_request *r;

	VEC_FOREACH(r, &d->sim->list) {
		if (r->container == k && is_kind(r, "CreateContainerRequest"))
			return r->input;
	}
	return NULL;
}

/*
 * Start order: the application is refused as long as one of those before it
 * has not been created.
 */
static void
out_of_order(struct decide *d, size_t n)
{
	const struct jv *checks = jv_path(d->data, "contrastc", "checks", NULL);
	const struct jv *before = jv_getz(checks, "start_before"), *app;
	int64_t k, from;
	size_t i;

	if (before == NULL || before->items.n == 0 ||
	    !jv_to_int(jv_getz(checks, "application_from"), &from) ||
	    (size_t)from >= n || !sandbox(d))
		return;
	app = create_request(d, (size_t)from);
	for (i = before->items.n; i-- > 0;) {
		(void)expect(d, "CreateContainerRequest", app, false,
		    " of the application before its time");
		if (jv_to_int(before->items.p[i], &k))
			(void)expect(d, "CreateContainerRequest",
			    create_request(d, (size_t)k), true, " out of turn");
	}
	(void)expect(d, "CreateContainerRequest", app, true,
	    " of the application at its time");
}

/* Another pod's name or namespace is refused once there is one. */
static void
other_pod(struct decide *d)
{
	struct jv *request;

	if (!sandbox(d))
		return;
	request = jv_copy(d->arena, create_request(d, 1));
	jv_set(d->arena, jv_path(request, "OCI", "Annotations", NULL),
	    STR("io.kubernetes.cri.sandbox-name"),
	    jv_string(d->arena, STR("other")));
	(void)expect(d, "CreateContainerRequest", request, false,
	    " in a sandbox of another name");
}

static bool
open_case(struct decide *d)
{
	const char **names;
	size_t n, i;

	d->data = conform_policy_data(d->arena, d->dir);
	names = conform_list(d->arena, d->dir, &n);
	for (i = 0; i < n; i++) {
		struct decider it = {.name = names[i]};
		const char *style = strchr(names[i], '.');

		if (strncmp(names[i], "text.", 5) != 0 ||
		    !conform_policy_module(&it.text, d->arena,
			conform_path(d->arena, d->dir, names[i])))
			continue;
		it.prints = strncmp(style, ".none.", 6) != 0;
		it.engine = strchr(style + 1, '.') + 1;
		VEC_PUSH(d->arena, &d->deciders, it);
	}
	return d->data != NULL && d->deciders.n > 0;
}

static void
decide_case(struct conform *c, const char *dir, const char *program,
    struct map *changed_before)
{
	struct decide d = {.c = c,
	    .arena = arena_new(),
	    .dir = dir,
	    .program = program,
	    .changed = changed_before};
	struct decider *it;
	struct rt_err err;

	if (!open_case(&d)) {
		conform_fail(c, dir, "no policy data or no text");
	} else if (sim_new(&d.sim, d.arena, d.data, NULL, &err) != 0) {
		conform_fail(c, dir, "%s", err.text);
	} else {
		in_order(&d);
		out_of_order(&d, jv_getz(d.data, "containers")->items.n);
		other_pod(&d);
	}
	VEC_FOREACH(it, &d.deciders)
		judge_stop(it->judge);
	arena_free(d.arena);
}

void
conform_decide(struct conform *c, const char *dir)
{
	const char *program = judge_find(c->arena);
	struct map changed_before = {0};
	const char **names;
	size_t n, i;

	if (program == NULL) {
		conform_skip(c, dir, "agent-judge is not installed");
		return;
	}
	names = conform_list(c->arena, dir, &n);
	for (i = 0; i < n; i++)
		decide_case(c, conform_path(c->arena, dir, names[i]), program,
		    &changed_before);
}
