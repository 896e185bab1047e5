/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_MANIFEST_REFVALUES_H
#define CONTRASTC_MANIFEST_REFVALUES_H

#include "runtime/base/jv.h"
#include "runtime/manifest/manifest.h"

/*
 * Reference-value data (cli 8.3): an object from handler name to the entries
 * that a new manifest gets for that handler's platform.  Measurements and the
 * hashes in handler names are results of an image build.
 *
 * The data that is compiled in has placeholders: hash 00000000 and all-zero
 * measurements, which match no hardware.  refvalues_is_placeholder() tells.
 */
struct refvalues;

#define REFVALUES_SIZE_MAX ((size_t)4 << 20)

/*
 * From `file` if that is not NULL; else from reference-values.json in
 * `data_dir` (CONTRASTC_DATA_DIR), if that is given and the file is there;
 * else what is compiled in.  The text of an error names the file.
 */
int refvalues_load(struct refvalues **out, struct arena *a, const char *file,
    const char *data_dir, struct rt_err *err) RT_MUST_CHECK;
/* The same from a text. */
int refvalues_parse(struct refvalues **out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;

/* Name of handler and RuntimeClass of a platform; NULL: not in the data. */
const char *refvalues_handler(
    const struct refvalues *r, const struct platform *p);
/* Does an entry of the platform stand for a measurement that is not known? */
bool refvalues_is_placeholder(
    const struct refvalues *r, const struct platform *p);

/*
 * Appends the platform's entries to a new manifest.  RT_ENOTFOUND: there are
 * none.
 */
int manifest_add_platform(struct manifest *m, struct arena *a,
    const struct refvalues *r, const struct platform *p,
    struct rt_err *err) RT_MUST_CHECK;
/* Has a manifest an entry of the platform, as far as one can tell? */
bool manifest_covers(const struct manifest *m, const struct refvalues *r,
    const struct platform *p);
/* Is there an entry with an all-zero measurement? */
bool manifest_has_placeholder(const struct manifest *m);

/*
 * Applies a patch file: an array of JSON patches, each to every entry; a
 * failing `test` means that the patch is not for that entry.
 */
int manifest_patch_refs(struct manifest *m, struct arena *a,
    const struct jv *patches, struct rt_err *err) RT_MUST_CHECK;
/* Removes entries that lack nothing but values which the user fills in. */
void manifest_purge_refs(struct manifest *m, struct arena *a);

#endif
