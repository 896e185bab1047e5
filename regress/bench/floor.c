/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor IN OUT: prints the microseconds of CPU that the parts of generate
 * cost which no compiler of this design can do without, for a file IN that
 * was completed to OUT: libyaml scans IN once, tree-sitter parses each of its
 * documents, and each initdata document of OUT is hashed, compressed (by the
 * function that generate uses) and put into base64.
 */
#include <stdio.h>
#include <time.h>

#include <tree_sitter/api.h>
#include <yaml.h>

#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define FILE_MAX ((size_t)1 << 30)
#define KEY STR("io.katacontainers.config.hypervisor.cc_init_data: ")

const TSLanguage *tree_sitter_yaml(void);

static int64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool
scan(struct str text)
{
	yaml_parser_t p;
	yaml_token_t token;
	bool ok = true, end = false;

	if (!yaml_parser_initialize(&p))
		return false;
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
	while (ok && !end) {
		ok = yaml_parser_scan(&p, &token) != 0;
		end = ok && token.type == YAML_STREAM_END_TOKEN;
		if (ok)
			yaml_token_delete(&token);
	}
	yaml_parser_delete(&p);
	return ok;
}

/* Documents begin behind lines "---". */
static bool
parse(struct str text)
{
	TSParser *p = ts_parser_new();
	size_t at = 0, end;
	TSTree *tree;
	bool ok = p != NULL && ts_parser_set_language(p, tree_sitter_yaml());

	for (; ok && at < text.n; at = end + 5) {
		end = str_find(text, STR("\n---\n"), at);
		end = end == SIZE_MAX ? text.n : end;
		tree = ts_parser_parse_string(
		    p, NULL, text.p + at, (uint32_t)(end - at));
		ok = tree != NULL;
		if (ok)
			ts_tree_delete(tree);
	}
	ts_parser_delete(p);
	return ok;
}

/* What it takes to have the document back does not count. */
static bool
emit(struct str value, int64_t *spent)
{
	struct arena *a = arena_new();
	unsigned char digest[SHA256_LEN];
	struct buf packed = {0}, text = {0};
	struct str bytes, document;
	bool ok = rt_unbase64(&bytes, a, value, NULL) == 0 &&
		  rt_gunzip(&document, a, bytes, FILE_MAX, NULL) == 0;
	int64_t start = now();

	if (ok) {
		rt_sha256(digest, document);
		rt_gzip(&packed, document);
		rt_base64(&text, buf_str(&packed));
	}
	*spent += now() - start;
	buf_free(&packed);
	buf_free(&text);
	arena_free(a);
	return ok;
}

static bool
emit_all(struct str text, int64_t *spent)
{
	size_t at = 0, end;

	while ((at = str_find(text, KEY, at)) != SIZE_MAX) {
		at += KEY.n;
		end = str_chr(text, '\n', at);
		if (!emit(str_sub(text, at, end), spent))
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct rt_err err = {0};
	struct str in, out;
	int64_t t[3], spent = 0;
	bool ok;

	if (argc != 3 || file_read(&in, a, argv[1], FILE_MAX, &err) != 0 ||
	    file_read(&out, a, argv[2], FILE_MAX, &err) != 0) {
		fprintf(stderr, "usage: floor IN OUT\n%s\n", err.text);
		arena_free(a);
		return 2;
	}
	t[0] = now();
	ok = scan(in);
	t[1] = now();
	ok = ok && parse(in);
	t[2] = now();
	ok = ok && emit_all(out, &spent);
	if (ok)
		printf("%lld\n", (long long)(t[2] - t[0] + spent) / 1000);
	fprintf(stderr, "scan %lld us, parse %lld us, emit %lld us\n",
	    (long long)(t[1] - t[0]) / 1000, (long long)(t[2] - t[1]) / 1000,
	    (long long)spent / 1000);
	arena_free(a);
	return ok ? 0 : 1;
}
