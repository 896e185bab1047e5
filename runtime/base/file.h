/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_FILE_H
#define CONTRASTC_BASE_FILE_H

#include <sys/types.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"
#include "runtime/base/vec.h"

/*
 * The whole of a file (or, for "-", of standard input).  RT_EIO with errno,
 * RT_ELIMIT beyond `max` bytes, RT_ENOTFOUND if there is none.
 */
int file_read(struct str *out, struct arena *a, const char *path, size_t max,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * The absolute path without links.  The file itself need not be there, its
 * directory must: NULL and errno.
 */
const char *file_real_path(struct arena *a, const char *path);

/*
 * Several files that change together or not at all.  Each is staged under a
 * temporary name beside its target (fsync), all are renamed in the order in
 * which they were added.  A target that is a symbolic link is followed.  A
 * file whose bytes would not change is left alone.
 */
struct file_set {
	struct arena *arena;
	VEC(struct file_out) files;
};
struct file_out {
	const char *path; /* as given */
	struct str bytes;
	mode_t mode; /* for a new file, before umask; an old one keeps its
			      own */
	const char *target; /* links resolved */
	const char *temp;   /* NULL: unchanged, nothing to do */
};

void file_set_init(struct file_set *fs, struct arena *a);
void file_set_add(
    struct file_set *fs, const char *path, struct str bytes, mode_t mode);
/* Stages all; on failure nothing is left behind.  RT_EIO. */
int file_set_stage(struct file_set *fs, struct rt_err *err) RT_MUST_CHECK;
/* Renames what was staged.  *changed counts the files that differ. */
int file_set_commit(
    struct file_set *fs, size_t *changed, struct rt_err *err) RT_MUST_CHECK;
/* Removes what was staged and not committed. */
void file_set_abort(struct file_set *fs);

#endif
