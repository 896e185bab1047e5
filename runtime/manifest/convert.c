/* SPDX-License-Identifier: Apache-2.0 */
/* From one format to a later one. */
#include <string.h>

#include "runtime/manifest/manifest_int.h"
#include "runtime/base/banned.h"

const struct manifest_guest_policy manifest_guest_policy_default = {
    .smt = true};

static void
warn(struct manifest *m, struct arena *a, struct str path, const char *text)
{
	struct manifest_note n = {path, str_from(text), false};

	VEC_PUSH(a, &m->warnings.v, n);
}

/* Absent members get the defaults of 7.3. */
static void
fill_snp(struct manifest_snp *s, enum manifest_format to)
{
	if (to >= MANIFEST_1_7 && !s->has_guest_policy) {
		s->guest_policy = manifest_guest_policy_default;
		s->has_guest_policy = true;
	}
	if (to >= MANIFEST_1_10 && !s->has_platform_info) {
		s->platform_info.smt = true;
		s->has_platform_info = true;
	}
}

static int
convert_tdx(struct manifest *m, struct arena *a, size_t i, struct rt_err *err)
{
	struct manifest_tdx *t = &m->refs.tdx.p[i];
	struct str path = arena_printf(a, "ReferenceValues.tdx[%zu]", i);

	if (!str_eqz(t->td_attributes, MANIFEST_TD_ATTRIBUTES))
		return rt_err_set(err, RT_EINVAL,
		    "%.*s.TdAttributes: format 2 demands %s, this entry has "
		    "'%.*s'",
		    STR_ARG(path), MANIFEST_TD_ATTRIBUTES,
		    STR_ARG(t->td_attributes));
	if (t->qe_svn > 0 || t->pce_svn > 0 ||
	    (t->tee_tcb_svn.n > 0 && !mf_is_zero(t->tee_tcb_svn)))
		warn(m, a, path,
		    "minimum versions of QE, PCE and TEE are dropped: "
		    "in format 2 Intel's TCB status decides");
	return 0;
}

static int
key_of_digest(struct str *out, struct arena *a, struct str digest,
    const struct manifest_list *keys)
{
	size_t i;

	for (i = 0; keys != NULL && i < keys->v.n; i++) {
		struct str der;

		if (rt_unhex(&der, a, keys->v.p[i], NULL) == 0 &&
		    str_eq(rt_sha256_hex(a, der), digest)) {
			*out = keys->v.p[i];
			return 0;
		}
	}
	return RT_ENOTFOUND;
}

static int
convert_owners(struct manifest *m, struct arena *a,
    const struct manifest_list *keys, struct rt_err *err)
{
	size_t i;

	m->owner_keys = (struct manifest_list){.set = m->owner_digests.set};
	for (i = 0; i < m->owner_digests.v.n; i++) {
		struct str key, digest = m->owner_digests.v.p[i];

		if (key_of_digest(&key, a, digest, keys) != 0)
			return rt_err_set(err, RT_EINVAL,
			    "WorkloadOwnerKeyDigests[%zu]: no given key has "
			    "the digest %.*s",
			    i, STR_ARG(digest));
		manifest_list_add(&m->owner_keys, a, key);
	}
	manifest_list_sort(&m->owner_keys);
	m->owner_digests = (struct manifest_list){.set = false};
	return 0;
}

static int
to_format_2(struct manifest *m, struct arena *a,
    const struct manifest_list *keys, struct rt_err *err)
{
	size_t i;
	int rc = convert_owners(m, a, keys, err);

	for (i = 0; i < m->refs.tdx.n && rc == 0; i++)
		rc = convert_tdx(m, a, i, err);
	return rc;
}

int
manifest_convert(struct manifest *m, struct arena *a, enum manifest_format to,
    const struct manifest_list *keys, struct rt_err *err)
{
	struct manifest copy = *m;
	size_t i;
	int rc = 0;

	if (to < MANIFEST_1_2 || to < m->format)
		return rt_err_set(err, RT_EINVAL,
		    "format %s cannot be made from format %s",
		    manifest_format_name(to), manifest_format_name(m->format));
	if (m->format == MANIFEST_0_2)
		return rt_err_set(err, RT_EINVAL,
		    "format 0.2 trusts signing keys, later ones a "
		    "measurement: it cannot be converted");
	if (to == MANIFEST_2 && m->format != MANIFEST_2)
		rc = to_format_2(&copy, a, keys, err);
	if (rc != 0)
		return rc;
	*m = copy;
	m->format = to;
	for (i = 0; i < m->refs.snp.n; i++)
		fill_snp(&m->refs.snp.p[i], to);
	for (i = 0; i < m->refs.simulated.n; i++)
		fill_snp(&m->refs.simulated.p[i], MANIFEST_2);
	return 0;
}
