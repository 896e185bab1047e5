/* SPDX-License-Identifier: Apache-2.0 */
/* JSON to the model (cli 7.4): lenient about spelling, strict about types. */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/jv.h"
#include "runtime/manifest/manifest_int.h"
#include "runtime/base/banned.h"

/* paths: "ReferenceValues.snp[0].MinimumTCB" */

static int
fault(struct mf_reader *r, const char *text)
{
	if (r->path.n == 0)
		return rt_err_set(r->err, RT_EFORMAT, "%s", text);
	return rt_err_set(
	    r->err, RT_EFORMAT, "%.*s: %s", STR_ARG(buf_str(&r->path)), text);
}

int
mf_wrong_type(struct mf_reader *r, const char *want)
{
	char text[80];

	(void)snprintf(text, sizeof(text), "expected %s or null", want);
	return fault(r, text);
}

static void
warn(struct mf_reader *r, struct str text)
{
	struct manifest_note n = {
	    arena_str(r->arena, buf_str(&r->path)), text, false};

	VEC_PUSH(r->arena, &r->m->warnings.v, n);
}

/* hex */

static bool
is_hex(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (!isxdigit((unsigned char)s.p[i]))
			return false;
	}
	return true;
}

bool
mf_is_zero(struct str hex)
{
	size_t i;

	for (i = 0; i < hex.n && hex.p[i] == '0'; i++)
		;
	return hex.n > 0 && i == hex.n;
}

struct str
mf_lower_hex(struct arena *a, struct str s)
{
	struct str copy;
	char *p;
	size_t i;

	for (i = 0; i < s.n && !isupper((unsigned char)s.p[i]); i++)
		;
	if (i == s.n || !is_hex(s))
		return s;
	copy.p = p = arena_alloc(a, s.n + 1);
	copy.n = s.n;
	for (i = 0; i < s.n; i++)
		p[i] = (char)tolower((unsigned char)s.p[i]);
	return copy;
}

/* single values */

static int
read_string(struct mf_reader *r, struct str *out, const struct jv *v, bool hex)
{
	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_STRING)
		return mf_wrong_type(r, "a string");
	*out = hex ? mf_lower_hex(r->arena, v->text) : v->text;
	return 0;
}

static int
read_bool(struct mf_reader *r, bool *out, const struct jv *v)
{
	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_TRUE && v->type != JV_FALSE)
		return mf_wrong_type(r, "true or false");
	*out = v->type == JV_TRUE;
	return 0;
}

/* An integer literal from 0 to `max`; *out is untouched by null. */
static int
read_uint(struct mf_reader *r, uint64_t *out, const struct jv *v, uint64_t max)
{
	char text[64];

	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_NUMBER)
		return mf_wrong_type(r, "a number");
	if (str_u64(v->text, max, out))
		return 0;
	(void)snprintf(text, sizeof(text), "expected an integer from 0 to %llu",
	    (unsigned long long)max);
	return fault(r, text);
}

/* These were floating-point in the program that made the format. */
static int
read_tcb(struct mf_reader *r, int16_t *out, const struct jv *v)
{
	char digits[64];
	char *end;
	double d;

	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_NUMBER)
		return mf_wrong_type(r, "a number");
	if (v->text.n >= sizeof(digits))
		return fault(r, "value out of range for uint8");
	memcpy(digits, v->text.p, v->text.n);
	digits[v->text.n] = '\0';
	d = strtod(digits, &end);
	if (*end != '\0' || !(d >= 0 && d <= 255))
		return fault(r, "value out of range for uint8");
	if (d != (double)(int)d)
		return fault(r, "expected a whole number");
	*out = (int16_t)d;
	return 0;
}

static int
read_strings(struct mf_reader *r, struct manifest_list *out, const struct jv *v,
    bool hex)
{
	size_t i;
	int rc = 0;

	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_ARRAY)
		return mf_wrong_type(r, "an array of strings");
	out->set = true;
	for (i = 0; i < v->items.n && rc == 0; i++) {
		struct str s = {"", 0};
		size_t mark = mf_path_index(&r->path, i);

		rc = read_string(r, &s, v->items.p[i], hex);
		VEC_PUSH(r->arena, &out->v, s);
		r->path.n = mark;
	}
	return rc;
}

static int
read_rtmrs(struct mf_reader *r, struct str *out, const struct jv *v)
{
	size_t i;
	int rc = 0;

	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_ARRAY)
		return mf_wrong_type(r, "an array of strings");
	if (v->items.n > MANIFEST_RTMRS)
		warn(r,
		    STR("there are only four registers; the rest is ignored"));
	for (i = 0; i < v->items.n && i < MANIFEST_RTMRS && rc == 0; i++) {
		size_t mark = mf_path_index(&r->path, i);

		rc = read_string(r, &out[i], v->items.p[i], true);
		r->path.n = mark;
	}
	return rc;
}

/* collections */

static int
read_entries(struct mf_reader *r, struct mf_vec *out, const struct mf_table *t,
    const struct jv *v)
{
	size_t i;
	int rc = 0;

	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_ARRAY)
		return mf_wrong_type(r, "an array of objects");
	out->n = out->cap = v->items.n;
	out->p = arena_array(r->arena, out->n, t->size);
	for (i = 0; i < out->n; i++)
		mf_init(t, out->p + i * t->size);
	for (i = 0; i < out->n && rc == 0; i++) {
		size_t mark = mf_path_index(&r->path, i);

		rc = mf_read_table(r, t, out->p + i * t->size, v->items.p[i]);
		r->path.n = mark;
	}
	return rc;
}

#define POLICY(m, n, t, ...)                                                   \
	{                                                                      \
		.name = (n), .type = (t),                                      \
		.off = (uint16_t)offsetof(struct manifest_policy, m),          \
		__VA_ARGS__                                                    \
	}
static const struct mf_field policy_fields[] = {
    POLICY(sans, "SANs", MF_STRINGS, .flags = 0),
    POLICY(secret_id, "WorkloadSecretID", MF_STRING, .flags = MF_OMIT),
    POLICY(role, "Role", MF_STRING, .flags = MF_OMIT),
};
const struct mf_table mf_policy_table = {
    policy_fields, 3, sizeof(struct manifest_policy)};

static int
by_hash(const void *a, const void *b)
{
	const struct manifest_policy *x = a, *y = b;

	return str_cmp(x->hash, y->hash);
}

static size_t
path_policy(struct mf_reader *r, struct str hash)
{
	size_t mark = r->path.n;

	buf_printf(&r->path, "[\"%.*s\"]", STR_ARG(hash));
	return mark;
}

static int
sort_policies(struct mf_reader *r)
{
	struct manifest *m = r->m;
	size_t i;

	if (m->policies.n > 1)
		qsort(m->policies.p, m->policies.n, sizeof(*m->policies.p),
		    by_hash);
	for (i = 1; i < m->policies.n; i++) {
		if (!str_eq(m->policies.p[i - 1].hash, m->policies.p[i].hash))
			continue;
		path_policy(r, m->policies.p[i].hash);
		return fault(r, "the hash is given twice");
	}
	return 0;
}

static int
read_policies(struct mf_reader *r, const struct jv *v)
{
	struct manifest *m = r->m;
	struct jv_member *it;
	int rc = 0;

	m->policies_set = v->type != JV_NULL;
	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_OBJECT)
		return mf_wrong_type(r, "an object");
	VEC_FOREACH(it, &v->members) {
		struct manifest_policy p = {0};
		size_t mark = path_policy(r, it->key);

		p.hash = mf_lower_hex(r->arena, it->key);
		if (p.hash.p != it->key.p)
			warn(r, STR("upper-case digits: other programs do not "
				    "find this policy"));
		rc = mf_read_table(r, &mf_policy_table, &p, it->value);
		if (rc != 0)
			return rc;
		VEC_PUSH(r->arena, &m->policies, p);
		r->path.n = mark;
	}
	return sort_policies(r);
}

/* objects by table */

static bool
same_letters(struct str s, const char *z)
{
	return s.n == strlen(z) && strncasecmp(s.p, z, s.n) == 0;
}

const struct jv *
mf_member(const struct jv *object, const char *name)
{
	const struct jv *v = jv_get(object, str_from(name));
	struct jv_member *m;

	if (v != NULL || !jv_is(object, JV_OBJECT))
		return v;
	VEC_FOREACH(m, &object->members) {
		if (same_letters(m->key, name))
			return m->value;
	}
	return NULL;
}

static size_t
find_field(const struct mf_table *t, struct str key)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct mf_field *f = &t->fields[i];

		if (same_letters(key, f->name) ||
		    (f->alias != NULL && same_letters(key, f->alias)))
			break;
	}
	return i;
}

static int
read_field(struct mf_reader *r, const struct mf_field *f, void *base,
    const struct jv *v)
{
	void *at = (char *)base + f->off;
	uint64_t n = 0;
	int rc;

	switch (f->type) {
	case MF_STRING:
	case MF_HEX:
		return read_string(r, at, v, f->type == MF_HEX);
	case MF_BOOL:
		return read_bool(r, at, v);
	case MF_BYTE:
		rc = read_uint(r, &n, v, UINT8_MAX);
		*(uint8_t *)at = (uint8_t)n;
		return rc;
	case MF_UINT:
		return read_uint(r, at, v, UINT64_MAX);
	case MF_TCB:
		return read_tcb(r, at, v);
	case MF_SVN:
		if (v->type == JV_NULL)
			return 0;
		rc = read_uint(r, &n, v, UINT16_MAX);
		*(int32_t *)at = (int32_t)n;
		return rc;
	case MF_STRINGS:
	case MF_HEXES:
		return read_strings(r, at, v, f->type == MF_HEXES);
	case MF_RTMRS:
		return read_rtmrs(r, at, v);
	case MF_OBJECT:
		if (f->has != 0)
			*(bool *)((char *)base + f->has) = v->type != JV_NULL;
		return mf_read_table(r, f->sub, at, v);
	case MF_ENTRIES:
		return read_entries(r, at, f->sub, v);
	case MF_POLICIES:
		break;
	}
	return read_policies(r, v);
}

/* The same registers under both spellings are fine. */
static bool
is_repeat(const struct jv *object, const struct mf_field *f)
{
	const struct jv *a, *b;

	if (f->alias == NULL)
		return false;
	a = mf_member(object, f->name);
	b = mf_member(object, f->alias);
	return a != NULL && b != NULL && jv_equal(a, b);
}

int
mf_read_table(
    struct mf_reader *r, const struct mf_table *t, void *p, const struct jv *v)
{
	uint32_t seen = 0;
	struct jv_member *m;

	if (v->type == JV_NULL)
		return 0;
	if (v->type != JV_OBJECT)
		return mf_wrong_type(r, "an object");
	VEC_FOREACH(m, &v->members) {
		size_t i = find_field(t, m->key);
		size_t mark;
		int rc;

		if (i == t->n) {
			mark = mf_path_push(
			    &r->path, arena_cstr(r->arena, m->key));
			warn(r, STR("unknown member, ignored"));
			r->path.n = mark;
			continue;
		}
		mark = mf_path_push(&r->path, t->fields[i].name);
		if ((seen & (uint32_t)1 << i) != 0) {
			if (!is_repeat(v, &t->fields[i]))
				return fault(r, "the member is given twice");
			r->path.n = mark;
			continue;
		}
		seen |= (uint32_t)1 << i;
		rc = read_field(r, &t->fields[i], p, m->value);
		if (rc != 0)
			return rc;
		r->path.n = mark;
	}
	return 0;
}

/* formats */

static bool
any_has(const struct jv *entries, const char *name, const char *without)
{
	struct jv **it;

	if (!jv_is(entries, JV_ARRAY))
		return false;
	VEC_FOREACH(it, &entries->items) {
		if (mf_member(*it, name) != NULL &&
		    (without == NULL || mf_member(*it, without) == NULL))
			return true;
	}
	return false;
}

static enum manifest_format
detect(const struct jv *root)
{
	const struct jv *refs = mf_member(root, "ReferenceValues");
	const struct jv *snp = mf_member(refs, "snp");

	if (mf_member(root, "WorkloadOwnerPubKeys") != NULL)
		return MANIFEST_2;
	if (any_has(snp, "PlatformInfo", NULL))
		return MANIFEST_1_10;
	if (any_has(snp, "GuestPolicy", NULL))
		return MANIFEST_1_7;
	if (any_has(mf_member(refs, "tdx"), "Rtmrs", "MinimumQeSvn"))
		return MANIFEST_2;
	return MANIFEST_1_2;
}

/* Policies were arrays of names; SNP was an object. */
static bool
is_legacy(const struct jv *root)
{
	const struct jv *policies = mf_member(root, "Policies");
	const struct jv *refs = mf_member(root, "ReferenceValues");

	if (jv_is(mf_member(refs, "SNP"), JV_OBJECT))
		return true;
	return jv_is(policies, JV_OBJECT) && policies->members.n > 0 &&
	       jv_is(policies->members.p[0].value, JV_ARRAY);
}

static int
read_root(struct mf_reader *r, const struct jv *root, bool legacy)
{
	if (!jv_is(root, JV_OBJECT))
		return rt_err_set(
		    r->err, RT_EFORMAT, "a manifest is a JSON object");
	if (legacy && is_legacy(root))
		return mf_read_legacy(r, root);
	manifest_init(r->m, detect(root));
	r->m->policies_set = false;
	return mf_read_table(r, mf_table_of(r->m->format), r->m, root);
}

int
manifest_read(struct manifest *out, struct arena *a, struct str text,
    bool legacy, struct rt_err *err)
{
	struct manifest m;
	struct mf_reader r = {a, &m, err, {0}};
	struct jv *root = NULL;
	int rc;

	if (text.n > MANIFEST_SIZE_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "a manifest is at most %zu MiB", MANIFEST_SIZE_MAX >> 20);
	rc = mf_parse_json(&root, a, text, err);
	if (rc != 0)
		return rc;
	rc = read_root(&r, root, legacy);
	buf_free(&r.path);
	if (rc == 0)
		*out = m;
	return rc;
}
