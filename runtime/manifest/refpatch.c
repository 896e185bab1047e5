/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the entries of a new manifest: patches and purging (cli 5.3). */
#include <string.h>

#include "runtime/base/jv_patch.h"
#include "runtime/manifest/manifest_int.h"
#include "runtime/manifest/refvalues.h"

#include "runtime/base/banned.h"

/* An entry as the JSON document that the manifest would hold. */
static int
to_json(struct jv **out, struct arena *a, const struct mf_table *t,
    const void *entry, struct rt_err *err)
{
	struct buf b = {0};
	int rc;

	mf_write_object(&b, t, entry);
	rc = jv_parse(out, a, buf_str(&b), err);
	buf_free(&b);
	return rc;
}

static int
from_json(void *entry, struct arena *a, struct manifest *m,
    const struct mf_table *t, const struct jv *doc, struct rt_err *err)
{
	struct mf_reader r = {a, m, err, {0}};
	int rc;

	mf_init(t, entry);
	rc = mf_read_table(&r, t, entry, doc);
	buf_free(&r.path);
	return rc;
}

static int
patch_entry(struct manifest *m, struct arena *a, const struct mf_table *t,
    void *entry, const struct jv *patch, struct rt_err *err)
{
	struct jv *doc = NULL;
	int rc = to_json(&doc, a, t, entry, err);

	if (rc == 0)
		rc = jv_patch(&doc, a, patch, NULL, err);
	if (rc == RT_EVERIFY)
		return 0;
	return rc == 0 ? from_json(entry, a, m, t, doc, err) : rc;
}

static int
patch_all(struct manifest *m, struct arena *a, const struct jv *patch,
    struct rt_err *err)
{
	const struct mf_table *refs = mf_refs_table(m->format);
	size_t i, k;
	int rc = 0;

	for (i = 0; i < refs->n; i++) {
		const struct mf_field *f = &refs->fields[i];
		struct mf_vec *v = (void *)((char *)(void *)&m->refs + f->off);

		for (k = 0; k < v->n && rc == 0; k++)
			rc = patch_entry(
			    m, a, f->sub, v->p + k * f->sub->size, patch, err);
	}
	return rc;
}

int
manifest_patch_refs(struct manifest *m, struct arena *a,
    const struct jv *patches, struct rt_err *err)
{
	size_t i;

	if (!jv_is(patches, JV_ARRAY))
		return rt_err_set(
		    err, RT_EFORMAT, "expected an array of JSON patches");
	for (i = 0; i < patches->items.n; i++) {
		int rc = patch_all(m, a, patches->items.p[i], err);

		if (rc != 0)
			return rt_err_wrap(err, "patch %zu", i);
	}
	return 0;
}

void
manifest_purge_refs(struct manifest *m, struct arena *a)
{
	const struct mf_table *refs = mf_refs_table(m->format);
	size_t i, k, kept;

	for (i = 0; i < refs->n; i++) {
		const struct mf_table *t = refs->fields[i].sub;
		struct mf_vec *v =
		    (void *)((char *)(void *)&m->refs + refs->fields[i].off);

		for (k = kept = 0; k < v->n; k++) {
			char *at = v->p + k * t->size;

			if (mf_lacks_expected(a, m, t, at))
				continue;
			memmove(v->p + kept * t->size, at, t->size);
			kept++;
		}
		v->n = kept;
	}
}
