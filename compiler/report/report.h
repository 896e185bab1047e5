/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REPORT_REPORT_H
#define CONTRASTC_REPORT_REPORT_H

#include "runtime/base/buf.h"
#include "runtime/base/diag.h"

/* Diagnostics as text for people and as JSON for programs. */
struct report_options {
	bool color;
	bool notes;     /* findings that are only notes too */
	unsigned width; /* columns of an excerpt; 0: 160 */
	size_t limit;   /* findings shown; 0: 50 */
};

/* style 4.5: place, text, name, excerpt with markers, notes, help. */
void report_text(struct buf *out, struct arena *a, const struct diags *d,
    const struct report_options *o);
/* {"version": 1, "diagnostics": [...], "summary": {...}} and a newline. */
void report_json(struct buf *out, struct arena *a, const struct diags *d);

/* The long text of one diagnostic, or of all names; false: unknown name. */
bool report_explain(struct buf *out, struct str name);
/* The known name that is nearest to a mistyped one, or NULL. */
const char *report_nearest(struct str name);

#endif
