# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The bundle id is what the root filesystem's path says.

bundle_id := id if {
	index >= 0
	id := trim_suffix(trim_prefix(oci.Root.Path, policy_data.root[0]), policy_data.root[1])
	concat(id, policy_data.root) == oci.Root.Path
	id != ""
	trim_left(id, "-.") == id
	trim(id, "-.0123456789abcdefghijklmnopqrstuvwxyz") == ""
}
