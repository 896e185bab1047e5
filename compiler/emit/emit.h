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
	const struct unit *unit; /* its document */
	struct yaml_node *node;  /* the empty scalar in there */
	struct str value;        /* its new content: base64 */
};

/*
 * The final text of one file, proven: the documents with filled annotations
 * are read again and must equal the completed ones with the new content (the
 * nodes get it), and every byte outside the edits must be the user's.
 * `filled` is in the order of the text.  NULL and a diagnostic otherwise.
 */
const struct source *emit_final(struct arena *a, struct diags *d,
    const struct source *user, const struct source *completed,
    const struct filled *filled, size_t n);

#endif
