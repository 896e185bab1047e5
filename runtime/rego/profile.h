/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_PROFILE_H
#define CONTRASTC_REGO_PROFILE_H

#include "runtime/base/str.h"

/*
 * What differs between the engines that a policy may meet (rego 1.2 and 11),
 * as data: parser, checker, evaluator and built-ins read these fields and
 * nothing else says which engine is meant.
 */
enum rego_numbers {
	REGO_NUMBERS_OPA, /* exact integers, fractions with 64 bits */
	REGO_NUMBERS_F64, /* exact integers, fractions as IEEE double */
	REGO_NUMBERS_DEC  /* decimals of 100 digits */
};

enum rego_dialect {
	REGO_DIALECT_GO,
	REGO_DIALECT_RUST,
	REGO_DIALECT_RUST_OLD /* patterns of any size */
};

struct rego_profile {
	const char *name; /* "opa", "kata", "kata-0.2.8" … */
	/*
	 * Rows of builtin.def, a letter each: k KATA, m KATA28, n KATA30,
	 * o OPA, d OLD.
	 */
	const char *builtins;
	enum rego_numbers numbers; /* rego 6.3 */
	enum rego_dialect regex;   /* rego 10.1 */
	enum rego_dialect text;    /* of values, and sprintf() (10.3) */
	bool v1;                   /* language without an import */
	bool set_first;            /* sets sort before objects (6.2) */
	bool negates_body;         /* `not` over all of its literal (7.7) */
	bool operators_abort;      /* operands of a wrong type (8.3) */
	bool utf16_count;          /* count() of a string (6.4) */
	bool full_case;            /* upper() and lower() (6.4) */
	bool keeps_spelling;       /* of numbers that pass through */
	bool escapes_html;         /* in JSON text (6.5) */
	bool every_scalar;         /* `every` over no collection holds */
	bool blank_prints;         /* two behind the line of a print */
	bool some_aborts;          /* `some x in` no collection */
	bool data_wins;            /* over a rule of the same path (5.1) */
	bool longest_rule;         /* p.k hides what p[x] gives for k */
	bool builtin_replaces;     /* `with f as count` */
	bool open_patterns;        /* of objects: further members may be */
	bool heads_fail;           /* comprehensions in heads (11.3) */
	bool bodies_lose_value;    /* second ones of a head: `true` (3.4) */
	bool functions_recover;    /* aborts inside definitions (8.3) */
};

#define REGO_PROFILES_MAX 4
extern const struct rego_profile rego_profiles[REGO_PROFILES_MAX];
/* By name; NULL if there is none.  "opa" is the first, "kata" the second. */
const struct rego_profile *rego_profile_find(struct str name);

#endif
