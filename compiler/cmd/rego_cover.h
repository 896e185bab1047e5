/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_REGO_COVER_H
#define CONTRASTC_CMD_REGO_COVER_H

#include "grammar/rego_ast.h"
#include "runtime/rego/engine.h"

/*
 * Which heads and literals of the modules ran, as JSON (rego 13.3).  The
 * result is the share of lines that did, in percent.
 */
double cover_report(struct buf *out, struct arena *a,
    const struct rego_cover *c, struct rego_module *const *modules, size_t n);

#endif
