/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypted volumes as far as they need no device-mapper. */
#include <fcntl.h>
#include <libcryptsetup.h>
#include <stdlib.h>
#include <unistd.h>

#include "initializer/crypt.h"
#include "initializer/ext4.h"
#include "initializer/luks.h"
#include "regress/unit/unit.h"
#include "runtime/base/buf.h"
#include "runtime/base/library.h"
#include "runtime/base/banned.h"

/* What our own formatting makes. */
static const char header[] =
    "{\"keyslots\":{\"0\":{\"type\":\"luks2\",\"key_size\":96,"
    "\"af\":{\"type\":\"luks1\",\"stripes\":4000,\"hash\":\"sha256\"},"
    "\"area\":{\"type\":\"raw\",\"offset\":\"32768\",\"size\":\"385024\","
    "\"encryption\":\"aes-xts-plain64\",\"key_size\":64},"
    "\"kdf\":{\"type\":\"argon2id\",\"time\":4,\"memory\":10240,\"cpus\":1,"
    "\"salt\":\"AAAA\"}}},\"tokens\":{},"
    "\"segments\":{\"0\":{\"type\":\"crypt\",\"offset\":\"16777216\","
    "\"size\":\"dynamic\",\"iv_tweak\":\"0\","
    "\"encryption\":\"aes-xts-plain64\",\"sector_size\":4096,"
    "\"integrity\":{\"type\":\"hmac(sha256)\","
    "\"journal_encryption\":\"none\",\"journal_integrity\":\"none\"}}},"
    "\"digests\":{\"0\":{\"type\":\"pbkdf2\",\"keyslots\":[\"0\"],"
    "\"segments\":[\"0\"],\"hash\":\"sha256\",\"iterations\":1000,"
    "\"salt\":\"AAAA\",\"digest\":\"AAAA\"}},"
    "\"config\":{\"json_size\":\"12288\",\"keyslots_size\":\"16744448\"}}";

/* The header with `from`, at its `nth` place, replaced. */
static struct str
changed(struct arena *a, const char *from, int nth, const char *to)
{
	struct str s = str_from(header);
	size_t at = 0;

	while (nth-- >= 0) {
		at = str_find(s, str_from(from), at);
		assert_true(at != SIZE_MAX);
		at += strlen(from);
	}
	return arena_printf(
	    a, "%.*s%s%s", (int)(at - strlen(from)), header, to, header + at);
}

static void
check__ours(void **state)
{
	struct rt_err err;

	(void)state;
	assert_int_equal(init_luks_check(str_from(header), false, &err), 0);
	assert_int_equal(init_luks_check(str_from(header), true, &err), 0);
}

static const struct {
	const char *from;
	int nth;
	const char *to, *says;
} hostile[] = {
    {"aes-xts-plain64", 1, "null-ecb", "'segments.0.encryption' = 'null-ecb'"},
    {"aes-xts-plain64", 1, "cipher_null-ecb", "segments.0.encryption"},
    {"aes-xts-plain64", 0, "null-ecb", "keyslots.0.area.encryption"},
    {"hmac(sha256)", 0, "none", "segments.0.integrity.type"},
    {"hmac(sha256)", 0, "crc32c", "segments.0.integrity.type"},
    {",\"integrity\":{\"type\":\"hmac(sha256)\","
     "\"journal_encryption\":\"none\",\"journal_integrity\":\"none\"}",
	0, "", "lacks 'segments.0.integrity.type'"},
    {"\"none\"", 0, "\"aes-cbc\"", "journal_encryption"},
    {"\"key_size\":96", 0, "\"key_size\":0", "keyslots.0.key_size"},
    {"\"key_size\":96", 0, "\"key_size\":\"96\"", "keyslots.0.key_size"},
    {"\"key_size\":96", 0, "\"key_size\":96.0", "keyslots.0.key_size"},
    {"\"key_size\":64", 0, "\"key_size\":16", "area.key_size"},
    {"argon2id", 0, "pbkdf2", "keyslots.0.kdf.type"},
    {"\"salt\":\"AAAA\"", 0, "\"salt\":\"\"", "keyslots.0.kdf.salt"},
    {"\"salt\":\"AAAA\"", 1, "\"salt\":\"\"", "digests.0.salt"},
    {"\"digest\":\"AAAA\"", 0, "\"digest\":\"\"", "digests.0.digest"},
    {"\"stripes\":4000", 0, "\"stripes\":1", "keyslots.0.af.stripes"},
    {"luks1", 0, "none", "keyslots.0.af.type"},
    {"\"raw\"", 0, "\"datashift\"", "keyslots.0.area.type"},
    {"\"luks2\"", 0, "\"reencrypt\"", "keyslots.0.type"},
    {"\"crypt\"", 0, "\"linear\"", "segments.0.type"},
    {"\"dynamic\"", 0, "\"4096\"", "segments.0.size"},
    {"\"iv_tweak\":\"0\"", 0, "\"iv_tweak\":\"8\"", "iv_tweak"},
    {"\"iv_tweak\":\"0\"", 0, "\"iv_tweak\":\"0\",\"flags\":[\"backup-final\"]",
	"segments.0.flags"},
    {"\"iv_tweak\":\"0\"", 0, "\"iv_tweak\":\"0\",\"flags\":[]",
	"segments.0.flags"},
    {"\"tokens\":{}", 0, "\"tokens\":{\"0\":{\"type\":\"x\"}}", "tokens.0"},
    {"\"tokens\":{}", 0, "\"tokens\":[]", "tokens"},
    {"\"tokens\":{}", 0, "\"tokens\":{},\"tokens.0\":1", "tokens.0"},
    {"\"keyslots\":{\"0\"", 0, "\"keyslots\":{\"1\":{\"type\":\"luks2\"},\"0\"",
	"keyslots.1.type"},
    {"\"keyslots\":{\"0\"", 0, "\"keyslots\":{\"1\"", "keyslots.1.type"},
    {"\"segments\":{\"0\"", 0, "\"segments\":{\"1\":{\"type\":\"crypt\"},\"0\"",
	"segments.1.type"},
    {"\"digests\":{\"0\"", 0, "\"digests\":{\"1\":{\"type\":\"pbkdf2\"},\"0\"",
	"digests.1.type"},
    {"[\"0\"]", 0, "[\"0\",\"1\"]", "digests.0.keyslots[1]"},
    {"[\"0\"]", 0, "[]", "digests.0.keyslots"},
    {"[\"0\"]", 1, "[\"1\"]", "digests.0.segments[0]"},
    {"[\"0\"]", 1, "{\"0\":\"0\"}", "digests.0.segments.0"},
    {"{\"keyslots\"", 0, "{\"keyslots.0.type\":\"luks2\",\"keyslots\"",
	"keyslots.0.type"},
    {"\"json_size\"", 0, "\"flags\":[\"no-journal\"],\"json_size\"",
	"config.flags[0]"},
    {"\"json_size\"", 0,
	"\"requirements\":{\"mandatory\":[\"x\"]},\"json_size\"",
	"config.requirements"},
    {"sha256", 0, "sha1", "keyslots.0.af.hash"},
    {"\"hash\":\"sha256\"", 1, "\"hash\":\"sha1\"", "digests.0.hash"},
};

static void
check__hostile(void **state)
{
	struct arena *a = arena_new();
	struct rt_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		struct str json =
		    changed(a, hostile[i].from, hostile[i].nth, hostile[i].to);

		assert_int_equal(
		    init_luks_check(json, false, &err), RT_EVERIFY);
		if (strstr(err.text, hostile[i].says) == NULL)
			fail_msg("case %zu: %s, not %s", i, err.text,
			    hostile[i].says);
		assert_int_equal(init_luks_check(json, true, &err), RT_EVERIFY);
	}
	arena_free(a);
}

/* One of an older release: only who allows it opens it. */
static void
check__old(void **state)
{
	struct arena *a = arena_new();
	struct str json = changed(a,
	    ",\"integrity\":{\"type\":\"hmac(sha256)\","
	    "\"journal_encryption\":\"none\",\"journal_integrity\":\"none\"}",
	    0, "");
	char *size = strstr((char *)(uintptr_t)json.p, "96");
	struct rt_err err;

	(void)state;
	memcpy(size, "64", 2);
	assert_int_equal(init_luks_check(json, true, &err), 0);
	assert_int_equal(init_luks_check(json, false, &err), RT_EVERIFY);
	assert_non_null(strstr(err.text, "ALLOW_UNAUTHENTICATED_LUKS"));
	memcpy(strstr(size, "aes"), "dea", 3);
	assert_int_equal(init_luks_check(json, true, &err), RT_EVERIFY);
	arena_free(a);
}

static void
check__no_json(void **state)
{
	static char large[INIT_LUKS_JSON_MAX + 1];
	struct rt_err err;

	(void)state;
	assert_int_equal(init_luks_check(STR("{"), true, &err), RT_EFORMAT);
	assert_int_equal(init_luks_check(STR(""), true, &err), RT_EFORMAT);
	assert_int_equal(init_luks_check(STR("{}"), true, &err), RT_EVERIFY);
	assert_int_equal(init_luks_check(STR("7"), true, &err), RT_EVERIFY);
	assert_int_equal(
	    init_luks_check((struct str){large, sizeof(large)}, true, &err),
	    RT_ELIMIT);
}

static void
name__of_the_specification(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(
	    init_luks_name(a, "/dev/csi0", "/state"), "7bfcd783e98dd63a");
	arena_free(a);
}

/* What mkfs.ext4 -n names for 64 GiB, and what it does not. */
static void
ext4__superblocks(void **state)
{
	static const uint64_t yes[] = {0, 32768, 98304, 163840, 229376, 294912,
	    819200, 884736, 1605632, 2654208, 4096000, 7962624, 11239424};
	static const uint64_t no[] = {
	    1, 4096, 65536, 131072, 196608, 327680, 32767, 11239423};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(init_ext4_is_super(yes[i]));
	for (i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(init_ext4_is_super(no[i]));
}

/* An image file in place of a device. */
struct image {
	char path[32];
	int fd;
};

static int
setup(void **state)
{
	static struct image image;

	image = (struct image){.path = "/tmp/luks.XXXXXX"};
	image.fd = mkstemp(image.path);
	*state = &image;
	return image.fd < 0 || ftruncate(image.fd, 20 << 20) != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	struct image *image = *state;

	(void)close(image->fd);
	return unlink(image->path);
}

static void
image__small(void **state)
{
	const struct image *image = *state;
	struct init_crypt *c;
	struct rt_err err;

	assert_int_equal(ftruncate(image->fd, 16 << 20), 0);
	assert_int_equal(init_crypt_new(&c, image->path, &err), RT_ELIMIT);
	init_crypt_free(c);
}

static void
image__other_content(void **state)
{
	static const struct {
		const char *head;
		int rc;
	} cases[] = {{"LUKS\xba\xbe\0\1", RT_EVERIFY},
	    {"LUKS\xba\xbe\0\2", RT_EVERIFY},
	    {"LUKS\xba\xbf\0\2", RT_ENOTFOUND},
	    {"SKUL\xba\xbe\0\2", RT_ENOTFOUND}, {"nothing!", RT_ENOTFOUND}};
	const struct image *image = *state;
	struct init_crypt *c;
	struct rt_err err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(pwrite(image->fd, cases[i].head, 8, 0), 8);
		assert_int_equal(
		    init_crypt_new(&c, image->path, &err), cases[i].rc);
		init_crypt_free(c);
	}
	assert_int_equal(init_crypt_new(&c, "/dev/null/x", &err), RT_EIO);
	init_crypt_free(c);
}

/* A volume without integrity, which libcryptsetup makes without a kernel. */
static void
make_old(const char *path, const char *key)
{
	static const struct crypt_pbkdf_type kdf = {.type = CRYPT_KDF_ARGON2ID,
	    .hash = "sha256",
	    .iterations = 4,
	    .max_memory_kb = 64,
	    .parallel_threads = 1,
	    .flags = CRYPT_PBKDF_NO_BENCHMARK};
	struct crypt_params_luks2 params = {.pbkdf = &kdf, .sector_size = 4096};
	struct {
		__typeof__(&crypt_init) init;
		__typeof__(&crypt_format) format;
		__typeof__(&crypt_keyslot_add_by_volume_key) add;
		__typeof__(&crypt_free) free;
	} lib;
	const struct rt_symbol names[] = {{"crypt_init", 0},
	    {"crypt_format", sizeof(void *)},
	    {"crypt_keyslot_add_by_volume_key", 2 * sizeof(void *)},
	    {"crypt_free", 3 * sizeof(void *)}};
	struct crypt_device *cd;

	assert_int_equal(
	    rt_library_load(&lib, "libcryptsetup.so.12", names, 4, NULL), 0);
	assert_int_equal(lib.init(&cd, path), 0);
	assert_int_equal(lib.format(cd, CRYPT_LUKS2, "aes", "xts-plain64", NULL,
			     NULL, 64, &params),
	    0);
	assert_int_equal(lib.add(cd, 0, NULL, 0, key, strlen(key)), 0);
	lib.free(cd);
}

static int
open_old(const struct image *image, const char *key, bool old)
{
	struct init_crypt *c;
	struct rt_err err;
	int rc = init_crypt_new(&c, image->path, &err);

	if (rc == 0)
		rc = init_crypt_open(c, NULL, str_from(key), old, &err);
	init_crypt_free(c);
	return rc;
}

static void
image__opens_with_its_key(void **state)
{
	static const unsigned char zero[4096];
	const struct image *image = *state;

	make_old(image->path, "right");
	assert_int_equal(open_old(image, "right", true), 0);
	assert_int_equal(open_old(image, "wrong", true), RT_EAUTH);
	assert_int_equal(open_old(image, "right", false), RT_EVERIFY);
	/* the first copy of the metadata is lost, then the second too */
	assert_int_equal(pwrite(image->fd, zero, 4096, 0), 4096);
	assert_int_equal(open_old(image, "right", true), 0);
	assert_int_equal(pwrite(image->fd, zero, 4096, 16384), 4096);
	assert_int_equal(open_old(image, "right", true), RT_ENOTFOUND);
}

static void
library__absent(void **state)
{
	static const struct rt_symbol none = {"no_such_function", 0};
	struct rt_err err;
	void *table;

	(void)state;
	assert_int_equal(
	    rt_library_load(&table, "libnone.so.0", &none, 1, &err), RT_EIO);
	assert_non_null(strstr(err.text, "libnone.so.0 cannot be loaded"));
	assert_int_equal(
	    rt_library_load(&table, "libm.so.6", &none, 1, &err), RT_EIO);
	assert_non_null(strstr(err.text, "has no no_such_function"));
}

#define IMAGE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(check__ours),
	    cmocka_unit_test(check__hostile), cmocka_unit_test(check__old),
	    cmocka_unit_test(check__no_json),
	    cmocka_unit_test(name__of_the_specification),
	    cmocka_unit_test(ext4__superblocks), IMAGE(image__small),
	    IMAGE(image__other_content), IMAGE(image__opens_with_its_key),
	    cmocka_unit_test(library__absent)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
