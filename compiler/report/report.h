/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REPORT_REPORT_H
#define CONTRASTC_REPORT_REPORT_H

#include "runtime/base/buf.h"
#include "runtime/base/diag.h"
#include "runtime/base/vec.h"

/*
 * The diagnostics of a run, once for all formats: in the user's files, as
 * UTF-8, without those that were suppressed.
 */
struct report_options {
	bool color;
	bool notes;     /* show people findings that are only notes too */
	unsigned width; /* columns of an excerpt; 0: 160 */
	size_t limit;   /* findings shown as text; 0: 50 */
};

struct finding {
	const struct diag *diag;
	const char *name, *level; /* "error", "warning" or "note" */
	struct str text, help;    /* help empty: none */
	struct str file;          /* empty: it has no place */
	struct place at, end;     /* end: behind the last character */
	struct loc loc;
	const char *inserted; /* by what, or NULL */
	bool hidden;          /* its line holds a secret: show no excerpt */
};

struct report {
	struct arena *arena;
	const struct report_options *options;
	VEC(struct finding) list;
	size_t errors, warnings, notes, suppressed;
};

/* The diagnostics are in the order of diags_sort(). */
void report_make(struct report *out, struct arena *a, const struct diags *d,
    const struct report_options *o);
/* Text and place of the finding's note `i`; the rest is empty. */
struct finding report_note(struct arena *a, const struct finding *f, size_t i);

/* A path as a relative or a file URI (RFC 3986, RFC 8089). */
struct str report_uri(struct arena *a, struct str path);

/* style 4.5: place, text, name, excerpt with markers, notes, help. */
void report_text(struct buf *out, const struct report *r);
/* {"version": 1, "diagnostics": [...], "summary": {...}} and a newline. */
void report_json(struct buf *out, const struct report *r);
/* SARIF 2.1.0. */
void report_sarif(struct buf *out, const struct report *r);
/* JUnit XML: errors are failures, all else counts as skipped. */
void report_junit(struct buf *out, const struct report *r);
/* Workflow commands of GitHub Actions, at most 10 a level. */
void report_github(struct buf *out, const struct report *r);
/* A table in Markdown, for the summary of a job there. */
void report_github_summary(struct buf *out, const struct report *r);
/* Code Quality of GitLab. */
void report_gitlab(struct buf *out, const struct report *r);
/* Logging commands of Azure Pipelines. */
void report_azuredevops(struct buf *out, const struct report *r);
/* Test Anything Protocol, version 13. */
void report_tap(struct buf *out, const struct report *r);

/* The formats by name; NULL: there is none. */
typedef void report_format(struct buf *out, const struct report *r);
report_format *report_find(struct str name);
/* The names, separated by ", ". */
extern const char report_names[];

/* The long text of one diagnostic, or of all names; false: unknown name. */
bool report_explain(struct buf *out, struct str name);
/* Source (mdoc) of contrastc-diagnostics(7): all of them. */
void report_manual(struct buf *out);
/* The known name that is nearest to a mistyped one, or NULL. */
const char *report_nearest(struct str name);

#endif
