/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_LOWER_INTERNAL_H
#define CONTRASTC_LOWER_INTERNAL_H

#include "compiler/ir/ir.h"
#include "compiler/lower/lower.h"
#include "runtime/base/map.h"

/* A mount of the container settings, ready for use. */
struct base_mount {
	struct str dest;
	struct jv *mount[2]; /* [read-only root filesystem] */
	struct jv *type, *source, *options;
	bool always;      /* among mount_destinations */
	bool termination; /* its place is the container's choice */
};

/* What all containers of a kind (pause or other) share. */
struct base {
	const struct jv *settings;
	struct jv *root_path, *version;
	struct jv *system[2][7]; /* mounts of the runtime, [privileged] */
	size_t nsystem;
	VEC(struct base_mount) mounts;
	struct jv *masked[2], *readonly[2]; /* [privileged] */
};

/* How targets differ: member `contrastc.lowering` of the settings. */
struct switches {
	bool image_pull_storage; /* a storage per container names its image */
	bool volumes_covered;    /* image VOLUMEs need a volumeMount */
	bool groups;             /* GID and AdditionalGids are compared */
	bool guest_pull_error;   /* the check of users is an error */
	bool propagation;        /* mountPropagation counts for emptyDir */
	bool propagation_all;    /* and for all other volumes */
	bool image_group;        /* the G of the image's U:G counts */
	bool pod_sysctls;        /* the runtime passes them on */
	bool image_layers;       /* the guest checks the image's layers */
	bool named_root;         /* a user that the image names is root */
	bool direct_claims;      /* the guest mounts claims of some classes */
	bool guest_pull, config_storages;
};

enum propagation { RPRIVATE, RSHARED, RSLAVE };

struct lower {
	struct arena *arena;
	struct diags *diags;
	const struct jv *settings;
	struct img_store *images;
	const struct lower_options *options;
	struct switches sw;
	struct base pause, other;
	struct map config_maps, secrets; /* name to struct data_list */
	struct map claims; /* "namespace/name" and "/name" to k8s_object */
	struct map users;  /* reference to struct img_users */
	struct jv *options_of[3][2]; /* [propagation][read only] */
	struct jv *yes, *no, *null, *empty_list, *empty_map, *empty_text;
	struct jv *type_bind;
	struct jv *namespaces[2];                  /* [without uts] */
	struct jv *default_caps, *privileged_caps; /* of common */
	struct jv *default_token, *privileged_token;
	struct jv *annotation_patterns;
	/* The members behind `containers`, [Coordinator]. */
	VEC(struct jv_member) tail[2];
	struct str gpu_key, gpu_value, gpu_type, vfio_path;
};

/* passwd and group of an image. */
struct img_user {
	struct str name;
	uint32_t uid, gid;
};
struct img_group {
	struct str name, members;
	uint32_t gid;
};
struct img_users {
	VEC(struct img_user) users;
	VEC(struct img_group) groups;
};

/* One workload, and the container that is lowered. */
struct work {
	struct lower *l;
	struct arena *a;
	const struct ir_workload *w;
	struct str ns;
	size_t expanded; /* bytes that references became */
	bool coordinator;
	bool failed;
	struct map volumes; /* name to struct ir_volume */
	struct map claims;  /* name to the template's struct ir_claim */
	struct map annotations, labels, sysctls; /* key to struct ir_pair */
	/* NULL: the pause container */
	const struct ir_container *k;
	struct base *base;
	struct str image;
	struct loc image_loc;
	const struct img_facts *facts;
	const struct jv *config; /* of the image, or NULL */
	const struct img_users *users;
	const struct origin *image_origin;
	bool privileged;
};

/* values with origin: emit.c */

#define BECAUSE(name, text)                                                    \
	static const struct origin name = {                                    \
	    ORIGIN_COMPILER, {NULL, 0, 0}, STR_INIT(text)}

struct jv *lw_str(struct arena *a, struct str s, const struct origin *o);
struct jv *lw_int(struct arena *a, int64_t n, const struct origin *o);
struct jv *lw_bool(struct work *w, bool b, const struct origin *o);
/* Appends a member that is not there yet. */
void lw_put(
    struct arena *a, struct jv *object, const char *key, struct jv *value);
const struct origin *lw_yaml(struct work *w, const struct yaml_node *n);
const struct origin *lw_image(struct work *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Three texts in a row. */
struct str lw_cat(struct arena *a, struct str x, struct str y, struct str z);
/* The last component of a path; slashes at its end do not count. */
struct str lw_last(struct str path);
/* Says in which container of which object; errors fail the workload. */
struct diag *lw_found(struct work *w, struct diag *g);
struct loc lw_loc(const struct yaml_node *n);

/* expand.c */

/*
 * Text inside of lowering: a value of the run time is NUL and a byte, so that
 * nothing that a user writes can be taken for one.
 */
enum token {
	TOKEN_NONE,
	TOKEN_SANDBOX_NAME,
	TOKEN_SANDBOX_NAMESPACE,
	TOKEN_HOST_NAME,
	TOKEN_NODE_NAME,
	TOKEN_POD_UID,
	TOKEN_POD_IP,
	TOKEN_HOST_IP,
	TOKEN_RESOURCE_FIELD,
	TOKEN_TODO_ANNOTATION,
	TOKEN_COUNT
};
struct str lw_token(struct arena *a, enum token t);

struct env_var {
	struct str name, value; /* inside form */
	bool bare;              /* the name alone, without '=' */
	bool image;             /* of the image */
	bool stays;             /* sent beside the one that wins */
	const struct origin *origin;
	struct loc loc;
};

/* Replaces references as the kubelet does; `vars` is name to env_var. */
struct str lw_expand(
    struct work *w, struct str text, const struct map *vars, struct loc loc);
/* To the form of the policy: an argument or any other text. */
struct str lw_outside(struct work *w, struct str text, bool arg);
/* Reports a policy token in what a user wrote; false if there is one. */
bool lw_no_token(
    struct work *w, struct str text, const char *what, struct loc loc);

/* env.c */

struct env {
	VEC(struct env_var *) list;
	struct map by_name;
};
/* Adds or replaces by name. */
void lw_env_add(struct work *w, struct env *e, struct env_var *v);
/* The variables of the YAML, and what references in arguments see. */
void lw_env_yaml(struct work *w, struct env *e, struct map *vars);
void lw_index_data(struct lower *l, const struct k8s_objects *all);

/* user.c */

struct gid {
	uint32_t gid;
	const struct origin *origin;
};
struct user {
	uint32_t uid, gid;
	const struct origin *uid_origin, *gid_origin;
	VEC(struct gid) gids; /* sorted */
};
const struct img_users *lw_users(struct work *w);
void lw_user(struct work *w, struct user *u);

/* secret.c: warns of what every verifier could read. */

/* `from`, or NULL: the value is of this Secret. */
void lw_secret_env(struct work *w, const struct env_var *v,
    const struct ir_ref *from, const struct k8s_object *object);
void lw_secret_args(struct work *w, const struct ir_strs *args);

/* the parts of a container */

/* What the runtime sends although it does not count goes to `overridden`. */
struct jv *lw_process(struct work *w, struct jv *overridden);
struct jv *lw_mounts(struct work *w, struct jv *storages);
struct jv *lw_container(struct work *w);
/* The image's own storages, the upper layer first. */
void lw_layers(struct work *w, struct jv *storages);

/* volume.c: a claim in the list of all objects. */
void lw_index_claim(struct lower *l, const struct k8s_object *o);

struct mounts {
	struct jv *list;
	struct map by_dest; /* filled once the list is long */
};
void lw_mount_append(struct work *w, struct mounts *m, struct jv *mount);
/* Replaces the mount of the same destination, or appends. */
void lw_mount_place(struct work *w, struct mounts *m, struct jv *mount);
bool lw_mount_has(const struct mounts *m, struct str dest);
struct jv *lw_mount(struct arena *a, struct jv *dest, struct jv *source,
    struct jv *type, struct jv *options);
void lw_volumes(struct work *w, struct mounts *m, struct jv *storages);
struct jv *lw_storage(struct arena *a, struct jv *driver,
    struct jv *driver_options, struct jv *source, struct jv *fstype,
    struct jv *options, struct jv *mount_point, struct jv *fs_group,
    struct jv *shared);

/* base.c: fills what is shared by all workloads of a run. */
bool lw_prepare(struct lower *l);

#endif
