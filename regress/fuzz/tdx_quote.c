/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as a quote, as its document and as a TDREPORT. */
#include <stdlib.h>

#include "runtime/attest/tdx.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_quote(struct arena *a, struct str bytes)
{
	struct attest_result r = {.arena = a};
	struct buf again = {0}, doc = {0};
	struct tdx_quote q;
	struct str back;

	if (tdx_quote_parse(&q, &r, bytes) != 0)
		return;
	/* What was read is written as it was, and survives its document. */
	tdx_quote_write(&again, &q);
	tdx_doc_encode(&doc, &q);
	if (!str_eq(buf_str(&again), bytes) ||
	    tdx_doc_decode(&back, &r, buf_str(&doc)) != 0 ||
	    !str_eq(back, bytes))
		abort();
	buf_free(&again);
	buf_free(&doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size}, quote;
	struct attest_result r = {.arena = a};
	struct tdx_report report;

	read_quote(a, text);
	if (tdx_doc_decode(&quote, &r, text) == 0)
		read_quote(a, quote);
	(void)!tdx_report_parse(&report, &r, text);
	arena_free(a);
	return 0;
}
