/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_DECIDE_H
#define CONTRASTC_REGRESS_DECIDE_H

#include "runtime/base/jv.h"

/*
 * Requests that a well-behaved runtime sends for what policy data describe:
 * every pattern and token replaced by a text that it stands for.
 */
struct decide_pod {
	struct arena *arena;
	const struct jv *data; /* policy data, style full */
	const struct jv *container;
	struct str name, namespace; /* of the sandbox */
	/* A pattern that no example is known for, or empty. */
	struct str unknown;
};

/* An example of a pattern (policy-model 8.2) in the pod's container `k`. */
struct str decide_example(struct decide_pod *p, size_t k, struct str pattern);
struct jv *decide_create_sandbox(struct decide_pod *p);
/* Of the container with the index `k`; not normalised. */
struct jv *decide_create_container(struct decide_pod *p, size_t k);
/* {"container_id": …} of container `k`. */
struct jv *decide_container_id(struct decide_pod *p, size_t k);
/* A command of the container, as probes and hooks run it. */
struct jv *decide_exec(
    struct decide_pod *p, size_t k, const struct jv *command);
/* A file of a mount's source, or NULL where the agent makes it itself. */
struct jv *decide_copy_file(
    struct decide_pod *p, size_t k, const struct jv *mount);

#endif
