/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the engine one question from beginning to end. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "regress/rego_case.h"
#include "runtime/rego/number.h"
#include "runtime/base/banned.h"

/* Findings of the front end, as OPA's codes name them. */
static const struct {
	enum diag_id id;
	const char *code;
} codes[] = {
    {DIAG_REGO_UNSAFE, "rego_unsafe_var_error"},
    {DIAG_REGO_RECURSION, "rego_recursion_error"},
    {DIAG_REGO_FUNCTION, "rego_type_error"},
    {DIAG_REGO_ARITY, "rego_type_error"},
    {DIAG_REGO_CONFLICT, "rego_type_error"},
    {DIAG_REGO_DEFAULTS, "rego_type_error"},
    {DIAG_REGO_ASSIGNED, "rego_compile_error"},
    {DIAG_REGO_REFERENCED, "rego_compile_error"},
    {DIAG_REGO_SHADOW, "rego_compile_error"},
    {DIAG_REGO_IMPORT_SHADOWS, "rego_compile_error"},
};

static struct str
code_of(enum diag_id id)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].id == id)
			return str_from(codes[i].code);
	}
	return STR("rego_parse_error");
}

static void
refused(struct rego_answer *a, const struct diags *d)
{
	a->failed = true;
	if (d->list.n == 0)
		return;
	a->code = code_of(d->list.p[0]->id);
	a->text = d->list.p[0]->text;
}

static void
broken(struct rego_answer *a, const char *code, const struct rt_err *err)
{
	a->failed = true;
	a->code = str_from(code);
	a->text = arena_str(a->arena, str_from(err->text));
}

static struct rego_module *
read_module(struct rego_answer *a, struct diags *d,
    const struct rego_options *o, struct str text, size_t i)
{
	return rego_parse(a->arena, d,
	    source_new(
		a->arena, arena_printf(a->arena, "test-%zu.rego", i), text),
	    o);
}

static struct rego_body *
read_query(struct rego_answer *a, struct diags *d, const struct rego_options *o,
    struct str text)
{
	return rego_parse_query(
	    a->arena, d, source_new(a->arena, STR("query"), text), o);
}

static bool
collect(void *arg, const struct rego_result *r)
{
	struct rego_answer *a = arg;
	struct rv_builder b = {0};
	size_t i;

	for (i = 0; i < rego_query_vars(a->query); i++)
		rv_put(a->heap, &b,
		    rv_string(a->heap, rego_query_var(a->query, i)),
		    r->bindings[i]);
	rv_push(a->heap, &a->results, rv_object_close(a->heap, &b, NULL));
	rv_push(a->heap, &a->values, r->expressions[0]);
	return true;
}

static bool
run(struct rego_answer *a, struct rego_query *q)
{
	const struct rego_where *w = rego_eval_fault(a->eval);
	static const char *const names[] = {"",
#define X(id, code) code,
	    REGO_FAULTS(X)
#undef X
	};
	struct rt_err err = {0};

	a->query = q;
	if (rego_eval_query(a->eval, q, collect, a, &err) < 0)
		broken(a, names[w->fault.code], &err);
	return !a->failed;
}

static bool
ask_query(struct rego_answer *a, struct rego_body *b)
{
	struct rego_query *q;
	struct rt_err err = {0};

	if (rego_query_new(&q, a->program, b, &err) < 0) {
		broken(a, "rego_unsafe_var_error", &err);
		return false;
	}
	VEC_PUSH(a->arena, &a->queries, q);
	return run(a, q);
}

static bool
give_input(struct rego_answer *a, const struct rego_case *k, struct diags *d,
    const struct rego_options *o)
{
	struct rt_err err = {0};
	struct rego_body *b;
	rv v = RV_UNDEFINED;

	if (k->input_term.n > 0) {
		b = read_query(a, d, o, k->input_term);
		if (b == NULL || !ask_query(a, b) || a->values.n != 1)
			return false;
		v = a->values.v[0];
		a->values.n = a->results.n = 0;
	} else if (k->input.p != NULL &&
		   rv_parse_json(&v, a->heap, k->input, &err) < 0) {
		broken(a, "input", &err);
		return false;
	}
	rego_eval_input(a->eval, v);
	return true;
}

/* Part of OPA's suite: time stands still in one query all the same. */
static rv
test_sleep(struct rego_call *c)
{
	(void)c;
	return RV_NULL;
}

static const struct rego_builtin more[] = {
    {.name = "test.sleep", .arity = 1, .fn = test_sleep}};

static void
evaluate(struct rego_answer *a, const struct rego_case *k, struct diags *d,
    struct rego_module *const *m, const struct rego_options *o)
{
	struct rego_compile c = {.profile = k->profile,
	    .modules = m,
	    .nmodules = k->nmodules,
	    .data = k->data,
	    .more = more,
	    .nmore = 1,
	    .strict = k->strict};
	struct rt_err err = {0};
	struct timespec now;
	struct rego_body *b;

	if (rego_program_new(&a->program, &c, &err) < 0) {
		broken(a, "rego_compile_error", &err);
		return;
	}
	a->eval = rego_eval_new(a->program, NULL);
	a->heap = rego_eval_heap(a->eval);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	rego_eval_now(a->eval, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	if (!give_input(a, k, d, o)) {
		a->failed = true;
		return;
	}
	b = read_query(a, d, o, k->query);
	if (b == NULL || !rego_check_query(a->arena, d, m, k->nmodules, b, o))
		refused(a, d);
	else
		(void)ask_query(a, b);
}

void
rego_ask(struct rego_answer *a, const struct rego_case *k)
{
	struct rego_module *m[REGO_MODULES_MAX];
	struct rego_options o = {.v0 = k->v0};
	struct diags d;
	size_t i;

	memset(a, 0, sizeof(*a));
	a->arena = arena_new();
	o.every = strcmp(k->profile->builtins,
		      rego_profile_find(STR("opa"))->builtins) == 0;
	o.opa = strcmp(k->profile->name, "opa") == 0;
	/* OPA's suite brings this function with it. */
	o.given = "test.sleep";
	diags_init(&d, a->arena);
	for (i = 0; i < k->nmodules; i++) {
		m[i] = read_module(a, &d, &o, k->modules[i], i);
		if (m[i] == NULL) {
			refused(a, &d);
			return;
		}
	}
	if (!rego_check(a->arena, &d, m, k->nmodules, &o))
		refused(a, &d);
	else
		evaluate(a, k, &d, m, &o);
}

void
rego_ask_end(struct rego_answer *a)
{
	struct rego_query **q;

	VEC_FOREACH(q, &a->queries) {
		rego_query_free(*q);
	}
	rego_eval_free(a->eval);
	rego_program_free(a->program);
	arena_free(a->arena);
}

rv
rego_read(struct rego_answer *a, struct str text)
{
	struct rt_err err = {0};
	rv v;

	return rv_parse_json(&v, a->heap, text, &err) < 0 ? RV_UNDEFINED : v;
}

rv
rego_expect(struct rego_answer *a, const struct jv *v)
{
	struct buf b = {0};
	rv out;

	jv_print(&b, v, JV_COMPACT);
	out = rego_read(a, buf_str(&b));
	buf_free(&b);
	return out;
}

rv
rego_plain(struct rego_answer *a, rv v)
{
	struct buf b = {0};
	rv out;

	rv_print_json(&b, a->heap, v);
	out = rego_read(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static rv
sorted_array(struct rv_heap *h, rv v, enum rego_sort how)
{
	struct rv_builder b = {0};
	size_t i, k;
	rv x;

	for (i = 0; i < rv_count(v); i++) {
		x = rego_sorted(
		    h, rv_items(v)[i], how == REGO_SORT_TOP ? REGO_KEEP : how);
		rv_push(h, &b, x);
		for (k = b.n - 1; k > 0 && how != REGO_KEEP &&
				  rv_compare(h, b.v[k - 1], x) > 0;
		     k--)
			b.v[k] = b.v[k - 1];
		b.v[k] = x;
	}
	return rv_array_close(h, &b);
}

rv
rego_sorted(struct rv_heap *h, rv v, enum rego_sort how)
{
	struct rv_builder b = {0};
	size_t i;

	/* Fractions were written down by programs that know doubles. */
	if (rv_type(v) == RV_TNUMBER && !rv_is_integer(v))
		return rv_double(h, rv_to_double(v));
	if (v == RV_UNDEFINED)
		return v;
	if (rv_type(v) == RV_TARRAY)
		return sorted_array(h, v, how);
	if (rv_type(v) != RV_TOBJECT)
		return v;
	for (i = 0; i < rv_count(v); i++)
		rv_put(
		    h, &b, rv_keys(v)[i], rego_sorted(h, rv_values(v)[i], how));
	return rv_object_close(h, &b, NULL);
}

const char *
rego_show(struct rego_answer *a, rv v)
{
	struct buf b = {0};
	struct str s;

	if (v == RV_UNDEFINED)
		return "undefined";
	rv_print_json(&b, a->heap, v);
	s = arena_str(a->arena, str_clip(buf_str(&b), 200));
	buf_free(&b);
	return s.p;
}

/* Topics */

static const char *const optional[] = {"cryptox509", "cryptoparsersaprivate",
    "jwt", "graphql", "providers-aws", "netlookupipaddr", "jsonschema",
    "rendertemplate", "regoparsemodule", "regometadata", "uuid"};

static struct rego_topic *
topic_of(struct conform *c, struct rego_topics *t, struct str name)
{
	struct rego_topic new = {.name = name};
	struct rego_topic *it;
	size_t i;

	VEC_FOREACH(it, &t->list) {
		if (str_eq(it->name, name))
			return it;
	}
	for (i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		new.optional |= str_starts(name, str_from(optional[i]));
	VEC_PUSH(c->arena, &t->list, new);
	return &t->list.p[t->list.n - 1];
}

void
rego_score(struct conform *c, struct rego_topics *t, struct str topic,
    const char *name, const char *bad)
{
	struct rego_topic *it = topic_of(c, t, topic);

	if (bad == NULL) {
		it->passed++;
		conform_pass(c);
	} else if (it->optional || strstr(bad, ": yaml.") != NULL) {
		it->skipped++;
		c->skipped++;
	} else {
		it->failed++;
		conform_fail(c, name, "%s: %s", t->suite, bad);
	}
}

void
rego_topics_print(const struct rego_topics *t)
{
	const struct rego_topic *it;

	VEC_FOREACH(it, &t->list) {
		printf("%s %.*s: %zu of %zu%s\n", t->suite, STR_ARG(it->name),
		    it->passed, it->passed + it->failed + it->skipped,
		    it->optional ? " (optional)" : "");
	}
}
