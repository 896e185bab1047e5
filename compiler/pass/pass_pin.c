/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --pin-images: the digest behind the tag of each image, written behind the
 * tag.  What pulls images takes the digest and leaves the tag to people.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

/* IMAGE@DIGEST, or the image itself where it has one or cannot be pinned. */
static struct str
pinned(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *container)
{
	const struct yaml_node *n = yaml_getz(container, "image");
	struct img_store *images = ctx->options->images;
	const struct img_facts *f;
	struct str image = yaml_text(n);
	struct rt_err err = {0};
	struct diag *g;

	if (image.n == 0 || str_chr(image, '@', 0) != SIZE_MAX)
		return image;
	f = img_digest_get(images, image, &err);
	g = img_report(images, pass_loc(n, o), image, f, &err);
	if (g != NULL)
		pass_context(ctx, g, o, container);
	if (f != NULL)
		return arena_printf(ctx->arena, "%.*s@%.*s", STR_ARG(image),
		    STR_ARG(img_pull_digest(f)));
	ctx->failed = true;
	return image;
}

static void
pin(struct pass_ctx *ctx, struct k8s_object *o, struct str list)
{
	struct yaml_node *seq = yaml_get(o->pod_spec, list);
	size_t i, n = inject_count(seq);
	struct str to;

	for (i = 0; i < n; i++) {
		to = pinned(ctx, o, inject_item(seq, i));
		if (ctx->failed || to.n == 0)
			continue;
		pass_set_image(ctx, o, list, i, to);
		seq = yaml_get(o->pod_spec, list);
	}
}

void
pass_pin(struct pass_ctx *ctx, struct k8s_object *o)
{
	int i;

	if (!ctx->options->pin_images)
		return;
	edit_what(ctx->edits, "the pinned image");
	for (i = 0; i < PASS_LISTS; i++)
		pin(ctx, o, str_from(pass_lists[i]));
}
