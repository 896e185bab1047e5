# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Each storage is one of the policy's, in all that it says; the image has its
# own check.

# explain: storages
storages if {
	found := [s |
		some s in input.storages
		s.driver != "image_guest_pull"
	]
	count(found) == count(want.volumes)
	{object.union({"shared": false}, s) | some s in found} == {policy_data.volumes[i] | some i in want.volumes}
}
