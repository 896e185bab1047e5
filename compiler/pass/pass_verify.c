/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifiers of cli 10: what would be deployed without complaint and then
 * not work, or not be confidential.  Those of upstream are errors in the
 * newest profile; ours are warnings.
 */
#include <string.h>

#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

/* name[:tag]@sha256:<64 hex> */
bool
pass_has_digest(struct str image)
{
	size_t at = str_find(image, STR("@sha256:"), 0), i;

	if (at == SIZE_MAX || at == 0 || image.n - at != 8 + 64)
		return false;
	for (i = at + 8; i < image.n; i++) {
		if (!(image.p[i] >= '0' && image.p[i] <= '9') &&
		    !(image.p[i] >= 'a' && image.p[i] <= 'f'))
			return false;
	}
	return true;
}

/* A template that somebody else completes; digests are looked at later. */
static void
image_before(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container)
{
	struct str name = yaml_get_str(container, STR("name"));
	struct diag *g;

	if (yaml_text(yaml_getz(container, "image")).n > 0)
		return;
	g = diag_report(
	    ctx->diags, IMAGE_MISSING, pass_loc(container, o), SHOWN(name));
	pass_weigh(ctx, g, true);
	pass_context(ctx, g, o, NULL);
}

static void
check_cpus(struct pass_ctx *ctx, const struct k8s_object *o, int64_t vcpus)
{
	int most = ctx->options->profile == PROFILE_V12 ? 8 : 220;
	struct diag *g;

	if (vcpus <= most)
		return;
	g = diag_report(ctx->diags, TOO_MANY_CPUS, pass_object_loc(o), most - 1,
	    most, (long long)vcpus);
	pass_weigh(ctx, g, true);
	pass_context(ctx, g, o, NULL);
}

/* GPUs of a container, by the larger of requests and limits. */
static int64_t
gpus_of(struct pass_ctx *ctx, const struct yaml_node *resources)
{
	static const char *const kinds[] = {"requests", "limits"};
	struct yaml_pairs p;
	int64_t most = 0, sum;
	uint64_t n;
	size_t i;
	int k;

	for (k = 0; k < 2; k++) {
		p = yaml_pairs(
		    ctx->arena, yaml_get(resources, str_from(kinds[k])));
		sum = 0;
		for (i = 0; i < p.n; i++) {
			if (str_starts(p.p[i].key->text, STR("nvidia.com/")) &&
			    str_u64(yaml_text(p.p[i].value), 1024, &n))
				sum += (int64_t)n;
		}
		most = sum > most ? sum : most;
	}
	return most;
}

/* What a container asks for; nothing is looked at in what is ours. */
static void
container_before(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *c, bool init, int64_t *gpus)
{
	const struct yaml_node *resources = yaml_getz(c, "resources");
	const struct yaml_node *limit;

	if (resources != NULL)
		*gpus += gpus_of(ctx, resources);
	if (ctx->options->coco)
		return;
	if (!init)
		image_before(ctx, o, c);
	limit = yaml_getz(yaml_getz(resources, "limits"), "memory");
	if (!init && limit == NULL &&
	    yaml_path(o->pod_spec, "resources", "limits", "memory", NULL) ==
		NULL)
		pass_context(ctx,
		    diag_report(ctx->diags, NO_MEMORY_LIMIT, pass_loc(c, o),
			SHOWN(yaml_get_str(c, STR("name")))),
		    o, NULL);
}

bool
pass_guest_pulls(const struct selection *s)
{
	return s->platform == NULL ||
	       strcmp(s->platform->target_v12, "aks-v1.2") != 0;
}

static void
pod_before(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *n = yaml_getz(o->pod_spec, "hostNetwork");
	struct diag *g;
	bool on;

	if (yaml_to_bool(n, &on) && on) {
		g = diag_report(ctx->diags, HOST_NETWORK, pass_loc(n, o));
		pass_weigh(ctx, g, false);
		pass_context(ctx, g, o, NULL);
	}
	n = yaml_getz(o->pod_spec, "imagePullSecrets");
	if (inject_count(n) > 0 && pass_guest_pulls(ctx->selection)) {
		g = diag_report(ctx->diags, PULL_SECRETS, pass_loc(n, o));
		pass_weigh(ctx, g, false);
		pass_context(ctx, g, o, NULL);
	}
}

void
pass_verify_before(struct pass_ctx *ctx, struct k8s_object *o)
{
	const struct yaml_node *seq;
	int64_t gpus = 0, vcpus;
	struct diag *g;
	size_t i, n;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++)
			container_before(
			    ctx, o, inject_item(seq, i), list == 0, &gpus);
	}
	pod_before(ctx, o);
	if (ctx->options->coco)
		return;
	if (!pass_vcpu_count(ctx, o, &vcpus)) {
		ctx->failed = true;
		return;
	}
	check_cpus(ctx, o, vcpus);
	if (vcpus < gpus) {
		g = diag_report(ctx->diags, TOO_FEW_CPUS, pass_object_loc(o),
		    (long long)vcpus, (long long)gpus);
		pass_weigh(ctx, g, true);
		pass_context(ctx, g, o, NULL);
	}
}
