/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_JV_PATCH_H
#define CONTRASTC_BASE_JV_PATCH_H

#include "runtime/base/jv.h"

/*
 * JSON Patch (RFC 6902) on *doc; a new document replaces it, the old one is
 * not changed.  RT_EFORMAT: the patch is malformed; RT_ENOTFOUND: a path is
 * not there; RT_EVERIFY: a test failed.  The text names the operation, and
 * *failed, unless it is NULL, is that operation, or the patch.
 */
int jv_patch(struct jv **doc, struct arena *a, const struct jv *patch,
    const struct jv **failed, struct rt_err *err) RT_MUST_CHECK;
/* JSON Pointer (RFC 6901); NULL if there is nothing. */
struct jv *jv_pointer(const struct jv *doc, struct str pointer);
/* Adds '/' and a key with its escapes. */
void jv_pointer_add(struct buf *pointer, struct str key);

#endif
