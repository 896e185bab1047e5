/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_REGO_CHECK_INT_H
#define CONTRASTC_GRAMMAR_REGO_CHECK_INT_H

#include "grammar/rego_ast.h"

/* All rules of one path, over all modules. */
struct ck_group {
	struct str path; /* "data.p.x" */
	const struct rego_rule *first;
	const struct rego_rule *fallback; /* its default rule */
	VEC(const struct rego_rule *) rules;
	VEC(struct ck_group *) uses;
	size_t next;    /* of `uses`, while cycles are looked for */
	uint8_t colour; /* 0: new, 1: on the way, 2: done */
};

struct ck {
	struct arena *arena;
	struct arena *scratch; /* is empty again after each rule */
	struct diags *diags;
	const struct rego_options *options;
	struct map groups;   /* by path */
	struct map prefixes; /* of paths: struct ck_list */
	struct map exports;  /* "data.p.x": names that packages have */
	VEC(struct ck_group *) list;
	const struct rego_module *module;
	struct str package; /* "data.p" */
	struct map imports; /* of the module: alias to struct str, its path */
	struct map names;   /* of the module: struct ck_name */
	struct ck_group *group;          /* that is looked at */
	const struct rego_term *literal; /* an expression of a body */
	bool calling;      /* agents: imports come before the package's rules */
	unsigned attempts; /* at literals, while bodies are ordered */
};

/* What a name that is no variable can mean. */
struct ck_name {
	struct str path;          /* a rule of the package, if it is exported */
	const struct str *import; /* or NULL */
	bool exported;
};

struct ck_list {
	VEC(struct ck_group *) groups;
};

/* The path that a global name stands for, or empty: a local variable. */
struct str ck_global(struct ck *c, struct str name);
/* "data.a.b" of a reference whose head is global, as far as it is static. */
struct str ck_path(struct ck *c, const struct rego_term *t);
/* Records that the rule uses what `path` names. */
void ck_use(struct ck *c, struct str path);
/* Scopes, safety and calls of a rule (rego_safe.c). */
void ck_rule(struct ck *c, const struct rego_rule *r);
void ck_query(struct ck *c, struct rego_body *b);

#endif
