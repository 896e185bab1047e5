# SPDX-License-Identifier: Apache-2.0
# with: exec_commands
package agent_policy

import future.keywords.in
import future.keywords.if

with_settings(patch) if {
	ExecProcessRequest with input as json.patch(exec_ping, patch)
		with data.pstate as running
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/request_defaults/ExecProcessRequest", {"allowed_commands": [["a", "b"]], "regex": ["^cat /tmp/.*$"]}))
}

test_exec_settings[name] if {
	some name, patch in {
		"command": replaced("/process/Args", ["a", "b"]),
		"pattern": replaced("/process/Args", ["cat", "/tmp/x"]),
		"terminal": array.concat(replaced("/process/Args", ["a", "b"]), replaced("/process/Terminal", true)),
		"probe": [],
	}
	with_settings(patch)
}

test_exec_settings_refused[name] if {
	some name, patch in {
		"joined": replaced("/process/Args", ["a b"]),
		"other": replaced("/process/Args", ["cat", "/etc/x"]),
		"terminal of a probe": replaced("/process/Terminal", true),
	}
	not with_settings(patch)
}
