/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: YAML through the passes.  The first byte chooses the options.
 * What comes out is read again, and the passes find nothing left to do.  Objects are
 * checked against each other, too.
 */
#include <stdlib.h>

#include "compiler/pass/cross.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *
handler_of(void *arg, const struct platform *p)
{
	(void)arg;
	return p->insecure ? "contrast-insecure-metal-qemu-0123abcd"
			   : "contrast-cc-metal-qemu-snp-0123abcd";
}

static bool
is_workload(const struct k8s_object *o)
{
	return o->kind != NULL && o->kind->role == K8S_WORKLOAD;
}

static const struct source *
complete(struct arena *a, const struct source *s, const struct pass_options *o)
{
	struct diags d;
	struct units units = {{NULL, 0, 0}};
	struct k8s_objects objects = {{NULL, 0, 0}};
	struct pass_ctx ctx = {.arena = a, .diags = &d, .options = o};
	const struct cross_options cross = {
	    true, s->text.n % 2 == 1, o->profile};
	struct cross *c = cross_new(a, &d, &cross);
	const struct source *out = NULL;
	struct k8s_object **it;
	struct selection sel;
	struct edits *edits;
	bool ok;

	diags_init(&d, a);
	if (!yaml_read(&units, a, &d, s) ||
	    !k8s_objects_read(&objects, a, &d, &units))
		return NULL;
	ctx.objects = &objects;
	ok = pass_begin(&ctx);
	edits = edits_new(a, &d, s, &units);
	VEC_FOREACH(it, &objects.list) {
		ok = pass_run(&ctx, *it, edits, &sel) && ok;
		pass_verify(&ctx, *it, &sel);
		cross_add(c, &ctx, *it, is_workload(*it) ? &sel : NULL);
	}
	cross_check(c);
	return ok && edit_apply(edits, &out, NULL) ? out : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct pass_options o = {.handler = handler_of};
	const struct source *once, *twice;
	struct arena *a;

	if (n == 0 || n > 65536)
		return 0;
	a = arena_new();
	o.platform = platform_find(STR("Metal-QEMU-SNP"));
	o.profile = data[0] & 1 ? PROFILE_LATEST : PROFILE_V12;
	o.debug_shell = data[0] & 2;
	o.inject_image_store = data[0] & 4;
	o.coco = data[0] & 8;
	once = complete(a,
	    source_new(
		a, STR("fuzz"), (struct str){(const char *)data + 1, n - 1}),
	    &o);
	if (once != NULL) {
		twice = complete(a, once, &o);
		if (twice == NULL || !str_eq(twice->text, once->text))
			abort();
	}
	arena_free(a);
	return 0;
}
