/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: built-in functions.  A first line is the name, the rest a JSON
 * array of arguments.  A call has a result, an error, or neither.
 */
#include <stdlib.h>

#include "runtime/rego/builtin.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
call(const struct rego_profile *profile, struct str name, struct str args)
{
	struct arena *a = arena_new();
	struct rv_heap h = {
	    .arena = a, .profile = profile, .limit = (size_t)64 << 20};
	struct rego_env env = {.regexes = rego_regexes_new()};
	struct rego_fault fault = {0};
	const struct rego_builtin *b = rego_builtin_find(profile, name);
	rv list, v;

	if (b != NULL && b->fn != NULL && b->arity >= 0 &&
	    rv_parse_json(&list, &h, args, NULL) == 0 &&
	    rv_type(list) == RV_TARRAY && rv_count(list) == (size_t)b->arity) {
		struct rego_call c = {.heap = &h,
		    .env = &env,
		    .builtin = b,
		    .args = rv_items(list),
		    .nargs = (unsigned)b->arity,
		    .fault = &fault};

		v = b->fn(&c);
		if (v != RV_UNDEFINED && fault.code != REGO_FINE)
			abort();
		if (fault.code != REGO_FINE && fault.text[0] == '\0')
			abort();
		if (v != RV_UNDEFINED)
			(void)rv_hash(v);
	}
	buf_free(&env.text);
	rego_regexes_free(env.regexes);
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str all = {(const char *)data, n};
	size_t line = str_chr(all, '\n', 0);

	if (n > 4096 || line == SIZE_MAX)
		return 0;
	call(&rego_profiles[0], str_sub(all, 0, line),
	    str_sub(all, line + 1, n));
	call(&rego_profiles[1], str_sub(all, 0, line),
	    str_sub(all, line + 1, n));
	return 0;
}
