# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_remove_known if {
	RemoveContainerRequest == {"allowed": true, "ops": [{"op": "remove", "path": "/pstate/c:a"}]} with input as {"container_id": "a", "timeout": 0}
		with data.pstate as {"c:a": 0}
}

test_remove_unknown[id] if {
	some id in ["b", "", "sandbox_name", "c:a"]
	RemoveContainerRequest == false with input as {"container_id": id, "timeout": 0}
		with data.pstate as {"c:a": 0, "sandbox_name": "x"}
}
