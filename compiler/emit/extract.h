/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_EXTRACT_H
#define CONTRASTC_EMIT_EXTRACT_H

#include "compiler/front/k8s.h"
#include "compiler/policy/policy.h"

/*
 * Policies in annotated resources (cli 5.7): what `generate` puts into the
 * manifest and what `set` and `policies` compare with it.
 */
enum secret_id_format {
	SECRET_ID_QUALIFIED, /* apps/v1/StatefulSet/default/db */
	SECRET_ID_NAME       /* db: what v1.2 wrote */
};

struct workload_policy {
	const struct k8s_object *object;
	struct str hash; /* hex, lower case */
	struct str name, ns, api, kind;
	struct str role;      /* "coordinator" or empty */
	struct str secret_id; /* in the format asked for */
	struct str other_id;  /* what the other format would give */
	/* Extraction only: what the digest is of, the module, the annotation. */
	struct str document, text, carrier;
	bool initdata;
	struct loc loc; /* of the annotation, or of the object */
};

struct workload_policies {
	VEC(struct workload_policy) list; /* input order */
};

/*
 * The entry of a workload whose digest is known.  False: a diagnostic, or
 * nothing to enter (*out has no hash then), as for the node installer.
 */
bool extract_describe(struct workload_policy *out, struct arena *a,
    struct diags *d, const struct k8s_object *o, struct str hash,
    enum secret_id_format format);
/*
 * Every workload with a carrier annotation, appended.  False and diagnostics
 * on an error; all are reported.
 */
bool extract_policies(struct workload_policies *out, struct arena *a,
    struct diags *d, const struct k8s_objects *objects,
    enum secret_id_format format);
/* "apps/v1/Deployment/shop/web", as `policies` lists it. */
struct str extract_place(struct arena *a, const struct workload_policy *w);

#endif
