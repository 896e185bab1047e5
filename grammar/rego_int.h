/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_REGO_INT_H
#define CONTRASTC_GRAMMAR_REGO_INT_H

#include "grammar/rego_ast.h"

/*
 * Inside of the front end: the scanner fills an array with all tokens of a
 * text (byte offsets only), the filter turns it into the token stream of the
 * grammar, the grammar builds the tree.
 */
enum { REGO_T_NL = 1 << 0, REGO_T_WS = 1 << 1 };

/* What a bracket turns out to be, from its first separator. */
enum rego_class {
	REGO_C_EMPTY,
	REGO_C_LIST, /* items: array, set or arguments */
	REGO_C_OBJECT,
	REGO_C_COMPR,
	REGO_C_OBJECT_COMPR
};

struct rego_token {
	uint32_t off, len;
	uint32_t match; /* of a bracket: index of its partner */
	uint16_t kind;  /* token number of the grammar */
	uint8_t flags;  /* REGO_T_… before it */
	uint8_t class;  /* of an opening bracket: enum rego_class, and: */
#define REGO_C_MASK 7
#define REGO_C_QUERY 8 /* after `if` it reads as statements, not a term */
};

struct rego_range {
	uint32_t from, to;
};

/* A bracket that is open in the filter. */
struct rego_frame {
	uint8_t class;
	bool compr; /* its bar is still to come */
	bool body;  /* newlines separate literals */
	bool every; /* an `every` waits for its body */
	bool paren; /* parentheses around an expression */
};

struct rego_parse {
	struct arena *arena;
	struct diags *diags;
	const struct source *source;
	struct rego_options options;
	struct rego_module *module;
	struct rego_body *query;
	bool failed;

	/* scanner */
	VEC(struct rego_token) tokens;
	uint32_t at;
	uint8_t before;
	VEC(uint32_t) templates; /* open braces at each `$"…{` */
	uint32_t braces;

	/* filter */
	size_t next;
	uint16_t start; /* first token for the grammar, or 0 */
	uint16_t prev;  /* kind that was delivered last */
	bool ends;      /* `prev` can end an operand */
	bool head;      /* in a rule's head, before its value or body */
	bool importing; /* in an import */
	bool otherwise; /* in an `else` */
	bool kw_if, kw_contains, kw_in, kw_every;
	struct rego_frame frames[REGO_DEPTH_MAX + 2];
	size_t depth;
	size_t parens;

	/* grammar: items of lists that are not complete */
	VEC(void *) stack;
	uint32_t explained; /* comments above the last rule */
	bool saw_rule;
};

/* Refuses bytes that are no text. */
bool rego_check_bytes(struct rego_parse *p);
bool rego_scan(struct rego_parse *p);
/* Finds partners and classes of all brackets. */
bool rego_classify(struct rego_parse *p);
int rego_filter(struct rego_parse *p, struct rego_range *loc,
    const struct rego_token **token);
void rego_refuse(struct rego_parse *p, uint32_t off, uint32_t len,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
struct loc rego_loc(const struct rego_parse *p, struct rego_range r);
struct str rego_token_text(
    const struct rego_parse *p, const struct rego_token *t);

/* Called by the grammar. */
struct rego_term *rego_on_string(
    struct rego_parse *p, struct rego_range r, bool raw);
struct rego_term *rego_on_list(
    struct rego_parse *p, enum rego_kind kind, struct rego_range r, size_t n);
struct rego_term *rego_on_compr(struct rego_parse *p, enum rego_kind kind,
    struct rego_range r, struct rego_term *key, struct rego_term *value,
    struct rego_body *body);
struct rego_term *rego_on_negative(
    struct rego_parse *p, struct rego_range r, struct rego_term *operand);
struct rego_term *rego_on_infix(struct rego_parse *p, enum rego_op op,
    struct rego_range r, struct rego_term *left, struct rego_term *right);
struct rego_term *rego_on_member3(struct rego_parse *p, struct rego_range r,
    struct rego_term *key, struct rego_term *rest);
struct rego_term *rego_on_operand(struct rego_parse *p, struct rego_range r,
    struct rego_term *base, struct rego_term *operand);
struct rego_term *rego_on_call(struct rego_parse *p, struct rego_range r,
    struct rego_term *function, size_t n);
struct rego_literal *rego_on_literal(struct rego_parse *p,
    enum rego_literal_kind kind, struct rego_range r, size_t n);
struct rego_literal *rego_on_some(struct rego_parse *p, struct rego_range r,
    size_t n, struct rego_term *collection);
struct rego_literal *rego_on_every(struct rego_parse *p, struct rego_range r,
    size_t n, struct rego_term *collection, struct rego_body *body);
struct rego_body *rego_on_body(
    struct rego_parse *p, struct rego_range r, size_t n);
void rego_on_with(struct rego_parse *p, struct rego_literal *l,
    struct rego_term *target, struct rego_term *value);
struct rego_rule *rego_on_head(struct rego_parse *p, struct rego_range r,
    struct rego_term *head, struct rego_term *key, struct rego_term *value,
    bool unify);
void rego_on_rule(struct rego_parse *p, struct rego_range r,
    struct rego_rule *head, struct rego_body *body, bool has_if,
    struct rego_rule *alt);
void rego_on_default(struct rego_parse *p, struct rego_range r,
    struct rego_term *head, struct rego_term *value, bool unify);
struct rego_rule *rego_on_else(struct rego_parse *p, struct rego_range r,
    struct rego_term *value, bool unify, struct rego_body *body, bool has_if);
struct rego_rule *rego_on_further(
    struct rego_parse *p, struct rego_range r, struct rego_body *body);
struct rego_rule *rego_chain(struct rego_rule *list, struct rego_rule *one);
void rego_on_package(
    struct rego_parse *p, struct rego_range r, struct rego_term *path);
void rego_on_import(struct rego_parse *p, struct rego_range r,
    struct rego_term *path, struct str alias);
void rego_push(struct rego_parse *p, void *item);

#endif
