/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is common to all objects of a run: the Coordinator's namespace, the
 * platform that kata-cc-isolation stands for, the image replacements.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

static bool
is_role(const struct yaml_node *meta, const char *list)
{
	return str_eqz(yaml_get_str(yaml_get(meta, str_from(list)),
			   STR(ANNOT_PREFIX "pod-role")),
	    "coordinator");
}

bool
pass_is_coordinator(const struct k8s_object *o)
{
	return o->kind != NULL && str_eqz(o->kind_name, "StatefulSet") &&
	       o->kind->role == K8S_WORKLOAD &&
	       (is_role(o->pod_meta, "annotations") ||
		   is_role(o->pod_meta, "labels"));
}

static void
see_coordinator(struct pass_ctx *ctx, struct map *seen, struct k8s_object *o)
{
	struct k8s_object *first;
	struct str ns = o->ns.n > 0 ? o->ns : STR("default");
	struct diag *g;

	ctx->coordinator_ns = o->ns;
	first = map_set(ctx->arena, seen, ns, o);
	if (first == NULL)
		return;
	g = diag_report(
	    ctx->diags, TWO_COORDINATORS, pass_object_loc(o), SHOWN(ns));
	diag_note(
	    ctx->diags, g, pass_object_loc(first), "the first one is here");
	pass_weigh(ctx, g, false);
}

/*
 * Without --reference-values the class kata-cc-isolation means AKS, unless
 * another class names a platform (cli 5.2).
 */
static void
assume_platform(struct pass_ctx *ctx, bool isolation, bool named)
{
	if (ctx->platform != NULL || !isolation || named)
		return;
	ctx->platform = platform_find(STR("AKS-CLH-SNP"));
	ctx->assumed = ctx->platform != NULL;
}

bool
pass_begin(struct pass_ctx *ctx)
{
	struct k8s_object **it;
	struct map seen = {NULL, 0, 0};
	bool isolation = false, named = false;
	struct str class;

	ctx->platform = ctx->options->platform;
	VEC_FOREACH(it, &ctx->objects->list) {
		if ((*it)->pod_spec == NULL)
			continue;
		if (pass_is_coordinator(*it))
			see_coordinator(ctx, &seen, *it);
		class = yaml_get_str((*it)->pod_spec, STR("runtimeClassName"));
		if (str_eqz(class, "kata-cc-isolation"))
			isolation = true;
		else if (class.n > 0 &&
			 platform_of_handler(class, NULL) != NULL)
			named = true;
	}
	assume_platform(ctx, isolation, named);
	return pass_replacements_read(ctx);
}
