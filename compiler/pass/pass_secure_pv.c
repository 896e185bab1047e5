/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotation secure-pv (cli 6.4): the Initializer opens an encrypted
 * block device and mounts it into a volume of the pod.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

static bool
split(struct str value, struct str *device, struct str *mount)
{
	size_t colon = str_chr(value, ':', 0);

	if (colon == SIZE_MAX || str_chr(value, ':', colon + 1) != SIZE_MAX)
		return false;
	*device = str_sub(value, 0, colon);
	*mount = str_sub(value, colon + 1, value.n);
	return device->n > 0 && mount->n > 0;
}

static bool
has_claim_template(const struct k8s_object *o, struct str name)
{
	const struct yaml_node *seq =
	    yaml_path(o->node, "spec", "volumeClaimTemplates", NULL);
	size_t i, n = inject_count(seq);

	if (!str_eqz(o->kind_name, "StatefulSet"))
		return false;
	for (i = 0; i < n; i++) {
		if (str_eq(
			yaml_get_str(yaml_getz(inject_item(seq, i), "metadata"),
			    STR("name")),
			name))
			return true;
	}
	return false;
}

static bool
check_device(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *value, struct str device)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "volumes"), *v;
	size_t at = inject_find(seq, device, 0);
	struct diag *g;
	struct loc loc;

	if (at == SIZE_MAX) {
		if (has_claim_template(o, device))
			return true;
		(void)pass_scalar_loc(&loc, value, 0, device.n);
		g = diag_report(
		    ctx->diags, SECURE_PV_NO_DEVICE, loc, SHOWN(device));
	} else {
		v = inject_item(seq, at);
		if (yaml_getz(v, "persistentVolumeClaim") != NULL ||
		    yaml_getz(v, "iscsi") != NULL)
			return true;
		g = diag_report(ctx->diags, SECURE_PV_DEVICE_TYPE,
		    pass_loc(v, o), SHOWN(device));
	}
	pass_context(ctx, g, o, NULL);
	return false;
}

bool
pass_secure_pv(struct pass_ctx *ctx, struct k8s_object *o, struct str *device,
    struct str *mount)
{
	const struct yaml_node *n = pass_annotation(ctx, o, "secure-pv");
	struct str value = yaml_text(n);

	if (value.n == 0)
		return false;
	if (!split(value, device, mount)) {
		pass_context(ctx,
		    diag_report(ctx->diags, SECURE_PV_FORMAT, pass_loc(n, o)),
		    o, NULL);
		ctx->failed = true;
	} else if (!check_device(ctx, o, n, *device) ||
		   !inject_empty_dir(ctx, o, *mount))
		ctx->failed = true;
	return !ctx->failed;
}
