/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "compiler/emit/manifest_fill.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

static struct loc
whole(const struct source *s)
{
	struct loc l = {s, 0, 0};

	return l;
}

/* start value */

static void
report_notes(struct diags *d, const struct fill_options *o,
    const struct source *old, const struct manifest_notes *notes)
{
	const struct manifest_note *n;

	VEC_FOREACH(n, &notes->v)
		diag_report(d, MANIFEST_ODD, whole(old), o->path,
		    STR_ARG(n->path), STR_ARG(n->text));
}

static bool
patch(struct manifest *m, struct arena *a, struct diags *d,
    const struct source *s)
{
	struct rt_err err = {0};
	struct jv *v = NULL;
	int rc = jv_parse(&v, a, s->text, &err);

	if (rc == 0)
		rc = manifest_patch_refs(m, a, v, &err);
	if (rc != 0)
		diag_report(
		    d, REFERENCE_PATCH, whole(s), STR_ARG(s->name), err.text);
	return rc == 0;
}

static bool
in_use(const struct fill_options *o, const struct platform *p)
{
	size_t i;

	for (i = 0; i < o->nplatforms; i++) {
		if (o->platforms[i] == p)
			return true;
	}
	return false;
}

static bool
start_new(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o)
{
	enum manifest_format f = o->format >= 0
				     ? (enum manifest_format)o->format
				     : manifest_format_default(o->profile);
	bool ok = true;
	size_t i;

	manifest_init(m, f);
	for (i = 0; i < nplatforms; i++) {
		struct rt_err err = {0};

		if (!in_use(o, &platforms[i]))
			continue;
		if (manifest_add_platform(
			m, a, o->refvalues, &platforms[i], &err) != 0) {
			diag_report(d, REFERENCE_NONE, loc_none, err.text);
			ok = false;
		}
	}
	for (i = 0; i < o->npatches && ok; i++)
		ok = patch(m, a, d, o->patches[i]);
	if (ok && o->purge)
		manifest_purge_refs(m, a);
	return ok;
}

static bool
is_usable(struct arena *a, struct diags *d, const struct fill_options *o,
    const struct source *old, const struct manifest *m)
{
	struct manifest_notes notes = {0};
	struct manifest_note *n;

	if (manifest_validate(&notes, a, m) != MANIFEST_INVALID)
		return true;
	VEC_FOREACH(n, &notes.v) {
		if (!n->expected)
			diag_report(d, MANIFEST_INVALID, whole(old),
			    STR_ARG(n->path), STR_ARG(n->text));
	}
	(void)o;
	return false;
}

static bool
convert(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct source *old,
    const struct owner_keys *keys)
{
	enum manifest_format to =
	    o->format >= 0 ? (enum manifest_format)o->format : m->format;
	struct manifest_list given = {.set = true};
	struct rt_err err = {0};
	size_t i;

	for (i = 0; keys != NULL && i < keys->list.n; i++)
		manifest_list_add(
		    &given, a, pki_owner_hex(a, &keys->list.p[i].key));
	if (manifest_convert(m, a, to, &given, &err) == 0)
		return true;
	diag_report(d, MANIFEST_CONVERT, whole(old), o->path, err.text);
	return false;
}

static void
check_platforms(struct diags *d, const struct fill_options *o,
    const struct source *old, const struct manifest *m)
{
	size_t i;

	for (i = 0; i < o->nplatforms; i++) {
		if (manifest_covers(m, o->refvalues, o->platforms[i]))
			return;
	}
	for (i = 0; i < o->nplatforms; i++)
		diag_report(d, REFERENCE_OTHER_PLATFORM, whole(old), o->path,
		    o->platforms[i]->name);
}

static bool
start_old(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct source *old,
    const struct owner_keys *keys)
{
	struct rt_err err = {0};

	if (manifest_read(m, a, old->text, false, &err) != 0) {
		diag_report(d, MANIFEST_READ, whole(old), err.text);
		return false;
	}
	report_notes(d, o, old, &m->warnings);
	m->warnings.v.n = 0;
	if (!is_usable(a, d, o, old, m) || !convert(m, a, d, o, old, keys))
		return false;
	report_notes(d, o, old, &m->warnings);
	check_platforms(d, o, old, m);
	return true;
}

bool
fill_start(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct source *old,
    const struct owner_keys *keys)
{
	bool ok = old == NULL ? start_new(m, a, d, o)
			      : start_old(m, a, d, o, old, keys);

	if (ok && manifest_has_placeholder(m))
		diag_report(d, REFERENCE_PLACEHOLDER, whole(old), o->path);
	return ok;
}

/* policies */

/* A later workload of the same policy. */
static bool
check_same(struct diags *d, const struct workload_policy *first,
    const struct workload_policy *w)
{
	if (!str_eq(first->role, w->role)) {
		diag_report(d, POLICY_SAME_ROLE, w->loc, STR_ARG(w->name),
		    STR_ARG(first->name));
		return false;
	}
	if (!str_eq(first->name, w->name) ||
	    !str_eq(first->secret_id, w->secret_id))
		diag_report(d, POLICY_SAME, w->loc, STR_ARG(w->name),
		    STR_ARG(first->name), STR_ARG(first->name));
	return true;
}

static void
fill_entry(
    struct manifest_policy *p, struct arena *a, const struct workload_policy *w)
{
	p->hash = w->hash;
	p->secret_id = w->secret_id;
	p->role = w->role;
	p->sans.set = true;
	VEC_PUSH(a, &p->sans.v, w->name);
	VEC_PUSH(a, &p->sans.v, STR("*"));
}

/* What of the entry that had the same hash stays; true: its secret ID. */
static bool
keep_old(struct manifest_policy *p, struct diags *d,
    const struct fill_options *o, const struct manifest_policy *old,
    const struct workload_policy *w)
{
	if (old == NULL)
		return false;
	if (o->keep_policy_edits) {
		p->sans = old->sans;
		p->secret_id = old->secret_id;
		return true;
	}
	if (str_eq(old->secret_id, p->secret_id))
		return true;
	if (!str_eq(old->secret_id, w->other_id))
		return false;
	p->secret_id = old->secret_id;
	diag_report(d, SECRET_ID_KEPT, w->loc, STR_ARG(w->name),
	    STR_ARG(old->secret_id));
	return true;
}

/* The old entries by their first name. */
static void
by_name(struct map *out, struct arena *a, const struct manifest *m)
{
	struct manifest_policy *p;

	VEC_FOREACH(p, &m->policies) {
		if (p->sans.v.n > 0)
			(void)map_set(a, out, p->sans.v.p[0], p);
	}
}

static void
check_other_id(
    struct diags *d, const struct map *names, const struct workload_policy *w)
{
	const struct manifest_policy *old = map_get(names, w->name);

	if (old != NULL && str_eq(old->secret_id, w->other_id) &&
	    !str_eq(old->secret_id, w->secret_id))
		diag_report(d, SECRET_ID_CHANGED, w->loc, STR_ARG(w->name),
		    STR_ARG(old->secret_id), STR_ARG(w->secret_id));
}

static int
by_hash(const void *a, const void *b)
{
	const struct manifest_policy *x = a, *y = b;

	return str_cmp(x->hash, y->hash);
}

bool
fill_policies(struct manifest *m, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct workload_policies *w)
{
	const struct manifest old = *m;
	const struct workload_policy *it;
	struct map seen = {0}, names = {0};
	bool ok = true;

	by_name(&names, a, &old);
	memset(&m->policies, 0, sizeof(m->policies));
	m->policies_set = true;
	VEC_FOREACH(it, &w->list) {
		struct manifest_policy p = {0};
		const struct manifest_policy *was;
		union {
			const struct workload_policy *c;
			void *p;
		} u = {.c = it};
		struct workload_policy *first = map_get(&seen, it->hash);

		if (first != NULL) {
			ok = check_same(d, first, it) && ok;
			continue;
		}
		(void)map_set(a, &seen, it->hash, u.p);
		fill_entry(&p, a, it);
		was = manifest_policy_find(&old, it->hash);
		if (!keep_old(&p, d, o, was, it))
			check_other_id(d, &names, it);
		VEC_PUSH(a, &m->policies, p);
	}
	if (m->policies.n > 1)
		qsort(m->policies.p, m->policies.n, sizeof(*m->policies.p),
		    by_hash);
	return ok;
}

/* owners */

void
fill_owners(struct manifest *m, struct arena *a, const struct fill_options *o,
    const struct owner_keys *keys)
{
	bool workload = keys->kind == PKI_OWNER_WORKLOAD;
	bool digests = workload && m->format < MANIFEST_2;
	struct manifest_list *l = !workload ? &m->seedshare_keys
				  : digests ? &m->owner_digests
					    : &m->owner_keys;
	const struct owner_key *k;

	if (workload && o->disable_updates) {
		memset(l, 0, sizeof(*l));
		return;
	}
	VEC_FOREACH(k, &keys->list)
		manifest_list_add(l, a,
		    digests ? pki_owner_digest_hex(a, &k->key)
			    : pki_owner_hex(a, &k->key));
	manifest_list_sort(l);
}

/* the end */

bool
fill_check(struct fill_result *out, struct arena *a, struct diags *d,
    const struct fill_options *o, const struct manifest *m,
    const struct workload_policies *w)
{
	struct manifest_notes notes = {0};
	const struct workload_policy *it;
	const struct manifest_note *n;

	*out = (struct fill_result){0};
	out->verdict = manifest_validate(&notes, a, m);
	VEC_FOREACH(n, &notes.v) {
		if (n->expected)
			VEC_PUSH(a, &out->missing.v, *n);
		else
			diag_report(d, MANIFEST_RESULT, loc_none,
			    STR_ARG(n->path), STR_ARG(n->text));
	}
	if (out->missing.v.n > 0 && out->verdict != MANIFEST_INVALID)
		out->verdict = MANIFEST_EXPECTED_MISSING;
	VEC_FOREACH(it, &w->list) {
		if (it->role.n > 0 && out->coordinator_hash.n == 0)
			out->coordinator_hash = it->hash;
	}
	if (out->coordinator_hash.n == 0 && o->require_coordinator) {
		diag_report(d, COORDINATOR_REQUIRED, loc_none);
		return false;
	}
	return out->verdict != MANIFEST_INVALID;
}
