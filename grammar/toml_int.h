/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_TOML_INT_H
#define CONTRASTC_GRAMMAR_TOML_INT_H

#include "grammar/toml_doc.h"
#include "runtime/base/map.h"

struct toml_path {
	struct str key;
	struct toml_path *next; /* towards the end */
	struct toml_path *last;
};

/* A table with many members finds them through a map. */
struct toml_parse {
	struct arena *arena;
	struct rt_err *err;
	struct toml *root, *table; /* the one that key = value goes to */
	struct str text;
	void *scanner;
	struct map index; /* table and key: entry exists */
	unsigned line;
	int code;                          /* RT_E…, or 0 */
	uint8_t stack[TOML_DEPTH_MAX + 2]; /* '[' or '{' that is open */
	size_t depth;
	VEC(struct toml *) items;
};

int toml_fail(struct toml_parse *p, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct toml *toml_new(struct toml_parse *p, enum toml_type type, struct str s);
struct str toml_unescape(struct toml_parse *p, struct str s);
struct toml_path *toml_step(
    struct toml_parse *p, struct toml_path *before, struct str key);
void toml_put(struct toml_parse *p, struct toml *table,
    const struct toml_path *path, struct toml *value);
void toml_header(
    struct toml_parse *p, const struct toml_path *path, bool array);

#endif
