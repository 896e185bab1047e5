/* SPDX-License-Identifier: Apache-2.0 */
/* rego test: runs the tests of modules (rego 13.2 and 13.3). */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/cmd/rego_cover.h"
#include "compiler/cmd/rego_test.h"
#include "runtime/rego/regex.h"
#include "runtime/base/banned.h"

#define THRESHOLD_MAX 100

struct job {
	struct run *run;
	struct rego_set set;
	struct rego_limits limits;
	int64_t now;
	bool json;
	double threshold; /* percent */
	struct tests tests;
	struct rego_program *program;
	struct rego_eval *eval;
	struct rego_cover *cover;
};

/* --run */

/* Drops the tests that do not match. */
static int
choose(struct job *j)
{
	const char *pattern = opt_str(j->run, OPT_REGO_RUN);
	struct rego_regexes *cache = rego_regexes_new();
	const struct regex *re;
	struct rt_err err;
	size_t i, n = 0;
	int rc = 0, match = 1;

	if (pattern != NULL)
		rc = regex_compile(
		    &re, cache, REGEX_GO, str_from(pattern), STR(""), &err);
	for (i = 0; rc == 0 && i < j->tests.list.n; i++) {
		struct test *t = &j->tests.list.p[i];

		if (pattern != NULL)
			match = regex_matches(re,
			    arena_printf(j->run->arena, "%.*s.%.*s",
				STR_ARG(t->package), STR_ARG(t->name)),
			    &err);
		rc = match < 0 ? match : 0;
		if (match == 1)
			j->tests.list.p[n++] = *t;
	}
	j->tests.list.n = n;
	rego_regexes_free(cache);
	if (rc == 0)
		return EXIT_OK;
	return cmd_fail(j->run, EXIT_USAGE, "parse flags: --run: %s", err.text);
}

/* One test */

static void
print_line(void *arg, struct str file, struct place at, struct str text)
{
	struct buf *b = arg;

	(void)file;
	(void)at;
	buf_printf(b, "%.*s\n", STR_ARG(text));
}

static uint64_t
clock_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* "one" or, with several keys, "one/two". */
static struct str
case_name(struct arena *a, const struct rv_heap *h, rv keys)
{
	struct buf b = {0};
	struct str s;
	size_t i;

	for (i = 0; i < rv_count(keys); i++) {
		rv k = rv_items(keys)[i];

		if (i > 0)
			buf_putc(&b, '/');
		if (rv_type(k) == RV_TSTRING)
			buf_put(&b, rv_str(k));
		else
			rv_print_json(&b, h, k);
	}
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static bool
case_holds(const struct rv_heap *h, rv value, rv keys)
{
	size_t i;

	for (i = 0; i < rv_count(keys) && value != RV_UNDEFINED; i++)
		value = rv_get(h, value, rv_items(keys)[i]);
	return value == RV_TRUE;
}

/* All cases hold, and there is one. */
static bool
judge_cases(struct job *j, struct test *t, rv value, rv names)
{
	const struct rv_heap *h = rego_eval_heap(j->eval);
	bool ok = rv_count(names) > 0;
	size_t i;

	for (i = 0; i < rv_count(names); i++) {
		rv keys = rv_items(names)[i];
		struct test_case c = {case_name(j->run->arena, h, keys),
		    case_holds(h, value, keys)};

		ok &= c.ok;
		VEC_PUSH(j->run->arena, &t->cases, c);
	}
	return ok;
}

static void
keep_fault(struct job *j, struct test *t)
{
	struct rego_where *w = ARENA_NEW(j->run->arena, struct rego_where);

	*w = *rego_eval_fault(j->eval);
	w->file = arena_str(j->run->arena, w->file);
	t->fault = w;
	t->outcome = TEST_ERROR;
}

static void
run_test(struct job *j, struct test *t)
{
	struct rt_err err;
	rv value, names = RV_UNDEFINED;
	uint64_t start;
	bool ok;
	int rc;

	rego_eval_reset(j->eval);
	rego_eval_prints(j->eval, print_line, &t->output);
	start = clock_ns();
	rc = rego_eval_rule(&value, j->eval, t->path, &err);
	t->nanoseconds = clock_ns() - start;
	rego_eval_prints(j->eval, NULL, NULL);
	if (rc == 0 && t->cases_path.n > 0)
		rc = rego_eval_rule(&names, j->eval, t->cases_path, &err);
	if (rc != 0) {
		keep_fault(j, t);
		return;
	}
	ok = value == RV_TRUE;
	if (names != RV_UNDEFINED)
		ok = judge_cases(j, t, value, names);
	t->outcome = ok ? TEST_PASS : TEST_FAIL;
}

static void
run_all(struct job *j)
{
	struct test *t;

	j->eval = rego_eval_new(j->program, &j->limits);
	rego_eval_now(j->eval, j->now);
	if (opt_on(j->run, OPT_REGO_COVERAGE)) {
		j->cover = rego_cover_new(j->program);
		rego_eval_cover(j->eval, j->cover);
	}
	VEC_FOREACH(t, &j->tests.list) {
		if (t->outcome != TEST_SKIPPED)
			run_test(j, t);
	}
}

/* Results */

static bool
all_passed(const struct job *j)
{
	const struct test *t;

	VEC_FOREACH(t, &j->tests.list) {
		if (t->outcome == TEST_SKIPPED &&
		    opt_on(j->run, OPT_REGO_SKIPPED_OK))
			continue;
		if (t->outcome != TEST_PASS)
			return false;
	}
	return j->tests.list.n > 0 || !opt_on(j->run, OPT_REGO_FAIL_EMPTY);
}

static int
print_coverage(struct job *j, struct buf *b)
{
	double share = cover_report(
	    b, j->run->arena, j->cover, j->set.modules.p, j->set.modules.n);
	int status = cmd_print(j->run, buf_str(b));

	if (status == EXIT_OK && share < j->threshold)
		return cmd_fail(j->run, EXIT_FINDINGS,
		    "code coverage threshold not met: got %.2f instead of "
		    "%.2f",
		    share, j->threshold);
	return status;
}

/* Coverage takes the place of results as long as all tests pass. */
static int
print(struct job *j)
{
	struct buf b = {0};
	bool ok = all_passed(j);
	int status;

	if (j->cover != NULL && ok) {
		status = print_coverage(j, &b);
	} else {
		(j->json ? tests_json : tests_pretty)(&b, &j->tests);
		status = cmd_print(j->run, buf_str(&b));
	}
	buf_free(&b);
	return status == EXIT_OK && !ok ? EXIT_FINDINGS : status;
}

static int
setup(struct job *j)
{
	struct run *r = j->run;
	const char *threshold = opt_str(r, OPT_REGO_THRESHOLD);
	int status = rego_set_init(&j->set, r, "kata");
	char *end = NULL;

	if (status == EXIT_OK)
		status = rego_format(r, &j->json);
	if (status == EXIT_OK)
		status = rego_run_limits(r, &j->limits, &j->now);
	if (status != EXIT_OK)
		return status;
	if (r->args.n == 0)
		return cmd_fail(
		    r, EXIT_USAGE, "rego test: name modules, directories or -");
	if (threshold != NULL) {
		j->threshold = strtod(threshold, &end);
		r->opt[OPT_REGO_COVERAGE].on = true;
	}
	if (threshold != NULL &&
	    (*end != '\0' ||
		!(j->threshold >= 0 && j->threshold <= THRESHOLD_MAX)))
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --threshold: no percentage: %s%s", threshold,
		    opt_where(r, OPT_REGO_THRESHOLD));
	return EXIT_OK;
}

int
cmd_rego_test(struct run *r)
{
	struct job j = {.run = r};
	int status = setup(&j);

	if (status != EXIT_OK)
		return status;
	j.set.take = REGO_MODULES | REGO_DATA_FILES;
	j.tests.verbose = opt_on(r, OPT_VERBOSE);
	j.tests.durations = !opt_on(r, OPT_REGO_NO_DURATION);
	if (rego_set_load_args(&j.set))
		tests_find(&j.tests, r->arena, &j.set);
	if (r->diags.errors > 0 || !rego_set_check(&j.set))
		return rego_findings(r, j.json);
	status = choose(&j);
	if (status == EXIT_OK)
		status = rego_set_program(&j.program, &j.set, false);
	if (status == EXIT_OK) {
		run_all(&j);
		status = print(&j);
	}
	tests_free(&j.tests);
	rego_cover_free(j.cover);
	rego_eval_free(j.eval);
	rego_program_free(j.program);
	return status;
}
