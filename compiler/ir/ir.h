/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IR_IR_H
#define CONTRASTC_IR_IR_H

#include "compiler/front/k8s.h"

/*
 * A workload as the lowering sees it: typed, and each value with the node
 * of the completed text that it came from.  `node` NULL: it is not there.
 */
struct ir_str {
	struct str s;
	struct yaml_node *node;
};
struct ir_int {
	int64_t v;
	struct yaml_node *node;
};
struct ir_bool {
	bool v;
	struct yaml_node *node;
};
struct ir_strs {
	VEC(struct ir_str) list;
	struct yaml_node *node;
};
struct ir_ints {
	VEC(struct ir_int) list;
};

/* One key of an object, or all of them. */
struct ir_ref {
	struct ir_str name, key;
	struct ir_bool optional;
	struct yaml_node *node;
};

struct ir_env {
	struct ir_str name, value;
	struct ir_ref config_map, secret;
	struct ir_str field_path;
	struct yaml_node *resource; /* resourceFieldRef */
	struct yaml_node *source;   /* valueFrom */
	struct yaml_node *node;
};

struct ir_env_from {
	struct ir_ref config_map, secret;
	struct ir_str prefix;
	struct yaml_node *node;
};

struct ir_mount {
	struct ir_str name, path, propagation, sub_path, sub_path_expr;
	struct ir_bool read_only;
	struct yaml_node *node;
};

struct ir_device {
	struct ir_str name, path;
	struct yaml_node *node;
};

enum ir_volume_kind {
	IR_EMPTY_DIR,
	IR_HOST_PATH,
	IR_CLAIM,  /* persistentVolumeClaim, azureFile, csi, ephemeral */
	IR_CONFIG, /* configMap, secret */
	IR_PROJECTED,
	IR_DOWNWARD,
	IR_UNSUPPORTED /* a type that Kata cannot share, or several */
};

struct ir_volume {
	struct ir_str name;
	enum ir_volume_kind kind;
	struct str type;            /* the member's name: "csi" */
	struct ir_str medium;       /* emptyDir */
	struct ir_str path;         /* hostPath */
	struct yaml_node *type_key; /* NULL: no type is given */
	struct yaml_node *node;
};

struct ir_security {
	struct ir_int user, group, fs_group;
	struct ir_ints groups; /* supplementalGroups */
	struct ir_bool escalation, privileged, read_only_root;
	struct ir_strs add, drop; /* capabilities */
	struct yaml_node *sysctls;
	struct yaml_node *node;
};

/* A member of resources.limits. */
struct ir_limit {
	struct str key;
	struct yaml_node *value;
};

enum { IR_PROBES = 5 };

struct ir_container {
	struct ir_str name, image, working_dir, termination_path;
	struct ir_str restart_policy;
	struct ir_strs command, args;
	struct ir_bool tty;
	struct ir_security security;
	/* Commands of livenessProbe, readinessProbe, startupProbe, postStart
	 * and preStop; node NULL where there is none. */
	struct ir_strs exec[IR_PROBES];
	VEC(struct ir_env) env;
	VEC(struct ir_env_from) env_from;
	VEC(struct ir_mount) mounts;
	VEC(struct ir_device) devices;
	VEC(struct ir_limit) limits;
	bool init;
	struct yaml_node *node;
};

struct ir_pair {
	struct ir_str key, value;
};

/* One of volumeClaimTemplates. */
struct ir_claim {
	struct ir_str name, storage_class;
};

struct ir_workload {
	const struct k8s_object *object;
	VEC(struct ir_container) init, main;
	VEC(struct ir_volume) volumes;
	VEC(struct ir_claim) claims;
	VEC(struct ir_pair) annotations, labels; /* of the pod */
	VEC(struct ir_pair) sysctls;
	struct ir_security security;
	struct ir_bool host_network, share_pids;
	struct ir_str service_account;
	/*
	 * Expression for the pod's name with `^` and `$`, or empty: the object
	 * has neither name nor generateName.
	 */
	struct str sandbox_name;
	bool failed; /* there was an error; what could be read is there */
};

/*
 * Builds it from one object that has a pod template.  Values of a wrong type,
 * unquoted numbers where a string belongs, ids out of range are diagnostics
 * and set `failed`; NULL if there is no pod template.
 */
struct ir_workload *ir_build(
    struct arena *a, struct diags *d, const struct k8s_object *o);

/* Is there an error about this place already (of the check of fields)? */
bool ir_reported(const struct diags *d, struct loc loc);

/* A backslash before each character that is special in an expression. */
struct str ir_regex_escape(struct arena *a, struct str s);

#endif
