/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_EDIT_WORK_H
#define CONTRASTC_REGRESS_EDIT_WORK_H

#include "compiler/front/edit.h"
#include "compiler/front/k8s.h"

/*
 * What the passes will do to a pod, for tests of editing: a runtime class, an
 * annotation, an init container in front, a volume at the end and a mount in
 * each container.  Doing it twice changes nothing.
 */
void work_edit(struct edits *e, struct arena *a, struct k8s_object *o);
/* Only `runtimeClassName: contrast-cc`. */
void work_mark(struct edits *e, struct arena *a, struct k8s_object *o);

/*
 * The same on JSON: what Kubernetes would read from the edited text.  `doc`
 * is a document; Lists are walked.
 */
void work_json(struct arena *a, struct jv *doc);
/* Equal but for the order of members and the spelling of numbers? */
bool work_same(const struct jv *x, const struct jv *y);

/* One source with all that is read from it. */
struct work {
	struct diags diags;
	struct units units;
	struct k8s_objects objects;
	const struct source *source;
};
/* False: refused; all findings are in w->diags. */
bool work_read(
    struct work *w, struct arena *a, struct str name, struct str text);
/*
 * Reads a text, edits every pod and applies.  *out is the new text (the
 * source itself if nothing changed).  False and w->diags.
 */
bool work_run(struct work *w, struct arena *a, struct str name, struct str text,
    const struct source **out);
/* Are all bytes outside of the edits those of the source? */
bool work_bytes(const struct source *s);

#endif
