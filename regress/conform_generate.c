/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases below manifests/generate: resources before and after the patch
 * step, for both profiles.  Parsed documents are compared: mappings without
 * order, sequences with order; errors up to the second colon.
 */
#include <string.h>

#include "compiler/pass/pass.h"
#include "regress/conform.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

void conform_manifests_generate(struct conform *c, const char *dir);

#define VCPUS "io.katacontainers.config.hypervisor.default_vcpus"

/* One run over one text. */
struct run {
	struct arena *arena;
	struct diags diags;
	struct units units;
	struct k8s_objects objects;
	const struct source *completed; /* NULL after an error */
};

/* What all cases of a directory share. */
struct setting {
	const char *dir;
	struct pass_options options;
};

static const char *
handler_of(void *arg, const struct platform *p)
{
	(void)p;
	return *(const char **)arg;
}

static bool
complete(
    struct run *r, const struct source *s, const struct pass_options *options)
{
	struct pass_ctx ctx = {.arena = r->arena,
	    .diags = &r->diags,
	    .options = options,
	    .objects = &r->objects};
	struct k8s_object **it;
	struct selection sel;
	struct edits *edits;
	bool ok;

	diags_init(&r->diags, r->arena);
	if (!yaml_read(&r->units, r->arena, &r->diags, s) ||
	    !k8s_objects_read(&r->objects, r->arena, &r->diags, &r->units))
		return false;
	ok = pass_begin(&ctx);
	edits = edits_new(r->arena, &r->diags, s, &r->units);
	VEC_FOREACH(it, &r->objects.list)
		ok = pass_run(&ctx, *it, edits, &sel) && ok;
	return ok && edit_apply(edits, &r->completed, NULL);
}

static struct str
first_error(const struct run *r)
{
	struct diag **it;

	VEC_FOREACH(it, &r->diags.list) {
		if ((*it)->severity == DIAG_ERROR)
			return (*it)->text;
	}
	return STR("");
}

/* Up to the second colon. */
static struct str
error_head(struct str s)
{
	size_t colon = str_chr(str_trim(s), ':', 0);

	if (colon != SIZE_MAX)
		colon = str_chr(s, ':', colon + 1);
	return str_trim(str_sub(s, 0, colon));
}

/*
 * Takes out what the expectation does not have: the carrier annotation and
 * the number of CPUs, which depend on the target.
 */
static void
strip(struct jv *v, bool keep_vcpus)
{
	struct jv *meta = jv_getz(v, "metadata"), *a, **it;
	struct jv_member *m;

	if ((a = jv_getz(meta, "annotations")) != NULL) {
		jv_remove(a, STR(CARRIER_POLICY));
		jv_remove(a, STR(CARRIER_INITDATA));
		if (!keep_vcpus)
			jv_remove(a, STR(VCPUS));
		if (a->members.n == 0)
			jv_remove(meta, STR("annotations"));
		if (meta->members.n == 0)
			jv_remove(v, STR("metadata"));
	}
	if (jv_is(v, JV_OBJECT))
		VEC_FOREACH(m, &v->members)
			strip(m->value, keep_vcpus);
	if (jv_is(v, JV_ARRAY))
		VEC_FOREACH(it, &v->items)
			strip(*it, keep_vcpus);
}

static struct jv *
documents(struct arena *a, const struct units *units, bool keep_vcpus)
{
	struct jv *list = jv_array(a);
	struct unit **it;

	VEC_FOREACH(it, &units->list)
		strip(jv_push(a, list, yaml_to_jv(a, (*it)->root)), keep_vcpus);
	return list;
}

/* The first document that differs, as text. */
static void
report_difference(struct conform *c, const char *name, const struct jv *got,
    const struct jv *want)
{
	struct buf b = {0};
	size_t i;

	if (got->items.n != want->items.n) {
		conform_fail(c, name, "%zu documents, expected %zu",
		    got->items.n, want->items.n);
		return;
	}
	for (i = 0; i < got->items.n; i++) {
		if (jv_equal(got->items.p[i], want->items.p[i]))
			continue;
		jv_print(&b, got->items.p[i], JV_COMPACT);
		conform_fail(c, name, "document %zu differs: %.*s", i + 1,
		    STR_ARG(buf_str(&b)));
		buf_free(&b);
		return;
	}
	conform_pass(c);
}

static void
judge(struct conform *c, const char *name, const struct setting *set,
    struct run *r, struct str want)
{
	struct run expected = {.arena = r->arena}, after = {.arena = r->arena},
		   again = {.arena = r->arena};
	struct source *s = source_new(r->arena, STR("expected"), want);
	bool vcpus = str_find(want, STR(VCPUS), 0) != SIZE_MAX;

	diags_init(&expected.diags, r->arena);
	diags_init(&after.diags, r->arena);
	if (r->completed == NULL) {
		conform_fail(c, name, "failed: %.*s", STR_ARG(first_error(r)));
	} else if (!yaml_read(&expected.units, r->arena, &expected.diags, s) ||
		   !yaml_read(
		       &after.units, r->arena, &after.diags, r->completed)) {
		conform_fail(c, name, "cannot be read");
	} else if (!complete(&again, r->completed, &set->options) ||
		   !str_eq(again.completed->text, r->completed->text)) {
		conform_fail(c, name, "a second run changes the output");
	} else
		report_difference(c, name,
		    documents(r->arena, &after.units, vcpus),
		    documents(r->arena, &expected.units, vcpus));
}

static void
judge_error(
    struct conform *c, const char *name, const struct run *r, struct str want)
{
	struct str got = first_error(r);

	if (got.n > 0 && str_eq(error_head(got), error_head(want)))
		conform_pass(c);
	else
		conform_fail(c, name, "got error '%.*s', expected '%.*s'",
		    STR_ARG(got), STR_ARG(str_trim(want)));
}

static void
read_flags(struct conform *c, const char *path, struct pass_options *o)
{
	struct str text;
	struct jv *flags;

	if (!conform_read(&text, c->arena, path))
		return;
	if (jv_parse(&flags, c->arena, text, NULL) != 0) {
		conform_fail(c, path, "no JSON");
		return;
	}
	o->skip_initializer = jv_is(jv_getz(flags, "skip_init"), JV_TRUE);
	o->skip_service_mesh =
	    jv_is(jv_getz(flags, "skip_mesh"), JV_TRUE) ||
	    jv_is(jv_getz(flags, "skip_service_mesh"), JV_TRUE);
	o->inject_image_store =
	    jv_is(jv_getz(flags, "inject_image_store"), JV_TRUE) ||
	    jv_is(jv_getz(flags, "image_store"), JV_TRUE);
	o->debug_shell = jv_is(jv_getz(flags, "debug_shell"), JV_TRUE);
}

static void
run_case(struct conform *c, const struct setting *base, const char *name,
    enum profile profile)
{
	const char *word = profile == PROFILE_V12 ? "v1.2" : "latest";
	struct setting set = *base;
	struct run r = {.arena = c->arena};
	struct str input, want;
	const char *dir = conform_path(c->arena, base->dir, name), *id;

	id = arena_printf(c->arena, "generate/%s %s", name, word).p;
	if (!conform_read(
		&input, c->arena, conform_path(c->arena, dir, "input.yml")))
		return;
	set.options.profile = profile;
	/* The vectors of v1.2 were made without the start-up deny rule. */
	set.options.startup_deny =
	    profile == PROFILE_V12 ? DENY_OFF : DENY_AUTO;
	read_flags(c, conform_path(c->arena, dir, "flags.json"), &set.options);
	if (!complete(&r, source_new(c->arena, STR("input.yml"), input),
		&set.options))
		r.completed = NULL;
	if (conform_read(&want, c->arena,
		arena_printf(c->arena, "%s/expected-%s.yml", dir, word).p))
		judge(c, id, &set, &r, want);
	else if (conform_read(&want, c->arena,
		     arena_printf(
			 c->arena, "%s/expected-%s.error.txt", dir, word)
			 .p))
		judge_error(c, id, &r, want);
	else
		conform_skip(c, id, "no expectation");
}

void
conform_manifests_generate(struct conform *c, const char *dir)
{
	struct setting set = {.dir = dir};
	struct str handler = {NULL, 0};
	const char **names, *h;
	size_t i, n;

	if (!conform_read(&handler, c->arena,
		conform_path(c->arena, dir, "handler.txt"))) {
		conform_skip(c, "generate", "no handler.txt");
		return;
	}
	h = arena_cstr(c->arena, str_trim(handler));
	set.options.platform = platform_of_handler(str_from(h), NULL);
	set.options.handler = handler_of;
	set.options.handler_arg = &h;
	set.options.replacements_file = STR("image-replacements.txt");
	(void)conform_read(&set.options.replacements, c->arena,
	    conform_path(c->arena, dir, "image-replacements.txt"));
	names = conform_list(c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		run_case(c, &set, names[i], PROFILE_V12);
		run_case(c, &set, names[i], PROFILE_LATEST);
	}
}
