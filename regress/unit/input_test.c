/* SPDX-License-Identifier: Apache-2.0 */
/* Finding files: order, endings, links, files met twice, faults. */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/front/input.h"
#include "regress/unit/unit.h"

#include "runtime/base/banned.h"

static char dir[] = "/tmp/contrastc-input-XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/*
 * d/{b.yaml a.yml c.txt m.json sub/x.yaml in.yaml->b.yaml}, out.yaml,
 * e/{far.yaml->../out.yaml}, l->d, j.json, empty/
 */
static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return -1;
	if (mkdir("d", 0755) != 0 || mkdir("d/sub", 0755) != 0 ||
	    mkdir("e", 0755) != 0 || mkdir("empty", 0755) != 0)
		return -1;
	put("d/b.yaml", "b: 1\n");
	put("d/a.yml", "a: 1\n");
	put("d/c.txt", "c\n");
	put("d/m.json", "{}\n");
	put("d/sub/x.yaml", "x: 1\n");
	put("out.yaml", "o: 1\n");
	put("j.json", "{}\n");
	return symlink("b.yaml", "d/in.yaml") != 0 ||
		       symlink("../out.yaml", "e/far.yaml") != 0 ||
		       symlink("d", "l") != 0
		   ? -1
		   : 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = {"d/b.yaml", "d/a.yml", "d/c.txt",
	    "d/m.json", "d/sub/x.yaml", "out.yaml", "j.json", "d/in.yaml",
	    "e/far.yaml", "l"};
	static const char *const dirs[] = {"d/sub", "d", "e", "empty"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(names[i]);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		(void)rmdir(dirs[i]);
	return chdir("/") != 0 || rmdir(dir) != 0 ? -1 : 0;
}

#define NONE ((enum diag_id)DIAG_COUNT)

static const struct {
	const char *name;
	const char *args[3];
	bool ok;
	const char *found; /* paths, joined */
	enum diag_id id;   /* of the first finding */
} cases[] = {
    {"directory", {"d"}, true, "d/a.yml d/b.yaml d/sub/x.yaml", NONE},
    {"slash at the end", {"d/"}, true, "d/a.yml d/b.yaml d/sub/x.yaml", NONE},
    {"link to a directory", {"l"}, true, "l/a.yml l/b.yaml l/sub/x.yaml", NONE},
    {"twice", {"d/b.yaml", "d", "d/in.yaml"}, true,
	"d/b.yaml d/a.yml d/sub/x.yaml", NONE},
    {"JSON that is named", {"j.json", "out.yaml"}, true, "j.json out.yaml",
	NONE},
    {"link that leads out", {"e"}, false, "", DIAG_INPUT_LINK},
    {"link that is named", {"e/far.yaml"}, true, "e/far.yaml", NONE},
    {"another ending", {"d/c.txt", "out.yaml"}, true, "out.yaml",
	DIAG_INPUT_IGNORED},
    {"nothing", {"empty"}, false, "", DIAG_INPUT_NONE},
    {"no argument", {NULL}, false, "", DIAG_INPUT_NONE},
    {"not there", {"no.yaml", "out.yaml"}, false, "out.yaml", DIAG_INPUT_READ},
};

static struct str
join(struct arena *a, const struct inputs *in)
{
	struct str s = STR("");
	const struct input *it;

	VEC_FOREACH(it, &in->list) {
		s = arena_printf(
		    a, "%.*s%s%s", STR_ARG(s), s.n > 0 ? " " : "", it->path);
	}
	return s;
}

static void
inputs_read__cases(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		struct inputs in = {0};
		struct diags d;
		char *args[3];
		bool ok;

		for (n = 0; n < 3 && cases[i].args[n] != NULL; n++)
			args[n] = strdup(cases[i].args[n]);
		diags_init(&d, a);
		ok = inputs_read(&in, a, &d, args, n);
		if (ok != cases[i].ok ||
		    !str_eqz(join(a, &in), cases[i].found) ||
		    (d.list.n == 0 ? NONE : d.list.p[0]->id) != cases[i].id)
			fail_msg("%s: %d, '%.*s', %s", cases[i].name, ok,
			    STR_ARG(join(a, &in)),
			    d.list.n == 0 ? "no finding"
					  : diag_table[d.list.p[0]->id].name);
		while (n > 0)
			free(args[--n]);
		arena_free(a);
	}
}

static void
inputs_read__text(void **state)
{
	struct arena *a = arena_new();
	char path[] = "out.yaml", *args[] = {path};
	struct inputs in = {0};
	struct diags d;

	(void)state;
	diags_init(&d, a);
	assert_true(inputs_read(&in, a, &d, args, 1));
	assert_strz(in.list.p[0].source->text, "o: 1\n");
	assert_strz(in.list.p[0].source->name, "out.yaml");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inputs_read__cases),
	    cmocka_unit_test(inputs_read__text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
