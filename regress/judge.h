/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_JUDGE_H
#define CONTRASTC_REGRESS_JUDGE_H

#include "runtime/base/jv.h"

/* The oracle agent-judge: the engine of the Kata agent behind a pipe. */
struct judge;

/* The program ($AGENT_JUDGE, PATH, the oracles), or NULL: not installed. */
const char *judge_find(struct arena *a);
/* Loads a policy with empty state; NULL: it does not start. */
struct judge *judge_start(struct arena *a, const char *program,
    const char *engine, struct str policy);
/*
 * One request.  NULL, or why there is no answer (the policy does not load);
 * else *allowed and, if the evaluation failed, its text in *failed.
 */
const char *judge_ask(struct judge *j, struct str kind,
    const struct jv *request, bool *allowed, struct str *failed);
/* What the policy printed at the last request: a list of texts. */
const struct jv *judge_prints(const struct judge *j);
void judge_stop(struct judge *j);

#endif
