/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules are tests, and which cases they have. */
#include <string.h>

#include "compiler/cmd/rego_test.h"
#include "runtime/base/banned.h"

/* No name of Rego has a blank, so this is none of the module's own rules. */
#define CASES " cases"

static struct str
first_name(const struct rego_rule *r)
{
	return r->path->kind == REGO_VAR ? r->path->text
					 : rego_head_name(r->path);
}

static bool
is_test(const struct rego_rule *r)
{
	struct str name = first_name(r);

	return r->kind != REGO_FUNCTION && !r->is_default &&
	       (str_starts(name, STR("test_")) ||
		   str_starts(name, STR("todo_test_")));
}

/* Does the variable stand in the term, outside of inner bodies? */
static bool
stands_in(const struct rego_term *t, struct str var)
{
	uint32_t i;

	if (t->kind == REGO_VAR)
		return str_eq(t->text, var);
	for (i = 0; i < t->nargs; i++) {
		if (stands_in(t->args[i], var))
			return true;
	}
	return false;
}

/* How many literals there are up to the one that gives the variable. */
static uint32_t
literals_for(const struct rego_body *b, struct str var)
{
	const struct rego_literal *l;
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		if (l->kind != REGO_EXPR && l->kind != REGO_SOME_IN)
			continue;
		for (k = 0; k < l->nterms; k++) {
			if (stands_in(l->terms[k], var))
				return i + 1;
		}
	}
	return 0;
}

/* The part of the body that gives the keys, or NULL. */
static struct rego_body *
case_body(struct arena *a, const struct rego_rule *r)
{
	uint32_t i, n = 0, at;

	for (i = 1; r->body != NULL && i < r->path->nargs; i++) {
		const struct rego_term *k = r->path->args[i];

		if (k->kind != REGO_VAR)
			continue;
		at = literals_for(r->body, k->text);
		n = at > n ? at : n;
	}
	return n == 0 ? NULL : rego_new_body(a, r->body->loc, r->body->p, n);
}

/* Adds "NAME cases contains [KEYS] if PART OF THE BODY". */
static void
add_cases(struct arena *a, struct rego_module *m, const struct rego_rule *r,
    struct test *t)
{
	struct rego_body *body = r->path->kind == REGO_REF && r->alt == NULL
				     ? case_body(a, r)
				     : NULL;
	struct str name;
	struct rego_rule *set;

	if (body == NULL)
		return;
	name = arena_printf(a, "%.*s" CASES, STR_ARG(first_name(r)));
	set = ARENA_NEW(a, struct rego_rule);
	*set = (struct rego_rule){.loc = r->loc,
	    .head_loc = r->head_loc,
	    .kind = REGO_PARTIAL_SET,
	    .has_if = true,
	    .path = rego_new(a, REGO_VAR, r->head_loc, name),
	    .key = rego_new_args(a, REGO_ARRAY, r->head_loc, r->path->args + 1,
		r->path->nargs - 1),
	    .body = body};
	VEC_PUSH(a, &m->rules, set);
	t->levels = r->path->nargs - 1;
	t->cases_path = arena_printf(a, "%.*s" CASES, STR_ARG(t->path));
}

static size_t
same_before(const struct tests *t, struct str path)
{
	const struct test *it;
	size_t n = 0;

	VEC_FOREACH(it, &t->list)
		n += str_eq(it->path, path);
	return n;
}

static void
add_test(struct tests *out, struct rego_module *m, const struct rego_rule *r)
{
	struct arena *a = out->arena;
	struct test t = {.loc = r->head_loc, .name = first_name(r)};
	size_t n;

	t.package = arena_printf(
	    a, "data.%.*s", STR_ARG(rego_path_text(a, m->package)));
	t.path =
	    arena_printf(a, "%.*s.%.*s", STR_ARG(t.package), STR_ARG(t.name));
	if (str_starts(t.name, STR("todo_")))
		t.outcome = TEST_SKIPPED;
	else
		add_cases(a, m, r, &t);
	n = same_before(out, t.path);
	if (n > 0)
		t.name = arena_printf(a, "%.*s#%02zu", STR_ARG(t.name), n);
	VEC_PUSH(a, &out->list, t);
}

void
tests_find(struct tests *out, struct arena *a, const struct rego_set *s)
{
	struct rego_module *const *m;
	size_t i, n;

	out->arena = a;
	VEC_FOREACH(m, &s->modules) {
		/* those that are added are no tests */
		n = (*m)->rules.n;
		for (i = 0; i < n; i++) {
			if (is_test((*m)->rules.p[i]))
				add_test(out, *m, (*m)->rules.p[i]);
		}
	}
}

void
tests_free(struct tests *t)
{
	struct test *it;

	VEC_FOREACH(it, &t->list)
		buf_free(&it->output);
}
