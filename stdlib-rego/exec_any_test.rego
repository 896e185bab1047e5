# SPDX-License-Identifier: Apache-2.0
# with: exec_any_commands
package agent_policy

import future.keywords.in
import future.keywords.if

test_exec_any if {
	ExecProcessRequest with input as json.patch(exec_ping, replaced("/container_id", "x")) with data.pstate as {}
	not ExecProcessRequest with input as json.patch(exec_ping, replaced("/process/Args", ["x"])) with data.pstate as {}
}
