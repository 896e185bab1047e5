/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_AGENT_POLICY_H
#define CONTRASTC_AGENT_POLICY_H

#include "runtime/agent/agent.h"

/*
 * How the Kata agent comes to a verdict (policy-model 2 and 6, rego 12): the
 * policy in force, its state, what a rule's value means, and the texts of a
 * refusal.  What evaluates Rego is somebody else's: struct agent_engine.
 */

/* What one evaluation of data.agent_policy.RULE gave. */
enum agent_outcome {
	AGENT_UNDEFINED, /* no value: not even a default */
	AGENT_VALUE,     /* value */
	AGENT_ABORTED    /* error */
};
struct agent_answer {
	enum agent_outcome outcome;
	const struct jv *value;
	struct str error; /* one line */
	const struct jv
	    *prints; /* list of texts "agent_policy:7: x", or NULL */
};

struct agent_engine {
	void *ctx;
	/*
	 * Forgets the policy before and loads this one.  False: it does not
	 * load, *error (in `a`) says why.
	 */
	bool (*load)(
	    void *ctx, struct arena *a, struct str text, struct str *error);
	/*
	 * Evaluates a rule of the policy that was loaded last; `data` is the
	 * whole base document.  What *out points to is in `a`.
	 */
	void (*ask)(void *ctx, struct arena *a, struct agent_answer *out,
	    struct str rule, const struct jv *input, const struct jv *data);
};

/* Status of the RPC that the host sees. */
#define AGENT_STATUSES(X)                                                      \
	X(AGENT_OK, "OK")                                                      \
	X(AGENT_PERMISSION_DENIED, "PERMISSION_DENIED")                        \
	X(AGENT_INTERNAL, "INTERNAL")                                          \
	X(AGENT_INVALID_ARGUMENT, "INVALID_ARGUMENT")
enum agent_status {
#define X(id, name) id,
	AGENT_STATUSES(X)
#undef X
};
const char *agent_status_name(enum agent_status s);

struct agent_verdict {
	bool allowed;
	enum agent_status status;
	struct str text;         /* of a refusal: what the host is told */
	struct str error;        /* of AGENT_INTERNAL: what went wrong */
	const struct jv *prints; /* of this evaluation, or NULL */
	const struct jv *ops;    /* the patch that was applied, or NULL */
	bool despite_policy;     /* only AllowRequestsFailingPolicy allows it */
	/* ReadStreamRequest: the host gets an empty answer, no error. */
	bool silent;
};

/* The policy in force and its state.  Everything is in the arena. */
struct agent_policy;
/* Without a policy yet: every request is refused. */
struct agent_policy *agent_policy_new(
    struct arena *a, const struct agent_engine *engine);
/*
 * A policy that nobody is asked about: the default file, initdata.  State
 * begins anew; AllowRequestsFailingPolicy is evaluated once.  RT_EFORMAT: it
 * does not load; the agent has none then.
 */
int agent_policy_load(
    struct agent_policy *p, struct str text, struct rt_err *err) RT_MUST_CHECK;
/*
 * One request, normalised (agent.h): the verdict, and the state after it.
 * Kinds that the engine's policy has no rule for are refused.
 */
void agent_policy_ask(struct agent_verdict *out, struct agent_policy *p,
    struct arena *a, struct str kind, const struct jv *request);
/*
 * The RPC SetPolicy: SetPolicyRequest is asked, then the policy replaced.
 * AGENT_INVALID_ARGUMENT: it does not load; no rules are left then.
 */
void agent_policy_set(struct agent_verdict *out, struct agent_policy *p,
    struct arena *a, struct str text);

/*
 * data.pstate and what is around it.  Documents never change, so what this
 * gives may be kept and put back: requests can be tried without a trace.
 */
struct jv *agent_policy_state(const struct agent_policy *p);
void agent_policy_restore(struct agent_policy *p, struct jv *state);
bool agent_policy_allows_failing(const struct agent_policy *p);

#endif
