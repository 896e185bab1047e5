# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

command(a) if {
	some c in policy_data.containers
	a in c.exec_commands
}
