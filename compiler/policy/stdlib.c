/* SPDX-License-Identifier: Apache-2.0 */
/* The modules of stdlib-rego/, compiled in. */
#include "compiler/policy/feature.h"
#include "compiler/policy/policy_int.h"
#include "runtime/base/embed.h"

#include "runtime/base/banned.h"

#define MODULE(concern, variant, file, predicate)                              \
	EMBED(rego_##concern##_##variant, "stdlib-rego/" file);
#include "stdlib-rego/modules.def"
#undef MODULE

enum {
#define MODULE(concern, variant, file, predicate) MODULE_##concern##_##variant,
#include "stdlib-rego/modules.def"
#undef MODULE
	MODULES
};

_Static_assert(MODULES <= STDLIB_MAX, "selections have too few bits");

size_t
stdlib_count(void)
{
	return MODULES;
}

struct stdlib_module
stdlib_at(size_t i)
{
	const struct stdlib_module all[MODULES] = {
#define MODULE(concern, variant, file, predicate)                              \
	{#concern, #variant, file, predicate,                                  \
	    EMBEDDED(rego_##concern##_##variant)},
#include "stdlib-rego/modules.def"
#undef MODULE
	};

	return all[i];
}
