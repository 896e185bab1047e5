/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_LOWER_LOWER_H
#define CONTRASTC_LOWER_LOWER_H

#include "compiler/front/k8s.h"
#include "compiler/image/image.h"
#include "compiler/lower/target.h"

/*
 * The options that become switches which the rules read from
 * policy_data.contrastc.checks (policy-model 9.3), where they change the
 * target's default.
 */
struct lower_options {
	const struct target *target;
	const struct jv *settings;
	bool debug;       /* --access debug: logs, exec, streams open */
	bool start_order; /* Initializer and mesh before the application */
	bool no_sidecar_omitted, env_complete, unique_containers;
	bool coordinator; /* the Coordinator's variant (cli 8.2) */
	bool lenient;     /* unknown fields are warnings */
};

/*
 * One workload to policy data (policy-model 7 and 9): the same function for
 * all kinds.  Every leaf has its origin.  ConfigMaps and Secrets come from
 * `all`.  NULL if there was an error (all are reported).
 */
struct jv *lower_workload(struct arena *a, struct diags *d,
    const struct k8s_object *o, const struct k8s_objects *all,
    struct img_store *images, const struct lower_options *options);

#endif
