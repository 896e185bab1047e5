/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "runtime/attest/attest_host.h"
#include "runtime/attest/party.h"
#include "runtime/base/banned.h"

static int
issue(char oid[ATLS_OID_MAX], struct buf *doc, void *arg,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err)
{
	const struct attest_party *p = arg;
	struct attest_result r = {.arena = arena_new()};
	struct str bytes;
	const char *name;
	int rc;

	(void)deadline;
	rc = attest_issue(&name, &bytes, &r, p->host, report_data, p->env);
	if (rc == 0) {
		(void)snprintf(oid, ATLS_OID_MAX, "%s", name);
		buf_put(doc, bytes);
	} else {
		rc = rt_err_set(err, RT_ECRYPTO, "%s: %.*s",
		    attest_code_name(r.code), STR_ARG(r.text));
	}
	arena_free(r.arena);
	return rc;
}

static int
validate(void *arg, const char *oid, struct str doc,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err)
{
	struct attest_party *p = arg;
	struct attest_expect e = {
	    .digests = p->digests, .ndigests = p->ndigests};
	struct arena *a = p->result.arena;
	int rc;

	(void)deadline;
	memcpy(e.report_data, report_data, sizeof(e.report_data));
	p->result = (struct attest_result){.arena = a};
	rc = attest_verify(
	    &p->result, oid, doc, p->validators, p->nvalidators, &e, p->env);
	if (rc == RT_EVERIFY)
		return rt_err_set(err, rc, "%s: %.*s",
		    attest_code_name(p->result.code), STR_ARG(p->result.text));
	return rc;
}

void
attest_party(struct atls_party *out, struct attest_party *p)
{
	out->issue = p->host == NULL ? NULL : issue;
	out->issue_arg = p;
	out->validate = p->validators == NULL ? NULL : validate;
	out->validate_arg = p;
}
