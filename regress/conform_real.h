/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_CONFORM_REAL_H
#define CONTRASTC_REGRESS_CONFORM_REAL_H

#include "regress/conform.h"
#include "runtime/base/diag.h"

/*
 * Edits every pod of a text, twice, and checks all that must hold; NULL, or
 * what does not.  *edited: was there something to edit?
 */
const char *real_check_edits(struct arena *a, struct str text, bool *edited);
/* The first finding with its place. */
const char *real_first(struct arena *a, const struct diags *d);
/* The cases of the YAML test suite in a directory with CASES.tsv. */
void real_suite(struct conform *c, const char *dir);

#endif
