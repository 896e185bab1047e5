/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service-mesh sidecar (mesh 3, cli 6.5): the last init container, if one
 * of the three annotations is there, whatever its value.
 */
#include "compiler/pass/pass_mesh_int.h"
#include "runtime/base/banned.h"

/* Conditions of the rows. */
#define LATEST 0x1u
#define ADMIN 0x2u
#define INGRESS 0x4u
#define EGRESS 0x8u

static const struct part sidecar[] = {
    {"name", NAME_MESH, PART_STR, 0, 0},
    {"image", "$0", PART_STR, 0, 0},
    {"args[+]", "-l", PART_STR, LATEST, 0},
    {"args[+]", "debug", PART_STR, LATEST, 0},
    {"restartPolicy", "Always", PART_STR, 0, 0},
    {"env[+].name", "CONTRAST_ADMIN_PORT", PART_STR, ADMIN, 0},
    {"env[].value", "$3", PART_STR, ADMIN, 0},
    {"env[+].name", "CONTRAST_INGRESS_PROXY_CONFIG", PART_STR, INGRESS, 0},
    {"env[].value", "$1", PART_STR, INGRESS, 0},
    {"env[+].name", "CONTRAST_EGRESS_PROXY_CONFIG", PART_STR, EGRESS, 0},
    {"env[].value", "$2", PART_STR, EGRESS, 0},
    {"ports[+].name", "contrast-admin", PART_STR, ADMIN, 0},
    {"ports[].containerPort", "$3", PART_INT, ADMIN, 0},
    {"securityContext.capabilities.add[+]", "NET_ADMIN", PART_STR, 0, 0},
    {"securityContext.privileged", "true", PART_BOOL, 0, 0},
    {"startupProbe.exec.command[+]", "test", PART_STR, LATEST, 0},
    {"startupProbe.exec.command[+]", "-f", PART_STR, LATEST, 0},
    {"startupProbe.exec.command[+]", "/ready", PART_STR, LATEST, 0},
    {"startupProbe.tcpSocket.port", "15006", PART_INT, 0, LATEST},
    {"startupProbe.initialDelaySeconds", "1", PART_INT, 0, 0},
    {"startupProbe.periodSeconds", "5", PART_INT, 0, 0},
    {"startupProbe.failureThreshold", "5", PART_INT, 0, 0},
    {"volumeMounts[+].name", VOLUME_SECRETS, PART_STR, 0, 0},
    {"volumeMounts[].mountPath", "/contrast", PART_STR, 0, 0},
};

const char *const pass_mesh_keys[ANNOT_KINDS] = {"servicemesh-ingress",
    "servicemesh-egress", "servicemesh-admin-interface-port"};

bool
pass_mesh_nodes(struct pass_ctx *ctx, const struct k8s_object *o,
    struct yaml_node *out[ANNOT_KINDS])
{
	bool any = false;
	int i;

	for (i = 0; i < ANNOT_KINDS; i++) {
		out[i] = pass_annotation(ctx, o, pass_mesh_keys[i]);
		any = any || out[i] != NULL;
	}
	return any;
}

bool
pass_wants_mesh(struct pass_ctx *ctx, const struct k8s_object *o)
{
	struct yaml_node *nodes[ANNOT_KINDS];

	return !ctx->options->skip_service_mesh &&
	       pass_mesh_nodes(ctx, o, nodes);
}

/* A sidecar that was never ours will be overwritten. */
static void
note_replaced(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "initContainers");
	size_t at = inject_find(seq, STR(NAME_MESH), 0);
	const struct yaml_node *c;

	if (at == SIZE_MAX)
		return;
	c = inject_item(seq, at);
	if (str_find(yaml_get_str(c, STR("image")), STR("service-mesh-proxy"),
		0) == SIZE_MAX)
		pass_context(ctx,
		    diag_report(ctx->diags, MESH_REPLACED, pass_loc(c, o)), o,
		    c);
}

void
pass_mesh(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct yaml_node *nodes[ANNOT_KINDS];
	struct str values[1 + ANNOT_KINDS];
	unsigned flags = 0;
	int i;

	if (!pass_mesh_nodes(ctx, o, nodes) || ctx->options->skip_service_mesh)
		return;
	if (!pass_mesh_check(ctx, o, nodes)) {
		ctx->failed = true;
		return;
	}
	values[0] =
	    pass_replaced(ctx, STR(IMAGE_PREFIX "service-mesh-proxy:latest"));
	for (i = 0; i < ANNOT_KINDS; i++)
		values[1 + i] = yaml_text(nodes[i]);
	flags |= ctx->options->profile == PROFILE_LATEST ? LATEST : 0;
	flags |= values[1 + ANNOT_INGRESS].n > 0 ? INGRESS : 0;
	flags |= values[1 + ANNOT_EGRESS].n > 0 ? EGRESS : 0;
	flags |= values[1 + ANNOT_ADMIN].n > 0 ? ADMIN : 0;
	note_replaced(ctx, o);
	if (!inject_empty_dir(ctx, o, STR(VOLUME_SECRETS))) {
		ctx->failed = true;
		return;
	}
	inject_container(ctx, o, PART_BUILD(ctx->arena, sidecar, flags, values),
	    INJECT_LAST, "the injected service mesh sidecar");
}
