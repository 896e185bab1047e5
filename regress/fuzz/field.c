/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a stream of documents against the table of fields, as
 * selected and as others; a stream that was refused has an error, and every
 * finding has a place inside it.
 */
#include <stdlib.h>

#include "compiler/front/k8s.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_all(struct str text, bool selected)
{
	struct arena *a = arena_new();
	struct source *s = source_new(a, STR("fuzz"), text);
	struct k8s_objects objects = {0};
	struct units units = {0};
	struct k8s_object **o;
	struct diag **g;
	struct diags d;
	size_t errors;

	diags_init(&d, a);
	if (yaml_read(&units, a, &d, s))
		(void)k8s_objects_read(&objects, a, &d, &units);
	VEC_FOREACH(o, &objects.list) {
		errors = d.errors;
		if (k8s_check_fields(a, &d, *o, selected, false) !=
		    (d.errors == errors))
			abort();
		if (!selected && d.errors != errors)
			abort();
	}
	VEC_FOREACH(g, &d.list) {
		if ((size_t)(*g)->loc.off + (*g)->loc.len > text.n)
			abort();
	}
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};

	if (n > 65536)
		return 0;
	check_all(text, true);
	check_all(text, false);
	return 0;
}
