/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate: YAML in; completed YAML with policies, keys and manifest out.
 * The flow of DESIGN 3, one function a stage; nothing is written before the
 * last of them.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/cmd/generate.h"
#include "runtime/base/banned.h"

/* Files and documents. */
static bool
read_files(struct generate *g)
{
	struct inputs in = {0};
	bool ok = true;
	size_t i;

	if (!cmd_inputs(g->run, &in))
		return false;
	for (i = 0; i < in.list.n; i++) {
		struct gen_file file = {.in = in.list.p[i]};

		ok &=
		    yaml_read(&file.units, g->arena, g->diags, file.in.source);
		VEC_PUSH(g->arena, &g->files, file);
	}
	return ok;
}

static bool
read_objects(struct generate *g)
{
	struct k8s_object **o;
	struct gen_file *f;
	bool ok = true;

	VEC_FOREACH(f, &g->files) {
		ok &= k8s_objects_read(
		    &f->objects, g->arena, g->diags, &f->units);
		VEC_FOREACH(o, &f->objects.list)
			VEC_PUSH(g->arena, &g->all.list, *o);
	}
	return ok;
}

static bool
is_workload(const struct k8s_object *o)
{
	return o->kind != NULL && o->kind->role == K8S_WORKLOAD;
}

/* Round one: the passes complete the text of one file. */
static bool
complete(struct generate *g, struct pass_ctx *ctx, struct gen_file *f)
{
	struct edits *e =
	    edits_new(g->arena, g->diags, f->in.source, &f->units);
	struct k8s_object **o;
	bool ok = true;

	VEC_FOREACH(o, &f->objects.list) {
		struct work w = {0};

		k8s_check_kind(g->diags, *o);
		if (!is_workload(*o))
			continue;
		ok &= pass_run(ctx, *o, e, &w.sel);
		f->active |= w.sel.in;
		g->selected += w.sel.in;
		VEC_PUSH(g->arena, &g->works, w);
	}
	return ok && edit_apply(e, &f->completed, &f->units2);
}

static bool
round_one(struct generate *g)
{
	struct pass_ctx ctx = {.arena = g->arena,
	    .diags = g->diags,
	    .options = &g->pass,
	    .objects = &g->all};
	struct gen_file *f;
	bool ok;

	ok = pass_begin(&ctx);
	VEC_FOREACH(f, &g->files)
		ok &= complete(g, &ctx, f);
	return ok;
}

/* Objects that are only looked up: --config-file. */
static bool
read_config_files(struct generate *g)
{
	const struct opt_value *v = &g->run->opt[OPT_CONFIG_FILE];
	struct k8s_object **o;
	struct inputs in = {0};
	bool ok = true;
	size_t i;

	if (v->values.n == 0)
		return true;
	if (!inputs_read(&in, g->arena, g->diags,
		(char *const *)(uintptr_t)v->values.p, v->values.n))
		return false;
	for (i = 0; i < in.list.n; i++) {
		struct k8s_objects objects = {0};
		struct units units = {0};

		ok &= yaml_read(
			  &units, g->arena, g->diags, in.list.p[i].source) &&
		      k8s_objects_read(&objects, g->arena, g->diags, &units);
		VEC_FOREACH(o, &objects.list) {
			if ((*o)->kind != NULL && (*o)->kind->role == K8S_DATA)
				VEC_PUSH(g->arena, &g->all2.list, *o);
		}
	}
	return ok;
}

static bool
round_two_objects(struct generate *g)
{
	struct k8s_object **o;
	struct gen_file *f;
	size_t next = 0;

	VEC_FOREACH(f, &g->files) {
		if (!k8s_objects_read(
			&f->objects2, g->arena, g->diags, &f->units2))
			return false;
		VEC_FOREACH(o, &f->objects2.list) {
			VEC_PUSH(g->arena, &g->all2.list, *o);
			if (is_workload(*o))
				g->works.p[next++].object = *o;
		}
	}
	return read_config_files(g);
}

/*
 * Target, settings and linker of one platform; made once per target.  After
 * an error, which is reported once, a part is missing.
 */
static struct gen_target *
target_of(struct generate *g, const struct work *w)
{
	const char *name = generate_target_name(g, w->sel.platform);
	struct gen_target **it, *t;

	VEC_FOREACH(it, &g->targets) {
		if (strcmp((*it)->target->name, name) == 0 &&
		    strcmp((*it)->carrier, w->sel.carrier) == 0)
			return *it;
	}
	t = ARENA_NEW(g->arena, struct gen_target);
	t->target = target_find(str_from(name));
	t->carrier = w->sel.carrier;
	if (t->target == NULL) {
		diag_report(g->diags, TARGET_UNKNOWN, loc_none, name);
		return NULL;
	}
	VEC_PUSH(g->arena, &g->targets, t);
	t->settings =
	    settings_load(g->arena, g->diags, t->target, &g->settings_source);
	if (t->settings == NULL)
		return t;
	t->policy = g->policy;
	t->policy.target = t->target->name;
	t->policy.initdata = strcmp(w->sel.carrier, CARRIER_INITDATA) == 0;
	t->options = g->lower;
	t->options.target = t->target;
	t->options.settings = t->settings;
	t->lower =
	    lower_new(g->arena, g->diags, &g->all2, g->images, &t->options);
	t->linker = policy_linker_new(g->arena, g->diags, &t->policy);
	return t;
}

/* What a workload asks for beyond the options of the run. */
static unsigned
wishes(struct generate *g, struct pass_ctx *ctx, const struct work *w)
{
	static const struct {
		const char *key;
		unsigned flag;
	} table[] = {{"require-sidecars", LOWER_NO_SIDECAR_OMITTED},
	    {"require-env", LOWER_ENV_COMPLETE},
	    {"unique-containers", LOWER_UNIQUE_CONTAINERS}};
	unsigned flags = w->sel.coordinator ? LOWER_COORDINATOR : 0;
	const struct yaml_node *n;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		n = pass_annotation(ctx, w->object, table[i].key);
		if (str_eqz(yaml_text(n), "true"))
			flags |= table[i].flag;
		else if (n != NULL && !str_eqz(yaml_text(n), "false"))
			diag_report(
			    g->diags, ANNOTATION_BOOL, n->loc, table[i].key);
	}
	return flags;
}

/* One workload: lowered, linked, its annotation filled in. */
static bool
compile(struct generate *g, struct pass_ctx *ctx, struct gen_file *f,
    struct work *w)
{
	struct gen_target *t = target_of(g, w);
	struct arena *scratch;
	struct filled fill;
	struct jv *data;
	bool ok;

	if (t == NULL || t->lower == NULL || t->linker == NULL)
		return false;
	ok = k8s_check_fields(g->arena, g->diags, w->object, true, g->lenient);
	scratch = arena_new();
	data = lower_workload(t->lower, scratch, w->object, wishes(g, ctx, w));
	ok = ok && data != NULL && policy_link(&w->policy, t->linker, data);
	arena_free(scratch);
	if (!ok)
		return false;
	w->text_size = w->policy.text.n;
	fill.unit = w->object->unit;
	fill.node = pass_carrier_node(w->object, &w->sel);
	if (fill.node == NULL) {
		diag_report(g->diags, INTERNAL, w->object->node->loc,
		    "the completed text has no carrier annotation");
		return false;
	}
	fill.value = w->policy.carrier;
	VEC_PUSH(g->arena, &f->filled, fill);
	return true;
}

/* Round two: compiles exactly what the completed text says. */
static bool
round_two(struct generate *g)
{
	struct pass_ctx ctx = {.arena = g->arena,
	    .diags = g->diags,
	    .options = &g->pass,
	    .objects = &g->all2};
	struct k8s_object **o;
	struct gen_file *f;
	bool ok = true;
	size_t next = 0;

	VEC_FOREACH(f, &g->files) {
		VEC_FOREACH(o, &f->objects2.list) {
			struct work *w;

			if (!is_workload(*o)) {
				(void)k8s_check_fields(
				    g->arena, g->diags, *o, false, true);
				continue;
			}
			w = &g->works.p[next++];
			if (!w->sel.in) {
				(void)k8s_check_fields(
				    g->arena, g->diags, *o, false, true);
				continue;
			}
			pass_verify(&ctx, w->object, &w->sel);
			ok &= compile(g, &ctx, f, w);
		}
	}
	return ok && g->diags->errors == 0;
}

static bool
prove(struct generate *g)
{
	struct gen_file *f;

	VEC_FOREACH(f, &g->files) {
		f->final = emit_final(g->arena, g->diags, f->in.source,
		    f->completed, f->filled.p, f->filled.n);
		if (f->final == NULL)
			return false;
	}
	return true;
}

static bool
nothing_selected(struct generate *g)
{
	if (g->selected > 0 || opt_on(g->run, OPT_ALLOW_EMPTY))
		return false;
	generate_summary(g);
	diag_report(g->diags, NO_WORKLOAD, loc_none);
	return true;
}

/* All stages up to the point where every byte is known. */
static bool
compile_all(struct generate *g)
{
	if (!read_files(g) || !read_objects(g))
		return false;
	if (!round_one(g) || nothing_selected(g))
		return false;
	if (!round_two_objects(g))
		return false;
	g->images = img_store_open(g->arena, g->diags, &g->image_options);
	if (g->images == NULL || !round_two(g))
		return false;
	generate_sizes(g);
	return prove(g) && g->diags->errors == 0;
}

/* No excerpt of a report may show what a Secret holds. */
static void
hide_secrets(struct generate *g, const struct k8s_objects *objects)
{
	struct k8s_object **o;
	struct diag **d;
	struct loc at, in;

	VEC_FOREACH(o, &objects->list) {
		if (!str_eq((*o)->kind_name, STR("Secret")))
			continue;
		in = loc_user((*o)->unit->loc, NULL);
		VEC_FOREACH(d, &g->diags->list) {
			at = loc_user((*d)->loc, NULL);
			if (at.source == in.source && at.off >= in.off &&
			    at.off - in.off <= in.len)
				(*d)->hidden = true;
		}
	}
}

int
cmd_generate(struct run *r)
{
	struct generate g = {.run = r, .arena = r->arena, .diags = &r->diags};
	int status = generate_options(&g);
	struct gen_target **t;

	if (status != EXIT_OK)
		return status;
	if (compile_all(&g))
		status = generate_write(&g);
	else
		status = cmd_status(r);
	VEC_FOREACH(t, &g.targets)
		policy_linker_free((*t)->linker);
	img_store_close(g.images);
	hide_secrets(&g, &g.all);
	hide_secrets(&g, &g.all2);
	cmd_report(r);
	return status;
}
