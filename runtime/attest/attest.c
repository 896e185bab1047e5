/* SPDX-License-Identifier: Apache-2.0 */
/* All platforms behind one door. */
#include "runtime/attest/attest.h"
#include "runtime/attest/tdx.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

/*
 * In the order in which an issuer looks for them: a machine that is set up to
 * simulate must not issue anything else.
 */
static const struct attest_platform *const platforms[] = {
    &attest_simulated_snp,
    &attest_snp,
    &attest_tdx,
};
#define NPLATFORMS (sizeof(platforms) / sizeof(platforms[0]))

const struct attest_platform *
attest_platform_find(const char *oid)
{
	size_t i;

	for (i = 0; i < NPLATFORMS; i++) {
		if (strcmp(platforms[i]->oid, oid) == 0)
			return platforms[i];
	}
	return NULL;
}

/* One validator; what it found against the evidence goes to the others'. */
static int
try_one(struct attest_result *r, struct buf *text, struct str doc,
    const struct attest_validator *v, const struct attest_expect *e,
    const struct attest_env *env)
{
	struct attest_result own = {.arena = r->arena, .validator = v->name};
	struct attest_mismatch *m;

	if (v->platform->verify(&own, doc, v, e, env) == 0) {
		*r = own;
		return 0;
	}
	buf_printf(text, "%s%s: %s: %.*s", text->n > 0 ? "; " : "", v->name,
	    attest_code_name(own.code), STR_ARG(own.text));
	VEC_FOREACH(m, &own.mismatches) {
		m->validator = v->name;
		VEC_PUSH(r->arena, &r->mismatches, *m);
	}
	r->code = own.code;
	r->validator = v->name;
	return RT_EVERIFY;
}

static int
none(struct attest_result *r, const struct attest_platform *p)
{
	return attest_reject(r,
	    p == &attest_simulated_snp ? ATTEST_SIM_NOT_ALLOWED
				       : ATTEST_DOC_OID,
	    "evidence of %s is not accepted here", p->name);
}

int
attest_verify(struct attest_result *r, const char *oid, struct str doc,
    const struct attest_validator *v, size_t n, const struct attest_expect *e,
    const struct attest_env *env)
{
	const struct attest_platform *p = attest_platform_find(oid);
	struct buf text = {0};
	int rc = RT_EVERIFY;
	size_t i;

	if (p == NULL) {
		(void)attest_reject(
		    r, ATTEST_DOC_OID, "%s is not an OID of evidence", oid);
		return RT_ENOTFOUND;
	}
	if (doc.n == 0)
		return attest_reject(r, ATTEST_DOC_EMPTY, "no evidence");
	if (doc.n > ATTEST_DOC_MAX)
		return attest_reject(
		    r, ATTEST_DOC_SIZE, "evidence of %zu bytes", doc.n);
	for (i = 0; i < n && rc != 0; i++) {
		if (v[i].platform == p)
			rc = try_one(r, &text, doc, &v[i], e, env);
	}
	if (rc != 0 && r->code == ATTEST_OK)
		(void)none(r, p);
	else if (rc != 0)
		r->text = arena_str(r->arena, buf_str(&text));
	buf_free(&text);
	return rc;
}

const struct attest_platform *
attest_present(const struct attest_host *host)
{
	size_t i;

	for (i = 0; i < NPLATFORMS; i++) {
		if (platforms[i]->present(host))
			return platforms[i];
	}
	return NULL;
}

int
attest_issue(const char **oid, struct str *doc, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
    const struct attest_env *env)
{
	const struct attest_platform *p = attest_present(host);

	if (p == NULL)
		return attest_reject(r, ATTEST_ISSUE_NO_TEE,
		    "this machine has no trusted execution environment");
	*oid = p->oid;
	return p->issue(doc, r, host, report_data, env);
}
