/* SPDX-License-Identifier: Apache-2.0 */
/* The store, the history in it (vectors of coordinator 19), the transit
 * engine's texts, the configuration. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "coordinator/config.h"
#include "coordinator/transit.h"
#include "regress/unit/co_world.h"
#include "regress/unit/unit.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

static struct co_world w;
static struct pki_seed seed;

/* first, first + 1 ... */
static struct str
run_of(int first, size_t n)
{
	char *p = arena_alloc(w.a, n);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (char)(first + (int)i);
	return (struct str){p, n};
}

static int
setup(void **state)
{
	(void)state;
	co_world_open(&w);
	return pki_seed_read(&seed, run_of(0, 64), run_of(0x80, 32), NULL);
}

static int
teardown(void **state)
{
	(void)state;
	pki_seed_free(&seed);
	co_world_close(&w);
	return 0;
}

static struct str
hex(const char *text)
{
	struct str raw;

	assert_int_equal(rt_unhex(&raw, w.a, str_from(text), NULL), 0);
	return raw;
}

static void
equal(const void *got, const char *want, size_t n)
{
	assert_str(rt_hex(w.a, got, n), str_from(want));
}

static void
key__form(void **state)
{
	static const char *const bad[] = {"", "a", "a/", "/b", "a/b/c", "../b",
	    "a/..", "a/b.", "a/ b", "a/b\n", "a//b", "a/.x"};
	char longest[300];
	size_t i;

	(void)state;
	assert_true(co_store_key_ok("transitions/latest"));
	assert_true(co_store_key_ok("A-1/" CO_HASH_A));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (co_store_key_ok(bad[i]))
			fail_msg("'%s'", bad[i]);
	memset(longest, 'a', sizeof(longest));
	longest[2] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_false(co_store_key_ok(longest));
	assert_int_equal(
	    co_store_put(w.store, "../x/y", STR("1"), NULL), RT_EINVAL);
}

static void
store__put_get_swap(void **state)
{
	struct str got, one = STR("one"), two = STR("two");

	(void)state;
	assert_int_equal(
	    co_store_get(&got, w.a, w.store, "kind/a", NULL), RT_ENOTFOUND);
	assert_int_equal(co_store_put(w.store, "kind/a", one, NULL), 0);
	assert_int_equal(co_store_put(w.store, "kind/a", two, NULL), 0);
	assert_int_equal(co_store_get(&got, w.a, w.store, "kind/a", NULL), 0);
	assert_str(got, two);
	assert_int_equal(
	    co_store_swap(w.store, "kind/b", &one, two, NULL), RT_ESTATE);
	assert_int_equal(co_store_swap(w.store, "kind/b", NULL, one, NULL), 0);
	assert_int_equal(
	    co_store_swap(w.store, "kind/b", NULL, two, NULL), RT_ESTATE);
	assert_int_equal(
	    co_store_swap(w.store, "kind/b", &two, two, NULL), RT_ESTATE);
	assert_int_equal(co_store_swap(w.store, "kind/b", &one, two, NULL), 0);
	assert_int_equal(co_store_get(&got, w.a, w.store, "kind/b", NULL), 0);
	assert_str(got, two);
	assert_int_equal(co_store_put(w.store, "kind/c", STR(""), NULL), 0);
	assert_int_equal(co_store_get(&got, w.a, w.store, "kind/c", NULL), 0);
	assert_int_equal(got.n, 0);
}

/* What the host may have put there in place of a file. */
static void
store__no_files(void **state)
{
	struct str got;

	(void)state;
	assert_int_equal(co_store_put(w.store, "kind/x", STR("1"), NULL), 0);
	assert_int_equal(mkdir(co_path(&w, "kind/dir"), 0700), 0);
	assert_int_equal(mkfifo(co_path(&w, "kind/fifo"), 0600), 0);
	assert_int_equal(symlink("x", co_path(&w, "kind/link")), 0);
	assert_int_equal(symlink("/dev/zero", co_path(&w, "kind/zero")), 0);
	assert_true(co_store_get(&got, w.a, w.store, "kind/dir", NULL) != 0);
	assert_int_equal(
	    co_store_get(&got, w.a, w.store, "kind/fifo", NULL), RT_ELIMIT);
	assert_int_equal(
	    co_store_get(&got, w.a, w.store, "kind/link", NULL), RT_EIO);
	assert_int_equal(
	    co_store_get(&got, w.a, w.store, "kind/zero", NULL), RT_EIO);
	assert_int_equal(truncate(co_path(&w, "kind/x"), 17L << 20), 0);
	assert_int_equal(
	    co_store_get(&got, w.a, w.store, "kind/x", NULL), RT_ELIMIT);
}

/* Temporary files of a killed writer go at the next start, nothing else. */
static void
store__tidies(void **state)
{
	static const char temp[] = "manifests/.0123456789abcdef.tmp";

	(void)state;
	assert_int_equal(
	    co_store_put(w.store, "manifests/x", STR("1"), NULL), 0);
	assert_int_equal(symlink("x", co_path(&w, temp)), 0);
	assert_int_equal(symlink("x", co_path(&w, "manifests/.other")), 0);
	co_world_start(&w, (struct co_rules){0});
	assert_int_not_equal(access(co_path(&w, temp), F_OK), 0);
	assert_int_equal(access(co_path(&w, "manifests/x"), F_OK), 0);
	assert_int_equal(access(co_path(&w, "manifests/.other"), F_OK), 0);
}

#define MANIFEST STR("{\"Policies\":{}}\n")
#define FIRST "e03a1aa08ae3bffda47fbff9e6c8c2e0b4de481857d1cfccc85e9660561c5fb1"
#define SECOND                                                                 \
	"d251790547f1470f8e938f70a50af152c3a3405434f37beb33a9d9cf66a31c39"
#define LATEST                                                                 \
	FIRST                                                                  \
	"3066023100f87bb682c663e6ff454e4ef77ce3373dc90364088571723e3c4de7e82"  \
	"faba91aa25075dab6631c29f236bee22aa03f5d0231008c8e844b85adc352f14c979" \
	"5e89a2b19985f91f4a8da601631d6be828a4b57b51aceec9606ec4ceb8eab51f98bb" \
	"253ed"

/* Two times the same manifest (19.5). */
static struct co_transition
two(void)
{
	static const co_hash zero;
	struct co_transition one, second;

	assert_int_equal(
	    co_history_put_manifest(&one, w.store, MANIFEST, zero, NULL), 0);
	equal(one.manifest,
	    "5a4190606b5acbfbaeee79255ea8e4da7ccda51bbe4cc8ca438f52c3c977946d",
	    SHA256_LEN);
	equal(one.hash, FIRST, SHA256_LEN);
	assert_int_equal(
	    co_history_put_manifest(&second, w.store, MANIFEST, one.hash, NULL),
	    0);
	equal(second.hash, SECOND, SHA256_LEN);
	return second;
}

static void
history__vectors(void **state)
{
	struct co_transition last = two();
	struct co_chain chain = {0};
	struct co_latest latest;
	struct str got;
	EVP_PKEY *key;

	(void)state;
	assert_int_equal(
	    co_history_chain(&chain, w.a, w.store, last.hash, NULL), 0);
	assert_int_equal(chain.v.n, 2);
	equal(chain.v.p[0].hash, FIRST, SHA256_LEN);
	equal(chain.v.p[1].previous, FIRST, SHA256_LEN);
	assert_int_equal(
	    co_history_manifest(&got, w.a, w.store, last.manifest, NULL), 0);
	assert_str(got, MANIFEST);
	assert_int_equal(
	    co_store_put(w.store, "transitions/latest", hex(LATEST), NULL), 0);
	assert_int_equal(pki_seed_key(&key, &seed, PKI_SIGNING, NULL), 0);
	assert_int_equal(
	    co_history_latest(&latest, w.a, w.store, key, NULL), 0);
	equal(latest.transition, FIRST, SHA256_LEN);
	EVP_PKEY_free(key);
}

/* Each bit of the pointer counts; so does its length. */
static void
history__forged_latest(void **state)
{
	struct str good = hex(LATEST);
	struct co_latest latest;
	struct rt_err err;
	EVP_PKEY *key;
	size_t i;

	(void)state;
	assert_int_equal(pki_seed_key(&key, &seed, PKI_SIGNING, NULL), 0);
	for (i = 0; i < good.n; i++) {
		char *bad = arena_alloc(w.a, good.n);

		memcpy(bad, good.p, good.n);
		bad[i] ^= 1;
		assert_int_equal(co_store_put(w.store, "transitions/latest",
				     (struct str){bad, good.n}, NULL),
		    0);
		assert_int_equal(
		    co_history_latest(&latest, w.a, w.store, key, &err),
		    RT_EVERIFY);
		assert_string_equal(
		    err.text, "latest transition signature is invalid");
	}
	for (i = 0; i < good.n; i++) {
		assert_int_equal(co_store_put(w.store, "transitions/latest",
				     str_sub(good, 0, i), NULL),
		    0);
		assert_true(
		    co_history_latest(&latest, w.a, w.store, key, NULL) < 0);
	}
	EVP_PKEY_free(key);
}

static void
overwrite(const char *key, struct str bytes)
{
	FILE *f = fopen(co_path(&w, key), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static void
history__altered_values(void **state)
{
	struct co_transition last = two(), t;
	struct co_chain chain = {0};
	struct str got;

	(void)state;
	overwrite("manifests/"
		  "5a4190606b5acbfbaeee79255ea8e4da7ccda51bbe4cc8ca438f52c3c977"
		  "946d",
	    STR("{\"Policies\":{ }}"));
	assert_int_equal(
	    co_history_manifest(&got, w.a, w.store, last.manifest, NULL),
	    RT_EVERIFY);
	overwrite("transitions/" FIRST, STR("x"));
	assert_int_equal(
	    co_history_transition(&t, w.store, last.previous, NULL),
	    RT_EVERIFY);
	assert_int_equal(
	    co_history_chain(&chain, w.a, w.store, last.hash, NULL),
	    RT_EVERIFY);
	assert_int_equal(unlink(co_path(&w, "transitions/" FIRST)), 0);
	memset(&chain, 0, sizeof(chain));
	assert_int_equal(
	    co_history_chain(&chain, w.a, w.store, last.hash, NULL),
	    RT_ENOTFOUND);
}

/* A value whose hash is right, but which is no transition. */
static void
history__short_record(void **state)
{
	struct co_transition t;
	co_hash hash;

	(void)state;
	rt_sha256(hash, STR("a"));
	assert_int_equal(
	    co_store_put(w.store, "transitions/" CO_HASH_A, STR("a"), NULL), 0);
	assert_int_equal(
	    co_history_transition(&t, w.store, hash, NULL), RT_EFORMAT);
}

static void
history__advance(void **state)
{
	struct co_latest one, other;
	struct co_transition last = two();
	EVP_PKEY *key;

	(void)state;
	(void)unlink(co_path(&w, "transitions/latest"));
	assert_int_equal(pki_seed_key(&key, &seed, PKI_SIGNING, NULL), 0);
	assert_int_equal(co_history_advance(&one, w.a, w.store, NULL,
			     last.previous, key, NULL),
	    0);
	assert_int_equal(co_history_advance(
			     &other, w.a, w.store, NULL, last.hash, key, NULL),
	    RT_ESTATE);
	assert_int_equal(co_history_advance(
			     &other, w.a, w.store, &one, last.hash, key, NULL),
	    0);
	assert_int_equal(co_history_advance(
			     &other, w.a, w.store, &one, last.hash, key, NULL),
	    RT_ESTATE);
	EVP_PKEY_free(key);
}

#define SEALED "vault:v1:AAECAwQFBgcICQoLJCGTVjLC2f+QAlZ24mStRCrz72ZD"
#define NAME STR("vault_unsealing")

static int
open_text(struct buf *out, struct str name, struct str text, struct str extra)
{
	return co_transit_decrypt(out, &seed, name, text, extra, NULL);
}

static void
transit__vector(void **state)
{
	struct buf out = {0};

	(void)state;
	assert_int_equal(open_text(&out, NAME, STR(SEALED), STR("")), 0);
	assert_str(buf_str(&out), STR("hello"));
	buf_free(&out);
}

static void
transit__refuses(void **state)
{
	static const struct {
		const char *name, *text, *extra;
		int rc;
	} cases[] = {
	    {"vault", SEALED, "", RT_EVERIFY},
	    {"vault_unsealing", SEALED, "x", RT_EVERIFY},
	    {"vault_unsealing",
		"vault:v2:AAECAwQFBgcICQoLJCGTVjLC2f+QAlZ24mStRCrz72ZD", "",
		RT_EVERIFY},
	    {"vault_unsealing",
		"vault:v1:AAECAwQFBgcICQoLJCGTVjLC2f+QAlZ24mStRCrz72ZE", "",
		RT_EVERIFY},
	    {"vault_unsealing", "", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v1", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v:AAAA", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v-1:AAAA", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v4294967296:AAAA", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v1:", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v1:AAECAwQFBgc=", "", RT_EFORMAT},
	    {"vault_unsealing", "vault:v1:AAECAwQFBgcICQoLAAECAwQFBgcICQoL", "",
		RT_EFORMAT}, /* 24 bytes */
	    {"vault_unsealing", "vault:v1:not base64", "", RT_EFORMAT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = {0};
		int rc = open_text(&out, str_from(cases[i].name),
		    str_from(cases[i].text), str_from(cases[i].extra));

		if (rc != cases[i].rc || out.n != 0)
			fail_msg("%zu: %d, %zu bytes", i, rc, out.n);
		buf_free(&out);
	}
}

static void
transit__round(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 1 << 20};
	struct pki_seed other = {0};
	size_t i;

	(void)state;
	assert_int_equal(
	    pki_seed_read(&other, run_of(0, 64), run_of(0x80, 32), NULL), 0);
	other.simulated = true;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct buf one = {0}, two_ = {0}, out = {0};
		struct str plain = run_of(7, sizes[i]);

		assert_int_equal(co_transit_encrypt(&one, &seed, NAME,
				     UINT32_MAX, plain, STR("ad"), NULL),
		    0);
		assert_int_equal(co_transit_encrypt(&two_, &seed, NAME,
				     UINT32_MAX, plain, STR("ad"), NULL),
		    0);
		assert_false(str_eq(buf_str(&one), buf_str(&two_)));
		assert_int_equal(
		    open_text(&out, NAME, buf_str(&one), STR("ad")), 0);
		assert_str(buf_str(&out), plain);
		/* the same seed of a simulated deployment is another one */
		assert_int_equal(co_transit_decrypt(&two_, &other, NAME,
				     buf_str(&one), STR("ad"), NULL),
		    RT_EVERIFY);
		buf_free(&one);
		buf_free(&two_);
		buf_free(&out);
	}
	pki_seed_free(&other);
}

static int
configured(const char *toml, const char *variable, const char *value,
    struct co_config *c, struct rt_err *err)
{
	const char *file = co_path(&w, "config.toml");
	int rc;

	overwrite("config.toml", str_from(toml));
	assert_int_equal(setenv(variable, value, 1), 0);
	rc = co_config_read(c, w.a, file, err);
	assert_int_equal(unsetenv(variable), 0);
	return rc;
}

static void
config__values(void **state)
{
	struct co_config c;

	(void)state;
	assert_int_equal(configured("user_port = 1\nmesh_port = \"off\"\n"
				    "metrics = true\npeer_sans = false\n",
			     "CONTRAST_USER_PORT", "2", &c, NULL),
	    0);
	assert_int_equal(c.port[CO_USER_PORT], 2);
	assert_int_equal(c.port[CO_MESH_PORT], CO_PORT_OFF);
	assert_int_equal(c.port[CO_PROBE_PORT], 9102);
	assert_int_equal(c.port[CO_METRICS_PORT], CO_PORT_OFF);
	assert_true(c.on[CO_METRICS]);
	assert_false(c.on[CO_PEER_SANS]);
	/* presence alone counts, an empty port is none */
	assert_int_equal(configured("", "CONTRAST_METRICS", "", &c, NULL), 0);
	assert_true(c.on[CO_METRICS]);
	assert_int_equal(
	    configured("", "CONTRAST_METRICS_PORT", "", &c, NULL), 0);
	assert_int_equal(c.port[CO_METRICS_PORT], CO_PORT_OFF);
}

static void
config__refuses(void **state)
{
	static const struct {
		const char *toml, *variable, *value, *want;
	} cases[] = {
	    {"", "CONTRAST_METRICS_PORT", "1313", "port 1313 is"},
	    {"", "CONTRAST_METRICS_PORT", "7777", "port 7777 is"},
	    {"user_port = 99", "CONTRAST_METRICS_PORT", "99", "port 99 is"},
	    {"", "CONTRAST_METRICS_PORT", "65536", "is no port"},
	    {"", "CONTRAST_METRICS_PORT", " 1", "is no port"},
	    {"", "CONTRAST_PEER_SANS", "yes", "neither true nor false"},
	    {"user_prt = 1", "X", "", "unknown key 'user_prt'"},
	    {"user_port = [1]", "X", "", "takes one value"},
	    {"user_port = ", "X", "", "config.toml"},
	};
	struct co_config c;
	struct rt_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		err.text[0] = '\0';
		if (configured(cases[i].toml, cases[i].variable, cases[i].value,
			&c, &err) == 0 ||
		    strstr(err.text, cases[i].want) == NULL)
			fail_msg("%zu: %s", i, err.text);
	}
	assert_true(co_config_read(&c, w.a, "/nonexistent/f", NULL) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key__form),
	    cmocka_unit_test(store__put_get_swap),
	    cmocka_unit_test(store__no_files),
	    cmocka_unit_test(store__tidies),
	    cmocka_unit_test(history__vectors),
	    cmocka_unit_test(history__forged_latest),
	    cmocka_unit_test(history__altered_values),
	    cmocka_unit_test(history__short_record),
	    cmocka_unit_test(history__advance),
	    cmocka_unit_test(transit__vector),
	    cmocka_unit_test(transit__refuses),
	    cmocka_unit_test(transit__round),
	    cmocka_unit_test(config__values),
	    cmocka_unit_test(config__refuses),
	};

	return cmocka_run_group_tests_name("co_store", tests, setup, teardown);
}
