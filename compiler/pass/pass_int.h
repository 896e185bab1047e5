/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PASS_PASS_INT_H
#define CONTRASTC_PASS_PASS_INT_H

#include "compiler/pass/pass.h"

#define ANNOT_PREFIX "contrast.edgeless.systems/"
/* Placeholders of our images; a release replaces them. */
#define IMAGE_PREFIX "ghcr.io/edgelesssys/contrast/"
#define IMAGE_INITIALIZER IMAGE_PREFIX "initializer:latest"

#define NAME_INITIALIZER "contrast-initializer"
#define NAME_MESH "contrast-service-mesh"
#define NAME_SHELL "contrast-debug-shell"
#define NAME_HOLDER "pvc-holder"
#define VOLUME_SECRETS "contrast-secrets"
#define VOLUME_STORE "image-store"

/* One function per line of pass.def. */
#define PASS(id, when) void pass_##id(struct pass_ctx *, struct k8s_object *);
#include "compiler/pass/pass.def"
#undef PASS

/*
 * An injected container (or volume) is a table of rows: `path` leads to a
 * place ("a.b", "a[+].b": a new item, "a[].b": its last item, "a[+]": a new
 * scalar item), `value` is what goes there; "$N" stands for the N-th of the
 * values.  A row counts if all bits of `need` and none of `not` are set.
 */
enum part_kind { PART_STR, PART_INT, PART_BOOL, PART_EMPTY_MAP };
struct part {
	const char *path;
	const char *value;
	enum part_kind kind;
	unsigned need, not ;
};
struct yaml_node *part_build(struct arena *a, const struct part *parts,
    size_t n, unsigned flags, const struct str *values);
#define PART_BUILD(a, parts, flags, values)                                    \
	part_build((a), (parts), sizeof(parts) / sizeof((parts)[0]), (flags),  \
	    (values))

/* Index of the item whose `name` this is, from `from` on; SIZE_MAX: none. */
size_t inject_find(const struct yaml_node *seq, struct str name, size_t from);
/* Items of a sequence that may be absent. */
size_t inject_count(const struct yaml_node *seq);
struct yaml_node *inject_item(const struct yaml_node *seq, size_t i);

/* Where an injected init container goes. */
enum inject_place {
	INJECT_FIRST,  /* before all others */
	INJECT_SECOND, /* the same, but after the pvc-holder */
	INJECT_BEFORE, /* last, but before the mesh sidecar */
	INJECT_LAST
};
/*
 * Makes the init container `built` the only one of its name, at its place.
 * What is there already and means the same is not touched.
 */
void inject_container(struct pass_ctx *ctx, struct k8s_object *o,
    struct yaml_node *built, enum inject_place place, const char *what);
/* An emptyDir volume of this name; false after an error. */
bool inject_empty_dir(
    struct pass_ctx *ctx, struct k8s_object *o, struct str name);
/* The mount of contrast-secrets as last mount of every container of a list. */
void inject_mounts(
    struct pass_ctx *ctx, struct k8s_object *o, const char *list);

/* Before the first change: nothing on the way to the pod spec is shared. */
void pass_own(struct pass_ctx *ctx, struct k8s_object *o);
/* The annotations of the pod template, to be changed; NULL: it failed. */
struct yaml_node *pass_pod_annotations(
    struct pass_ctx *ctx, struct k8s_object *o);

/* The image that this one is replaced by, or itself. */
struct str pass_replaced(const struct pass_ctx *ctx, struct str image);
bool pass_replacements_read(struct pass_ctx *ctx);

bool pass_is_coordinator(const struct k8s_object *o);

/*
 * The name of the init container that is called `name` or has Contrast's
 * image of that purpose ("initializer"); "" without one.
 */
struct str pass_find_ours(struct pass_ctx *ctx, const struct k8s_object *o,
    const char *name, const char *image);

/* Is the Initializer injected into this one? */
bool pass_wants_initializer(struct pass_ctx *ctx, const struct k8s_object *o);
/* Is one of the mesh annotations there, and the mesh not skipped? */
bool pass_wants_mesh(struct pass_ctx *ctx, const struct k8s_object *o);
/* Is anything injected into this pod at all? */
bool pass_injects(const struct pass_ctx *ctx);
/* Warns about mesh annotations of a pod that is not ours. */
void pass_mesh_ignored(struct pass_ctx *ctx, const struct k8s_object *o);
/* secure-pv: device and mount; false if not asked for or after an error. */
bool pass_secure_pv(struct pass_ctx *ctx, struct k8s_object *o,
    struct str *device, struct str *mount);
/* What the container list of a pod has, main and init alike. */
#define PASS_LISTS 2
extern const char *const pass_lists[PASS_LISTS];
/* Writes the image of container `i` of the list. */
void pass_set_image(struct pass_ctx *ctx, struct k8s_object *o, struct str list,
    size_t i, struct str image);

/* name[:tag]@sha256:<64 hex> */
bool pass_has_digest(struct str image);

/* Does the guest pull the images, not the node? */
bool pass_guest_pulls(const struct selection *s);

/* CPUs of the VM (cli 6.8); false if a quantity cannot be read. */
bool pass_vcpu_count(
    struct pass_ctx *ctx, const struct k8s_object *o, int64_t *out);

/*
 * Upstream's verifiers weigh by profile: errors in latest and with --strict;
 * our own only with --strict.
 */
void pass_weigh(struct pass_ctx *ctx, struct diag *g, bool upstream);
/* Adds "in container 'web'" and the workload to a finding. */
void pass_context(struct pass_ctx *ctx, struct diag *g,
    const struct k8s_object *o, const struct yaml_node *container);
/* Where the object is: its name, else its kind, else itself. */
struct loc pass_object_loc(const struct k8s_object *o);
/* Of a node that may be NULL. */
struct loc pass_loc(const struct yaml_node *n, const struct k8s_object *o);

/* An annotation value for printf's "%.*s". */
#define SHOWN(s) (int)((s).n > 200 ? 200 : (s).n), (s).p

#endif
