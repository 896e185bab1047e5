/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole pods against their policies.  DIR holds a folder a workload: data
 * (the text in full style, whose policy data tell the requests) and
 * text.STYLE.ENGINE, each decided by that engine.  What a runtime sends is
 * allowed in its order and refused in another; each request changed at every
 * place is decided alike by every text, and a refusal says why.
 */
#include <string.h>

#include "grammar/toml_doc.h"
#include "regress/conform.h"
#include "regress/decide.h"
#include "regress/judge.h"
#include "regress/mutate.h"
#include "runtime/agent/agent.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

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
	struct decide_pod pod;
	struct map *changed; /* commands of containers that had their turn */
	VEC(struct decider) deciders;
	/* of the request that is being changed */
	struct str kind;
	struct jv *request;
};

/* The module, alone or in an initdata document. */
static bool
read_module(struct str *out, struct arena *a, const char *path)
{
	struct toml *doc;
	bool found = true;

	if (!conform_read(out, a, path))
		return false;
	if (!str_starts(*out, STR("version =")))
		return true;
	if (toml_parse(&doc, a, *out, NULL) != 0)
		return false;
	*out = toml_get_str(
	    toml_get(doc, STR("data")), STR("policy.rego"), &found);
	return found;
}

/* The last rule is `policy_data := ` and JSON. */
static const struct jv *
policy_data(struct arena *a, struct str text)
{
	static const char mark[] = "\npolicy_data := ";
	struct str tail = text;
	struct jv *v;
	size_t at;

	at = str_find(text, str_from(mark), 0);
	if (at == SIZE_MAX)
		return NULL;
	tail = str_trim(str_sub(text, at + sizeof(mark) - 1, text.n));
	return jv_parse(&v, a, tail, NULL) == 0 ? v : NULL;
}

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
} elsewhere[] = {
    {"container ", "/OCI/Annotations"},
    {"mounts ", "/storages"},
};

static bool
is_elsewhere(struct str print, struct str path)
{
	size_t i;

	for (i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
		if (str_find(print, str_from(elsewhere[i].check), 0) !=
			SIZE_MAX &&
		    str_starts(path, str_from(elsewhere[i].path)))
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
check_markers(struct decide *d, const char *path)
{
	struct decider *it;

	VEC_FOREACH(it, &d->deciders) {
		if (it->prints == has_marker(it->judge, str_from(path)))
			conform_pass(d->c);
		else
			conform_fail(d->c, d->dir, "%.*s%s: %s %s; %.*s",
			    STR_ARG(d->kind), path, it->name,
			    it->prints ? "refuses without its marker"
				       : "prints although it shall not",
			    STR_ARG(markers(d, it)));
	}
}

static void
changed(void *ctx, const char *path)
{
	struct decide *d = ctx;
	bool allowed = false;
	struct str failed = {0};

	if (!decide(d, &allowed, &failed, path))
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
	if (d->pod.unknown.n > 0) {
		conform_fail(d->c, d->dir, "no example of the pattern %.*s",
		    STR_ARG(d->pod.unknown));
		d->pod.unknown = (struct str){0};
		return false;
	}
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
setting(const struct decide *d, const char *name)
{
	return jv_is(
	    jv_get(jv_getz(d->pod.data, "request_defaults"), str_from(name)),
	    JV_TRUE);
}

/* What is decided by a switch of the settings, once a container runs. */
static void
switches(struct decide *d, size_t k)
{
	static const char *const names[] = {
	    "ReadStreamRequest", "WriteStreamRequest", "CloseStdinRequest"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		(void)expect(d, names[i], decide_container_id(&d->pod, k),
		    setting(d, names[i]), "");
}

static void
copy_files(struct decide *d, size_t k, bool mutate)
{
	const struct jv *c = jv_getz(d->pod.data, "containers")->items.p[k];
	struct jv **it, *request;

	VEC_FOREACH(it, &jv_path(c, "OCI", "Mounts", NULL)->items) {
		request = decide_copy_file(&d->pod, k, *it);
		if (request == NULL)
			continue;
		(void)expect(d, "CopyFileRequest", request, true, "");
		if (mutate)
			mutate_request(d->arena, d->request, false, changed, d);
	}
}

static void
execs(struct decide *d, size_t k, bool mutate)
{
	const struct jv *c = jv_getz(d->pod.data, "containers")->items.p[k];
	struct jv **it, *no = jv_array(d->arena);

	jv_push(d->arena, no, jv_string(d->arena, STR("/no/such/command")));
	(void)expect(
	    d, "ExecProcessRequest", decide_exec(&d->pod, k, no), false, "");
	VEC_FOREACH(it, &jv_getz(c, "exec_commands")->items) {
		(void)expect(d, "ExecProcessRequest",
		    decide_exec(&d->pod, k, *it), true, "");
		if (mutate)
			mutate_request(d->arena, d->request, false, changed, d);
	}
}

static bool
run(struct decide *d, size_t k, bool mutate)
{
	const char *what = arena_printf(d->arena, " of container %zu", k).p;
	bool ok;

	copy_files(d, k, mutate && k == 0);
	ok = expect(d, "CreateContainerRequest",
	    decide_create_container(&d->pod, k), true, what);
	if (ok && mutate)
		mutate_request(d->arena, d->request, false, changed, d);
	(void)expect(d, "StartContainerRequest",
	    decide_container_id(&d->pod, k), true, what);
	switches(d, k);
	if (k > 0)
		execs(d, k, mutate);
	return ok;
}

/* Pods share the pause container, the Initializer and the mesh: once each. */
static bool
is_new(struct decide *d, size_t k)
{
	const struct jv *c = jv_getz(d->pod.data, "containers")->items.p[k];
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

/* The pod comes up: the sandbox, its pause container, then the others. */
static bool
sandbox(struct decide *d, bool mutate)
{
	if (!restart(d) || !expect(d, "CreateSandboxRequest",
			       decide_create_sandbox(&d->pod), true, ""))
		return false;
	if (mutate)
		mutate_request(d->arena, d->request, false, changed, d);
	return run(d, 0, mutate && is_new(d, 0));
}

static void
stop(struct decide *d, size_t k)
{
	struct jv *request = decide_container_id(&d->pod, k);

	(void)expect(d, "SignalProcessRequest", request, true, "");
	(void)expect(d, "WaitProcessRequest", request, true, "");
	(void)expect(d, "RemoveContainerRequest", request, true, "");
}

/*
 * The policy lists what comes before the application in reverse (7.4): the
 * nth container that is created.
 */
static size_t
in_turn(const struct decide *d, size_t nth)
{
	const struct jv *checks =
	    jv_path(d->pod.data, "contrastc", "checks", NULL);
	int64_t from;

	if (jv_to_int(jv_getz(checks, "application_from"), &from) &&
	    nth < (size_t)from)
		return (size_t)from - nth;
	return nth;
}

static void
in_order(struct decide *d, size_t n)
{
	struct jv *nothing = jv_object(d->arena);
	size_t k;

	if (!sandbox(d, true))
		return;
	for (k = 1; k < n; k++)
		(void)run(d, in_turn(d, k), is_new(d, in_turn(d, k)));
	(void)expect(d, "SetPolicyRequest", nothing, false, "");
	(void)expect(d, "ReseedRandomDevRequest", nothing, false, "");
	for (k = n; k-- > 0;)
		stop(d, k);
	(void)expect(d, "DestroySandboxRequest", nothing, true, "");
}

/*
 * Start order: the application is refused as long as one of those before it
 * has not been created.
 */
static void
out_of_order(struct decide *d, size_t n)
{
	const struct jv *checks =
	    jv_path(d->pod.data, "contrastc", "checks", NULL);
	const struct jv *before = jv_getz(checks, "start_before");
	struct jv *app;
	int64_t k, from;
	size_t i;

	if (before == NULL || before->items.n == 0 ||
	    !jv_to_int(jv_getz(checks, "application_from"), &from) ||
	    (size_t)from >= n || !sandbox(d, false))
		return;
	app = decide_create_container(&d->pod, (size_t)from);
	for (i = before->items.n; i-- > 0;) {
		(void)expect(d, "CreateContainerRequest", app, false,
		    " of the application before its time");
		if (jv_to_int(before->items.p[i], &k))
			(void)expect(d, "CreateContainerRequest",
			    decide_create_container(&d->pod, (size_t)k), true,
			    " out of turn");
	}
	(void)expect(d, "CreateContainerRequest", app, true,
	    " of the application at its time");
}

/* Another pod's name or namespace is refused once there is one. */
static void
other_pod(struct decide *d)
{
	struct jv *request;

	if (!sandbox(d, false))
		return;
	request = decide_create_container(&d->pod, 1);
	jv_set(d->arena, jv_path(request, "OCI", "Annotations", NULL),
	    STR("io.kubernetes.cri.sandbox-name"),
	    jv_string(d->arena, STR("other")));
	(void)expect(d, "CreateContainerRequest", request, false,
	    " in a sandbox of another name");
}

static struct str
sandbox_text(struct decide *d, const char *key, const char *otherwise)
{
	const struct jv *first = jv_getz(d->pod.data, "containers")->items.p[0];
	struct str s = jv_get_str(
	    jv_path(first, "OCI", "Annotations", NULL), str_from(key));

	return s.n == 0 ? str_from(otherwise) : decide_example(&d->pod, 0, s);
}

static bool
open_case(struct decide *d)
{
	struct str text;
	const char **names;
	size_t n, i;

	if (!read_module(
		&text, d->arena, conform_path(d->arena, d->dir, "data")))
		return false;
	d->pod.arena = d->arena;
	d->pod.data = policy_data(d->arena, text);
	names = conform_list(d->arena, d->dir, &n);
	for (i = 0; i < n; i++) {
		struct decider it = {.name = names[i]};
		const char *style = strchr(names[i], '.');

		if (strncmp(names[i], "text.", 5) != 0 ||
		    !read_module(&it.text, d->arena,
			conform_path(d->arena, d->dir, names[i])))
			continue;
		it.prints = strncmp(style, ".none.", 6) != 0;
		it.engine = strchr(style + 1, '.') + 1;
		VEC_PUSH(d->arena, &d->deciders, it);
	}
	return d->pod.data != NULL && d->deciders.n > 0;
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
	size_t n;

	if (!open_case(&d)) {
		conform_fail(c, dir, "no policy data or no text");
	} else {
		d.pod.name =
		    sandbox_text(&d, "io.kubernetes.cri.sandbox-name", "pod-7");
		d.pod.namespace = sandbox_text(
		    &d, "io.kubernetes.cri.sandbox-namespace", "default");
		n = jv_getz(d.pod.data, "containers")->items.n;
		in_order(&d, n);
		out_of_order(&d, n);
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
