# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The whole text, not a part of it.
full(pattern, text) if regex.match(concat("", ["^(?:", pattern, ")$"]), text)

# A text as a pattern for itself.
quote(text) := regex.replace(text, "[^0-9A-Za-z_-]", "\\$0")

# A pattern for a path, with what is known at run time.
expand(pattern, dir) := replace(
	replace(
		replace(
			replace(pattern, "$(sfprefix)", policy_data.common.sfprefix),
			"$(cpath)", dir,
		),
		"$(bundle-id)", quote(bundle_id),
	),
	"$(sandbox-id)", quote(sandbox_id),
)
