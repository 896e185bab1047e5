/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/layout is an OCI layout or DIR/archive.tar an archive of images,
 * DIR/cases/NAME/images.json what must come out of it: each image of each file
 * is one case.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/image/image.h"
#include "regress/conform.h"
#include "runtime/base/banned.h"

static bool
same_layers(const struct img_facts *a, const struct img_facts *b)
{
	size_t i;

	if (a->nlayers != b->nlayers)
		return false;
	for (i = 0; i < a->nlayers; i++)
		if (!str_eq(a->layers[i].diff_id, b->layers[i].diff_id))
			return false;
	return true;
}

static void
compare(struct conform *c, const char *name, const struct img_facts *want,
    const struct img_facts *got)
{
	if (!jv_equal(want->config, got->config))
		conform_fail(c, name, "config differs");
	else if (!str_eq(want->passwd, got->passwd))
		conform_fail(
		    c, name, "passwd differs: '%.*s'", STR_ARG(got->passwd));
	else if (!str_eq(want->group, got->group))
		conform_fail(
		    c, name, "group differs: '%.*s'", STR_ARG(got->group));
	else if (!same_layers(want, got))
		conform_fail(c, name, "layers differ");
	else
		conform_pass(c);
}

static void
one_image(struct conform *c, const char *name, struct str ref,
    struct img_store *file, struct img_store *layout)
{
	const struct img_facts *want, *got;
	struct rt_err err;

	name = arena_cstr(
	    c->arena, arena_printf(c->arena, "%s %.*s", name, STR_ARG(ref)));
	want = img_facts_get(file, ref, IMG_USERS, &err);
	if (want == NULL) {
		conform_fail(c, name, "images.json: %s", err.text);
		return;
	}
	got = img_facts_get(layout, ref, IMG_USERS, &err);
	if (got == NULL && err.code == RT_ENOTFOUND)
		conform_skip(c, name, "%s", err.text);
	else if (got == NULL)
		conform_fail(c, name, "%s", err.text);
	else
		compare(c, name, want, got);
}

static void
one_case(struct conform *c, struct diags *d, const char *dir, const char *name,
    struct img_store *layout)
{
	const char *path = conform_path(
	    c->arena, conform_path(c->arena, dir, name), "images.json");
	struct img_options o = {0};
	struct img_store *file;
	const struct jv *images;
	struct jv *json;
	struct str text;
	size_t i;

	if (!conform_read(&text, c->arena, path))
		return;
	VEC_PUSH(c->arena, &o.images_files, str_from(path));
	file = img_store_open(c->arena, d, &o);
	if (d->errors > 0 || jv_parse(&json, c->arena, text, NULL) != 0) {
		conform_fail(c, name, "images.json cannot be read");
		img_store_close(file);
		return;
	}
	images = jv_getz(json, "images");
	for (i = 0; images != NULL && i < images->members.n; i++)
		one_image(c, name, images->members.p[i].key, file, layout);
	img_store_close(file);
}

void
conform_images(struct conform *c, const char *dir)
{
	const char *cases = conform_path(c->arena, dir, "cases"), **names;
	const char *archive = conform_path(c->arena, dir, "archive.tar");
	struct img_options o = {0};
	struct img_store *layout;
	struct diags d;
	size_t i, n;

	diags_init(&d, c->arena);
	if (access(archive, R_OK) == 0)
		VEC_PUSH(c->arena, &o.archives, str_from(archive));
	else
		VEC_PUSH(c->arena, &o.layouts,
		    str_from(conform_path(c->arena, dir, "layout")));
	layout = img_store_open(c->arena, &d, &o);
	if (d.errors > 0)
		conform_fail(c, "layout", "%.*s", STR_ARG(d.list.p[0]->text));
	names = conform_list(c->arena, cases, &n);
	for (i = 0; d.errors == 0 && i < n; i++)
		one_case(c, &d, cases, names[i], layout);
	img_store_close(layout);
}
