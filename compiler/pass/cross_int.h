/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PASS_CROSS_INT_H
#define CONTRASTC_PASS_CROSS_INT_H

#include "compiler/pass/cross.h"
#include "compiler/pass/pass_mesh_int.h"

/* Summaries; texts are copies in the arena of struct cross. */
struct cross_text {
	struct str s;
	struct loc loc;
};

struct cross_label {
	struct str pair; /* KEY, NUL, VALUE */
};

struct cross_port {
	struct str name, container, protocol;
	int64_t number, host; /* host: 0 without a hostPort */
	struct str host_ip;
	struct loc loc;
	bool ends; /* of an init container that is no sidecar */
};

struct cross_entry { /* of an annotation */
	struct str name;
	struct loc loc;
	uint16_t port; /* egress: of the listener */
	bool plain;
	struct str host; /* egress */
	uint16_t remote;
};

struct cross_mesh {
	bool disabled; /* ingress is plain altogether */
	VEC(struct cross_entry) ingress, egress;
	uint16_t admin;
	struct loc admin_loc;
};

enum cross_kind {
	CROSS_CONFIG_MAP,
	CROSS_SECRET,
	CROSS_CLAIM,
	CROSS_ACCOUNT,
	CROSS_KINDS
};

/* What a pod needs from another object. */
struct cross_ref {
	enum cross_kind kind;
	struct cross_text name;
	VEC(struct cross_text) keys;
	bool optional;
	bool variable; /* its values are part of the policy */
	bool pull;     /* imagePullSecrets */
};

struct cross_pod {
	struct str kind, ns, name;
	struct str what;     /* "Deployment 'web' (namespace 'shop')" */
	struct str rendered; /* file that it was rendered from, or "" */
	struct loc loc;
	bool in, contrast, coordinator, guest_pull, store;
	struct cross_mesh *mesh; /* NULL: no mesh */
	VEC(struct cross_label) labels;
	VEC(struct cross_port) ports;
	VEC(struct cross_ref) refs;
	VEC(struct cross_text) images;
	VEC(struct cross_service *) services; /* that select it */
	uint64_t memory;                      /* limit of the pod; 0: none */
	struct cross_text memory_at;
	struct cross_text id; /* annotation workload-secret-id */
	struct str secret_id;
};

struct cross_service_port {
	struct str name, target_name, protocol;
	int64_t number, target;
	struct loc loc;
};

struct cross_service {
	struct str ns, name;
	struct loc loc;
	bool external; /* ExternalName: a name of the DNS */
	bool headless; /* clients reach the pods themselves */
	bool exposed;  /* from outside of the cluster */
	VEC(struct cross_label) selector;
	VEC(struct cross_service_port) ports;
	VEC(struct cross_pod *) pods; /* that it selects; see cross_service.c */
};

/* A ConfigMap, a Secret, a claim or a ServiceAccount. */
struct cross_data {
	struct cross_text name;
	struct str ns;
	struct map keys;             /* of data; values are the map itself */
	VEC(struct cross_text) pull; /* imagePullSecrets of an account */
	struct cross_data *twice;    /* defined again */
};

struct cross {
	struct arena *arena;
	struct diags *diags;
	const struct cross_options *options;
	VEC(struct cross_pod *) pods;
	VEC(struct cross_service *) services;
	VEC(struct cross_data *) data[CROSS_KINDS];
	struct map service_names;           /* NS/NAME */
	struct map data_names[CROSS_KINDS]; /* NS/NAME */
	struct map data_any[CROSS_KINDS];   /* NAME: the first of it */
	struct map service_ns;              /* namespaces with Services */
	struct map namespaces;              /* of any object */
	struct map labels;   /* NS, NUL, label: struct cross_bucket */
	struct map produced; /* NS/NAME of what operators make Secrets of */
	size_t work;         /* comparisons that may still be made */
};

struct cross_bucket {
	VEC(struct cross_pod *) pods;
};

/* Is `s` most likely a slip of the pen for the known name? */
bool cross_is_near(struct str known, struct str s);
struct str cross_key(struct cross *c, struct str ns, struct str name);
const char *cross_kind_name(enum cross_kind k);
/* Adds the workload to a finding. */
void cross_whose(struct cross *c, struct diag *g, const struct cross_pod *p);
struct cross_text cross_text(
    struct cross *c, const struct yaml_node *n, const struct k8s_object *o);

/* Summaries of one object each. */
void cross_add_pod(struct cross *c, struct pass_ctx *ctx,
    const struct k8s_object *o, const struct selection *s);
void cross_add_refs(
    struct cross *c, struct cross_pod *p, const struct k8s_object *o);
void cross_add_service(struct cross *c, const struct k8s_object *o);
void cross_add_data(
    struct cross *c, const struct k8s_object *o, enum cross_kind k);

/* Which pods a Service selects; before the checks below. */
void cross_select(struct cross *c);
/* Is the port declared by a container that runs on? */
bool cross_declares(const struct cross_pod *p, int64_t port);
/* Does the mesh leave the port alone? */
bool cross_is_plain(const struct cross_pod *p, int64_t port);
/* The container port that a Service's port leads to; 0: none. */
int64_t cross_target(
    const struct cross_pod *p, const struct cross_service_port *port);

/* Searches and comparisons that are left; false: none, so look no further. */
bool cross_may(struct cross *c);

void cross_check_services(struct cross *c);
void cross_check_egress(struct cross *c, const struct cross_pod *p);
void cross_check_ports(struct cross *c, const struct cross_pod *p);
void cross_check_refs(struct cross *c, const struct cross_pod *p);
void cross_check_names(struct cross *c);

#endif
