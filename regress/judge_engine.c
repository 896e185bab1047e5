/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/judge.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct judge_engine {
	struct agent_engine engine;
	struct arena *arena;
	const char *program, *name;
	struct str text;
	struct judge *judge;
	const struct jv *state; /* what the program has */
};

static bool
restart(struct judge_engine *e, const struct jv *data)
{
	judge_stop(e->judge);
	e->judge =
	    judge_start_from(e->arena, e->program, e->name, e->text, data);
	e->state = data;
	return e->judge != NULL;
}

static bool
load(void *ctx, struct arena *a, struct str text, struct str *error)
{
	struct judge_engine *e = ctx;

	(void)a;
	e->text = arena_str(e->arena, text);
	*error = STR("the judge does not start");
	return restart(e, NULL);
}

/* As the program does it to its own. */
static void
follow(struct judge_engine *e, bool allowed)
{
	const struct jv *ops = judge_ops(e->judge);
	struct jv *data;

	if (!allowed || !jv_is(ops, JV_ARRAY) || ops->items.n == 0)
		return;
	data = jv_copy(e->arena, e->state);
	if (jv_patch(&data, e->arena, ops, NULL, NULL) == 0)
		e->state = data;
}

static void
answer(struct agent_answer *out, struct arena *a, const struct judge *j,
    bool allowed, struct str failed)
{
	struct jv *value = jv_object(a);

	jv_set(a, value, STR("allowed"), jv_bool(a, allowed));
	if (judge_ops(j) != NULL)
		jv_set(a, value, STR("ops"), jv_copy(a, judge_ops(j)));
	*out = (struct agent_answer){
	    .outcome = failed.n > 0 ? AGENT_ABORTED : AGENT_VALUE,
	    .error = failed,
	    .value = value,
	    .prints =
		judge_prints(j) == NULL ? NULL : jv_copy(a, judge_prints(j))};
}

static void
ask(void *ctx, struct arena *a, struct agent_answer *out, struct str rule,
    const struct jv *input, const struct jv *data)
{
	struct judge_engine *e = ctx;
	struct str failed = {0};
	bool allowed = false;
	const char *why = "the judge does not start";

	if (e->state == NULL || jv_equal(e->state, data) ||
	    restart(e, jv_copy(e->arena, data)))
		why = judge_ask(e->judge, rule, input, &allowed, &failed);
	if (e->state == NULL)
		e->state = data;
	if (why != NULL) {
		*out = (struct agent_answer){
		    .outcome = AGENT_ABORTED, .error = str_from(why)};
		return;
	}
	follow(e, allowed);
	answer(out, a, e->judge, allowed, failed);
}

struct judge_engine *
judge_engine_new(struct arena *a, const char *program, const char *engine)
{
	struct judge_engine *e = ARENA_NEW(a, struct judge_engine);

	*e = (struct judge_engine){.engine = {e, load, ask},
	    .arena = a,
	    .program = program,
	    .name = engine};
	return e;
}

const struct agent_engine *
judge_engine_of(const struct judge_engine *e)
{
	return &e->engine;
}

void
judge_engine_free(struct judge_engine *e)
{
	if (e != NULL)
		judge_stop(e->judge);
}
