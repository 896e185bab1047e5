/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rego POLICY [N]: how long the engine takes to load a policy in full style
 * and to decide what a well-behaved runtime sends, beside agent-judge where
 * that is installed.  One line of JSON a measurement; times in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "compiler/analyse/simulate.h"
#include "grammar/toml_doc.h"
#include "regress/judge.h"
#include "runtime/base/file.h"
#include "runtime/rego/engine.h"
#include "runtime/base/banned.h"

struct bench {
	struct arena *arena;
	struct str text;
	struct rego_program *program;
	struct rego_eval *eval;
	struct sim *sim;
	size_t runs;
	double *times;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
tell(struct bench *b, const char *name, uint64_t instructions)
{
	double sum = 0;
	size_t i, n = b->runs;

	qsort(b->times, n, sizeof(*b->times), by_size);
	for (i = 0; i < n; i++)
		sum += b->times[i];
	printf("{\"name\":\"%s\",\"n\":%zu,\"mean\":%.1f,\"p50\":%.1f,"
	       "\"p99\":%.1f,\"bytes\":%zu,\"instructions\":%llu}\n",
	    name, n, sum / (double)n, b->times[n / 2], b->times[n * 99 / 100],
	    b->text.n, (unsigned long long)instructions);
}

static bool
load(struct bench *b, struct rego_program **out)
{
	struct arena *a = arena_new();
	struct rego_options o = {.v0 = true};
	struct rego_module *m;
	struct rego_compile c = {.profile = rego_profile_find(STR("kata")),
	    .modules = &m,
	    .nmodules = 1,
	    .data = STR("{\"pstate\":{}}")};
	struct rt_err err = {0};
	struct diags d;
	bool ok;

	diags_init(&d, a);
	m = rego_parse(a, &d, source_new(a, STR("agent_policy"), b->text), &o);
	ok = m != NULL && rego_check(a, &d, &m, 1, &o) &&
	     rego_program_new(out, &c, &err) == 0;
	if (!ok)
		fprintf(stderr, "rego: the policy does not load: %s\n",
		    d.list.n > 0 ? d.list.p[0]->text.p : err.text);
	arena_free(a);
	return ok;
}

static bool
time_load(struct bench *b)
{
	size_t i;
	double t;

	for (i = 0; i < b->runs; i++) {
		rego_program_free(b->program);
		b->program = NULL;
		t = now();
		if (!load(b, &b->program))
			return false;
		b->times[i] = now() - t;
	}
	tell(b, "load", 0);
	return true;
}

/* The decision of one request, input included; -1: it failed. */
static int
decide(struct bench *b, const struct sim_request *r, struct str input)
{
	struct str path =
	    arena_printf(b->arena, "data.agent_policy.%.*s", STR_ARG(r->kind));
	struct rt_err err = {0};
	rv in, out = RV_UNDEFINED;

	rego_eval_reset(b->eval);
	if (rv_parse_json(&in, rego_eval_heap(b->eval), input, &err) < 0)
		return -1;
	rego_eval_input(b->eval, in);
	if (rego_eval_rule(&out, b->eval, path, &err) < 0) {
		fprintf(stderr, "rego: %s\n", err.text);
		return -1;
	}
	return out != RV_UNDEFINED && out != RV_FALSE;
}

static void
time_request(struct bench *b, const struct sim_request *r)
{
	struct buf input = {0};
	char name[96];
	int allowed = 0;
	double t;
	size_t i;

	jv_print(&input, r->input, JV_COMPACT);
	for (i = 0; i < b->runs; i++) {
		t = now();
		allowed = decide(b, r, buf_str(&input));
		b->times[i] = now() - t;
	}
	(void)snprintf(name, sizeof(name), "%.*s %s", STR_ARG(r->kind),
	    allowed < 0 ? "failed"
	    : allowed   ? "allowed"
			: "refused");
	tell(b, name, rego_eval_spent(b->eval));
	buf_free(&input);
}

/* The median that agent-judge takes, for the same request. */
static void
time_judge(struct bench *b, const struct sim_request *r, struct judge *j)
{
	struct str failed = {NULL, 0};
	bool allowed;
	size_t i;
	double t;

	for (i = 0; i < b->runs && i < 20; i++) {
		t = now();
		if (judge_ask(j, r->kind, r->input, &allowed, &failed) != NULL)
			return;
		b->times[i] = now() - t;
	}
	qsort(b->times, i, sizeof(*b->times), by_size);
	printf("{\"name\":\"agent-judge %.*s\",\"p50\":%.1f}\n",
	    STR_ARG(r->kind), b->times[i / 2]);
}

static const struct jv *
policy_data(struct bench *b)
{
	static const struct str mark = STR_INIT("\npolicy_data := ");
	size_t at = str_find(b->text, mark, 0);
	struct jv *v;

	if (at == SIZE_MAX)
		return NULL;
	return jv_parse(&v, b->arena,
		   str_trim(str_sub(b->text, at + mark.n, b->text.n)),
		   NULL) == 0
		   ? v
		   : NULL;
}

static bool
read_policy(struct bench *b, const char *path)
{
	struct rt_err err = {0};
	struct toml *doc;
	bool found = true;

	if (file_read(&b->text, b->arena, path, REGO_TEXT_MAX, &err) < 0) {
		fprintf(stderr, "rego: %s\n", err.text);
		return false;
	}
	if (!str_starts(b->text, STR("version =")))
		return true;
	if (toml_parse(&doc, b->arena, b->text, NULL) != 0)
		return false;
	b->text = toml_get_str(
	    toml_get(doc, STR("data")), STR("policy.rego"), &found);
	return found;
}

static void
run(struct bench *b)
{
	const char *program = judge_find(b->arena);
	struct judge *j = NULL;
	struct sim_request *r;
	struct str last = {NULL, 0};

	b->eval = rego_eval_new(b->program, NULL);
	if (program != NULL)
		j = judge_start(b->arena, program, "0.10.0", b->text);
	VEC_FOREACH(r, &b->sim->list) {
		/* One of each kind. */
		if (str_eq(r->kind, last))
			continue;
		last = r->kind;
		time_request(b, r);
		if (j != NULL)
			time_judge(b, r, j);
	}
	if (j != NULL)
		judge_stop(j);
	rego_eval_free(b->eval);
}

int
main(int argc, char **argv)
{
	struct bench b = {.arena = arena_new(), .runs = 200};
	const struct jv *data;
	struct rt_err err = {0};
	int status = 1;

	if (argc > 2)
		b.runs = (size_t)strtoul(argv[2], NULL, 10);
	if (argc < 2 || b.runs == 0) {
		fprintf(stderr, "usage: rego POLICY [N]\n");
		return 2;
	}
	b.times = ARENA_ARRAY(b.arena, double, b.runs < 20 ? 20 : b.runs);
	if (read_policy(&b, argv[1]) && (data = policy_data(&b)) != NULL) {
		if (sim_new(&b.sim, b.arena, data, NULL, &err) < 0) {
			fprintf(stderr, "rego: %s\n", err.text);
		} else if (time_load(&b)) {
			run(&b);
			status = 0;
		}
	}
	rego_program_free(b.program);
	arena_free(b.arena);
	return status;
}
