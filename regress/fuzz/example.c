/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions of policy data: where there is an example it is bounded, and
 * the same again.
 */
#include <stdlib.h>

#include "compiler/analyse/example.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str pattern = {(const char *)data, size}, first, again;
	struct arena *a = arena_new();

	if (example_of(&first, a, pattern) &&
	    (first.n > EXAMPLE_MAX || !example_of(&again, a, pattern) ||
		!str_eq(first, again)))
		abort();
	arena_free(a);
	return 0;
}
