/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_FIXTURE_H
#define CONTRASTC_ANALYSE_FIXTURE_H

#include "compiler/analyse/simulate.h"
#include "runtime/agent/policy.h"
#include "runtime/base/diag.h"

/*
 * Tests of policies that lie in the user's repository: YAML or JSON, a list
 * of (contrastc-test(1))
 *
 *	name       what is tested
 *	workload   NAME or KIND/NAME; all, if it is not there
 *	kind       of the request
 *	container  name: the simulated request of that kind for it
 *	what       the same, where there are several: "preStop", a path
 *	patch      JSON Patch on that
 *	request    a request instead of a simulated one
 *	allowed    the verdict that it must get
 *	reason     a part of the text of the refusal
 */
struct fixture {
	struct str name, workload, kind, container, what, reason;
	const struct jv *patch, *request;
	bool allowed;
	struct loc loc;
	bool met; /* by a workload of this run */
};
struct fixtures {
	VEC(struct fixture *) list;
};

/* Appends those of a file.  False if there was an error. */
bool fixtures_read(struct fixtures *out, struct arena *a, struct diags *d,
    const struct source *s);

/* Is it a test of this workload? "KIND/NAMESPACE/NAME" */
bool fixture_is_for(const struct fixture *f, struct str workload);

enum fixture_outcome {
	FIXTURE_PASSED,
	FIXTURE_FAILED,     /* another verdict or another reason */
	FIXTURE_NO_REQUEST, /* nothing like it is simulated */
	FIXTURE_NO_PATCH    /* the patch does not fit: text */
};
struct fixture_result {
	enum fixture_outcome outcome;
	bool allowed;
	struct str text; /* of the refusal */
};
/*
 * Asks a policy that was just loaded: what the pod does before comes before
 * it; where the request is the fixture's own, the whole start of the pod.
 * The state is that of the start again afterwards.
 */
void fixture_ask(struct fixture_result *out, struct arena *a,
    struct agent_policy *p, const struct sim *s, const struct fixture *f);

#endif
