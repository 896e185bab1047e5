/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any module that passes the checks compiles, and its document is computed
 * within a small budget; twice gives the same.
 */
#include <stdlib.h>

#include "runtime/rego/engine.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_LIMIT 4096

static void
evaluate(struct rego_program *p)
{
	static const struct rego_limits limits = {
	    .instructions = 20000, .memory = 1 << 20, .nanoseconds = 100000000};
	struct rego_eval *e = rego_eval_new(p, &limits);
	struct buf one = {0}, two = {0};
	struct rt_err err;
	int r, again;
	rv v;

	r = rego_eval_rule(&v, e, STR("data"), &err);
	if (r == 0)
		rv_print_json(&one, rego_eval_heap(e), v);
	rego_eval_reset(e);
	again = rego_eval_rule(&v, e, STR("data"), &err);
	if (again == 0)
		rv_print_json(&two, rego_eval_heap(e), v);
	if (r == 0 && again == 0 && !str_eq(buf_str(&one), buf_str(&two)))
		abort();
	buf_free(&one);
	buf_free(&two);
	rego_eval_free(e);
}

static void
run(struct arena *a, const char *profile, struct str text)
{
	struct rego_options o = {.opa = str_eqz(STR("opa"), profile)};
	struct rego_module *m;
	struct rego_compile c = {
	    .profile = rego_profile_find(str_from(profile)),
	    .modules = &m,
	    .nmodules = 1};
	struct rego_program *p;
	struct rt_err err;
	struct diags d;

	diags_init(&d, a);
	m = rego_parse(a, &d, source_new(a, STR("fuzz"), text), &o);
	if (m == NULL || !rego_check(a, &d, &m, 1, &o) ||
	    rego_program_new(&p, &c, &err) < 0)
		return;
	evaluate(p);
	rego_program_free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a;

	if (size > SIZE_LIMIT)
		return 0;
	a = arena_new();
	run(a, "opa", (struct str){(const char *)data, size});
	run(a, "kata", (struct str){(const char *)data, size});
	arena_free(a);
	return 0;
}
