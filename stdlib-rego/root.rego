# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The bundle id is what the root filesystem's path says.

bundle_id := found[0][1] if {
	path := replace(want.OCI.Root.Path, "$(root_path)", common.root_path)
	pattern := replace(path, "$(bundle-id)", "([0-9a-f]{64}|[a-z0-9][a-z0-9.-]*)")
	found := regex.find_all_string_submatch_n(concat("", ["^(?:", pattern, ")$"]), oci.Root.Path, 1)
}
