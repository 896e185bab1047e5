/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotation that will carry the policy (policy-model 10): there, empty,
 * and the only one of its kind.  Round two fills it in.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

static bool
is_initdata(const struct pass_ctx *ctx)
{
	if (ctx->options->carrier != CARRIER_BY_PROFILE)
		return ctx->options->carrier == CARRIER_IS_INITDATA;
	return ctx->options->coco || ctx->options->profile == PROFILE_LATEST;
}

void
pass_carrier(struct pass_ctx *ctx, struct k8s_object *o)
{
	bool initdata = is_initdata(ctx);
	struct str key = initdata ? STR(CARRIER_INITDATA) : STR(CARRIER_POLICY);
	struct str other =
	    initdata ? STR(CARRIER_POLICY) : STR(CARRIER_INITDATA);
	struct yaml_node *annotations, *now;

	ctx->selection->carrier = key.p;
	edit_what(ctx->edits, "the policy annotation");
	annotations = pass_pod_annotations(ctx, o);
	if (annotations == NULL)
		return;
	if (yaml_get(annotations, other) != NULL)
		edit_delete(ctx->edits, annotations, other);
	now = yaml_get(annotations, key);
	if (!yaml_is(now, YAML_STRING) || yaml_text(now).n > 0)
		edit_put(ctx->edits, annotations, key,
		    yaml_new_str(ctx->arena, STR("")));
}

struct yaml_node *
pass_carrier_node(const struct k8s_object *o, const struct selection *s)
{
	if (s->carrier == NULL)
		return NULL;
	return yaml_get(
	    yaml_getz(o->pod_meta, "annotations"), str_from(s->carrier));
}
