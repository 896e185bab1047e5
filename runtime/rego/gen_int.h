/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_GEN_INT_H
#define CONTRASTC_REGO_GEN_INT_H

#include "runtime/rego/program_int.h"

/* Making code: checked trees become units. */

struct gen_module {
	const struct rego_module *module;
	struct node *package;
	struct map imports; /* name to struct rego_import */
	uint16_t file;
};

/* A variable of a body. */
struct gen_var {
	struct str name;
	uint32_t reg; /* an operand: constants are possible */
	bool bound;
	bool hidden; /* while the right side of its := is made */
	bool declared;
};

struct gen_scope {
	struct gen_scope *up;
	VEC(struct gen_var) vars;
};

struct gen {
	struct rego_program *p;
	struct arena *whole; /* dies after the compilation */
	struct arena *arena; /* is empty again after each unit */
	struct rv_heap *heap;
	const struct gen_module *module;
	struct rt_err *err;
	int failed; /* RT_E…: what is made is thrown away */

	/* the unit */
	struct unit *unit;
	struct gen_scope *scope;
	VEC(struct insn) code;
	uint32_t nregs;
	uint32_t choices; /* open ones */
	uint32_t off;     /* of the text that is compiled */

	/* shared by all units */
	VEC(rv) k;
	VEC(uint32_t) pool;
	struct map ints; /* constants that are there */
	VEC(struct group *) groups;
	VEC(struct node *) documents; /* whose units are asked for */
};

/* Code (gen.c) */
void gen_error(struct gen *g, struct loc loc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
uint32_t gen_reg(struct gen *g);
uint32_t gen_k(struct gen *g, rv v);
struct insn *gen_emit(
    struct gen *g, enum rego_insn op, uint32_t a, uint32_t b, uint32_t c);
/* Operands go to the pool; the index of the first. */
uint32_t gen_pool(struct gen *g, const uint32_t *v, size_t n);
struct gen_mark {
	uint32_t at, choices;
};
/* A choice that goes on where it is landed. */
struct gen_mark gen_mark(struct gen *g);
void gen_land(struct gen *g, struct gen_mark m);
void gen_cut(struct gen *g, struct gen_mark m);
uint32_t gen_jump(struct gen *g, enum rego_insn op, uint32_t a);
void gen_here(struct gen *g, uint32_t jump);
bool gen_begin(struct gen *g, struct unit *u);
void gen_end(struct gen *g);
uint32_t gen_builtin(struct gen *g, struct str name);

/* Names (gen_scope.c) */
struct gen_var *gen_find(struct gen *g, struct str name);
struct gen_var *gen_declare(struct gen *g, struct str name);
/* Opens a scope with the variables of a body and of terms beside it. */
void gen_open(struct gen *g, struct gen_scope *s, const struct rego_body *b,
    struct rego_term *const *terms, size_t n);
void gen_close(struct gen *g);
bool gen_is_wildcard(const struct rego_term *t);
/*
 * Is there a comprehension among the parts of the term; with `uses` one that
 * has a variable of the innermost scope?
 */
bool gen_nests(struct gen *g, const struct rego_term *t, bool uses);
/* Does it need no variable that is still to be bound? */
bool gen_ready(struct gen *g, const struct rego_term *t);
void gen_declare_pattern(struct gen *g, const struct rego_term *t);

/* Global names (gen_path.c) */
struct gen_key {
	rv key; /* RV_UNDEFINED: the term */
	const struct rego_term *term;
};
struct gen_path {
	bool input; /* otherwise data */
	struct gen_key *keys;
	size_t n;
};
bool gen_is_global(struct gen *g, struct str name);
/* False: its head is no global name. */
bool gen_resolve(
    struct gen *g, struct gen_path *out, const struct rego_term *t);
/* The group of a function that a call names, or NULL: a built-in. */
struct group *gen_function(struct gen *g, const struct rego_term *name);
/* Of the policy or built in; a variable of that name comes first. */
bool gen_names_function(struct gen *g, const struct rego_term *t);
uint32_t gen_path_value(struct gen *g, const struct gen_path *p);
/* base[operands…]; the first operand is keys[i]. */
uint32_t gen_keys(
    struct gen *g, uint32_t base, const struct gen_key *keys, size_t n);
/* Constant keys of a path, as a pool: count, then constants. */
uint32_t gen_key_pool(struct gen *g, const rv *keys, size_t n);
uint32_t gen_document(struct gen *g, struct node *n);
uint32_t gen_call_unit(struct gen *g, enum rego_insn op, uint32_t unit,
    const uint32_t *args, size_t n);

/* Terms (gen_term.c) */
/* RV_UNDEFINED: it is no constant. */
rv gen_constant(struct gen *g, const struct rego_term *t);
/* The operand that has the value; where there is none, the code fails. */
uint32_t gen_value(struct gen *g, const struct rego_term *t);
/* Unifies a pattern with a value. */
void gen_match(struct gen *g, const struct rego_term *pattern, uint32_t value);
void gen_unify(
    struct gen *g, const struct rego_term *a, const struct rego_term *b);
/* The values of terms, which may bind what others need. */
void gen_values(
    struct gen *g, struct rego_term *const *terms, size_t n, uint32_t *out);
/* The value, or nothing: then no failure. */
uint32_t gen_soft(struct gen *g, const struct rego_term *t);
uint32_t gen_compr(struct gen *g, const struct rego_term *t);

/* Calls (gen_call.c) */
uint32_t gen_call(struct gen *g, const struct rego_term *t);
/* With operands that are there, for the arguments that have one. */
uint32_t gen_call_of(
    struct gen *g, const struct rego_term *t, uint32_t *ops, size_t n);
/* A call as a literal. */
void gen_test_of(
    struct gen *g, const struct rego_term *t, uint32_t *ops, size_t n);
bool gen_is_test(const struct rego_term *t);

/* Bodies (gen_body.c) */
void gen_body(struct gen *g, const struct rego_body *b);
/* The value of a lone expression of a query. */
uint32_t gen_query_literal(
    struct gen *g, const struct rego_literal *l, bool lone);

/* Rules (gen_rule.c) */
void gen_group(struct gen *g, struct group *group);
void gen_document_unit(struct gen *g, struct node *n);

#endif
