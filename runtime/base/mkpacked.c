/* SPDX-License-Identifier: Apache-2.0 */
/* mkpacked NAME=PATH...: the JSON files for jv_pack.h, as C. */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/base/file.h"
#include "runtime/base/jv_pack.h"
#include "runtime/base/banned.h"

static void __attribute__((noreturn)) fail(const char *path, const char *why)
{
	fprintf(stderr, "mkpacked: %s: %s\n", path, why);
	exit(70);
}

static void
write_value(struct str name, struct str s)
{
	size_t i;

	printf("static const unsigned char %.*s[] = {", STR_ARG(name));
	for (i = 0; i < s.n; i++)
		printf("%s%u,", i % 20 == 0 ? "\n" : "", (unsigned char)s.p[i]);
	printf("\n};\nextern const struct str jv_packed_%.*s;\n"
	       "const struct str jv_packed_%.*s =\n"
	       "    {(const char *)%.*s, sizeof(%.*s)};\n",
	    STR_ARG(name), STR_ARG(name), STR_ARG(name), STR_ARG(name));
}

static void
pack_file(struct str name, const char *path)
{
	struct arena *a = arena_new();
	struct buf out = {0};
	struct rt_err err;
	struct str text;
	struct jv *v;

	if (file_read(&text, a, path, (size_t)1 << 20, &err) < 0 ||
	    jv_parse(&v, a, text, &err) < 0)
		fail(path, err.text);
	if (!jv_pack(&out, v))
		fail(path, "a string or list is too long");
	write_value(name, buf_str(&out));
	buf_free(&out);
	arena_free(a);
}

int
main(int argc, char **argv)
{
	struct str arg;
	size_t at;
	int i;

	puts("/* Made by mkpacked.c. */\n#include \"runtime/base/jv_pack.h\"");
	for (i = 1; i < argc; i++) {
		arg = str_from(argv[i]);
		at = str_chr(arg, '=', 0);
		if (at == SIZE_MAX)
			fail(argv[i], "no NAME=PATH");
		pack_file(str_sub(arg, 0, at), argv[i] + at + 1);
	}
	return fflush(stdout) == 0 ? 0 : 70;
}
