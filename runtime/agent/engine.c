/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "runtime/agent/engine.h"
#include "runtime/base/banned.h"

struct agent_rego {
	struct agent_engine engine;
	const struct rego_profile *profile;
	struct arena *arena; /* of the policy's source and module */
	struct rego_program *program;
	struct rego_eval *eval;
	const struct jv *data; /* what the evaluator has, by its address */
	/* of the question */
	struct arena *scratch;
	struct jv *prints;
};

static void
forget(struct agent_rego *r)
{
	rego_eval_free(r->eval);
	rego_program_free(r->program);
	r->eval = NULL;
	r->program = NULL;
	r->data = NULL;
	arena_reset(r->arena);
}

/* The first finding, with its line. */
static struct str
finding(struct arena *a, struct arena *places, const struct diags *d)
{
	const struct diag *g;
	struct place at = {0};

	if (d->list.n == 0)
		return STR("the policy cannot be read");
	g = d->list.p[0];
	if (g->loc.source != NULL)
		at = source_place(places, g->loc.source, g->loc.off);
	return arena_printf(
	    a, "agent_policy:%u: %.*s", at.line, STR_ARG(g->text));
}

static struct rego_module *
parse(struct agent_rego *r, struct arena *a, struct str text, struct str *error)
{
	struct rego_options o = {.v0 = !r->profile->v1};
	struct diags d;
	struct rego_module *m;

	diags_init(&d, r->arena);
	m = rego_parse(r->arena, &d,
	    source_new(
		r->arena, STR("agent_policy"), arena_str(r->arena, text)),
	    &o);
	if (m != NULL && rego_check(r->arena, &d, &m, 1, &o))
		return m;
	*error = finding(a, r->arena, &d);
	return NULL;
}

static bool
load(void *ctx, struct arena *a, struct str text, struct str *error)
{
	struct agent_rego *r = ctx;
	struct rego_module *m;
	struct rego_compile c = {.profile = r->profile,
	    .modules = &m,
	    .nmodules = 1,
	    .prints = true};
	struct rt_err err;

	forget(r);
	m = parse(r, a, text, error);
	if (m == NULL)
		return false;
	if (rego_program_new(&r->program, &c, &err) != 0) {
		*error = arena_str(a, str_from(err.text));
		return false;
	}
	r->eval = rego_eval_new(r->program, NULL);
	return true;
}

/* "agent_policy:7: text" (rego 12.2) */
static void
print(void *arg, struct str file, struct place at, struct str text)
{
	struct agent_rego *r = arg;

	jv_push(r->scratch, r->prints,
	    jv_string(r->scratch,
		arena_printf(r->scratch, "%.*s:%u:%s %.*s", STR_ARG(file),
		    at.line, r->profile->blank_prints ? " " : "",
		    STR_ARG(text))));
}

static int
to_rego(rv *out, struct rv_heap *h, const struct jv *v, struct rt_err *err)
{
	struct buf b = {0};
	int code;

	jv_print(&b, v, JV_COMPACT);
	code = rv_parse_json(out, h, buf_str(&b), err);
	buf_free(&b);
	return code;
}

/* The text of JSON, which the value of a decision is small in. */
static int
from_rego(struct jv **out, struct arena *a, const struct rv_heap *h, rv v,
    struct rt_err *err)
{
	struct buf b = {0};
	int code;

	rv_print_json(&b, h, v);
	code = jv_parse(out, a, arena_str(a, buf_str(&b)), err);
	buf_free(&b);
	return code;
}

static int
set_data(struct agent_rego *r, const struct jv *data, struct rt_err *err)
{
	rv v;
	int code;

	if (r->data == data)
		return 0;
	code = to_rego(&v, rego_eval_heap(r->eval), data, err);
	if (code != 0)
		return code;
	rego_eval_data(r->eval, v);
	r->data = data;
	return 0;
}

static int
evaluate(struct agent_rego *r, struct arena *a, struct agent_answer *out,
    struct str rule, const struct jv *input, const struct jv *data,
    struct rt_err *err)
{
	struct str path =
	    arena_printf(a, "data.agent_policy.%.*s", STR_ARG(rule));
	struct jv *value = NULL;
	rv v;
	int code;

	rego_eval_reset(r->eval);
	code = set_data(r, data, err);
	if (code == 0)
		code = to_rego(&v, rego_eval_heap(r->eval), input, err);
	if (code != 0)
		return code;
	rego_eval_input(r->eval, v);
	code = rego_eval_rule(&v, r->eval, path, err);
	if (code != 0 || v == RV_UNDEFINED)
		return code;
	code = from_rego(&value, a, rego_eval_heap(r->eval), v, err);
	out->outcome = AGENT_VALUE;
	out->value = value;
	return code;
}

static void
ask(void *ctx, struct arena *a, struct agent_answer *out, struct str rule,
    const struct jv *input, const struct jv *data)
{
	struct agent_rego *r = ctx;
	struct rt_err err = {0};

	*out = (struct agent_answer){.outcome = AGENT_UNDEFINED};
	r->scratch = a;
	r->prints = jv_array(a);
	rego_eval_prints(r->eval, print, r);
	if (evaluate(r, a, out, rule, input, data, &err) != 0) {
		out->outcome = AGENT_ABORTED;
		out->value = NULL;
		out->error = arena_str(a, str_from(err.text));
	}
	out->prints = r->prints;
}

struct agent_rego *
agent_rego_new(const struct rego_profile *profile)
{
	struct agent_rego *r = rt_calloc(1, sizeof(*r));

	r->engine = (struct agent_engine){r, load, ask};
	r->profile = profile;
	r->arena = arena_new();
	return r;
}

void
agent_rego_free(struct agent_rego *r)
{
	if (r == NULL)
		return;
	forget(r);
	arena_free(r->arena);
	free(r);
}

const struct agent_engine *
agent_rego_engine(const struct agent_rego *r)
{
	return &r->engine;
}
