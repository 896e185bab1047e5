/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/image/image.h"
#include "runtime/base/banned.h"

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define H16 "0123456789abcdef"
#define H64 H16 H16 H16 H16
#define SHA "sha256:" H64

static const struct {
	const char *text, *host, *path, *tag, *digest;
} good[] = {
    {"nginx", "docker.io", "library/nginx", "latest", ""},
    {"nginx:1.27", "docker.io", "library/nginx", "1.27", ""},
    {"a/b", "docker.io", "a/b", "latest", ""},
    {"docker.io/nginx", "docker.io", "library/nginx", "latest", ""},
    {"index.docker.io/nginx", "docker.io", "library/nginx", "latest", ""},
    {"docker.io/a/b:1", "docker.io", "a/b", "1", ""},
    {"localhost/x", "localhost", "x", "latest", ""},
    {"localhost:5000", "docker.io", "library/localhost", "5000", ""},
    {"localhost:5000/x", "localhost:5000", "x", "latest", ""},
    {"LOCALHOST/x", "LOCALHOST", "x", "latest", ""},
    {"h.example/x", "h.example", "x", "latest", ""},
    {"h.example:80/x/y/z:T_.-", "h.example:80", "x/y/z", "T_.-", ""},
    {"[::1]:5000/x", "[::1]:5000", "x", "latest", ""},
    {"[2001:DB8::1]/x", "[2001:DB8::1]", "x", "latest", ""},
    {"127.0.0.1:5/x", "127.0.0.1:5", "x", "latest", ""},
    {"xn--n3h.example/x", "xn--n3h.example", "x", "latest", ""},
    {"x@" SHA, "docker.io", "library/x", "", SHA},
    {"h.example/x:1@" SHA, "h.example", "x", "1", SHA},
    {"x@sha512:" H64 H64, "docker.io", "library/x", "", "sha512:" H64 H64},
    {"h/a.b_c__d---e", "docker.io", "h/a.b_c__d---e", "latest", ""},
    {"x:" X64 X64, "docker.io", "library/x", X64 X64, ""},
    {"x:_", "docker.io", "library/x", "_", ""},
    {H64 ":1", "docker.io", "library/" H64, "1", ""},
    {"a/" H64, "docker.io", "a/" H64, "latest", ""},
};

static const struct {
	const char *text, *says;
} bad[] = {
    {"", "empty"},
    {":1", "no repository name"},
    {"h.example/", "no repository name"},
    {"/x", "''"},
    {"x:", "the tag is empty"},
    {"x:.a", "tag '.a'"},
    {"x:-a", "tag '-a'"},
    {"x:a b", "tag 'a b'"},
    {"x:a:b", "tag 'a:b'"},
    {"x:" X64 X64 "x", "129 characters, 128 are allowed"},
    {"Nginx", "must be lower case"},
    {"a/Nginx:1", "must be lower case"},
    {"a//b", "'' is no part"},
    {"a/b/", "'' is no part"},
    {"a/-b", "'-b' is no part"},
    {"a/b-", "'b-' is no part"},
    {"a/b..c", "'b..c' is no part"},
    {"a/b___c", "'b___c' is no part"},
    {"a/b._c", "'b._c' is no part"},
    {"a/../b", "'..' is no part"},
    {"a b", "'a b' is no part"},
    {"h.example:/x", "no port"},
    {"h.example:8a/x", "no port"},
    {"-h.example/x", "no host"},
    {"h..example/x", "no host"},
    {"h_1.example/x", "no host"},
    {"[::1/x", "no host"},
    {"[::1]x/y", "no host"},
    {"[g::1]/x", "no host"},
    {"https://h.example/x", "no port"},
    {"x@", "has no ':'"},
    {"x@sha256", "has no ':'"},
    {"x@sha256:abc", "3 hex digits, sha256 needs 64"},
    {"x@sha256:" X64, "no lower-case hex digit"},
    {"x@md5:" H64, "algorithm 'md5' is unknown"},
    {"x@" SHA "@" SHA, "sha256 needs 64"},
    {H64, "an image identifier"},
    {"x/" X64 X64 X64 X64, "258 characters, 255 are allowed"},
};

static void
ref_parse__good(void **state)
{
	struct arena *a = arena_new();
	struct img_ref r;
	struct rt_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int rc = img_ref_parse(&r, a, str_from(good[i].text), &err);

		if (rc != 0)
			fail_msg("%s", err.text);
		if (!str_eqz(r.host, good[i].host) ||
		    !str_eqz(r.path, good[i].path) ||
		    !str_eqz(r.tag, good[i].tag) ||
		    !str_eqz(r.digest, good[i].digest))
			fail_msg("%s: %.*s %.*s %.*s %.*s", good[i].text,
			    STR_ARG(r.host), STR_ARG(r.path), STR_ARG(r.tag),
			    STR_ARG(r.digest));
	}
	arena_free(a);
}

static void
ref_parse__bad(void **state)
{
	struct arena *a = arena_new();
	struct img_ref r;
	struct rt_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (img_ref_parse(&r, a, str_from(bad[i].text), &err) == 0)
			fail_msg("accepted: %s", bad[i].text);
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].text, err.text);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ref_parse__good),
	    cmocka_unit_test(ref_parse__bad),
	};

	return cmocka_run_group_tests_name("image_ref", tests, NULL, NULL);
}
