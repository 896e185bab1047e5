/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PASS_PASS_H
#define CONTRASTC_PASS_PASS_H

#include "compiler/front/edit.h"
#include "compiler/front/k8s.h"
#include "runtime/base/map.h"
#include "runtime/manifest/platform.h"

/*
 * Completing the YAML.  One file per pass; pass.def is the table that runs
 * them, in order, over every workload (cli 5.5).  A pass looks at one object
 * and changes it through its edits.
 */

/* Where annotations are read (cli 6.1). */
enum annotation_location { ANNOT_BOTH, ANNOT_TEMPLATE, ANNOT_OBJECT };
enum startup_deny { DENY_AUTO, DENY_ON, DENY_OFF };

struct pass_options {
	enum profile profile;
	const struct platform *platform; /* --reference-values, or NULL */
	bool skip_initializer, skip_service_mesh;
	bool inject_image_store;
	bool debug_shell;
	bool strict;
	enum startup_deny startup_deny;
	enum annotation_location annotation_location;
	bool coco; /* --coco: runtime classes of CoCo, nothing is injected */
	struct str replacements_file; /* name, for messages; "" built in */
	struct str replacements;      /* text of the image replacement list */
	/*
	 * The RuntimeClass and handler name of a platform (reference-value
	 * data); NULL result: none known.
	 */
	const char *(*handler)(void *, const struct platform *);
	void *handler_arg;
};

/* What became of a workload, for the summary and the later rooms. */
struct selection {
	struct k8s_object *object;
	bool in;         /* gets a policy */
	struct str why;  /* one clause: "runtimeClassName is 'runc'" */
	const struct platform *platform;
	bool coordinator;
	bool has_initializer, has_mesh; /* after the passes */
};

struct pass_ctx {
	struct arena *arena;
	struct diags *diags;
	const struct pass_options *options;
	const struct k8s_objects *objects; /* all of the run */
	struct str coordinator_ns;
	struct map replacements;     /* image to its replacement, struct str * */
	struct edits *edits;         /* of the object's source, set per object */
	struct selection *selection; /* of the object */
};

/* Fills what is common to all objects: Coordinator, replacements. */
bool pass_begin(struct pass_ctx *ctx);
/*
 * Runs all passes over one object; `edits` belongs to its source.  False if
 * there was an error (all are reported).
 */
bool pass_run(struct pass_ctx *ctx, struct k8s_object *o, struct edits *edits,
    struct selection *out);
/* The verifiers of cli 10 that look at the completed text ("after"). */
void pass_verify(struct pass_ctx *ctx, const struct selection *s);

/*
 * The value of annotation contrast.edgeless.systems/KEY, looked up in both
 * places; NULL if absent.  A conflict is a diagnostic and counts as absent.
 */
struct yaml_node *pass_annotation(
    struct pass_ctx *ctx, const struct k8s_object *o, const char *key);

/* Carrier annotations (policy-model 10). */
#define CARRIER_POLICY "io.katacontainers.config.agent.policy"
#define CARRIER_INITDATA "io.katacontainers.config.hypervisor.cc_init_data"

#endif
