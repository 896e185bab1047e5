/* SPDX-License-Identifier: Apache-2.0 */
/* From a workload to the policy data of its pods (policy-model 7 and 9). */
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

struct lower *
lower_new(struct arena *a, struct diags *d, const struct k8s_objects *all,
    struct img_store *images, const struct lower_options *options)
{
	struct lower *l = ARENA_NEW(a, struct lower);

	l->arena = a;
	l->diags = d;
	l->settings = options->settings;
	l->images = images;
	l->options = options;
	lw_index_data(l, all);
	if (!lw_prepare(l)) {
		diag_report(d, INTERNAL, loc_none, "settings without lists");
		return NULL;
	}
	return l;
}

/* images */

static const char *const arrays_of_texts[] = {"Env", "Entrypoint", "Cmd"};

/* A configuration of another shape cannot be lowered. */
static bool
well_formed(const struct jv *config)
{
	struct jv **it;
	size_t i;

	for (i = 0; i < 3; i++) {
		const struct jv *v =
		    jv_get(config, str_from(arrays_of_texts[i]));

		if (v == NULL || v->type == JV_NULL)
			continue;
		if (v->type != JV_ARRAY)
			return false;
		VEC_FOREACH(it, &v->items) {
			if (!jv_is(*it, JV_STRING) ||
			    str_chr((*it)->text, '\0', 0) != SIZE_MAX)
				return false;
		}
	}
	return true;
}

/* Only some targets compare groups or layers; the others read no layers. */
unsigned
lower_image_needs(const struct lower *l)
{
	unsigned need = l->sw.image_layers ? IMG_VERITY : 0;

	if (l->sw.groups)
		return need | IMG_USERS;
	return l->sw.named_root ? need : need | IMG_NAMED_USERS;
}

static void
get_image(struct work *w)
{
	struct rt_err err = {0};
	struct diag *g;

	w->config = NULL;
	w->facts = img_facts_get(
	    w->l->images, w->image, lower_image_needs(w->l), &err);
	g = img_report(w->l->images, w->image_loc, w->image, w->facts, &err);
	if (g != NULL)
		lw_found(w, g);
	if (w->facts != NULL && !well_formed(w->facts->config))
		lw_found(w,
		    diag_report(w->l->diags, IMAGE_FACTS, w->image_loc,
			STR_ARG(w->image), "its configuration is malformed"));
	else if (w->facts != NULL)
		w->config = w->facts->config;
	w->users = lw_users(w);
}

static void
want(struct lower *l, struct arena *a, struct img_wants *out, struct str ref)
{
	struct img_want w = {ref, lower_image_needs(l)};

	if (ref.n > 0)
		VEC_PUSH(a, &out->list, w);
}

void
lower_images(struct img_wants *out, struct lower *l, struct arena *a,
    const struct k8s_object *o)
{
	static const struct str lists[] = {
	    STR_INIT("initContainers"), STR_INIT("containers")};
	const struct yaml_node *list;
	uint32_t k;
	size_t i;

	want(l, a, out,
	    jv_str(jv_path(
		l->settings, "cluster_config", "pause_container_image", NULL)));
	for (i = 0; i < 2; i++) {
		list = yaml_get(o->pod_spec, lists[i]);
		for (k = 0; list != NULL && k < list->items.n; k++)
			want(l, a, out,
			    yaml_text(yaml_getz(list->items.p[k], "image")));
	}
}

/* containers */

static struct jv *
pause_container(struct work *w)
{
	const struct jv *image = jv_path(
	    w->l->settings, "cluster_config", "pause_container_image", NULL);

	w->k = NULL;
	w->base = &w->l->pause;
	w->image = jv_str(image);
	w->image_loc =
	    lw_loc(yaml_path(w->w->object->node, "metadata", "name", NULL));
	if (w->image_loc.source == NULL)
		w->image_loc = lw_loc(w->w->object->node);
	w->privileged = false;
	get_image(w);
	return lw_container(w);
}

static struct jv *
other_container(struct work *w, const struct ir_container *k)
{
	w->k = k;
	w->base = &w->l->other;
	w->image = k->image.s;
	w->image_loc =
	    k->image.node != NULL ? k->image.node->loc : lw_loc(k->node);
	w->privileged = k->security.privileged.v;
	if (k->image.s.n == 0)
		return w->l->null; /* reported: there is nothing to ask */
	get_image(w);
	return lw_container(w);
}

static struct jv *
containers(struct work *w)
{
	struct jv *list = jv_array(w->a);
	size_t i;

	jv_push(w->a, list, pause_container(w));
	for (i = w->w->init.n; i > 0; i--)
		jv_push(w->a, list, other_container(w, &w->w->init.p[i - 1]));
	for (i = 0; i < w->w->main.n; i++)
		jv_push(w->a, list, other_container(w, &w->w->main.p[i]));
	w->k = NULL;
	return list;
}

/* checks */

static bool
is_first(const struct ir_container *k)
{
	return str_eqz(k->name.s, "contrast-initializer") ||
	       str_eqz(k->name.s, "contrast-service-mesh");
}

/*
 * Indexes of the containers that have to be created before the first of the
 * application; the application begins at index `application_from`.
 */
static void
put_order(struct work *w, struct jv *checks, unsigned flags)
{
	const struct lower_options *o = w->l->options;
	struct jv *list = jv_array(w->a);
	size_t i, n = w->w->init.n;
	bool all = o->no_sidecar_omitted || (flags & LOWER_NO_SIDECAR_OMITTED);

	/* The others of the list would otherwise wait for what comes later. */
	for (i = 0; o->start_order && i < n; i++)
		all |= is_first(&w->w->init.p[i]);

	BECAUSE(order, "containers that protect the others come first");
	for (i = n; i > 0; i--) {
		if (all)
			jv_push(w->a, list,
			    lw_int(w->a, (int64_t)(n - i + 1), &order));
	}
	list->origin = &order;
	lw_put(w->a, checks, "start_before", list);
	lw_put(w->a, checks, "application_from",
	    lw_int(w->a, (int64_t)n + 1, &order));
}

static void
set_true(struct work *w, struct jv *checks, const char *name, bool on)
{
	BECAUSE(asked, "an option of the command line or an annotation");

	if (on)
		jv_set(w->a, checks, str_from(name), lw_bool(w, true, &asked));
}

static struct jv *
contrastc_member(struct work *w, unsigned flags)
{
	const struct lower_options *o = w->l->options;
	const struct jv *from =
	    jv_path(w->l->settings, "contrastc", "checks", NULL);
	struct jv *out = jv_object(w->a), *checks = jv_object(w->a);
	struct jv_member *m;

	BECAUSE(version, "form and target of the policy data");
	if (from != NULL) {
		VEC_FOREACH(m, &from->members)
			VEC_PUSH(w->a, &checks->members, *m);
	}
	set_true(w, checks, "unique_containers",
	    o->unique_containers || (flags & LOWER_UNIQUE_CONTAINERS));
	set_true(w, checks, "env_complete",
	    o->env_complete || (flags & LOWER_ENV_COMPLETE));
	put_order(w, checks, flags);
	lw_put(w->a, out, "schema", lw_int(w->a, 1, &version));
	lw_put(w->a, out, "profile",
	    lw_str(w->a, str_from(o->target->name), &version));
	lw_put(w->a, out, "checks", checks);
	return out;
}

/* notes about what no policy can protect */

static void
note_weaknesses(struct work *w)
{
	const struct ir_workload *p = w->w;

	if (p->sysctls.n > 0 && !w->l->sw.pod_sysctls)
		lw_found(w,
		    diag_report(w->l->diags, SYSCTLS, p->security.sysctls->loc,
			w->l->options->target->name));
	if (w->ns.n == 0 && !w->coordinator)
		lw_found(w, diag_report(w->l->diags, ANY_NAMESPACE,
				p->object->node->loc));
}

static void
index_volumes(struct work *w)
{
	struct ir_volume *it;
	struct ir_claim *claim;

	VEC_FOREACH(claim, &w->w->claims)
		map_set(w->a, &w->claims, claim->name.s, claim);
	VEC_FOREACH(it, &w->w->volumes) {
		lw_no_token(
		    w, it->name.s, "a volume's name", lw_loc(it->name.node));
		if (map_set(w->a, &w->volumes, it->name.s, it) != NULL)
			lw_found(w, diag_report(w->l->diags, VOLUME_TWICE,
					it->node->loc, STR_ARG(it->name.s)));
	}
}

static void
unique_name(struct work *w, struct map *names, const struct ir_container *k)
{
	if (k->name.s.n > 0 && map_set(w->a, names, k->name.s, k->node) != NULL)
		lw_found(w, diag_report(w->l->diags, CONTAINER_TWICE,
				k->name.node->loc, STR_ARG(k->name.s)));
}

static void
check_names(struct work *w)
{
	struct map names = {0};
	const struct ir_container *it;

	VEC_FOREACH(it, &w->w->init)
		unique_name(w, &names, it);
	VEC_FOREACH(it, &w->w->main)
		unique_name(w, &names, it);
}

struct jv *
lower_workload(struct lower *l, struct arena *a, const struct k8s_object *o,
    unsigned flags)
{
	struct work w = {.l = l, .a = a};
	struct jv *data, *list;
	size_t i;

	w.w = ir_build(a, l->diags, o);
	if (w.w == NULL)
		return NULL;
	w.coordinator = (flags & LOWER_COORDINATOR) != 0;
	/* The Coordinator's policy is the same in every namespace. */
	w.ns = w.coordinator ? STR("") : o->ns;
	lw_no_token(&w, o->ns, "a namespace", o->node->loc);
	index_volumes(&w);
	check_names(&w);
	list = containers(&w);
	note_weaknesses(&w);
	if (w.failed || w.w->failed)
		return NULL;
	data = jv_object(a);
	lw_put(a, data, "containers", list);
	for (i = 0; i < l->tail[w.coordinator].n; i++)
		VEC_PUSH(a, &data->members, l->tail[w.coordinator].p[i]);
	lw_put(a, data, "contrastc", contrastc_member(&w, flags));
	return data;
}
