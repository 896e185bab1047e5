/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the descriptor of an image to its facts: index, manifest and
 * configuration, each verified before it is parsed; layers only if asked for.
 */
#include <string.h>

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define MANIFEST_MAX ((size_t)4 << 20) /* the limit of registries */
#define CONFIG_MAX ((size_t)8 << 20)
#define NESTING_MAX 4
#define DOCUMENTS_MAX 64
#define LAYERS_MAX 512 /* file systems take fewer */

static const struct str indexes[] = {
    STR_INIT("application/vnd.oci.image.index.v1+json"),
    STR_INIT("application/vnd.docker.distribution.manifest.list.v2+json"),
};
static const struct str manifests[] = {
    STR_INIT("application/vnd.oci.image.manifest.v1+json"),
    STR_INIT("application/vnd.docker.distribution.manifest.v2+json"),
};
static const struct str configs[] = {
    STR_INIT("application/vnd.oci.image.config.v1+json"),
    STR_INIT("application/vnd.docker.container.image.v1+json"),
};
static const struct str layers[] = {
    STR_INIT("application/vnd.oci.image.layer.v1.tar"),
    STR_INIT("application/vnd.oci.image.layer.nondistributable.v1.tar"),
    STR_INIT("application/vnd.docker.image.rootfs.diff.tar"),
    STR_INIT("application/vnd.docker.image.rootfs.foreign.diff.tar"),
};
static const struct str endings[] = {
    STR_INIT(""),
    STR_INIT("+gzip"),
    STR_INIT(".gzip"),
    STR_INIT("+zstd"),
    STR_INIT(".zstd"),
};
#define ENCRYPTED STR("+encrypted")

#define IS_ONE_OF(s, list)                                                     \
	is_one_of((s), (list), sizeof(list) / sizeof(*(list)))

static bool
is_one_of(struct str s, const struct str *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_eq(s, list[i]))
			return true;
	return false;
}

static bool
is_layer_type(struct str type)
{
	size_t i;

	for (i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		if (str_starts(type, layers[i]) &&
		    IS_ONE_OF(str_sub(type, layers[i].n, type.n), endings))
			return true;
	return false;
}

int
img_desc_read(struct img_desc *out, const struct jv *json, struct rt_err *err)
{
	struct img_desc d = {.json = json};
	const struct jv *size = jv_getz(json, "size");
	int64_t n;

	if (!jv_is(json, JV_OBJECT))
		return rt_err_set(err, RT_EFORMAT, "a descriptor is no object");
	d.type = jv_get_str(json, STR("mediaType"));
	d.digest = jv_get_str(json, STR("digest"));
	if (!img_is_sha256(d.digest))
		return rt_err_set(err, RT_EFORMAT,
		    "digest '%.*s' of a descriptor is not of the form "
		    "sha256:HEX",
		    STR_ARG(str_sub(d.digest, 0, 160)));
	if (!jv_to_int(size, &n) || n < 0)
		return rt_err_set(err, RT_EFORMAT,
		    "descriptor %.*s has no size", STR_ARG(d.digest));
	d.size = (uint64_t)n;
	d.have_size = true;
	*out = d;
	return 0;
}

/* What a variant is called when it is the usual one of its architecture. */
static struct str
usual_variant(struct str arch, struct str variant)
{
	if (str_eqz(arch, "arm64") && variant.n == 0)
		return STR("v8");
	if (str_eqz(arch, "arm") && variant.n == 0)
		return STR("v7");
	if (str_eqz(arch, "amd64") && variant.n == 0)
		return STR("v1");
	return variant;
}

#define PLATFORM_BYTES "abcdefghijklmnopqrstuvwxyz0123456789._-"

bool
img_platform_is(struct str platform, const struct jv *json)
{
	size_t a = str_chr(platform, '/', 0);
	size_t b = a == SIZE_MAX ? a : str_chr(platform, '/', a + 1);
	struct str arch =
	    str_sub(platform, a == SIZE_MAX ? platform.n : a + 1, b);
	struct str variant =
	    str_sub(platform, b == SIZE_MAX ? platform.n : b + 1, platform.n);

	return str_eq(jv_get_str(json, STR("os")), str_sub(platform, 0, a)) &&
	       str_eq(jv_get_str(json, STR("architecture")), arch) &&
	       str_eq(usual_variant(arch, jv_get_str(json, STR("variant"))),
		   usual_variant(arch, variant));
}

static void
expect(
    struct img_blobs *b, const struct img_desc *d, bool document, uint64_t max)
{
	if (b->expect != NULL)
		b->expect(b, d, document, max);
}

int
img_platform_check(struct str platform, struct rt_err *err)
{
	size_t i, slashes = 0, part = 0;

	for (i = 0; i < platform.n; i++) {
		unsigned char c = (unsigned char)platform.p[i];

		if (c == ',' || c == ' ')
			return rt_err_set(err, RT_EFORMAT,
			    "'%.*s' is more than one platform: give one, and "
			    "another lock file for each",
			    STR_ARG(str_clip(platform, 100)));
		if (c == '/' && part > 0) {
			slashes++;
			part = 0;
		} else if (strchr(PLATFORM_BYTES, c) != NULL && c != '\0') {
			part++;
		} else {
			break;
		}
	}
	if (i == platform.n && part > 0 && (slashes == 1 || slashes == 2))
		return 0;
	return rt_err_set(err, RT_EFORMAT,
	    "'%.*s' is no platform: write OS/ARCH, as in linux/amd64",
	    STR_ARG(str_clip(platform, 100)));
}

/* One run through the documents of an image. */
struct reader {
	struct arena *arena;
	struct img_blobs *blobs;
	struct str platform;
	struct img_facts *facts;
	struct img_part *parts;
	unsigned documents; /* read so far */
};

static int read_document(struct reader *r, const struct img_desc *d,
    unsigned depth, struct rt_err *err);

/* "linux/amd64, linux/arm64": what an index offers. */
static int
no_platform(const struct reader *r, const struct jv *list, struct rt_err *err)
{
	struct buf b = {0};
	size_t i;

	for (i = 0; i < list->items.n && b.n < 200; i++) {
		const struct jv *p = jv_getz(list->items.p[i], "platform");
		struct str os = jv_get_str(p, STR("os"));
		struct str arch = jv_get_str(p, STR("architecture"));
		struct str variant = jv_get_str(p, STR("variant"));

		if (os.n == 0 || str_eqz(os, "unknown"))
			continue;
		buf_printf(&b, "%s%.*s/%.*s%s%.*s", b.n > 0 ? ", " : "",
		    STR_ARG(os), STR_ARG(arch), variant.n > 0 ? "/" : "",
		    STR_ARG(variant));
	}
	(void)rt_err_set(err, RT_ENOTFOUND,
	    "the image has no manifest for %.*s%s%.*s", STR_ARG(r->platform),
	    b.n > 0 ? ", only for " : "", (int)b.n, b.n > 0 ? b.p : "");
	buf_free(&b);
	return RT_ENOTFOUND;
}

static int
read_index(
    struct reader *r, const struct jv *json, unsigned depth, struct rt_err *err)
{
	const struct jv *list = jv_getz(json, "manifests"), *p;
	struct img_desc d;
	size_t i;
	int rc;

	if (!jv_is(list, JV_ARRAY))
		return rt_err_set(
		    err, RT_EFORMAT, "the index has no list of manifests");
	for (i = 0; i < list->items.n; i++) {
		p = jv_getz(list->items.p[i], "platform");
		if (!img_platform_is(r->platform, p))
			continue;
		rc = img_desc_read(&d, list->items.p[i], err);
		return rc != 0 ? rc : read_document(r, &d, depth + 1, err);
	}
	/* Without platforms the configurations tell. */
	for (i = 0; i < list->items.n; i++) {
		p = jv_getz(list->items.p[i], "platform");
		if (p != NULL && p->type != JV_NULL)
			continue;
		rc = img_desc_read(&d, list->items.p[i], err);
		if (rc == 0)
			rc = read_document(r, &d, depth + 1, err);
		if (rc != RT_ENOTFOUND)
			return rc;
	}
	return no_platform(r, list, err);
}

static int
read_diff_ids(struct img_facts *f, struct arena *a, const struct jv *json,
    struct rt_err *err)
{
	const struct jv *list = jv_path(json, "rootfs", "diff_ids", NULL);
	size_t i;

	if (list == NULL || list->type == JV_NULL) {
		f->nlayers = 0;
		return 0;
	}
	if (list->type != JV_ARRAY)
		return rt_err_set(err, RT_EFORMAT, "diff_ids is no list");
	if (list->items.n > LAYERS_MAX)
		return rt_err_set(err, RT_ELIMIT, "%zu layers, %d are allowed",
		    list->items.n, LAYERS_MAX);
	f->nlayers = list->items.n;
	f->layers = ARENA_ARRAY(a, struct img_layer, f->nlayers);
	for (i = 0; i < f->nlayers; i++) {
		f->layers[i].diff_id = jv_str(list->items.p[i]);
		if (!img_is_sha256(f->layers[i].diff_id))
			return rt_err_set(err, RT_EFORMAT,
			    "diff_ids[%zu] is not of the form sha256:HEX", i);
	}
	return 0;
}

/* The variant of a configuration is often left out. */
static bool
is_for(struct str platform, struct str os, struct str arch)
{
	size_t slash = str_chr(platform, '/', 0);

	return str_eq(str_sub(platform, 0, slash), os) && slash != SIZE_MAX &&
	       str_eq(str_sub(platform, slash + 1,
			  str_chr(platform, '/', slash + 1)),
		   arch);
}

int
img_oci_config(struct img_facts *out, struct arena *a, struct str text,
    struct str platform, struct rt_err *err)
{
	struct str os, arch;
	struct jv *json;
	int rc = jv_parse(&json, a, text, err);

	if (rc == 0 && json->type != JV_OBJECT)
		rc = rt_err_set(err, RT_EFORMAT, "is no object");
	if (rc != 0)
		return rc;
	os = jv_get_str(json, STR("os"));
	arch = jv_get_str(json, STR("architecture"));
	if (os.n > 0 && arch.n > 0 && !is_for(platform, os, arch))
		return rt_err_set(err, RT_ENOTFOUND,
		    "the image is for %.*s/%.*s, not for %.*s", STR_ARG(os),
		    STR_ARG(arch), STR_ARG(platform));
	rc = img_config_read(&out->config, a, jv_getz(json, "config"), err);
	if (rc == 0)
		rc = read_diff_ids(out, a, json, err);
	return rc;
}

static int
read_config(struct reader *r, const struct jv *json, struct rt_err *err)
{
	struct img_desc d;
	struct str text;
	int rc = img_desc_read(&d, jv_getz(json, "config"), err);

	if (rc != 0)
		return rc;
	if (!IS_ONE_OF(d.type, configs))
		return rt_err_set(err, RT_EFORMAT,
		    "is no container image: its configuration is of type '%.*s'",
		    STR_ARG(str_sub(d.type, 0, 160)));
	expect(r->blobs, &d, false, CONFIG_MAX);
	rc = img_blob_read(&text, r->arena, r->blobs, &d, CONFIG_MAX, err);
	if (rc != 0)
		return rc;
	rc = img_oci_config(r->facts, r->arena, text, r->platform, err);
	if (rc != 0)
		return rt_err_wrap(
		    err, "configuration %.*s", STR_ARG(d.digest));
	r->facts->config_digest = d.digest;
	return 0;
}

static int
read_layer(struct reader *r, struct img_part *p, struct img_layer *l,
    const struct jv *json, struct rt_err *err)
{
	struct img_desc d;
	struct str type;
	int rc = img_desc_read(&d, json, err);

	if (rc != 0)
		return rc;
	type = d.type;
	p->encrypted = str_ends(type, ENCRYPTED);
	if (p->encrypted)
		type = str_sub(type, 0, type.n - ENCRYPTED.n);
	if (!is_layer_type(type))
		return rt_err_set(err, RT_EFORMAT,
		    "layer %.*s is of unknown type '%.*s'", STR_ARG(d.digest),
		    STR_ARG(str_sub(d.type, 0, 160)));
	l->digest = d.digest;
	l->size = d.size;
	p->layer = l;
	p->place = d.digest;
	expect(r->blobs, &d, false, IMG_LAYER_MAX);
	return 0;
}

static int
read_layers(struct reader *r, const struct jv *json, struct rt_err *err)
{
	const struct jv *list = jv_getz(json, "layers");
	struct img_facts *f = r->facts;
	size_t i, n = jv_is(list, JV_ARRAY) ? list->items.n : 0;
	int rc = 0;

	if (n != f->nlayers)
		return rt_err_set(err, RT_EFORMAT,
		    "the manifest has %zu layers, the configuration %zu", n,
		    f->nlayers);
	r->parts = ARENA_ARRAY(r->arena, struct img_part, n);
	for (i = 0; rc == 0 && i < n; i++)
		rc = read_layer(
		    r, &r->parts[i], &f->layers[i], list->items.p[i], err);
	return rc;
}

/* What a document says that it is; its members count where it does not. */
static int
check_type(bool *is_index, const struct img_desc *d, const struct jv *json,
    struct rt_err *err)
{
	struct str type = jv_get_str(json, STR("mediaType"));
	bool list = jv_getz(json, "manifests") != NULL;
	int64_t version = 0;

	(void)jv_to_int(jv_getz(json, "schemaVersion"), &version);
	if (version == 1)
		return rt_err_set(err, RT_EFORMAT,
		    "is a manifest of schema version 1, which was dropped: "
		    "push the image again with a current tool");
	if (version != 2)
		return rt_err_set(
		    err, RT_EFORMAT, "is no image manifest (schemaVersion 2)");
	if (list && jv_getz(json, "config") != NULL)
		return rt_err_set(
		    err, RT_EFORMAT, "is both an index and a manifest");
	if (type.n > 0 && d->type.n > 0 && !str_eq(type, d->type))
		return rt_err_set(err, RT_EFORMAT,
		    "is of type '%.*s', its descriptor says '%.*s'",
		    STR_ARG(str_sub(type, 0, 160)),
		    STR_ARG(str_sub(d->type, 0, 160)));
	type = type.n > 0 ? type : d->type;
	if (type.n > 0 && !IS_ONE_OF(type, indexes) &&
	    !IS_ONE_OF(type, manifests))
		return rt_err_set(err, RT_EFORMAT, "is of unknown type '%.*s'",
		    STR_ARG(str_sub(type, 0, 160)));
	if (type.n > 0 && IS_ONE_OF(type, indexes) != list)
		return rt_err_set(err, RT_EFORMAT,
		    "is not what its type '%.*s' says", STR_ARG(type));
	*is_index = list;
	return 0;
}

static int
read_manifest(struct reader *r, const struct img_desc *d, const struct jv *json,
    struct rt_err *err)
{
	int rc = read_config(r, json, err);

	if (rc == 0)
		rc = read_layers(r, json, err);
	if (rc == 0)
		r->facts->manifest_digest = d->digest;
	return rc;
}

static int
read_document(struct reader *r, const struct img_desc *d, unsigned depth,
    struct rt_err *err)
{
	struct str text;
	struct jv *json;
	bool is_index = false;
	int rc;

	if (depth > NESTING_MAX || ++r->documents > DOCUMENTS_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "more than %d indexes within each other, or %d documents",
		    NESTING_MAX, DOCUMENTS_MAX);
	expect(r->blobs, d, true, MANIFEST_MAX);
	rc = img_blob_read(&text, r->arena, r->blobs, d, MANIFEST_MAX, err);
	if (rc != 0)
		return rc;
	rc = jv_parse(&json, r->arena, text, err);
	if (rc == 0)
		rc = check_type(&is_index, d, json, err);
	if (rc != 0)
		return rt_err_wrap(err, "%.*s", STR_ARG(d->digest));
	if (!is_index)
		return read_manifest(r, d, json, err);
	if (depth == 0)
		r->facts->index_digest = d->digest;
	return read_index(r, json, depth, err);
}

int
img_oci_read(struct img_facts *out, struct arena *a, struct img_blobs *b,
    const struct img_desc *d, struct str platform, unsigned need,
    struct rt_err *err)
{
	struct img_facts f = {0};
	struct reader r = {
	    .arena = a, .blobs = b, .platform = platform, .facts = &f};
	int rc = read_document(&r, d, 0, err);

	if (rc == 0)
		rc = img_layers_read(&f, a, b, r.parts, need, err);
	if (rc == 0)
		*out = f;
	return rc;
}
