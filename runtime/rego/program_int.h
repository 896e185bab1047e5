/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_PROGRAM_INT_H
#define CONTRASTC_REGO_PROGRAM_INT_H

#include "runtime/base/map.h"
#include "runtime/rego/engine.h"
#include "runtime/rego/number.h"

/*
 * A program: units (rules, functions, documents, queries), each a sequence of
 * instructions over registers.  An instruction fails by going back to the
 * innermost choice: an iterator that has more to give, or a mark, which stands
 * for "else go on there".  Which variable is bound where, and how many choices
 * are open, is known when the code is made; so nothing is undone but the
 * registers that are written again.
 */
#define REGO_INSNS(X)                                                          \
	X(MOVE)     /* a = b */                                                \
	X(UNDEF)    /* a = nothing */                                          \
	X(NEED)     /* fail if b is nothing */                                 \
	X(TRUE)     /* fail if b is false or nothing */                        \
	X(EQ)       /* fail unless b == c */                                   \
	X(TEST)     /* fail unless b OP c */                                   \
	X(COMPARE)  /* a = b OP c */                                           \
	X(OPERATE)  /* a = b OP c, which may fail or abort */                  \
	X(MEMBER)   /* a = b in c */                                           \
	X(MEMBER3)  /* a = b, d in c */                                        \
	X(GET)      /* a = b[c] */                                             \
	X(EACH)     /* for each member of b: key a, value c; enum each_what */ \
	X(ARRAY_N)  /* fail unless b is an array of c items */                 \
	X(OBJECT_N) /* fail unless b is an object of c members */              \
	X(INPUT)    /* a = input */                                            \
	X(DATA)     /* a = base data */                                        \
	X(MK_ARRAY) /* a = of the c operands in the pool at b */               \
	X(MK_SET)                                                              \
	X(MK_OBJECT)                                                           \
	X(TEXT)      /* a = a string of parts */                               \
	X(PRINT)     /* c operands in the pool at b */                         \
	X(BUILTIN)   /* a = built-in d of c operands in the pool at b */       \
	X(CALL)      /* a = unit d of c operands in the pool at b */           \
	X(SOFT_CALL) /* the same; nothing is no failure */                     \
	X(BUILD)     /* a = a new builder */                                   \
	X(ADD)       /* to builder a: b */                                     \
	X(PUT)       /* to builder a: key b, value c */                        \
	X(PUT_PATH)  /* to builder a: path b, value c; d: member of a set */   \
	X(CLOSE)     /* a = what builder b has, of kind c */                   \
	X(MERGE)     /* a = b and c, of d levels; either may be nothing */     \
	X(DOCUMENT)  /* a = base data at path b under those of builder c */    \
	X(BASE)      /* return base data at path b, if there are any */        \
	X(MARK)      /* a choice: go on at b; d: an abort comes here too */    \
	X(CUT)       /* back to b choices of this frame */                     \
	X(FAIL)                                                                \
	X(JUMP)     /* to b */                                                 \
	X(JUMP_DEF) /* to b if a is something */                               \
	X(YIELD)    /* result a is b: the same as before, if there was one */  \
	X(RETURN)   /* b */                                                    \
	X(WITH)     /* b: path, c: value, d: enum with_kind; a = state */      \
	X(RESTORE)  /* state b */                                              \
	X(RESULT)   /* one solution of a query; fail */

enum rego_insn {
#define X(name) INSN_##name,
	REGO_INSNS(X)
#undef X
	    REGO_NINSNS
};

/*
 * Operands: a register, or ~index of a constant.  Offsets and files say where
 * in the text it stands.
 */
struct insn {
	uint8_t op;
	uint8_t what; /* enum rego_op, and flags of some */
	uint16_t file;
	uint32_t off;
	uint32_t a, b, c, d;
};
#define NO_REGISTER UINT32_MAX

enum close_kind { CLOSE_ARRAY, CLOSE_SET, CLOSE_OBJECT, CLOSE_TREE };
enum each_what { EACH_ANY, EACH_EVERY, EACH_SOME };
enum with_kind { WITH_INPUT, WITH_DATA, WITH_VALUE, WITH_UNIT, WITH_BUILTIN };

enum unit_kind { UNIT_RULE, UNIT_FUNCTION, UNIT_DOCUMENT, UNIT_QUERY };

struct unit {
	const struct insn *code;
	const rv *k;          /* constants */
	const uint32_t *pool; /* operands of long instructions */
	uint32_t id;
	uint32_t nregs, nargs;
	uint32_t ncode;
	uint8_t kind;
	bool memo;       /* of a function: worth remembering */
	bool uses_input; /* it or what it calls */
	bool prints;
	bool total; /* cannot abort */
	struct node *node;
	VEC(uint32_t) calls; /* other units */
};

#define NO_UNIT UINT32_MAX
/* A function with more arguments is not remembered. */
#define REGO_MEMO_ARGS 4

/* The tree of rules below `data`. */
struct node {
	rv key;
	struct node *up;
	uint32_t depth;
	uint32_t document; /* unit of the whole of it, or NO_UNIT */
	struct group *group;
	struct map children;
	VEC(struct node *) list;
	bool exported; /* a name of the package above */
	bool package;
};

struct unit_rule {
	const struct rego_rule *rule;
	struct gen_module *module;
	uint32_t nkeys; /* operands of the path below the node */
	uint32_t first;
};

enum group_kind { GROUP_COMPLETE, GROUP_FUNCTION, GROUP_SET, GROUP_TREE };

/* All rules of one path. */
struct group {
	struct node *node;
	uint32_t unit;
	uint8_t kind;
	bool callable;   /* a function, also one without arguments */
	uint32_t levels; /* how deep the keys of its rules go; at least 1 */
	VEC(struct unit_rule) rules; /* while the program is made */
	struct unit_rule fallback;   /* rule NULL: none */
};

struct file_text {
	struct str name, text;
};

struct rego_program {
	struct arena *arena;
	struct rv_heap heap; /* constants */
	const struct rego_profile *profile;
	bool strict, prints;
	const struct rego_builtin *more; /* the caller's */
	size_t nmore;
	VEC(struct unit *) units;
	VEC(const struct rego_builtin *) builtins;
	VEC(struct file_text) files;
	struct node *root;
	rv base;
	/* What queries need of the modules: names that they import. */
	struct map builtin_ids; /* by name: index + 1 */
};

struct rego_query {
	struct arena *arena;
	struct unit unit;
	VEC(struct str) vars;
	size_t nexpressions;
	const struct rego_program *program;
};

/* The node of a key, or NULL. */
struct node *node_child(const struct node *n, rv key);
/* Its keys from the root: n->depth of them. */
void node_path(const struct node *n, rv *out);
/* The file of instructions that a query has. */
#define FILE_QUERY UINT16_MAX

#endif
