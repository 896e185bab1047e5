# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The containers 3 and 2 are listed, 3 comes first in the pod.
listed := [{"op": "replace", "path": "/contrastc/checks/start_before", "value": [1]}]

test_order_pause if created_with(listed, create_pause, [])

test_order_application_refused if not created_with(listed, create_web, [])

test_order_application[name] if {
	some name, before in {
		"created": {"s:1": 1},
		"created and removed": {"s:1": 1, "s:0": 0},
	}
	CreateContainerRequest.allowed with input as create_web
		with data.pstate as before
		with data.agent_policy.policy_data as json.patch(policy_data, listed)
}

# An index in the list waits for those that come later in it.
test_order_listed[name] if {
	some name, case in {
		"first": [[1, 2], {}, true],
		"second before the first": [[2, 3], {}, false],
		"second": [[2, 3], {"s:3": 3}, true],
	}
	allowed := listed_allows(case[0], case[1])
	allowed == case[2]
}

listed_allows(list, before) := true if order_with(list, before)

listed_allows(list, before) := false if not order_with(list, before)

order_with(list, before) if {
	order with input as create_web
		with data.pstate as before
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/contrastc/checks/start_before", list))
}

test_order_remembers if {
	ops := CreateContainerRequest.ops with input as create_pause
		with data.pstate as {}
		with data.agent_policy.policy_data as json.patch(policy_data, listed)
	some o in ops
	o == {"op": "add", "path": "/pstate/s:0", "value": 0}
}
