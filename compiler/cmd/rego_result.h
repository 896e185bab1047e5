/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_REGO_RESULT_H
#define CONTRASTC_CMD_REGO_RESULT_H

#include "runtime/rego/engine.h"

/* What a query gave, in the formats of `rego eval` (rego 13.1). */

struct eval_result {
	struct str *values;   /* JSON, one for each expression */
	struct str *raw;      /* the same, strings plain */
	struct str *bindings; /* JSON, one for each variable */
};

struct eval_results {
	struct arena *arena;
	const struct rego_body *query;
	VEC(struct str) vars;
	size_t *order; /* of the variables, by name */
	VEC(struct eval_result) list;
};

void eval_results_init(struct eval_results *out, struct arena *a,
    const struct rego_body *query, const struct rego_query *q);
void eval_results_add(struct eval_results *out, const struct rv_heap *h,
    const struct rego_query *q, const struct rego_result *r);

typedef void eval_format(struct buf *out, const struct eval_results *r);
/* By name; NULL if there is none. */
eval_format *eval_format_find(struct str name);

#endif
