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

static const struct {
	struct stdlib_module m; /* without its text */
	const char *text, *end;
} all[] = {
#define MODULE(concern, variant, file, predicate)                              \
	{{#concern, #variant, file, predicate, STR_INIT("")},                  \
	    embed_rego_##concern##_##variant,                                  \
	    embed_rego_##concern##_##variant##_end},
#include "stdlib-rego/modules.def"
#undef MODULE
};

struct stdlib_module
stdlib_at(size_t i)
{
	struct stdlib_module m = all[i].m;

	m.text = (struct str){all[i].text, (size_t)(all[i].end - all[i].text)};
	return m;
}
