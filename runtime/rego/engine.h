/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_ENGINE_H
#define CONTRASTC_REGO_ENGINE_H

#include "grammar/rego_ast.h"
#include "runtime/rego/builtin.h"
#include "runtime/rego/value.h"

/*
 * What holds: rules, functions, partial sets and objects, heads with keys,
 * else, defaults, comprehensions, every, with, not (both senses), print,
 * templates, limits, queries; linking it needs the built-ins of builtin.h.
 *
 * One engine for the command line and for daemons (rego 15): modules are
 * compiled to a program once; the program never changes and may be shared by
 * threads; each thread has an evaluator with memory of its own.
 */
struct rego_program;
struct rego_eval;

struct rego_compile {
	const struct rego_profile *profile;
	struct rego_module *const *modules; /* checked by rego_check() */
	size_t nmodules;
	struct str data; /* JSON text of the base data; empty: {} */
	/* Functions that the caller brings, as long-lived as the program. */
	const struct rego_builtin *more;
	size_t nmore;
	bool strict; /* built-in errors end the evaluation */
	bool prints; /* false: print() is removed */
};

/*
 * Compiles.  The modules may go afterwards.  RT_EFORMAT: data; RT_EINVAL: the
 * modules are not what rego_check() passes; RT_ELIMIT.
 */
int rego_program_new(struct rego_program **out, const struct rego_compile *c,
    struct rt_err *err) RT_MUST_CHECK;
/* Accepts NULL. */
void rego_program_free(struct rego_program *p);

/*
 * A query, compiled against the program: rego_check_query() has passed it.
 * It adds to the program, so no other thread may use that at the time.
 */
struct rego_query;
int rego_query_new(struct rego_query **out, struct rego_program *p,
    const struct rego_body *body, struct rt_err *err) RT_MUST_CHECK;
void rego_query_free(struct rego_query *q);

/* 0: the default of rego 15.4. */
struct rego_limits {
	uint64_t instructions;
	size_t memory;        /* bytes for one query */
	uint64_t nanoseconds; /* wall clock */
};

struct rego_eval *rego_eval_new(
    const struct rego_program *p, const struct rego_limits *limits);
/* Accepts NULL. */
void rego_eval_free(struct rego_eval *e);
/* Forgets the last query and its values; keeps data. */
void rego_eval_reset(struct rego_eval *e);
/* Where input of the next query is made. */
struct rv_heap *rego_eval_heap(struct rego_eval *e);
/* Values of rego_eval_heap(); RV_UNDEFINED: no input. */
void rego_eval_input(struct rego_eval *e, rv input);
/*
 * New base data, which stays until the next one: the value is copied.  (The
 * agent's state: the whole document after a patch.)
 */
void rego_eval_data(struct rego_eval *e, rv data);
rv rego_eval_base(const struct rego_eval *e);
void rego_eval_now(struct rego_eval *e, int64_t ns);

/*
 * Receives what print() prints: the file of the call, its place, and the text
 * without a newline.  All of it goes when the function returns.
 */
typedef void (*rego_print_fn)(
    void *arg, struct str file, struct place at, struct str text);
void rego_eval_prints(struct rego_eval *e, rego_print_fn fn, void *arg);

/*
 * Marks which places of the modules run in queries from now on; NULL ends it.
 * The program must live as long.
 */
struct rego_cover;
struct rego_cover *rego_cover_new(const struct rego_program *p);
/* Accepts NULL. */
void rego_cover_free(struct rego_cover *c);
void rego_eval_cover(struct rego_eval *e, struct rego_cover *c);
/* Did anything run that stands there? */
bool rego_cover_ran(const struct rego_cover *c, struct loc l);
/* Did the rule with this head (head_loc) give a value? */
bool rego_cover_gave(const struct rego_cover *c, struct loc head);

/* One solution: values of the expressions, then of the variables. */
struct rego_result {
	const rv *expressions;
	const rv *bindings; /* in the order of rego_query_var() */
};
size_t rego_query_expressions(const struct rego_query *q);
size_t rego_query_vars(const struct rego_query *q);
struct str rego_query_var(const struct rego_query *q, size_t i);

/*
 * Runs a query: `each` gets every solution (false: enough).  0, or RT_ELIMIT
 * or RT_EVERIFY with the fault in rego_eval_fault(): then nothing that was
 * seen is a verdict.
 */
typedef bool (*rego_each_fn)(void *arg, const struct rego_result *r);
int rego_eval_query(struct rego_eval *e, const struct rego_query *q,
    rego_each_fn each, void *arg, struct rt_err *err) RT_MUST_CHECK;
/* The value of a rule ("data.agent_policy.CreateContainerRequest"). */
int rego_eval_rule(rv *out, struct rego_eval *e, struct str path,
    struct rt_err *err) RT_MUST_CHECK;

/* `file` empty: in the query. */
struct rego_where {
	struct rego_fault fault;
	struct str file;
	struct place at;
};
const struct rego_where *rego_eval_fault(const struct rego_eval *e);
/* Instructions of the last query. */
uint64_t rego_eval_spent(const struct rego_eval *e);

#endif
