/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the passes of pass.def over one object after the other, and what all
 * of them need: annotations, positions, the weight of findings.
 */
#include <stdarg.h>
#include <string.h>

#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

enum pass_when { ALWAYS, SELECTED, CONTRAST, INJECTED };

static const struct {
	void (*run)(struct pass_ctx *, struct k8s_object *);
	enum pass_when when;
} passes[] = {
#define PASS(id, when) {pass_##id, when},
#include "compiler/pass/pass.def"
#undef PASS
};

const char *const pass_lists[PASS_LISTS] = {"initContainers", "containers"};

struct loc
pass_object_loc(const struct k8s_object *o)
{
	return k8s_loc(o);
}

struct loc
pass_loc(const struct yaml_node *n, const struct k8s_object *o)
{
	return n == NULL || n->loc.source == NULL ? pass_object_loc(o) : n->loc;
}

void
pass_weigh(struct pass_ctx *ctx, struct diag *g, bool upstream)
{
	if (ctx->options->strict ||
	    (upstream && ctx->options->profile == PROFILE_LATEST))
		diag_harden(ctx->diags, g);
}

void
pass_context(struct pass_ctx *ctx, struct diag *g, const struct k8s_object *o,
    const struct yaml_node *container)
{
	k8s_say_whose(ctx->diags, g, o, container);
}

bool
pass_scalar_loc(
    struct loc *out, const struct yaml_node *scalar, size_t off, size_t len)
{
	struct str raw;
	uint32_t quote;

	*out = scalar->loc;
	if (scalar->loc.source == NULL)
		return false;
	quote = scalar->style == YAML_SINGLE || scalar->style == YAML_DOUBLE;
	raw = loc_text(scalar->loc);
	if (raw.n < 2 * quote)
		return false;
	raw = str_sub(raw, quote, raw.n - quote);
	if (!str_eq(raw, scalar->text) || off > raw.n || len > raw.n - off)
		return false;
	out->off += quote + (uint32_t)off;
	out->len = (uint32_t)len;
	return true;
}

struct yaml_node *
pass_annotation(
    struct pass_ctx *ctx, const struct k8s_object *o, const char *key)
{
	enum annotation_location at = ctx->options->annotation_location;
	char full[sizeof(ANNOT_PREFIX) + 64] = ANNOT_PREFIX;
	struct yaml_node *in_pod = NULL, *in_object = NULL;
	size_t n = sizeof(ANNOT_PREFIX) - 1;
	struct str name = {full, 0};

	while (*key != '\0' && n < sizeof(full))
		full[n++] = *key++;
	name.n = n;
	if (at != ANNOT_OBJECT)
		in_pod = yaml_get(yaml_getz(o->pod_meta, "annotations"), name);
	if (in_pod == NULL && (at != ANNOT_TEMPLATE || o->pod == o->node))
		in_object = yaml_get(
		    yaml_path(o->node, "metadata", "annotations", NULL), name);
	/* A conflict was reported by pass_conflict(), which ends the run. */
	return in_pod != NULL ? in_pod : in_object;
}

void
pass_own(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct yaml_node *n = o->node;
	struct str path = str_from(o->kind->pod), key;
	size_t at = 0, dot;

	while (at < path.n) {
		dot = str_chr(path, '.', at);
		key = str_sub(path, at, dot);
		n = edit_map(ctx->edits, n, key);
		if (n == NULL) {
			ctx->failed = true;
			return;
		}
		at = dot == SIZE_MAX ? path.n : dot + 1;
	}
	o->pod = n;
	n = edit_map(ctx->edits, o->pod, STR("spec"));
	if (n == NULL)
		ctx->failed = true;
	else
		o->pod_spec = n;
}

struct yaml_node *
pass_pod_annotations(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct yaml_node *n = NULL;

	pass_own(ctx, o);
	if (ctx->failed)
		return NULL;
	o->pod_meta = edit_map(ctx->edits, o->pod, STR("metadata"));
	if (o->pod_meta != NULL)
		n = edit_map(ctx->edits, o->pod_meta, STR("annotations"));
	ctx->failed = n == NULL;
	return n;
}

bool
pass_injects(const struct pass_ctx *ctx)
{
	return ctx->selection->in && !ctx->options->coco &&
	       !ctx->selection->coordinator;
}

static bool
applies(const struct pass_ctx *ctx, enum pass_when when)
{
	switch (when) {
	case ALWAYS:
		return true;
	case SELECTED:
		return ctx->selection->in;
	case CONTRAST:
		return ctx->selection->in && !ctx->options->coco;
	case INJECTED:
		return pass_injects(ctx);
	}
	return false;
}

static bool
is_contrast_image(struct pass_ctx *ctx, struct str image, const char *name)
{
	struct str placeholder =
	    arena_printf(ctx->arena, IMAGE_PREFIX "%s:latest", name);
	struct str path, tail;
	size_t end;

	if (str_eq(image, pass_replaced(ctx, placeholder)))
		return true;
	end = str_chr(image, '@', 0);
	path = str_sub(image, 0, end);
	end = str_rchr(path, ':');
	if (end != SIZE_MAX && str_chr(path, '/', end) == SIZE_MAX)
		path.n = end;
	tail = arena_printf(ctx->arena, "contrast/%s", name);
	return str_ends(path, tail);
}

struct str
pass_find_ours(struct pass_ctx *ctx, const struct k8s_object *o,
    const char *name, const char *image)
{
	const struct yaml_node *seq, *c;
	size_t i, n;

	seq = yaml_getz(o->pod_spec, "initContainers");
	if (inject_find(seq, str_from(name), 0) != SIZE_MAX)
		return str_from(name);
	n = inject_count(seq);
	for (i = 0; i < n; i++) {
		c = inject_item(seq, i);
		if (is_contrast_image(
			ctx, yaml_get_str(c, STR("image")), image))
			return yaml_get_str(c, STR("name"));
	}
	return STR("");
}

static void
summarise(struct pass_ctx *ctx, const struct k8s_object *o)
{
	struct selection *s = ctx->selection;

	if (!s->in || s->coordinator)
		return;
	s->initializer =
	    pass_find_ours(ctx, o, NAME_INITIALIZER, "initializer");
	s->mesh = pass_find_ours(ctx, o, NAME_MESH, "service-mesh-proxy");
	s->has_initializer = s->initializer.n > 0;
	s->has_mesh = s->mesh.n > 0;
}

bool
pass_run(struct pass_ctx *ctx, struct k8s_object *o, struct edits *edits,
    struct selection *out)
{
	size_t errors = ctx->diags->errors, i;

	memset(out, 0, sizeof(*out));
	out->object = o;
	ctx->edits = edits;
	ctx->selection = out;
	ctx->handler = NULL;
	ctx->failed = false;
	if (o->kind == NULL || o->kind->role != K8S_WORKLOAD) {
		out->why = STR("no workload");
		return true;
	}
	if (!yaml_is(o->pod_spec, YAML_MAP)) {
		out->why = STR("no pod template");
		return true;
	}
	/* What it shares with another object must not change with it. */
	k8s_object_own(o, edits);
	for (i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		if (!ctx->failed && applies(ctx, passes[i].when))
			passes[i].run(ctx, o);
	}
	edit_what(ctx->edits, NULL);
	summarise(ctx, o);
	return ctx->diags->errors == errors;
}
