/* SPDX-License-Identifier: Apache-2.0 */
/* passwd and group of merged images: what overlays, whiteouts and links do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "regress/unit/image_make.h"
#include "runtime/base/banned.h"

#define P "etc/passwd"
#define G "etc/group"
#define LAYERS 3
#define ENTRIES 12

/* Layers bottom first; want NULL: an error that says `error`. */
struct users_case {
	const char *name;
	struct make_entry layers[LAYERS][ENTRIES];
	const char *passwd, *group, *error;
};

static const struct users_case cases[] = {
    {"plain", {{{'0', P, "p"}, {'0', G, "g"}}}, "p", "g", NULL},
    {"none", {{{'0', "etc/hosts", "h"}}}, "", "", NULL},
    {"no layers", {{{0}}}, "", "", NULL},
    {"upper wins", {{{'0', P, "1"}}, {{'0', P, "2"}}, {{'0', G, "g"}}}, "2",
	"g", NULL},
    {"empty file counts", {{{'0', P, "1"}}, {{'0', P, ""}}}, "", "", NULL},
    {"last of a layer wins", {{{'0', P, "1"}, {'0', G, "g"}, {'0', P, "2"}}},
	"2", "g", NULL},
    {"dot names",
	{{{'5', "./", NULL}, {'0', "./etc/passwd", "1"},
	    {'0', ".//etc/./group", "g"}}},
	"1", "g", NULL},
    {"absolute names", {{{'0', "/etc/passwd", "1"}}}, "1", "", NULL},
    {"dot-dot names are ignored",
	{{{'0', P, "1"}, {'0', "x/../etc/passwd", "2"}}}, "1", "", NULL},
    {"whiteout",
	{{{'0', P, "1"}, {'0', G, "g"}}, {{'0', "etc/.wh.passwd", ""}}}, "",
	"g", NULL},
    {"whiteout and new file",
	{{{'0', P, "1"}}, {{'0', "etc/.wh.passwd", ""}, {'0', P, "2"}}}, "2",
	"", NULL},
    {"whiteout after the new file",
	{{{'0', P, "1"}, {'0', G, "g"}},
	    {{'0', P, "2"}, {'0', "etc/.wh.passwd", ""}, {'0', ".wh.etc", ""}}},
	"2", "", NULL},
    {"whiteout below a newer file",
	{{{'0', P, "1"}}, {{'0', "etc/.wh.passwd", ""}}, {{'0', P, "3"}}}, "3",
	"", NULL},
    {"whiteout of etc",
	{{{'0', P, "1"}, {'0', G, "g"}}, {{'0', ".wh.etc", ""}}}, "", "", NULL},
    {"whiteout of etc, one file new",
	{{{'0', P, "1"}, {'0', G, "g"}}, {{'0', ".wh.etc", ""}, {'0', P, "2"}}},
	"2", "", NULL},
    {"opaque etc",
	{{{'0', P, "1"}, {'0', G, "g"}},
	    {{'0', P, "2"}, {'0', "etc/.wh..wh..opq", ""}}},
	"2", "", NULL},
    {"opaque root",
	{{{'0', P, "1"}, {'0', G, "g"}},
	    {{'0', ".wh..wh..opq", ""}, {'0', G, "h"}}},
	"", "h", NULL},
    {"notes of a driver",
	{{{'0', P, "1"}},
	    {{'0', ".wh..wh.plnk", ""}, {'0', ".wh..wh.aufs", ""}}},
	"1", "", NULL},
    {"etc becomes a file", {{{'0', P, "1"}}, {{'0', "etc", "f"}}}, "", "",
	NULL},
    {"etc becomes a file and a directory again",
	{{{'0', P, "1"}}, {{'0', "etc", "f"}}, {{'5', "etc/", NULL}}}, "", "",
	NULL},
    {"file and directory in one layer",
	{{{'0', P, "1"}}, {{'0', "etc", "f"}, {'5', "etc/", NULL}}}, "", "",
	NULL},
    {"a file in the place of etc, same layer",
	{{{'0', P, "1"}, {'0', "etc", "f"}}}, "", "", NULL},
    {"a directory keeps what is there", {{{'0', P, "1"}}, {{'5', "etc", NULL}}},
	"1", "", NULL},
    {"passwd is a directory", {{{'0', P, "1"}}, {{'5', P, NULL}}}, "", "",
	NULL},
    {"passwd is a device", {{{'0', P, "1"}}, {{'6', P, NULL}}}, "", "", NULL},
    {"hard link", {{{'0', "a", "1"}, {'1', P, "a"}}}, "1", "", NULL},
    {"hard link, dot names",
	{{{'0', "./a", "1"}, {'1', "./etc/passwd", "./a"}}}, "1", "", NULL},
    {"hard link keeps the old file",
	{{{'0', "a", "1"}, {'1', P, "a"}, {'0', "a", "2"}}}, "1", "", NULL},
    {"hard link of a hard link",
	{{{'0', "a", "1"}, {'1', "b", "a"}, {'1', "c", "b"}, {'1', P, "c"}}},
	"1", "", NULL},
    {"hard link to a lower layer",
	{{{'0', "a", "1"}}, {{'0', "a", "2"}}, {{'1', P, "a"}}}, "2", "", NULL},
    {"hard links through three layers",
	{{{'0', "a", "1"}}, {{'1', "sys/p", "a"}}, {{'1', P, "sys/p"}}}, "1",
	"", NULL},
    {"hard link to nothing", {{{'0', P, "1"}}, {{'1', P, "a"}}}, "", "", NULL},
    {"hard link to a symbolic link",
	{{{'2', "a", "/b"}, {'0', "b", "1"}, {'1', P, "a"}}}, "1", "", NULL},
    {"group is passwd", {{{'0', P, "1"}, {'1', G, P}}}, "1", "1", NULL},
    {"link, same directory", {{{'2', P, "real"}, {'0', "etc/real", "1"}}}, "1",
	"", NULL},
    {"link, target first", {{{'0', "etc/real", "1"}, {'2', P, "real"}}}, "1",
	"", NULL},
    {"link, up", {{{'2', P, "../usr/p"}, {'0', "usr/p", "1"}}}, "1", "", NULL},
    {"link, above the root",
	{{{'2', P, "../../../usr/p"}, {'0', "usr/p", "1"}}}, "1", "", NULL},
    {"link, absolute", {{{'2', P, "/usr/p"}, {'0', "usr/p", "1"}}}, "1", "",
	NULL},
    {"link into a lower layer",
	{{{'0', "usr/p", "1"}}, {{'0', "usr/p", "2"}}, {{'2', P, "/usr/p"}}},
	"2", "", NULL},
    {"link into an upper layer", {{{'2', P, "/usr/p"}}, {{'0', "usr/p", "2"}}},
	"2", "", NULL},
    {"link to what was removed",
	{{{'2', P, "/usr/p"}, {'0', "usr/p", "1"}}, {{'0', ".wh.usr", ""}}}, "",
	"", NULL},
    {"link to nothing", {{{'2', P, "/usr/p"}}}, "", "", NULL},
    {"link of a link",
	{{{'2', P, "/a"}, {'2', "a", "b"}, {'2', "b", "c/d"},
	    {'0', "c/d", "1"}}},
	"1", "", NULL},
    {"link to itself", {{{'2', P, "passwd"}}}, NULL, NULL, "40 links"},
    {"links in a ring", {{{'2', P, "/a"}, {'2', "a", "etc/passwd"}}}, NULL,
	NULL, "40 links"},
    {"etc is a link",
	{{{'2', "etc", "system/etc"}, {'0', "system/etc/passwd", "1"},
	    {'0', "system/etc/group", "g"}}},
	"1", "g", NULL},
    {"etc is an absolute link",
	{{{'0', "system/etc/passwd", "1"}}, {{'2', "etc", "/system/etc"}}}, "1",
	"", NULL},
    {"the link of etc hides what was there",
	{{{'0', P, "1"}}, {{'2', "etc", "system"}}}, "", "", NULL},
    {"written through the link of etc",
	{{{'2', "etc", "system"}, {'0', "system/passwd", "1"},
	     {'0', "system/group", "g"}},
	    {{'0', P, "2"}}},
	"2", "g", NULL},
    {"removed through the link of etc",
	{{{'2', "etc", "system"}, {'0', "system/passwd", "1"},
	     {'0', "system/group", "g"}},
	    {{'0', "etc/.wh.passwd", ""}}},
	"", "g", NULL},
    {"a directory in the place of the link of etc",
	{{{'2', "etc", "system"}, {'0', "system/passwd", "1"},
	     {'0', "system/group", "g"}},
	    {{'5', "etc/", NULL}, {'0', P, "2"}}},
	"2", "", NULL},
    {"below a link that became a directory",
	{{{'2', "etc", "a"}, {'0', P, "1"}}, {{'5', "etc", NULL}}}, "", "",
	NULL},
    {"link of a directory of the target",
	{{{'2', P, "/run/p/passwd"}, {'2', "run", "var/run"},
	    {'0', "var/run/p/passwd", "1"}}},
	"1", "", NULL},
    {"what is no text",
	{{{'0', P, "a:x:1:1:\xff:/:\nb\n"}, {'0', G, "\xc3\xa9"}}},
	"a:x:1:1:\xef\xbf\xbd:/:\nb\n", "\xc3\xa9", NULL},
};

static void
run_case(const struct users_case *t, enum make_codec codec)
{
	struct arena *a = arena_new();
	const char *dir = make_dir(a);
	struct str tars[LAYERS], image;
	struct img_options o = {0};
	const struct img_facts *f;
	struct img_store *s;
	struct rt_err err;
	struct diags d;
	size_t n = 0;

	while (n < LAYERS && t->layers[n][0].name != NULL) {
		tars[n] = make_tar(a, t->layers[n]);
		n++;
	}
	make_layout(a, dir);
	image = make_image(a, dir, "{}", "amd64", tars, n, codec);
	make_index(a, dir, "%.*s" NAMED("x:1"), STR_ARG(image));
	diags_init(&d, a);
	VEC_PUSH(a, &o.layouts, str_from(dir));
	s = img_store_open(a, &d, &o);
	assert_int_equal(d.errors, 0);
	f = img_facts_get(s, STR("x:1"), IMG_USERS, &err);
	if (t->passwd == NULL) {
		if (f != NULL || strstr(err.text, t->error) == NULL)
			fail_msg("%s: %s", t->name,
			    f != NULL ? "accepted" : err.text);
	} else if (f == NULL) {
		fail_msg("%s: %s", t->name, err.text);
	} else if (!f->have_users || !str_eqz(f->passwd, t->passwd) ||
		   !str_eqz(f->group, t->group)) {
		fail_msg("%s: passwd '%.*s', group '%.*s'", t->name,
		    STR_ARG(f->passwd), STR_ARG(f->group));
	}
	img_store_close(s);
	make_remove(dir);
	arena_free(a);
}

static void
users_read__cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i], (enum make_codec)(i % 3));
}

/* A chain of `n` links, the first being etc/passwd. */
static bool
chain(size_t n)
{
	struct arena *a = arena_new();
	const char *dir = make_dir(a);
	struct img_options o = {0};
	const struct img_facts *f;
	struct buf b = {0};
	struct str tar, image;
	struct img_store *s;
	struct diags d;
	size_t i;
	bool ok;

	for (i = 0; i < n; i++) {
		const char *from = arena_cstr(
		    a, i == 0 ? STR("etc/passwd") : arena_printf(a, "l%zu", i));
		const char *to = arena_cstr(a,
		    i + 1 == n ? STR("/end") : arena_printf(a, "/l%zu", i + 1));

		make_tar_entry(&b, '2', from, to, STR(""));
	}
	make_tar_entry(&b, '0', "end", "", STR("e"));
	make_tar_end(&b);
	tar = buf_str(&b);
	make_layout(a, dir);
	image = make_image(a, dir, "{}", "amd64", &tar, 1, MAKE_GZIP);
	make_index(a, dir, "%.*s" NAMED("x:1"), STR_ARG(image));
	diags_init(&d, a);
	VEC_PUSH(a, &o.layouts, str_from(dir));
	s = img_store_open(a, &d, &o);
	f = img_facts_get(s, STR("x:1"), IMG_USERS, NULL);
	ok = f != NULL && str_eqz(f->passwd, "e");
	img_store_close(s);
	make_remove(dir);
	buf_free(&b);
	arena_free(a);
	return ok;
}

static void
users_read__chain_of_links(void **state)
{
	(void)state;
	assert_true(chain(1));
	assert_true(chain(40));
	assert_false(chain(41));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(users_read__cases),
	    cmocka_unit_test(users_read__chain_of_links),
	};

	return cmocka_run_group_tests_name("image_users", tests, NULL, NULL);
}
