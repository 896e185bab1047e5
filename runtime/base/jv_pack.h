/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_JV_PACK_H
#define CONTRASTC_BASE_JV_PACK_H

#include "runtime/base/jv.h"

/*
 * Values of JSON files that are part of the program, read when it is built: a
 * room.mk adds NAME=PATH to JSON and declares `extern const struct str
 * jv_packed_NAME`.  A value is its type, a count (three bytes, low first) and
 * that many bytes, values or members; a member is its name, without a type,
 * and its value.
 */

/* False where a count does not fit its three bytes. */
bool jv_pack(struct buf *out, const struct jv *v);
/* What jv_pack() made; strings are not copied. */
struct jv *jv_unpack(struct arena *a, struct str packed);

#endif
