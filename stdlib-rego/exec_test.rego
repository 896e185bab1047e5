# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_exec_accepted[name] if {
	some name, patch in {
		"all": [],
		"fewer variables": replaced("/process/Env", []),
		"name of the pod": replaced("/process/Env", ["POD=web-0"]),
	}
	executed(patch)
}

test_exec_refused[name] if {
	some name, patch in {
		"user": replaced("/string_user", {"uid": "0", "gid": "0", "additionalGids": []}),
		"selinux": replaced("/process/SelinuxLabel", "x"),
		"apparmor": replaced("/process/ApparmorProfile", "x"),
		"capabilities": replaced("/process/Capabilities", {"Bounding": [], "Effective": [], "Inheritable": [], "Permitted": [], "Ambient": []}),
		"arguments": added("/process/Args/-", "x"),
		"no arguments": replaced("/process/Args", []),
		"other command": replaced("/process/Args", ["/bin/sh"]),
		"terminal": replaced("/process/Terminal", true),
		"uid": replaced("/process/User/UID", 1),
		"gid": replaced("/process/User/GID", 1),
		"groups": replaced("/process/User/AdditionalGids", [0, 1]),
		"directory": replaced("/process/Cwd", "/x"),
		"privileges": replaced("/process/NoNewPrivileges", true),
		"variable": added("/process/Env/-", "LD_PRELOAD=/x"),
		"name of another pod": replaced("/process/Env", ["POD=web-1"]),
		"unknown container": replaced("/container_id", "x"),
		"another container": replaced("/container_id", create_pause.container_id),
		"no process": replaced("/process", null),
	}
	not executed(patch)
}

test_exec_before_all if {
	not ExecProcessRequest with input as exec_ping with data.pstate as {}
}
