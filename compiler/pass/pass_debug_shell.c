/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug shell (cli 6.7): a sidecar that lets anyone with access to the
 * cluster into the pod.  Only on demand, and never unnoticed.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

/* The secrets, as in every init container (cli 6.3). */
#define SECRETS 0x1u

static const struct part shell[] = {
    {"name", NAME_SHELL, PART_STR, 0, 0},
    {"image", "$0", PART_STR, 0, 0},
    {"restartPolicy", "Always", PART_STR, 0, 0},
    {"resources.requests.memory", "400Mi", PART_STR, 0, 0},
    {"resources.limits.memory", "400Mi", PART_STR, 0, 0},
    {"volumeMounts[+].name", VOLUME_SECRETS, PART_STR, SECRETS, 0},
    {"volumeMounts[].mountPath", "/contrast", PART_STR, SECRETS, 0},
};

void
pass_debug_shell(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct str image =
	    pass_replaced(ctx, STR(IMAGE_PREFIX "debugshell:latest"));
	struct yaml_node *seq = yaml_getz(o->pod_spec, "initContainers");
	size_t at = inject_find(seq, STR(NAME_SHELL), 0);
	unsigned flags = 0;
	struct diag *g;

	if (ctx->options->profile == PROFILE_LATEST &&
	    pass_wants_initializer(ctx, o))
		flags |= SECRETS;
	if (ctx->options->debug_shell) {
		if (pass_injects(ctx))
			inject_container(ctx, o,
			    PART_BUILD(ctx->arena, shell, flags, &image),
			    INJECT_BEFORE, "the injected debug shell");
		return;
	}
	if (at == SIZE_MAX)
		return;
	g = diag_report(
	    ctx->diags, DEBUG_SHELL_LEFT, pass_loc(inject_item(seq, at), o));
	pass_context(ctx, g, o, NULL);
}
