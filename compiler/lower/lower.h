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
	const struct jv *settings; /* of settings_load() */
	bool debug;       /* --access debug: logs, exec, streams open */
	bool start_order; /* Initializer and mesh before the application */
	bool no_sidecar_omitted, env_complete, unique_containers;
};

/* What is particular to one workload. */
enum {
	LOWER_COORDINATOR = 1 << 0, /* the Coordinator's variant (cli 8.2) */
	LOWER_NO_SIDECAR_OMITTED = 1 << 1,
	LOWER_ENV_COMPLETE = 1 << 2,
	LOWER_UNIQUE_CONTAINERS = 1 << 3
};

/*
 * What the workloads of a run share.  ConfigMaps and Secrets come from `all`,
 * the first of a name wins.  NULL after an error in the settings.
 */
struct lower;
struct lower *lower_new(struct arena *a, struct diags *d,
    const struct k8s_objects *all, struct img_store *images,
    const struct lower_options *options);

/* What lowering asks of images: a set of IMG_…. */
unsigned lower_image_needs(const struct lower *l);
/* The images that lower_workload() will ask for are added to *out. */
struct img_wants {
	VEC(struct img_want) list;
};
void lower_images(struct img_wants *out, struct lower *l, struct arena *a,
    const struct k8s_object *o);

/*
 * One workload to policy data (policy-model 7 and 9): the same function for
 * all kinds.  Every leaf has its origin.  The result lives in `a` and in the
 * arena of lower_new(): parts are shared between workloads, so it is not to
 * be changed.  NULL if there was an error (all are reported).
 */
struct jv *lower_workload(struct lower *l, struct arena *a,
    const struct k8s_object *o, unsigned flags);

#endif
