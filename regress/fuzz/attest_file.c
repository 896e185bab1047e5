/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of the cache, and as each kind of the offline store. */
#include <stdlib.h>

#include "runtime/attest/attest_cache.h"
#include "runtime/attest/attest_gather.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A path that the pattern takes. */
static const char *
path_of(struct arena *a, const char *pattern)
{
	char *path = (char *)(uintptr_t)arena_cstr(a, str_from(pattern)), *p;

	for (p = path; *p != '\0'; p++)
		*p = *p == '*' ? 'x' : *p;
	return path;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct attest_file f = {.bytes = {(const char *)data, size}};
	struct attest_body body;
	int64_t from, to;
	size_t i;

	if (attest_cache_parse(&body, &from, f.bytes, "https://a.example/b") &&
	    (from < 0 || body.bytes.n + body.chain.n > size))
		abort();
	for (i = 0; attest_file_pattern(i) != NULL; i++) {
		f.path = path_of(a, attest_file_pattern(i));
		if (attest_file_validity(&from, &to, a, &f, NULL) ==
		    RT_ENOTFOUND)
			abort();
	}
	arena_free(a);
	return 0;
}
