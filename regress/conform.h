/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_CONFORM_H
#define CONTRASTC_REGRESS_CONFORM_H

#include "runtime/base/arena.h"

/* Counts of a run; one line is printed for each case that fails. */
struct conform {
	struct arena *arena;
	size_t passed, failed, skipped;
};

void conform_pass(struct conform *c);
/* FAIL NAME: text */
void conform_fail(struct conform *c, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* SKIP NAME: text */
void conform_skip(struct conform *c, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Themes: conform.def lists THEME(id, "name"), each in conform_<id>.c. */
#define THEME(id, name) void conform_##id(struct conform *c, const char *dir);
#include "regress/conform.def"
#undef THEME

/* Helpers.  The names in a directory, sorted, without "." and ".."; n = 0 if
 * it cannot be read. */
const char **conform_list(struct arena *a, const char *dir, size_t *n);
/* A whole file; false if it is not there. */
bool conform_read(struct str *out, struct arena *a, const char *path);
/* "dir/name" */
const char *conform_path(struct arena *a, const char *dir, const char *name);

#endif
