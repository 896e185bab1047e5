# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Probes and lifecycle hooks.
command(p) if {
	p.Args in want.exec_commands
	p.Terminal == wanted_process.Terminal
}
