/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_LOWER_TARGET_H
#define CONTRASTC_LOWER_TARGET_H

#include "runtime/base/diag.h"
#include "runtime/base/jv.h"

/*
 * A target is a runtime generation: what its node installer configures and
 * what its agent's requests look like.  One data file per target below
 * compiler/lower/target/, compiled in.
 */
struct target {
	const char *name;    /* "kata-4", "contrast-metal", "metal-v1.2", … */
	bool initdata;       /* carrier */
	struct str defaults; /* settings, JSON (policy-model 8.2) */
	const struct str *packed; /* the same: jv_unpack() */
};

const struct target *target_find(struct str name);
/* The targets in turn; NULL: no more. */
const struct target *target_at(size_t i);

/*
 * Settings of a run: the target's defaults, then a file or directory
 * (policy-model 8.1) with its drop-ins, then patch files.  Old members are
 * mapped to new ones (8.4).  NULL and diagnostics on an error.
 */
struct settings_source {
	const char *path;        /* file, directory or NULL */
	VEC(struct str) patches; /* files with JSON Patch */
};
struct jv *settings_load(struct arena *a, struct diags *d,
    const struct target *t, const struct settings_source *from);

#endif
