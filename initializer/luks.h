/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_LUKS_H
#define CONTRASTC_INITIALIZER_LUKS_H

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

/*
 * The header of an encrypted volume (LUKS2 on-disk format 1.1) comes from the
 * host and is hostile: it could name a null cipher, drop integrity or carry
 * another's key slot.
 */

/*
 * Magic and version 2, the first bytes of the device.  RT_ENOTFOUND: it does
 * not begin as any LUKS header does; RT_EVERIFY: it is of another version.
 */
#define INIT_LUKS_HEAD 8
int init_luks_head(
    const unsigned char head[INIT_LUKS_HEAD], struct rt_err *err) RT_MUST_CHECK;
/*
 * The JSON area: every member must be one that our own formatting makes, once
 * and with that value (coordinator 14); `old` allows volumes of releases that
 * had no integrity, which are else no less strictly judged.  RT_EVERIFY names
 * the first member that is not so, or is missing; RT_EFORMAT, RT_ELIMIT: no
 * JSON.
 */
#define INIT_LUKS_JSON_MAX ((size_t)4 << 20)
int init_luks_check(
    struct str json, bool old, struct rt_err *err) RT_MUST_CHECK;

/* Name of the mapping: 16 hex digits of SHA-256(device || mount point). */
const char *init_luks_name(
    struct arena *a, const char *device, const char *mount_point);

#endif
