/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our engine and agent model against the agent's own engine.  DIR holds a
 * folder a workload, as for the theme decide: data, text.STYLE.ENGINE, and
 * requests that somebody recorded, if there are any.  All of these, those that
 * are simulated, and MUTANTS changed ones (2,000) of every kind that an agent
 * knows are asked in one sequence: verdict, patch, prints and errors are the
 * same, and the verdict that of every other text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/analyse/requests.h"
#include "compiler/analyse/simulate.h"
#include "regress/conform.h"
#include "regress/conform_policy.h"
#include "regress/judge.h"
#include "regress/mutant.h"
#include "runtime/agent/engine.h"
#include "runtime/base/banned.h"

#define MUTANTS_DEFAULT 2000
#define SHOWN_MAX 20 /* differences of a workload */
#define KINDS_MAX 64

struct text {
	const char *name;
	struct judge *judge;
	struct agent_rego *rego;
	struct agent_policy *policy;
};

struct tally {
	size_t asked, allowed, aborted;
};

struct mutating {
	struct conform *c;
	struct arena *arena, *scratch; /* of the workload, of a request */
	const char *dir;
	VEC(struct text) texts;
	struct mutants mutants;
	VEC(struct recorded) base;
	struct tally *tally; /* by kind */
	size_t shown;
	/* of the request */
	size_t kind;
	const struct jv *request;
};

/* What the engines of agents are called by us. */
static const struct rego_profile *
profile_of(const char *engine)
{
	static const struct {
		const char *engine, *profile;
	} names[] = {{"0.10.0", "kata"}, {"0.14.1", "kata"},
	    {"0.2.8", "kata-0.2.8"}, {"0.1.5", "kata-0.1.5"}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(engine, names[i].engine) == 0)
			return rego_profile_find(str_from(names[i].profile));
	}
	return NULL;
}

static void
differs(struct mutating *m, const struct text *t, const char *what,
    struct str ours, struct str theirs)
{
	if (m->shown++ < SHOWN_MAX)
		conform_fail(m->c, m->dir,
		    "%s: %s: ours %.*s, the agent's %.*s; %.*s %.*s", t->name,
		    what, STR_ARG(ours), STR_ARG(theirs),
		    STR_ARG(agent_request_kind(m->kind)),
		    STR_ARG(judge_json(m->scratch, m->request)));
	else
		m->c->failed++;
}

/*
 * Newer libraries of the agent's language write 1e+20 for 1e20, and what is
 * cut is cut elsewhere then.
 */
static bool
is_same_text(struct str ours, struct str theirs)
{
	return str_eq(ours, theirs) ||
	       str_find(theirs, STR("e+"), 0) < theirs.n;
}

/* "agent_policy:7: text", which may be cut; theirs quotes the line before. */
static bool
is_same_error(struct str ours, struct str theirs)
{
	static const char mark[] = "\nerror: ";
	size_t at = str_find(ours, STR(": "), 0);
	size_t from = str_find(theirs, str_from(mark), 0);

	if (at == SIZE_MAX || from == SIZE_MAX)
		return str_eq(ours, theirs);
	ours = str_sub(ours, at + 2, ours.n);
	theirs = str_sub(theirs, from + sizeof(mark) - 1, theirs.n);
	return str_starts(theirs, ours) || is_same_text(ours, theirs);
}

static void
compare(struct mutating *m, const struct text *t, const struct agent_verdict *v)
{
	struct str ours = judge_json(m->scratch, v->prints), theirs,
		   failed = {0};
	bool allowed = false;
	const char *why = judge_answer(t->judge, &allowed, &failed);

	theirs = judge_json(m->scratch, judge_prints(t->judge));
	if (why != NULL)
		differs(m, t, "no answer", v->error, str_from(why));
	else if (allowed != v->allowed)
		differs(m, t, allowed ? "refused" : "allowed",
		    v->text.n > 0 ? v->text : ours,
		    failed.n > 0 ? failed : theirs);
	else if (!is_same_error(v->error, failed))
		differs(m, t, "error", v->error, failed);
	else if (!is_same_text(ours, theirs))
		differs(m, t, "prints", ours, theirs);
	else if (v->ops != NULL && !jv_equal(v->ops, judge_ops(t->judge)))
		differs(m, t, "patch", judge_json(m->scratch, v->ops),
		    judge_json(m->scratch, judge_ops(t->judge)));
	else
		conform_pass(m->c);
}

static void
ask(struct mutating *m, size_t kind, const struct jv *request)
{
	struct tally *n = &m->tally[kind];
	struct agent_verdict v = {0};
	const struct text *t;
	bool first = true, allowed = false;

	m->kind = kind;
	m->request = request;
	VEC_FOREACH(t, &m->texts)
		judge_send(t->judge, agent_request_kind(kind), request);
	VEC_FOREACH(t, &m->texts) {
		agent_policy_ask(&v, t->policy, m->scratch,
		    agent_request_kind(kind), request);
		compare(m, t, &v);
		if (!first && v.allowed != allowed)
			differs(m, t,
			    v.allowed ? "alone allowed" : "alone refused",
			    v.text, STR(""));
		allowed = v.allowed;
		first = false;
	}
	n->asked++;
	n->allowed += allowed;
	n->aborted += v.error.n > 0;
	arena_reset(m->scratch);
}

static size_t
kind_number(struct str kind)
{
	size_t n = 0;

	while (
	    agent_request_kind(n).n > 0 && !str_eq(agent_request_kind(n), kind))
		n++;
	return n;
}

static void
add_base(struct mutating *m, struct str kind, const struct jv *input)
{
	struct recorded r = {.kind = kind};

	r.input = agent_request_normalise(m->arena, kind, input);
	VEC_PUSH(m->arena, &m->base, r);
	VEC_PUSH(m->arena, &m->mutants.all, r.input);
}

/* What is recorded, and what is simulated. */
static bool
read_base(struct mutating *m, const struct jv *data)
{
	struct requests list = {0};
	const struct recorded *r;
	const struct sim_request *s;
	struct sim *sim;
	struct str text;

	if (sim_new(&sim, m->arena, data, NULL, NULL) != 0)
		return false;
	VEC_FOREACH(s, &sim->list)
		add_base(m, s->kind, s->input);
	if (conform_read(
		&text, m->arena, conform_path(m->arena, m->dir, "requests")) &&
	    requests_read(&list, m->arena, text, NULL) != 0)
		return false;
	VEC_FOREACH(r, &list.list)
		add_base(m, r->kind, r->input);
	return true;
}

/* One of the kind, as good as any other; what has none is made from nothing. */
static const struct jv *
base_of(struct mutating *m, struct str kind)
{
	size_t from = mutants_below(&m->mutants, m->base.n), i;

	for (i = 0; i < m->base.n; i++) {
		const struct recorded *r = &m->base.p[(from + i) % m->base.n];

		if (str_eq(r->kind, kind))
			return r->input;
	}
	return agent_request_normalise(m->scratch, kind, jv_object(m->scratch));
}

/* As the agent would write it, or as it would not. */
static void
ask_mutant(struct mutating *m, size_t kind)
{
	struct str name = agent_request_kind(kind);
	struct jv *v = mutants_make(&m->mutants, m->scratch, base_of(m, name));

	if (mutants_below(&m->mutants, 2) == 0)
		v = agent_request_normalise(m->scratch, name, v);
	ask(m, kind, v);
}

static void
ask_all(struct mutating *m, size_t rounds)
{
	const struct recorded *r;
	size_t i, kind;

	VEC_FOREACH(r, &m->base)
		ask(m, kind_number(r->kind), r->input);
	for (i = 0; i < rounds; i++) {
		r = &m->base.p[mutants_below(&m->mutants, m->base.n)];
		ask(m, kind_number(r->kind), r->input);
		for (kind = 0; agent_request_kind(kind).n > 0; kind++)
			ask_mutant(m, kind);
	}
}

static bool
add_text(struct mutating *m, const char *program, const char *name)
{
	const char *engine = strchr(name + 5, '.') + 1;
	const struct rego_profile *profile = profile_of(engine);
	struct text t = {.name = name};
	struct str module;

	if (profile == NULL || !conform_policy_module(&module, m->arena,
				   conform_path(m->arena, m->dir, name)))
		return false;
	t.judge = judge_start(m->arena, program, engine, module);
	t.rego = agent_rego_new(profile);
	t.policy = agent_policy_new(m->arena, agent_rego_engine(t.rego));
	VEC_PUSH(m->arena, &m->texts, t);
	return t.judge != NULL &&
	       agent_policy_load(t.policy, module, NULL) == 0;
}

static bool
open_case(struct mutating *m, const char *program)
{
	const struct jv *data = conform_policy_data(m->arena, m->dir);
	const char **names;
	size_t n, i;
	bool ok = data != NULL && read_base(m, data);

	names = conform_list(m->arena, m->dir, &n);
	for (i = 0; ok && i < n; i++) {
		if (strncmp(names[i], "text.", 5) == 0)
			ok = add_text(m, program, names[i]);
	}
	return ok && m->texts.n > 0;
}

static void
mutate_case(struct conform *c, const char *dir, const char *program,
    struct tally *tally, size_t rounds)
{
	struct mutating m = {.c = c,
	    .arena = arena_new(),
	    .scratch = arena_new(),
	    .dir = dir,
	    .tally = tally};
	struct text *t;

	m.mutants.seed = c->passed; /* another one for each workload */
	if (open_case(&m, program))
		ask_all(&m, rounds);
	else
		conform_fail(c, dir, "no policy data, no text, or no requests");
	VEC_FOREACH(t, &m.texts) {
		judge_stop(t->judge);
		agent_rego_free(t->rego);
	}
	arena_free(m.scratch);
	arena_free(m.arena);
}

static void
report(struct conform *c, const char *dir, const struct tally *tally,
    size_t wanted)
{
	size_t kind;

	for (kind = 0; agent_request_kind(kind).n > 0; kind++) {
		const struct tally *n = &tally[kind];

		printf("%.*s: %zu asked, %zu allowed, %zu aborted\n",
		    STR_ARG(agent_request_kind(kind)), n->asked, n->allowed,
		    n->aborted);
		if (n->asked < wanted)
			conform_fail(c, dir, "only %zu of kind %.*s", n->asked,
			    STR_ARG(agent_request_kind(kind)));
	}
}

void
conform_mutants(struct conform *c, const char *dir)
{
	const char *program = judge_find(c->arena), *more = getenv("MUTANTS");
	size_t wanted = more != NULL ? strtoul(more, NULL, 10) : 0, n, i;
	struct tally tally[KINDS_MAX] = {{0}};
	const char **names = conform_list(c->arena, dir, &n);

	if (program == NULL) {
		conform_skip(c, dir, "agent-judge is not installed");
		return;
	}
	if (wanted == 0)
		wanted = MUTANTS_DEFAULT;
	for (i = 0; i < n; i++)
		mutate_case(c, conform_path(c->arena, dir, names[i]), program,
		    tally, (wanted + n - 1) / n);
	report(c, dir, tally, wanted);
}
