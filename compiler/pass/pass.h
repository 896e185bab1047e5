/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PASS_PASS_H
#define CONTRASTC_PASS_PASS_H

#include "compiler/front/edit.h"
#include "compiler/front/k8s.h"
#include "compiler/image/image.h"
#include "runtime/base/map.h"
#include "runtime/manifest/platform.h"

/*
 * Completing the YAML.  One file per pass; pass.def is the table that runs
 * them, in order, over every workload (cli 5.5).  A pass looks at one object
 * and changes it through its edits.
 */

/* Where annotations are read (cli 6.1). */
enum annotation_location { ANNOT_BOTH, ANNOT_TEMPLATE, ANNOT_OBJECT };
/* DENY_AUTO is on in both profiles (DESIGN 5). */
enum startup_deny { DENY_AUTO, DENY_ON, DENY_OFF };
/*
 * Which annotation carries the policy: by profile (v1.2: policy, latest and
 * --coco: initdata), or as --target or --initdata say.
 */
enum carrier { CARRIER_BY_PROFILE, CARRIER_IS_POLICY, CARRIER_IS_INITDATA };

struct pass_options {
	enum profile profile;
	const struct platform *platform; /* --reference-values, or NULL */
	bool skip_initializer, skip_service_mesh;
	bool inject_image_store;
	bool debug_shell;
	bool strict;
	enum startup_deny startup_deny;
	enum annotation_location annotation_location;
	enum carrier carrier;
	bool coco; /* --coco: runtime classes of CoCo, nothing is injected */
	struct str replacements_file; /* name, for messages; "" built in */
	struct str replacements;      /* text of the image replacement list */
	bool pin_images; /* write the digest behind each tag: needs images */
	struct img_store *images; /* facts, or NULL */
	/*
	 * The RuntimeClass and handler name of a platform (reference-value
	 * data); NULL result: none known.  May be NULL itself.
	 */
	const char *(*handler)(void *, const struct platform *);
	void *handler_arg;
};

/* What became of a workload, for the summary and the later rooms. */
struct selection {
	struct k8s_object *object;
	bool in;        /* gets a policy */
	struct str why; /* one clause: "runtimeClassName is 'runc'" */
	const struct platform *platform;
	bool coordinator;
	const char *carrier; /* key of the annotation, or NULL */
	/*
	 * After the passes: is there one, injected or written by hand, and the
	 * names of their init containers ("" without one).  They are created
	 * before the application's containers (DESIGN decision 7).
	 */
	bool has_initializer, has_mesh;
	struct str initializer, mesh;
};

struct pass_ctx {
	struct arena *arena;
	struct diags *diags;
	const struct pass_options *options;
	const struct k8s_objects *objects; /* all of the run */
	struct str coordinator_ns;
	struct map replacements; /* image to its replacement, struct str * */
	/* --reference-values, or what kata-cc-isolation stands for. */
	const struct platform *platform;
	bool assumed;     /* the latter */
	bool noted_place; /* of mesh annotations; said once */
	bool any_tag;     /* for pass_verify(): the guest checks no digests */

	/* Of the object that is worked on: */
	struct edits *edits; /* of its source */
	struct selection *selection;
	const char *handler; /* its runtimeClassName to be, or NULL */
	bool failed;         /* an error that stops the later passes */
};

/*
 * Starts a run: arena, diags, options and objects are set by the caller, all
 * else is zero.  Finds the Coordinator and reads the image replacements.
 */
bool pass_begin(struct pass_ctx *ctx);
/*
 * Runs all passes over one object; `edits` belongs to its source.  An object
 * without a pod template comes out with in = false and nothing changed.
 * False if there was an error (all are reported).
 */
bool pass_run(struct pass_ctx *ctx, struct k8s_object *o, struct edits *edits,
    struct selection *out);
/*
 * The verifiers of cli 10 that look at the completed text ("after"): `o` is
 * the object as read from it, `s` what pass_run() made of the original.  Call
 * it when the images are known: what they are goes into help lines.
 */
void pass_verify(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct selection *s);
/*
 * The empty carrier annotation in the completed text, to be filled in; NULL
 * if the workload has none.
 */
struct yaml_node *pass_carrier_node(
    const struct k8s_object *o, const struct selection *s);
/*
 * The place of `len` bytes at `off` of a scalar's content.  False if the
 * source does not show the content byte for byte (escapes, several lines);
 * then *out is the whole scalar.
 */
bool pass_scalar_loc(
    struct loc *out, const struct yaml_node *scalar, size_t off, size_t len);

/*
 * The value of annotation contrast.edgeless.systems/KEY, looked up in both
 * places; NULL if absent.  A conflict is a diagnostic and counts as absent.
 */
struct yaml_node *pass_annotation(
    struct pass_ctx *ctx, const struct k8s_object *o, const char *key);

/* Carrier annotations (policy-model 10). */
#define CARRIER_POLICY "io.katacontainers.config.agent.policy"
#define CARRIER_INITDATA "io.katacontainers.config.hypervisor.cc_init_data"

/* Names of the images that are injected, up to NULL; a release pins them. */
extern const char *const pass_images[];

#endif
