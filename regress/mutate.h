/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_MUTATE_H
#define CONTRASTC_REGRESS_MUTATE_H

#include "runtime/base/jv.h"

/*
 * Changes a request at one place after the other, asks, and changes it back:
 * another value, one element more in each list, and with `retype` another
 * type (which no agent writes, except null for an object).  `path` is the
 * place, a JSON pointer without escapes.
 */
void mutate_request(struct arena *a, struct jv *request, bool retype,
    void (*ask)(void *ctx, const char *path), void *ctx);

#endif
