/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-rego POLICY DIR: writes to DIR, for a policy in full style, requests
 * in the form of agent-judge: a container, the same with another argument, a
 * probe, a file; and data.json, the agent's state before them.
 * bench-rego POLICY DIR N [NAME]: what the engine needs to load the policy N
 * times and to answer each request of DIR N times, input included; with NAME,
 * for callgrind, only one of them.  A line each: name, "allowed", "refused" or
 * "loaded", nanoseconds (the median), and the KiB that the process grew by
 * after the first tenth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "compiler/analyse/simulate.h"
#include "runtime/agent/engine.h"
#include "runtime/agent/policy.h"
#include "runtime/base/file.h"
#include "runtime/rego/engine.h"
#include "runtime/base/banned.h"

struct bench {
	struct arena *arena;
	const char *dir;
	struct str text, data;
	struct rego_program *program;
	struct rego_eval *eval;
	size_t runs;
	const char *only; /* or NULL */
};

/* Not in an arena: what that allocates must not depend on N. */
#define RUNS_MAX 100000
static double times[RUNS_MAX];

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long
resident(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static bool
load(struct bench *b)
{
	struct arena *a = arena_new();
	struct rego_options o = {.v0 = true};
	struct rego_module *m;
	struct rego_compile c = {.profile = rego_profile_find(STR("kata")),
	    .modules = &m,
	    .nmodules = 1,
	    .data = b->data};
	struct rt_err err = {0};
	struct diags d;
	bool ok;

	rego_program_free(b->program);
	b->program = NULL;
	diags_init(&d, a);
	m = rego_parse(a, &d, source_new(a, STR("agent_policy"), b->text), &o);
	ok = m != NULL && rego_check(a, &d, &m, 1, &o) &&
	     rego_program_new(&b->program, &c, &err) == 0;
	if (!ok)
		fprintf(stderr, "bench-rego: the policy does not load: %s\n",
		    d.list.n > 0 ? d.list.p[0]->text.p : err.text);
	arena_free(a);
	return ok;
}

/* Of an answer; NULL: it failed. */
static const char *
decide(struct bench *b, struct str path, struct str input)
{
	struct rt_err err = {0};
	rv in, out = RV_UNDEFINED, allowed;

	rego_eval_reset(b->eval);
	if (rv_parse_json(&in, rego_eval_heap(b->eval), input, &err) < 0)
		return NULL;
	rego_eval_input(b->eval, in);
	if (rego_eval_rule(&out, b->eval, path, &err) < 0)
		return NULL;
	allowed = out;
	if (rv_type(out) == RV_TOBJECT)
		allowed = rv_get(rego_eval_heap(b->eval), out,
		    rv_string(rego_eval_heap(b->eval), STR("allowed")));
	return allowed == RV_TRUE ? "allowed" : "refused";
}

static void
tell(struct bench *b, struct str name, const char *verdict, long grown)
{
	qsort(times, b->runs, sizeof(*times), by_size);
	printf("%.*s %s %.0f %ld\n", STR_ARG(name), verdict, times[b->runs / 2],
	    grown);
}

static bool
time_load(struct bench *b)
{
	size_t i;
	double t;

	for (i = 0; i < b->runs; i++) {
		t = now();
		if (!load(b))
			return false;
		times[i] = now() - t;
	}
	tell(b, STR("load"), "loaded", 0);
	return true;
}

static bool
time_request(struct bench *b, const struct jv *request)
{
	struct str name = jv_get_str(request, STR("name"));
	struct str path = arena_printf(b->arena, "data.agent_policy.%.*s",
	    STR_ARG(jv_get_str(request, STR("type"))));
	const char *verdict = NULL;
	struct buf input = {0};
	long size = 0;
	size_t i;
	double t;

	jv_print(&input, jv_getz(request, "input"), JV_COMPACT);
	for (i = 0; i < b->runs; i++) {
		if (i == b->runs / 10)
			size = resident();
		t = now();
		verdict = decide(b, path, buf_str(&input));
		times[i] = now() - t;
		if (verdict == NULL)
			break;
	}
	buf_free(&input);
	if (verdict != NULL)
		tell(b, name, verdict, resident() - size);
	return verdict != NULL;
}

static bool
read_file(struct bench *b, struct str *out, const char *path)
{
	struct rt_err err = {0};

	if (file_read(out, b->arena, path, REGO_TEXT_MAX, &err) == 0)
		return true;
	fprintf(stderr, "bench-rego: %s\n", err.text);
	return false;
}

static const char *
in_dir(struct bench *b, const char *name)
{
	return arena_printf(b->arena, "%s/%s", b->dir, name).p;
}

static bool
measure(struct bench *b)
{
	bool ok = read_file(b, &b->data, in_dir(b, "data.json"));
	struct str requests = {NULL, 0};
	size_t at = 0, end;
	struct jv *one;

	ok = ok && read_file(b, &requests, in_dir(b, "requests")) &&
	     (b->only != NULL && strcmp(b->only, "load") != 0 ? load(b)
							      : time_load(b));
	b->eval = ok ? rego_eval_new(b->program, NULL) : NULL;
	for (; ok && at < requests.n; at = end + 1) {
		end = str_chr(requests, '\n', at);
		end = end < requests.n ? end : requests.n;
		ok = jv_parse(
			 &one, b->arena, str_sub(requests, at, end), NULL) == 0;
		if (ok && (b->only == NULL ||
			      str_eqz(jv_get_str(one, STR("name")), b->only)))
			ok = time_request(b, one);
	}
	rego_eval_free(b->eval);
	return ok;
}

/* Requests */

static void
put_request(
    struct buf *out, struct str kind, const char *name, const struct jv *input)
{
	buf_printf(out, "{\"name\":\"%s\",\"type\":\"%.*s\",\"input\":", name,
	    STR_ARG(kind));
	jv_print(out, input, JV_COMPACT);
	buf_puts(out, "}\n");
}

/* Another argument than the policy's. */
static void
change(struct bench *b, struct jv *input)
{
	struct jv *process = jv_path(input, "OCI", "Process", NULL);

	jv_push(b->arena, jv_getz(process, "Args"),
	    jv_string(b->arena, STR("another")));
}

static bool
write_file(struct bench *b, const char *name, struct buf *text)
{
	FILE *f = fopen(in_dir(b, name), "w");
	bool ok = f != NULL && fwrite(text->p, 1, text->n, f) == text->n;

	ok = f != NULL && fclose(f) == 0 && ok;
	buf_free(text);
	return ok;
}

/* The state that a pod's requests lead to before those of `until`. */
static void
put_state(struct bench *b, struct buf *out, const struct sim *sim,
    const struct sim_request *until)
{
	struct agent_rego *rego =
	    agent_rego_new(rego_profile_find(STR("kata")));
	struct agent_policy *p =
	    agent_policy_new(b->arena, agent_rego_engine(rego));
	const struct sim_request *r;
	struct agent_verdict v;
	struct rt_err err = {0};

	if (agent_policy_load(p, b->text, &err) < 0)
		fprintf(stderr, "bench-rego: %s\n", err.text);
	for (r = sim->list.p; r < until; r++)
		agent_policy_ask(&v, p, b->arena, r->kind, r->input);
	jv_print(out, agent_policy_state(p), JV_COMPACT);
	agent_rego_free(rego);
}

/* The last container, and a probe of the one before. */
static bool
put_requests(
    struct bench *b, struct buf *out, struct buf *state, const struct sim *sim)
{
	const struct sim_request *r, *create = NULL, *copy = NULL, *exec = NULL;

	VEC_FOREACH(r, &sim->list) {
		if (str_eqz(r->kind, "CreateContainerRequest"))
			create = r;
		else if (str_eqz(r->kind, "CopyFileRequest"))
			copy = r;
		else if (str_eqz(r->kind, "ExecProcessRequest") && exec == NULL)
			exec = r;
	}
	if (create == NULL || copy == NULL || exec == NULL)
		return false;
	put_state(b, state, sim, create);
	put_request(out, create->kind, "CreateContainer", create->input);
	change(b, create->input);
	put_request(
	    out, create->kind, "CreateContainer-refused", create->input);
	put_request(out, exec->kind, "ExecProcess", exec->input);
	put_request(out, copy->kind, "CopyFile", copy->input);
	return true;
}

/* They are the last rule of a text. */
static const struct jv *
policy_data(struct bench *b)
{
	static const struct str mark = STR_INIT("\npolicy_data := ");
	size_t at = str_find(b->text, mark, 0);
	struct jv *v;

	if (at == SIZE_MAX ||
	    jv_parse(&v, b->arena,
		str_trim(str_sub(b->text, at + mark.n, b->text.n)), NULL) != 0)
		return NULL;
	return v;
}

static bool
prepare(struct bench *b)
{
	const struct jv *data = policy_data(b);
	struct buf requests = {0}, state = {0};
	struct rt_err err = {0};
	struct sim *sim;

	if (data == NULL || sim_new(&sim, b->arena, data, NULL, &err) < 0) {
		fprintf(stderr, "bench-rego: no policy data %s\n", err.text);
		return false;
	}
	if (!put_requests(b, &requests, &state, sim)) {
		fprintf(stderr, "bench-rego: a pod without a probe or files\n");
		return false;
	}
	return write_file(b, "requests", &requests) &&
	       write_file(b, "data.json", &state);
}

int
main(int argc, char **argv)
{
	struct bench b = {.arena = arena_new()};
	uint64_t runs = 0;
	bool ok = false;

	if (argc < 3 || argc > 5 ||
	    (argc > 3 &&
		(!str_u64(str_from(argv[3]), RUNS_MAX, &runs) || runs == 0))) {
		fputs("usage: bench-rego POLICY DIR [N [NAME]]\n", stderr);
		return 2;
	}
	/* Its pages are there before memory is looked at. */
	memset(times, 1, sizeof(times));
	b.dir = argv[2];
	b.runs = runs;
	b.only = argc == 5 ? argv[4] : NULL;
	if (read_file(&b, &b.text, argv[1]))
		ok = runs > 0 ? measure(&b) : prepare(&b);
	rego_program_free(b.program);
	arena_free(b.arena);
	return ok ? 0 : 1;
}
