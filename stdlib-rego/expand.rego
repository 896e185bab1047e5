# SPDX-License-Identifier: Apache-2.0
package agent_policy

common := policy_data.common

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
