/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_REGO_AST_H
#define CONTRASTC_GRAMMAR_REGO_AST_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/diag.h"
#include "runtime/base/map.h"
#include "runtime/base/source.h"
#include "runtime/base/vec.h"

/*
 * The Rego front end: text to tree, static checks, tree to text.  Every node
 * lives in an arena and knows its source bytes.
 */

/* Nested brackets, and levels of a tree; recursion over it is bounded. */
#define REGO_DEPTH_MAX 500
/* The agent's limit for a policy file. */
#define REGO_TEXT_MAX ((size_t)16 << 20)

/* Which engine the text is for, and which language it starts in. */
struct rego_options {
	bool
	    every; /* with all of a later engine: built-ins, names after dots */
	bool opa;  /* newest OPA; otherwise what all agent engines take */
	bool v0;   /* if, contains, in and every are names until imported */
	/* A rule that will be there, although no module has it; or NULL. */
	const char *given;
};

enum rego_kind {
	REGO_NULL,
	REGO_BOOL,         /* op: 0 or 1 */
	REGO_NUMBER,       /* text: spelling, with its sign */
	REGO_STRING,       /* text: the bytes it stands for */
	REGO_VAR,          /* text: name; "_" is fresh in each place */
	REGO_REF,          /* args: head, operands */
	REGO_CALL,         /* args: function (VAR or REF), arguments; op */
	REGO_ARRAY,        /* args: items */
	REGO_SET,          /* args: items */
	REGO_OBJECT,       /* args: key, value, key, value … */
	REGO_ARRAY_COMPR,  /* args: head; body */
	REGO_SET_COMPR,    /* args: head; body */
	REGO_OBJECT_COMPR, /* args: key, value; body */
	REGO_TEMPLATE      /* args: STRING parts and expressions */
};

/* How a call was written: X(id, text, function, precedence). */
#define REGO_OPS(X)                                                            \
	X(REGO_OP_ASSIGN, ":=", "assign", 1)                                   \
	X(REGO_OP_UNIFY, "=", "eq", 1)                                         \
	X(REGO_OP_IN, "in", "internal.member_2", 2)                            \
	X(REGO_OP_IN3, "in", "internal.member_3", 2)                           \
	X(REGO_OP_EQ, "==", "equal", 3)                                        \
	X(REGO_OP_NE, "!=", "neq", 3)                                          \
	X(REGO_OP_LT, "<", "lt", 3)                                            \
	X(REGO_OP_LE, "<=", "lte", 3)                                          \
	X(REGO_OP_GT, ">", "gt", 3)                                            \
	X(REGO_OP_GE, ">=", "gte", 3)                                          \
	X(REGO_OP_OR, "|", "or", 4)                                            \
	X(REGO_OP_AND, "&", "and", 5)                                          \
	X(REGO_OP_ADD, "+", "plus", 6)                                         \
	X(REGO_OP_SUB, "-", "minus", 6)                                        \
	X(REGO_OP_MUL, "*", "mul", 7)                                          \
	X(REGO_OP_DIV, "/", "div", 7)                                          \
	X(REGO_OP_REM, "%", "rem", 7)

enum rego_op {
	REGO_OP_NONE, /* an ordinary call; args[0] is its name */
#define X(id, text, function, precedence) id,
	REGO_OPS(X)
#undef X
	    REGO_NOPS
};

struct rego_op_info {
	const char *text;
	const char *function;
	unsigned precedence;
};
extern const struct rego_op_info rego_op_table[REGO_NOPS];

enum {
	REGO_F_PAREN = 1 << 0, /* stood in parentheses */
	REGO_F_RAW = 1 << 1,   /* a string in backquotes */
	/* A collection of constants; what changes trees does not keep it. */
	REGO_F_GROUND = 1 << 2
};

struct rego_body;

/*
 * Infix calls have no name in args[0]: their operands start there.  Use
 * rego_call_args() for both forms.
 */
struct rego_term {
	struct loc loc;
	struct str text;
	struct rego_term **args;
	struct rego_body *body;
	struct rego_symbol *symbol; /* of a variable: the linker's */
	uint32_t nargs;
	uint16_t depth;
	uint8_t kind; /* enum rego_kind */
	uint8_t op : 5, flags : 3;
};

/* No variable, reference or call: known of terms that were just parsed. */
static inline bool
rego_is_ground(const struct rego_term *t)
{
	return t->kind <= REGO_STRING || (t->flags & REGO_F_GROUND);
}

enum rego_literal_kind {
	REGO_EXPR,    /* terms: expression */
	REGO_NOT,     /* terms: expression */
	REGO_SOME,    /* terms: variables */
	REGO_SOME_IN, /* terms: [key,] value, collection */
	REGO_EVERY    /* terms: [key,] value, collection; body */
};

struct rego_with {
	struct rego_term *target, *value;
};

struct rego_literal {
	struct loc loc;
	struct rego_term **terms;
	struct rego_body *body;
	struct rego_with *with;
	uint32_t nterms, nwith;
	uint16_t depth;
	uint8_t kind; /* enum rego_literal_kind */
};

struct rego_body {
	struct loc loc; /* with its braces, if it has any */
	struct rego_literal **p;
	/*
	 * Indexes of literals in the order in which each variable is bound
	 * before it is used: rego_check() finds it.  NULL: not checked.
	 */
	uint32_t *order;
	uint32_t n;
	uint16_t depth;
};

enum rego_rule_kind {
	REGO_COMPLETE,
	REGO_FUNCTION,
	REGO_PARTIAL_SET,   /* key */
	REGO_PARTIAL_OBJECT /* a bracket with a variable in the path */
};

struct rego_rule {
	struct loc loc;
	struct loc head_loc;
	struct rego_term *path;   /* VAR or REF, relative to the package */
	struct rego_term **args;  /* REGO_FUNCTION */
	struct rego_term *key;    /* REGO_PARTIAL_SET */
	struct rego_term *value;  /* NULL: true */
	struct rego_body *body;   /* NULL: none */
	struct rego_rule *alt;    /* the next `else`, or a further body */
	struct rego_rule *tail;   /* the last of them, while it is built */
	struct rego_scope *scope; /* the linker's */
	bool resolved;            /* the linker knows its names */
	struct str explain;       /* from "# explain: NAME" above it */
	uint32_t nargs;
	uint8_t kind; /* enum rego_rule_kind */
	bool is_default;
	bool is_else; /* an `else` of the rule that has it as alt */
	bool unify;   /* the head was written with "=" */
	bool has_if;
	bool bracket_key; /* a set in the form of v0: p[x] */
};

struct rego_import {
	struct loc loc;
	struct rego_term *path;
	struct str alias; /* empty: last element of the path */
};

struct rego_module {
	const struct source *source;
	struct rego_term *package; /* VAR or REF, without "data" */
	VEC(struct rego_import) imports;
	VEC(struct rego_rule *) rules;
	VEC(struct loc) comments; /* each with its '#', in order */
	bool v1; /* v1 rules hold: the default, or `import rego.v1` */
};

/*
 * Reads one module.  NULL and one diagnostic (rego-syntax and its kin) if it
 * is none.  The source must live as long as the module.
 */
struct rego_module *rego_parse(struct arena *a, struct diags *d,
    const struct source *s, const struct rego_options *o);
/* The same for one query (a body) and for one term. */
struct rego_body *rego_parse_query(struct arena *a, struct diags *d,
    const struct source *s, const struct rego_options *o);

/*
 * Checks modules that are loaded together: names, safety, recursion, calls,
 * conflicts, v1 rules.  False if there was an error.
 */
bool rego_check(struct arena *a, struct diags *d,
    struct rego_module *const *modules, size_t n, const struct rego_options *o);

/*
 * The same for a query that is asked of the modules, which were checked
 * before.  Its names are those of no package.
 */
bool rego_check_query(struct arena *a, struct diags *d,
    struct rego_module *const *modules, size_t n, struct rego_body *query,
    const struct rego_options *o);

enum rego_style {
	REGO_FMT,    /* for people: indented, with blanks */
	REGO_COMPACT /* one literal a line, no blanks but where they are needed */
};
/* The compact style; comments are left out. */
void rego_print(struct buf *out, const struct rego_module *m);
/*
 * As `opa fmt` prints a module that was parsed: comments kept, lines broken
 * where the source breaks them.
 */
void rego_fmt(struct buf *out, struct arena *a, const struct rego_module *m,
    const struct rego_options *o);
/* Parts, without their comments; `names` may be NULL. */
struct rego_names {
	/* What is printed for a variable, or the empty string: its name. */
	struct str (*find)(const void *ctx, const struct rego_term *var);
	/* The same for a whole reference, or NULL. */
	struct str (*find_ref)(const void *ctx, const struct rego_term *ref);
	const void *ctx;
};
void rego_print_rule(struct buf *out, const struct rego_rule *r,
    enum rego_style style, const struct rego_names *names);
void rego_print_term(struct buf *out, const struct rego_term *t);
/*
 * Is all of it in the subset that every agent engine reads alike (rego 17.6)?
 * False with the place and the reason of the first that is not.
 */
bool rego_portable(
    const struct rego_module *m, struct loc *where, const char **why);

/* Does `import rego.v1` in the same module say the same? */
bool rego_import_is_idle(
    const struct rego_module *m, const struct rego_import *i);

/*
 * Equal but for places, comments, spelling, the order of imports, and ways to
 * write the same rule: a value or a body that is just `true`, a further body.
 */
bool rego_module_equal(
    const struct rego_module *a, const struct rego_module *b);
bool rego_rule_equal(const struct rego_rule *a, const struct rego_rule *b);
bool rego_body_equal(const struct rego_body *a, const struct rego_body *b);
bool rego_term_equal(const struct rego_term *a, const struct rego_term *b);

/* Nodes that the compiler makes; `loc` may be loc_none. */
struct rego_term *rego_new(
    struct arena *a, enum rego_kind kind, struct loc loc, struct str text);
struct rego_term *rego_new_args(struct arena *a, enum rego_kind kind,
    struct loc loc, struct rego_term *const *args, size_t n);
struct rego_term *rego_new_op(struct arena *a, enum rego_op op, struct loc loc,
    struct rego_term *left, struct rego_term *right);
/* Appends an operand to a variable, a reference, a collection or a call. */
struct rego_term *rego_new_ref(struct arena *a, struct loc loc,
    struct rego_term *base, struct rego_term *operand);
struct rego_literal *rego_new_literal(struct arena *a,
    enum rego_literal_kind kind, struct loc loc, struct rego_term *const *terms,
    size_t n);
struct rego_body *rego_new_body(struct arena *a, struct loc loc,
    struct rego_literal *const *literals, size_t n);

/* The operands of a call, infix or not. */
struct rego_term **rego_call_args(const struct rego_term *call, size_t *n);
/* "count" or "array.concat"; the operator's function for an infix call. */
struct str rego_call_name(struct arena *a, const struct rego_term *call);
/* "a.b" of a path that is static; up to its first dynamic element else. */
struct str rego_path_text(struct arena *a, const struct rego_term *path);
/* The variable of a reference's head or the variable itself; else empty. */
struct str rego_head_name(const struct rego_term *t);
bool rego_is_name(struct str s);
/* Is it a name, but a word of the language? */
bool rego_is_keyword(struct str s);

#endif
