/* SPDX-License-Identifier: Apache-2.0 */
/* Index and hash tree of layers (policy-model 13). */
#include "regress/unit/unit.h"

#include <sys/mman.h>

#include "compiler/image/image_verity.h"
#include "regress/unit/image_make.h"
#include "runtime/base/banned.h"

/* of zeros, by another program */
static const struct {
	size_t blocks;
	const char *root;
} trees[] = {
    {1, "7c92821bbc116b4d1970d56f17c97827de9977ac096f7fe3d68a2bb624392a96"},
    {2, "05927d36681daf2129a7ab821c194d61c7943aba7a8a38532b2e075ca1e56736"},
    {128, "f66c183e247d6f5fff0f2e9250cd1a05a4bb083fbdad91767d9e396540ff8c13"},
    {129, "35d7502c55320932d5e1f52c7d38699f8ba2df3409bb52d5b4ad5b6dce18d18c"},
    {128 * 128,
	"3235b5f780a614ac5bbf401ef92e63f2df6f5510d9832872eee24e48c397bda4"},
    {128 * 128 + 1,
	"594a4099b1262bc096c6354b2479b8ea70eb9a905588900787f181579ad65a16"},
};

static const unsigned char zeros[4096];

static void
expect_root(struct img_tree *t, const char *want)
{
	struct arena *a = arena_new();
	unsigned char root[SHA256_LEN];
	struct rt_err err;

	assert_int_equal(img_tree_root(root, NULL, t, &err), 0);
	assert_strz(rt_hex(a, root, sizeof(root)), want);
	img_tree_free(t);
	arena_free(a);
}

static void
tree__sizes(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct img_tree *t = img_tree_new();

		for (n = 0; n < trees[i].blocks; n++)
			img_tree_put(t, zeros, sizeof(zeros));
		expect_root(t, trees[i].root);
	}
}

static void
tree__pieces(void **state)
{
	static const size_t steps[] = {1, 511, 4095};
	size_t i, left, n;

	(void)state;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct img_tree *t = img_tree_new();

		for (left = 129 * 4096; left > 0; left -= n) {
			n = left < steps[i] ? left : steps[i];
			img_tree_put(t, zeros, n);
		}
		expect_root(t, trees[3].root);
	}
}

static void
tree__no_blocks(void **state)
{
	struct img_tree *t = img_tree_new();
	unsigned char root[SHA256_LEN];
	struct rt_err err;

	(void)state;
	assert_int_equal(img_tree_root(root, NULL, t, &err), RT_EFORMAT);
	img_tree_put(t, zeros, 4095);
	assert_int_equal(img_tree_root(root, NULL, t, &err), RT_EFORMAT);
	img_tree_fill(t, 4096);
	assert_int_equal(img_tree_root(root, NULL, t, &err), 0);
	img_tree_free(t);
}

/* layers in memory that count how often they are opened */

#define LAYERS 2

struct memory {
	struct img_blobs blobs; /* first */
	struct arena *arena;
	struct img_span spans[LAYERS];
	struct img_layer layers[LAYERS];
	struct img_part parts[LAYERS];
	struct img_facts facts;
	unsigned opened;
};

static int
serve(struct img_span *out, struct img_blobs *b, struct str place,
    struct rt_err *err)
{
	struct memory *m = (struct memory *)b;

	(void)err;
	m->opened++;
	*out = m->spans[place.p[0] - '0'];
	return 0;
}

static void
memory_add(struct memory *m, struct str tar, enum make_codec codec)
{
	static const char *const places[LAYERS] = {"0", "1"};
	size_t i = m->facts.nlayers++;
	struct str stored = make_compress(m->arena, tar, codec);
	int fd = memfd_create("layer", MFD_CLOEXEC);

	if (pwrite(fd, stored.p, stored.n, 0) != (ssize_t)stored.n)
		abort();
	m->spans[i] = (struct img_span){.fd = fd, .size = stored.n};
	m->layers[i].diff_id = arena_printf(
	    m->arena, "sha256:%.*s", STR_ARG(rt_sha256_hex(m->arena, tar)));
	m->parts[i].place = str_from(places[i]);
	m->parts[i].layer = &m->layers[i];
}

static struct memory *
memory_new(void)
{
	struct arena *a = arena_new();
	struct memory *m = ARENA_NEW(a, struct memory);

	m->arena = a;
	m->blobs.open = serve;
	m->blobs.scans = img_scans_new();
	m->facts.layers = m->layers;
	return m;
}

static int
memory_read(struct memory *m, unsigned need, struct rt_err *err)
{
	return img_layers_read(
	    &m->facts, m->arena, &m->blobs, m->parts, need, err);
}

static void
memory_free(struct memory *m)
{
	size_t i;

	for (i = 0; i < m->facts.nlayers; i++)
		(void)close(m->spans[i].fd);
	img_scans_free(m->blobs.scans);
	arena_free(m->arena);
}

#define LONG1                                                                  \
	"/a/target/that/has/more/than/a/hundred/bytes/and/therefore/does/not/" \
	"fit/into/the/field/of/the/header/of/its/tar/one"
#define LONG2 LONG1 "/and/is/longer/than/the/first"

/* GNU's header for a link whose target does not fit. */
static void
add_long_link(struct buf *b, const char *name, const char *target)
{
	make_tar_entry(b, 'K', "././@LongLink", "",
	    (struct str){target, strlen(target) + 1});
	make_tar_entry(b, '2', name, target, STR(""));
}

/*
 * Links of different length: their order in the archive is not that of the
 * names, so each gets the other's place.
 */
static struct str
special_links(struct arena *a)
{
	struct buf b = {0};
	struct str s;

	add_long_link(&b, "z", LONG1);
	make_tar_entry(&b, '5', "d/", "", STR(""));
	add_long_link(&b, "d/b", LONG2);
	make_tar_entry(&b, '2', "a", "z", STR(""));
	add_long_link(&b, "c", LONG2);
	add_long_link(&b, "gone", LONG1);
	make_tar_entry(&b, '0', "gone", "", STR("now a file"));
	make_tar_entry(&b, '1', "d/other", "gone", STR(""));
	make_tar_entry(&b, '1', "d/none", "nowhere", STR(""));
	make_tar_entry(&b, '0', "x/../d/.wh.no", "", STR(""));
	make_tar_entry(&b, '0', "../out", "", STR("not in the index"));
	make_tar_end(&b);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
layers__special_links(void **state)
{
	int codec;

	(void)state;
	for (codec = MAKE_PLAIN; codec <= MAKE_ZSTD; codec++) {
		struct memory *m = memory_new();
		struct rt_err err;

		memory_add(m, special_links(m->arena), (enum make_codec)codec);
		assert_int_equal(memory_read(m, IMG_VERITY, &err), 0);
		assert_strz(m->layers[0].verity_hash,
		    "b2465182e6510a280fa51b8ee3b94f14c2da6358112df76ea07443dbf70e8dc9");
		memory_free(m);
	}
}

#define LOWER "71093cc70f461769c2833a98bd3cd26bc48b1818e7cbb3ba6b40ecfac07debf1"
#define UPPER "03d9d1b4c71262c4b4c9f6d951b2d2083145510233796ec5d991a9f90555eec7"

static const struct make_entry lower[] = {{'5', "etc/", NULL},
    {'0', "etc/passwd", "p"}, {'0', "etc/group", "g"}, {0, NULL, NULL}};
static const struct make_entry upper[] = {
    {'0', "etc/.wh.group", ""}, {0, NULL, NULL}};

/* A layer is read once, whatever is wanted of it and by how many images. */
static void
layers__one_pass(void **state)
{
	struct memory *m = memory_new();
	struct rt_err err;
	int i;

	(void)state;
	memory_add(m, make_tar(m->arena, lower), MAKE_GZIP);
	memory_add(m, make_tar(m->arena, upper), MAKE_PLAIN);
	for (i = 0; i < 2; i++) {
		m->layers[0].verity_hash = m->layers[1].verity_hash = STR("");
		assert_int_equal(
		    memory_read(m, IMG_VERITY | IMG_USERS, &err), 0);
		assert_strz(m->facts.passwd, "p");
		assert_strz(m->facts.group, "");
		assert_strz(m->layers[0].verity_hash, LOWER);
		assert_strz(m->layers[1].verity_hash, UPPER);
		assert_int_equal(m->opened, 2);
	}
	memory_free(m);
}

/* Users alone read from the top and no more than they need. */
static void
layers__users_first(void **state)
{
	struct memory *m = memory_new();
	struct rt_err err;

	(void)state;
	memory_add(m, make_tar(m->arena, upper), MAKE_PLAIN);
	memory_add(m, make_tar(m->arena, lower), MAKE_PLAIN);
	assert_int_equal(memory_read(m, IMG_USERS, &err), 0);
	assert_int_equal(m->opened, 1);
	assert_int_equal(m->layers[1].verity_hash.n, 0);
	assert_int_equal(memory_read(m, IMG_VERITY, &err), 0);
	assert_int_equal(m->opened, 3);
	assert_strz(m->layers[1].verity_hash, LOWER);
	memory_free(m);
}

static void
layers__refused(void **state)
{
	struct memory *m = memory_new();
	struct str tar = make_tar(m->arena, lower);
	struct rt_err err;

	(void)state;
	memory_add(m, tar, MAKE_PLAIN);
	memory_add(m, tar, MAKE_PLAIN);
	m->layers[0].diff_id =
	    STR("sha256:0000000000000000000000000000000000000000000000000000000"
		"000000000");
	assert_int_equal(memory_read(m, IMG_VERITY, &err), RT_EVERIFY);
	assert_int_equal(m->layers[0].verity_hash.n, 0);
	m->layers[0].diff_id = m->layers[1].diff_id;
	m->parts[1].encrypted = true;
	assert_int_equal(memory_read(m, IMG_VERITY, &err), RT_ESTATE);
	assert_non_null(strstr(err.text, "encrypted"));
	memory_free(m);
}

/* Names within names: the index has a limit. */
static void
layers__index_limit(void **state)
{
	struct arena *a = arena_new();
	struct img_tarfs *t = img_tarfs_new();
	unsigned char header[512] = {0};
	struct img_member m = {.header = header};
	struct buf b = {0};
	struct rt_err err;
	int rc = 0, i;

	(void)state;
	memcpy(header + 148, "000460", 6);
	header[156] = '0';
	for (i = 0; rc == 0 && i < 100; i++) {
		b.n = 0;
		buf_printf(&b, "%d", i);
		while (b.n < 60000)
			buf_puts(&b, "/x");
		m.path = buf_str(&b);
		rc = img_tarfs_member(t, &m, &err);
	}
	assert_int_equal(rc, RT_ELIMIT);
	buf_free(&b);
	img_tarfs_free(t);
	arena_free(a);
}

/* stores */

static void
store__pause(void **state)
{
	struct arena *a = arena_new();
	struct img_options o = {.offline = true};
	struct img_store *s;
	const struct img_facts *f;
	struct rt_err err;
	struct diags d;

	(void)state;
	diags_init(&d, a);
	s = img_store_open(a, &d, &o);
	f = img_facts_get(s, STR("mcr.microsoft.com/oss/kubernetes/pause:3.6"),
	    IMG_VERITY, &err);
	assert_non_null(f);
	assert_int_equal(f->nlayers, 1);
	assert_true(
	    str_starts(f->layers[0].verity_hash, STR("817250f1a3e336")));
	f = img_facts_get(s, STR("registry.k8s.io/pause:3.6"), 0, &err);
	assert_non_null(f);
	f = img_facts_get(
	    s, STR("registry.k8s.io/pause:3.6"), IMG_VERITY, &err);
	assert_null(f);
	img_store_close(s);
	arena_free(a);
}

/* From a layout; the lock file keeps the hashes. */
static void
store__lock(void **state)
{
	struct arena *a = arena_new();
	const char *dir = make_dir(a);
	struct str tar = make_tar(a, lower), image, lock;
	struct img_options o = {0};
	struct img_store *s;
	struct rt_err err;
	struct diags d;

	(void)state;
	diags_init(&d, a);
	make_layout(a, dir);
	image = make_image(a, dir, "{}", "amd64", &tar, 1, MAKE_GZIP);
	make_index(a, dir, "%.*s" NAMED("x:1"), STR_ARG(image));
	VEC_PUSH(a, &o.layouts, str_from(dir));
	o.lock_path = arena_cstr(a, arena_printf(a, "%s/lock", dir));
	s = img_store_open(a, &d, &o);
	assert_non_null(img_facts_get(s, STR("x:1"), IMG_VERITY, &err));
	lock = img_store_lock(s);
	assert_true(str_find(lock, STR("\"verity_hash\": \"" LOWER "\""), 0) !=
		    SIZE_MAX);
	img_store_close(s);
	make_remove(dir);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tree__sizes),
	    cmocka_unit_test(tree__pieces),
	    cmocka_unit_test(tree__no_blocks),
	    cmocka_unit_test(layers__special_links),
	    cmocka_unit_test(layers__one_pass),
	    cmocka_unit_test(layers__users_first),
	    cmocka_unit_test(layers__refused),
	    cmocka_unit_test(layers__index_limit),
	    cmocka_unit_test(store__pause),
	    cmocka_unit_test(store__lock),
	};

	return cmocka_run_group_tests_name("image_verity", tests, NULL, NULL);
}
