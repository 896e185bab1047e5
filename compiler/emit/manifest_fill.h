/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_MANIFEST_FILL_H
#define CONTRASTC_EMIT_MANIFEST_FILL_H

#include "compiler/emit/extract.h"
#include "compiler/emit/keys.h"
#include "runtime/manifest/refvalues.h"

/*
 * From an old manifest, or none, to the new one (cli 5.3, 5.8):
 *
 *	fill_start     the start value
 *	fill_policies  Policies := the workloads'
 *	fill_owners    once for each kind of key
 *	fill_check     the verdict, and what the user has to fill in
 *	manifest_write
 */
struct fill_options {
	const char *path; /* of the manifest, for messages */
	enum profile profile;
	int format; /* enum manifest_format, or -1: kept, or the profile's */
	/* Platforms in use: of all selected pods, and --reference-values. */
	const struct platform *const *platforms;
	size_t nplatforms;
	const struct refvalues *refvalues;
	const struct source *const *patches; /* --reference-value-patches */
	size_t npatches;
	bool purge; /* --purge-empty-reference-values */
	bool disable_updates;
	bool keep_policy_edits;
	bool require_coordinator;
};

/*
 * `old` is the text of the manifest as it is, or NULL: there is none.  False
 * and diagnostics if it cannot be read, is invalid or of another format that
 * cannot be converted; `keys` (may be NULL) are for a conversion to format 2.
 */
bool fill_start(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct source *old,
    const struct owner_keys *keys);
/* False if two workloads of one policy have different roles. */
bool fill_policies(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct workload_policies *w);
/* Union with the keys given now, sorted; with disable_updates null. */
void fill_owners(struct manifest *m, struct arena *a,
    const struct fill_options *o, const struct owner_keys *keys);

struct fill_result {
	/* expected-missing also if only placeholders are to be replaced */
	enum manifest_verdict verdict;
	struct manifest_notes missing; /* for the hint of cli 2.1, by path */
	/* Content of coordinator-policy.sha256; empty: no Coordinator. */
	struct str coordinator_hash;
};
/*
 * False and diagnostics if the manifest would be invalid, or if there is no
 * Coordinator and that is required.
 */
bool fill_check(struct fill_result *out, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct manifest *m,
    const struct workload_policies *w);
/*
 * Warns of what looks like a secret in the text of a new manifest; false if
 * that is an error.
 */
bool fill_secrets(
    struct arena *a, struct diags *d, const char *path, struct str text);

#endif
