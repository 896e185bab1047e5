/* SPDX-License-Identifier: Apache-2.0 */
/* Runs conformance themes; it has no knowledge of particular cases. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regress/conform.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

static const struct {
	const char *name;
	void (*run)(struct conform *, const char *dir);
} themes[] = {
#define THEME(id, name) {name, conform_##id},
#include "regress/conform.def"
#undef THEME
    {NULL, NULL}};

static void
line(const char *kind, const char *name, const char *fmt, va_list ap)
{
	printf("%s %s: ", kind, name);
	vprintf(fmt, ap);
	putchar('\n');
}

void
conform_pass(struct conform *c)
{
	c->passed++;
}

void
conform_fail(struct conform *c, const char *name, const char *fmt, ...)
{
	va_list ap;

	c->failed++;
	va_start(ap, fmt);
	line("FAIL", name, fmt, ap);
	va_end(ap);
}

void
conform_skip(struct conform *c, const char *name, const char *fmt, ...)
{
	va_list ap;

	c->skipped++;
	va_start(ap, fmt);
	line("SKIP", name, fmt, ap);
	va_end(ap);
}

const char *
conform_path(struct arena *a, const char *dir, const char *name)
{
	return arena_printf(a, "%s/%s", dir, name).p;
}

bool
conform_read(struct str *out, struct arena *a, const char *path)
{
	return file_read(out, a, path, (size_t)256 << 20, NULL) == 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **
conform_list(struct arena *a, const char *dir, size_t *n)
{
	VEC(const char *) v = {0};
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			VEC_PUSH(a, &v, arena_cstr(a, str_from(e->d_name)));
	}
	if (d != NULL)
		(void)closedir(d);
	if (v.n > 1)
		qsort(v.p, v.n, sizeof(*v.p), compare);
	*n = v.n;
	return v.p;
}

static int
usage(void)
{
	size_t i;

	fputs("usage: conform THEME DIR...\nthemes:", stderr);
	for (i = 0; themes[i].name != NULL; i++)
		fprintf(stderr, " %s", themes[i].name);
	fputs("\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct conform c = {0};
	size_t t;
	int i;

	for (t = 0; argc == 2 && strcmp(argv[1], "list") == 0; t++) {
		if (themes[t].name == NULL)
			return 0;
		puts(themes[t].name);
	}
	for (t = 0; argc > 2 && themes[t].name != NULL; t++) {
		if (strcmp(themes[t].name, argv[1]) == 0)
			break;
	}
	if (argc < 3 || themes[t].name == NULL)
		return usage();
	c.arena = arena_new();
	for (i = 2; i < argc; i++)
		themes[t].run(&c, argv[i]);
	printf("%zu passed, %zu failed, %zu skipped\n", c.passed, c.failed,
	    c.skipped);
	arena_free(c.arena);
	return c.failed == 0 ? 0 : 1;
}
