/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy does not look at.  Each allowed request of the cases below
 * DIR (form of kata-policy) is changed at one place after the other; the
 * places where it stays allowed must have a reason in open.def.
 */
#include <string.h>

#include "compiler/analyse/cover.h"
#include "regress/conform_kata.h"
#include "runtime/agent/agent.h"
#include "runtime/base/banned.h"

#define TRIED (MUTATE_M(CHANGED) | MUTATE_M(ADDED) | MUTATE_M(RETYPED))

struct asking {
	const struct kata_run *run;
	struct arena *arena;
	struct judge *judge;
	struct str kind;
	struct jv *request; /* changed in place, and back */
	const char *dir;
};

/* Asks with the request as it is now. */
static void
ask(void *ctx, enum mutation which, struct str path)
{
	struct asking *m = ctx;
	bool allowed = false;
	struct str failed = {0};
	const char *why;

	why = judge_ask(m->judge, m->kind, m->request, &allowed, &failed);
	if (why != NULL)
		conform_fail(m->run->c, m->dir, "%.*s %.*s: %s",
		    STR_ARG(m->kind), STR_ARG(path), why);
	else if (failed.n > 0)
		conform_fail(m->run->c, m->dir, "%.*s: %.*s aborts: %.*s",
		    STR_ARG(m->kind), STR_ARG(path), STR_ARG(failed));
	else if (allowed && open_reason(str_from(m->run->target), m->kind,
				which, path) == NULL)
		conform_fail(m->run->c, m->dir, "%.*s: %.*s %s is not checked",
		    STR_ARG(m->kind), STR_ARG(path), mutation_name(which));
	else
		conform_pass(m->run->c);
}

/* The request alone, after those before it. */
static void
mutate_case(const struct kata_run *r, const char *dir, const struct jv *cases,
    size_t which, struct str policy)
{
	struct arena *a = r->c->arena;
	struct asking m = {.run = r, .arena = a, .dir = dir};
	struct str failed;
	bool allowed;
	size_t i;

	m.judge = judge_start(a, r->judge, kata_engine(r), policy);
	for (i = 0; m.judge != NULL && i <= which; i++) {
		const struct jv *t = cases->items.p[i];

		m.kind = kata_kind(t);
		m.request =
		    agent_request_normalise(a, m.kind, jv_getz(t, "request"));
		if (m.request != NULL)
			(void)judge_ask(
			    m.judge, m.kind, m.request, &allowed, &failed);
	}
	mutate_request(a, m.request, TRIED, ask, &m);
	judge_stop(m.judge);
}

void
kata_mutate(const struct kata_run *r, const char *dir, const struct jv *cases,
    struct str policy)
{
	size_t i;

	for (i = 0; i < cases->items.n; i++)
		if (jv_is(jv_getz(cases->items.p[i], "allowed"), JV_TRUE))
			mutate_case(r, dir, cases, i, policy);
}
