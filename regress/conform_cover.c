/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What policies enforce, by the agent's own engine.  DIR holds a folder a
 * workload, as for the theme decide: data, and text.STYLE.ENGINE.  Whatever
 * may be changed without a refusal must have a reason in open.def.
 */
#include <string.h>

#include "compiler/analyse/cover.h"
#include "regress/conform.h"
#include "regress/conform_policy.h"
#include "regress/judge.h"
#include "runtime/base/banned.h"

struct covering {
	struct conform *c;
	struct arena *arena;
	const char *dir, *program;
	struct sim *sim;
};

static void
report(struct covering *k, const char *name, const struct cover *v)
{
	struct cover_field **f;
	struct str *it;

	k->c->passed += v->refused + v->open - v->unexplained;
	VEC_FOREACH(it, &v->refusals)
		conform_fail(k->c, k->dir, "%s: %.*s", name, STR_ARG(*it));
	VEC_FOREACH(f, &v->fields) {
		if ((*f)->unexplained.n > 0)
			conform_fail(k->c, k->dir, "%s: %.*s %.*s: %.*s", name,
			    STR_ARG((*f)->kind), STR_ARG((*f)->path),
			    STR_ARG((*f)->unexplained));
	}
}

static void
cover_text(struct covering *k, const char *name)
{
	const char *engine = strchr(name + 5, '.') + 1;
	struct judge_engine *e = judge_engine_new(k->arena, k->program, engine);
	struct agent_policy *p = agent_policy_new(k->arena, judge_engine_of(e));
	struct cover v;
	struct str text;

	if (!conform_policy_module(
		&text, k->arena, conform_path(k->arena, k->dir, name)) ||
	    agent_policy_load(p, text, NULL) != 0) {
		conform_fail(k->c, k->dir, "%s does not load", name);
	} else {
		cover_run(&v, k->arena, p, k->sim);
		report(k, name, &v);
	}
	judge_engine_free(e);
}

static void
cover_case(struct conform *c, const char *dir, const char *program)
{
	struct covering k = {
	    .c = c, .arena = arena_new(), .dir = dir, .program = program};
	const struct jv *data = conform_policy_data(k.arena, dir);
	const char **names;
	struct rt_err err;
	size_t n, i;

	names = conform_list(k.arena, dir, &n);
	if (sim_new(&k.sim, k.arena, data, NULL, &err) != 0)
		conform_fail(c, dir, "%s", err.text);
	for (i = 0; k.sim != NULL && i < n; i++) {
		if (strncmp(names[i], "text.", 5) == 0)
			cover_text(&k, names[i]);
	}
	arena_free(k.arena);
}

void
conform_cover(struct conform *c, const char *dir)
{
	const char *program = judge_find(c->arena);
	const char **names;
	size_t n, i;

	if (program == NULL) {
		conform_skip(c, dir, "agent-judge is not installed");
		return;
	}
	names = conform_list(c->arena, dir, &n);
	for (i = 0; i < n; i++)
		cover_case(c, conform_path(c->arena, dir, names[i]), program);
}
