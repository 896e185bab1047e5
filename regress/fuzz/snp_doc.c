/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a document: what is read is the same after writing it. */
#include <stdlib.h>

#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attest_result r = {.arena = arena_new()};
	struct str in = {(const char *)data, size};
	struct snp_evidence ev = {0}, again = {0};
	struct buf b = {0};

	if (snp_doc_read(&ev, &r, in) == 0) {
		if (snp_doc_write(&b, &ev, SNP_GENOA, NULL) != 0 ||
		    snp_doc_read(&again, &r, buf_str(&b)) != 0 ||
		    !str_eq(again.vcek, ev.vcek) ||
		    !str_eq(again.vlek, ev.vlek) || !str_eq(again.crl, ev.crl))
			abort();
		if (!str_eq(again.report, ev.report))
			abort();
	} else if (r.code == ATTEST_OK) {
		abort();
	}
	buf_free(&b);
	arena_free(r.arena);
	return 0;
}
