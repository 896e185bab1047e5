# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# Commands run in the container that they were declared for.

# explain: exec-process
ExecProcessRequest if {
	input.string_user == null
	p := input.process
	p.SelinuxLabel == ""
	p.ApparmorProfile == ""
	p.Capabilities == null
	is_string(data.pstate.namespace)
	index >= 0
	wanted_name
	commanded
	user(p)
	env(p)
}

# explain: command
commanded if {
	index >= 0
	command(input.process.Args)
}

index := data.pstate[concat("", ["c:", input.container_id])] if not input.OCI
