/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what can be said about resources without their images, before they
 * are applied.  It runs the passes of generate and throws their result away;
 * it writes nothing.
 */
#include <string.h>

#include "compiler/cmd/generate.h"
#include "compiler/emit/manifest_fill.h"
#include "compiler/ir/ir.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

/* What a workload said before the passes. */
struct was {
	bool carried; /* there is an annotation for its policy */
	struct str class;
	struct loc loc; /* of the class */
};

struct check {
	struct generate g;
	bool sure; /* an option says which platform or dialect it is */
	struct workload_policies policies;      /* that the resources have */
	bool decoded;                           /* all of them could be read */
	VEC(struct was) was;                    /* workloads */
	const struct workload_policy *first[2]; /* by carrier */
	struct map seen;                        /* of policy_examine() */
	struct manifest manifest;
	const struct source *source; /* of the manifest; NULL: none */
};

/* Without an excerpt: what stands there helps nobody. */
static void
say_whose(struct check *c, struct diag *g, const struct workload_policy *p)
{
	g->hidden = true;
	k8s_say_whose(c->g.diags, g, p->object, NULL);
}

static const char *
carrier_of(const struct workload_policy *p)
{
	return p->initdata ? CARRIER_INITDATA : CARRIER_POLICY;
}

/* A policy that is carried as others are not, or as nobody looks for it. */
static void
check_carrier(
    struct check *c, const struct work *w, const struct workload_policy *p)
{
	const struct workload_policy *other = c->first[!p->initdata];
	struct diag *g;

	if (c->sure && w->sel.carrier != NULL &&
	    strcmp(w->sel.carrier, carrier_of(p)) != 0) {
		g = diag_report(c->g.diags, CARRIER_OTHER, p->loc,
		    carrier_of(p), w->sel.carrier);
		say_whose(c, g, p);
	}
	if (c->first[p->initdata] != NULL)
		return;
	c->first[p->initdata] = p;
	if (other == NULL)
		return;
	g = diag_report(
	    c->g.diags, CARRIER_MIX, p->loc, carrier_of(p), carrier_of(other));
	say_whose(c, g, p);
	diag_note(c->g.diags, g, other->loc, "the other one is here");
}

static void
check_text(struct check *c, const struct workload_policy *p)
{
	struct policy_look look = policy_examine(c->g.arena, &c->seen, p->text);
	struct diag *g;

	if (look.state == POLICY_AS_PRINTED)
		return;
	if (look.state == POLICY_BROKEN)
		g = diag_report(c->g.diags, POLICY_UNLOADABLE, p->loc,
		    look.line, STR_ARG(look.why));
	else
		g = diag_report(c->g.diags, POLICY_CHANGED, p->loc, look.line);
	say_whose(c, g, p);
}

static void
check_entry(struct check *c, const struct workload_policy *p)
{
	if (c->source == NULL ||
	    manifest_policy_find(&c->manifest, p->hash) != NULL)
		return;
	say_whose(c,
	    diag_report(c->g.diags, POLICY_NOT_IN_MANIFEST, p->loc,
		STR_ARG(p->hash), STR_ARG(c->source->name)),
	    p);
}

static void
check_missing(struct check *c, const struct work *w)
{
	struct diag *g;

	if (c->was.p[w - c->g.works.p].carried)
		return; /* it holds none: that is reported */
	g = diag_report(c->g.diags, NO_POLICY, k8s_loc(w->object));
	if (c->source != NULL)
		diag_harden(c->g.diags, g);
	k8s_say_whose(c->g.diags, g, w->object, NULL);
}

/* Since then the runtime has changed: its class ends in a hash. */
static void
check_class(struct check *c, const struct work *w)
{
	const struct was *was = &c->was.p[w - c->g.works.p];
	struct str now =
	    yaml_get_str(w->object->pod_spec, STR("runtimeClassName"));
	struct diag *g;

	if (str_eq(was->class, now))
		return;
	g = diag_report(c->g.diags, RUNTIME_CLASS_STALE, was->loc,
	    STR_ARG(was->class), STR_ARG(now));
	k8s_say_whose(c->g.diags, g, w->object, NULL);
}

static void
check_policy(struct check *c, struct work *w, const struct workload_policy *p)
{
	w->text_size = p->text.n;
	w->carrier_size = p->carrier.n;
	generate_size(&c->g, w);
	check_class(c, w);
	check_carrier(c, w, p);
	check_text(c, p);
	check_entry(c, p);
}

/* `p` is the policy that it has, or NULL. */
static void
check_workload(struct check *c, struct work *w, const struct workload_policy *p)
{
	struct generate *g = &c->g;

	(void)k8s_check_fields(
	    g->arena, g->diags, w->object, w->sel.in, !w->sel.in || g->lenient);
	if (!w->sel.in && p != NULL)
		say_whose(c,
		    diag_report(
			g->diags, POLICY_UNUSED, p->loc, STR_ARG(w->sel.why)),
		    p);
	if (!w->sel.in)
		return;
	(void)ir_build(g->arena, g->diags, w->object);
	(void)generate_wishes(g, w);
	pass_verify(&g->ctx, w->object, &w->sel);
	if (p == NULL)
		check_missing(c, w);
	else
		check_policy(c, w, p);
}

/* Policies are in the order of the workloads that have one. */
static void
check_workloads(struct check *c)
{
	const struct workload_policy *p = c->policies.list.p;
	const struct workload_policy *end = p + c->policies.list.n;
	struct k8s_object *const *o;
	struct work *w = c->g.works.p;

	VEC_FOREACH(o, &c->g.all.list) {
		if (!generate_is_workload(*o))
			(void)k8s_check_fields(
			    c->g.arena, c->g.diags, *o, false, true);
		else if (p < end && p->object == *o)
			check_workload(c, w++, p++);
		else
			check_workload(c, w++, NULL);
	}
}

/* Entries that no workload of the input has. */
static void
check_superfluous(struct check *c)
{
	const struct manifest_policy *e;
	const struct workload_policy *p;
	struct map have = {0};
	struct loc at;
	size_t off;

	VEC_FOREACH(p, &c->policies.list)
		(void)map_set(c->g.arena, &have, p->hash, c);
	VEC_FOREACH(e, &c->manifest.policies) {
		if (map_get(&have, e->hash) != NULL)
			continue;
		off = str_find(c->source->text, e->hash, 0);
		at =
		    (struct loc){c->source, (uint32_t)off, (uint32_t)e->hash.n};
		diag_report(c->g.diags, POLICY_SUPERFLUOUS,
		    off == SIZE_MAX ? loc_none : at, STR_ARG(e->hash),
		    STR_ARG(e->sans.v.n > 0 ? e->sans.v.p[0] : STR("?")));
	}
}

/* The manifest as it is; it need not be there unless it was named. */
static bool
read_manifest(struct check *c)
{
	struct run *r = c->g.run;
	const char *path = opt_path(r, OPT_MANIFEST);
	struct rt_err err;
	struct str text;
	int rc = file_read(&text, r->arena, path, MANIFEST_SIZE_MAX, &err);

	if (rc == RT_ENOTFOUND && !opt_is_set(r, OPT_MANIFEST))
		return true;
	if (rc != 0) {
		diag_report(&r->diags, FILE_UNREADABLE, loc_none, err.text);
		return false;
	}
	if (manifest_read(&c->manifest, r->arena, text, false, &err) != 0) {
		diag_report(&r->diags, MANIFEST_READ, loc_none, err.text);
		return false;
	}
	c->source = source_new(r->arena, str_from(path), text);
	return true;
}

static struct was
remember(struct check *c, const struct k8s_object *o)
{
	const struct yaml_node *n = yaml_getz(o->pod_meta, "annotations");
	const struct yaml_node *class =
	    yaml_getz(o->pod_spec, "runtimeClassName");
	struct was w = {.class = arena_str(c->g.arena, yaml_text(class))};

	w.carried = yaml_text(yaml_getz(n, CARRIER_INITDATA)).n > 0 ||
		    yaml_text(yaml_getz(n, CARRIER_POLICY)).n > 0;
	w.loc = class == NULL ? k8s_loc(o) : class->loc;
	return w;
}

/* Before the passes make room for new policies. */
static void
read_policies(struct check *c)
{
	struct generate *g = &c->g;
	struct k8s_object **o;

	c->decoded = extract_policies(
	    &c->policies, g->arena, g->diags, &g->all, g->secret_id_format);
	VEC_FOREACH(o, &g->all.list) {
		if (generate_is_workload(*o))
			VEC_PUSH(g->arena, &c->was, remember(c, *o));
	}
}

/* Workloads that cannot be told apart. */
static void
check_same(struct check *c)
{
	struct fill_options o = {.format = -1};
	struct manifest m;

	manifest_init(&m, MANIFEST_1_2);
	(void)fill_policies(&m, c->g.arena, c->g.diags, &o, &c->policies);
}

static void
check_objects(struct check *c)
{
	struct generate *g = &c->g;

	/* Facts that are at hand; nothing is asked for. */
	g->image_options.offline = true;
	g->images = img_store_open(g->arena, g->diags, &g->image_options);
	g->pass.images = g->images;
	g->ctx.any_tag = g->pass.coco; /* the target is not known for sure */
	generate_cross(g);
	diags_branch(&g->sizes, g->diags);
	check_workloads(c);
	diags_join(g->diags, &g->sizes);
	check_same(c);
	if (c->source != NULL && c->decoded)
		check_superfluous(c);
}

static void
check_all(struct check *c)
{
	struct generate *g = &c->g;

	if (!generate_read(g))
		return;
	read_policies(c);
	(void)generate_round_one(g); /* what it finds does not end this */
	if (g->selected == 0 && !opt_on(g->run, OPT_ALLOW_EMPTY))
		diag_report(g->diags, NO_WORKLOAD, loc_none);
	else if (generate_config_files(g) && read_manifest(c))
		check_objects(c);
}

int
cmd_check(struct run *r)
{
	static const enum opt_id dialect[] = {OPT_PLATFORM, OPT_PROFILE,
	    OPT_COMPAT, OPT_TARGET, OPT_INITDATA, OPT_COCO};
	struct check c = {
	    .g = {.run = r, .arena = r->arena, .diags = &r->diags}};
	int status = generate_options(&c.g);
	size_t i;

	if (status != EXIT_OK)
		return status;
	for (i = 0; i < sizeof(dialect) / sizeof(*dialect); i++)
		c.sure |= opt_is_set(r, dialect[i]);
	c.g.cross.data = true;
	check_all(&c);
	generate_summary(&c.g);
	if (r->diags.errors > 0)
		status = cmd_status(r);
	generate_close(&c.g);
	return status;
}
