# SPDX-License-Identifier: Apache-2.0
# with: capabilities_privileged
package agent_policy

import future.keywords.in
import future.keywords.if

privileged := [
	{"op": "add", "path": "/common/privileged_caps", "value": ["CAP_MKNOD", "CAP_SYS_ADMIN"]},
	{"op": "add", "path": "/capabilities/-", "value": ["$(privileged_caps)"]},
	{"op": "replace", "path": "/containers/2/capabilities/1", "value": count(policy_data.capabilities)},
]

test_capabilities_privileged_accepted[name] if {
	some name, patch in {
		"all": replaced("/OCI/Process/Capabilities/Bounding", ["CAP_SYS_ADMIN", "MKNOD"]),
	}
	created_with(privileged, create_web, patch)
}

test_capabilities_privileged_refused[name] if {
	some name, patch in {
		"more": replaced("/OCI/Process/Capabilities/Bounding", ["CAP_SYS_ADMIN", "MKNOD", "BPF"]),
		"fewer": replaced("/OCI/Process/Capabilities/Bounding", ["CAP_MKNOD"]),
	}
	not created_with(privileged, create_web, patch)
}
