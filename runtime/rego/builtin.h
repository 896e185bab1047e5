/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_BUILTIN_H
#define CONTRASTC_REGO_BUILTIN_H

#include "runtime/rego/value.h"

/*
 * Built-in functions (rego 9).  grammar/builtin.def is the catalogue; each row
 * has a function here, or none: "built-in not available" with the reason.
 */

/* How evaluation fails (rego 8.1), X(id, code). */
#define REGO_FAULTS(X)                                                         \
	X(REGO_EINTERNAL, "eval_internal_error")                               \
	X(REGO_ETYPE, "eval_type_error")                                       \
	X(REGO_EBUILTIN, "eval_builtin_error")                                 \
	X(REGO_ECONFLICT, "eval_conflict_error")                               \
	X(REGO_EMERGE, "eval_with_merge_error")                                \
	X(REGO_ECANCEL, "eval_cancel_error")

enum rego_fault_code {
	REGO_FINE,
#define X(id, code) id,
	REGO_FAULTS(X)
#undef X
};

struct rego_fault {
	enum rego_fault_code code;
	bool aborts; /* also where built-in errors are not strict */
	char text[256];
};

/* What one query shares among its calls. */
struct rego_env {
	int64_t now_ns;               /* the same in one query */
	struct rego_regexes *regexes; /* compiled patterns, kept over queries */
	struct buf text;              /* what built-ins write in: buf_free() */
};

struct rego_call {
	struct rv_heap *heap;
	struct rego_env *env;
	const struct rego_builtin *builtin;
	const rv *args; /* all defined */
	unsigned nargs;
	struct rego_fault *fault;
};

/*
 * RV_UNDEFINED with a fault set is an error; without one the call has no
 * result.  Long loops look at heap->full.
 */
typedef rv (*rego_builtin_fn)(struct rego_call *c);

struct rego_builtin {
	const char *name;
	int arity;          /* -1: any number */
	char where;         /* letter of the row of builtin.def */
	bool is_relation;   /* walk: each element of the array is a result */
	rego_builtin_fn fn; /* NULL: hermetic, never available */
};

/* By name, if the profile has it; NULL otherwise. */
const struct rego_builtin *rego_builtin_find(
    const struct rego_profile *p, struct str name);

/* Sets a fault; returns RV_UNDEFINED.  The text begins with the name. */
rv rego_fail(struct rego_call *c, enum rego_fault_code code, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/*
 * Is operand `i` (from 0) of one of the types, a mask of 1 << enum rv_type?
 * False sets the type error of rego 8.1, types in the order of `text`
 * ("{array, object, set, string}" or "string").
 */
bool rego_want(
    struct rego_call *c, unsigned i, unsigned types, const char *text);

/* The operators: also what `a + b` and the like call (set union …). */
rv rego_operate(struct rego_call *c, unsigned op /* enum rego_op */);

struct rego_regexes *rego_regexes_new(void);
void rego_regexes_free(struct rego_regexes *r);

#endif
