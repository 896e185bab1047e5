# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The root filesystem's path is given by another token.

bundle_id := found[0][1] if {
	path := replace(replace(want.OCI.Root.Path, "$(root_path)", object.get(common, "root_path", "")), "$(cpath)", common.cpath)
	pattern := replace(path, "$(bundle-id)", "([0-9a-f]{64}|[a-z0-9][a-z0-9.-]*)")
	found := regex.find_all_string_submatch_n(concat("", ["^(?:", pattern, ")$"]), oci.Root.Path, 1)
}
