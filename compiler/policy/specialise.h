/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_SPECIALISE_H
#define CONTRASTC_POLICY_SPECIALISE_H

#include "compiler/policy/policy_int.h"

/*
 * All passes over a program whose data is known (rego 17.2).  Passes of stage
 * one need no more than what many workloads share; those of stage two put
 * data into rules, so that the text is this workload's alone.
 *
 * No pass removes, adds or moves a literal that may abort or print, and none
 * touches a program with `with` or one that reads all of its data.
 */
struct spec {
	struct program *program;
	struct arena *arena;
	const struct jv *data; /* of the pass DATA on: only what is read */
	struct folds folds;    /* what FOLD depended on */
};

#define PASS(id, name, stage, run) SPEC_##id##_BIT,
enum {
#include "compiler/policy/passes.def"
	SPEC_PASSES
};
#undef PASS
#define SPEC_BIT(id) (1u << SPEC_##id##_BIT)
#define SPEC_GIVEN (1u << 31) /* no pass is a choice as well */

/*
 * Runs the passes whose bits are set.  Rules that are left over are
 * not reached; the data that is left is s->data.
 */
void specialise(struct spec *s, unsigned passes);

/* The value of a term that is constant, or NULL; of the program's arena. */
struct jv *spec_value(struct spec *s, const struct rego_term *t);
/* The other way. */
struct rego_term *spec_term(struct arena *a, const struct jv *v);
/* The bytes that a rule takes, names as they are. */
size_t spec_size(const struct rego_rule *r);
/* A name that nothing in the program has. */
struct str spec_name(struct spec *s, struct str like);
/* How often the rule declares the variable. */
unsigned spec_declared(const struct rego_rule *r, const struct rego_symbol *s);
/* May it be replaced: declared once, and no rule of that name? */
bool spec_is_variable(
    struct spec *s, const struct rego_rule *r, const struct rego_term *t);

/* Variables that become constants in a copy. */
struct spec_constant {
	const struct rego_symbol *symbol;
	const struct jv *value;
};
struct spec_constants {
	struct spec *spec;
	VEC(struct spec_constant) list;
	bool failed; /* a reference goes where the constant is not known */
};
/* For struct rewriting, with a struct spec_constants. */
struct rego_term *spec_replace(void *ctx, struct rego_term *t);

/* The passes of stage two. */
void unroll_select(struct spec *s);
void unroll_tabulate(struct spec *s);
void unroll_loops(struct spec *s);
void funcspec(struct spec *s);

#endif
