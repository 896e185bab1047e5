/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_WHY_H
#define CONTRASTC_ANALYSE_WHY_H

#include "compiler/analyse/simulate.h"
#include "runtime/agent/policy.h"

/*
 * Why was a request refused?  From what the host shows of it, or from the
 * request itself, to the field and to what set the expectation.
 */

/* What a policy prints on denial (contrastc-policy(7)): a check that failed. */
struct why_marker {
	struct str check;   /* "user", or empty: a part of the next one */
	size_t container;   /* index, or SIM_NO_CONTAINER */
	struct str pointer; /* into the request, or empty */
	struct str found;   /* JSON, of WHY_FOUND_MAX bytes at most; or empty */
	bool cut;           /* it goes on */
};
#define WHY_FOUND_MAX 64

struct why_denial {
	struct str kind; /* "CreateContainerRequest" */
	size_t number;   /* among all refusals of the text, from 1 */
	VEC(struct why_marker) markers;
};
struct why_denials {
	VEC(struct why_denial *) list; /* each of them once */
};

#define WHY_TEXT_MAX ((size_t)64 << 20)
/*
 * The denials in a text: events, descriptions of pods, logs of shims, quoted
 * and escaped however often.  RT_ELIMIT.
 */
int why_read(struct why_denials *out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;
/* The same of what an evaluation printed, which is no text yet. */
void why_prints(struct why_denial *out, struct arena *a, struct str kind,
    const struct jv *prints);

/* One field that is not as the policy has it. */
struct why_cause {
	struct str container; /* its name; empty: the sandbox */
	struct str check;     /* of the policy */
	struct str pointer;   /* into the request */
	struct str found;     /* JSON */
	bool cut;             /* `found` goes on */
	/* In the policy data, or what a runtime sends, or NULL. */
	const struct jv *expected;
	const struct origin *origin; /* of `expected`, or of what is nearest */
	/* The same if it is of the YAML, else a line that has to do with it. */
	const struct origin *line;
	const char *help;
	const char *webhook; /* whose work it looks like, or NULL */
};
struct why {
	struct str kind, container;
	size_t number; /* of the denial */
	bool refused;
	size_t asked; /* fields of the request that were tried one by one */
	VEC(struct why_cause) causes;
};

/* From markers alone: what they point to in the pod's policy data. */
void why_denial(struct why *out, struct arena *a, const struct sim *s,
    const struct why_denial *d);
/*
 * From a request, normalised: it is asked in the place of the one that is
 * simulated for container `k` (SIM_NO_CONTAINER: the sandbox), and where it
 * is refused, every difference between them alone.
 */
void why_request(struct why *out, struct arena *a, struct agent_policy *p,
    const struct sim *s, size_t k, struct str kind, const struct jv *request);
/* Containers that the request may be for, by the name in it; else all. */
bool why_may_be_for(
    const struct sim *s, size_t k, struct str kind, const struct jv *request);

#endif
