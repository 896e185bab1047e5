/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_REGO_CASE_H
#define CONTRASTC_REGRESS_REGO_CASE_H

#include "grammar/rego_ast.h"
#include "regress/conform.h"
#include "runtime/base/jv.h"
#include "runtime/rego/engine.h"

/* One question to the engine, and its answer. */

#define REGO_MODULES_MAX 64

struct rego_case {
	const struct rego_profile *profile;
	bool v0, strict;
	struct str modules[REGO_MODULES_MAX];
	size_t nmodules;
	struct str query;
	struct str data;       /* JSON text, or empty */
	struct str input;      /* JSON text; p NULL: none */
	struct str input_term; /* a term instead */
};

struct rego_answer {
	bool failed;
	struct str code, text; /* of the failure */
	/* One object of bindings a solution, and the first expression's value. */
	struct rv_builder results, values;
	struct rv_heap *heap; /* of them */

	struct arena *arena;
	struct rego_program *program;
	struct rego_eval *eval;
	struct rego_query *query;
	VEC(struct rego_query *) queries; /* whose constants are in values */
};

/* `out` is to be closed in any case. */
void rego_ask(struct rego_answer *out, const struct rego_case *k);
void rego_ask_end(struct rego_answer *out);
/* A value of JSON text, in the heap of the answer; RV_UNDEFINED: none. */
rv rego_expect(struct rego_answer *a, const struct jv *v);
rv rego_read(struct rego_answer *a, struct str text);
/* As JSON knows it: sets are arrays, keys are strings. */
rv rego_plain(struct rego_answer *a, rv v);
/* For a comparison: which arrays are sorted. */
enum rego_sort { REGO_KEEP, REGO_SORT_TOP, REGO_SORT_ALL };
rv rego_sorted(struct rv_heap *h, rv v, enum rego_sort how);
/* For a message, clipped. */
const char *rego_show(struct rego_answer *a, rv v);

/* The suites: files of JSON with cases of OPA, of YAML with others. */
void conform_rego_opa(struct conform *c, const char *dir);
void conform_rego_yaml(struct conform *c, const char *dir);
void conform_rego_agent(struct conform *c, const char *dir);

/* Counts of topics, printed at the end. */
struct rego_topic {
	struct str name;
	size_t passed, failed, skipped;
	bool optional;
};
struct rego_topics {
	VEC(struct rego_topic) list;
	const char *suite;
};
/* A case of a topic: NULL passed; of optional topics nothing is a failure. */
void rego_score(struct conform *c, struct rego_topics *t, struct str topic,
    const char *name, const char *bad);
void rego_topics_print(const struct rego_topics *t);

#endif
