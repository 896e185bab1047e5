/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The number of CPUs of the pod's VM (cli 6.8): the launch measurement
 * depends on it, so it is fixed by an annotation.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

#define VCPUS "io.katacontainers.config.hypervisor.default_vcpus"
#define MILLI_MAX ((int64_t)1 << 40)

/*
 * A cpu quantity in thousandths, rounded up: "2", "1.5", "500m", "1k".  False
 * if it is none of these.
 */
static bool
cpu_milli(struct str s, int64_t *out)
{
	int64_t n = 0, unit = 1000, scale = 1;
	bool point = false, digits = false, rest = false;
	size_t i;

	if (s.n > 0 && (s.p[s.n - 1] == 'm' || s.p[s.n - 1] == 'k')) {
		unit = s.p[s.n - 1] == 'm' ? 1 : 1000000;
		s.n--;
	}
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9' || n > MILLI_MAX)
			return false;
		digits = true;
		if (point && scale == 1000) {
			rest = rest || s.p[i] != '0';
			continue;
		}
		n = n * 10 + (s.p[i] - '0');
		scale *= point ? 10 : 1;
	}
	n = n * unit + (rest ? unit : 0);
	*out = (n + scale - 1) / scale;
	return digits;
}

static bool
cpu_of(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *resources, int64_t *out)
{
	static const char *const kinds[] = {"requests", "limits"};
	const struct yaml_node *n;
	int64_t milli;
	int i;

	*out = 0;
	for (i = 0; i < 2; i++) {
		n = yaml_getz(yaml_get(resources, str_from(kinds[i])), "cpu");
		if (n == NULL)
			continue;
		if (!cpu_milli(yaml_text(n), &milli)) {
			pass_context(ctx,
			    diag_report(ctx->diags, CPU_QUANTITY,
				pass_loc(n, o), SHOWN(yaml_text(n))),
			    o, NULL);
			return false;
		}
		if (milli > *out)
			*out = milli;
	}
	return true;
}

/* Sums a list of containers into those that run on and those that end. */
static bool
add_list(struct pass_ctx *ctx, const struct k8s_object *o, const char *list,
    bool init, int64_t sum[2])
{
	const struct yaml_node *seq = yaml_get(o->pod_spec, str_from(list)), *c;
	size_t i, n = inject_count(seq);
	int64_t milli;
	bool ends;

	for (i = 0; i < n; i++) {
		c = inject_item(seq, i);
		if (!cpu_of(ctx, o, yaml_getz(c, "resources"), &milli))
			return false;
		ends = init && !str_eqz(yaml_get_str(c, STR("restartPolicy")),
				   "Always");
		sum[ends] += milli;
	}
	return true;
}

bool
pass_vcpu_count(struct pass_ctx *ctx, const struct k8s_object *o, int64_t *out)
{
	int64_t sum[2] = {0, 0}, pod;

	if (!add_list(ctx, o, "containers", false, sum) ||
	    !add_list(ctx, o, "initContainers", true, sum) ||
	    !cpu_of(ctx, o, yaml_getz(o->pod_spec, "resources"), &pod))
		return false;
	if (sum[1] > sum[0])
		sum[0] = sum[1];
	if (pod > sum[0])
		sum[0] = pod;
	*out = (sum[0] + 999) / 1000 + 1;
	return true;
}

/* The measurement of AKS, which has no target in latest, is fixed. */
static bool
sets_vcpus(const struct pass_ctx *ctx)
{
	const struct platform *p = ctx->selection->platform;

	return ctx->options->profile == PROFILE_LATEST && p != NULL &&
	       p->target_latest != NULL;
}

void
pass_vcpus(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct yaml_node *annotations;
	struct str value;
	int64_t n;

	if (!sets_vcpus(ctx))
		return;
	if (!pass_vcpu_count(ctx, o, &n)) {
		ctx->failed = true;
		return;
	}
	value = arena_printf(ctx->arena, "%lld", (long long)n);
	if (str_eq(
		yaml_get_str(yaml_getz(o->pod_meta, "annotations"), STR(VCPUS)),
		value))
		return;
	edit_what(ctx->edits, "the annotation for the number of CPUs");
	annotations = pass_pod_annotations(ctx, o);
	if (annotations != NULL)
		edit_put(ctx->edits, annotations, STR(VCPUS),
		    yaml_new_str(ctx->arena, value));
}
