/* SPDX-License-Identifier: Apache-2.0 */
/* Sources, their order, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "regress/unit/image_make.h"
#include "runtime/base/banned.h"

#define MANIFEST OCI "manifest.v1+json"
#define INDEX OCI "index.v1+json"
#define ZEROS "00000000000000000000000000000000"
#define NO_DIGEST "sha256:" ZEROS ZEROS

struct fixture {
	struct arena *arena;
	const char *dir;
	struct diags diags;
	struct img_options options;
	struct img_store *store;
	struct rt_err err;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct fixture *f = ARENA_NEW(a, struct fixture);

	f->arena = a;
	f->dir = make_dir(a);
	make_layout(a, f->dir);
	diags_init(&f->diags, a);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	img_store_close(f->store);
	make_remove(f->dir);
	arena_free(f->arena);
	return 0;
}

static const char *
in_dir(struct fixture *f, const char *name)
{
	return arena_cstr(
	    f->arena, arena_printf(f->arena, "%s/%s", f->dir, name));
}

static void
open_store(struct fixture *f)
{
	img_store_close(f->store);
	f->store = img_store_open(f->arena, &f->diags, &f->options);
}

static void
open_layout(struct fixture *f)
{
	f->options.layouts.n = 0;
	VEC_PUSH(f->arena, &f->options.layouts, str_from(f->dir));
	open_store(f);
}

static void
expect_user(struct fixture *f, const char *ref, const char *user)
{
	const struct img_facts *got =
	    img_facts_get(f->store, str_from(ref), 0, &f->err);

	if (got == NULL)
		fail_msg("%s: %s", ref, f->err.text);
	if (!str_eqz(jv_str(jv_getz(got->config, "User")), user))
		fail_msg("%s: User is not %s", ref, user);
}

static void
expect_error(struct fixture *f, const char *ref, unsigned need, int code,
    const char *says)
{
	if (img_facts_get(f->store, str_from(ref), need, &f->err) != NULL)
		fail_msg("%s: accepted", ref);
	if (strstr(f->err.text, says) == NULL)
		fail_msg("%s: %s", ref, f->err.text);
	assert_int_equal(f->err.code, code);
}

static void
expect_diag(struct fixture *f, const char *says)
{
	assert_int_equal(f->diags.list.n, 1);
	if (strstr(arena_cstr(f->arena, f->diags.list.p[0]->text), says) ==
	    NULL)
		fail_msg("%.*s", STR_ARG(f->diags.list.p[0]->text));
}

/* An image without layers whose User is the last argument. */
static struct str
user_image(struct fixture *f, const char *arch, const char *user)
{
	struct str config = arena_printf(f->arena, "{\"User\":\"%s\"}", user);

	return make_image(f->arena, f->dir, arena_cstr(f->arena, config), arch,
	    NULL, 0, MAKE_PLAIN);
}

static struct str
digest_of(struct str desc)
{
	size_t at = str_find(desc, STR("sha256:"), 0);

	return str_sub(desc, at, at + 71);
}

/* names of layouts */

static void
layout__names(void **state)
{
	struct fixture *f = *state;
	struct str a = user_image(f, "amd64", "a");
	struct str b = user_image(f, "amd64", "b");
	struct str c = user_image(f, "amd64", "c");

	make_index(f->arena, f->dir,
	    "%.*s" NAMED(
		"r.example/x/a:1") ","
				   "%.*s,\"annotations\":{\"io.containerd.image.name\":"
				   "\"docker.io/library/b:2\","
				   "\"org.opencontainers.image.ref.name\":\"2\"}},"
				   "%.*s" NAMED("3"),
	    STR_ARG(a), STR_ARG(b), STR_ARG(c));
	open_layout(f);
	expect_user(f, "r.example/x/a:1", "a");
	expect_user(f, "b:2", "b");
	expect_user(f, "docker.io/b:2", "b");
	expect_user(f, "any.example/c:3", "c");
	expect_error(f, "r.example/x/a:2", 0, RT_ENOTFOUND, "found nowhere");
	expect_error(f, "other.example/c:2", 0, RT_ENOTFOUND, "found nowhere");
	expect_error(
	    f, "other.example/c:3", 0, RT_ENOTFOUND, "taken for any.example/c");
}

static void
layout__digests(void **state)
{
	struct fixture *f = *state;
	struct str a = user_image(f, "amd64", "a"), ref, index, text;
	const struct img_facts *got;

	text = arena_printf(f->arena,
	    "{\"schemaVersion\":2,\"manifests\":[%.*s,\"platform\":"
	    "{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}",
	    STR_ARG(a));
	index = make_blob(f->arena, f->dir, INDEX, text);
	make_index(
	    f->arena, f->dir, "%.*s" NAMED("r.example/a:1"), STR_ARG(index));
	open_layout(f);
	ref = arena_printf(
	    f->arena, "r.example/a:1@%.*s", STR_ARG(digest_of(index)));
	expect_user(f, arena_cstr(f->arena, ref), "a");
	ref = arena_printf(f->arena, "r.example/a@%.*s", STR_ARG(digest_of(a)));
	expect_user(f, arena_cstr(f->arena, ref), "a");
	expect_error(f, "r.example/a:1@" NO_DIGEST, 0, RT_ENOTFOUND,
	    "its tag stands for sha256:");
	got = img_facts_get(f->store, STR("r.example/a:1"), 0, NULL);
	assert_true(str_eq(got->index_digest, digest_of(index)));
	assert_true(str_eq(got->manifest_digest, digest_of(a)));
	assert_true(str_starts(got->from, STR("OCI layout ")));
}

static void
layout__nested_index(void **state)
{
	struct fixture *f = *state;
	struct str a = user_image(f, "amd64", "a"), index, text;

	text = arena_printf(f->arena,
	    "{\"schemaVersion\":2,\"manifests\":["
	    "%.*s" NAMED("r.example/a:1") "]}",
	    STR_ARG(a));
	index = make_blob(f->arena, f->dir, INDEX, text);
	make_index(f->arena, f->dir, "%.*s}", STR_ARG(index));
	open_layout(f);
	expect_user(f, "r.example/a:1", "a");
}

#define PLATFORM(os, arch, more)                                               \
	",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"" more  \
	"}}"

static void
layout__platforms(void **state)
{
	static const struct {
		const char *platform, *user, *error;
	} cases[] = {
	    {"", "amd", NULL},
	    {"linux/amd64", "amd", NULL},
	    {"linux/arm64", "arm", NULL},
	    {"linux/arm64/v8", "arm", NULL},
	    {"linux/arm/v7", NULL, "only for linux/arm64/v8, linux/amd64"},
	    {"windows/amd64", NULL, "no manifest for windows/amd64"},
	};
	struct fixture *f = *state;
	struct str amd = user_image(f, "amd64", "amd");
	struct str arm = user_image(f, "arm64", "arm"), index, text;
	size_t i;

	text = arena_printf(f->arena,
	    "{\"schemaVersion\":2,\"manifests\":["
	    "%.*s" PLATFORM("unknown", "unknown",
		"") ","
		    "%.*s" PLATFORM("linux", "arm64",
			",\"variant\":\"v8\"") ","
					       "%.*s" PLATFORM(
						   "linux", "amd64", "") "]}",
	    STR_ARG(arm), STR_ARG(arm), STR_ARG(amd));
	index = make_blob(f->arena, f->dir, INDEX, text);
	make_index(f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(index));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f->options.platform = str_from(cases[i].platform);
		open_layout(f);
		if (cases[i].user != NULL)
			expect_user(f, "x:1", cases[i].user);
		else
			expect_error(f, "x:1", 0, RT_ENOTFOUND, cases[i].error);
	}
}

static void
layout__platform_of_the_configuration(void **state)
{
	struct fixture *f = *state;
	struct str arm = user_image(f, "arm64", "arm"), index, text;
	struct str amd = user_image(f, "amd64", "amd");

	text = arena_printf(f->arena,
	    "{\"schemaVersion\":2,\"manifests\":[%.*s},%.*s}]}", STR_ARG(arm),
	    STR_ARG(amd));
	index = make_blob(f->arena, f->dir, INDEX, text);
	make_index(f->arena, f->dir, "%.*s" NAMED("x:1") ",%.*s" NAMED("x:2"),
	    STR_ARG(index), STR_ARG(arm));
	open_layout(f);
	expect_user(f, "x:1", "amd");
	expect_error(
	    f, "x:2", 0, RT_ENOTFOUND, "is for linux/arm64, not for linux");
}

/* what is refused: %s in a manifest is the descriptor of a configuration */

static const struct {
	const char *name, *type, *text;
	int code;
	const char *says;
} refused[] = {
    {"schema 1", MANIFEST, "{\"schemaVersion\":1,\"fsLayers\":[]}", RT_EFORMAT,
	"schema version 1"},
    {"no version", MANIFEST, "{}", RT_EFORMAT, "no image manifest"},
    {"no JSON", MANIFEST, "{", RT_EFORMAT, "line 1"},
    {"both", MANIFEST, "{\"schemaVersion\":2,\"manifests\":[],\"config\":{}}",
	RT_EFORMAT, "both an index and a manifest"},
    {"types differ", MANIFEST,
	"{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[]}",
	RT_EFORMAT, "its descriptor says"},
    {"index as manifest", MANIFEST, "{\"schemaVersion\":2,\"manifests\":[]}",
	RT_EFORMAT, "not what its type"},
    {"unknown type", "a/b", "{\"schemaVersion\":2}", RT_EFORMAT,
	"unknown type 'a/b'"},
    {"empty index", INDEX, "{\"schemaVersion\":2,\"manifests\":[]}",
	RT_ENOTFOUND, "no manifest for linux/amd64"},
    {"no configuration", MANIFEST, "{\"schemaVersion\":2}", RT_EFORMAT,
	"descriptor is no object"},
    {"digest with a path", MANIFEST,
	"{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" OCI
	"config.v1+json\",\"digest\":\"sha256:../../../../../../etc/passwd\","
	"\"size\":1}}",
	RT_EFORMAT, "not of the form sha256:HEX"},
    {"no size", MANIFEST,
	"{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" OCI
	"config.v1+json\",\"digest\":\"" NO_DIGEST "\"}}",
	RT_EFORMAT, "has no size"},
    {"missing blob", MANIFEST,
	"{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" OCI
	"config.v1+json\",\"digest\":\"" NO_DIGEST "\",\"size\":1}}",
	RT_ENOTFOUND, "No such file"},
    {"artifact", MANIFEST,
	"{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"" NO_DIGEST
	"\",\"size\":1}}",
	RT_EFORMAT, "no container image"},
    {"unknown layer", MANIFEST,
	"{\"schemaVersion\":2,\"config\":%s,\"layers\":[{\"mediaType\":\"" OCI
	"layer.v1.squashfs\",\"digest\":\"" NO_DIGEST "\",\"size\":1}]}",
	RT_EFORMAT, "unknown type '" OCI "layer.v1.squashfs'"},
    {"number of layers", MANIFEST,
	"{\"schemaVersion\":2,\"config\":%s,\"layers\":[]}", RT_EFORMAT,
	"0 layers, the configuration 1"},
};

static void
oci__refused(void **state)
{
	struct fixture *f = *state;
	struct str config, blob, text;
	size_t i, at;

	config = make_blob(f->arena, f->dir, OCI "config.v1+json",
	    STR("{\"rootfs\":{\"diff_ids\":[\"" NO_DIGEST "\"]}}"));
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		text = str_from(refused[i].text);
		at = str_find(text, STR("%s"), 0);
		if (at != SIZE_MAX)
			text = arena_printf(f->arena, "%.*s%.*s}%s", (int)at,
			    text.p, STR_ARG(config), text.p + at + 2);
		blob = make_blob(f->arena, f->dir, refused[i].type, text);
		make_index(
		    f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(blob));
		open_layout(f);
		print_message("%s\n", refused[i].name);
		expect_error(f, "x:1", 0, refused[i].code, refused[i].says);
	}
}

static void
oci__nesting(void **state)
{
	struct fixture *f = *state;
	struct str d = user_image(f, "amd64", "a"), text;
	int i;

	for (i = 0; i < 6; i++) {
		text = arena_printf(f->arena,
		    "{\"schemaVersion\":2,\"manifests\":[%.*s}]}", STR_ARG(d));
		d = make_blob(f->arena, f->dir, INDEX, text);
	}
	make_index(f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(d));
	open_layout(f);
	expect_error(f, "x:1", 0, RT_ELIMIT, "indexes within each other");
}

/* Changes one byte of a blob. */
static void
spoil(struct fixture *f, struct str digest, const char *add)
{
	const char *path = arena_cstr(
	    f->arena, arena_printf(f->arena, "%s/blobs/sha256/%.*s", f->dir,
			  STR_ARG(str_sub(digest, 7, digest.n))));
	FILE *file = fopen(path, add != NULL ? "a" : "r+");

	assert_non_null(file);
	(void)fputs(add != NULL ? add : "x", file);
	(void)fclose(file);
}

static void
oci__verified(void **state)
{
	static const struct make_entry tar[] = {
	    {'0', "etc/passwd", "p"}, {0, NULL, NULL}};
	struct fixture *f = *state;
	struct str layer = make_tar(f->arena, tar), image, stored;

	image =
	    make_image(f->arena, f->dir, "{}", "amd64", &layer, 1, MAKE_GZIP);
	make_index(f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(image));
	stored =
	    rt_sha256_hex(f->arena, make_compress(f->arena, layer, MAKE_GZIP));
	stored = arena_printf(f->arena, "sha256:%.*s", STR_ARG(stored));
	open_layout(f);
	expect_user(f, "x:1", "");
	spoil(f, stored, "x");
	expect_error(f, "x:1", IMG_USERS, RT_EVERIFY, "its descriptor says");
	/* What does not need the layer is still there. */
	expect_user(f, "x:1", "");
	spoil(f, digest_of(image), NULL);
	open_layout(f);
	expect_error(f, "x:1", 0, RT_EVERIFY, "does not have this digest");
	spoil(f, digest_of(image), "x");
	open_layout(f);
	expect_error(f, "x:1", 0, RT_EVERIFY, "its descriptor says");
}

static void
layout__links_are_not_followed(void **state)
{
	struct fixture *f = *state;
	struct str image = user_image(f, "amd64", "a");
	const char *blob = arena_cstr(
	    f->arena, arena_printf(f->arena, "%s/blobs/sha256/%.*s", f->dir,
			  STR_ARG(str_sub(digest_of(image), 7, 71))));

	make_index(f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(image));
	assert_int_equal(rename(blob, in_dir(f, "elsewhere")), 0);
	assert_int_equal(symlink(in_dir(f, "elsewhere"), blob), 0);
	open_layout(f);
	expect_error(f, "x:1", 0, RT_EIO, "symbolic link");
	assert_int_equal(
	    rename(in_dir(f, "blobs"), in_dir(f, "blobs-there")), 0);
	assert_int_equal(
	    symlink(in_dir(f, "blobs-there"), in_dir(f, "blobs")), 0);
	assert_int_equal(f->diags.errors, 0);
	open_layout(f);
	assert_int_equal(f->diags.errors, 1);
}

/* archives */

static void
add_file(struct buf *b, const char *name, struct str data)
{
	make_tar_entry(b, '0', name, "", data);
}

static void
write_archive(struct fixture *f, struct buf *b, enum make_codec codec)
{
	make_tar_end(b);
	make_file(f->arena, f->dir, "a.tar",
	    make_compress(f->arena, buf_str(b), codec));
	buf_free(b);
	f->options.archives.n = 0;
	VEC_PUSH(f->arena, &f->options.archives, str_from(in_dir(f, "a.tar")));
	open_store(f);
}

static void
docker_archive(struct fixture *f, enum make_codec codec, const char *layer2)
{
	static const struct make_entry tar[] = {
	    {'0', "etc/passwd", "p"}, {0, NULL, NULL}};
	struct str layer = make_tar(f->arena, tar), id, config, name;
	struct buf b = {0};

	id = rt_sha256_hex(f->arena, layer);
	config = arena_printf(f->arena,
	    "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":"
	    "{\"User\":\"u\"},\"rootfs\":{\"diff_ids\":[\"sha256:%.*s\","
	    "\"sha256:%.*s\"]}}",
	    STR_ARG(id), STR_ARG(id));
	name = rt_sha256_hex(f->arena, config);
	add_file(&b, "one/layer.tar", layer);
	make_tar_entry(&b, '2', "two/layer.tar", "../one/layer.tar", STR(""));
	add_file(&b,
	    arena_cstr(
		f->arena, arena_printf(f->arena, "%.*s.json", STR_ARG(name))),
	    config);
	add_file(&b, "manifest.json",
	    arena_printf(f->arena,
		"[{\"Config\":\"%.*s.json\",\"RepoTags\":[\"a:1\","
		"\"r.example/b:2\"],\"Layers\":[\"one/layer.tar\",\"%s\"]}]",
		STR_ARG(name), layer2));
	write_archive(f, &b, codec);
}

static void
archive__docker(void **state)
{
	struct fixture *f = *state;
	const struct img_facts *got;
	int codec;

	for (codec = MAKE_PLAIN; codec <= MAKE_ZSTD; codec++) {
		docker_archive(f, (enum make_codec)codec, "two/layer.tar");
		expect_user(f, "docker.io/library/a:1", "u");
		got = img_facts_get(
		    f->store, STR("r.example/b:2"), IMG_USERS, &f->err);
		if (got == NULL)
			fail_msg("%s", f->err.text);
		assert_true(str_eqz(got->passwd, "p"));
		assert_int_equal(got->manifest_digest.n, 0);
		got = img_facts_get(
		    f->store, STR("r.example/b:2"), IMG_VERITY, &f->err);
		assert_non_null(got);
		assert_int_equal(got->layers[1].verity_hash.n, 64);
		expect_error(f, "c:1", 0, RT_ENOTFOUND, "docker archive");
		expect_error(f, "a:1@" NO_DIGEST, 0, RT_ENOTFOUND,
		    "no digests of manifests");
	}
}

static void
archive__bad(void **state)
{
	struct fixture *f = *state;
	struct buf b = {0};

	docker_archive(f, MAKE_PLAIN, "none");
	expect_error(
	    f, "a:1", IMG_USERS, RT_ENOTFOUND, "is not in the archive");
	add_file(&b, "x", STR("y"));
	write_archive(f, &b, MAKE_GZIP);
	expect_error(f, "a:1", 0, RT_EFORMAT, "neither manifest.json");
	make_file(f->arena, f->dir, "a.tar", STR("\xfd\x37zXZ\0 and more"));
	open_store(f);
	expect_error(f, "a:1", 0, RT_EFORMAT, "xz");
	make_file(f->arena, f->dir, "a.tar", STR("this is no archive"));
	open_store(f);
	expect_error(f, "a:1", 0, RT_EFORMAT, "bad tar archive");
	make_file(f->arena, f->dir, "a.tar", STR("\x1f\x8b\x08 short"));
	open_store(f);
	expect_error(f, "a:1", 0, RT_EFORMAT, "gzip");
}

static void
archive__oci(void **state)
{
	struct fixture *f = *state;
	struct str config = STR("{\"config\":{\"User\":\"o\"}}"), hex, text;
	struct buf b = {0};

	hex = rt_sha256_hex(f->arena, config);
	add_file(&b,
	    arena_cstr(f->arena,
		arena_printf(f->arena, "blobs/sha256/%.*s", STR_ARG(hex))),
	    config);
	text = arena_printf(f->arena,
	    "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" OCI
	    "config.v1+json\",\"digest\":\"sha256:%.*s\",\"size\":%zu},"
	    "\"layers\":[]}",
	    STR_ARG(hex), config.n);
	hex = rt_sha256_hex(f->arena, text);
	add_file(&b,
	    arena_cstr(f->arena,
		arena_printf(f->arena, "./blobs/sha256/%.*s", STR_ARG(hex))),
	    text);
	add_file(&b, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
	add_file(&b, "index.json",
	    arena_printf(f->arena,
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" MANIFEST
		"\",\"digest\":\"sha256:%.*s\",\"size\":%zu" NAMED("a:1") "]}",
		STR_ARG(hex), text.n));
	write_archive(f, &b, MAKE_PLAIN);
	expect_user(f, "a:1", "o");
}

/* files and the lock */

static void
images_file__facts(void **state)
{
	struct fixture *f = *state;
	const struct img_facts *got;

	make_file(f->arena, f->dir, "images.json",
	    STR("{\"images\":{\"a:1\":{\"config\":{\"User\":\"u\",\"Env\":null},"
		"\"passwd\":\"p\",\"group\":\"\",\"layers\":[{\"diff_id\":\"" NO_DIGEST
		"\",\"verity_hash\":\"" ZEROS ZEROS "\"}]},"
		"\"b\":{\"config\":{}}}}"));
	VEC_PUSH(f->arena, &f->options.images_files,
	    str_from(in_dir(f, "images.json")));
	open_store(f);
	assert_int_equal(f->diags.errors, 0);
	expect_user(f, "docker.io/library/a:1", "u");
	got = img_facts_get(
	    f->store, STR("a:1"), IMG_USERS | IMG_VERITY, &f->err);
	assert_non_null(got);
	assert_true(got->have_users && str_eqz(got->passwd, "p"));
	assert_true(str_eqz(got->layers[0].verity_hash, ZEROS ZEROS));
	assert_true(str_eqz(got->from, in_dir(f, "images.json")));
	expect_user(f, "b:latest", "");
	expect_error(f, "b", IMG_USERS, RT_ENOTFOUND, "has no passwd");
}

static const struct {
	const char *text, *says;
} bad_files[] = {
    {"[]", "no object 'images'"},
    {"{\"images\":[]}", "no object 'images'"},
    {"{\"images\":{\"A\":{}}}", "must be lower case"},
    {"{\"images\":{\"a\":1}}", "image 'a': is no object"},
    {"{\"images\":{\"a\":{\"config\":{\"Env\":[1]}}}}", "list of strings"},
    {"{\"images\":{\"a\":{\"passwd\":1}}}", "passwd is no string"},
    {"{\"images\":{\"a\":{\"manifest\":\"x\"}}}", "manifest: digest 'x'"},
    {"{\"images\":{\"a\":{\"layers\":[{\"size\":-1}]}}}", "layers[0]: size"},
    {"{\"images\":{\"a\":{\"layers\":[{\"verity_hash\":\"0\"}]}}}",
	"64 hex digits"},
    {"{\"images\":{\"a@" NO_DIGEST "\":{\"manifest\":\"sha256:" ZEROS
     "11111111111111111111111111111111\"}}}",
	"neither its index nor its manifest"},
    {"{\"version\":2,\"images\":{}}", "newer than this program"},
    {"{\"version\":1,\"platform\":\"linux/s390x\",\"images\":{}}",
	"for linux/s390x, not for linux/amd64"},
    {"{\"version\":1,\"platform\":[\"linux/amd64\"],\"images\":{}}",
	"platform is no string"},
    {"{\"version\":1,\"platform\":\"linux/amd64,linux/arm64\",\"images\":{}}",
	"more than one platform"},
};

static void
images_file__bad(void **state)
{
	struct fixture *f = *state;
	size_t i;

	VEC_PUSH(f->arena, &f->options.images_files,
	    str_from(in_dir(f, "images.json")));
	for (i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
		make_file(f->arena, f->dir, "images.json",
		    str_from(bad_files[i].text));
		diags_init(&f->diags, f->arena);
		open_store(f);
		expect_diag(f, bad_files[i].says);
	}
}

static void
lock__round_trip(void **state)
{
	static const struct make_entry tar[] = {
	    {'0', "etc/passwd", "p"}, {0, NULL, NULL}};
	struct fixture *f = *state;
	struct str layer = make_tar(f->arena, tar), a, b, lock;
	const struct img_facts *got;

	a = make_image(f->arena, f->dir, "{\"User\":\"a\",\"Env\":null}",
	    "amd64", &layer, 1, MAKE_GZIP);
	b = user_image(f, "amd64", "b");
	make_index(f->arena, f->dir, "%.*s" NAMED("a:1") ",%.*s" NAMED("b:1"),
	    STR_ARG(a), STR_ARG(b));
	f->options.lock_path = in_dir(f, "contrast.lock");
	open_layout(f);
	assert_int_equal(img_store_lock(f->store).n, 0);
	expect_user(f, "a:1", "a");
	lock = img_store_lock(f->store);
	assert_true(str_find(lock, STR("\"Env\""), 0) == SIZE_MAX);
	assert_true(str_ends(lock, STR("\n}\n")));
	make_file(f->arena, f->dir, "contrast.lock", lock);

	/* Nothing new: nothing is written. */
	open_layout(f);
	expect_user(f, "a:1", "a");
	assert_int_equal(img_store_lock(f->store).n, 0);
	/* More of one image, and another one. */
	got = img_facts_get(f->store, STR("a:1"), IMG_USERS, &f->err);
	assert_true(got != NULL && str_eqz(got->passwd, "p"));
	expect_user(f, "b:1", "b");
	lock = img_store_lock(f->store);
	make_file(f->arena, f->dir, "contrast.lock", lock);

	/* Locked: without the layout. */
	make_file(f->arena, f->dir, "index.json",
	    STR("{\"schemaVersion\":2,\"manifests\":[]}"));
	f->options.locked = true;
	open_layout(f);
	got = img_facts_get(f->store, STR("a:1"), IMG_USERS, &f->err);
	assert_true(got != NULL && str_eqz(got->passwd, "p"));
	assert_true(str_eq(got->manifest_digest, digest_of(a)));
	assert_true(str_eqz(got->from, in_dir(f, "contrast.lock")));
	expect_user(f, "b:1", "b");
	expect_error(f, "b:1", IMG_USERS, RT_ENOTFOUND, "has no passwd");
	expect_error(f, "c:1", 0, RT_ENOTFOUND, "not found in lock file");
	expect_user(f, "registry.k8s.io/pause:3.6", "65535:65535");
	assert_int_equal(f->diags.list.n, 0);
}

/* The lock file of one image x:1 with User "a"; the layout moves it to "b". */
static void
lock_and_move(struct fixture *f)
{
	struct str a = user_image(f, "amd64", "a");
	struct str b = user_image(f, "amd64", "b");

	make_index(f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(a));
	f->options.lock_path = in_dir(f, "contrast.lock");
	open_layout(f);
	expect_user(f, "x:1", "a");
	make_file(f->arena, f->dir, "contrast.lock", img_store_lock(f->store));
	make_index(f->arena, f->dir, "%.*s" NAMED("x:1"), STR_ARG(b));
	open_layout(f);
}

static void
lock__moved_tag(void **state)
{
	struct fixture *f = *state;
	const struct img_facts *got;
	struct diag *g;

	lock_and_move(f);
	got = img_facts_get(f->store, STR("x:1"), 0, &f->err);
	assert_non_null(got);
	assert_true(str_eqz(jv_str(jv_getz(got->config, "User")), "a"));
	assert_true(got->moved.now.n > 0);
	g = img_report(f->store, loc_none, STR("x:1"), got, &f->err);
	assert_int_equal(g->severity, DIAG_WARNING);
	expect_diag(f, "image 'x:1' has moved: sha256:");
	f->options.locked = true;
	open_layout(f);
	got = img_facts_get(f->store, STR("x:1"), 0, &f->err);
	diags_init(&f->diags, f->arena);
	g = img_report(f->store, loc_none, STR("x:1"), got, &f->err);
	assert_int_equal(g->severity, DIAG_ERROR);
	assert_null(img_facts_get(f->store, STR("y:1"), 0, &f->err));
	g = img_report(f->store, loc_none, STR("y:1"), NULL, &f->err);
	assert_int_equal(g->id, DIAG_IMAGE_NOT_LOCKED);
}

/* What an entry lacks is read from the image that it names. */
static void
lock__completed_by_digest(void **state)
{
	struct fixture *f = *state;
	const struct img_facts *got;

	lock_and_move(f);
	got = img_facts_get(f->store, STR("x:1"), IMG_USERS, &f->err);
	assert_true(got != NULL && got->have_users);
	assert_true(str_eqz(jv_str(jv_getz(got->config, "User")), "a"));
	assert_true(got->moved.now.n > 0);
}

static void
expect_entry(const struct img_lock *lock, size_t i, const char *ref,
    enum img_lock_state state)
{
	assert_true(i < lock->entries.n);
	if (!str_eqz(lock->entries.p[i].ref, ref) ||
	    lock->entries.p[i].state != state)
		fail_msg("entry %zu: %.*s is %d", i,
		    STR_ARG(lock->entries.p[i].ref),
		    (int)lock->entries.p[i].state);
}

static void
lock__update(void **state)
{
	struct fixture *f = *state;
	struct img_lock lock = {0};

	lock_and_move(f);
	VEC_PUSH(f->arena, &f->options.update, STR("docker.io/library/x:1"));
	open_layout(f);
	expect_user(f, "x:1", "b");
	assert_true(img_lock_uses(f->store, STR("docker.io/library/x:1")));
	assert_false(img_lock_uses(f->store, STR("x:2")));
	img_lock_make(&lock, f->store, false);
	assert_int_equal(lock.entries.n, 1);
	expect_entry(&lock, 0, "x:1", IMG_LOCK_CHANGED);
	assert_false(str_eq(lock.entries.p[0].old, lock.entries.p[0].now));
	f->options.update.n = 0;
	f->options.update_all = true;
	open_layout(f);
	expect_user(f, "x:1", "b");
}

static void
lock__states(void **state)
{
	struct fixture *f = *state;
	struct img_lock lock = {0};
	struct str a = user_image(f, "amd64", "a");

	make_index(f->arena, f->dir,
	    "%.*s" NAMED("n.example/n:1") ",%.*s" NAMED("x:1"), STR_ARG(a),
	    STR_ARG(a));
	f->options.lock_path = in_dir(f, "contrast.lock");
	make_file(f->arena, f->dir, "contrast.lock",
	    STR("{\"version\":1,\"later\":[1],\"images\":{"
		"\"docker.io/library/x:1\":{\"config\":{\"User\":\"old\"}},"
		"\"k:1\":{\"config\":{\"User\":\"k\"},\"later\":2},"
		"\"u:1\":{\"config\":{}}}}"));
	VEC_PUSH(f->arena, &f->options.update, STR("x:1"));
	open_layout(f);
	assert_int_equal(f->diags.errors, 0);
	expect_user(f, "n.example/n:1", "a");
	expect_user(f, "k:1", "k");
	expect_user(f, "x:1", "a");
	img_lock_make(&lock, f->store, false);
	/* The other spelling of x:1 is gone. */
	assert_int_equal(lock.entries.n, 4);
	expect_entry(&lock, 0, "k:1", IMG_LOCK_KEPT);
	expect_entry(&lock, 1, "n.example/n:1", IMG_LOCK_ADDED);
	expect_entry(&lock, 2, "u:1", IMG_LOCK_UNUSED);
	expect_entry(&lock, 3, "x:1", IMG_LOCK_ADDED);
	assert_true(str_find(lock.text, STR("\"later\": 2"), 0) != SIZE_MAX);
	assert_true(str_find(lock.text, STR("\"later\": [\n"), 0) != SIZE_MAX);
	memset(&lock, 0, sizeof(lock));
	img_lock_make(&lock, f->store, true);
	expect_entry(&lock, 2, "u:1", IMG_LOCK_REMOVED);
	assert_true(str_find(lock.text, STR("\"u:1\""), 0) == SIZE_MAX);
}

static void
lock__other_platform(void **state)
{
	struct fixture *f = *state;

	make_index(f->arena, f->dir, "%s", "");
	make_file(f->arena, f->dir, "contrast.lock",
	    STR("{\"version\":1,\"platform\":\"linux/arm64\",\"images\":{}}"));
	f->options.lock_path = in_dir(f, "contrast.lock");
	open_layout(f);
	expect_diag(f, "for linux/arm64, not for linux/amd64");
}

static const struct {
	const char *text, *says;
} contradictions[] = {
    {"{\"images\":{\"a\":{\"config\":{\"User\":\"1\"}},"
     "\"docker.io/library/a:latest\":{\"config\":{\"User\":\"2\"}}}}",
	"image 'docker.io/library/a:latest': it is the image of entry 'a'"},
    {"{\"images\":{\"a\":{\"manifest\":\"" NO_DIGEST
     "\",\"passwd\":\"1\"},\"b@" NO_DIGEST "\":{\"passwd\":\"2\"}}}",
	"says something else of it"},
};

static void
lock__contradictions(void **state)
{
	struct fixture *f = *state;
	size_t i;

	make_index(f->arena, f->dir, "%s", "");
	f->options.lock_path = in_dir(f, "contrast.lock");
	for (i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]);
	     i++) {
		make_file(f->arena, f->dir, "contrast.lock",
		    str_from(contradictions[i].text));
		diags_init(&f->diags, f->arena);
		open_store(f);
		expect_diag(f, contradictions[i].says);
	}
	/* A file of --images may hold the least that each pod needs. */
	f->options.lock_path = NULL;
	VEC_PUSH(f->arena, &f->options.images_files,
	    str_from(in_dir(f, "contrast.lock")));
	diags_init(&f->diags, f->arena);
	open_store(f);
	assert_int_equal(f->diags.list.n, 0);
}

/* A tag's digest is found where nothing else of the image is read. */
static void
digest__get(void **state)
{
	struct fixture *f = *state;
	struct str a = user_image(f, "amd64", "a");
	const struct img_facts *got;

	make_index(f->arena, f->dir,
	    "%.*s" NAMED("x:1") ",{\"mediaType\":\"" MANIFEST "\",\"size\":1,"
				"\"digest\":\"" NO_DIGEST "\"" NAMED("gone:1"),
	    STR_ARG(a));
	open_layout(f);
	got = img_digest_get(f->store, STR("x:1"), &f->err);
	assert_true(got != NULL && str_eq(img_pull_digest(got), digest_of(a)));
	got = img_digest_get(f->store, STR("gone:1"), &f->err);
	assert_true(got != NULL && str_eqz(img_pull_digest(got), NO_DIGEST));
	assert_null(img_digest_get(f->store, STR("no:1"), &f->err));
	assert_int_equal(f->err.code, RT_ENOTFOUND);
	assert_null(img_digest_get(f->store, STR("No"), &f->err));
	assert_int_equal(f->err.code, RT_EFORMAT);
	/* The pause image that is built in has none. */
	assert_null(img_digest_get(
	    f->store, STR("registry.k8s.io/pause:3.6"), &f->err));
	assert_null(img_facts_known(f->store, STR("x:1")));
	expect_user(f, "x:1", "a");
	assert_non_null(img_facts_known(f->store, STR("x:1")));
}

static void
platform__check(void **state)
{
	static const struct {
		const char *text, *says; /* NULL: good */
	} cases[] = {{"linux/amd64", NULL}, {"linux/arm64/v8", NULL},
	    {"windows/amd64", NULL}, {"amd64", "is no platform"},
	    {"", "is no platform"}, {"linux/", "is no platform"},
	    {"/amd64", "is no platform"}, {"linux//v8", "is no platform"},
	    {"linux/a/b/c", "is no platform"},
	    {"Linux/amd64", "is no platform"},
	    {"linux/amd64,linux/arm64", "more than one platform"},
	    {"linux/amd64 linux/arm64", "more than one platform"}};
	struct rt_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err.text[0] = '\0';
		if ((img_platform_check(str_from(cases[i].text), &err) == 0) !=
			(cases[i].says == NULL) ||
		    (cases[i].says != NULL &&
			strstr(err.text, cases[i].says) == NULL))
			fail_msg("%s: %s", cases[i].text, err.text);
	}
}

static void
lock__missing(void **state)
{
	struct fixture *f = *state;

	f->options.lock_path = in_dir(f, "contrast.lock");
	open_store(f);
	assert_int_equal(f->diags.errors, 0);
	f->options.locked = true;
	open_store(f);
	assert_int_equal(f->diags.errors, 0);
	expect_error(f, "registry.example/web:1", 0, RT_ENOTFOUND,
	    "there is no lock file ");
}

/* the pause images */

static void
pause__built_in(void **state)
{
	static const char *const names[] = {
	    "mcr.microsoft.com/oss/kubernetes/pause:3.6",
	    "mcr.microsoft.com/oss/v2/kubernetes/pause:3.6",
	    "ghcr.io/edgelesssys/kubernetes/pause:3.6",
	    "ghcr.io/edgelesssys/kubernetes/pause:3.6@" NO_DIGEST,
	    "registry.k8s.io/pause:3.6",
	};
	struct fixture *f = *state;
	const struct img_facts *got;
	size_t i;

	open_store(f);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		expect_user(f, names[i], "65535:65535");
		got = img_facts_get(
		    f->store, str_from(names[i]), IMG_USERS, &f->err);
		assert_true(got->have_users && got->passwd.n == 0);
	}
	expect_error(f, "registry.k8s.io/pause:9", 0, RT_ENOTFOUND,
	    "no source was given");
	expect_error(f, "", 0, RT_EFORMAT, "empty");
	expect_error(f, "UP", 0, RT_EFORMAT, "lower case");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(layout__names),
	    TEST(layout__digests),
	    TEST(layout__nested_index),
	    TEST(layout__platforms),
	    TEST(layout__platform_of_the_configuration),
	    TEST(layout__links_are_not_followed),
	    TEST(oci__refused),
	    TEST(oci__nesting),
	    TEST(oci__verified),
	    TEST(archive__docker),
	    TEST(archive__bad),
	    TEST(archive__oci),
	    TEST(images_file__facts),
	    TEST(images_file__bad),
	    TEST(lock__round_trip),
	    TEST(lock__moved_tag),
	    TEST(lock__completed_by_digest),
	    TEST(lock__update),
	    TEST(lock__states),
	    TEST(lock__other_platform),
	    TEST(lock__missing),
	    TEST(lock__contradictions),
	    TEST(digest__get),
	    TEST(platform__check),
	    TEST(pause__built_in),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
