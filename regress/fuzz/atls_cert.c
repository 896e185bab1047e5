/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges any bytes as the certificate of a peer: first as it is, then its
 * extensions alone, because no fuzzer signs.
 */
#include <stdlib.h>

#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
validate(void *arg, const char *oid, struct str doc,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err)
{
	size_t *sum = arg, i;

	(void)report_data;
	(void)deadline;
	for (i = 0; i < doc.n; i++)
		*sum += (unsigned char)doc.p[i];
	return rt_err_set(err, RT_EVERIFY, "%s", oid);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned char *p = data;
	size_t sum = 0;
	struct atls_conn c = {
	    .us = {.validate = validate, .validate_arg = &sum}};
	X509 *x;

	if (size > ATLS_CERT_MAX)
		return 0;
	x = d2i_X509(NULL, &p, (long)size);
	if (x == NULL)
		return 0;
	/* nothing is accepted */
	if (atls_judge(&c, x, NULL) == 0 ||
	    atls_judge_evidence(&c, x, NULL) == 0)
		abort();
	buf_free(&c.spki);
	X509_free(x);
	return 0;
}
