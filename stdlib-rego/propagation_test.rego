# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_propagation_accepted[name] if {
	some name, patch in {
		"none": [],
	}
	created(create_web, patch)
}

test_propagation_refused[name] if {
	some name, patch in {
		"shared": replaced("/OCI/Linux/RootfsPropagation", "shared"),
	}
	not created(create_web, patch)
}
