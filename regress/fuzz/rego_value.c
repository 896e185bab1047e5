/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: JSON text and numbers of the Rego engine.  What is read is
 * written, and reads as the same value; arithmetic keeps its promises.
 */
#include <stdlib.h>

#include "runtime/rego/number.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
again(struct rv_heap *h, rv v)
{
	struct buf text = {0}, notation = {0};
	rv copy = rv_copy(h, v), second = RV_UNDEFINED;

	rv_print_json(&text, h, v);
	rv_print(&notation, h, v);
	if (rv_parse_json(&second, h, buf_str(&text), NULL) != 0 ||
	    !rv_equal(copy, v) || rv_hash(copy) != rv_hash(v) ||
	    rv_compare(h, copy, v) != 0)
		abort();
	/* The agent's text has 64 bits for a number, OPA's all. */
	if (h->profile->keeps_spelling && !rv_equal(second, v))
		abort();
	buf_free(&text);
	buf_free(&notation);
}

static void
arithmetic(struct rv_heap *h, rv a, rv b)
{
	const char *why;
	int op;

	for (op = RV_ADD; op <= RV_REM; op++) {
		rv v = rv_arith(h, (enum rv_arith)op, a, b, &why);

		if ((v == RV_UNDEFINED) != (why != NULL))
			abort();
		if (v != RV_UNDEFINED && rv_type(v) != RV_TNUMBER)
			abort();
	}
	for (op = RV_ABS; op <= RV_ROUND; op++)
		(void)rv_round(h, (enum rv_round)op, a);
	if (rv_number_compare(a, b) != -rv_number_compare(b, a))
		abort();
}

static void
run(const struct rego_profile *profile, struct str text)
{
	struct arena *a = arena_new();
	struct rv_heap h = {
	    .arena = a, .profile = profile, .limit = (size_t)64 << 20};
	size_t blank = str_chr(text, ' ', 0);
	rv v, x, y;

	if (rv_parse_json(&v, &h, text, NULL) == 0)
		again(&h, v);
	if (blank < SIZE_MAX && text.n < 300) {
		x = rv_number(&h, str_sub(text, 0, blank));
		y = rv_number(&h, str_sub(text, blank + 1, text.n));
		if (x != RV_UNDEFINED && y != RV_UNDEFINED)
			arithmetic(&h, x, y);
	}
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t i;

	if (n > 65536)
		return 0;
	for (i = 0; i < REGO_PROFILES_MAX; i++)
		run(&rego_profiles[i], (struct str){(const char *)data, n});
	return 0;
}
