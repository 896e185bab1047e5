/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_POLICY_INT_H
#define CONTRASTC_POLICY_POLICY_INT_H

#include "compiler/policy/policy.h"
#include "grammar/rego_ast.h"

/*
 * Inside of the room: stdlib.c knows the modules of stdlib-rego/, link.c makes
 * one program of those that a workload needs, denial.c adds markers, shake.c
 * finds what can be reached and read, name.c shortens names, layout.c prints.
 */

/* One entry of modules.def. */
struct stdlib_module {
	const char *concern, *variant, *file;
	bool (*wanted)(const struct jv *policy_data);
	struct str text;
};
#define STDLIB_MAX 128
size_t stdlib_count(void);
struct stdlib_module stdlib_at(size_t i);

/* One name, wherever it stands: variables point to it. */
struct rego_symbol {
	struct str name;
	const struct program *owner; /* `group` is of this program */
	struct group *group;
	bool asked, entry; /* does the agent ask it, if that is known? */
	const struct program *called, *kept; /* name.c, of this program */
};

/* All names of a run, and those that mean something here. */
struct symbols {
	struct map by_name; /* struct rego_symbol */
	struct rego_symbol *data, *input, *policy_data;
};

/* What is known of the variables of a rule: name.c. */
struct variable {
	const struct rego_symbol *symbol;
	bool declared;
	unsigned times; /* it is declared */
	struct str to;  /* what is printed */
};
struct rego_scope {
	VEC(struct variable) vars; /* few; in order of declaration */
};
struct variable *scope_find(
    const struct rego_scope *scope, const struct rego_symbol *symbol);

/* All rules of one name. */
struct group {
	struct str name;
	VEC(struct rego_rule *) rules;
	bool entry; /* a name that the agent asks */
	bool reached;
	bool local; /* somewhere a local variable has this name too */
	struct str short_name; /* what is printed, or empty */
	unsigned uses;         /* name.c */
	uint32_t number;       /* live_ops.c: its place in the program */
	/* denial.c */
	unsigned mentions, literals;
	uint8_t index;
	uint8_t prints; /* unroll.c */
};

struct program {
	struct arena *arena;
	struct symbols *symbols;
	VEC(struct group *) groups;      /* in order of first appearance */
	VEC(struct rego_import) imports; /* of data and input */
	bool whole; /* some rule may read all of its data: shake_reach() */
};

struct symbols *symbols_new(struct arena *a);
struct rego_symbol *symbol_get(
    struct arena *a, struct symbols *symbols, struct str name);
/* Of a variable, or of the one that a reference starts with; or NULL. */
struct rego_symbol *symbol_of(const struct rego_term *t);
/* The rules of that name, or NULL. */
struct group *symbol_group(
    const struct program *p, const struct rego_symbol *symbol);

struct group *program_group(const struct program *p, struct str name);
struct group *program_add(struct program *p, struct rego_rule *r);

/* Calls `visit` for each term below, outer first; bodies included. */
typedef void term_visitor(void *ctx, const struct rego_term *t);
void walk_term(const struct rego_term *t, term_visitor *visit, void *ctx);
void walk_body(const struct rego_body *b, term_visitor *visit, void *ctx);
void walk_rule(const struct rego_rule *r, term_visitor *visit, void *ctx);

/*
 * Copies of what changes (rewrite.c).  `replace` gives another term for the
 * one that it sees, or the same: then what is below it follows.
 */
struct rewriting {
	struct arena *arena;
	struct rego_term *(*replace)(void *ctx, struct rego_term *t);
	void *ctx;
	bool stuck; /* a loop got a scalar to go over, which may be an error */
};
struct rego_term *rewrite_term(struct rewriting *w, struct rego_term *t);
struct rego_body *rewrite_body(struct rewriting *w, struct rego_body *b);
/* With all its else; the head stays. */
void rewrite_rule(struct rewriting *w, struct rego_rule *r);
/* Copies of everything below, for changes in place. */
struct rego_body *rewrite_copy_body(struct arena *a, const struct rego_body *b);
struct rego_rule *rewrite_copy(struct arena *a, const struct rego_rule *r);

/* Does some rule replace documents? */
bool program_has_with(const struct program *p);

/* The group that a variable or reference names, or NULL. */
struct group *program_target(
    const struct program *p, const struct rego_term *t);

/* Marks the groups that can be reached from the entries. */
void shake_reach(struct program *p);
/* Drops rules whose body fails at once. */
void shake_drop_dead(struct group *g);
/* The same everywhere, and literals that are always true. */
void shake_simplify(struct program *p);

/* Which members of policy_data can be read: a tree of access paths. */
struct live {
	struct map keys;  /* struct live */
	struct live *any; /* under an unknown key or index */
	bool whole;       /* everything below */
	uint8_t depth;
};
struct live *shake_live(struct program *p);

/* Scalars of the data that the text depends on: fold.c. */
struct fold {
	VEC(struct str) steps;  /* of the path */
	const struct jv *value; /* NULL: none, or no scalar */
};
struct folds {
	VEC(struct fold) list;
	bool common; /* values are those of fold_common() */
};
void fold_data(struct program *p, const struct jv *data, struct folds *folds);
/* The path of a reference; false if it is dynamic, or none to the data. */
bool fold_path(struct program *p, const struct rego_term *t, struct fold *f);
/* The scalar at the path, or NULL; as a term of Rego. */
const struct jv *fold_value(const struct jv *data, const struct fold *f);
struct rego_term *fold_constant(struct arena *a, const struct jv *v);
void fold_print(struct buf *out, struct arena *a, const struct jv *v);
/*
 * The same for rules of stdlib-rego/: a step may be an index that a rule or
 * the data gives (its text is NULL), which the list always has.  The value is
 * that of all elements, a collection too; `copies`: how often it is there.
 */
bool fold_path_common(
    struct program *p, const struct rego_term *t, struct fold *f);
const struct jv *fold_common(
    const struct jv *data, const struct fold *f, size_t *copies);
/* Has the data the same values? */
bool fold_same(const struct folds *folds, const struct jv *data);

/* Markers on denial; `join`: comparisons may move together. */
struct rego_module *denial_helpers(struct arena *a, struct diags *d);
void denial_add(struct program *p, const struct rego_module *marks, bool join);

/*
 * Finds the variables of the rules that have no scope yet, and marks groups
 * whose name is also that of one.
 */
void name_locals(struct program *p);
void name_shorten(struct program *p);
/* The name to print in a rule; empty: as it is. */
struct str name_find(const struct program *p, const struct rego_rule *r,
    const struct rego_symbol *symbol);

/* Package and imports of the words that are used. */
struct used {
	bool kw_in, kw_every, kw_if, kw_contains;
};
void layout_see(struct used *u, const struct rego_rule *r);
void layout_header(
    struct buf *out, const struct used *u, enum rego_style style);
void layout_rules(struct buf *out, struct program *p, enum rego_style style);
/* The data; `live` NULL: all of it. */
void layout_data(
    struct buf *out, const struct jv *data, const struct live *live);

#endif
