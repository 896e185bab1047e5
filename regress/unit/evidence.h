/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_EVIDENCE_H
#define CONTRASTC_REGRESS_EVIDENCE_H

#include <stdio.h>
#include <string.h>

#include "runtime/wire/atls.h"

/*
 * Evidence of tests: the report data itself, and bytes that fill it up.  What
 * it is good for is that both sides must have computed the same.
 */
#define EVIDENCE_OID "1.3.9901.2.99"

/* What the callbacks of a party get as their argument. */
struct evidence {
	size_t size; /* of the document, if above ATLS_REPORT_DATA_LEN */
	bool refuse; /* the validator refuses what is right, too */
	unsigned issued, judged; /* calls */
};

static int
evidence_issue(char oid[ATLS_OID_MAX], struct buf *doc, void *arg,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err)
{
	struct evidence *e = arg;

	(void)deadline;
	(void)err;
	e->issued++;
	(void)snprintf(oid, ATLS_OID_MAX, EVIDENCE_OID);
	buf_put(
	    doc, (struct str){(const char *)report_data, ATLS_REPORT_DATA_LEN});
	if (e->size > ATLS_REPORT_DATA_LEN)
		buf_fill(doc, 'x', e->size - ATLS_REPORT_DATA_LEN);
	return 0;
}

static int
evidence_validate(void *arg, const char *oid, struct str doc,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err)
{
	struct evidence *e = arg;

	(void)deadline;
	if (strcmp(oid, EVIDENCE_OID) != 0)
		return rt_err_set(err, RT_ENOTFOUND, "not evidence");
	e->judged++;
	if (e->refuse)
		return rt_err_set(err, RT_EVERIFY, "test: told to refuse");
	if (doc.n < ATLS_REPORT_DATA_LEN ||
	    memcmp(doc.p, report_data, ATLS_REPORT_DATA_LEN) != 0)
		return rt_err_set(err, RT_EVERIFY, "test: report data differ");
	return 0;
}

#endif
