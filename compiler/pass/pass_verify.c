/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifiers of cli 10: what would be deployed without complaint and then
 * not work, or not be confidential.  Those of upstream are errors in the
 * newest profile; ours are warnings.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

/* name[:tag]@sha256:<64 hex> */
static bool
has_digest(struct str image)
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

static void
report_image(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container, const struct yaml_node *image)
{
	struct diag *g = diag_report(ctx->diags, IMAGE_NOT_PINNED,
	    pass_loc(image, o), SHOWN(image->text));

	pass_weigh(ctx, g, true);
	pass_context(ctx, g, o, container);
}

/* Images as the user wrote them; ours and replaced ones come later. */
static void
image_before(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container, bool init)
{
	const struct yaml_node *n = yaml_getz(container, "image");
	struct str image = yaml_text(n), name;
	struct diag *g;

	if (image.n == 0) {
		if (init)
			return;
		name = yaml_get_str(container, STR("name"));
		g = diag_report(ctx->diags, IMAGE_MISSING,
		    pass_loc(container, o), SHOWN(name));
		pass_weigh(ctx, g, true);
		pass_context(ctx, g, o, NULL);
	} else if (!str_starts(image, STR(IMAGE_PREFIX)) &&
		   str_eq(pass_replaced(ctx, image), image) &&
		   !has_digest(image))
		report_image(ctx, o, container, n);
}

/* Images that the passes wrote, and ours. */
static void
image_after(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container)
{
	const struct yaml_node *n = yaml_getz(container, "image");
	struct str image = yaml_text(n);
	const char *what = NULL;
	bool ours = str_starts(image, STR(IMAGE_PREFIX));

	if (image.n == 0 || has_digest(image))
		return;
	/* Without a list of replacements there is nothing to pin ours with. */
	if (ours && ctx->replacements.n == 0)
		return;
	(void)loc_user(n->loc, &what);
	if (ours || what != NULL)
		report_image(ctx, o, container, n);
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
	image_before(ctx, o, c, init);
	limit = yaml_getz(yaml_getz(resources, "limits"), "memory");
	if (!init && limit == NULL &&
	    yaml_path(o->pod_spec, "resources", "limits", "memory", NULL) ==
		NULL)
		pass_context(ctx,
		    diag_report(ctx->diags, NO_MEMORY_LIMIT, pass_loc(c, o),
			SHOWN(yaml_get_str(c, STR("name")))),
		    o, NULL);
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
	if (inject_count(n) > 0 && ctx->options->profile == PROFILE_V12 &&
	    !ctx->options->coco) {
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

static bool
is_claim_template(const struct k8s_object *o, struct str name)
{
	const struct yaml_node *seq =
	    yaml_path(o->node, "spec", "volumeClaimTemplates", NULL);
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		if (str_eq(name,
			yaml_get_str(yaml_getz(inject_item(seq, i), "metadata"),
			    STR("name"))))
			return true;
	}
	return false;
}

static void
mounts_after(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container, struct map *volumes)
{
	const struct yaml_node *seq = yaml_getz(container, "volumeMounts"), *m;
	struct str name;
	struct diag *g;
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		m = inject_item(seq, i);
		name = yaml_get_str(m, STR("name"));
		if (map_get(volumes, name) != NULL ||
		    is_claim_template(o, name))
			continue;
		/* Lowering reports it, too; the weight is decided here. */
		g = diag_report(
		    ctx->diags, NO_SUCH_VOLUME, pass_loc(m, o), STR_ARG(name));
		pass_weigh(ctx, g, true);
		pass_context(ctx, g, o, container);
	}
}

/* Is a volume given to a container as a block device? */
static bool
is_device(const struct k8s_object *o, struct str name)
{
	const struct yaml_node *seq;
	bool device = false;
	size_t i, n;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++) {
			if (inject_find(
				yaml_getz(inject_item(seq, i), "volumeMounts"),
				name, 0) != SIZE_MAX)
				return false;
			device =
			    device || inject_find(yaml_getz(inject_item(seq, i),
						      "volumeDevices"),
					  name, 0) != SIZE_MAX;
		}
	}
	return device;
}

static bool
is_supported_volume(const struct k8s_object *o, const struct yaml_node *v)
{
	static const char *const kinds[] = {"configMap", "downwardAPI",
	    "emptyDir", "ephemeral", "projected", "secret"};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (yaml_get(v, str_from(kinds[i])) != NULL)
			return true;
	}
	/* Without any type Kubernetes makes an emptyDir of it. */
	if (yaml_is(v, YAML_MAP) && yaml_deref(v)->pairs.n == 1 &&
	    yaml_getz(v, "name") != NULL)
		return true;
	return yaml_getz(v, "persistentVolumeClaim") != NULL &&
	       is_device(o, yaml_get_str(v, STR("name")));
}

static void
volumes_after(
    struct pass_ctx *ctx, const struct k8s_object *o, struct map *volumes)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "volumes"), *v;
	struct str name;
	struct diag *g;
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		v = inject_item(seq, i);
		name = yaml_get_str(v, STR("name"));
		(void)map_set(ctx->arena, volumes, name, ctx);
		if (is_supported_volume(o, v))
			continue;
		g = diag_report(
		    ctx->diags, VOLUME_TYPE, pass_loc(v, o), SHOWN(name));
		pass_weigh(ctx, g, true);
		pass_context(ctx, g, o, NULL);
	}
}

static void
claims_after(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *seq =
	    yaml_path(o->node, "spec", "volumeClaimTemplates", NULL);
	const struct yaml_node *claim;
	struct diag *g;
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		claim = inject_item(seq, i);
		if (str_eqz(yaml_get_str(
				yaml_getz(claim, "spec"), STR("volumeMode")),
			"Block"))
			continue;
		g = diag_report(ctx->diags, CLAIM_NOT_BLOCK, pass_loc(claim, o),
		    SHOWN(yaml_get_str(
			yaml_getz(claim, "metadata"), STR("name"))));
		pass_weigh(ctx, g, true);
		pass_context(ctx, g, o, NULL);
	}
}

/* The tag of a reference, empty without one. */
static struct str
tag_of(struct str image)
{
	size_t colon;

	image = str_sub(image, 0, str_chr(image, '@', 0));
	colon = str_rchr(image, ':');
	if (colon == SIZE_MAX || str_chr(image, '/', colon) != SIZE_MAX)
		return STR("");
	return str_sub(image, colon + 1, image.n);
}

/*
 * Our containers have the version that the list of replacements names; a
 * development build has none, and says nothing.
 */
static void
version_after(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container, bool coordinator)
{
	static const struct {
		const char *name, *image;
	} ours[] = {{NAME_INITIALIZER, IMAGE_INITIALIZER},
	    {NAME_MESH, IMAGE_PREFIX "service-mesh-proxy:latest"},
	    {"coordinator", IMAGE_PREFIX "coordinator:latest"}};
	struct str name = yaml_get_str(container, STR("name")), want, tag;
	const struct yaml_node *n = yaml_getz(container, "image");
	struct diag *g;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!str_eqz(name, ours[i].name) || (i == 2 && !coordinator))
			continue;
		want = tag_of(pass_replaced(ctx, str_from(ours[i].image)));
		tag = tag_of(yaml_text(n));
		if (tag.n == 0 || str_eqz(want, "latest") || want.n == 0 ||
		    str_eq(tag, want))
			return;
		g = diag_report(ctx->diags, VERSION_MISMATCH, pass_loc(n, o),
		    SHOWN(want), SHOWN(name), SHOWN(tag));
		pass_weigh(ctx, g, true);
		pass_context(ctx, g, o, NULL);
	}
}

void
pass_verify(
    struct pass_ctx *ctx, const struct k8s_object *o, const struct selection *s)
{
	struct map volumes = {NULL, 0, 0};
	const struct yaml_node *seq, *c;
	size_t i, n;
	int list;

	if (!s->in || ctx->options->coco)
		return;
	/* The caller may have a context of its own for the completed text. */
	if (ctx->replacements.n == 0 && ctx->options->replacements.n > 0)
		(void)pass_replacements_read(ctx);
	volumes_after(ctx, o, &volumes);
	claims_after(ctx, o);
	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++) {
			c = inject_item(seq, i);
			image_after(ctx, o, c);
			mounts_after(ctx, o, c, &volumes);
			version_after(ctx, o, c, s->coordinator);
		}
	}
}
