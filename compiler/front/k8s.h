/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_K8S_H
#define CONTRASTC_FRONT_K8S_H

#include "compiler/front/yaml.h"
#include "runtime/base/buf.h"

/* The table of kinds (k8s_kind.def): used by every room. */
enum k8s_role {
	K8S_WORKLOAD, /* has a pod template: completed, gets a policy */
	K8S_DATA,     /* ConfigMap, Secret, claim: workloads refer to it */
	K8S_KNOWN     /* passed through */
};

struct k8s_kind {
	const char *api;  /* "apps/v1" */
	const char *name; /* "Deployment" */
	enum k8s_role role;
	/*
	 * Path of the object that holds `metadata` and `spec` of the pod:
	 * "", "spec.template", "spec.jobTemplate.spec.template"; NULL: none.
	 */
	const char *pod;
};

const struct k8s_kind *k8s_kind_find(struct str api, struct str name);
/* The kind that was most likely meant, or NULL. */
const struct k8s_kind *k8s_kind_near(struct str api, struct str name);

/* One Kubernetes object; an element of a List is one of its own. */
struct k8s_object {
	struct unit *unit;
	struct yaml_node *node;
	struct yaml_node *at;        /* as written: `node`, or an alias of it */
	const struct k8s_kind *kind; /* NULL: passed through with a note */
	struct str api, kind_name;
	struct str name;          /* metadata.name */
	struct str generate_name; /* metadata.generateName */
	struct str ns;            /* metadata.namespace, "" if absent */
	/* Workloads only: nodes of the pod template, NULL if absent. */
	struct yaml_node *pod;      /* holds metadata and spec */
	struct yaml_node *pod_meta; /* pod's metadata */
	struct yaml_node *pod_spec;
};

struct k8s_objects {
	VEC(struct k8s_object *) list;
};

/*
 * The objects of documents, Lists expanded; a document that is no Kubernetes
 * object is a diagnostic.  False if there was an error.
 */
bool k8s_objects_read(struct k8s_objects *out, struct arena *a, struct diags *d,
    const struct units *units);

struct edits;
/*
 * Call once before an object is changed: where parts of it down to the pod's
 * metadata and spec are aliases or come from a merge key, they become the
 * object's own, and the pointers follow.
 */
void k8s_object_own(struct k8s_object *o, struct edits *e);

/* Sets the pointers again, where nodes were replaced by equal ones. */
void k8s_object_find(struct k8s_object *o);

/* "Deployment 'web' (namespace 'shop')", for notes. */
struct str k8s_describe(struct arena *a, const struct k8s_object *o);
/* The place of an object's name, else of what there is of it. */
struct loc k8s_loc(const struct k8s_object *o);
/*
 * Adds to a finding without notes whose it is: the container, if `container`
 * is one with a name, the object, and the file that it was rendered from.
 */
void k8s_say_whose(struct diags *d, struct diag *g, const struct k8s_object *o,
    const struct yaml_node *container);
/*
 * The ConfigMap or Secret of that name: exact namespace first ("" and
 * "default" are equal), then by name alone (*other_ns is set).  NULL: none.
 */
const struct k8s_object *k8s_find(const struct k8s_objects *all,
    const char *kind, struct str name, struct str ns, bool *other_ns);

/*
 * Warns if an object of a kind that is not known has a pod with a runtime
 * class that begins with one of Contrast's: it gets no policy.
 */
void k8s_check_kind(struct diags *d, const struct k8s_object *o);
/*
 * Checks the fields of an object against the table of fields
 * (k8s_field.def): unknown ones with a suggestion, unsupported ones with the
 * reason, wrong types; positioned diagnostics.  In a selected pod template
 * an unknown or unsupported field is an error, elsewhere a warning or
 * nothing.  False if there was an error.
 */
bool k8s_check_fields(struct arena *a, struct diags *d,
    const struct k8s_object *o, bool selected, bool lenient);

/* How the table classes a path such as "spec.containers[].image". */
enum k8s_field_class { K8S_ENFORCED, K8S_IRRELEVANT, K8S_UNSUPPORTED };
struct k8s_field {
	const char *kind; /* "v1/Pod" */
	const char *path; /* [] is an element of a list, {} of a map */
	const char *type; /* "string", "int32", "bool", "object X", … */
	enum k8s_field_class class;
	const char *why;  /* NULL for enforced */
	const char *help; /* unsupported: what to do instead */
	const char *only; /* unsupported but for this value, or NULL */
};
/*
 * All paths, kind by kind, in the order of the API.  The template of the
 * other kinds has what v1/Pod has and is not listed again.
 */
const struct k8s_field *k8s_fields(struct arena *a, size_t *n);
/* The same as text, by class, what is below a listed field left out. */
void k8s_fields_print(struct buf *out);

#endif
