/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests: the first line is the kind, the rest JSON.  What normalising
 * gives is normal: once more, and it stays as it is.  Files that are copied
 * have a form per generation of agents.
 */
#include <stdlib.h>

#include "runtime/agent/agent.h"
#include "runtime/base/jv.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every form of a file's copy leads back to the same one. */
static void
copy(struct arena *a, const struct jv *request)
{
	struct jv *first, *other, *back;
	int form;

	if (agent_copy_file(&first, a, AGENT_COPY_REDUCED, request, NULL) != 0)
		return;
	for (form = AGENT_COPY_REDUCED; form <= AGENT_COPY_LINK; form++) {
		if (agent_copy_file(
			&other, a, (enum agent_copy)form, first, NULL) != 0 ||
		    agent_copy_file(
			&back, a, AGENT_COPY_REDUCED, other, NULL) != 0)
			abort();
	}
}

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
		if (str_eqz(kind, "CopyFileRequest"))
			copy(a, request);
	}
	arena_free(a);
	return 0;
}
