# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The policy has no name of the pod: a Job's are made up.
without := [{"op": "remove", "path": "/containers/2/OCI/Annotations/io.kubernetes.cri.sandbox-name"}]

named(change, patch) if {
	names with input as json.patch(create_web, patch)
		with data.agent_policy.policy_data as json.patch(policy_data, change)
}

other := replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-name", "web-1")

test_names if named([], [])

test_names_refused if not named([], other)

test_names_any if named(without, other)

test_names_id_refused if {
	not named(without, replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-id", "x"))
}
