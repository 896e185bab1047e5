/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_LIVE_H
#define CONTRASTC_POLICY_LIVE_H

#include "compiler/policy/policy_int.h"

/*
 * What of policy_data the rules of a program can read.
 *
 * Each term may denote some places of the data.  A reference goes down; what
 * is compared, passed to a built-in, put into a collection or answered is
 * read whole; what is assigned, iterated or passed to a rule of the program
 * is followed.  Names of a rule are not told apart by scope, and a name that
 * is a rule as well counts as both: too much is read then, never too little.
 *
 * live_ops.c makes a list of operations of each rule, live.c carries them out
 * until nothing more comes.  Operations hold no pointers: those of
 * stdlib-rego/ are made when the compiler is built.
 */

/* Registers count from 1; each holds places, and only gets more. */
enum live_code {
	LIVE_ROOT,   /* to: the data itself */
	LIVE_GROUP,  /* to: what the rules of group `what` may denote */
	LIVE_CHILD,  /* to: member `what` of from */
	LIVE_ANY,    /* to: any member of from */
	LIVE_JOIN,   /* to: all of from */
	LIVE_READ,   /* from is read whole */
	LIVE_ARG,    /* from: parameter n of the rules of group `what` */
	LIVE_RESULT, /* from: what the rule itself may denote */
	LIVE_WHOLE,  /* nothing is known any more */
	LIVE_GUARD   /* the next n are for a reference that may be folded */
};

struct live_op {
	uint8_t code; /* enum live_code */
	uint32_t n : 24;
	uint32_t to, from, what;
};

struct live_rule {
	const struct live_op *ops;
	const uint32_t *params; /* their registers, 0: a pattern */
	uint32_t nops, nparams, nregs, group;
};

/* What to solve.  Of a group only the rules given here exist. */
struct live_program {
	const struct live_rule *rules;
	size_t nrules, ngroups;
	const struct str *keys;
	const bool *folded; /* by `what` of LIVE_GUARD; NULL: none */
};

struct values {
	VEC(struct live *) at;
};

/* The root; `regs` NULL or, for each rule, its registers. */
struct live *live_solve(
    struct arena *a, const struct live_program *p, struct values ***regs);

/* Members by number. */
struct live_keys {
	VEC(struct str) names;
	struct map by_name; /* to their index + 1 */
};

uint32_t live_key(struct arena *a, struct live_keys *keys, struct str name);

/* The path that a reference may be folded by, or -1. */
typedef int live_path(void *ctx, const struct rego_term *ref);

/* The rule with all its else; groups count as in p->groups. */
struct live_rule live_rule_ops(const struct program *p, uint32_t group,
    const struct rego_rule *r, struct live_keys *keys, live_path *path,
    void *ctx);

#endif
