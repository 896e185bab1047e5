/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_REGO_CALL_H
#define CONTRASTC_REGRESS_REGO_CALL_H

#include "regress/unit/rego_unit.h"
#include "runtime/rego/builtin.h"

/*
 * Calls in tables: arguments as a JSON array, in which {"set": [...]} is a
 * set.  What is wanted: JSON text; NULL: no result; "!text": an error that
 * has the text.
 */
struct call_case {
	const char *name, *args, *want[2]; /* of opa and kata */
};

/* The same in both. */
#define SAME(text)                                                             \
	{                                                                      \
		(text), (text)                                                 \
	}

static struct rego_env call_env;

static rv
call_value(struct rv_heap *h, rv v)
{
	struct rv_builder b = {0};
	bool object = rv_type(v) == RV_TOBJECT, set = false;
	size_t i;

	if (object && rv_count(v) == 1 &&
	    str_eqz(rv_str(rv_keys(v)[0]), "set")) {
		v = rv_values(v)[0];
		object = false;
		set = true;
	}
	if (rv_type(v) < RV_TARRAY)
		return v;
	for (i = 0; i < rv_count(v); i++)
		if (object)
			rv_put(h, &b, rv_keys(v)[i],
			    call_value(h, rv_values(v)[i]));
		else
			rv_push(h, &b, call_value(h, rv_items(v)[i]));
	if (object)
		return rv_object_close(h, &b, NULL);
	return set ? rv_set_close(h, &b) : rv_array_close(h, &b);
}

/* The result, or RV_UNDEFINED with the fault. */
static rv
call_builtin(struct rego_fault *fault, struct rv_heap *h, const char *name,
    const char *args)
{
	const struct rego_builtin *b =
	    rego_builtin_find(h->profile, str_from(name));
	rv list = call_value(h, unit_json(h, args));
	struct rego_call c = {.heap = h,
	    .env = &call_env,
	    .builtin = b,
	    .args = rv_items(list),
	    .nargs = (unsigned)rv_count(list),
	    .fault = fault};

	if (call_env.regexes == NULL)
		call_env.regexes = rego_regexes_new();
	*fault = (struct rego_fault){0};
	if (b == NULL || b->fn == NULL)
		fail_msg("%s: not in %s", name, h->profile->name);
	if (b->arity >= 0)
		assert_int_equal(b->arity, c.nargs);
	return b->fn(&c);
}

static bool
call_check(const struct call_case *k, struct rv_heap *h, const char *want)
{
	struct rego_fault fault;
	rv v = call_builtin(&fault, h, k->name, k->args);
	struct str got = v != RV_UNDEFINED ? unit_text(h, v) : STR("nothing");
	bool fails = want != NULL && want[0] == '!';

	assert_false(h->full);
	if (fails == (fault.code != REGO_FINE) &&
	    (fails ? strstr(fault.text, want + 1) != NULL
		   : str_eqz(got, want != NULL ? want : "nothing")))
		return true;
	print_error("%s(%s) in %s:\n got %s\n     %s\nwant %s\n", k->name,
	    k->args, h->profile->name, got.p, fault.text,
	    want != NULL ? want : "nothing");
	return false;
}

static void
call_check_all(const struct call_case *k, size_t n)
{
	size_t i, p, bad = 0;

	for (i = 0; i < n; i++)
		for (p = 0; p < 2; p++)
			if (rego_builtin_find(unit_heaps[p].profile,
				str_from(k[i].name)) != NULL)
				bad += !call_check(
				    &k[i], &unit_heaps[p], k[i].want[p]);
	assert_int_equal(bad, 0);
}

static int
call_teardown(void **state)
{
	buf_free(&call_env.text);
	rego_regexes_free(call_env.regexes);
	return unit_teardown(state);
}

#endif
