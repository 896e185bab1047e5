# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Commands of the settings.
command(a) if a in defaults.ExecProcessRequest.allowed_commands

command(a) if {
	some pattern in defaults.ExecProcessRequest.regex
	regex.match(pattern, concat(" ", a))
}
