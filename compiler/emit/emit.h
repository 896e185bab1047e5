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
	struct yaml_node *node; /* the empty scalar, in the completed tree */
	struct str value;       /* its new content: base64 */
};

/*
 * The final text of one file, proven: it is read again, its documents must
 * equal the completed ones with the annotations filled in, and every byte
 * outside the edits must be the user's.  `units` are the documents of
 * `completed`; the nodes get their new content.  NULL and a diagnostic
 * otherwise.
 */
const struct source *emit_final(struct arena *a, struct diags *d,
    const struct source *user, const struct source *completed,
    const struct units *units, const struct filled *filled, size_t n);

#endif
