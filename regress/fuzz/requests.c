/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded requests, line by line or in a list. */
#include <stdlib.h>

#include "compiler/analyse/requests.h"
#include "runtime/agent/agent.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena *a = arena_new();
	struct requests r = {0};
	const struct recorded *it;

	if (requests_read(&r, a, text, NULL) == 0) {
		VEC_FOREACH(it, &r.list) {
			if (!agent_request_known(it->kind))
				abort();
		}
	}
	arena_free(a);
	return 0;
}
