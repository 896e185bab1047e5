/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_DENIAL_INT_H
#define CONTRASTC_POLICY_DENIAL_INT_H

#include "compiler/policy/policy_int.h"

/*
 * Inside of denial.c: denial_place.c knows which terms are places in the
 * request, denial_literal.c puts helpers into literals.
 */

#define KEY "at_key" /* a variable that a marker adds */
#define VALUE "at_value"
#define ROOT "at_path" /* a parameter: where the first one came from */

/* A place in the request, as far as it is known. */
struct place_in {
	struct rego_term *base; /* NULL: the request, or a variable */
	VEC(struct rego_term *) steps;
	bool whole; /* there is nothing more to it that is not known */
};

/* A variable that is one. */
struct alias {
	const struct rego_symbol *symbol;
	struct place_in at;
};

struct marking {
	struct program *program;
	struct arena *arena;
	VEC(struct alias) aliases; /* of a rule */
	unsigned depth;
	bool join; /* the rules are ours: comparisons cannot abort */
};

/* The longest place that all places of a rule begin with. */
struct common {
	struct marking *m;
	struct place_in at;
	bool some;
};

struct rego_term *mark_named(struct marking *m, struct str name);
struct rego_term *mark_variable(struct marking *m, const char *name);
struct rego_term *mark_string(struct marking *m, struct str s);
struct rego_term *mark_call(struct marking *m, const char *name,
    struct rego_term *const *args, size_t n);

/* False if the term is no place in the request. */
bool mark_place_of(
    struct marking *m, const struct rego_term *t, struct place_in *out);
/*
 * The pointer as a term; `more` is a further step that is known when the
 * policy runs.
 */
struct rego_term *mark_place_term(
    struct marking *m, const struct place_in *at, struct rego_term *more);
/* Variables of a body that are places. */
void mark_find_aliases(struct marking *m, const struct rego_body *b);
/* A visitor for struct common. */
void mark_see_place(void *ctx, const struct rego_term *t);
/* mark_at() takes a pointer apart: no escapes, no indices. */
void mark_cut_common(struct common *c);

/* Bodies are shared with other programs: what is changed is a copy. */
struct rego_body *mark_copy_body(struct marking *m, const struct rego_body *b);
/* Helpers in the place of comparisons. */
void mark_literals(struct marking *m, struct rego_rule *r);

#endif
