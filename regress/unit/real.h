/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_UNIT_REAL_H
#define CONTRASTC_UNIT_REAL_H

/* Files that others wrote, which lie beside the project. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/front/edit.h"
#include "compiler/front/k8s.h"
#include "regress/unit/unit.h"

/* Sets the runtime class of every pod, as a user would. */
static const struct source *
real_mark(struct arena *a, const struct source *s)
{
	struct k8s_objects objects = {{NULL, 0, 0}};
	struct units units = {{NULL, 0, 0}};
	const struct source *out;
	struct k8s_object **o;
	struct edits *edits;
	struct diags d;

	diags_init(&d, a);
	if (!yaml_read(&units, a, &d, s) ||
	    !k8s_objects_read(&objects, a, &d, &units))
		return NULL;
	edits = edits_new(a, &d, s, &units);
	VEC_FOREACH(o, &objects.list) {
		if (yaml_is((*o)->pod_spec, YAML_MAP))
			edit_put(edits, (*o)->pod_spec, STR("runtimeClassName"),
			    yaml_new_str(a, STR("contrast-cc")));
	}
	return edit_apply(edits, &out, NULL) ? out : NULL;
}

/* False: they are not there. */
static bool
real_files(glob_t *g)
{
	const char *shared = getenv("SHARED");
	char pattern[4096];

	(void)snprintf(pattern, sizeof(pattern), "%s/vectors/real/*/*.*",
	    shared != NULL ? shared : "../shared");
	return glob(pattern, 0, NULL, g) == 0;
}

#endif
