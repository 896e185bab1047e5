/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests: the first line is the kind, the rest JSON.  What normalising
 * gives is normal: once more, and it stays as it is.
 */
#include <stdlib.h>

#include "runtime/agent/agent.h"
#include "runtime/base/jv.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = {(const char *)data, size};
	size_t end = str_chr(input, '\n', 0);
	struct arena *a = arena_new();
	struct jv *request, *once, *twice;
	struct str kind;

	kind = str_sub(input, 0, end);
	if (end != SIZE_MAX &&
	    jv_parse(&request, a, str_sub(input, end + 1, size), NULL) == 0) {
		once = agent_request_normalise(a, kind, request);
		if ((once != NULL) != agent_request_known(kind))
			abort();
		twice = once == NULL ? NULL
				     : agent_request_normalise(a, kind, once);
		if (once != NULL && !jv_equal(once, twice))
			abort();
	}
	arena_free(a);
	return 0;
}
