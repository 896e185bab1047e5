/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_JUDGE_H
#define CONTRASTC_REGRESS_JUDGE_H

#include "runtime/agent/policy.h"

/* The oracle agent-judge: the engine of the Kata agent behind a pipe. */
struct judge;

/* The program ($AGENT_JUDGE, PATH, the oracles), or NULL: not installed. */
const char *judge_find(struct arena *a);
/* Loads a policy with empty state; NULL: it does not start. */
struct judge *judge_start(struct arena *a, const char *program,
    const char *engine, struct str policy);
/* The same with a state: the whole data document, or NULL. */
struct judge *judge_start_from(struct arena *a, const char *program,
    const char *engine, struct str policy, const struct jv *data);
/*
 * One request.  NULL, or why there is no answer (the policy does not load);
 * else *allowed and, if the evaluation failed, its text in *failed.
 */
const char *judge_ask(struct judge *j, struct str kind,
    const struct jv *request, bool *allowed, struct str *failed);
/* The two halves of it: several judges think at the same time. */
void judge_send(struct judge *j, struct str kind, const struct jv *request);
const char *judge_answer(struct judge *j, bool *allowed, struct str *failed);
/* What the policy printed at the last request: a list of texts. */
const struct jv *judge_prints(const struct judge *j);
/* The patch of the last request, or NULL. */
const struct jv *judge_ops(const struct judge *j);
void judge_stop(struct judge *j);

/*
 * The same as the engine of an agent (runtime/agent/policy.h).  The program
 * keeps the state itself: where the agent's is another one it starts anew.
 */
struct judge_engine;
struct judge_engine *judge_engine_new(
    struct arena *a, const char *program, const char *engine);
const struct agent_engine *judge_engine_of(const struct judge_engine *e);
void judge_engine_free(struct judge_engine *e);

/* JSON without blanks, in the arena; NULL: empty. */
struct str judge_json(struct arena *a, const struct jv *v);

#endif
