/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which workloads get a policy, for which platform, and the runtime class
 * that they have in the end (cli 5.2).  The class is resolved before anything
 * is injected and written at the end.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

#define CLASS "contrast-cc"
#define CLASS_INSECURE "contrast-insecure"
#define CLASS_AKS "kata-cc-isolation"

/* Of Confidential Containers: exact, and with anything after a '-'. */
static const char *const coco_classes[] = {
    "kata", "kata-remote", "kata-qemu", "kata-clh"};
#define NPREFIXES 2 /* from the end */

static bool is_coco(struct str class)
{
	size_t i, n = sizeof(coco_classes) / sizeof(coco_classes[0]);
	struct str name;

	for (i = 0; i < n; i++) {
		name = str_from(coco_classes[i]);
		if (str_eq(class, name))
			return true;
		if (i >= n - NPREFIXES && str_starts(class, name) &&
		    class.p[name.n] == '-')
			return true;
	}
	return false;
}

static void
report(struct pass_ctx *ctx, const struct k8s_object *o, struct diag *g)
{
	pass_context(ctx, g, o, NULL);
	ctx->failed = true;
}

static struct loc
class_loc(const struct k8s_object *o)
{
	return pass_loc(yaml_getz(o->pod_spec, "runtimeClassName"), o);
}

/* The class says what a pod is protected by; the platform must agree. */
static void
report_insecure(struct pass_ctx *ctx, const struct k8s_object *o,
    struct str class, const struct platform *p)
{
	struct diag *g = diag_report(ctx->diags, RUNTIME_CLASS_INSECURE,
	    class_loc(o), SHOWN(class), p->name,
	    p->insecure ? "no hardware protection" : "hardware protection");

	diag_help(ctx->diags, g, "write %s, or name another platform",
	    p->insecure ? CLASS_INSECURE : CLASS);
	report(ctx, o, g);
}

/* The default platform for a class that names none. */
static const struct platform *
by_default(struct pass_ctx *ctx, const struct k8s_object *o, struct str class,
    bool insecure)
{
	const struct platform *p = ctx->platform;

	if (p == NULL)
		report(ctx, o,
		    diag_report(ctx->diags, RUNTIME_CLASS_NO_DEFAULT,
			class_loc(o), SHOWN(class)));
	else if (p->insecure != insecure) {
		report_insecure(ctx, o, class, p);
		p = NULL;
	}
	return p;
}

/* The class of a platform that was most likely meant, or NULL. */
static const char *nearest_class(struct str class)
{
	unsigned best = 4, d, e;
	const char *found = NULL;
	struct str bare = str_sub(class, 0, str_rchr(class, '-'));
	size_t i;

	for (i = 0; i < nplatforms && class.n < 64; i++) {
		d = str_distance(class, str_from(platforms[i].class));
		e = str_distance(bare, str_from(platforms[i].class));
		if (d < best || e < best) {
			best = d < e ? d : e;
			found = platforms[i].class;
		}
	}
	return found;
}

static const struct platform *
unknown_class(
    struct pass_ctx *ctx, const struct k8s_object *o, struct str class)
{
	struct str rest = str_sub(class, sizeof(CLASS) - 1, class.n);
	const char *guess = nearest_class(class);
	struct diag *g;

	if (rest.n > 0 && rest.p[0] == '-')
		rest = str_sub(rest, 1, rest.n);
	g = diag_report(ctx->diags, RUNTIME_CLASS_UNKNOWN, class_loc(o),
	    SHOWN(class), SHOWN(rest));
	if (guess != NULL)
		diag_help(ctx->diags, g, "did you mean '%s'?", guess);
	report(ctx, o, g);
	return NULL;
}

static const struct platform *
isolation(struct pass_ctx *ctx, const struct k8s_object *o, struct str class)
{
	if (ctx->assumed)
		diag_report(ctx->diags, RUNTIME_CLASS_ASSUMED, class_loc(o),
		    ctx->platform->name, SHOWN(class));
	else
		diag_report(
		    ctx->diags, RUNTIME_CLASS_OLD, class_loc(o), SHOWN(class));
	return by_default(ctx, o, class, false);
}

/* Sets *ours; the result is NULL after an error. */
static const struct platform *
resolve(struct pass_ctx *ctx, const struct k8s_object *o, struct str class,
    bool *ours)
{
	const struct platform *p;

	*ours = true;
	if (str_eqz(class, CLASS_AKS))
		return isolation(ctx, o, class);
	if (str_eqz(class, CLASS) || str_eqz(class, CLASS_INSECURE))
		return by_default(
		    ctx, o, class, str_eqz(class, CLASS_INSECURE));
	p = platform_of_handler(class, NULL);
	if (str_starts(class, STR(CLASS_INSECURE "-")) && p != NULL)
		return p;
	*ours = str_starts(class, STR(CLASS));
	if (!*ours)
		return NULL;
	/* v1.2 rewrites every class with the prefix. */
	if (ctx->options->profile == PROFILE_V12 && ctx->platform != NULL)
		return by_default(ctx, o, class, false);
	return p != NULL ? p : unknown_class(ctx, o, class);
}

/*
 * A handler with its hash ("contrast-cc-metal-qemu-snp-0123abcd"): nothing has
 * to be looked up.
 */
static bool
is_handler(struct str class, const struct platform *p)
{
	struct str hash;
	size_t i;

	if (platform_of_handler(class, &hash) != p || hash.n != 8)
		return false;
	for (i = 0; i < hash.n; i++) {
		if (!(hash.p[i] >= '0' && hash.p[i] <= '9') &&
		    !(hash.p[i] >= 'a' && hash.p[i] <= 'f'))
			return false;
	}
	return true;
}

static void
choose_handler(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct platform *p, struct str class)
{
	const struct pass_options *options = ctx->options;

	if (options->handler != NULL)
		ctx->handler = options->handler(options->handler_arg, p);
	if (ctx->handler == NULL && is_handler(class, p))
		ctx->handler = arena_cstr(ctx->arena, class);
	if (ctx->handler == NULL)
		report(ctx, o,
		    diag_report(ctx->diags, RUNTIME_HANDLER_UNKNOWN,
			class_loc(o), p->name));
}

static void
select_coco(struct pass_ctx *ctx, struct str class)
{
	ctx->selection->in = is_coco(class);
	ctx->selection->why = arena_printf(ctx->arena,
	    ctx->selection->in ? "runtimeClassName is '%.*s'"
			       : "runtimeClassName '%.*s' is none of "
				 "Confidential Containers",
	    SHOWN(class));
}

static void
choose(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct yaml_node *n = yaml_getz(o->pod_spec, "runtimeClassName");
	struct selection *s = ctx->selection;
	struct str class = yaml_text(n);
	bool ours;

	if (class.n == 0) {
		s->why = STR("no runtimeClassName");
		return;
	}
	if (ctx->options->coco) {
		select_coco(ctx, class);
		return;
	}
	s->why = arena_printf(
	    ctx->arena, "runtimeClassName is '%.*s'", SHOWN(class));
	s->platform = resolve(ctx, o, class, &ours);
	s->in = ours;
	s->coordinator = ours && pass_is_coordinator(o);
	if (s->platform != NULL)
		choose_handler(ctx, o, s->platform, class);
}

void
pass_class(struct pass_ctx *ctx, struct k8s_object *o)
{
	choose(ctx, o);
	if (!pass_injects(ctx) && !ctx->selection->coordinator)
		pass_mesh_ignored(ctx, o);
}

void
pass_handler(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct str class = yaml_get_str(o->pod_spec, STR("runtimeClassName"));

	if (ctx->handler == NULL || str_eqz(class, ctx->handler))
		return;
	edit_what(ctx->edits, NULL);
	pass_own(ctx, o);
	if (!ctx->failed)
		edit_put(ctx->edits, o->pod_spec, STR("runtimeClassName"),
		    yaml_new_str(ctx->arena, str_from(ctx->handler)));
}
