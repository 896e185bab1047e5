# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_capabilities_accepted[name] if {
	some name, patch in {
		"all": [],
		"without prefix": replaced("/OCI/Process/Capabilities/Bounding", [trim_prefix(c, "CAP_") | some c in create_web.OCI.Process.Capabilities.Bounding]),
		"order": replaced("/OCI/Process/Capabilities/Bounding", array.reverse(create_web.OCI.Process.Capabilities.Bounding)),
		"the token itself": replaced("/OCI/Process/Capabilities/Bounding", ["$(default_caps)"]),
		"missing empty one": removed("/OCI/Process/Capabilities/Ambient"),
	}
	created(create_web, patch)
}

test_capabilities_refused[name] if {
	some name, patch in {
		"more Ambient": added("/OCI/Process/Capabilities/Ambient/-", "CAP_SYS_ADMIN"),
		"more Bounding": added("/OCI/Process/Capabilities/Bounding/-", "CAP_SYS_ADMIN"),
		"more Effective": added("/OCI/Process/Capabilities/Effective/-", "CAP_SYS_ADMIN"),
		"more Inheritable": added("/OCI/Process/Capabilities/Inheritable/-", "CAP_SYS_ADMIN"),
		"more Permitted": added("/OCI/Process/Capabilities/Permitted/-", "CAP_SYS_ADMIN"),
		"fewer": removed("/OCI/Process/Capabilities/Bounding/0"),
		"privileged": replaced("/OCI/Process/Capabilities/Bounding", ["$(privileged_caps)"]),
		"null": replaced("/OCI/Process/Capabilities", null),
	}
	not created(create_web, patch)
}

# A container without capabilities: no list is not the same as empty ones.
test_capabilities_none if {
	drop_all := [{"op": "replace", "path": "/containers/2/capabilities", "value": [i, i, i, i, i]} | some i, c in policy_data.capabilities; c == [[]]]
	empty := {"Ambient": [], "Bounding": [], "Effective": [], "Inheritable": [], "Permitted": []}
	created_with(drop_all, create_web, replaced("/OCI/Process/Capabilities", empty))
	not created_with(drop_all, create_web, replaced("/OCI/Process/Capabilities", null))
}
