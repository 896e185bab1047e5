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

/* Objects that are only looked up: --config-file. */
bool
generate_config_files(struct generate *g)
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
				VEC_PUSH(g->arena, &g->data.list, *o);
			if (str_eq((*o)->kind_name, STR("Secret")))
				VEC_PUSH(
				    g->arena, &g->secrets, (*o)->unit->loc);
		}
	}
	return ok;
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

void
generate_cross(struct generate *g)
{
	struct arena *a = arena_new();
	struct cross *c = cross_new(a, g->diags, &g->cross);
	struct k8s_object *const *o;
	const struct work *w = g->works.p;

	VEC_FOREACH(o, &g->all.list) {
		if (generate_is_workload(*o))
			cross_add(c, &g->ctx, *o, &(w++)->sel);
		else if ((*o)->kind == NULL || (*o)->kind->role != K8S_DATA)
			cross_add(c, &g->ctx, *o, NULL);
	}
	VEC_FOREACH(o, &g->data.list)
		cross_add(c, &g->ctx, *o, NULL);
	cross_check(c);
	cross_images(c, g->images);
	arena_free(a);
}

bool
generate_compile(struct generate *g)
{
	g->images = img_store_open(g->arena, g->diags, &g->image_options);
	g->pass.images = g->images;
	/* Each image would be missing too. */
	if (g->diags->errors > 0)
		return false;
	if (!generate_read(g) || !generate_round_one(g) ||
	    nothing_selected(g) || !generate_config_files(g))
		return false;
	return generate_round_two(g);
}

/* No excerpt of a report may show what a Secret holds. */
static void
hide_secrets(struct generate *g)
{
	const struct loc *in;
	struct diag **d;
	struct loc at;

	VEC_FOREACH(in, &g->secrets) {
		VEC_FOREACH(d, &g->diags->list) {
			at = loc_user((*d)->loc, NULL);
			if (at.source == in->source && at.off >= in->off &&
			    at.off - in->off <= in->len)
				(*d)->hidden = true;
		}
	}
}

void
generate_close(struct generate *g)
{
	struct gen_target **t;
	struct gen_batch **b;
	struct gen_file *f;

	hide_secrets(g);
	cmd_report(g->run);
	VEC_FOREACH(t, &g->targets)
		policy_linker_free((*t)->linker);
	img_store_close(g->images);
	edits_close(g->edits);
	arena_free(g->made);
	yaml_pool_fini(&g->pool);
	VEC_FOREACH(b, &g->batches)
		arena_free((*b)->arena);
	VEC_FOREACH(f, &g->files)
		buf_free(&f->final);
	buf_free(&g->joined);
}

int
cmd_generate(struct run *r)
{
	struct generate g = {.run = r, .arena = r->arena, .diags = &r->diags};
	int status = generate_options(&g);

	if (status != EXIT_OK)
		return status;
	if (generate_compile(&g))
		status = generate_write(&g);
	else
		status = cmd_status(r);
	generate_close(&g);
	return status;
}
