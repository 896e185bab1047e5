# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Probes and lifecycle hooks.
command(a) if {
	a in want.exec_commands
	input.process.Terminal == wanted_process.Terminal
}
