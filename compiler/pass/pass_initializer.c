/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Initializer (cli 6.3): the first init container, which gets the pod its
 * certificates and secrets, and the volume that it puts them into.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

/* Conditions of the rows. */
#define LATEST 0x1u
#define PV 0x2u    /* an encrypted volume is prepared */
#define DENY 0x4u  /* removes the start-up deny rule ... */
#define ALONE 0x8u /* ... because no mesh sidecar does */

#define MESH_DISABLED "CONTRAST_SERVICE_MESH_DISABLED"

enum { IMAGE, HOST, DEVICE, MOUNT, NVALUES };

static const struct part initializer[] = {
    {"name", NAME_INITIALIZER, PART_STR, 0, 0},
    {"image", "$0", PART_STR, 0, 0},
    {"restartPolicy", "Always", PART_STR, PV, 0},
    {"env[+].name", "COORDINATOR_HOST", PART_STR, 0, 0},
    {"env[].value", "$1", PART_STR, 0, 0},
    {"env[+].name", "CRYPTSETUP_DEVICE", PART_STR, PV, 0},
    {"env[].value", "/dev/csi0", PART_STR, PV, 0},
    {"env[+].name", MESH_DISABLED, PART_STR, DENY | ALONE, 0},
    {"env[].value", "true", PART_STR, DENY | ALONE, 0},
    {"resources.requests.memory", "50Mi", PART_STR, 0, PV},
    {"resources.limits.memory", "50Mi", PART_STR, LATEST, PV},
    {"resources.requests.memory", "100Mi", PART_STR, PV, 0},
    {"resources.limits.memory", "100Mi", PART_STR, PV, 0},
    {"securityContext.capabilities.add[+]", "NET_ADMIN", PART_STR, DENY, PV},
    {"securityContext.privileged", "true", PART_BOOL, PV, 0},
    {"startupProbe.exec.command[+]", "/bin/test", PART_STR, PV, 0},
    {"startupProbe.exec.command[+]", "-f", PART_STR, PV, 0},
    {"startupProbe.exec.command[+]", "/done", PART_STR, PV, 0},
    {"startupProbe.failureThreshold", "20", PART_INT, PV, 0},
    {"startupProbe.periodSeconds", "5", PART_INT, PV, 0},
    {"volumeDevices[+].name", "$2", PART_STR, PV, 0},
    {"volumeDevices[].devicePath", "/dev/csi0", PART_STR, PV, 0},
    {"volumeMounts[+].name", VOLUME_SECRETS, PART_STR, 0, 0},
    {"volumeMounts[].mountPath", "/contrast", PART_STR, 0, 0},
    {"volumeMounts[+].name", "$3", PART_STR, PV, 0},
    {"volumeMounts[].mountPath", "/state", PART_STR, PV, 0},
    {"volumeMounts[].mountPropagation", "Bidirectional", PART_STR, PV, 0},
};

static struct str
coordinator_host(const struct pass_ctx *ctx)
{
	struct str ns = ctx->coordinator_ns;

	if (ctx->options->profile == PROFILE_V12)
		return STR("coordinator");
	return arena_printf(ctx->arena, "coordinator-ready.%.*s",
	    STR_ARG(ns.n > 0 ? ns : STR("default")));
}

bool
pass_wants_initializer(struct pass_ctx *ctx, const struct k8s_object *o)
{
	return pass_injects(ctx) && !ctx->options->skip_initializer &&
	       !str_eqz(yaml_text(pass_annotation(ctx, o, "skip-initializer")),
		   "true");
}

/* Does an init container of the user's remove the deny rule? */
static bool
removes_deny(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "initContainers");
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		if (inject_find(yaml_getz(inject_item(seq, i), "env"),
			STR(MESH_DISABLED), 0) != SIZE_MAX)
			return true;
	}
	return pass_find_ours(ctx, o, NAME_MESH, "service-mesh-proxy").n > 0;
}

/* Asked for by the user for this workload: then the pod is theirs. */
static bool
is_skipped(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *n = pass_annotation(ctx, o, "skip-initializer");
	struct str value = yaml_text(n);
	struct diag *g;

	if (n == NULL || value.n == 0 || str_eqz(value, "false"))
		return false;
	if (!str_eqz(value, "true")) {
		g = diag_report(ctx->diags, SKIP_INITIALIZER_VALUE,
		    pass_loc(n, o), SHOWN(value));
		pass_context(ctx, g, o, NULL);
		return false;
	}
	if (ctx->options->startup_deny != DENY_OFF &&
	    !pass_wants_mesh(ctx, o) && !removes_deny(ctx, o)) {
		g = diag_report(ctx->diags, MESH_DENY_STAYS, pass_loc(n, o));
		pass_context(ctx, g, o, NULL);
	}
	return true;
}

/* One that the user wrote under another name would run as well. */
static void
warn_twice(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "initContainers");
	struct str name = pass_find_ours(ctx, o, "", "initializer");
	struct diag *g;
	size_t at;

	if (name.n == 0 || str_eqz(name, NAME_INITIALIZER) ||
	    str_eqz(name, NAME_HOLDER))
		return;
	at = inject_find(seq, name, 0);
	g = diag_report(ctx->diags, INITIALIZER_TWICE,
	    pass_loc(inject_item(seq, at), o), SHOWN(name));
	pass_context(ctx, g, o, NULL);
}

void
pass_initializer(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct str values[NVALUES] = {[IMAGE] = STR_INIT(""),
	    [DEVICE] = STR_INIT(""),
	    [MOUNT] = STR_INIT("")};
	unsigned flags = 0;

	if (is_skipped(ctx, o) || ctx->options->skip_initializer)
		return;
	if (ctx->options->profile == PROFILE_LATEST)
		flags |= LATEST;
	if (ctx->options->startup_deny != DENY_OFF)
		flags |= DENY;
	if (!pass_wants_mesh(ctx, o))
		flags |= ALONE;
	if (pass_secure_pv(ctx, o, &values[DEVICE], &values[MOUNT]))
		flags |= PV;
	if (ctx->failed || !inject_empty_dir(ctx, o, STR(VOLUME_SECRETS))) {
		ctx->failed = true;
		return;
	}
	warn_twice(ctx, o);
	inject_mounts(ctx, o, "containers");
	if (flags & LATEST)
		inject_mounts(ctx, o, "initContainers");
	values[IMAGE] = pass_replaced(ctx, STR(IMAGE_INITIALIZER));
	values[HOST] = coordinator_host(ctx);
	inject_container(ctx, o,
	    PART_BUILD(ctx->arena, initializer, flags, values), INJECT_SECOND,
	    "the injected Initializer");
}
