/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_TOML_DOC_H
#define CONTRASTC_GRAMMAR_TOML_DOC_H

#include "runtime/base/arena.h"
#include "runtime/base/err.h"
#include "runtime/base/vec.h"

/*
 * TOML 1.0: initdata documents and configuration files.  Strings are decoded;
 * numbers, dates and booleans keep their spelling.
 */
enum toml_type {
	TOML_STRING,
	TOML_NUMBER, /* integer or float */
	TOML_BOOL,
	TOML_DATE, /* date, time or both */
	TOML_ARRAY,
	TOML_TABLE
};

struct toml_entry;

struct toml {
	enum toml_type type;
	unsigned line;
	bool closed;     /* cannot be extended: inline, or a header named it */
	bool implicit;   /* only named as a part of a longer path so far */
	bool dotted;     /* made by a dotted key */
	struct str text; /* TOML_STRING: the bytes; scalars: the spelling */
	VEC(struct toml *) items;       /* TOML_ARRAY */
	VEC(struct toml_entry) entries; /* TOML_TABLE, in order */
};

struct toml_entry {
	struct str key;
	struct toml *value;
};

#define TOML_DEPTH_MAX 64
#define TOML_TEXT_MAX ((size_t)16 << 20)

/*
 * Reads a document; the result is a table.  RT_EFORMAT names the line,
 * RT_ELIMIT.
 */
int toml_parse(struct toml **out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;
/* A member, or NULL; NULL too if `table` is NULL or none. */
struct toml *toml_get(const struct toml *table, struct str key);
/* The bytes of a member that is a string; *found tells if there is one. */
struct str toml_get_str(const struct toml *table, struct str key, bool *found);

#endif
