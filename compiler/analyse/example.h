/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_EXAMPLE_H
#define CONTRASTC_ANALYSE_EXAMPLE_H

#include "runtime/base/arena.h"

#define EXAMPLE_MAX 4096 /* bytes: longer than any id or path */

/*
 * A text that a regular expression matches as a whole, in what Go's and
 * Rust's dialects have in common: the first alternative, what may be absent
 * is, repeated as often as it must be.  The same for the same expression.
 * False: a construct that is not known, or longer than EXAMPLE_MAX.
 */
bool example_of(struct str *out, struct arena *a, struct str pattern);

#endif
