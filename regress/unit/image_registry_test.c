/* SPDX-License-Identifier: Apache-2.0 */
/* What registries and auth files say, and the cache; no network. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "regress/unit/unit.h"

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
challenge__table(void **state)
{
	static const struct {
		const char *values[2];
		int scheme;
		const char *realm, *service, *scope;
	} cases[] = {
	    {{"Basic realm=\"x\"", NULL}, IMG_AUTH_BASIC, "x", "", ""},
	    {{"basic", NULL}, IMG_AUTH_BASIC, "", "", ""},
	    {{"Bearer realm=\"https://a/t\",service=\"s\",scope=\"r:x:pull\"",
		 NULL},
		IMG_AUTH_BEARER, "https://a/t", "s", "r:x:pull"},
	    {{"BEARER  Realm = \"https://a/t\" , service=s", NULL},
		IMG_AUTH_BEARER, "https://a/t", "s", ""},
	    {{"Bearer service=\"s\"", NULL}, IMG_AUTH_NONE, "", "", ""},
	    {{"Bearer service=\"s\", Basic realm=\"b\"", NULL}, IMG_AUTH_BASIC,
		"b", "", ""},
	    {{"Basic realm=\"b\", Bearer realm=\"r\"", NULL}, IMG_AUTH_BEARER,
		"r", "", ""},
	    {{"Basic realm=\"b\"", "Bearer realm=\"r\""}, IMG_AUTH_BEARER, "r",
		"", ""},
	    {{"Negotiate abc==, Basic realm=\"b\"", NULL}, IMG_AUTH_BASIC, "b",
		"", ""},
	    {{"Bearer realm=\"a\\\"b\\\\c\"", NULL}, IMG_AUTH_BEARER, "a\"b\\c",
		"", ""},
	    {{"Bearer realm=\"a, Basic realm=b", NULL}, IMG_AUTH_BEARER,
		"a, Basic realm=b", "", ""},
	    {{"Bearer realm=\"x\\", NULL}, IMG_AUTH_BEARER, "x\\", "", ""},
	    {{"Bearer error=\"invalid_token\",realm=\"r\"", NULL},
		IMG_AUTH_BEARER, "r", "", ""},
	    {{"", NULL}, IMG_AUTH_NONE, "", "", ""},
	    {{",,=,\"\",Digest", NULL}, IMG_AUTH_NONE, "", "", ""},
	};
	struct arena *a = arena_new();
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(cases); i++) {
		struct img_challenge c = {.scheme = IMG_AUTH_NONE};

		for (k = 0; k < 2 && cases[i].values[k] != NULL; k++)
			img_challenge_read(&c, a, str_from(cases[i].values[k]));
		if ((int)c.scheme != cases[i].scheme)
			fail_msg("scheme of %s", cases[i].values[0]);
		assert_strz(c.realm, cases[i].realm);
		assert_strz(c.service, cases[i].service);
		assert_strz(c.scope, cases[i].scope);
	}
	arena_free(a);
}

static void
retry_after__table(void **state)
{
	static const struct {
		const char *value;
		uint64_t ms;
	} cases[] = {{"0", 0}, {"120", 120000}, {"", UINT64_MAX},
	    {"-1", UINT64_MAX}, {"1.5", UINT64_MAX},
	    {"99999999999999999999", UINT64_MAX}, {"soon", UINT64_MAX},
	    {"Sun, 06 Nov 1994 08:49:37 GMT", 7000},
	    {"Sun, 06 Nov 1994 08:49:00 GMT", 0},
	    {"Sun, 06 Nov 1994 08:49:37 CET", UINT64_MAX},
	    {"Sun, 06 Nov 1994 08:49:37 GMT and much more than a date is long",
		UINT64_MAX}};
	size_t i;

	(void)state;
	for (i = 0; i < LEN(cases); i++)
		if (img_retry_after(str_from(cases[i].value), 784111770) !=
		    cases[i].ms)
			fail_msg("%s", cases[i].value);
}

static void
percent__all(void **state)
{
	struct buf b = {0};

	(void)state;
	img_percent(&b, (struct str){"aZ09-._~ /:+&=%\0\xff", 17});
	assert_strz(buf_str(&b), "aZ09-._~%20%2F%3A%2B%26%3D%25%00%FF");
	buf_free(&b);
}

/* "user:pass" and "u:p" in base64. */
#define PAIR "{\"auth\": \"dXNlcjpwYXNz\"}"
#define SHORT "{\"auth\": \"dTpw\"}"

static void
auth_file__table(void **state)
{
	static const struct {
		const char *text, *host, *path;
		const char *user, *helper, *entry; /* user NULL: refused */
	} cases[] = {
	    {"{}", "r", "a", "", "", ""},
	    {"{\"auths\": {\"r\": " PAIR "}}", "r", "a", "user", "", "r"},
	    {"{\"auths\": {\"r\": " PAIR "}}", "r:5000", "a", "", "", ""},
	    {"{\"auths\": {\"r:5000\": " PAIR "}}", "r", "a", "", "", ""},
	    {"{\"auths\": {\"r\": " SHORT ", \"r/a\": " PAIR "}}", "r", "a/b",
		"user", "", "r/a"},
	    {"{\"auths\": {\"r/a\": " PAIR ", \"r\": " SHORT "}}", "r", "ab",
		"u", "", "r"},
	    {"{\"auths\": {\"r/a/b\": " PAIR "}}", "r", "a", "", "", ""},
	    {"{\"auths\": {\"https://index.docker.io/v1/\": " PAIR "}}",
		"docker.io", "library/x", "user", "",
		"https://index.docker.io/v1/"},
	    {"{\"auths\": {\"docker.io\": " PAIR "}}", "docker.io", "a/x",
		"user", "", "docker.io"},
	    {"{\"auths\": {\"http://r:5/v2/\": " PAIR "}}", "r:5", "a", "user",
		"", "http://r:5/v2/"},
	    {"{\"auths\": {\"\": " PAIR "}}", "r", "a", "", "", ""},
	    {"{\"auths\": {\"r\": {}}, \"credsStore\": \"s\"}", "r", "a", "",
		"s", ""},
	    {"{\"auths\": {\"r\": " PAIR "}, \"credHelpers\": {\"r\": \"h\"}}",
		"r", "a", "", "h", ""},
	    {"{\"credHelpers\": {\"r\": \"h\"}, \"credsStore\": \"s\"}", "q",
		"a", "", "s", ""},
	    {"{\"credHelpers\": {\"https://index.docker.io/v1/\": \"h\"}}",
		"docker.io", "a", "", "h", ""},
	    {"{\"auths\": {\"r\": {\"username\": \"n\", \"password\": \"p\"}}}",
		"r", "a", "n", "", "r"},
	    {"{\"auths\": [], \"credHelpers\": 1, \"credsStore\": {}}", "r",
		"a", "", "", ""},
	    {"{\"auths\": {\"r\": {\"auth\": \"??\"}}}", "r", "a", NULL, "",
		""},
	    {"{\"auths\": {\"r\": {\"auth\": \"dXNlcg==\"}}}", "r", "a", NULL,
		"", ""},
	    {"[]", "r", "a", NULL, "", ""},
	    {"{", "r", "a", NULL, "", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < LEN(cases); i++) {
		struct arena *a = arena_new();
		struct img_creds c = {.found = false};
		struct str helper, entry;
		struct rt_err err;
		int rc = img_auth_file_read(&c, &helper, &entry, a,
		    str_from(cases[i].text), str_from(cases[i].host),
		    str_from(cases[i].path), &err);

		if ((rc == 0) != (cases[i].user != NULL))
			fail_msg("%s", cases[i].text);
		if (rc == 0) {
			assert_strz(img_secret_str(&c.user), cases[i].user);
			assert_strz(helper, cases[i].helper);
			assert_strz(entry, cases[i].entry);
			assert_int_equal(c.found, entry.n > 0);
		} else if (strstr(err.text, "dXN") != NULL) {
			fail_msg("a secret is shown: %s", err.text);
		}
		img_creds_wipe(&c);
		arena_wipe(a);
	}
}

static void
auth_file__tokens(void **state)
{
	struct arena *a = arena_new();
	struct img_creds c = {.found = false};
	struct str helper, entry;

	(void)state;
	assert_int_equal(
	    img_auth_file_read(&c, &helper, &entry, a,
		STR("{\"auths\": {\"r\": {\"auth\": \"dTpwOnAAAA==\", "
		    "\"identitytoken\": \"i\", \"registrytoken\": \"t\"}}}"),
		STR("r"), STR("a"), NULL),
	    0);
	/* Only the first colon divides; NULs at the end are Docker's. */
	assert_strz(img_secret_str(&c.user), "u");
	assert_strz(img_secret_str(&c.password), "p:p");
	assert_strz(img_secret_str(&c.identity), "i");
	assert_strz(img_secret_str(&c.token), "t");
	img_creds_wipe(&c);
	assert_null(c.user.p);
	arena_wipe(a);
}

static void
host__loopback(void **state)
{
	static const char *const yes[] = {"localhost", "localhost:5000",
	    "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:5000"};
	static const char *const no[] = {"127.example", "127.0.0.1.example",
	    "127.0.0", "128.0.0.1", "localhost.example", "[::2]", "127.0.0.256",
	    "1127.0.0.1", "127.0.0.0.1", ""};
	size_t i;

	(void)state;
	for (i = 0; i < LEN(yes); i++)
		if (!reg_is_loopback(str_from(yes[i])))
			fail_msg("%s", yes[i]);
	for (i = 0; i < LEN(no); i++)
		if (reg_is_loopback(str_from(no[i])))
			fail_msg("%s", no[i]);
}

static void
host__places(void **state)
{
	struct img_registry_options o = {.jobs = 1};
	struct registry reg = {.o = &o, .arena = arena_new()};
	struct reg_places places = {0};
	struct img_ref ref;

	(void)state;
	VEC_PUSH(reg.arena, &o.mirrors, STR("docker.io=m.example/hub"));
	VEC_PUSH(reg.arena, &o.mirrors, STR("other.example=m.example"));
	VEC_PUSH(reg.arena, &o.mirrors, STR("docker.io=n.example:5000"));
	VEC_PUSH(reg.arena, &o.plain_http, STR("n.example"));
	assert_int_equal(img_registry_check(&o, NULL), 0);
	assert_int_equal(img_ref_parse(&ref, reg.arena, STR("nginx"), NULL), 0);
	reg_places(&places, &reg, &ref);
	assert_int_equal(places.list.n, 3);
	assert_strz(places.list.p[0]->path, "hub/library/nginx");
	assert_int_equal(places.list.p[0]->host->scheme, IMG_HTTPS);
	assert_strz(places.list.p[1]->path, "library/nginx");
	assert_int_equal(places.list.p[1]->host->scheme, IMG_HTTP);
	assert_strz(places.list.p[2]->host->name, "docker.io");
	assert_strz(places.list.p[2]->host->address, "registry-1.docker.io");
	arena_free(reg.arena);
}

/* A directory for the time of a test. */
static int
setup(void **state)
{
	char name[] = "/tmp/contrastc-cache-XXXXXX";

	*state = mkdtemp(name) != NULL ? strdup(name) : NULL;
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[200];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	(void)fflush(stdout);
	return system(command); /* NOLINT(cert-env33-c) */
}

#define ABC                                                                    \
	"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static int
put(struct img_cache *c, struct str digest, const char *text, uint64_t size,
    struct rt_err *err)
{
	struct img_incoming in = {
	    .digest = digest, .size = size, .exact = true};
	int rc = img_incoming_start(&in, c, err);

	if (rc == 0)
		rc = img_incoming_put(&in, str_from(text), err);
	if (rc == 0)
		rc = img_incoming_end(&in, c, err);
	img_incoming_free(&in);
	return rc;
}

static void
cache__verifies(void **state)
{
	struct arena *a = arena_new();
	struct img_cache c = {.opened = false};
	struct img_span in;
	struct rt_err err;
	const char *path;
	int fd;

	assert_int_equal(img_cache_open(&c, a, *state, false, &err), 0);
	assert_int_equal(
	    img_cache_get(&in, &c, STR(ABC), true, &err), RT_ENOTFOUND);
	assert_int_equal(put(&c, STR(ABC), "abd", 3, &err), RT_EVERIFY);
	assert_int_equal(put(&c, STR(ABC), "abcd", 3, &err), RT_EVERIFY);
	assert_int_equal(put(&c, STR(ABC), "ab", 3, &err), RT_EVERIFY);
	assert_int_equal(
	    img_cache_get(&in, &c, STR(ABC), true, &err), RT_ENOTFOUND);
	assert_int_equal(put(&c, STR(ABC), "abc", 3, &err), 0);
	assert_int_equal(img_cache_get(&in, &c, STR(ABC), true, &err), 0);
	assert_int_equal(in.size, 3);
	img_span_close(&in);
	/* What was changed since is removed. */
	path = arena_printf(a, "%s/%s", c.read, &ABC[7]).p;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
	assert_int_equal(
	    img_cache_get(&in, &c, STR(ABC), true, &err), RT_ENOTFOUND);
	assert_int_equal(access(path, F_OK), -1);
	img_cache_close(&c);
	arena_free(a);
}

/* Without a directory of the user there is one for the run. */
static void
cache__none(void **state)
{
	struct arena *a = arena_new();
	struct img_cache c = {.opened = false};
	struct img_span in;
	struct rt_err err;

	assert_int_equal(img_cache_open(&c, a, *state, true, &err), 0);
	assert_null(c.read);
	assert_int_equal(put(&c, STR(ABC), "abc", 3, &err), 0);
	assert_int_equal(img_cache_get(&in, &c, STR(ABC), true, &err), 0);
	img_span_close(&in);
	img_cache_close(&c);
	assert_int_equal(access(c.write, F_OK), -1);
	c = (struct img_cache){.opened = false};
	assert_int_equal(
	    img_cache_open(&c, a, "/dev/null", false, &err), RT_EIO);
	assert_non_null(c.own);
	img_cache_close(&c);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(challenge__table),
	    cmocka_unit_test(retry_after__table),
	    cmocka_unit_test(percent__all),
	    cmocka_unit_test(auth_file__table),
	    cmocka_unit_test(auth_file__tokens),
	    cmocka_unit_test(host__loopback),
	    cmocka_unit_test(host__places),
	    cmocka_unit_test_setup_teardown(cache__verifies, setup, teardown),
	    cmocka_unit_test_setup_teardown(cache__none, setup, teardown),
	};

	return cmocka_run_group_tests_name("image_registry", tests, NULL, NULL);
}
