/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_STALE_H
#define CONTRASTC_EMIT_STALE_H

#include "compiler/emit/extract.h"
#include "runtime/base/file.h"

/*
 * What of the files on the disk is not what a run would write, and why
 * (generate --check): a diagnostic for each reason, in the old file where
 * there is a place.
 */
struct emit_stale {
	const struct file_set *files; /* what a run would write */
	/* Of these files; NULL: not among them.  The others are YAML. */
	const char *manifest, *lock, *hash;
	const struct workload_policies *policies; /* of all workloads */
	bool in_files; /* no workload comes from standard input */
};
/* The number of files that would change. */
size_t emit_stale(const struct emit_stale *s, struct arena *a, struct diags *d);

#endif
