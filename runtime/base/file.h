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

/* Does the file hold these bytes?  False too if it cannot be read. */
bool file_has_bytes(const char *path, struct str bytes);
/*
 * The absolute path without links.  The file itself need not be there, its
 * directory must: NULL and errno.
 */
const char *file_real_path(struct arena *a, const char *path);

/*
 * A directory and those above it that are not there; -1 and errno.
 */
int file_make_dirs(
    struct arena *a, const char *path, mode_t mode) RT_MUST_CHECK;

/*
 * Several files that change together or not at all.  Each is staged under a
 * temporary name beside its target (fsync), then all take their places in the
 * order in which they were added; if one cannot, those before it get their old
 * content back.  A target that is a symbolic link is followed.  A file whose
 * bytes would not change is left alone.  Temporary files that a killed run
 * left are removed by the next one that writes the same file.
 */
enum file_state {
	FILE_STAGED,    /* or unchanged */
	FILE_EXCHANGED, /* the temporary file is the old one */
	FILE_MADE,      /* there was none before */
	FILE_REPLACED   /* the old one is gone */
};
struct file_out {
	const char *path; /* as given */
	struct str bytes;
	mode_t mode; /* for a new file, before umask; an old one keeps its
			      own */
	const char *target; /* links resolved */
	const char *temp;   /* NULL: nothing to do or to remove */
	enum file_state state;
};
struct file_set {
	struct arena *arena;
	VEC(struct file_out) files;
	VEC(int) locks; /* of directories */
	/*
	 * A directory that the caller has locked for itself alone, or -1: no
	 * lock of the set's own would be to be had there.
	 */
	int held;
};

void file_set_init(struct file_set *fs, struct arena *a);
void file_set_add(
    struct file_set *fs, const char *path, struct str bytes, mode_t mode);
/* Stages all; on failure nothing is left behind.  RT_EIO. */
int file_set_stage(struct file_set *fs, struct rt_err *err) RT_MUST_CHECK;
/*
 * Puts in place what was staged.  *changed counts the files that differ.  On
 * failure all is as it was, or the message says what is not.  RT_EIO.
 */
int file_set_commit(
    struct file_set *fs, size_t *changed, struct rt_err *err) RT_MUST_CHECK;
/* Removes what was staged and not committed. */
void file_set_abort(struct file_set *fs);

#endif
