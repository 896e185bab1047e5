/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_REGO_H
#define CONTRASTC_CMD_REGO_H

#include "compiler/cmd/cmd.h"
#include "grammar/rego_ast.h"
#include "runtime/base/jv.h"
#include "runtime/rego/engine.h"

/* What `rego eval`, `test`, `fmt` and `check` share. */

/* Bytes of all files of a run. */
#define REGO_TOTAL_MAX ((size_t)256 << 20)
#define REGO_DIRECTORY_DEPTH_MAX 64

/* What is taken of a directory; a file that is named is taken anyway. */
enum { REGO_MODULES = 1 << 0, REGO_DATA_FILES = 1 << 1 };

/* The modules and data of a run. */
struct rego_set {
	struct run *run;
	const struct rego_profile *profile;
	struct rego_options options;
	unsigned take;
	size_t total;
	VEC(struct rego_module *) modules;
	struct jv *data; /* an object */
};

/* Profile and language of the options; EXIT_OK, or a failure, printed. */
int rego_set_init(struct rego_set *s, struct run *r, const char *profile);
/*
 * Reads a file, "-", or what is in a directory, in byte order of the names;
 * findings are in the run's diagnostics.  False if there was an error.
 */
bool rego_set_load(struct rego_set *s, const char *path);
/* The same for all arguments. */
bool rego_set_load_args(struct rego_set *s);
/* Reads JSON or YAML: NULL after a finding. */
struct jv *rego_document(struct rego_set *s, const char *path);
/* Checks the modules, and that no data lie where a rule is. */
bool rego_set_check(struct rego_set *s);
/* The program of all of it; EXIT_OK or a failure, printed. */
int rego_set_program(
    struct rego_program **out, const struct rego_set *s, bool strict);

/* --format pretty or json; EXIT_OK or a failure, printed. */
int rego_format(struct run *r, bool *json);
/* --timeout, --max-instructions, --max-memory; --now or the clock. */
int rego_run_limits(struct run *r, struct rego_limits *limits, int64_t *now);

/* The findings as OPA's JSON: {"errors": [...]}. */
void rego_errors_json(struct buf *out, struct run *r);
/* OPA's code of a diagnostic: "rego_parse_error". */
const char *rego_error_code(const struct diag *d);
/* The fault of an evaluation as a member of "errors". */
struct jv *rego_fault_json(struct arena *a, const struct rego_where *w);
/* "FILE:LINE: CODE: TEXT", as on a terminal. */
struct str rego_fault_text(struct arena *a, const struct rego_where *w);
/* The findings on stderr or, with --format json, on stdout; cmd_status(). */
int rego_findings(struct run *r, bool json);
/* Compact JSON text, laid out as OPA does: two blanks a level. */
void rego_indent_json(struct buf *out, struct str compact, unsigned level);

/* Imports and variables that nothing uses (rego 5.7). */
void rego_unused(struct run *r, const struct rego_module *m, bool opa);

#endif
