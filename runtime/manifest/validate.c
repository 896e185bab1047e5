/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest must say to be usable (cli 7.4); collects every finding. */
#include <stddef.h>

#include "runtime/manifest/manifest_int.h"
#include "runtime/pki/der.h"
#include "runtime/base/banned.h"

struct mf_checker {
	struct arena *arena;
	const struct manifest *m;
	struct manifest_notes *out;
	struct buf path;
	bool coordinator; /* there is one */
	size_t missing;   /* values to fill in, placeholders not counted */
	bool invalid;
};

#define finding(c, expected, ...)                                              \
	add_finding((c), (expected), arena_printf((c)->arena, __VA_ARGS__))

static void
add_finding(struct mf_checker *c, bool expected, struct str text)
{
	struct manifest_note n = {
	    arena_str(c->arena, buf_str(&c->path)), text, expected};

	VEC_PUSH(c->arena, &c->out->v, n);
	c->invalid = c->invalid || !expected;
	c->missing += expected;
}

/* The checks that the tables name. */

void
mf_check_tcb(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	if (*(const int16_t *)p < 0)
		finding(c, (f->flags & MF_FILL) != 0, "field cannot be empty");
}

void
mf_check_svn(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	(void)f;
	if (*(const int32_t *)p < 0)
		finding(c, false, "field cannot be empty");
}

void
mf_check_product(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	static const char *const products[] = {"Milan", "Genoa", "Turin"};
	const struct str *s = p;
	size_t i;

	(void)f;
	for (i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		if (str_eqz(*s, products[i]))
			return;
	}
	finding(c, false, "unknown product name: %.*s", STR_ARG(*s));
}

void
mf_check_guest_policy(
    struct mf_checker *c, const struct mf_field *f, const void *p)
{
	bool bad;

	if (f->off == offsetof(struct manifest_guest_policy, abi_minor))
		bad = *(const uint8_t *)p != 0 && *(const uint8_t *)p != 31;
	else if (f->type == MF_BYTE)
		bad = *(const uint8_t *)p != 0;
	else
		bad = *(const bool *)p !=
		      (f->off == offsetof(struct manifest_guest_policy, smt));
	if (bad)
		finding(c, false, "modifying this field is not permitted");
}

static bool
decode(struct mf_checker *c, struct str *der, const void *p)
{
	struct rt_err err = {0};

	if (rt_unhex(der, c->arena, *(const struct str *)p, &err) == 0)
		return true;
	finding(c, false, "parsing from hex: %s", err.text);
	return false;
}

void
mf_check_owner_key(
    struct mf_checker *c, const struct mf_field *f, const void *p)
{
	struct str der;

	(void)f;
	if (decode(c, &der, p) && !der_is_ec_spki(der))
		finding(c, false, "not the DER of an EC public key");
}

void
mf_check_seedshare_key(
    struct mf_checker *c, const struct mf_field *f, const void *p)
{
	struct str der;

	(void)f;
	if (decode(c, &der, p) && !der_is_rsa_pkcs1(der))
		finding(c, false,
		    "parsing from PKCS1: not the DER of an RSA public key");
}

void
mf_check_api(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	const struct str *s = p;
	uint64_t n;

	(void)f;
	if (s->n == 0)
		return;
	if (s->n < 2 || s->p[0] != 'v' || s->p[1] == '0' ||
	    !str_u64(str_sub(*s, 1, s->n), UINT32_MAX, &n))
		finding(c, false, "invalid API version: %.*s", STR_ARG(*s));
}

static bool
is_insecure(struct str platform)
{
	const struct platform *p = platform_find(platform);

	return p != NULL && (p->insecure || p->simulated);
}

void
mf_check_refs(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	const struct manifest_refs *r = p;
	size_t i, all = r->snp.n + r->tdx.n + r->simulated.n;
	size_t insecure = r->simulated.n;

	(void)f;
	for (i = 0; i < r->snp.n; i++)
		insecure += is_insecure(r->snp.p[i].platform);
	for (i = 0; i < r->tdx.n; i++)
		insecure += is_insecure(r->tdx.p[i].platform);
	if (all == 0)
		finding(c, false,
		    "reference values in manifest cannot be empty. Is the "
		    "chosen platform supported?");
	else if (insecure != 0 && insecure != all)
		finding(c, false,
		    "manifest must not mix secure and insecure platforms");
}

/* policies */

static void
check_hash(struct mf_checker *c, struct str hash)
{
	struct rt_err err = {0};
	struct str raw;

	if (rt_unhex(&raw, c->arena, hash, &err) != 0)
		finding(c, false, "decoding policy hash \"%.*s\": %s",
		    STR_ARG(hash), err.text);
	/* 96: an initdata digest by SHA-384, for TDX */
	else if (hash.n != 64 && hash.n != 96)
		finding(c, false,
		    "invalid policy hash length: %zu (expected 64)", hash.n);
}

void
mf_check_policy(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	const struct manifest_policy *policy = p;
	struct str role = policy->role;
	size_t mark;

	(void)f;
	check_hash(c, policy->hash);
	if (str_eqz(role, "coordinator")) {
		c->coordinator = true;
	} else if (role.n > 0) {
		mark = mf_path_push(&c->path, "Role");
		finding(c, false, "unknown role: %.*s", STR_ARG(role));
		c->path.n = mark;
	}
}

static void
check_policies(struct mf_checker *c, const struct mf_field *f)
{
	const struct manifest_policy *p;

	VEC_FOREACH(p, &c->m->policies) {
		size_t mark = c->path.n;

		buf_printf(&c->path, "[\"%.*s\"]", STR_ARG(p->hash));
		f->check(c, f, p);
		c->path.n = mark;
	}
}

/* the walk */

/* It is a value, so the verdict stands; but the user should hear of it. */
static void
placeholder(struct mf_checker *c)
{
	finding(c, true, "placeholder that no hardware matches");
	c->missing--;
}

static void
check_hex(struct mf_checker *c, const struct mf_field *f, const void *p)
{
	const struct str *s = p;

	if (s->n == 0 && (f->flags & MF_OMIT) != 0)
		return;
	/* The first format named signing keys instead. */
	if (c->m->format == MANIFEST_0_2)
		return;
	if (s->n != f->digits) {
		finding(c, s->n == 0 && (f->flags & MF_FILL) != 0,
		    "invalid length: %zu (expected %u)", s->n, f->digits);
	} else {
		struct rt_err err = {0};
		struct str raw;

		if (rt_unhex(&raw, c->arena, *s, &err) != 0)
			finding(c, false, "%s", err.text);
		else if ((f->flags & MF_REAL) != 0 && mf_is_zero(*s))
			placeholder(c);
	}
}

static void
check_each(struct mf_checker *c, const struct mf_field *f, const struct str *p,
    size_t n)
{
	mf_check *check = f->check != NULL ? f->check : check_hex;
	size_t i;

	for (i = 0; i < n; i++) {
		size_t mark = mf_path_index(&c->path, i);

		check(c, f, &p[i]);
		c->path.n = mark;
	}
}

static void check_table(
    struct mf_checker *c, const struct mf_table *t, const void *p);

static void
check_entries(
    struct mf_checker *c, const struct mf_table *t, const struct mf_vec *v)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		size_t mark = mf_path_index(&c->path, i);

		check_table(c, t, v->p + i * t->size);
		c->path.n = mark;
	}
}

static void
check_field(struct mf_checker *c, const struct mf_field *f, const void *base)
{
	const char *at = (const char *)base + f->off;
	const struct manifest_list *l = (const void *)at;

	switch (f->type) {
	case MF_OBJECT:
		if (f->has != 0 &&
		    !*(const bool *)(const void *)((const char *)base + f->has))
			return;
		if (f->check != NULL)
			f->check(c, f, at);
		check_table(c, f->sub, at);
		return;
	case MF_ENTRIES:
		check_entries(c, f->sub, (const void *)at);
		return;
	case MF_POLICIES:
		check_policies(c, f);
		return;
	case MF_HEXES:
		check_each(c, f, l->v.p, l->v.n);
		return;
	case MF_RTMRS:
		check_each(c, f, (const void *)at, MANIFEST_RTMRS);
		return;
	case MF_HEX:
		check_hex(c, f, at);
		return;
	case MF_STRING:
	case MF_BOOL:
	case MF_BYTE:
	case MF_UINT:
	case MF_TCB:
	case MF_SVN:
	case MF_STRINGS:
		break;
	}
	if (f->check != NULL)
		f->check(c, f, at);
}

static void
check_table(struct mf_checker *c, const struct mf_table *t, const void *p)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		size_t mark = mf_path_push(&c->path, t->fields[i].name);

		check_field(c, &t->fields[i], p);
		c->path.n = mark;
	}
}

enum manifest_verdict
manifest_validate(
    struct manifest_notes *out, struct arena *a, const struct manifest *m)
{
	struct mf_checker c = {.arena = a, .m = m, .out = out};

	check_table(&c, mf_table_of(m->format), m);
	buf_free(&c.path);
	if (c.invalid)
		return MANIFEST_INVALID;
	if (c.missing > 0)
		return MANIFEST_EXPECTED_MISSING;
	return c.coordinator ? MANIFEST_OK : MANIFEST_NO_COORDINATOR;
}

bool
mf_lacks_expected(struct arena *a, const struct manifest *m,
    const struct mf_table *t, const void *entry)
{
	struct manifest_notes notes = {0};
	struct mf_checker c = {.arena = a, .m = m, .out = &notes};

	check_table(&c, t, entry);
	buf_free(&c.path);
	return !c.invalid && c.missing > 0;
}

const char *
manifest_verdict_name(enum manifest_verdict v)
{
	static const char *const names[] = {
	    [MANIFEST_OK] = "ok",
	    [MANIFEST_NO_COORDINATOR] = "no-coordinator",
	    [MANIFEST_EXPECTED_MISSING] = "expected-missing",
	    [MANIFEST_INVALID] = "invalid",
	    [MANIFEST_PARSE_ERROR] = "parse-error",
	};

	return names[v];
}
