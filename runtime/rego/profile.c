/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rego/profile.h"
#include "runtime/base/banned.h"

/* What the agents' rows have in common. */
#define AGENT                                                                  \
	.text = REGO_DIALECT_RUST, .set_first = true, .negates_body = true,    \
	.operators_abort = true, .utf16_count = true, .full_case = true,       \
	.data_wins = true, .longest_rule = true, .open_patterns = true,        \
	.heads_fail = true, .bodies_lose_value = true,                         \
	.functions_recover = true, .some_aborts = true

const struct rego_profile rego_profiles[REGO_PROFILES_MAX] = {
    {
	.name = "opa",
	.builtins = "kmnod",
	.numbers = REGO_NUMBERS_OPA,
	.regex = REGO_DIALECT_GO,
	.text = REGO_DIALECT_GO,
	.v1 = true,
	.keeps_spelling = true,
	.escapes_html = true,
	.builtin_replaces = true,
    },
    {
	.name = "kata",
	.builtins = "kmn",
	.numbers = REGO_NUMBERS_F64,
	.regex = REGO_DIALECT_RUST,
	.v1 = true,
	AGENT,
    },
    {
	.name = "kata-0.2.8",
	.builtins = "km",
	.numbers = REGO_NUMBERS_DEC,
	.regex = REGO_DIALECT_RUST_OLD,
	AGENT,
    },
    {
	.name = "kata-0.1.5",
	/* AKS builds it with base64, and its layers are compared so. */
	.builtins = "kn",
	.numbers = REGO_NUMBERS_DEC,
	.regex = REGO_DIALECT_RUST_OLD,
	.every_scalar = true,
	.blank_prints = true,
	AGENT,
    },
};

const struct rego_profile *
rego_profile_find(struct str name)
{
	size_t i;

	for (i = 0; i < REGO_PROFILES_MAX; i++)
		if (str_eqz(name, rego_profiles[i].name))
			return &rego_profiles[i];
	return NULL;
}
