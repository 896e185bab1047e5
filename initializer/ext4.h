/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_EXT4_H
#define CONTRASTC_INITIALIZER_EXT4_H

#include "runtime/base/err.h"

/*
 * Makes an ext4 file system on the device, unless there is one; *made tells.
 * A sector with integrity that nothing was written to cannot be read (EIO):
 * that is no file system either.  Runs mkfs.ext4.  RT_ENOTFOUND: there is no
 * such program; RT_EIO.
 */
int init_ext4_make(
    bool *made, const char *device, struct rt_err *err) RT_MUST_CHECK;

/* Is block `n` of an ext4 file system with blocks of 4 KiB a superblock? */
bool init_ext4_is_super(uint64_t n);

#endif
