/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_SIMULATE_H
#define CONTRASTC_ANALYSE_SIMULATE_H

#include "compiler/ir/ir.h"
#include "runtime/agent/agent.h"

/*
 * The requests that a well-behaved runtime sends for a workload, from the
 * pod's sandbox to its end: what the policy data expect, with every pattern
 * and token replaced by a text that it stands for, and beside it what the
 * policy data do not say but runtimes do.  Nothing is random.
 */

/* When in a pod's life. */
#define SIM_PHASES(X)                                                          \
	X(SIM_SANDBOX, "sandbox") /* the VM is there, no container yet */      \
	X(SIM_CREATE, "create")   /* files, then the container */              \
	X(SIM_START, "start")                                                  \
	X(SIM_RUN, "run") /* probes, logs, statistics */                       \
	X(SIM_STOP, "stop")
enum sim_phase {
#define X(id, name) id,
	SIM_PHASES(X)
#undef X
};
const char *sim_phase_name(enum sim_phase p);

#define SIM_NO_CONTAINER SIZE_MAX

struct sim_request {
	struct str kind; /* "CreateContainerRequest" */
	struct jv *input;
	enum sim_phase phase;
	size_t container;    /* index in the policy data, or SIM_NO_CONTAINER */
	struct str name;     /* of the container, "" for the sandbox's */
	struct str what;     /* "livenessProbe", a path; or empty */
	bool may_be_refused; /* a pod runs all the same: logs */
};

/*
 * What only the workload's YAML tells: the files of ConfigMaps and Secrets,
 * which command is a probe or a hook, what ends before the next one starts.
 */
struct sim_hints;
struct sim_hints *sim_hints_new(struct arena *a, const struct ir_workload *w,
    const struct k8s_objects *objects);

struct sim {
	struct arena *arena;
	const struct jv *data;
	const struct sim_hints *hints; /* or NULL */
	struct str name, namespace;    /* of the sandbox */
	struct str sandbox_id, uid;
	/* A pattern that no example could be made of, or empty. */
	struct str unknown;
	VEC(struct sim_request) list;
};

/*
 * A pod of the policy data, as lowering makes them and style full prints
 * them.  Its requests are normalised, and in the form of the target's agents.
 * RT_EINVAL: the data are no policy data; RT_EFORMAT: an expression in them
 * is beyond what examples are made of, `unknown`.
 */
int sim_new(struct sim **out, struct arena *a, const struct jv *policy_data,
    const struct sim_hints *hints, struct rt_err *err) RT_MUST_CHECK;

/* The form in which the target's agents have a file's copy. */
enum agent_copy sim_copy_form(struct str target);
/* The engine of runtime/rego that the agents of a target have. */
const char *sim_engine(struct str target);

#endif
