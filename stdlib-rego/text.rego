# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# Parts of the data, under shorter names.
common := policy_data.common

defaults := policy_data.request_defaults

# The whole text, not a part of it.
full(pattern, text) if regex.match(concat("", ["^(?:", pattern, ")$"]), text)

# A text as a pattern for itself.  Names seldom need a pattern to find out.
quote(text) := text if {
	trim(text, "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
} else := regex.replace(text, "[^0-9A-Za-z_-]", "\\$0")

bundle_pattern := quote(bundle_id)

sandbox_pattern := quote(sandbox_id)

# A pattern for a path, with what is known at run time.
expand(pattern, dir) := replace(
	replace(
		replace(
			replace(pattern, "$(sfprefix)", common.sfprefix),
			"$(cpath)", dir,
		),
		"$(bundle-id)", bundle_pattern,
	),
	"$(sandbox-id)", sandbox_pattern,
)
