/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image replacements (cli 5.4): exact references, of every workload, injected
 * containers included.
 */
#include <string.h>

#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

const char *const pass_images[] = {IMAGE_PREFIX "coordinator:latest",
    IMAGE_INITIALIZER, IMAGE_PREFIX "service-mesh-proxy:latest", NULL};

/* "image = replacement", neither with blanks. */
static bool
read_line(struct pass_ctx *ctx, struct str line)
{
	size_t eq = str_chr(line, '=', 0);
	struct str image, *to;

	if (eq == SIZE_MAX)
		return false;
	image = str_trim(str_sub(line, 0, eq));
	to = ARENA_NEW(ctx->arena, struct str);
	*to = str_trim(str_sub(line, eq + 1, line.n));
	if (image.n == 0 || to->n == 0 ||
	    memchr(image.p, ' ', image.n) != NULL ||
	    memchr(image.p, '\t', image.n) != NULL ||
	    memchr(to->p, ' ', to->n) != NULL ||
	    memchr(to->p, '\t', to->n) != NULL)
		return false;
	(void)map_set(ctx->arena, &ctx->replacements, image, to);
	return true;
}

bool
pass_replacements_read(struct pass_ctx *ctx)
{
	struct str text = ctx->options->replacements, line;
	struct source *s = NULL;
	size_t at = 0, end;
	struct loc loc;
	bool ok = true;

	for (; at < text.n; at = end + 1) {
		end = str_chr(text, '\n', at);
		if (end == SIZE_MAX)
			end = text.n;
		line = str_sub(text, at, end);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0 || line.p[0] == '#' || read_line(ctx, line))
			continue;
		if (s == NULL)
			s = source_new(
			    ctx->arena, ctx->options->replacements_file, text);
		loc = (struct loc){s, (uint32_t)at, (uint32_t)line.n};
		diag_report(ctx->diags, IMAGE_REPLACEMENT, loc, SHOWN(line));
		ok = false;
	}
	return ok;
}

struct str
pass_replaced(const struct pass_ctx *ctx, struct str image)
{
	const struct str *to = map_get(&ctx->replacements, image);

	return to == NULL ? image : *to;
}

void
pass_set_image(struct pass_ctx *ctx, struct k8s_object *o, struct str list,
    size_t i, struct str image)
{
	struct yaml_node *seq;

	pass_own(ctx, o);
	seq = edit_seq(ctx->edits, o->pod_spec, list);
	edit_put(ctx->edits, edit_item(ctx->edits, seq, i), STR("image"),
	    yaml_new_str(ctx->arena, image));
}

static void
replace(struct pass_ctx *ctx, struct k8s_object *o, struct str list)
{
	struct yaml_node *seq = yaml_get(o->pod_spec, list);
	size_t i, n = inject_count(seq);
	struct str image, to;

	for (i = 0; i < n && !ctx->failed; i++) {
		image = yaml_get_str(inject_item(seq, i), STR("image"));
		to = pass_replaced(ctx, image);
		if (str_eq(image, to))
			continue;
		edit_what(ctx->edits, "the replaced image");
		pass_set_image(ctx, o, list, i, to);
		seq = yaml_get(o->pod_spec, list);
	}
}

void
pass_image(struct pass_ctx *ctx, struct k8s_object *o)
{
	int i;

	if (ctx->replacements.n == 0)
		return;
	for (i = 0; i < PASS_LISTS; i++)
		replace(ctx, o, str_from(pass_lists[i]));
}
