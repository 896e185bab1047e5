/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_PATCH_H
#define CONTRASTC_EMIT_PATCH_H

#include "runtime/base/buf.h"
#include "runtime/base/file.h"

/*
 * What writing the files would change, as a patch that `git apply` and
 * `patch -p1` take.  Its paths are relative to *base, which is "." if all
 * files lie below the current directory, else the directory that all have in
 * common.  RT_ENOTFOUND: no libgit2.  RT_EIO: an old file is unreadable.
 */
int emit_patch(struct buf *out, const char **base, struct arena *a,
    const struct file_set *files, struct rt_err *err) RT_MUST_CHECK;

#endif
