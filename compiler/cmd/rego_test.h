/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_REGO_TEST_H
#define CONTRASTC_CMD_REGO_TEST_H

#include "compiler/cmd/rego.h"

/* One test and what became of it. */

enum test_outcome { TEST_PASS, TEST_FAIL, TEST_SKIPPED, TEST_ERROR };
#define TEST_OUTCOMES 4
/* "PASS" … */
extern const char *const test_outcomes[TEST_OUTCOMES];

struct test_case {
	struct str name;
	bool ok;
};

struct test {
	struct loc loc;     /* of its rule */
	struct str package; /* "data.p_test" */
	struct str name;    /* "test_a"; "test_a#01" if the name comes again */
	struct str path;    /* "data.p_test.test_a" */
	struct str cases_path; /* of the names of its cases, or empty */
	uint32_t levels;       /* keys of a case */
	enum test_outcome outcome;
	VEC(struct test_case) cases; /* by name */
	struct buf output;           /* of print(), lines */
	uint64_t nanoseconds;
	const struct rego_where *fault; /* TEST_ERROR */
};

struct tests {
	struct arena *arena;
	VEC(struct test) list;
	bool verbose, durations;
};

/*
 * Finds the tests of the modules.  For a rule with keys, each of which is a
 * case, it adds one to its module that has the names of all cases.
 */
void tests_find(struct tests *out, struct arena *a, const struct rego_set *s);
void tests_free(struct tests *t);
/* The results, as `opa test` prints them. */
void tests_pretty(struct buf *out, const struct tests *t);
void tests_json(struct buf *out, const struct tests *t);

#endif
