/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_STALE_INT_H
#define CONTRASTC_EMIT_STALE_INT_H

#include "compiler/emit/stale.h"
#include "runtime/base/map.h"

/* stale_diff.c: where two trees differ, as far down as can be said. */
enum stale_kind { STALE_MISSING, STALE_OTHER, STALE_SUPERFLUOUS };
struct stale_change {
	enum stale_kind kind;
	struct str parent, key;      /* "Policies", the hash */
	struct str path;             /* spec.containers[web].image */
	const struct yaml_node *old; /* NULL: missing */
	const struct yaml_node *new; /* NULL: superfluous */
	struct loc loc;              /* of the old one, or where it should be */
};
struct stale_changes {
	VEC(struct stale_change) list;
};
/* Lists of things with names are compared by name. */
void stale_diff(struct stale_changes *out, struct arena *a,
    const struct yaml_node *old, const struct yaml_node *new);
/* "spec.x is missing", "… is 'a', would be 'b'" unless it is `secret`. */
struct str stale_say(
    struct arena *a, const struct stale_change *c, bool secret);
/* The first paths, and how many more there are. */
struct str stale_paths(struct arena *a, const struct stale_changes *changes);

/* A file that differs. */
struct stale_file {
	const struct file_out *out;
	const struct source *old;
	struct arena *arena;   /* of the run: what diagnostics point to */
	struct arena *scratch; /* of this comparison */
	struct diags *diags;
	bool yaml_is_missing; /* this one, or one before */
	size_t reports;       /* differences in it that were found */
	struct map *outdated; /* by digest: policies that the YAML lacks */
};
/* stale_yaml.c */
void stale_yaml(struct stale_file *f);

#endif
