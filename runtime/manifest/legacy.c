/* SPDX-License-Identifier: Apache-2.0 */
/* The formats before v0.9: arrays of names, one SNP object. */
#include "runtime/base/jv.h"
#include "runtime/manifest/manifest_int.h"
#include "runtime/base/banned.h"

/* The parts that have the shape of format 1.2. */
static int
read_member(struct mf_reader *r, const struct jv *root, const char *name,
    const struct mf_field *like)
{
	const struct jv *v = mf_member(root, name);
	struct mf_table one = {like, 1, 0};
	struct jv object = {.type = JV_OBJECT};
	struct jv_member m;

	if (v == NULL)
		return 0;
	m.key = str_from(name);
	m.value = jv_copy(r->arena, v);
	VEC_PUSH(r->arena, &object.members, m);
	return mf_read_table(r, &one, (char *)r->m, &object);
}

static const struct mf_field *
field_named(const struct mf_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (str_eqz(str_from(name), t->fields[i].name))
			return &t->fields[i];
	}
	return NULL;
}

/* "hash": ["name", "*"] becomes an entry that has SANs only. */
static struct jv *
entries_of(struct mf_reader *r, const struct jv *policies)
{
	struct jv *out = jv_object(r->arena);
	struct jv_member *m;

	VEC_FOREACH(m, &policies->members) {
		struct jv *entry = jv_object(r->arena);
		struct jv_member e = {m->key, entry};

		jv_set(r->arena, entry, STR("SANs"), m->value);
		VEC_PUSH(r->arena, &out->members, e);
	}
	return out;
}

/* One entry; the only platform of then had Milan processors. */
static struct jv *
refs_of(struct mf_reader *r, const struct jv *refs)
{
	static const char *const names[] = {"MinimumTCB", "TrustedMeasurement"};
	struct jv *out = jv_object(r->arena);
	struct jv *entry = jv_object(r->arena);
	const struct jv *snp = mf_member(refs, "SNP");
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct jv *from = i == 0 ? snp : refs;
		const struct jv *v = mf_member(from, names[i]);

		if (v != NULL)
			jv_set(r->arena, entry, str_from(names[i]),
			    jv_copy(r->arena, v));
	}
	jv_set(r->arena, entry, STR("ProductName"),
	    jv_string(r->arena, STR("Milan")));
	jv_push(r->arena, jv_set(r->arena, out, STR("snp"), jv_array(r->arena)),
	    entry);
	return out;
}

int
mf_read_legacy(struct mf_reader *r, const struct jv *root)
{
	static const struct mf_field id_keys = {.name = "TrustedIDKeyHashes",
	    .type = MF_HEXES,
	    .off = offsetof(struct manifest, refs.id_key_hashes)};
	const struct mf_table *t = mf_table_of(MANIFEST_1_2);
	const struct jv *refs = mf_member(root, "ReferenceValues");
	const struct jv *policies = mf_member(root, "Policies");
	struct jv *same = jv_object(r->arena);
	int rc;

	manifest_init(r->m, MANIFEST_0_8);
	if (mf_member(mf_member(refs, "SNP"), id_keys.name) != NULL)
		r->m->format = MANIFEST_0_2;
	if (!jv_is(policies, JV_OBJECT) || !jv_is(refs, JV_OBJECT))
		return mf_wrong_type(r, "Policies and ReferenceValues");
	jv_set(r->arena, same, STR("Policies"), entries_of(r, policies));
	jv_set(r->arena, same, STR("ReferenceValues"), refs_of(r, refs));
	rc = mf_read_table(r, t, r->m, same);
	if (rc == 0)
		rc = read_member(
		    r, mf_member(refs, "SNP"), id_keys.name, &id_keys);
	if (rc == 0)
		rc = read_member(r, root, "WorkloadOwnerKeyDigests",
		    field_named(t, "WorkloadOwnerKeyDigests"));
	if (rc == 0)
		rc = read_member(r, root, "SeedshareOwnerPubKeys",
		    field_named(t, "SeedshareOwnerPubKeys"));
	return rc;
}
