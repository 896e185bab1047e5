/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_EMIT_H
#define CONTRASTC_EMIT_EMIT_H

#include "compiler/front/yaml.h"
#include "runtime/base/buf.h"
#include "runtime/base/file.h"

/*
 * Proving and writing.  Nothing is written before everything has been proven.
 */

/* An annotation that round two filled in. */
struct filled {
	struct yaml_node *node; /* the empty scalar in a completed document */
	struct str value;       /* its new content: base64 */
};

/*
 * Appends the final text of a document, proven: with the annotations filled
 * in it must read as the completed document `u`, which was read from its own
 * text, with that content (proof.c says how that is known), and every byte
 * outside the edits must be the user's (`user` is the document in the file).
 * `filled` is in the order of the text; `a` is for what is needed meanwhile.
 * Otherwise a diagnostic, and nothing is appended.
 */
bool emit_document(struct buf *out, struct arena *a, struct diags *d,
    struct loc user, const struct unit *u, const struct filled *filled,
    size_t n) RT_MUST_CHECK;

#endif
