/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every enforced field, asked about.  DIR holds a folder a workload, as for
 * the theme decide, with texts beside that in full style, and "command": a shell
 * script that reads a log and prints the JSON of "contrastc why --trace".
 * What a runtime sends is changed at every place; what the agent's engine
 * refuses is written as pods, shims and journals show it, three quotations
 * deep, and all of that together is the log.  The answer to each refusal names
 * request, container, field, what was found, what is expected, and a line of
 * the YAML.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/analyse/mutate.h"
#include "compiler/analyse/simulate.h"
#include "regress/conform.h"
#include "regress/conform_policy.h"
#include "regress/judge.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

#define TRIED (MUTATE_M(CHANGED) | MUTATE_M(ADDED))

/* A refusal that the log has. */
struct refusal {
	const struct sim_request *request;
	struct str path, found; /* of what was changed: JSON */
	bool added, known;      /* the request has something there without it */
	size_t number;          /* in the log, from 1 */
};

struct asking {
	struct conform *c;
	struct arena *arena;
	const char *dir;
	struct judge *judge;
	struct map texts; /* message to its number + 1 as a pointer */
	size_t messages;
	struct buf log;
	VEC(struct refusal) refusals;
	/* of the request */
	const struct sim_request *request;
	struct jv *input;
};

/* As Rust, Go and JSON quote: the last one differs in control characters. */
static struct str
quoted(struct arena *a, struct str s)
{
	return judge_json(a, jv_string(a, s));
}

/*
 * What the host shows: the shim quotes the agent's status, the kubelet the
 * runtime's error, and the journal the kubelet's line.
 */
static void
log_message(struct asking *q, struct str message)
{
	struct arena *a = q->arena;
	struct str s;

	s = arena_printf(a,
	    "rpc status: Status { code: PERMISSION_DENIED, message: %.*s, "
	    "details: [], special_fields: SpecialFields { unknown_fields: "
	    "UnknownFields { fields: None }, cached_size: CachedSize { size: "
	    "0 } } }",
	    STR_ARG(quoted(a, message)));
	s = arena_printf(a,
	    "E1124 20:00:00 pod_workers.go:1301] \"Error syncing pod, "
	    "skipping\" err=%.*s pod=\"parcel/x\"",
	    STR_ARG(quoted(a, s)));
	buf_printf(&q->log, "{\"PRIORITY\":\"3\",\"MESSAGE\":%.*s}\n",
	    STR_ARG(quoted(a, s)));
}

/* The number of a message, which the log has once. */
static size_t
number_of(struct asking *q, struct str message)
{
	size_t *n = map_get(&q->texts, message);

	if (n != NULL)
		return *n;
	n = ARENA_NEW(q->arena, size_t);
	*n = ++q->messages;
	(void)map_set(q->arena, &q->texts, message, n);
	log_message(q, message);
	return *n;
}

static struct str
message_of(struct asking *q)
{
	const struct jv *prints = judge_prints(q->judge);
	struct buf b = {0};
	struct jv **it;
	struct str s;

	buf_printf(&b, "%.*s is blocked by policy:", STR_ARG(q->request->kind));
	VEC_FOREACH(it, &prints->items)
		buf_printf(&b, " %.*s", STR_ARG(jv_str(*it)));
	s = arena_str(q->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
changed(void *ctx, enum mutation m, struct str path)
{
	struct asking *q = ctx;
	struct refusal r = {.request = q->request, .path = path};
	struct str failed = {0};
	bool allowed = true;
	const char *why =
	    judge_ask(q->judge, q->request->kind, q->input, &allowed, &failed);

	if (why != NULL)
		conform_fail(q->c, q->dir, "%s", why);
	if (why != NULL || allowed || judge_prints(q->judge) == NULL)
		return;
	r.found = judge_json(q->arena, jv_pointer(q->input, path));
	r.added = m == MUTATE_ADDED;
	r.number = number_of(q, message_of(q));
	VEC_PUSH(q->arena, &q->refusals, r);
}

static void
ask_sequence(struct asking *q, const struct sim *sim)
{
	const struct sim_request *r;
	struct str failed = {0};
	bool allowed;

	VEC_FOREACH(r, &sim->list) {
		q->request = r;
		q->input = jv_copy(q->arena, r->input);
		mutate_request(q->arena, q->input, TRIED, changed, q);
		(void)judge_ask(q->judge, r->kind, r->input, &allowed, &failed);
	}
}

/* The script with the log on its standard input; its output, or NULL. */
static struct jv *
answers(struct asking *q)
{
	const char *log = conform_path(q->arena, q->dir, "log");
	const char *out = conform_path(q->arena, q->dir, "answers");
	FILE *f = fopen(log, "w");
	struct jv *v = NULL;
	struct str text;

	if (f == NULL || fwrite(q->log.p, 1, q->log.n, f) != q->log.n ||
	    fclose(f) != 0)
		return NULL;
	f = popen(arena_printf(q->arena, "sh %s <%s >%s",
		      conform_path(q->arena, q->dir, "command"), log, out)
		      .p,
	    "w");
	if (f == NULL || pclose(f) < 0 || !conform_read(&text, q->arena, out) ||
	    jv_parse(&v, q->arena, text, NULL) != 0)
		return NULL;
	return jv_getz(v, "answers");
}

/* One of two places is in the other. */
static bool
related(struct str a, struct str b)
{
	struct str shorter = a.n < b.n ? a : b, longer = a.n < b.n ? b : a;

	return str_starts(longer, shorter) &&
	       (longer.n == shorter.n || longer.p[shorter.n] == '/');
}

static bool
has_place(const struct jv *cause)
{
	int64_t line;

	return jv_get_str(cause, STR("file")).n > 0 &&
	       jv_to_int(jv_getz(cause, "line"), &line) && line > 0;
}

/* What texts do not tell, and why: the rest of the answer is there. */
static const struct {
	const char *kind, *path, *why;
} untold[] = {
    {"CreateContainerRequest", "/OCI/Annotations/io.kubernetes.cri.container-",
	"a container that the policy does not know has no number"},
    {"CreateContainerRequest", "/OCI/Linux/Namespaces",
	"what a pod remembers is compared as a whole"},
    {"CreateContainerRequest",
	"/OCI/Annotations/io.kubernetes.cri.sandbox-namespace",
	"what a pod remembers is compared as a whole"},
    {"CreateContainerRequest",
	"/OCI/Annotations/io.katacontainers.pkg.oci.bundle_path",
	"it is compared with the root's path, which is told"},
    {"CreateContainerRequest", "/storages",
	"of a volume that is a device the mount is told"},
    {"CopyFileRequest", "/",
	"a file belongs to no container, and its type to no rule of its own"},
    {"ExecProcessRequest", "/container_id",
	"a container that does not run has no number"},
    {"ExecProcessRequest", "/process/Terminal",
	"a command may have one of several"},
    {"ReadStreamRequest", "/", "the settings close it"},
    {"RemoveContainerRequest", "/container_id",
	"a container that does not run has no number"},
};

static bool
is_untold(const struct refusal *r)
{
	size_t i;

	for (i = 0; i < sizeof(untold) / sizeof(*untold); i++) {
		if (str_eqz(r->request->kind, untold[i].kind) &&
		    str_starts(r->path, str_from(untold[i].path)))
			return true;
	}
	return false;
}

/* Of a field alone; what is in it may be in another order, and cut. */
static bool
is_found(const struct refusal *r, const struct jv *cause)
{
	struct str found = jv_get_str(cause, STR("found"));

	return found.n > 0 &&
	       (!str_eq(jv_get_str(cause, STR("field")), r->path) ||
		   r->found.p[0] == '{' || r->found.p[0] == '[' ||
		   str_starts(r->found, found));
}

/* What is wrong with an answer, or NULL. */
static const char *
wrong(const struct refusal *r, const struct jv *answer)
{
	struct jv *const *c;
	const struct jv *cause = NULL;

	if (!str_eq(jv_get_str(answer, STR("request")), r->request->kind))
		return "another request";
	VEC_FOREACH(c, &jv_getz(answer, "causes")->items) {
		if (cause == NULL &&
		    related(jv_get_str(*c, STR("field")), r->path))
			cause = *c;
	}
	if (is_untold(r) &&
	    (cause == NULL || jv_get_str(cause, STR("field")).n == 0))
		return NULL;
	if (cause == NULL)
		return "no cause of the field";
	if (!is_untold(r) &&
	    !str_eq(jv_get_str(cause, STR("container")), r->request->name))
		return "another container";
	if (!is_found(r, cause))
		return "not what was found";
	if (!has_place(cause))
		return "no line";
	if (jv_getz(cause, "expected") == NULL && !r->added && !is_untold(r))
		return "nothing expected";
	return NULL;
}

static const struct jv *
answer_of(const struct jv *list, size_t number)
{
	struct jv *const *it;
	int64_t n;

	VEC_FOREACH(it, &list->items) {
		if (jv_to_int(jv_getz(*it, "refusal"), &n) &&
		    (size_t)n == number)
			return *it;
	}
	return NULL;
}

static void
check(struct asking *q, const struct refusal *r, const struct jv *list)
{
	const struct jv *answer = answer_of(list, r->number);
	const char *what = answer == NULL ? "no answer" : wrong(r, answer);

	if (what == NULL)
		conform_pass(q->c);
	else
		conform_fail(q->c, q->dir,
		    "%.*s of '%.*s': %.*s (%.*s): %s: %.*s",
		    STR_ARG(r->request->kind), STR_ARG(r->request->name),
		    STR_ARG(r->path), STR_ARG(str_clip(r->found, 64)), what,
		    STR_ARG(judge_json(q->arena, answer)));
}

static void
why_case(struct asking *q, const char *program, const char *name)
{
	const struct jv *data = conform_policy_data(q->arena, q->dir), *list;
	const struct refusal *r;
	struct sim *sim;
	struct str text;

	if (data == NULL || sim_new(&sim, q->arena, data, NULL, NULL) != 0 ||
	    !conform_policy_module(
		&text, q->arena, conform_path(q->arena, q->dir, name))) {
		conform_fail(q->c, q->dir, "no policy data or no text");
		return;
	}
	q->judge =
	    judge_start(q->arena, program, strchr(name + 5, '.') + 1, text);
	if (q->judge != NULL)
		ask_sequence(q, sim);
	judge_stop(q->judge);
	list = answers(q);
	if (list == NULL)
		conform_fail(q->c, q->dir, "no answers");
	for (r = q->refusals.p;
	     list != NULL && r < q->refusals.p + q->refusals.n; r++)
		check(q, r, list);
}

void
conform_why(struct conform *c, const char *dir)
{
	const char *program = judge_find(c->arena);
	const char **names, **texts;
	size_t n, k, i, j;

	if (program == NULL) {
		conform_skip(c, dir, "agent-judge is not installed");
		return;
	}
	names = conform_list(c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		const char *at = conform_path(c->arena, dir, names[i]);

		texts = conform_list(c->arena, at, &k);
		for (j = 0; j < k; j++) {
			struct asking q = {
			    .c = c, .arena = arena_new(), .dir = at};

			if (strncmp(texts[j], "text.", 5) == 0 &&
			    strncmp(texts[j], "text.full.", 10) != 0)
				why_case(&q, program, texts[j]);
			buf_free(&q.log);
			arena_free(q.arena);
		}
	}
}
