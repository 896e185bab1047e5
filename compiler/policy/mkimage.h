/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_MKIMAGE_H
#define CONTRASTC_POLICY_MKIMAGE_H

#include "compiler/policy/image.h"

/* Inside of mkimage: mkimage_write.c puts rules in order and writes them. */

#define MODULES_MAX (STDLIB_MAX + 1) /* and the helpers of denial.c */

/* A rule in its final form. */
struct made {
	struct rego_rule *rule;
	struct group *group; /* of `all` */
	uint32_t module;     /* MODULES_MAX - 1: helpers */
	struct live_rule live;
	VEC(uint32_t) refs, drops, paths;
	struct str text;
	unsigned flags;
	uint32_t test;
	int part;
};

struct path {
	struct fold steps;
	struct str text; /* of the reference */
	uint32_t group;  /* + 1 */
};

struct maker {
	struct arena *arena;
	struct diags diags;
	struct symbols *symbols;
	struct rego_module *modules[MODULES_MAX];
	const char *concerns[MODULES_MAX];
	VEC(struct rego_rule *) own[MODULES_MAX]; /* what became of each */
	size_t n;
	bool marks;
	struct program *all;
	VEC(struct made) rules;
	VEC(struct path) paths;
	struct live_keys keys;
	struct made *printed; /* the rule that is printed */
};

/* Ends the program. */
void mkimage_fail(const char *what, struct str name) __attribute__((noreturn));

void mkimage_sort(struct maker *m);
/* C for one struct image, on the standard output. */
void mkimage_write(struct maker *m, const char *name);

#endif
