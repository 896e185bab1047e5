# SPDX-License-Identifier: Apache-2.0
# with: exec_commands
package agent_policy

import future.keywords.in
import future.keywords.if

joined(args_of) if {
	ExecProcessRequest with input as json.patch(exec_ping, replaced("/process/Args", args_of))
		with data.pstate as running
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/request_defaults/ExecProcessRequest/commands", ["cat /a b"]))
}

test_exec_joined[name] if {
	some name, args_of in {
		"three": ["cat", "/a", "b"],
		"two": ["cat", "/a b"],
		"probe": exec_ping.process.Args,
	}
	joined(args_of)
}

test_exec_joined_refused[name] if {
	some name, args_of in {
		"other": ["cat", "/a"],
		"more": ["cat", "/a", "b", "c"],
		"none": [],
	}
	not joined(args_of)
}
