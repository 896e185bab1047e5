/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifiers of cli 10 that look at the completed text: volumes and their
 * mounts, images that the passes wrote, versions of our containers.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

/* Names that are known of a pod. */
struct after {
	struct pass_ctx *ctx;
	const struct k8s_object *object;
	struct map volumes; /* and claim templates */
	struct map mounted; /* in volumeMounts of any container */
	struct map devices; /* in volumeDevices */
};

static void
found(struct after *v, struct diag *g, const struct yaml_node *container)
{
	pass_weigh(v->ctx, g, true);
	pass_context(v->ctx, g, v->object, container);
}

static void
see_names(struct after *v, const struct yaml_node *seq, struct map *names)
{
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++)
		(void)map_set(v->ctx->arena, names,
		    yaml_get_str(inject_item(seq, i), STR("name")), v);
}

static void
see_uses(struct after *v)
{
	const struct yaml_node *seq, *c;
	size_t i, n;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(v->object->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++) {
			c = inject_item(seq, i);
			see_names(v, yaml_getz(c, "volumeMounts"), &v->mounted);
			see_names(
			    v, yaml_getz(c, "volumeDevices"), &v->devices);
		}
	}
}

static bool
is_supported(const struct after *v, const struct yaml_node *volume)
{
	static const char *const kinds[] = {"configMap", "downwardAPI",
	    "emptyDir", "ephemeral", "projected", "secret"};
	struct str name = yaml_get_str(volume, STR("name"));
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (yaml_get(volume, str_from(kinds[i])) != NULL)
			return true;
	}
	/* Without any type Kubernetes makes an emptyDir of it. */
	if (yaml_is(volume, YAML_MAP) && yaml_deref(volume)->pairs.n == 1 &&
	    yaml_getz(volume, "name") != NULL)
		return true;
	return yaml_getz(volume, "persistentVolumeClaim") != NULL &&
	       map_get(&v->devices, name) != NULL &&
	       map_get(&v->mounted, name) == NULL;
}

static void
check_volumes(struct after *v)
{
	const struct yaml_node *seq = yaml_getz(v->object->pod_spec, "volumes");
	const struct yaml_node *volume;
	struct str name;
	size_t i, n = inject_count(seq);

	see_names(v, seq, &v->volumes);
	for (i = 0; i < n; i++) {
		volume = inject_item(seq, i);
		name = yaml_get_str(volume, STR("name"));
		if (!is_supported(v, volume))
			found(v,
			    diag_report(v->ctx->diags, VOLUME_TYPE,
				pass_loc(volume, v->object), SHOWN(name)),
			    NULL);
	}
}

static void
check_claims(struct after *v)
{
	const struct yaml_node *seq =
	    yaml_path(v->object->node, "spec", "volumeClaimTemplates", NULL);
	const struct yaml_node *claim;
	struct str name;
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		claim = inject_item(seq, i);
		name = yaml_get_str(yaml_getz(claim, "metadata"), STR("name"));
		(void)map_set(v->ctx->arena, &v->volumes, name, v);
		if (!str_eqz(yaml_get_str(
				 yaml_getz(claim, "spec"), STR("volumeMode")),
			"Block"))
			found(v,
			    diag_report(v->ctx->diags, CLAIM_NOT_BLOCK,
				pass_loc(claim, v->object), SHOWN(name)),
			    NULL);
	}
}

/* Lowering reports it, too; the weight is decided here. */
static void
check_mounts(struct after *v, const struct yaml_node *container)
{
	const struct yaml_node *seq = yaml_getz(container, "volumeMounts"), *m;
	struct str name;
	size_t i, n = inject_count(seq);

	for (i = 0; i < n; i++) {
		m = inject_item(seq, i);
		name = yaml_get_str(m, STR("name"));
		if (map_get(&v->volumes, name) == NULL)
			found(v,
			    diag_report(v->ctx->diags, NO_SUCH_VOLUME,
				pass_loc(m, v->object), STR_ARG(name)),
			    container);
	}
}

/* The reference with the digest that its tag stands for, where it is known. */
static void
help_pin(struct pass_ctx *ctx, struct diag *g, struct str image)
{
	struct img_store *images = ctx->options->images;
	const struct img_facts *f = NULL;

	if (images != NULL)
		f = img_facts_known(images, image);
	if (f != NULL && img_pull_digest(f).n > 0)
		diag_help(ctx->diags, g,
		    "pin it: %.*s@%.*s, or let --pin-images do it",
		    SHOWN(image), STR_ARG(img_pull_digest(f)));
}

/* A bare tag binds nothing; for Contrast upstream's verifier says so. */
static void
image_after(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container)
{
	const struct yaml_node *n = yaml_getz(container, "image");
	struct str image = yaml_text(n);
	struct diag *g;

	if (image.n == 0 || pass_has_digest(image))
		return;
	/* Without a list of replacements there is nothing to pin ours with. */
	if (str_starts(image, STR(IMAGE_PREFIX)) && ctx->replacements.n == 0)
		return;
	g = ctx->options->coco ? diag_report(ctx->diags, IMAGE_UNPINNED,
				     pass_loc(n, o), SHOWN(image))
			       : diag_report(ctx->diags, IMAGE_NOT_PINNED,
				     pass_loc(n, o), SHOWN(image));
	help_pin(ctx, g, image);
	pass_weigh(ctx, g, !ctx->options->coco);
	pass_context(ctx, g, o, container);
}

static void
check_images(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *seq;
	size_t i, n;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++)
			image_after(ctx, o, inject_item(seq, i));
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
	struct after v = {.ctx = ctx, .object = o};
	const struct yaml_node *seq, *c;
	size_t i, n;
	int list;

	if (!s->in)
		return;
	/* The caller may have a context of its own for the completed text. */
	if (ctx->replacements.n == 0 && ctx->options->replacements.n > 0)
		(void)pass_replacements_read(ctx);
	if (!ctx->any_tag)
		check_images(ctx, o);
	if (ctx->options->coco)
		return;
	see_uses(&v);
	check_volumes(&v);
	check_claims(&v);
	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++) {
			c = inject_item(seq, i);
			check_mounts(&v, c);
			version_after(ctx, o, c, s->coordinator);
		}
	}
}
