/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with refusals in them, escaped or not. */
#include <stdlib.h>

#include "compiler/analyse/why.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena *a = arena_new();
	struct why_denials d = {0};
	const struct why_marker *m;
	struct why_denial **it;

	if (why_read(&d, a, text, NULL) != 0)
		abort();
	VEC_FOREACH(it, &d.list) {
		if (!agent_request_known((*it)->kind))
			abort();
		VEC_FOREACH(m, &(*it)->markers) {
			if (m->found.n > WHY_FOUND_MAX)
				abort();
		}
	}
	arena_free(a);
	return 0;
}
