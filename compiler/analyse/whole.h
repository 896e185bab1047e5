/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_WHOLE_H
#define CONTRASTC_ANALYSE_WHOLE_H

#include "runtime/base/err.h"
#include "runtime/base/jv.h"

/* A policy that somebody has, with its data; or rules that still need some. */
struct whole {
	struct str module; /* Rego */
	const struct jv
	    *data; /* of `policy_data := `, the last rule; or NULL */
	bool full; /* the data are all of what lowering made */
};

/* A module, alone or in an initdata document.  RT_EFORMAT. */
int whole_read(struct whole *out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;

#endif
