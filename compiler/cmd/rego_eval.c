/* SPDX-License-Identifier: Apache-2.0 */
/* rego eval: what a query gives (rego 13.1). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/cmd/rego.h"
#include "compiler/cmd/rego_result.h"
#include "runtime/base/banned.h"

struct job {
	struct run *run;
	struct rego_set set;
	struct rego_limits limits;
	int64_t now;
	const char *format;
	struct jv *input; /* NULL: none */
	struct rego_body *body;
	struct rego_program *program;
	struct rego_query *query;
	struct rego_eval *eval;
	struct eval_results results;
};

static bool
is_json(const struct job *j)
{
	return strcmp(j->format, "json") == 0 ||
	       strcmp(j->format, "discard") == 0;
}

static void
print_line(void *arg, struct str file, struct place at, struct str text)
{
	(void)arg;
	(void)file;
	(void)at;
	fprintf(stderr, "%.*s\n", STR_ARG(text));
}

static bool
keep(void *arg, const struct rego_result *r)
{
	struct job *j = arg;

	eval_results_add(&j->results, rego_eval_heap(j->eval), j->query, r);
	return true;
}

/* Modules, data, input and query. */
static bool
load(struct job *j)
{
	struct run *r = j->run;
	const char *input = opt_str(r, OPT_REGO_INPUT);
	const char **path;
	bool ok = true;

	j->set.take = REGO_MODULES | REGO_DATA_FILES;
	VEC_FOREACH(path, &r->opt[OPT_REGO_DATA].values)
		ok = rego_set_load(&j->set, *path) && ok;
	if (opt_on(r, OPT_REGO_STDIN))
		input = "-";
	if (input != NULL) {
		j->input = rego_document(&j->set, input);
		ok = j->input != NULL && ok;
	}
	if (!ok || !rego_set_check(&j->set))
		return false;
	j->body = rego_parse_query(r->arena, &r->diags,
	    source_new(r->arena, STR(""), str_from(r->args.p[0])),
	    &j->set.options);
	return j->body != NULL &&
	       rego_check_query(r->arena, &r->diags, j->set.modules.p,
		   j->set.modules.n, j->body, &j->set.options);
}

static int
give_input(struct job *j)
{
	struct buf b = {0};
	struct rt_err err;
	rv v = RV_UNDEFINED;
	int rc = 0;

	if (j->input != NULL) {
		jv_print(&b, j->input, JV_COMPACT);
		rc = rv_parse_json(
		    &v, rego_eval_heap(j->eval), buf_str(&b), &err);
		buf_free(&b);
	}
	rego_eval_input(j->eval, v);
	if (rc == 0)
		return EXIT_OK;
	return cmd_fail(j->run, EXIT_FINDINGS, "input: %s", err.text);
}

static int
failed(struct job *j, const struct rt_err *err)
{
	const struct rego_where *w = rego_eval_fault(j->eval);
	struct arena *a = j->run->arena;
	struct jv *o = jv_object(a), *list;
	struct buf b = {0};
	int status;

	if (w->fault.code == REGO_FINE)
		return cmd_fail(j->run, EXIT_FINDINGS, "%s", err->text);
	if (!is_json(j))
		return cmd_fail(j->run, EXIT_FINDINGS, "%.*s",
		    STR_ARG(rego_fault_text(a, w)));
	list = jv_set(a, o, STR("errors"), jv_array(a));
	(void)jv_push(a, list, rego_fault_json(a, w));
	jv_print(&b, o, JV_PRETTY);
	buf_putc(&b, '\n');
	status = cmd_print(j->run, buf_str(&b));
	buf_free(&b);
	return status == EXIT_OK ? EXIT_FINDINGS : status;
}

/* --fail and --fail-defined: an empty result, false included as OPA does. */
static int
verdict(const struct job *j)
{
	bool defined = j->results.list.n > 0;

	if (opt_on(j->run, OPT_REGO_FAIL) && !defined)
		return EXIT_FINDINGS;
	if (opt_on(j->run, OPT_REGO_FAIL_DEFINED) && defined)
		return EXIT_FINDINGS;
	return EXIT_OK;
}

static int
evaluate(struct job *j)
{
	struct buf b = {0};
	struct rt_err err = {0};
	int status;

	if (rego_query_new(&j->query, j->program, j->body, &err) != 0)
		return cmd_fail(j->run, EXIT_FINDINGS, "query: %s", err.text);
	eval_results_init(&j->results, j->run->arena, j->body, j->query);
	j->eval = rego_eval_new(j->program, &j->limits);
	rego_eval_now(j->eval, j->now);
	rego_eval_prints(j->eval, print_line, NULL);
	if ((status = give_input(j)) != EXIT_OK)
		return status;
	if (rego_eval_query(j->eval, j->query, keep, j, &err) != 0)
		return failed(j, &err);
	eval_format_find(str_from(j->format))(&b, &j->results);
	status = cmd_print(j->run, buf_str(&b));
	buf_free(&b);
	return status == EXIT_OK ? verdict(j) : status;
}

static int
setup(struct job *j)
{
	struct run *r = j->run;
	int status = rego_set_init(&j->set, r, "kata");

	j->format = opt_str(r, OPT_EVAL_FORMAT);
	if (status == EXIT_OK)
		status = rego_run_limits(r, &j->limits, &j->now);
	if (status != EXIT_OK)
		return status;
	if (eval_format_find(str_from(j->format)) == NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --format: unknown value: %s%s", j->format,
		    opt_where(r, OPT_EVAL_FORMAT));
	if (r->args.n != 1)
		return cmd_fail(r, EXIT_USAGE, "rego eval: give one query");
	if (opt_on(r, OPT_REGO_STDIN) && opt_str(r, OPT_REGO_INPUT) != NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --input and --stdin-input exclude each "
		    "other");
	return EXIT_OK;
}

int
cmd_rego_eval(struct run *r)
{
	struct job j = {.run = r};
	int status = setup(&j);

	if (status != EXIT_OK)
		return status;
	if (!load(&j))
		return rego_findings(r, is_json(&j));
	status = rego_set_program(
	    &j.program, &j.set, opt_on(r, OPT_REGO_STRICT_BUILTINS));
	if (status == EXIT_OK)
		status = evaluate(&j);
	rego_eval_free(j.eval);
	rego_query_free(j.query);
	rego_program_free(j.program);
	return status;
}
