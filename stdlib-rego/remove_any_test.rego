# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_remove_any_known if {
	RemoveContainerRequest.ops with input as {"container_id": "a", "timeout": 0}
		with data.pstate as {"c:a": 0}
}

test_remove_any_unknown if {
	RemoveContainerRequest == true with input as {"container_id": "b", "timeout": 0}
		with data.pstate as {"c:a": 0}
}
