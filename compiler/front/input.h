/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_INPUT_H
#define CONTRASTC_FRONT_INPUT_H

#include "runtime/base/diag.h"
#include "runtime/base/source.h"

/* A file that was named or found. */
struct input {
	const char *path; /* as it is to be written back; "-": stdin */
	const struct source *source;
};
struct inputs {
	VEC(struct input) list;
};

#define INPUT_FILE_MAX SOURCE_MAX
#define INPUT_TOTAL_MAX ((size_t)1 << 30)

/*
 * Finds and reads the YAML and JSON files of the arguments (cli 4.1):
 * directories are walked in byte order of the names, each file is taken once
 * (device and inode), links that lead out of a walked directory are an error,
 * "-" is standard input.  False if there was an error.
 */
bool inputs_read(struct inputs *out, struct arena *a, struct diags *d,
    char *const *paths, size_t n);

#endif
