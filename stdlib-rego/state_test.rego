# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# What a new container adds to the state.
test_state_first if {
	ops := CreateContainerRequest.ops with input as create_pause
		with data.pstate as {}
	{[o.op, o.path, o.value] | some o in ops} == {
		["add", concat("", ["/pstate/c:", create_pause.container_id]), 0],
		["add", "/pstate/namespace", "shop"],
		["add", "/pstate/network_namespace", ""],
		["add", "/pstate/sandbox_name", "web-0"],
	}
}

test_state_next if {
	ops := CreateContainerRequest.ops with input as create_web
		with data.pstate as {"sandbox_name": "web-0", "namespace": "shop", "network_namespace": ""}
	ops == [{"op": "add", "path": concat("", ["/pstate/c:", create_web.container_id]), "value": 2}]
}

test_state_again if {
	ops := CreateContainerRequest.ops with input as create_web
		with data.pstate as running
	ops == []
}

test_state_refused[key] if {
	some key, value in {
		"sandbox_name": "web-1",
		"namespace": "",
		"network_namespace": "/x",
		concat("", ["c:", create_web.container_id]): 0,
	}
	not created_after({key: value}, create_web, [])
}

# A container cannot take the name of another key.
test_state_reserved if {
	ops := CreateContainerRequest.ops with input as json.patch(create_web, replaced("/container_id", "namespace"))
		with data.pstate as running
	ops == [{"op": "add", "path": "/pstate/c:namespace", "value": 2}]
}
