/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "runtime/base/file.h"
#include "runtime/base/jv_pack.h"
#include "runtime/manifest/manifest_int.h"
#include "runtime/manifest/refvalues.h"

#include "runtime/base/banned.h"

extern const struct str jv_packed_refvalues;

/* What the data says about one platform. */
struct entry {
	const struct platform *platform;
	const char *handler;
	struct manifest_refs refs;
};

struct refvalues {
	VEC(struct entry) entries;
};

static const struct entry *
find(const struct refvalues *r, const struct platform *p)
{
	const struct entry *e;

	VEC_FOREACH(e, &r->entries) {
		if (e->platform == p)
			return e;
	}
	return NULL;
}

/* defaults of cli 7.3 for members that the data leaves out */

static void
fill_snp(struct manifest_snp *s, const struct platform *p)
{
	s->platform = str_from(p->name);
	if (!s->has_guest_policy)
		s->guest_policy = manifest_guest_policy_default;
	if (!s->has_platform_info)
		s->platform_info.smt = true;
	s->has_guest_policy = s->has_platform_info = true;
}

static void
fill_tdx(struct manifest_tdx *t, const struct platform *p)
{
	t->platform = str_from(p->name);
	if (t->qe_svn < 0)
		t->qe_svn = 0;
	if (t->pce_svn < 0)
		t->pce_svn = 0;
	if (t->td_attributes.n == 0)
		t->td_attributes = STR(MANIFEST_TD_ATTRIBUTES);
	if (t->xfam.n == 0)
		t->xfam = STR(MANIFEST_XFAM);
}

static void
fill(struct entry *e)
{
	struct manifest_snp *s;
	struct manifest_tdx *t;

	VEC_FOREACH(s, &e->refs.snp)
		fill_snp(s, e->platform);
	VEC_FOREACH(s, &e->refs.simulated)
		fill_snp(s, e->platform);
	VEC_FOREACH(t, &e->refs.tdx)
		fill_tdx(t, e->platform);
}

/* reading */

static int
read_entry(struct refvalues *r, struct arena *a, const struct jv_member *m,
    struct rt_err *err)
{
	struct entry e = {.handler = arena_cstr(a, m->key)};
	struct str hash = {"", 0};
	struct manifest scratch;
	struct mf_reader rd = {a, &scratch, err, {0}};
	int rc;

	e.platform = platform_of_handler(m->key, &hash);
	if (e.platform == NULL || hash.n == 0)
		return rt_err_set(
		    err, RT_EFORMAT, "invalid handler name: %s", e.handler);
	if (find(r, e.platform) != NULL)
		return rt_err_set(err, RT_EFORMAT,
		    "two handlers for platform %s", e.platform->name);
	manifest_init(&scratch, MANIFEST_2);
	rc = mf_read_table(&rd, &mf_data_table, &e.refs, m->value);
	buf_free(&rd.path);
	if (rc == 0 && scratch.warnings.v.n > 0)
		rc = rt_err_set(err, RT_EFORMAT, "%.*s: %.*s",
		    STR_ARG(scratch.warnings.v.p[0].path),
		    STR_ARG(scratch.warnings.v.p[0].text));
	if (rc != 0)
		return rt_err_wrap(err, "%s", e.handler);
	fill(&e);
	VEC_PUSH(a, &r->entries, e);
	return 0;
}

static int
read_all(struct refvalues **out, struct arena *a, const struct jv *root,
    struct rt_err *err)
{
	struct refvalues *r = ARENA_NEW(a, struct refvalues);
	struct jv_member *m;
	int rc;

	if (!jv_is(root, JV_OBJECT))
		return rt_err_set(err, RT_EFORMAT, "expected an object");
	VEC_FOREACH(m, &root->members) {
		rc = read_entry(r, a, m, err);
		if (rc != 0)
			return rc;
	}
	*out = r;
	return 0;
}

int
refvalues_parse(struct refvalues **out, struct arena *a, struct str text,
    struct rt_err *err)
{
	struct jv *root;
	int rc = jv_parse(&root, a, text, err);

	return rc != 0 ? rc : read_all(out, a, root, err);
}

static int
load_file(struct refvalues **out, struct arena *a, const char *path,
    struct rt_err *err)
{
	struct str text;
	int rc = file_read(&text, a, path, REFVALUES_SIZE_MAX, err);

	if (rc != 0)
		return rc;
	rc = refvalues_parse(out, a, text, err);
	return rc == 0 ? 0 : rt_err_wrap(err, "%s", path);
}

int
refvalues_load(struct refvalues **out, struct arena *a, const char *file,
    const char *data_dir, struct rt_err *err)
{
	const char *path;
	int rc;

	if (file != NULL)
		return load_file(out, a, file, err);
	if (data_dir != NULL && data_dir[0] != '\0') {
		path = arena_printf(a, "%s/reference-values.json", data_dir).p;
		rc = load_file(out, a, path, err);
		if (rc != RT_ENOTFOUND)
			return rc;
	}
	return read_all(out, a, jv_unpack(a, jv_packed_refvalues), err);
}

/* asking */

const char *
refvalues_handler(const struct refvalues *r, const struct platform *p)
{
	const struct entry *e = find(r, p);

	return e == NULL ? NULL : e->handler;
}

static bool
refs_have_placeholder(const struct manifest_refs *r)
{
	const struct manifest_snp *s;
	const struct manifest_tdx *t;

	VEC_FOREACH(s, &r->snp) {
		if (mf_is_zero(s->measurement))
			return true;
	}
	VEC_FOREACH(s, &r->simulated) {
		if (mf_is_zero(s->measurement))
			return true;
	}
	VEC_FOREACH(t, &r->tdx) {
		if (mf_is_zero(t->mr_td))
			return true;
	}
	return false;
}

bool
refvalues_is_placeholder(const struct refvalues *r, const struct platform *p)
{
	const struct entry *e = find(r, p);

	return e != NULL && refs_have_placeholder(&e->refs);
}

bool
manifest_has_placeholder(const struct manifest *m)
{
	return refs_have_placeholder(&m->refs);
}

/* a new manifest */

#define APPEND(a, to, from)                                                    \
	do {                                                                   \
		size_t append_i;                                               \
		for (append_i = 0; append_i < (from)->n; append_i++)           \
			VEC_PUSH((a), (to), (from)->p[append_i]);              \
	} while (0)

int
manifest_add_platform(struct manifest *m, struct arena *a,
    const struct refvalues *r, const struct platform *p, struct rt_err *err)
{
	const struct entry *e = find(r, p);

	if (e == NULL)
		return rt_err_set(err, RT_ENOTFOUND,
		    "no embedded reference values found for platform: %s",
		    p->name);
	APPEND(a, &m->refs.snp, &e->refs.snp);
	APPEND(a, &m->refs.tdx, &e->refs.tdx);
	APPEND(a, &m->refs.simulated, &e->refs.simulated);
	return 0;
}

/* Entries of one list: the platform's name, if known, and a measurement. */
struct mark {
	struct str platform, measurement;
};

static struct mark
snp_mark(const void *p)
{
	const struct manifest_snp *s = p;

	return (struct mark){s->platform, s->measurement};
}

static struct mark
tdx_mark(const void *p)
{
	const struct manifest_tdx *t = p;

	return (struct mark){t->platform, t->mr_td};
}

static bool
has_measurement(const struct mf_vec *v, size_t size,
    struct mark (*mark)(const void *), struct str want)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		if (str_eq(mark(v->p + i * size).measurement, want))
			return true;
	}
	return false;
}

/*
 * An entry that names no platform belongs to it if the data has its
 * measurement, or if the data does not know the real one.
 */
static bool
list_covers(const struct mf_vec *entries, const struct mf_vec *data,
    size_t size, struct mark (*mark)(const void *), const struct platform *p)
{
	size_t i;

	for (i = 0; i < entries->n && data->n > 0; i++) {
		struct mark m = mark(entries->p + i * size);

		if (m.platform.n > 0) {
			if (platform_find(m.platform) == p)
				return true;
		} else if (mf_is_zero(mark(data->p).measurement) ||
			   has_measurement(data, size, mark, m.measurement)) {
			return true;
		}
	}
	return false;
}

#define VEC_OF(v) ((const struct mf_vec *)(const void *)(v))

bool
manifest_covers(const struct manifest *m, const struct refvalues *r,
    const struct platform *p)
{
	const struct entry *e = find(r, p);
	const struct manifest_refs *have = &m->refs;

	return e != NULL &&
	       (list_covers(VEC_OF(&have->snp), VEC_OF(&e->refs.snp),
		    sizeof(struct manifest_snp), snp_mark, p) ||
		   list_covers(VEC_OF(&have->simulated),
		       VEC_OF(&e->refs.simulated), sizeof(struct manifest_snp),
		       snp_mark, p) ||
		   list_covers(VEC_OF(&have->tdx), VEC_OF(&e->refs.tdx),
		       sizeof(struct manifest_tdx), tdx_mark, p));
}
