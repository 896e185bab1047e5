/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_EVAL_INT_H
#define CONTRASTC_REGO_EVAL_INT_H

#include "runtime/rego/program_int.h"

/* Inside of the evaluator. */

/* A path of data that `with` has replaced: rules at it or below are not. */
struct over {
	const struct over *up;
	const rv *keys;
	uint32_t n;
};

/* A function that `with` has replaced. */
struct mock {
	const struct mock *up;
	bool builtin;    /* the target is one */
	bool none;       /* inside of its replacement: the target again */
	uint8_t kind;    /* enum with_kind */
	uint32_t target; /* unit or built-in */
	rv value;
	uint32_t by;
};

/* What everything is evaluated against; `with` makes another one. */
struct world {
	rv input, base;
	const struct over *overs;
	const struct mock *mocks;
	uint64_t gen;       /* results of rules that hold here … */
	uint64_t gen_input; /* … and of those that read input */
};

/* Where it failed; the file is an index of the program. */
struct fault_at {
	struct rego_fault fault;
	uint32_t off;
	uint16_t file;
};

struct choice {
	const struct insn *resume;
	const struct world *world;
	const rv *keys, *values; /* keys NULL: an array */
	uint32_t i, n;           /* a mark: 0 and 0 */
	bool mark, catches;
};

struct frame {
	const struct insn *back; /* the call; NULL: the first frame */
	const struct unit *unit;
	const struct world *world;
	struct fault_at *pending; /* an abort in one of its definitions */
	uint32_t base, choices;
	bool soft;
};

/* The value of a rule. */
struct slot {
	uint64_t gen;
	rv value;
};

#define MEMO_SIZE 256
struct memo {
	uint64_t gen;
	uint32_t unit;
	rv args[REGO_MEMO_ARGS];
	rv value;
};

struct rego_eval {
	const struct rego_program *p;
	struct rv_heap heap;
	struct arena *state[2]; /* base data and the one before */
	unsigned which;
	rv base, input;
	struct rego_env env;
	struct rego_limits limits;

	/* the machine */
	rv *r;       /* registers of the frame */
	const rv *k; /* constants of its unit */
	const uint32_t *pool;
	const struct world *world;
	rv *regs;
	size_t nregs;
	struct frame *frames;
	size_t nframes, frames_cap;
	struct choice *choices;
	size_t nchoices, choices_cap;
	struct slot *slots;
	size_t nslots;
	struct memo memo[MEMO_SIZE];
	uint64_t gens;
	uint64_t left, budget; /* instructions */
	uint64_t deadline;     /* nanoseconds; 0: none */

	rv result;
	struct fault_at where;
	struct rego_where told;  /* the same for the caller */
	struct rego_fault fault; /* of the call that is made */

	const struct rego_query *query;
	rego_each_fn each;
	void *each_arg;
	rv *out;

	struct rego_cover *cover; /* or NULL */
	rego_print_fn print;
	void *print_arg;
	struct buf text;
};

typedef const struct insn *insn_fn(struct rego_eval *e, const struct insn *i);

static inline rv
ev(const struct rego_eval *e, uint32_t x)
{
	return (int32_t)x >= 0 ? e->r[x] : e->k[~x];
}

/* Back to the innermost choice: where to go on. */
const struct insn *eval_fail(struct rego_eval *e);
/* Ends the evaluation, or the definition that recovers from it. */
const struct insn *eval_abort(struct rego_eval *e, const struct insn *i,
    enum rego_fault_code code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with e->fault.  `own`: not for this definition to recover. */
const struct insn *eval_raise(
    struct rego_eval *e, const struct insn *i, bool own);
/* Puts a value into the register of a call and goes on. */
const struct insn *eval_done(
    struct rego_eval *e, const struct insn *call, rv v, bool soft);
int eval_run(struct rego_eval *e, const struct unit *u);
void eval_cover(struct rego_cover *c, const struct insn *i);
struct place eval_place(
    const struct rego_program *p, uint16_t file, uint32_t off);

/* Calls (eval_call.c) */
const struct insn *eval_call(
    struct rego_eval *e, const struct insn *i, bool soft);
const struct insn *eval_builtin(struct rego_eval *e, const struct insn *i);
const struct insn *eval_return(struct rego_eval *e, rv v);
const struct insn *eval_operate(struct rego_eval *e, const struct insn *i);

/* Documents (eval_tree.c) */
/* base[keys…], or RV_UNDEFINED. */
rv eval_walk(const struct rego_eval *e, rv base, const rv *keys, size_t n);
/* A copy of the value with another one at the path. */
rv eval_put(struct rego_eval *e, rv base, const rv *keys, size_t n, rv v);
/*
 * Two values of one document whose keys are those of rules for `depth` levels;
 * RV_UNDEFINED: they contradict each other.
 */
rv eval_merge(struct rego_eval *e, rv a, rv b, uint32_t depth);
rv eval_document(struct rego_eval *e, rv base, struct rv_builder *b);
/* From the contributions of a rule with keys; RV_UNDEFINED: a conflict. */
rv eval_tree(struct rego_eval *e, struct rv_builder *b);
const struct insn *eval_with(struct rego_eval *e, const struct insn *i);
/* The keys of a pool: its first word is their number. */
const rv *eval_keys(struct rego_eval *e, uint32_t pool, uint32_t *n);

extern insn_fn *const eval_ops[REGO_NINSNS];

#endif
