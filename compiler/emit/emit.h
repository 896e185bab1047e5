/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_EMIT_H
#define CONTRASTC_EMIT_EMIT_H

#include "compiler/front/yaml.h"
#include "runtime/base/file.h"

/*
 * Proving and writing.  Nothing is written before everything has been proven.
 */

/* An annotation that round two filled in. */
struct filled {
	struct loc loc;   /* the empty scalar, in the completed source */
	struct str value; /* its new content */
};

/*
 * The final text of one file, proven: it is read again, its documents must
 * equal the completed ones with the annotations filled in, and every byte
 * outside the edits must be the user's.  NULL and a diagnostic otherwise.
 */
const struct source *emit_final(struct arena *a, struct diags *d,
    const struct source *user, const struct source *completed,
    const struct filled *filled, size_t n);

#endif
